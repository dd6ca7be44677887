package wave

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestResample(t *testing.T) {
	tr := Trace{T: []float64{0, 1, 3}, V: []float64{0, 2, -2}}
	got, err := tr.Resample([]float64{0, 0.5, 1, 1, 2, 3, 3 + 1e-12})
	must(t, err)
	if d := cmp.Diff([]float64{0, 1, 2, 2, 0, -2, -2}, got); d != "" {
		t.Error(d)
	}
	for name, times := range map[string][]float64{
		"lies outside": {-0.1}, "outside": {3.1}, "NaN s lies outside": {math.NaN()}, "decrease": {1, 0.5},
	} {
		_, err := tr.Resample(times)
		wantError(t, name, err, name)
	}
	_, err = Trace{}.Resample([]float64{0})
	wantError(t, "empty", err, "without samples")
}

// A parabola sampled at step h lies at most h^2/4 off its chords (its second derivative is 2).
func TestMaxDiffOfAParabola(t *testing.T) {
	sample := func(n int) (tr Trace) {
		for i := 0; i <= n; i++ {
			x := float64(i) / float64(n)
			tr.T = append(tr.T, x)
			tr.V = append(tr.V, x*x)
		}
		return tr
	}
	fine, coarse := sample(1000), sample(10)
	diff, at, err := MaxDiff(fine, coarse)
	must(t, err)
	if want := 0.1 * 0.1 / 4; math.Abs(diff-want) > 1e-12 || math.Abs(math.Mod(at, 0.1)-0.05) > 1e-9 {
		t.Errorf("difference %g at %g, want %g half way between samples", diff, at, want)
	}
	// The coarse samples are points of the fine trace.
	if diff, _, err := MaxDiff(coarse, fine); err != nil || diff > 1e-15 {
		t.Errorf("the other way: %g, %v", diff, err)
	}
}

func TestMaxDiffRefuses(t *testing.T) {
	good := Trace{T: []float64{0, 1}, V: []float64{0, 1}}
	_, _, err := MaxDiff(Trace{T: []float64{0, 2}, V: []float64{0, 0}}, good)
	wantError(t, "longer than the other", err, "outside")
	_, _, err = MaxDiff(Trace{}, good)
	wantError(t, "empty", err, "without samples")
	_, _, err = MaxDiff(Trace{T: []float64{0, 1}, V: []float64{0, math.NaN()}}, good)
	wantError(t, "NaN", err, "not a number")
	_, _, err = MaxDiff(good, Trace{T: []float64{1, 0}, V: []float64{0, 0}})
	wantError(t, "unsorted", err, "do not increase")
	_, _, err = MaxDiff(good, Trace{T: []float64{1, 0}})
	wantError(t, "ragged", err, "2 times with 0 values")
}
