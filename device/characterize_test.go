package device

import (
	"math"
	"testing"

	"engram/circuit/transient"
)

func mustCharacterize(t *testing.T, c Cell) *Curves {
	t.Helper()
	curves, err := c.Characterize(11)
	if err != nil {
		t.Fatal(err)
	}
	return curves
}

// mid is the index of VDD/2 in the curves of mustCharacterize.
const mid = 5

func TestStepGrowsWithThePulse(t *testing.T) {
	// The current does not know how long it flows: the step is a charge I tp
	// on the node, and twice the pulse gives twice the step as far as the
	// node stays where it was. Edges shift every pulse by the same charge.
	var steps [3]float64
	c := DefaultCell()
	for k := range steps {
		c.PulseWidth = float64(1+k) * 1e-9
		steps[k] = mustCharacterize(t, c).Up[mid]
	}
	first, second := steps[1]-steps[0], steps[2]-steps[1]
	if math.Abs(second/first-1) > 1e-3 {
		t.Errorf("steps %v V are not linear in the pulse width", steps)
	}
	flat := c.UpCurrent(0.5, c.UpGate, 0) / c.NodeCapacitance(0.5) * 1e-9
	if math.Abs(first/flat-1) > 2e-3 {
		t.Errorf("1 ns more adds %g V, current over capacitance gives %g V", first, flat)
	}
}

func TestStepFallsWithCapacitance(t *testing.T) {
	// dV = Q/C: step times node capacitance is the same charge.
	small, large := DefaultCell(), DefaultCell()
	large.C *= 2
	a, b := mustCharacterize(t, small), mustCharacterize(t, large)
	if grown := b.NodeC[mid] - a.NodeC[mid]; math.Abs(grown-40e-15) > 1e-20 {
		t.Errorf("node capacitance grows by %g F, want 40 fF", grown)
	}
	for name, q := range map[string][2]float64{
		"up":   {a.Up[mid] * a.NodeC[mid], b.Up[mid] * b.NodeC[mid]},
		"down": {a.Down[mid] * a.NodeC[mid], b.Down[mid] * b.NodeC[mid]},
	} {
		if math.Abs(q[1]/q[0]-1) > 1e-3 {
			t.Errorf("%s: charge %g C, with twice the capacitor %g C", name, q[0], q[1])
		}
	}
}

func TestStepFollowsGeometry(t *testing.T) {
	// Current goes with W/L, but for the junctions of the wider transistor
	// on the node; the spread of the thresholds with 1/sqrt(W L).
	a := DefaultCell()
	b := a
	b.Up.W *= 2
	ca, cb := mustCharacterize(t, a), mustCharacterize(t, b)
	want := 2 * ca.NodeC[mid] / cb.NodeC[mid]
	if got := cb.Up[mid] / ca.Up[mid]; math.Abs(got/want-1) > 2e-3 {
		t.Errorf("twice the width gives %g times the step, want %g", got, want)
	}
	if got := cb.SigmaUp / ca.SigmaUp; math.Abs(got-math.Sqrt2/2) > 1e-12 {
		t.Errorf("twice the width gives %g times the spread", got)
	}
	long := a
	long.Down.L *= 2
	cl := mustCharacterize(t, long)
	if got := cl.Down[mid] / ca.Down[mid]; math.Abs(got-0.5) > 2e-3 {
		t.Errorf("twice the length gives %g times the step, want a half", got)
	}
}

func TestStepFollowsSupply(t *testing.T) {
	// A PFET sees its gate from VDD: with 10 mV more supply at the same gate
	// level it gains 10 mV of overdrive, as a threshold shift of as much
	// would give, and 10 mV more of Vds; the NFET does not see VDD at all.
	a := DefaultCell()
	b := a
	b.VDD += 0.01
	got := b.UpCurrent(0.5, b.UpGate, 0) / a.UpCurrent(0.5, a.UpGate, 0)
	shift := a.UpGain(0.01)
	if got < shift || got > shift*1.002 {
		t.Errorf("10 mV more supply gives %g times the current, 10 mV of threshold %g", got, shift)
	}
	if x, y := a.DownCurrent(0.5, a.DownGate, 0), b.DownCurrent(0.5, b.DownGate, 0); x != y {
		t.Errorf("pull-down current moves from %g to %g A", x, y)
	}
	// With the gate following the supply, the up step depends on VDD - V only.
	b.UpGate += 0.01
	x, y := a.UpCurrent(0.5, a.UpGate, 0), b.UpCurrent(0.51, b.UpGate, 0)
	if math.Abs(x/y-1) > 1e-12 {
		t.Errorf("currents %g and %g A at the same VDD - V", x, y)
	}
}

