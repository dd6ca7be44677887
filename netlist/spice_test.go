package netlist

import (
	"context"
	"errors"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"engram/circuit"
	"engram/circuit/transient"
	"engram/circuit/wave"
	"engram/device"
)

// spiceBench is an n x n array with sampled mismatch under the given number of
// update pulses on random rows and columns, then a leak of idle seconds, then
// a read of all rows.
func spiceBench(n, pulses int, idle float64) *device.ArrayBench {
	b := &device.ArrayBench{Cell: device.DefaultCell(), Rows: n, Cols: n}
	rng := circuit.NewStream(1, circuit.Fabrication, 0, 0)
	for range n * n {
		b.Initial = append(b.Initial, 0.3+0.4*rng.Float64())
		b.DVtUp = append(b.DVtUp, b.Cell.Up.SigmaVT()*rng.Normal())
		b.DVtDown = append(b.DVtDown, b.Cell.Down.SigmaVT()*rng.Normal())
		b.DVtRead = append(b.DVtRead, b.Cell.Read.SigmaVT()*rng.Normal())
	}
	lines := func() (on []int) {
		for k := range n {
			if n == 1 || rng.Float64() < 0.6 {
				on = append(on, k)
			}
		}
		return on
	}
	now := 1e-9
	for range pulses {
		a := device.PulseUp
		if rng.Float64() < 0.4 {
			a = device.PulseDown
		}
		if rows, cols := lines(), lines(); rows != nil && cols != nil {
			b.Pulses = append(b.Pulses, device.Pulse{Action: a, Start: now, Rows: rows, Cols: cols})
		}
		now += 2e-9
	}
	now += idle
	b.Pulses = append(b.Pulses, device.Pulse{Action: device.PulseRead, Start: now, Width: 10e-9, Volts: b.Cell.VRead})
	b.Stop = now + 20e-9
	return b
}

// A cost is what a run took.
type cost struct {
	elapsed   time.Duration
	processor float64 // s
}

