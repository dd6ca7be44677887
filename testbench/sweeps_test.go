package testbench

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"engram/netlist"
	"engram/testbench/sweep"
)

const smallSweep = `
[sweep]
"capacitor.storage.leak-tau" = ["10 us", "5.26 ms"]
"transfer.interval"          = [30, 60]
"stimulus.epochs"            = 1
repeat = 2
[sweep.short]
"transfer.interval"          = [60]
"stimulus.train"             = 40
repeat = 1
`

// smallSweepFile writes a testbench with a table [sweep] on fresh drawings.
func smallSweepFile(t testing.TB, table string) string {
	t.Helper()
	dir := t.TempDir()
	writeDrawings(t, dir)
	file := filepath.Join(dir, "small.toml")
	if err := os.WriteFile(file, fmt.Appendf(nil, smallNetlist, dir, twoLayers+table), 0o666); err != nil {
		t.Fatal(err)
	}
	return file
}

func openSmallSweep(t testing.TB, file string, short bool) *Sweep {
	t.Helper()
	s, err := OpenSweep(file, nil, short)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// planned freezes the plan of s in a new folder.
func planned(t testing.TB, s *Sweep, shards int) *sweep.Sweep {
	t.Helper()
	spec, err := s.Plan(t.Context(), "test", shards)
	if err != nil {
		t.Fatal(err)
	}
	p, err := sweep.Create(t.TempDir(), spec)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Record(p.Dir); err != nil {
		t.Fatal(err)
	}
	return p
}

func runShard(t testing.TB, s *Sweep, p *sweep.Sweep, h sweep.Shard) {
	t.Helper()
	out, err := p.Run(t.Context(), h, s.Point(PointsFolder(p.Dir)), sweep.Options{})
	if err != nil || out.Failed > 0 || out.Left() > 0 {
		t.Fatalf("shard %v: %+v, %v", h, out, err)
	}
}

func mergedBytes(t testing.TB, p *sweep.Sweep) string {
	t.Helper()
	if _, err := p.Merge(); err != nil {
		t.Fatal(err)
	}
	var all []byte
	for _, name := range []string{sweep.ResultsCSV, sweep.ResultsJSON} {
		data, err := os.ReadFile(filepath.Join(p.Dir, name))
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, data...)
	}
	return string(all)
}

// One shard, three and eight, the last first, give the same bytes.
func TestSweepShards(t *testing.T) {
	file := smallSweepFile(t, smallSweep)
	var want string
	for _, n := range []int{1, 3, 8} {
		s := openSmallSweep(t, file, false)
		p := planned(t, s, n)
		for i := range n {
			runShard(t, s, p, sweep.Shard{Index: n - 1 - i, Count: n})
		}
		got := mergedBytes(t, p)
		if want == "" {
			want = got
		}
		if got != want {
			t.Errorf("%d shards give\n%s\nand one\n%s", n, got, want)
		}
	}
}

// A point that is stopped at any transfer goes on to the result of one that
// was not.
func TestSweepPointStops(t *testing.T) {
	s := openSmallSweep(t, smallSweepFile(t, smallSweep), false)
	p := planned(t, s, 1)
	want, err := s.Point(t.TempDir())(t.Context(), p.Plan.Point(0))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	stopped, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Point(dir)(stopped, p.Plan.Point(0)); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled point returns %v", err)
	}
	b, err := s.open(p.Plan.Point(0).Settings...)
	if err != nil {
		t.Fatal(err)
	}
	stopAtTransfer(t, s, b, p.Plan.Point(0), filepath.Join(dir, "point-0.ckpt"))
	got, err := s.Point(dir)(t.Context(), p.Plan.Point(0))
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(got, want) {
		t.Errorf("stopped and continued: %v\nwithout a break: %v", got, want)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("the point leaves %v, %v", left, err)
	}
}

