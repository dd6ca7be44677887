package tile

import "fmt"

// checkFabrication fails with the first curve, parameter or state that is no
// finite number. The kernels clamp, and so would hide one in a voltage.
func (t *Tile) checkFabrication() error {
	for _, c := range []struct {
		name  string
		curve *table
	}{
		{"forward read", &t.forward.curve}, {"backward read", &t.backward.curve}, {"up step", &t.stepUp}, {"down step", &t.stepDown},
	} {
		if v, ok := c.curve.notFinite(); ok {
			return fmt.Errorf("%s: the curve of the %s has a coefficient of %v", t.name, c.name, v)
		}
	}
	for _, p := range []struct {
		name     string
		v        []float32
		byColumn bool
	}{
		{"equilibrium voltage", t.veq.v, true}, {"threshold shift", t.e.v, true},
		{"size of an up step", t.up.v, true}, {"size of a down step", t.down.v, true},
		{"leak", t.leak.tauInv, false}, {"subthreshold drift", t.leak.drift, false},
	} {
		for n, v := range p.v {
			if finite(v) {
				continue
			}
			row, column := n/t.stride, n%t.stride
			if p.byColumn {
				row, column = n%t.pitch, n/t.pitch
			}
			return fmt.Errorf("%s.r%d_c%d: %s is %v", t.name, row, column, p.name, v)
		}
	}
	return t.Check()
}

// notFinite returns the first coefficient that is no finite number.
func (t *table) notFinite() (v float32, found bool) {
	for _, segments := range t.c {
		for _, v := range segments {
			if !finite(v) {
				return v, true
			}
		}
	}
	return 0, false
}
