package testbench

import (
	"math"
	"testing"
)

// The scatter of cells follows from Pelgrom's law and the slopes of the
// curves: 22.2 and -24.1 per volt for the steps, -159 uS/V for the read (see
// device/VALIDATION.md), 3.5 mV um over the root of the area for thresholds.
func TestCharacterizeSpreads(t *testing.T) {
	b, err := Open("quick", nil)
	if err != nil {
		t.Fatal(err)
	}
	const n = 400
	c, err := b.Characterize(t.Context(), "synapse", n)
	if err != nil {
		t.Fatal(err)
	}
	update, read := 3.5e-9/math.Sqrt(0.24e-6*0.5e-6), 3.5e-9/math.Sqrt(0.12e-6*0.6e-6)
	// A standard deviation of n normal draws is known to 1/sqrt(2n): 3.5 %.
	// Four of those, and the curvature of an exponential on top.
	const tolerance = 0.14 + 0.04
	want := map[string]float64{
		"dvt-up": update, "dvt-down": update, "dvt-read": read,
		"step-up": 22.2 * update * 0.541e-3, "step-down": 24.1 * update * 0.549e-3, "read": 159e-6 * read,
	}
	for _, s := range c.Spreads() {
		w, ok := want[s.Name]
		if ok && math.Abs(s.SD-w) > tolerance*w {
			t.Errorf("%s scatters by %g %s, want %g", s.Name, s.SD, s.Unit, w)
		}
	}
}

// Leak curves start where they should and fall together on the plate.
func TestCharacterizeLeak(t *testing.T) {
	b, err := Open("quick", nil)
	if err != nil {
		t.Fatal(err)
	}
	c, err := b.Characterize(t.Context(), "synapse", 0)
	if err != nil {
		t.Fatal(err)
	}
	last := len(c.Leak.T) - 1
	decay := math.Exp(-leakTime / 5.26e-3)
	for k, v := range c.Leak.Ohmic {
		start := float64(k+1) / 10
		if v[0] != start {
			t.Errorf("curve %d starts at %g V, want %g", k, v[0], start)
		}
		// The subthreshold currents shift the end by up to a few mV, and the
		// node's capacitance changes by 1 % along the way.
		if want := 0.5 + (start-0.5)*decay; math.Abs(v[last]-want) > 6e-3 {
			t.Errorf("from %g V the node is at %g V after 10 ms, want %g", start, v[last], want)
		}
	}
}
