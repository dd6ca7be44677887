package tile

import (
	"engram/circuit"
	"engram/circuit/vector"
)

// Forward drives row i with a pulse of width x[i], a fraction of full scale of
// either sign, at the instant now, and adds to charge[j] what column j
// integrates less what the reference column does:
//
//	charge[j] += scale * sum over i of x[i] W[i][j],  W = F (G+ - G-) + s (g - g_ref)
//
// with W in S. len(x) is Rows, len(charge) is Cols. Rows with x = 0 cost
// nothing. The conductances stand still during the call.
func (t *Tile) Forward(now circuit.Time, x, charge []float32, scale float32) {
	t.at(now)
	t.look(&t.forward)
	// Rows of either sign apart, so that with the polarity taken out the
	// sums are the conductances that the current passes.
	plus, minus := t.acc[0], t.acc[1]
	clear(plus)
	clear(minus)
	var through float64
	for i, xi := range x {
		if xi == 0 {
			continue
		}
		t.catchUp(i, now)
		through += abs(xi) * (t.rowG[i] - t.rowLT[i])
		if xi < 0 {
			vector.Axpy(-xi, t.row(&t.forward, i), minus)
		} else {
			vector.Axpy(xi, t.row(&t.forward, i), plus)
		}
	}
	off := t.offset(&t.forward)
	ref := along(plus, t.cols, off) - along(minus, t.cols, off)
	for j := range t.stride {
		p, m := along(plus, j, off), along(minus, j, off)
		if j < t.cols {
			charge[j] += float32((p - m - float32(t.sign[j]*ref)) * scale)
		}
		through += float64(t.sign[j] * (p + m))
	}
	t.conductances += through
}

// along returns where the j-th of a row of lines is at an offset from the
// center.
func along(line []float32, j int, off float32) float32 {
	return line[2*j] + float32(off*line[2*j+1])
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
	// The pulses, and the same with the polarity in their sign, which
	// gives the conductances that the current passes.
	pulse, size := t.acc[0], t.acc[1]
	set := func(j int, dj float32) {
		w := float32(abs(dj)) * t.sign[j]
		pulse[2*j], pulse[2*j+1] = dj, dj*off
		size[2*j], size[2*j+1] = w, w*off
	}
	var ref float32
	var through float64
	for j, dj := range d {
		set(j, dj)
		ref += float32(dj * t.sign[j])
		through += abs(dj) * (t.colG[j] - float64(t.sign[j])*t.colLT[j])
	}
	set(t.cols, -ref)
	for i := range t.rows {
		t.catchUp(i, now)
		q, g := vector.Dot2(pulse, size, t.row(&t.backward, i))
		charge[i] += float32(q * scale)
		through += float64(g)
	}
	t.conductances += through
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
