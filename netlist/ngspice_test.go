package netlist

import (
	"fmt"
	"testing"

	"engram/circuit"
	"engram/device"
)

// randomBench draws an array of up to 2 x 2 cells whose capacitor, leak, supply,
// gate levels, pulse and transistors differ from those of the 90 nm cell by up to
// the factors below (assumed), under 10 to 30 pulses, an idle time and a read.
func randomBench(seed uint64) *device.ArrayBench {
	rng := circuit.NewStream(seed, circuit.Fabrication, 1, 0)
	between := func(lo, hi float64) float64 { return lo + (hi-lo)*rng.Float64() }
	b := spiceBench(1+int(rng.Uint64()%2), 10+int(rng.Uint64()%20), between(0, 5e-3))
	c := &b.Cell
	c.C *= between(0.25, 4)
	c.LeakR *= between(0.1, 10)
	c.VDD *= between(0.9, 1.2)
	c.UpGate *= between(0.95, 1.05)
	c.DownGate *= between(0.95, 1.05)
	c.PulseWidth *= between(0.3, 1)
	c.VRead *= between(0.5, 2)
	for _, f := range []*device.FETSpec{&c.Up, &c.Down, &c.Read} {
		f.VT *= between(0.9, 1.1)
		f.KP *= between(0.5, 2)
		f.W *= between(0.5, 2)
		f.L *= between(0.5, 2)
		f.Theta *= between(0, 2)
		f.Lambda *= between(0, 2)
		f.COv *= between(0, 2)
		f.CJ *= between(0, 2)
	}
	return b
}

// Twenty random arrays of random cells: ngspice and Engram's solver agree on
// every storage node at every sample to 1e-4 of the supply. The small capacitors
// and strong transistors among them need a finer tolerance of ngspice: at its
// default three of the twenty differ by up to 3e-4, at a tenth of it by 2e-5.
func TestRandomDecksAgreeWithNgspice(t *testing.T) {
	for seed := range uint64(20) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			b := randomBench(seed)
			plot, _ := runNgspice(t, b, 1e-6)
			worst := worstDifference(t, b, plot)
			if limit := 1e-4 * b.Cell.VDD; !(worst <= limit) {
				t.Errorf("%d x %d cells differ by %.3g V at the worst of %d samples, limit %.3g V", b.Rows, b.Cols, worst, len(plot.Time), limit)
			}
			t.Logf("%.3g V at the worst of %d samples", worst, len(plot.Time))
		})
	}
}