// runNgspice runs the deck of the bench and returns the record it writes and
// what that took. A tolerance of 0 is the default.
func runNgspice(tb testing.TB, b *device.ArrayBench, tolerance float64) (*wave.Plot, cost) {
	tb.Helper()
	if _, err := exec.LookPath("ngspice"); err != nil {
		tb.Skipf("ngspice is not installed: %v", err)
	}
	dir := tb.TempDir()
	f, err := os.Create(filepath.Join(dir, "deck.sp"))
	if err != nil {
		tb.Fatal(err)
	}
	if err := errors.Join(WriteSPICE(f, b, SPICEOptions{Title: tb.Name(), RelTol: tolerance}), f.Close()); err != nil {
		tb.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "ngspice", "-n", "-b", "deck.sp")
	cmd.Dir = dir
	// Its threads wait for each other in loops: on a busy core that is all they do.
	cmd.Env = append(os.Environ(), "OMP_NUM_THREADS=1")
	start := time.Now()
	out, err := cmd.CombinedOutput()
	took := cost{elapsed: time.Since(start)}
	if err != nil {
		tb.Fatalf("ngspice: %v\n%s", err, out)
	}
	took.processor = (cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Seconds()
	raw, err := os.Open(filepath.Join(dir, "engram.raw"))
	if err != nil {
		tb.Fatalf("ngspice wrote no raw file: %v\n%s", err, out)
	}
	defer raw.Close()
	plots, err := wave.ReadRaw(raw, 1<<30)
	if err != nil {
		tb.Fatal(err)
	}
	plot := plots[len(plots)-1]
	if end := plot.Time[len(plot.Time)-1]; end < b.Stop*(1-1e-9) {
		tb.Fatalf("ngspice stopped at %g s of %g s:\n%s", end, b.Stop, out)
	}
	return plot, took
}

// worstDifference runs the bench with Engram's solver, with steps that end on
// every sample of the plot, and returns the largest difference of any storage
// node at any sample in V.
func worstDifference(tb testing.TB, b *device.ArrayBench, plot *wave.Plot) float64 {
	tb.Helper()
	circ, err := b.Circuit()
	if err != nil {
		tb.Fatal(err)
	}
	s, err := transient.NewSolver(circ, transient.Options{Stop: b.Stop, Times: plot.Time})
	if err != nil {
		tb.Fatal(err)
	}
	var nodes []transient.Node
	var traces [][]float64
	for i := range b.Rows {
		for j := range b.Cols {
			name := device.CellName(i, j)
			tr, err := plot.Trace(name)
			if err != nil {
				tb.Fatal(err)
			}
			nodes, traces = append(nodes, circ.Node(name)), append(traces, tr.V)
		}
	}
	worst, sample := 0.0, 0
	near := 2e-15 * b.Stop // samples this close share a step
	err = s.Run(func(t float64, volts []float64) error {
		for ; sample < len(plot.Time) && plot.Time[sample] <= t+near; sample++ {
			for k, n := range nodes {
				worst = math.Max(worst, math.Abs(volts[n]-traces[k][sample]))
			}
		}
		return nil
	})
	if err != nil {
		tb.Fatal(err)
	}
	if sample != len(plot.Time) {
		tb.Fatalf("%d of %d samples compared", sample, len(plot.Time))
	}
	return worst
}

func TestDeckAgreesWithNgspice(t *testing.T) {
	for _, test := range []struct {
		name string
		n    int
	}{{"one cell", 1}, {"4 x 4", 4}} {
		t.Run(test.name, func(t *testing.T) {
			b := spiceBench(test.n, 100, 10e-3)
			plot, _ := runNgspice(t, b, 0)
			worst := worstDifference(t, b, plot)
			if limit := 1e-4 * b.Cell.VDD; !(worst <= limit) {
				t.Errorf("differs by %.3g V at the worst of %d samples, limit %.3g V", worst, len(plot.Time), limit)
			}
			t.Logf("%.3g V at the worst of %d samples", worst, len(plot.Time))
		})
	}
}

func TestDeckIsOneCircuit(t *testing.T) {
	var deck strings.Builder
	b := spiceBench(2, 3, 1e-6)
	if err := WriteSPICE(&deck, b, SPICEOptions{Title: "evil\n.control\nshell id", RawFile: "out.raw"}); err != nil {
		t.Fatal(err)
	}
	text := deck.String()
	if !strings.HasPrefix(text, "* evil .control shell id\n") {
		t.Errorf("title is not one comment line: %q", text[:60])
	}
	for word, want := range map[string]int{
		"\n.control\n": 1, "\nwrite out.raw\n": 1, "\n.ends\n": 3, "\nxr": 12, "\n.ic ": 4, "\n.tran ": 1, "\nshell": 0,
	} {
		if got := strings.Count(text, word); got != want {
			t.Errorf("deck has %q %d times, want %d", word, got, want)
		}
	}
}

func TestDeckMistakes(t *testing.T) {
	b := spiceBench(1, 1, 1e-6)
	for _, name := range []string{"../x.raw", "a b", "x;shell", "a\nb", "-x"} {
		if err := WriteSPICE(&strings.Builder{}, b, SPICEOptions{RawFile: name}); err == nil {
			t.Errorf("raw file %q: no error", name)
		}
	}
	b.Rows = 0
	if err := WriteSPICE(&strings.Builder{}, b, SPICEOptions{}); err == nil {
		t.Error("no cells: no error")
	}
}

// failing fails every write.
type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, os.ErrClosed }

func TestDeckReportsWriteErrors(t *testing.T) {
	if err := WriteSPICE(failing{}, spiceBench(1, 1, 1e-6), SPICEOptions{}); !errors.Is(err, os.ErrClosed) {
		t.Errorf("error %v, want %v", err, os.ErrClosed)
	}
}

