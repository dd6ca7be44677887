package netlist

import (
	"strings"
	"testing"

	"engram/circuit"
	"engram/device"
)

func mnistDesign(t *testing.T) *Design {
	t.Helper()
	_, d, err := Open(LibraryPrefix+"mnist.toml", nil)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestExperimentOnATile(t *testing.T) {
	d := mnistDesign(t)
	e, err := d.ExperimentOn("output")
	if err != nil {
		t.Fatal(err)
	}
	e.Pulses, e.Idle, e.Seed = 10, circuit.Millisecond, 3
	b, err := e.Array(d, "output", []int{4, 9}, []int{0, 7, 2})
	if err != nil {
		t.Fatal(err)
	}
	c, _ := d.Cell("synapse")
	want := c.Row("output", 3, 9, 10)[7]
	if up, down, read := b.Shifts(1, 1); up != want.Up || down != want.Down || read != want.Read {
		t.Errorf("cell r9_c7 has shifts %g, %g, %g, want %v", up, down, read, want)
	}
	if tau := b.Cell.LeakR * c.Curves.NodeC; tau < 5.259e-3 || tau > 5.261e-3 {
		t.Errorf("leak has a time constant of %g s, want 5.26 ms", tau)
	}
	counts := map[device.Action]int{}
	for _, p := range b.Pulses {
		counts[p.Action]++
	}
	if counts[device.PulseRead] != 1 || counts[device.PulseUp] == 0 || counts[device.PulseUp] > 5 || counts[device.PulseDown] > 5 {
		t.Errorf("%d up, %d down, %d read pulses", counts[device.PulseUp], counts[device.PulseDown], counts[device.PulseRead])
	}
	read := b.Pulses[len(b.Pulses)-1]
	if want := 11*2e-9 + 1e-3; read.Start < want*(1-1e-12) || read.Start > want*(1+1e-12) {
		t.Errorf("read at %g s, want %g", read.Start, want)
	}
	if b.Stop <= read.Start+read.Width {
		t.Errorf("ends at %g s, in the read", b.Stop)
	}
}

func TestExperimentOnACell(t *testing.T) {
	e := Experiment{Pulses: 5, Period: 2 * circuit.Nanosecond, Read: 10 * circuit.Nanosecond}
	b, err := e.Cell(mnistDesign(t), "synapse")
	if err != nil {
		t.Fatal(err)
	}
	if len(b.Pulses) != 6 || b.Pulses[2].Action != device.PulseUp || b.Pulses[3].Action != device.PulseDown {
		t.Errorf("a lone cell does not take 3 pulses up and 2 down: %v", b.Pulses)
	}
}

func TestExperimentRefusals(t *testing.T) {
	d := mnistDesign(t)
	good, err := d.ExperimentOn("output")
	if err != nil {
		t.Fatal(err)
	}
	many := good
	many.Pulses = MaxExperimentPulses + 1
	all := make([]int, 126)
	for _, test := range []struct {
		e          Experiment
		tile, want string
		rows, cols []int
	}{
		{good, "outptu", `no tile "outptu" (did you mean "output"?); there are hidden1, hidden2, output`, []int{0}, []int{0}},
		{good, "output", "tile output has rows 0 to 125, not 126", []int{126}, []int{0}},
		{good, "output", "tile output has columns 0 to 9, not -1", []int{0}, []int{-1}},
		{good, "output", "expected 1 to 4096 in all", all, make([]int, 40)},
		{good, "output", "expected 1 to 4096 in all", nil, nil},
		{many, "output", "update pulses, expected 0 to 1000000", []int{0}, []int{0}},
	} {
		if _, err := test.e.Array(d, test.tile, test.rows, test.cols); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("error %v, want %q", err, test.want)
		}
	}
	if _, err := good.Cell(d, "synaps"); err == nil || !strings.Contains(err.Error(), `no cell "synaps" (did you mean "synapse"?)`) {
		t.Errorf("error %v for an unknown cell", err)
	}
}

// The deck of an experiment with a tile's mismatch, as engram spice writes it,
// gives in ngspice what Engram's own solver gives.
func TestExperimentAgreesWithNgspice(t *testing.T) {
	d := mnistDesign(t)
	e, err := d.ExperimentOn("output")
	if err != nil {
		t.Fatal(err)
	}
	e.Pulses, e.Idle, e.Seed = 20, 10*circuit.Microsecond, 3
	b, err := e.Array(d, "output", []int{0, 1, 2}, []int{0, 1})
	if err != nil {
		t.Fatal(err)
	}
	plot, _ := runNgspice(t, b, 0)
	if worst := worstDifference(t, b, plot); worst > 1e-4*b.Cell.VDD {
		t.Errorf("waveforms differ by up to %g V, want 1e-4 of full scale", worst)
	}
}
