package testbench

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"

	"engram/circuit"
	"engram/circuit/transient"
	"engram/device"
	"engram/netlist"
	"engram/tile"
)

const (
	// characterizePoints is the number of voltages of a curve: steps of 10 mV
	// at 1 V of supply.
	characterizePoints = 101
	// leakTime is what a leak curve shows, about two time constants of the
	// default cell, and leakPoints the number of its points.
	leakTime   = 10e-3
	leakPoints = 51
	// pcmPulses of pcmCurrent and pcmWidth are the train that the published
	// statistics of the phase-change device are for (Nandakumar et al., J.
	// Appl. Phys. 124, 152135 (2018)).
	pcmPulses  = 20
	pcmCurrent = 90e-6
	pcmWidth   = 50e-9
	// pcmDevices are fabricated for the mean and the spread of that train:
	// the spread is then known to 2 %.
	pcmDevices = 1000
	// MaxMonteCarlo bounds the sampled cells (assumed).
	MaxMonteCarlo = 100_000
)

// A Characterization is the curves of a cell, from its transistors and devices.
type Characterization struct {
	Cell   string
	VRead  float64 // V
	Curves *device.Curves
	Leak   LeakCurves
	PCM    PulseCurve
	Cells  []SampledCell // none without Monte Carlo
}

// LeakCurves are the voltages in V of idle cells over time in s, one curve per
// start: with the ohmic path, and through the transistors alone.
type LeakCurves struct {
	T                   []float64
	Ohmic, Subthreshold [][]float64
}

// A PulseCurve is the conductance in S of phase-change devices after 0, 1, 2,
// ... SET pulses: mean and standard deviation.
type PulseCurve struct{ Pulses, Mean, SD []float64 }

// A SampledCell is one fabricated cell at V0.
type SampledCell struct {
	tile.Mismatch
	UpStep, DownStep float64 // V
	Leak             float64 // change over leakTime, V
	Read             float64 // conductance in S under the read voltage
}

// Characterize computes the curves of a cell of the netlist, and those numbers
// of n fabricated cells that scatter.
func (b *Bench) Characterize(ctx context.Context, name string, n int) (*Characterization, error) {
	c, err := b.Design.Cell(name)
	if err == nil && (n < 0 || n > MaxMonteCarlo) {
		err = fmt.Errorf("%d sampled cells, expected 0 to %d", n, MaxMonteCarlo)
	}
	if err != nil {
		return nil, &InputError{err}
	}
	out := &Characterization{Cell: name, VRead: c.ReadVoltage, PCM: pulseCurve(&c.PCM, b.Spec.Seed)}
	analogue := netlist.LeakingCell(&c)
	if out.Curves, err = analogue.Characterize(characterizePoints); err != nil {
		return nil, err
	}
	if out.Leak, err = leakCurves(ctx, analogue); err != nil {
		return nil, err
	}
	if n > 0 {
		out.Cells, err = sampleCells(ctx, &c, c.Row("cell."+name, b.Spec.Seed, 0, n))
	}
	return out, err
}

// leakCurves lets cells leak from a tenth to nine tenths of the supply.
func leakCurves(ctx context.Context, c device.Cell) (LeakCurves, error) {
	l := LeakCurves{T: make([]float64, leakPoints)}
	for k := range l.T {
		l.T[k] = leakTime * float64(k) / (leakPoints - 1)
	}
	bench := device.ArrayBench{Cell: c, Rows: 1, Stop: leakTime}
	for k := 1; k < 10; k++ {
		bench.Initial = append(bench.Initial, c.VDD*float64(k)/10)
	}
	bench.Cols = len(bench.Initial)
	var err1, err2 error
	l.Ohmic, err1 = sampleNodes(ctx, &bench, l.T)
	bench.Cell.LeakR = math.Inf(1)
	l.Subthreshold, err2 = sampleNodes(ctx, &bench, l.T)
	return l, errors.Join(err1, err2)
}

// sampleNodes runs a bench of one row and returns the voltages of every cell at
// the times, which ascend.
func sampleNodes(ctx context.Context, b *device.ArrayBench, times []float64) ([][]float64, error) {
	circ, err := b.Circuit()
	if err != nil {
		return nil, err
	}
	s, err := transient.NewSolver(circ, transient.Options{Stop: b.Stop, Times: times})
	if err != nil {
		return nil, err
	}
	nodes, out := make([]transient.Node, b.Cols), make([][]float64, b.Cols)
	for j := range nodes {
		nodes[j] = circ.Node(device.CellName(0, j))
	}
	next := 0
	err = s.Run(func(t float64, volts []float64) error {
		if next < len(times) && t >= times[next] {
			for j, n := range nodes {
				out[j] = append(out[j], volts[n])
			}
			next++
		}
		return ctx.Err()
	})
	if err == nil && next < len(times) {
		err = fmt.Errorf("%d of %d samples taken", next, len(times))
	}
	return out, err
}

