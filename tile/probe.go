package tile

import (
	"math"

	"engram/circuit"
)

// Voltage returns the voltage in V of the storage node of cell (i, j) at the
// instant now, which must not lie before the last use of the tile; column Cols
// is the reference. It changes nothing.
func (t *Tile) Voltage(now circuit.Time, i, j int) float64 {
	r := float64(t.r[t.index(i, j)])
	switch l := &t.leak; {
	case l.perCell:
		dt := (now - l.seen[i]).Seconds()
		k := i*t.stride + j
		r += float64(r*circuit.Expm1(-dt*float64(l.tauInv[k]))) + float64(float64(l.drift[k])*dt)
	case !l.none():
		r *= math.Exp(-(now - l.frame).Seconds() / l.tau)
	}
	return float64(t.veq.column(j)[i]) + r
}

// Weight returns the forward weight of cell (i, j) in S at the instant now,
// under the conditions of Voltage.
func (t *Tile) Weight(now circuit.Time, i, j int) float64 {
	g := func(j int) float64 {
		shift := t.veq.column(j)[i] - t.e.column(j)[i]
		return float64(t.forward.curve.at(float32(t.Voltage(now, i, j)) - shift))
	}
	return float64(t.lt[t.index(i, j)]) + float64(float64(t.sign[j])*(g(j)-g(t.cols)))
}
