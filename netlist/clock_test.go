package netlist

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"engram/circuit"
)

// clockNetlist is a perceptron of 32-16-8.
const clockNetlist = `
include = ["library:cells/2pcm3t1c-90nm.toml"]
[transfer]
interval = 50
[input]
name  = "pixels"
width = 32
[[layer]]
name       = "hidden1"
in         = "pixels"
width      = 16
activation = "logistic"
[[layer]]
name       = "output"
in         = "hidden1"
width      = 8
activation = "softmax"
`

// newClockSystem builds the perceptron with integrators that saturate at the
// given charge and weights drawn at random.
func newClockSystem(t *testing.T, level circuit.Level, saturation float64, settings ...Setting) *System {
	t.Helper()
	file := filepath.Join(t.TempDir(), "net.toml")
	if err := os.WriteFile(file, []byte(clockNetlist), 0o666); err != nil {
		t.Fatal(err)
	}
	settings = append(settings, Setting{"integrator.integrator.range", fmt.Sprint(saturation)})
	_, d, err := Open(file, settings)
	if err != nil {
		t.Fatal(err)
	}
	s, err := Build(d, 7, level)
	if err != nil {
		t.Fatal(err)
	}
	rng := circuit.NewStream(7, circuit.Initial, 0, 0)
	for k, a := range s.Arrays {
		w := make([]float32, a.Rows()*a.Cols())
		for i := range w {
			w[i] = float32(1.2 * (2*rng.Float64() - 1))
		}
		s.Initialise(k, w)
	}
	return s
}

// trainCodes trains 200 examples of made-up data with transfers in between and
// returns the codes of all converters after every example, and the largest
// charge that any integrator held at any step of a forward read.
func trainCodes(t *testing.T, s *System) (codes [][]int, charge float64) {
	t.Helper()
	x, target := make([]float32, len(s.Input.Drive)), make([]float32, len(s.Output.target))
	s.Engine.Observe(func(string, circuit.Time) {
		for _, b := range s.Banks {
			for _, q := range b.in.Charge {
				charge = max(charge, float64(q), -float64(q))
			}
		}
	})
	defer s.Engine.Observe(nil)
	for n := range 200 {
		rng := circuit.NewStream(7, circuit.Stimulus, 0, uint64(n))
		for i := range x {
			x[i] = float32(2*rng.Float64() - 1)
		}
		clear(target)
		target[rng.Uint64()%uint64(len(target))] = 1
		if err := s.Train(x, target, 0.1); err != nil {
			t.Fatal(err)
		}
		var all []int
		for _, b := range s.Banks {
			for _, y := range b.out.drive() {
				all = append(all, b.neuron.Code(y))
			}
		}
		codes = append(codes, all)
		if (n+1)%s.design.Transfer.Interval == 0 {
			s.Transfer()
		}
	}
	return codes, charge
}

// Where no integrator saturates, stepping clock by clock gives every code and
// every cell of a training to the bit.
func TestClockLevelEqualsPhaseLevel(t *testing.T) {
	phase, clock := newClockSystem(t, circuit.PhaseLevel, 16), newClockSystem(t, circuit.ClockLevel, 16)
	want, _ := trainCodes(t, phase)
	got, top := trainCodes(t, clock)
	if top >= 16 {
		t.Fatalf("an integrator reached %g and saturated", top)
	}
	for n := range want {
		if !slices.Equal(got[n], want[n]) {
			t.Fatalf("example %d: codes\n%v at the clock level,\n%v at the phase level", n, got[n], want[n])
		}
	}
	for k, a := range phase.Arrays {
		v, w := make([]float32, a.Rows()*a.Cols()), make([]float32, a.Rows()*a.Cols())
		a.Weights(phase.Engine.Now(), v)
		clock.Arrays[k].Weights(clock.Engine.Now(), w)
		if !slices.Equal(v, w) {
			t.Errorf("tile %s: weights differ after training", a.Name())
		}
	}
	if now := clock.Engine.Now(); now != phase.Engine.Now() {
		t.Errorf("clock level ends at %v, phase level at %v", now, phase.Engine.Now())
	}
	if distinct := distinctRows(want); distinct < 150 {
		t.Errorf("%d distinct sets of codes in 200 examples: the test shows little", distinct)
	}
}

func distinctRows(rows [][]int) int {
	seen := map[string]bool{}
	for _, r := range rows {
		seen[fmt.Sprint(r)] = true
	}
	return len(seen)
}

// An integrator that saturates while short pulses still last loses charge that
// long pulses of the other sign then miss. Only the clock level sees it.
func TestClockLevelSeesSaturationInsideAPhase(t *testing.T) {
	const saturation = 1
	run := func(level circuit.Level) (charge float32, codes []int) {
		s := newClockSystem(t, level, saturation)
		w := make([]float32, 32*16)
		for i := range 32 {
			for j := range 16 {
				w[i*16+j] = [2]float32{1, -0.5}[i%2]
			}
		}
		w = append(w, make([]float32, 16)...) // biases
		s.Initialise(0, w)
		x := make([]float32, 32)
		for i := range x {
			x[i] = [2]float32{0.4, 0.8}[i%2]
		}
		if _, err := s.Infer(x); err != nil {
			t.Fatal(err)
		}
		b := s.Banks[0]
		for _, y := range b.out.drive() {
			codes = append(codes, b.neuron.Code(y))
		}
		return b.in.Charge[0], codes
	}
	// Per column the first 0.4 of full scale brings 16 (1 - 0.5) 0.4 = 3.2 and
	// the rest of the long pulses takes 16 0.5 0.4 = 3.2: about 0 in the end.
	// Clipped at 1 on the way up, the integrator ends at its lower limit.
	phase, phaseCodes := run(circuit.PhaseLevel)
	clock, clockCodes := run(circuit.ClockLevel)
	if phase < -0.8 || phase > 0.8 {
		t.Errorf("phase level ends at %g, want about 0", phase)
	}
	if clock > -0.95 || clock < -1.05 {
		t.Errorf("clock level ends at %g, want the lower limit, -1", clock)
	}
	if slices.Equal(phaseCodes, clockCodes) {
		t.Errorf("codes are %v at both levels", phaseCodes)
	}
}
