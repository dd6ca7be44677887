package netlist

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"engram/circuit"
	"engram/device"
	"engram/tile"
)

// MaxExperimentCells bounds an experiment: its time and a deck's size grow with
// cells times pulses (assumed).
const MaxExperimentCells = 4096

// MaxExperimentPulses bounds the update pulses of an experiment (assumed).
const MaxExperimentPulses = 1_000_000

// An Experiment is what is done to cells at transistor level: update pulses,
// the first half of them up, the rest down, a leak, and a read of all rows.
// The cells start at V0. A lone cell takes every pulse; in an array every line
// takes part in a pulse with probability 1/2.
type Experiment struct {
	Pulses int
	Period circuit.Time // from one update pulse to the next
	Idle   circuit.Time // leak behind the last one
	Read   circuit.Time // width of the read pulse
	Seed   uint64
}

// ExperimentOn returns the experiment with the times of a tile: its pulser's
// slots and its rows' largest code.
func (d *Design) ExperimentOn(tileName string) (Experiment, error) {
	a, err := d.tileNamed(tileName)
	if err != nil {
		return Experiment{}, err
	}
	return Experiment{Period: a.Pulser.Period, Read: a.RowDAC.FullScale()}, nil
}

// Array returns e on the cells at the crossings of rows and columns of a tile,
// with the mismatch of a fabrication with e.Seed.
func (e Experiment) Array(d *Design, tileName string, rows, cols []int) (*device.ArrayBench, error) {
	a, err := d.tileNamed(tileName)
	if err != nil {
		return nil, err
	}
	for _, l := range []struct {
		name  string
		lines []int
		n     int
	}{{"row", rows, a.Rows()}, {"column", cols, a.Cols()}} {
		for _, k := range l.lines {
			if k < 0 || k >= l.n {
				return nil, fmt.Errorf("tile %s has %ss 0 to %d, not %d", tileName, l.name, l.n-1, k)
			}
		}
	}
	b, err := e.bench(&a.Cell, len(rows), len(cols), circuit.Instance(tileName))
	if err != nil {
		return nil, fmt.Errorf("tile %s: %w", tileName, err)
	}
	for _, i := range rows {
		cells := a.Cell.Row(tileName, e.Seed, i, slices.Max(cols)+1)
		for _, j := range cols {
			b.DVtUp = append(b.DVtUp, cells[j].Up)
			b.DVtDown = append(b.DVtDown, cells[j].Down)
			b.DVtRead = append(b.DVtRead, cells[j].Read)
		}
	}
	return b, nil
}

// Cell returns e on one nominal cell of a name.
func (e Experiment) Cell(d *Design, name string) (*device.ArrayBench, error) {
	c, err := d.Cell(name)
	if err != nil {
		return nil, err
	}
	b, err := e.bench(&c, 1, 1, circuit.Instance(name))
	if err != nil {
		return nil, fmt.Errorf("cell %s: %w", name, err)
	}
	return b, nil
}

// bench lays e out on an array without mismatch. The instance keys which lines
// take part in which pulse.
func (e Experiment) bench(c *tile.Cell, rows, cols int, instance uint64) (*device.ArrayBench, error) {
	switch {
	case rows < 1 || cols < 1 || rows > MaxExperimentCells/cols:
		return nil, fmt.Errorf("%d x %d cells at transistor level, expected 1 to %d in all", rows, cols, MaxExperimentCells)
	case e.Pulses < 0 || e.Pulses > MaxExperimentPulses:
		return nil, fmt.Errorf("%d update pulses, expected 0 to %d", e.Pulses, MaxExperimentPulses)
	case e.Idle < 0:
		return nil, fmt.Errorf("a leak of %v", e.Idle)
	}
	b := &device.ArrayBench{Cell: LeakingCell(c), Rows: rows, Cols: cols, Initial: slices.Repeat([]float64{c.V0}, rows*cols)}
	rng := circuit.NewStream(e.Seed, circuit.UpdatePulse, instance, 0)
	now := e.Period
	for k := range e.Pulses {
		p := device.Pulse{Action: device.PulseUp, Start: now.Seconds()}
		if k >= (e.Pulses+1)/2 {
			p.Action = device.PulseDown
		}
		now += e.Period
		if rows*cols > 1 {
			p.Rows, p.Cols = someLines(rows, rng), someLines(cols, rng)
			if len(p.Rows) == 0 || len(p.Cols) == 0 {
				continue // no lines is not all lines
			}
		}
		b.Pulses = append(b.Pulses, p)
	}
	now += e.Idle
	b.Pulses = append(b.Pulses, device.Pulse{Action: device.PulseRead, Start: now.Seconds(), Width: e.Read.Seconds(), Volts: c.ReadVoltage})
	b.Stop = (now + 2*e.Read).Seconds()
	return b, b.Validate()
}

// someLines picks each of n lines with probability 1/2.
func someLines(n int, rng *circuit.Stream) []int {
	var lines []int
	for k := range n {
		if rng.Float64() < 0.5 {
			lines = append(lines, k)
		}
	}
	return lines
}

// LeakingCell returns the transistors of c with the ohmic leak, which the
// cycle levels apply apart, as the resistor that gives its time constant.
func LeakingCell(c *tile.Cell) device.Cell {
	t := c.Transistors
	t.LeakR = c.Storage.Tau / c.Curves.NodeC
	return t
}

// Cell returns the cell of a name in the netlist.
func (d *Design) Cell(name string) (tile.Cell, error) {
	c, ok := d.Cells[name]
	if !ok {
		names := slices.Sorted(maps.Keys(d.Cells))
		return c, fmt.Errorf("no cell %s%s; there are %s", quote(name), suggest(name, names), strings.Join(names, ", "))
	}
	return c, nil
}

// tileNamed returns the design of a tile, or tells which there are.
func (d *Design) tileNamed(name string) (*ArrayDesign, error) {
	var names []string
	for i := range d.Arrays {
		if d.Arrays[i].Name == name {
			return &d.Arrays[i], nil
		}
		names = append(names, d.Arrays[i].Name)
	}
	return nil, fmt.Errorf("no tile %s%s; there are %s", quote(name), suggest(name, names), strings.Join(names, ", "))
}