// stopAtTransfer trains a point to its second transfer and saves it.
func stopAtTransfer(t *testing.T, s *Sweep, b *Bench, p sweep.Point, name string) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	train, test, err := s.sets.load(ctx, "", b.Spec)
	if err != nil {
		t.Fatal(err)
	}
	b.Spec.Seed = pointSeed(p)
	trainer, err := NewTrainer(b.Spec, b.Design, train, test, 0)
	if err != nil {
		t.Fatal(err)
	}
	file := newPointFile(filepath.Dir(name), p, b)
	transfer, err := file.restore(trainer)
	if err != nil {
		t.Fatal(err)
	}
	err = trainer.Run(ctx, Monitor{Transfer: func(r netlist.TransferReport) {
		transfer += r.Length
		if r.Number == 1 {
			cancel()
		}
	}})
	if !errors.Is(err, context.Canceled) || trainer.Examples() != 60 {
		t.Fatalf("stopped after %d examples: %v", trainer.Examples(), err)
	}
	if err := file.save(trainer, transfer); err != nil {
		t.Fatal(err)
	}
}

// The results are those of runs with the same settings and seed.
func TestSweepPointIsARun(t *testing.T) {
	file := smallSweepFile(t, smallSweep)
	s := openSmallSweep(t, file, false)
	point := planned(t, s, 1).Plan.Point(7)
	got, err := s.Point(t.TempDir())(t.Context(), point)
	if err != nil {
		t.Fatal(err)
	}
	b, err := Open(file, []netlist.Setting{
		{Path: "capacitor.storage.leak-tau", Value: "5.26 ms"}, {Path: "transfer.interval", Value: "60"},
		{Path: "stimulus.epochs", Value: "1"}, {Path: "seed", Value: fmt.Sprint(pointSeed(point))},
	})
	if err != nil {
		t.Fatal(err)
	}
	sum, err := Run(t.Context(), b, RunOptions{Out: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]float64{
		accuracyMeasure: sum.TestAccuracy, floatMeasure: *sum.FloatAccuracy, simulatedMeasure: sum.SimulatedSeconds,
		examplesMeasure: float64(sum.Examples), transfersMeasure: float64(sum.Transfers),
		transferTimeMeasure: sum.TransferSeconds / sum.SimulatedSeconds,
	} {
		i := slices.IndexFunc(got, func(m sweep.Measure) bool { return m.Name == name })
		if i < 0 || math.Abs(got[i].Value-want) > 1e-12*want {
			t.Errorf("%s: %v, a run has %v", name, got, want)
		}
	}
}

func TestSweepGrid(t *testing.T) {
	file := smallSweepFile(t, smallSweep)
	full, short := openSmallSweep(t, file, false), openSmallSweep(t, file, true)
	if got, want := fmt.Sprint(full.Grid), "{[{capacitor.storage.leak-tau [10 us 5.26 ms]} {transfer.interval [30 60]}] [{stimulus.epochs 1}] 2}"; got != want {
		t.Errorf("grid\n%s, want\n%s", got, want)
	}
	if got, want := fmt.Sprint(short.Grid), "{[{capacitor.storage.leak-tau [10 us 5.26 ms]} {transfer.interval [60]}] [{stimulus.epochs 1} {stimulus.train 40}] 1}"; got != want {
		t.Errorf("short grid\n%s, want\n%s", got, want)
	}
	if n := short.Base.Spec.Stimulus.Train; n != 40 {
		t.Errorf("the short form trains with %d examples", n)
	}
	// What the user sets goes before what the grid shares.
	s, err := OpenSweep(file, set("stimulus.epochs", "3"), false)
	if err != nil || s.Base.Spec.Stimulus.Epochs != 3 {
		t.Errorf("%d epochs, %v", s.Base.Spec.Stimulus.Epochs, err)
	}
}

func TestSweepRefuses(t *testing.T) {
	for _, c := range []struct{ table, want string }{
		{"", "has no table [sweep]"},
		{"[sweep]\n\"transfer.interval\" = [30, \"often\"]\n", "value often"},
		{"[sweep]\n\"transfer.intervall\" = [30]\n", "unknown key"},
		{"[sweep]\n\"transfer.interval\" = [[30]]\n", "expected a list of single values"},
		{"[sweep]\n\"transfer.interval\" = []\n", "expected a value or a list of values"},
		{"[sweep]\nrepeat = 0\n", "out of range"},
	} {
		_, err := OpenSweep(smallSweepFile(t, c.table), nil, false)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: %v, want %q", c.table, err, c.want)
		}
	}
	file := smallSweepFile(t, smallSweep)
	if _, err := OpenSweep(file, set("transfer.interval", "30"), false); err == nil || !strings.Contains(err.Error(), "is what the sweep varies") {
		t.Errorf("setting what is swept: %v", err)
	}
	if _, err := OpenSweep(smallSweepFile(t, "[sweep]\n"), nil, true); err == nil || !strings.Contains(err.Error(), "no short form") {
		t.Errorf("short form of a sweep without one: %v", err)
	}
}