func TestSensitivities(t *testing.T) {
	// Reference values of the Monte-Carlo table at 0.5 V, by regression:
	// 22.2 and 24.1 per V on the steps, -159 uS/V on the read at 50 mV.
	c := DefaultCell()
	curves := mustCharacterize(t, c)
	if math.Abs(curves.UpSlope-22.2) > 0.5 || math.Abs(curves.DownSlope+24.1) > 0.5 {
		t.Errorf("step sensitivities %.2f and %.2f per V", curves.UpSlope, curves.DownSlope)
	}
	c.VRead = 0.05
	if s := mustCharacterize(t, c).ReadSlope; math.Abs(s+159e-6) > 8e-6 {
		t.Errorf("read sensitivity %.4g S/V", s)
	}
	// Subthreshold: 1/(n UT), as the current is exponential there.
	want := 1 / (c.Up.N * c.Up.ThermalVoltage())
	if math.Abs(curves.OffUpSlope/want-1) > 0.01 {
		t.Errorf("off-current sensitivity %.3f per V, 1/(n UT) is %.3f", curves.OffUpSlope, want)
	}
}

func TestStepsVanishAtTheRails(t *testing.T) {
	curves := mustCharacterize(t, DefaultCell())
	last := len(curves.V) - 1
	if r := curves.Up[last] / curves.Up[mid]; r > 0.05 {
		t.Errorf("up step at VDD is %g of that at half the supply", r)
	}
	if r := curves.Down[0] / curves.Down[mid]; r > 0.05 {
		t.Errorf("down step at ground is %g of that at half the supply", r)
	}
	if curves.OffUp[last] != 0 || curves.OffDown[0] != 0 {
		t.Errorf("off currents %g A at VDD and %g A at ground", curves.OffUp[last], curves.OffDown[0])
	}
}

func TestHalfSelectedCellsKeepTheirVoltage(t *testing.T) {
	// A 2 x 2 array with one row and one column pulsed: only their crossing
	// moves by a step, the others by the coupling of idle gates, which is none.
	b := &ArrayBench{
		Cell: DefaultCell(), Rows: 2, Cols: 2, Initial: []float64{0.3, 0.4, 0.6, 0.7},
		Pulses: []Pulse{{Action: PulseUp, Start: 0.1e-9, Rows: []int{1}, Cols: []int{0}}},
		Stop:   1.5e-9,
	}
	b.Cell.LeakR = math.Inf(1)
	circ, err := b.Circuit()
	if err != nil {
		t.Fatal(err)
	}
	s, err := transient.NewSolver(circ, transient.Options{Stop: b.Stop})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Run(nil); err != nil {
		t.Fatal(err)
	}
	for k, start := range b.Initial {
		moved := s.Voltages()[circ.Node(CellName(k/2, k%2))] - start
		if selected := k == 2; selected != (moved > 0.4e-3) || !selected && math.Abs(moved) > 1e-7 {
			t.Errorf("cell %d moved by %g V", k, moved)
		}
	}
}

func TestBenchMistakes(t *testing.T) {
	for name, spoil := range map[string]func(b *ArrayBench){
		"no cells":      func(b *ArrayBench) { b.Rows = 0 },
		"initial":       func(b *ArrayBench) { b.Initial = []float64{1} },
		"row":           func(b *ArrayBench) { b.Pulses[0].Rows = []int{2} },
		"action":        func(b *ArrayBench) { b.Pulses[0].Action = 7 },
		"negative time": func(b *ArrayBench) { b.Pulses[0].Start = -1 },
		"overlap":       func(b *ArrayBench) { b.Pulses = append(b.Pulses, b.Pulses[0]) },
		"polarity":      func(b *ArrayBench) { b.Cell.Up.Polarity = NFET },
		"capacitor":     func(b *ArrayBench) { b.Cell.C = 0 },
		"short pulse":   func(b *ArrayBench) { b.Cell.PulseWidth = b.Cell.Edge },
		"stop":          func(b *ArrayBench) { b.Stop = 0 },
	} {
		b := &ArrayBench{
			Cell: DefaultCell(), Rows: 2, Cols: 2, Stop: 1e-8,
			Pulses: []Pulse{{Action: PulseUp, Start: 1e-9}},
		}
		if _, err := b.Circuit(); err != nil {
			t.Fatalf("valid bench: %v", err)
		}
		spoil(b)
		if _, err := b.Circuit(); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	c := DefaultCell()
	if _, err := c.Characterize(1); err == nil {
		t.Error("one point: no error")
	}
}

func BenchmarkCharacterize(b *testing.B) {
	c := DefaultCell()
	for b.Loop() {
		if _, err := c.Characterize(51); err != nil {
			b.Fatal(err)
		}
	}
}
