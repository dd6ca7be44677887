package tile

import (
	"math"

	"engram/circuit"
)

// Voltage returns the voltage in V of the storage node of cell (i, j) at the
// instant now, which must not lie before the last use of the tile; column Cols
// is the reference. It changes nothing.
func (t *Tile) Voltage(now circuit.Time, i, j int) float64 {
	k := i*t.stride + j
	r := float64(t.r[k])
	switch l := &t.leak; {
	case l.perCell:
		dt := (now - l.seen[i]).Seconds()
		r += r*math.Expm1(-dt*float64(l.tauInv[k])) + float64(l.drift[k])*dt
	case !math.IsInf(l.tau, 1):
		r *= math.Exp(-(now - l.frame).Seconds() / l.tau)
	}
	return float64(t.veq.line(j)[i]) + r
}

// Weight returns the forward weight of cell (i, j) in S at the instant now,
// under the conditions of Voltage.
func (t *Tile) Weight(now circuit.Time, i, j int) float64 {
	g := t.conductance(now, i, j) - t.conductance(now, i, t.cols)
	return float64(t.lt[i*t.stride+j]) + float64(t.sign[j])*g
}

// conductance returns that of a cell's read transistor in S.
func (t *Tile) conductance(now circuit.Time, i, j int) float64 {
	shift := t.veq.line(j)[i] - t.e.line(i)[j]
	return float64(t.forward.at(float32(t.Voltage(now, i, j)) - shift))
}