// The bundled sweeps open in both forms, and are crossed in the order of their
// files.
func TestBundledSweeps(t *testing.T) {
	for name, points := range map[string][2]int{"leakage": {72, 12}, "montecarlo": {100, 12}} {
		for i, short := range []bool{false, true} {
			s, err := OpenSweep(name, nil, short)
			if err != nil {
				t.Fatal(err)
			}
			plan, err := sweep.Spec{Tool: "test", Parameters: s.Grid.Parameters, Repeat: s.Grid.Repeat}.Freeze()
			if err != nil || plan.Points != points[i] {
				t.Errorf("%s, short %v: %d points, %v; want %d", name, short, plan.Points, err, points[i])
			}
		}
	}
}

func TestUnitOf(t *testing.T) {
	for path, want := range map[string]string{
		"capacitor.storage.leak-tau": "s", "transfer.interval": "", "layer.hidden.weight-unit": "S",
		"layer[0].weight-unit": "S", "fet.up.kp": "A/V^2", "learning.rate": "", "no.such.key": "",
	} {
		if got := unitOf(path); got != want {
			t.Errorf("unit of %s is %q, want %q", path, got, want)
		}
	}
}

func TestStatistic(t *testing.T) {
	s := newStatistic([]float64{2, 4, 4, 4, 5, 5, 7, 9})
	if s.mean != 5 || math.Abs(s.sd-math.Sqrt(32.0/7)) > 1e-12 || s.format(1) != "5.0 ± 2.1" {
		t.Errorf("%+v, %s", s, s.format(1))
	}
	if s := newStatistic([]float64{3}); s.sd != 0 || s.format(2) != "3.00" || (statistic{}).format(2) != "-" {
		t.Errorf("one value: %+v", s)
	}
}

// tableOf is the table of a sweep whose accuracy is a function of its values.
func tableOf(t *testing.T, repeat int, accuracy func(values []string, repeat int) float64, q ...sweep.Parameter) *sweepTable {
	t.Helper()
	plan, err := sweep.Spec{Tool: "test", Parameters: q, Repeat: repeat}.Freeze()
	if err != nil {
		t.Fatal(err)
	}
	var rows []sweep.Row
	for n := range plan.Points {
		p := plan.Point(n)
		var values []string
		for _, s := range p.Settings {
			values = append(values, s.Value)
		}
		a := accuracy(values, p.Repeat)
		if math.IsNaN(a) {
			rows = append(rows, sweep.Row{Point: p, Error: "diverged"})
			continue
		}
		rows = append(rows, sweep.Row{Point: p, Result: sweep.Result{
			{Name: accuracyMeasure, Value: a}, {Name: floatMeasure, Value: 97}, {Name: exampleMeasure, Value: 233e-9}, {Name: energyMeasure, Value: 5e-8},
		}})
	}
	return newSweepTable(plan, rows)
}

func TestSweepFigures(t *testing.T) {
	tau := sweep.Parameter{Path: "capacitor.storage.leak-tau", Values: []string{"20 ms", "0.1 ms"}}
	interval := sweep.Parameter{Path: "transfer.interval", Values: []string{"500", "8000"}}
	variation := sweep.Parameter{Path: "cell.synapse.variation", Values: []string{"0", "1"}}
	inversion := sweep.Parameter{Path: "transfer.polarity-inversion", Values: []string{"true", "false"}}
	good := func([]string, int) float64 { return 95 }
	oneFails := func(v []string, _ int) float64 {
		if v[0] == "0.1 ms" && v[1] == "8000" {
			return math.NaN()
		}
		return 95
	}
	for _, c := range []struct {
		name  string
		table *sweepTable
		want  string
	}{
		{"leakage", tableOf(t, 2, good, interval, tau), "accuracy-map collapse energy-accuracy"},
		{"one fails", tableOf(t, 1, oneFails, tau, interval), "accuracy-map collapse energy-accuracy"},
		{"monte carlo", tableOf(t, 3, good, variation, inversion), "accuracy energy-accuracy"},
		{"three axes", tableOf(t, 1, good, tau, interval, inversion), "energy-accuracy"},
		{"one number", tableOf(t, 1, good, variation), "accuracy energy-accuracy"},
		{"no axis", tableOf(t, 1, good), "energy-accuracy"},
		{"all fail", tableOf(t, 1, func([]string, int) float64 { return math.NaN() }, tau, interval), ""},
	} {
		figures, err := c.table.figures("title")
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		var names []string
		for _, f := range figures {
			var svg bytes.Buffer
			if err := f.figure.SVG(&svg); err != nil || svg.Len() == 0 {
				t.Errorf("%s: %s: %v", c.name, f.file, err)
			}
			names = append(names, f.file)
		}
		if got := strings.Join(names, " "); got != c.want {
			t.Errorf("%s: figures %q, want %q", c.name, got, c.want)
		}
	}
}