// BenchmarkArray runs 16 x 16 cells under 100 update pulses on all of them
// with Engram's solver.
func BenchmarkArray(b *testing.B) {
	bench := fullArray(16, 100)
	for b.Loop() {
		solveBench(b, bench)
	}
}

// BenchmarkArrayAgainstNgspice runs the same circuit in both simulators, side
// by side, both recording every storage node at every step. It reports how many
// times faster Engram is, by the clock and in processor time, which tells more on
// a busy machine, and how far the two lie apart, at ngspice's samples and at
// those of the run that was timed. Takes minutes:
// go test -run xxx -bench AgainstNgspice -benchtime 1x ./netlist.
func BenchmarkArrayAgainstNgspice(b *testing.B) {
	bench := fullArray(16, 100)
	for b.Loop() {
		plot, theirs := runNgspice(b, bench, 0)
		start := time.Now()
		before, known := processorSeconds()
		own := solveBench(b, bench)
		after, _ := processorSeconds()
		ours := time.Since(start)
		b.ReportMetric(theirs.elapsed.Seconds(), "ngspice-s")
		b.ReportMetric(ours.Seconds(), "engram-s")
		b.ReportMetric(theirs.elapsed.Seconds()/ours.Seconds(), "times-faster")
		if known {
			b.ReportMetric(theirs.processor/(after-before), "times-less-processor-time")
		}
		b.ReportMetric(worstDifference(b, bench, plot), "V-apart")
		b.ReportMetric(differenceAtOwnSteps(b, bench, own, plot), "V-apart-as-timed")
	}
}

// differenceAtOwnSteps returns the largest difference in V between a run of
// solveBench and ngspice's plot, interpolated, at the steps of the former.
func differenceAtOwnSteps(tb testing.TB, bench *device.ArrayBench, own *wave.Recorder, plot *wave.Plot) float64 {
	tb.Helper()
	worst := 0.0
	for i := range bench.Rows {
		for j := range bench.Cols {
			a, err1 := own.Record().Trace(device.CellName(i, j))
			b, err2 := plot.Trace(device.CellName(i, j))
			diff, _, err3 := wave.MaxDiff(a, b)
			if err := errors.Join(err1, err2, err3); err != nil {
				tb.Fatal(err)
			}
			worst = max(worst, diff)
		}
	}
	return worst
}

// fullArray is spiceBench with every pulse on every cell, and no idle time.
func fullArray(n, pulses int) *device.ArrayBench {
	b := spiceBench(n, pulses, 0)
	b.Pulses = b.Pulses[len(b.Pulses)-1:] // the read
	for k := range pulses {
		a := device.PulseUp
		if k%3 == 2 {
			a = device.PulseDown
		}
		b.Pulses = append(b.Pulses, device.Pulse{Action: a, Start: 1e-9 + 2e-9*float64(k)})
	}
	return b
}

// solveBench runs the bench with Engram's solver and records every storage node.
func solveBench(tb testing.TB, b *device.ArrayBench) *wave.Recorder {
	tb.Helper()
	circ, err := b.Circuit()
	if err != nil {
		tb.Fatal(err)
	}
	s, err := transient.NewSolver(circ, transient.Options{Stop: b.Stop})
	if err != nil {
		tb.Fatal(err)
	}
	var nodes []transient.Node
	var signals []wave.Signal
	for i := range b.Rows {
		for j := range b.Cols {
			name := device.CellName(i, j)
			nodes = append(nodes, circ.Node(name))
			signals = append(signals, wave.Signal{Name: name, Type: wave.Voltage})
		}
	}
	r, values := new(wave.Recorder), make([]float64, len(nodes))
	if err := r.Begin(signals); err != nil {
		tb.Fatal(err)
	}
	err = s.Run(func(t float64, volts []float64) error {
		for k, n := range nodes {
			values[k] = volts[n]
		}
		return r.Sample(t, values)
	})
	if err := errors.Join(err, r.Close()); err != nil {
		tb.Fatal(err)
	}
	return r
}
