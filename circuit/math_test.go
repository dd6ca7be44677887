package circuit

import (
	"math"
	"testing"
)

// TestElementaryFunctions compares Log1p and Expm1 with those of package math over
// all magnitudes.
func TestElementaryFunctions(t *testing.T) {
	check := func(name string, x, got, want float64) {
		if math.Abs(got-want) > 4e-16*math.Abs(want) {
			t.Errorf("%s(%g) = %v, want %v", name, x, got, want)
		}
	}
	for e := -320.0; e < 308; e += 0.0101 {
		x := math.Pow(10, e)
		check("Log1p", x, Log1p(x), math.Log1p(x))
		check("Expm1", -x, Expm1(-x), math.Expm1(-x))
	}
	for _, x := range []float64{0, math.Inf(1), math.NaN()} {
		if got, want := Log1p(x), math.Log1p(x); got != want && !math.IsNaN(want) || math.IsNaN(got) != math.IsNaN(want) {
			t.Errorf("Log1p(%v) = %v", x, got)
		}
		if got, want := Expm1(-x), math.Expm1(-x); got != want && !math.IsNaN(want) || math.IsNaN(got) != math.IsNaN(want) {
			t.Errorf("Expm1(%v) = %v", -x, got)
		}
	}
}