// The map has its axes in order and the means in their places.
func TestSweepMapOrder(t *testing.T) {
	table := tableOf(t, 2, func(v []string, repeat int) float64 {
		x := map[string]float64{"20 ms": 20, "0.1 ms": 10, "500": 1, "8000": 2}
		return x[v[0]] + x[v[1]] + float64(repeat)
	}, sweep.Parameter{Path: "transfer.interval", Values: []string{"8000", "500"}},
		sweep.Parameter{Path: "capacitor.storage.leak-tau", Values: []string{"20 ms", "0.1 ms"}})
	x, y, ok := table.mapAxes()
	if !ok || x != 1 || y != 0 {
		t.Fatalf("axes %d, %d, %v", x, y, ok)
	}
	d := table.heatMapData("", x, y)
	if got, want := fmt.Sprint(d.Xs, d.Ys, d.Accuracy), "[0.0001 0.02] [500 8000] [[11.5 21.5] [12.5 22.5]]"; got != want {
		t.Errorf("map %s, want %s", got, want)
	}
}

// A merged sweep leaves its figures and a report with the results.
func TestDrawSweep(t *testing.T) {
	s := openSmallSweep(t, smallSweepFile(t, smallSweep), true)
	p := planned(t, s, 1)
	if _, err := DrawSweep(p, ""); err == nil {
		t.Error("a sweep without its points is drawn")
	}
	runShard(t, s, p, sweep.Whole)
	sum, err := DrawSweep(p, "engram merge sweeps/small")
	if err != nil {
		t.Fatal(err)
	}
	if sum.Points != 2 || sum.Failed != 0 || sum.FloatAccuracy == nil || !strings.Contains(sum.Best, "transfer.interval 60") {
		t.Errorf("summary %+v", sum)
	}
	for _, name := range []string{"accuracy-map.svg", "accuracy-map.png", "collapse.svg", "collapse.png", "report.html"} {
		if info, err := os.Stat(filepath.Join(p.Dir, name)); err != nil || info.Size() == 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
	page, err := os.ReadFile(filepath.Join(p.Dir, "report.html"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"small", "engram merge sweeps/small", "10 us", fmt.Sprintf("%.2f", sum.BestAccuracy), "leak-tau"} {
		if !bytes.Contains(page, []byte(want)) {
			t.Errorf("report.html lacks %q", want)
		}
	}
}

// Points side by side: on two idle cores two workers should take little more
// than half the time of one. Without twins, which would use the second core
// beside one worker.
func BenchmarkSweepWorkers(b *testing.B) {
	file := smallSweepFile(b, smallSweep+"[baseline]\nfloat = false\n")
	s, err := OpenSweep(file, set("stimulus.epochs", "20"), false)
	if err != nil {
		b.Fatal(err)
	}
	for _, workers := range []int{1, 2} {
		b.Run(fmt.Sprintf("workers=%d", workers), func(b *testing.B) {
			points := 0
			for b.Loop() {
				p := planned(b, s, 1)
				out, err := p.Run(b.Context(), sweep.Whole, s.Point(PointsFolder(p.Dir)), sweep.Options{Workers: workers})
				if err != nil || out.Failed > 0 {
					b.Fatalf("%+v, %v", out, err)
				}
				points += out.Computed
			}
			b.ReportMetric(float64(points)/b.Elapsed().Seconds(), "points/s")
		})
	}
}
