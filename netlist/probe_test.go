package netlist

import (
	"math"
	"strings"
	"testing"

	"engram/circuit"
	"engram/circuit/wave"
)

// recordTraining records the paths over a few examples and a transfer, and
// returns the record and the hash of the state afterwards.
func recordTraining(t *testing.T, s *System, paths ...string) (*wave.Record, string) {
	t.Helper()
	var probes []Probe
	for _, path := range paths {
		p, err := s.Probe(path)
		if err != nil {
			t.Fatal(err)
		}
		probes = append(probes, p)
	}
	var out wave.Recorder
	rec, err := s.Record(&out, probes)
	if err != nil {
		t.Fatal(err)
	}
	x, target := make([]float32, len(s.Input.Drive)), make([]float32, len(s.Output.target))
	for n := range 3 {
		for i := range x {
			x[i] = float32((i+n)%5) / 4
		}
		target[n], target[(n+1)%3] = 1, 0
		if err := s.Train(x, target, 0.5); err != nil {
			t.Fatal(err)
		}
		rec.Sample()
		if n == 1 {
			s.Transfer()
			rec.Sample()
		}
	}
	if err := rec.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Record(), s.StateSHA256()
}

var somePaths = []string{
	"hidden1.r3_c7.v", "hidden1.r3_c7.w", "output.r15_c0.v", "hidden1.col7.charge", "hidden1.act.adc7.code", "output.adc3.code", "phase",
}

// Looking at a system does not change it, be its leak of one tau or of many.
func TestProbesDoNotDisturb(t *testing.T) {
	for _, setting := range [][]Setting{nil, {{"capacitor.storage.leak-tau-spread", "0.2"}}} {
		for _, level := range []circuit.Level{circuit.PhaseLevel, circuit.ClockLevel} {
			_, seen := recordTraining(t, newClockSystem(t, level, 16, setting...), somePaths...)
			_, alone := recordTraining(t, newClockSystem(t, level, 16, setting...))
			if seen != alone {
				t.Errorf("level %d, settings %v: the state after a recorded training is another", level, setting)
			}
		}
	}
}

func TestProbeValues(t *testing.T) {
	for _, setting := range [][]Setting{nil, {{"capacitor.storage.leak-tau-spread", "0.2"}}} {
		s := newClockSystem(t, circuit.ClockLevel, 16, setting...)
		r, _ := recordTraining(t, s, somePaths...)
		last := len(r.Time) - 1
		if got, want := r.Time[last], s.Engine.Now().Seconds(); got != want {
			t.Errorf("last sample at %g s, want %g", got, want)
		}
		// Clock by clock, a sample at the start and one behind the transfer.
		if want := 3*int(s.ExampleTime()/s.Engine.Period()) + 2; len(r.Time) != want {
			t.Errorf("%d samples, want %d", len(r.Time), want)
		}
		w := make([]float32, 32*16+16)
		s.Arrays[0].Weights(s.Engine.Now(), w)
		if got, want := r.Values[1][last], float64(w[3*16+7]); math.Abs(got-want) > 1e-6*40e-6 {
			t.Errorf("weight is %g S, want %g", got, want)
		}
		for i, v := range r.Values[0] {
			if v < 0 || v > 1 {
				t.Fatalf("sample %d: node at %g V, outside the supply", i, v)
			}
		}
		b := s.Banks[0]
		if got, want := r.Values[4][last], float64(b.neuron.Code(b.out.drive()[7])); got != want {
			t.Errorf("code is %g, want %g", got, want)
		}
		if !math.IsNaN(r.Values[4][0]) {
			t.Errorf("code before the first conversion is %g, want none", r.Values[4][0])
		}
	}
}

// The charge of a column adds up over a read, in steps of one clock period, to
// what the phase level gives at once.
func TestChargeProbeRampsUp(t *testing.T) {
	clock, _ := recordTraining(t, newClockSystem(t, circuit.ClockLevel, 16), "hidden1.col7.charge")
	phase, _ := recordTraining(t, newClockSystem(t, circuit.PhaseLevel, 16), "hidden1.col7.charge")
	// The first phase is the forward read of the first layer.
	at, ok := phaseTrace(t, phase).At(phase.Time[1])
	after, _ := phaseTrace(t, clock).At(phase.Time[1])
	half, _ := phaseTrace(t, clock).At(phase.Time[1] / 2)
	if !ok || at != after {
		t.Errorf("charge after the read is %g at the clock level, %g at the phase level", after, at)
	}
	if math.Abs(half) >= math.Abs(after) || half*after <= 0 {
		t.Errorf("charge is %g halfway and %g after the read", half, after)
	}
}

func phaseTrace(t *testing.T, r *wave.Record) wave.Trace {
	t.Helper()
	tr, err := r.Trace("hidden1.col7.charge")
	if err != nil {
		t.Fatal(err)
	}
	return tr
}

func TestUnknownProbes(t *testing.T) {
	s := newClockSystem(t, circuit.PhaseLevel, 16)
	for _, test := range []struct{ path, want string }{
		{"", "is not phase or a path such as hidden1.r0_c0.v"},
		{"hidden1.v", "is not phase or a path"},
		{"hiden1.r0_c0.v", `no tile or bank "hiden1" (did you mean "hidden1"?); there are hidden1, output, hidden1.act, output.act`},
		{"hidden1.r33_c0.v", "hidden1 has cells r0_c0 to r32_c15"},
		{"hidden1.r0_c16.w", "hidden1 has cells r0_c0 to r32_c15"},
		{"hidden1.r0_c0.q", `a cell has v and w, not "q"`},
		{"hidden1.act.r0_c0.v", "hidden1.act is a bank of neurons and has no cells; tiles are hidden1, output"},
		{"output.col8.charge", "output has col0 to col7"},
		{"output.adc8.code", "output has adc0 to adc7"},
		{"output.adc7.charge", `adc7 has code, not "charge"`},
		{"output.adc07.code", `output has no "adc07"; it has r0_c0 to r16_c7 (.v, .w), col0 to col7 (.charge) and adc0 to adc7 (.code)`},
		{"output.row0.v", `output has no "row0"`},
		{"output.r-1_c0.v", `output has no "r-1_c0"`},
	} {
		if _, err := s.Probe(test.path); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%q: error %v, want %q", test.path, err, test.want)
		}
	}
}
