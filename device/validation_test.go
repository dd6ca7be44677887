package device

import (
	"bufio"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"engram/circuit/transient"
)

// reference reads a table of testdata: comments, a line of names, numbers.
func reference(t *testing.T, name string) [][]float64 {
	t.Helper()
	f, err := os.Open(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var rows [][]float64
	header := true
	for lines := bufio.NewScanner(f); lines.Scan(); {
		line := lines.Text()
		if strings.HasPrefix(line, "#") {
			continue
		}
		if header {
			header = false
			continue
		}
		var row []float64
		for field := range strings.SplitSeq(line, ",") {
			x, err := strconv.ParseFloat(field, 64)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			row = append(row, x)
		}
		rows = append(rows, row)
	}
	if len(rows) == 0 {
		t.Fatalf("%s is empty", name)
	}
	return rows
}

func column(rows [][]float64, k int) []float64 {
	out := make([]float64, len(rows))
	for i, r := range rows {
		out[i] = r[k]
	}
	return out
}

// pulseTrain returns n pulses back to back with 1 ns between them, and the times in
// the gap after each, the first one before the first pulse.
func pulseTrain(c *Cell, a Action, n int, start float64) (pulses []Pulse, gaps []float64) {
	period := c.PulseWidth + 1e-9
	gaps = append(gaps, start)
	for k := range n {
		t := start + 0.5e-9 + float64(k)*period
		pulses = append(pulses, Pulse{Action: a, Start: t})
		gaps = append(gaps, t+c.PulseWidth+0.4e-9)
	}
	return pulses, gaps
}

// sample runs the bench and returns the node voltages of a row of cells at the
// given ascending times.
func sample(t *testing.T, b *ArrayBench, times []float64) [][]float64 {
	t.Helper()
	circ, err := b.Circuit()
	if err != nil {
		t.Fatal(err)
	}
	s, err := transient.NewSolver(circ, transient.Options{Stop: b.Stop, Times: times})
	if err != nil {
		t.Fatal(err)
	}
	var out [][]float64
	err = s.Run(func(now float64, volts []float64) error {
		if len(out) < len(times) && math.Abs(now-times[len(out)]) <= 1e-15*b.Stop {
			row := make([]float64, b.Cols)
			for k := range row {
				row[k] = volts[circ.Node(CellName(0, k))]
			}
			out = append(out, row)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(out) != len(times) {
		t.Fatalf("%d of %d samples", len(out), len(times))
	}
	return out
}

// meanStep applies ten pulses to cells that start at the given voltages and
// returns the mean step of the last nine, as the reference does.
func meanStep(t *testing.T, b *ArrayBench, a Action) []float64 {
	t.Helper()
	pulses, gaps := pulseTrain(&b.Cell, a, 10, 0)
	b.Pulses, b.Stop = pulses, gaps[10]+0.1e-9
	b.Cell.LeakR = math.Inf(1)
	v := sample(t, b, []float64{gaps[1], gaps[10]})
	out := make([]float64, b.Cols)
	for k := range out {
		out[k] = (v[1][k] - v[0][k]) / 9
	}
	return out
}

func TestStepCurveOfReference(t *testing.T) {
	ref := reference(t, "cell-step.csv")
	for _, dir := range []struct {
		name   string
		action Action
		col    int
	}{{"up", PulseUp, 2}, {"down", PulseDown, 4}} {
		b := &ArrayBench{Cell: DefaultCell(), Rows: 1, Cols: len(ref), Initial: column(ref, 0)}
		worst := 0.0
		for k, dv := range meanStep(t, b, dir.action) {
			if v := ref[k][0]; v < 0.0999 || v > 0.9001 {
				continue
			}
			e := dv/ref[k][dir.col] - 1
			worst = math.Max(worst, math.Abs(e))
			if math.Abs(e) > 0.01 {
				t.Errorf("%s step at %g V: %.6g V, reference %.6g V", dir.name, ref[k][0], dv, ref[k][dir.col])
			}
		}
		t.Logf("%s step: within %.2f %% over 0.1..0.9 V", dir.name, 100*worst)
	}
}

func TestStaircaseOfReference(t *testing.T) {
	ref := reference(t, "cell-staircase.csv")
	c := DefaultCell()
	c.LeakR = math.Inf(1)
	up, gaps := pulseTrain(&c, PulseUp, 200, 0)
	down, more := pulseTrain(&c, PulseDown, 200, gaps[200])
	b := &ArrayBench{
		Cell: c, Rows: 1, Cols: 1, Initial: []float64{0.44},
		Pulses: append(up, down...), Stop: more[200] + 0.1e-9,
	}
	worst := 0.0
	for k, v := range sample(t, b, append(gaps, more[1:]...)) {
		worst = math.Max(worst, math.Abs(v[0]-ref[k][1]))
	}
	if worst > 0.54e-3 {
		t.Errorf("staircase leaves the reference by %.3g V, more than a step", worst)
	}
	t.Logf("staircase: within %.2f steps", worst/0.54e-3)
}

func TestLeakOfReference(t *testing.T) {
	for name, resistance := range map[string]float64{
		"cell-leak-ohmic.csv": 125e9, "cell-leak-subthreshold.csv": math.Inf(1),
	} {
		ref := reference(t, name)
		c := DefaultCell()
		c.LeakR = resistance
		b := &ArrayBench{Cell: c, Rows: 1, Cols: len(ref[0]) - 1, Initial: ref[0][1:], Stop: 0.01}
		worst := 0.0
		for k, v := range sample(t, b, column(ref, 0)) {
			for j := range v {
				worst = math.Max(worst, math.Abs(v[j]-ref[k][j+1]))
			}
		}
		if worst > 0.5e-3 {
			t.Errorf("%s: off by %.3g V", name, worst)
		}
		t.Logf("%s: within %.2f mV over 10 ms", name, worst*1e3)
	}
}

func TestReadCurveOfReference(t *testing.T) {
	c := DefaultCell()
	for _, sign := range []float64{1, -1} {
		var sum, worst, n float64
		for _, r := range reference(t, "read-iv.csv") {
			v, vds := r[0], r[1]
			if v < 0.299 || v > 0.701 || vds*sign < 1e-3 {
				continue
			}
			e := c.Conductance(v, vds, 0) - r[2]/vds
			sum += e * e
			worst = math.Max(worst, math.Abs(e))
			n++
		}
		rms := math.Sqrt(sum / n)
		if rms > 0.6e-6 {
			t.Errorf("Vds %+.0f: conductance off by %.3g S rms", sign, rms)
		}
		t.Logf("Vds %+.0f: %.2f uS rms, %.2f uS at most, over %g points", sign, rms*1e6, worst*1e6, n)
	}
}

// monteCarlo is the reference table as a row of cells with their shifts.
func monteCarlo(ref [][]float64) *ArrayBench {
	n := len(ref)
	b := &ArrayBench{Cell: DefaultCell(), Rows: 1, Cols: n, Initial: make([]float64, n)}
	for k := range b.Initial {
		b.Initial[k] = 0.5
	}
	b.DVtUp, b.DVtDown, b.DVtRead = column(ref, 0), column(ref, 1), column(ref, 2)
	return b
}

func standardDeviation(x []float64) float64 {
	var mean, sum float64
	for _, v := range x {
		mean += v / float64(len(x))
	}
	for _, v := range x {
		sum += (v - mean) * (v - mean)
	}
	return math.Sqrt(sum / float64(len(x)-1))
}

func TestMonteCarloOfReference(t *testing.T) {
	ref := reference(t, "cell-montecarlo.csv")
	leak := func(resistance float64) []float64 {
		b := monteCarlo(ref)
		b.Cell.LeakR, b.Stop = resistance, 0.01
		return sample(t, b, []float64{0.01})[0]
	}
	var g []float64
	c := DefaultCell()
	for _, r := range ref {
		g = append(g, c.Conductance(0.5, 0.05, r[2]))
	}
	for _, q := range []struct {
		name string
		col  int
		got  []float64
	}{
		{"up step", 3, meanStep(t, monteCarlo(ref), PulseUp)},
		{"down step", 4, meanStep(t, monteCarlo(ref), PulseDown)},
		{"ohmic leak", 5, leak(125e9)},
		{"subthreshold leak", 6, leak(math.Inf(1))},
		{"read conductance", 7, g},
	} {
		want := column(ref, q.col)
		ratio := standardDeviation(q.got) / standardDeviation(want)
		if math.Abs(ratio-1) > 0.05 {
			t.Errorf("spread of the %s is %.4f of the reference", q.name, ratio)
		}
		t.Logf("%s: spread %.4f of the reference", q.name, ratio)
		if !strings.HasSuffix(q.name, "step") {
			continue
		}
		worst := 0.0
		for k := range want {
			worst = math.Max(worst, math.Abs(q.got[k]/want[k]-1))
		}
		if worst > 0.03 {
			t.Errorf("%s of a row is off by %.3g", q.name, worst)
		}
		t.Logf("%s: rows within %.2f %%", q.name, 100*worst)
	}
}

func TestReadPulseLiftsTheNode(t *testing.T) {
	// Reference: 1.03 mV while 0.1 V is on the drain, and back.
	c := DefaultCell()
	curves, err := c.Characterize(21)
	if err != nil {
		t.Fatal(err)
	}
	if lift := curves.ReadLift[10]; math.Abs(lift-1.03e-3) > 0.03e-3 {
		t.Errorf("lift at 0.5 V is %.4g V", lift)
	}
	if left := curves.ReadResidue[10]; math.Abs(left) > 1e-7 {
		t.Errorf("the read pulse leaves %.3g V", left)
	}
}
