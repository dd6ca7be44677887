package wave

import (
	"fmt"
	"math"
)

// endSlack is how far, as a part of its span, a trace may be asked beyond its
// ends: two simulators round the same stop time differently.
const endSlack = 1e-9

// Resample returns the trace's values at the given times, which must not
// decrease, by linear interpolation. It takes time linear in the samples of both.
func (tr Trace) Resample(times []float64) ([]float64, error) {
	if err := tr.check(); err != nil {
		return nil, err
	}
	n := len(tr.T)
	if n == 0 {
		return nil, fmt.Errorf("wave: resampling a trace without samples")
	}
	slack := float64(endSlack * (tr.T[n-1] - tr.T[0]))
	out := make([]float64, len(times))
	i := 0
	for k, t := range times {
		if !(t >= tr.T[0]-slack && t <= tr.T[n-1]+slack) {
			return nil, fmt.Errorf("wave: %g s lies outside the trace's [%g, %g]", t, tr.T[0], tr.T[n-1])
		}
		if k > 0 && t < times[k-1] {
			return nil, fmt.Errorf("wave: times to resample at decrease at %g s", t)
		}
		for i < n && tr.T[i] < t {
			i++
		}
		switch {
		case i == 0 || i < n && tr.T[i] == t:
			out[k] = tr.V[i]
		case i == n:
			out[k] = tr.V[n-1]
		default:
			out[k] = tr.between(i, t)
		}
	}
	return out, nil
}

// MaxDiff returns the greatest absolute difference between a and b at a's
// samples, and the time of the first sample that has it. It fails where b does
// not cover a, where a has no samples, and where a difference is not a number.
func MaxDiff(a, b Trace) (diff, at float64, err error) {
	if err := a.check(); err != nil {
		return 0, 0, err
	}
	if len(a.T) == 0 {
		return 0, 0, fmt.Errorf("wave: comparing a trace without samples")
	}
	other, err := b.Resample(a.T)
	if err != nil {
		return 0, 0, err
	}
	diff = -1
	for i, t := range a.T {
		d := math.Abs(a.V[i] - other[i])
		if math.IsNaN(d) {
			return 0, 0, fmt.Errorf("wave: difference at %g s is not a number", t)
		}
		if d > diff {
			diff, at = d, t
		}
	}
	return diff, at, nil
}