// sampleCells puts an up pulse, a down pulse and a leak on cells with the given
// mismatch, each on cells at V0.
func sampleCells(ctx context.Context, c *tile.Cell, mismatch []tile.Mismatch) ([]SampledCell, error) {
	cells := make([]SampledCell, len(mismatch))
	bench := device.ArrayBench{
		Cell: netlist.LeakingCell(c), Rows: 1, Cols: len(cells), Initial: slices.Repeat([]float64{c.V0}, len(cells)),
	}
	for k, m := range mismatch {
		bench.DVtUp = append(bench.DVtUp, m.Up)
		bench.DVtDown = append(bench.DVtDown, m.Down)
		bench.DVtRead = append(bench.DVtRead, m.Read)
		cells[k] = SampledCell{Mismatch: m, Read: bench.Cell.Conductance(c.V0, c.ReadVoltage, m.Read)}
	}
	pulse := func(a device.Action) []device.Pulse { return []device.Pulse{{Action: a, Start: bench.Cell.Edge}} }
	for _, run := range []struct {
		pulses []device.Pulse
		stop   float64
		result func(*SampledCell) *float64
	}{
		{pulse(device.PulseUp), bench.Cell.PulseWidth + 4*bench.Cell.Edge, func(s *SampledCell) *float64 { return &s.UpStep }},
		{pulse(device.PulseDown), bench.Cell.PulseWidth + 4*bench.Cell.Edge, func(s *SampledCell) *float64 { return &s.DownStep }},
		{nil, leakTime, func(s *SampledCell) *float64 { return &s.Leak }},
	} {
		bench.Pulses, bench.Stop = run.pulses, run.stop
		volts, err := sampleNodes(ctx, &bench, []float64{run.stop})
		if err != nil {
			return nil, err
		}
		for k := range cells {
			*run.result(&cells[k]) = volts[k][0] - c.V0
		}
	}
	return cells, nil
}

// pulseCurve fabricates devices and puts a train of SET pulses on each after a
// RESET.
func pulseCurve(s *device.PCMSpec, seed uint64) PulseCurve {
	var c PulseCurve
	g := make([][]float64, pcmPulses+1)
	for i := range pcmDevices {
		rng := circuit.NewStream(seed, circuit.Fabrication, circuit.Instance("pcm"), uint64(i))
		d := s.Fabricate(rng)
		s.Reset(&d, rng)
		for k := range g {
			if k > 0 {
				s.Set(&d, pcmCurrent, pcmWidth, rng)
			}
			g[k] = append(g[k], s.Conductance(&d))
		}
	}
	for k := range g {
		mean, sd := stat.MeanStdDev(g[k], nil)
		c.Pulses, c.Mean, c.SD = append(c.Pulses, float64(k)), append(c.Mean, mean), append(c.SD, sd)
	}
	return c
}

// A Spread is the mean and the standard deviation of one number over cells.
type Spread struct {
	Name string  `json:"name"`
	Unit string  `json:"unit"`
	Mean float64 `json:"mean"`
	SD   float64 `json:"sd"`
}

// Spreads sums the sampled cells up; it is nil without Monte Carlo.
func (c *Characterization) Spreads() []Spread {
	if len(c.Cells) == 0 {
		return nil
	}
	var all []Spread
	for _, q := range sampledColumns {
		values := make([]float64, len(c.Cells))
		for i := range values {
			values[i] = q.value(&c.Cells[i])
		}
		s := Spread{Name: q.name, Unit: q.unit}
		if s.Mean, s.SD = stat.MeanStdDev(values, nil); len(values) == 1 {
			s.SD = 0
		}
		all = append(all, s)
	}
	return all
}

// sampledColumns are the numbers of a sampled cell.
var sampledColumns = []struct {
	name, unit string
	value      func(*SampledCell) float64
}{
	{"dvt-up", "V", func(s *SampledCell) float64 { return s.Up }},
	{"dvt-down", "V", func(s *SampledCell) float64 { return s.Down }},
	{"dvt-read", "V", func(s *SampledCell) float64 { return s.Mismatch.Read }},
	{"step-up", "V", func(s *SampledCell) float64 { return s.UpStep }},
	{"step-down", "V", func(s *SampledCell) float64 { return s.DownStep }},
	{"leak-10ms", "V", func(s *SampledCell) float64 { return s.Leak }},
	{"read", "S", func(s *SampledCell) float64 { return s.Read }},
}
