package periphery

import (
	"fmt"

	"engram/circuit"
)

// IntegratorSpec describes the charge integrator at the end of a column or a
// row. Charge is in units of what a weight of one integrates under a
// full-scale pulse, so the same numbers hold for every layer.
type IntegratorSpec struct {
	// Range is the charge of either sign at which the integrator saturates
	// (assumed).
	Range float64 `key:"range" unit:"" range:"(0,1e6]" default:"16"`
	// Noise is the standard deviation of the charge of one read (assumed).
	Noise float64 `key:"noise" unit:"" range:"[0,1e3]" default:"0.01"`
	IntegratorEnergy
}

// Saturate limits every charge to the range: what Hold does where a read is one
// step.
func (s *IntegratorSpec) Saturate(charge []float32) {
	r := float32(s.Range)
	for i, q := range charge {
		if q > r {
			charge[i] = r
		} else if q < -r {
			charge[i] = -r
		}
	}
}

// Hold turns deposited, the charge that came since the read began, into the
// charge that the integrators hold: it is less by what was lost while they were
// saturated, which lost adds up from zero at the beginning of the read. An
// integrator that never saturates holds what came, to the bit, in however many
// steps.
func (s *IntegratorSpec) Hold(deposited, lost []float32) {
	r := float32(s.Range)
	for i := range deposited {
		q := deposited[i] - lost[i]
		deposited[i] = clamp(q, -r, r)
		lost[i] += q - deposited[i]
	}
}

// AddNoise adds the noise of one read from rng.
func (s *IntegratorSpec) AddNoise(charge []float32, rng *circuit.Stream) {
	if s.Noise == 0 {
		return
	}
	for i := range charge {
		charge[i] += float32(s.Noise * rng.Normal())
	}
}

// checkFinite fails with the first value that is not a finite number.
func checkFinite(path, what string, value []float32) error {
	for i, v := range value {
		if d := v - v; d != 0 { // NaN or Inf
			return fmt.Errorf("%s[%d]: %s is %v", path, i, what, v)
		}
	}
	return nil
}
