package tile

import (
	"math"

	"engram/circuit"
)

// Forward drives row i with a pulse of width x[i], a fraction of full scale of
// either sign, at the instant now, and adds to charge[j] what column j
// integrates less what the reference column does:
//
//	charge[j] += scale * sum over i of x[i] W[i][j],  W = F (G+ - G-) + s (g - g_ref)
//
// with W in S. len(x) is Rows, len(charge) is Cols. Blocks of rows with x = 0
// cost nothing. The conductances stand still during the call.
func (t *Tile) Forward(now circuit.Time, x, charge []float32, scale float32) {
	t.at(now)
	t.look(&t.forward)
	negative := t.drive(now, x)
	// With the polarity taken out, what positive inputs integrate is also
	// the conductance that the current passes.
	var through float64
	for _, f := range t.driven {
		for i := int(f); i < min(int(f)+block, t.rows); i++ {
			through += float64(abs(x[i]) * (t.rowG[i] - t.rowLT[i]))
		}
	}
	passes := t.passes
	if negative {
		t.integrate(t.magnitude, passes)
	}
	q := t.reads
	t.integrate(t.input, q)
	if !negative {
		passes = q
	}
	ref := q[t.cols]
	through += float64(passes[t.cols])
	for j := range t.cols {
		through += float64(t.sign[j] * passes[j])
		charge[j] += float32((q[j] - float32(t.sign[j]*ref)) * scale)
	}
	t.conductances += through
}

// integrate sets q[j] to the sum over the driven rows of x[i] times the
// conductance of cell (i, j), reference column included.
func (t *Tile) integrate(x, q []float32) {
	v := &t.forward
	dots(q, t.slopes, x, v.line, t.driven)
	off := t.offset(v)
	for j, slope := range t.slopes {
		q[j] += float32(off * slope)
	}
}

// drive latches the inputs x of a read at the instant now, and reports whether
// there are negative ones.
func (t *Tile) drive(now circuit.Time, x []float32) (negative bool) {
	copy(t.input, x)
	t.driven = t.driven[:0]
	// Which inputs are not 0 cannot be predicted: their bits are looked at, not
	// compared one by one.
	var below uint64
	for first := 0; first < len(t.input); first += block {
		var any uint32
		for _, v := range (*[block]float32)(t.input[first:]) {
			u := math.Float32bits(v)
			any |= u << 1              // without the sign
			below |= 1<<31 - uint64(u) // wraps around where v < 0
		}
		if any != 0 {
			t.driven = append(t.driven, int32(first))
		}
	}
	negative = below>>63 != 0
	if t.leak.perCell {
		for i, xi := range x {
			if xi != 0 {
				t.catchUp(i, now)
			}
		}
	}
	if negative {
		for i, xi := range x {
			t.magnitude[i] = float32(abs(xi))
		}
	}
	return negative
}

// Backward drives column j with a pulse of signed width d[j] and adds to
// charge[i] what row i integrates:
//
//	charge[i] += scale * sum over j of d[j] W[i][j]
//
// The reference column is driven with the negative sum of all d[j] s[j]. len(d)
// is Cols, len(charge) is Rows.
func (t *Tile) Backward(now circuit.Time, d, charge []float32, scale float32) {
	t.at(now)
	t.look(&t.backward)
	off := t.offset(&t.backward)
	if t.leak.perCell {
		for i := range t.rows {
			t.catchUp(i, now)
		}
	}
	n := t.driveColumns(d)
	columns, widths, slopes := t.columns[:n], t.widths[:n], t.slopes[:n]
	for k, w := range widths {
		slopes[k] = float32(w * off)
	}
	rows := t.magnitude // what the rows integrate
	clear(rows)
	sumAt, sumSlope := t.reads[:n], t.passes[:n]
	spread(rows, sumAt, sumSlope, t.backward.line, widths, slopes, columns)
	for i, q := range rows[:t.rows] {
		charge[i] += float32(q * scale)
	}
	var through float64
	for k, j := range columns {
		// With the polarity taken out, the sum over a column.
		g := float64(t.sign[j] * (sumAt[k] + float32(off*sumSlope[k])))
		if int(j) < t.cols {
			g = g + t.colG[j] - float64(float64(t.sign[j])*t.colLT[j])
		}
		through += float64(abs(widths[k]) * g)
	}
	t.conductances += through
}

// driveColumns lists the columns that a backward read of d drives, the reference
// last, and their widths, and returns how many they are.
func (t *Tile) driveColumns(d []float32) (n int) {
	var ref float32
	for j, dj := range d {
		ref += float32(dj * t.sign[j])
		if dj != 0 {
			t.columns[n], t.widths[n] = int32(j), dj
			n++
		}
	}
	t.columns[n], t.widths[n] = int32(t.cols), -ref
	return n + 1
}

// TakeReadConductance returns the sum over all reads since the last call of
// pulse width times conductance, in S times full-scale widths: the energy of
// the reads over V^2 and the full-scale width.
func (t *Tile) TakeReadConductance() float64 {
	g := t.conductances
	t.conductances = 0
	return g
}

// ReadConductance returns what TakeReadConductance would, and takes nothing.
func (t *Tile) ReadConductance() float64 { return t.conductances }

// SetReadConductance goes back to an earlier ReadConductance, where a read is
// repeated with longer pulses and only the last one counts.
func (t *Tile) SetReadConductance(g float64) { t.conductances = g }

// Weights writes the forward weights W of all cells at the instant now, in S,
// to dst, row by row, Rows x Cols.
func (t *Tile) Weights(now circuit.Time, dst []float32) {
	t.at(now)
	for i := range t.rows {
		t.catchUp(i, now)
		ref := t.conductance(i, t.cols)
		for j := range t.cols {
			dst[i*t.cols+j] = t.lt[t.index(i, j)] + float32(t.sign[j]*(t.conductance(i, j)-ref))
		}
	}
}

// conductance returns g of a cell at the present alpha, in S.
func (t *Tile) conductance(i, j int) float32 {
	return t.forward.curve.at(float32(t.alpha*t.r[t.index(i, j)]) + t.e.column(j)[i])
}

func abs(x float32) float64 {
	if x < 0 {
		x = -x
	}
	return float64(x)
}
