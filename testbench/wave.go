package testbench

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"engram/circuit"
	"engram/circuit/transient"
	"engram/circuit/wave"
	"engram/device"
	"engram/netlist"
)

// WaveOptions say what Wave records.
type WaveOptions struct {
	// Probes are paths, as in [netlist.System.Probe]; those of the
	// testbench's measurements are added.
	Probes   []string
	Level    circuit.Level
	Examples int    // training examples, from the first on
	Data     string // folder of raw data sets; "" to look for them
	// Progress is told the number of examples done and in all; it may be nil.
	Progress func(done, total int)
}

// Wave trains the first examples of the testbench and writes the probes to w,
// one sample per step of the level, and one behind a transfer.
func (b *Bench) Wave(ctx context.Context, o WaveOptions, w wave.Writer) error {
	train, test, err := b.Spec.Stimulus.Load(ctx, o.Data, b.Spec.Seed)
	if err != nil {
		return err
	}
	spec := b.Spec
	spec.Baseline.Float = false
	t, err := NewTrainer(spec, b.Design, train, test, o.Level)
	if err != nil {
		return err
	}
	if o.Examples < 1 || o.Examples > t.Total() {
		return &InputError{fmt.Errorf("%d examples, expected 1 to %d, all of the training", o.Examples, t.Total())}
	}
	probes, err := b.probes(t.System, o.Probes)
	if err != nil {
		return &InputError{err}
	}
	rec, err := t.System.Record(w, probes)
	if err != nil {
		return err
	}
	return errors.Join(t.record(ctx, rec, o), rec.Close())
}

// record trains the examples of o one by one.
func (t *Trainer) record(ctx context.Context, rec *netlist.Recording, o WaveOptions) error {
	for t.done < o.Examples && rec.Err() == nil {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := t.trainTo(t.done + 1); err != nil {
			return err
		}
		t.transferIfDue(Monitor{})
		rec.Sample()
		if o.Progress != nil {
			o.Progress(t.done, o.Examples)
		}
	}
	return nil
}

// probes resolves the paths and adds the probes that the measurements read,
// where there are such: Measure tells about the others.
func (b *Bench) probes(s *netlist.System, paths []string) ([]netlist.Probe, error) {
	var probes []netlist.Probe
	for _, path := range distinct(paths) {
		p, err := s.Probe(path)
		if err != nil {
			return nil, err
		}
		probes = append(probes, p)
	}
	for _, path := range b.measuredSignals(paths) {
		if p, err := s.Probe(path); err == nil {
			probes = append(probes, p)
		}
	}
	if len(probes) == 0 {
		return nil, errNoProbe
	}
	return probes, nil
}

var errNoProbe = errors.New("nothing to record: neither a probe nor a measurement of one")

// distinct returns the paths without repetition, in order.
func distinct(paths []string) []string {
	var out []string
	for _, p := range paths {
		if !slices.Contains(out, p) {
			out = append(out, p)
		}
	}
	return out
}

// TransistorOptions say what TransistorWave records.
type TransistorOptions struct {
	// Probes are paths TILE.r3_c7.NODE or CELL.NODE, all of one tile or one
	// cell of the netlist. A node is v, the storage node, gu or gd, the
	// gates of the pull-up and the pull-down transistor, or read, the row
	// line.
	Probes []string
	Pulses int          // update pulses
	Idle   circuit.Time // leak behind them
}

// TransistorWave runs a [netlist.Experiment] on the cells at the crossings of
// the probed rows and columns and writes the probes to w, one sample per step
// of the solver.
func (b *Bench) TransistorWave(ctx context.Context, o TransistorOptions, w wave.Writer) error {
	set, err := b.nodeProbes(o.Probes)
	if err != nil {
		return &InputError{err}
	}
	bench, err := b.experiment(set, o)
	if err != nil {
		return &InputError{err}
	}
	circ, err := bench.Circuit()
	if err != nil {
		return err
	}
	solver, err := transient.NewSolver(circ, transient.Options{Stop: bench.Stop})
	if err != nil {
		return err
	}
	nodes, values := set.nodes(circ), make([]float64, len(set.probes))
	if err := w.Begin(set.signals()); err != nil {
		return err
	}
	err = solver.Run(func(now float64, volts []float64) error {
		for i, n := range nodes {
			values[i] = volts[n]
		}
		return errors.Join(ctx.Err(), w.Sample(now, values))
	})
	return errors.Join(err, w.Close())
}

// experiment lays o out on the cells of the set.
func (b *Bench) experiment(set *nodeSet, o TransistorOptions) (*device.ArrayBench, error) {
	if set.cell {
		// No tile gives the times: those of the default pulser and DAC.
		e := netlist.Experiment{Pulses: o.Pulses, Idle: o.Idle, Period: 2 * circuit.Nanosecond, Read: 25500 * circuit.Picosecond}
		return e.Cell(b.Design, set.owner)
	}
	e, err := b.Design.ExperimentOn(set.owner)
	if err != nil {
		return nil, err
	}
	e.Pulses, e.Idle, e.Seed = o.Pulses, o.Idle, b.Spec.Seed
	return e.Array(b.Design, set.owner, set.rows, set.cols)
}
