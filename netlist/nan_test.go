package netlist

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"engram/circuit"
)

// A constant function of one variable.
func always(y float64) func(float64) float64 { return func(float64) float64 { return y } }

// injections make one component each produce a value that is no number.
var injections = []struct {
	name    string
	design  func(d *Design, bad float64) // before the system is built
	example func(x, target []float32, bad float32)
	want    string // in the error
	nanOnly bool   // infinity is a value of it: here, weights of zero
}{
	{name: "stimulus", example: func(x, _ []float32, bad float32) { x[3] = bad }, want: "pixels[3] is"},
	{name: "target", example: func(_, target []float32, bad float32) { target[1] = bad }, want: "output.act.target[1] is"},
	{name: "pull-up transistor", design: func(d *Design, bad float64) { d.Arrays[0].Cell.Curves.Up = always(bad) }, want: "hidden1"},
	{name: "pull-down transistor", design: func(d *Design, bad float64) { d.Arrays[0].Cell.Curves.Down = always(bad) }, want: "hidden1"},
	{name: "read transistor", design: func(d *Design, bad float64) { d.Arrays[0].Cell.Curves.Forward = always(bad) }, want: "hidden1"},
	{name: "read transistor, backward", design: func(d *Design, bad float64) { d.Arrays[1].Cell.Curves.Backward = always(bad) }, want: "output: the curve of the backward read"},
	{name: "mismatch of the pull-up transistor", design: func(d *Design, bad float64) { d.Arrays[0].Cell.Curves.GainUp = always(bad) }, want: "hidden1"},
	{name: "off-current", design: func(d *Design, bad float64) { d.Arrays[0].Cell.Curves.OffUp = always(bad) }, want: "hidden1"},
	{name: "capacitor", design: func(d *Design, bad float64) { d.Arrays[0].Cell.Storage.Plate = bad }, want: "hidden1"},
	{name: "initial voltage", design: func(d *Design, bad float64) { d.Arrays[1].Cell.V0 = bad }, want: "output"},
	{name: "gain of the phase-change pair", design: func(d *Design, bad float64) { d.Arrays[0].Cell.Gain = bad }, want: "hidden1"},
	{name: "amorphous conductance", design: func(d *Design, bad float64) { d.Arrays[0].Cell.PCM.Ga = bad }, want: "hidden1"},
	{name: "noise of an integrator", design: func(d *Design, bad float64) { d.Banks[0].Integrator.Noise = bad }, want: "hidden1.act["},
	{name: "gain of a converter", design: func(d *Design, bad float64) { d.Banks[0].ADC.Gain = bad }, want: "hidden1"},
	{name: "offset of a converter", design: func(d *Design, bad float64) { d.Banks[1].ADC.Offset = bad }, want: "output"},
	{name: "range of a backward converter", design: func(d *Design, bad float64) { d.Banks[0].BackRange = bad }, want: "hidden1"},
	{name: "unit of a weight", design: func(d *Design, bad float64) { d.Arrays[1].Unit = bad }, want: "output", nanOnly: true},
}

var simulatedTime = regexp.MustCompile(`at [0-9.]+ ?[munpf]?s`)

// NaN or infinity from any component stops the system in the example in which
// it appears or the next one that reads it, with an error that names the
// element and the simulated time; no output is ever NaN.
func TestNaNStops(t *testing.T) {
	file := filepath.Join(t.TempDir(), "net.toml")
	if err := os.WriteFile(file, []byte(clockNetlist), 0o666); err != nil {
		t.Fatal(err)
	}
	for _, in := range injections {
		for _, bad := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
			if in.nanOnly && !math.IsNaN(bad) {
				continue
			}
			t.Run(fmt.Sprintf("%s %v", in.name, bad), func(t *testing.T) {
				_, d, err := Open(file, nil)
				if err != nil {
					t.Fatal(err)
				}
				if in.design != nil {
					in.design(d, bad)
				}
				s, err := Build(d, 7, circuit.PhaseLevel)
				if err == nil {
					err = trainUntilError(t, s, func(x, target []float32) {
						if in.example != nil {
							in.example(x, target, float32(bad))
						}
					})
				}
				if err == nil {
					t.Fatal("no error in 20 examples")
				}
				if !strings.Contains(err.Error(), in.want) {
					t.Errorf("error %q, want one that names %q", err, in.want)
				}
				// What fabrication gave is told before time begins.
				if s != nil && !simulatedTime.MatchString(err.Error()) {
					t.Errorf("error %q names no simulated time", err)
				}
			})
		}
	}
}

// trainUntilError trains 20 examples and returns the first error.
func trainUntilError(t *testing.T, s *System, spoil func(x, target []float32)) error {
	t.Helper()
	initialise(s)
	x, target := make([]float32, len(s.Input.Drive)), make([]float32, len(s.Output.target))
	for n := range 20 {
		rng := circuit.NewStream(3, circuit.Stimulus, 0, uint64(n))
		for i := range x {
			x[i] = float32(rng.Float64())
		}
		clear(target)
		target[n%len(target)] = 1
		if n == 1 {
			spoil(x, target)
		}
		y, err := s.Infer(x)
		if err == nil {
			for i, v := range y {
				if math.IsNaN(float64(v)) {
					t.Errorf("output %d of example %d is NaN", i, n)
				}
			}
			err = s.Train(x, target, 0.05)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// A transfer that lasts for hundreds of time constants of the leak leaves every
// voltage a number, and the last column its charge.
func TestTransferOutlastsTheLeak(t *testing.T) {
	for _, tau := range []string{"10 ns", "100 ns", "1 us"} {
		s := newTransferSystem(t, Setting{"capacitor.storage.leak-tau", tau})
		train(t, s, 0, 60)
		if err := s.Check(); err != nil {
			t.Errorf("leak of %s: %v", tau, err)
		}
		if n := s.Transfers(); n != 1 {
			t.Errorf("%d transfers, want 1", n)
		}
	}
}
