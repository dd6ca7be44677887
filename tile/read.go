package tile

import "engram/circuit"

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
	t.sumConductances()
	clear(t.acc)
	var ref float32
	var g float64
	for i, xi := range x {
		if xi == 0 {
			continue
		}
		t.catchUp(i, now)
		r, e := t.r[i*t.stride:(i+1)*t.stride], t.e.line(i)
		sum := readRow(t.acc, r[:t.cols], e[:t.cols], t.lt[i*t.stride:i*t.stride+t.cols], t.sign, t.alpha, xi, &t.forward)
		gRef := t.forward.at(float32(t.alpha*r[t.cols]) + e[t.cols])
		ref += float32(xi * gRef)
		g += abs(xi) * (float64(sum) + float64(gRef) + t.rowG[i])
	}
	for j, q := range t.acc {
		charge[j] += float32((q - float32(t.sign[j]*ref)) * scale)
	}
	t.conductances += g
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
	t.sumConductances()
	var ref float32
	var g float64
	for j, dj := range d {
		ref += float32(dj * t.sign[j])
		g += abs(dj) * t.colG[j]
	}
	for i := range t.rows {
		t.catchUp(i, now)
		r, e := t.r[i*t.stride:(i+1)*t.stride], t.e.line(i)
		dot, sum := readColumns(d, r[:t.cols], e[:t.cols], t.lt[i*t.stride:i*t.stride+t.cols], t.sign, t.alpha, &t.backward)
		gRef := t.backward.at(float32(t.alpha*r[t.cols]) + e[t.cols])
		charge[i] += float32((dot - float32(ref*gRef)) * scale)
		g += float64(sum) + abs(ref)*float64(gRef)
	}
	t.conductances += g
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
		r, e, lt := t.r[i*t.stride:(i+1)*t.stride], t.e.line(i), t.lt[i*t.stride:]
		gRef := t.forward.at(float32(t.alpha*r[t.cols]) + e[t.cols])
		for j := range t.cols {
			g := t.forward.at(float32(t.alpha*r[j]) + e[j])
			dst[i*t.cols+j] = lt[j] + float32(t.sign[j]*(g-gRef))
		}
	}
}

func abs(x float32) float64 {
	if x < 0 {
		x = -x
	}
	return float64(x)
}
