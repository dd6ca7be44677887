package device

import (
	"math"
	"testing"

	"engram/circuit/transient"
)

// In an array under pulses, a leak and a read, at the default tolerances, the
// energy that the sources deliver is what is dissipated and stored, and what
// steps of a tenth give. The lines swing far more energy than they keep.
func TestEnergyOfAnArray(t *testing.T) {
	b := &ArrayBench{
		Cell: DefaultCell(), Rows: 2, Cols: 2, Initial: []float64{0.3, 0.4, 0.6, 0.7},
		DVtUp: []float64{0.01, -0.02, 0, 0.01}, Stop: 1e-3 + 130e-9,
	}
	for k := range 50 {
		p := Pulse{Action: PulseUp, Start: 1e-9 + 2e-9*float64(k), Rows: []int{k % 2}}
		if k%3 == 0 {
			p.Action = PulseDown
		}
		b.Pulses = append(b.Pulses, p)
	}
	b.Pulses = append(b.Pulses, Pulse{Action: PulseRead, Start: b.Stop - 20e-9, Width: 10e-9, Volts: b.Cell.VRead})
	run := func(o transient.Options) transient.Balance {
		circ, err := b.Circuit()
		if err != nil {
			t.Fatal(err)
		}
		o.Stop = b.Stop
		s, err := transient.NewSolver(circ, o)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Run(nil); err != nil {
			t.Fatal(err)
		}
		return s.Balance()
	}
	got, fine := run(transient.Options{}), run(transient.Options{RelTol: 1e-10, AbsTol: 1e-10})
	off := math.Abs(got.Delivered-got.Dissipated-got.Stored-got.Charged) / got.Delivered
	if off > 1e-9 {
		t.Errorf("%+v: %.2g of what was delivered is missing", got, off)
	}
	if r := math.Abs(got.Delivered/fine.Delivered - 1); r > 1e-3 {
		t.Errorf("delivered %.6g J, at fine steps %.6g J", got.Delivered, fine.Delivered)
	}
	if r := math.Abs(got.Dissipated/fine.Dissipated - 1); r > 1e-4 {
		t.Errorf("dissipated %.6g J, at fine steps %.6g J", got.Dissipated, fine.Dissipated)
	}
	t.Logf("balance to %.1e, delivered to %.1e, dissipated to %.1e",
		off, math.Abs(got.Delivered/fine.Delivered-1), math.Abs(got.Dissipated/fine.Dissipated-1))
}
