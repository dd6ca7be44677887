package testbench

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"engram/circuit"
	"engram/netlist"
	"engram/testbench/dataset"
	"engram/testbench/sweep"
)

// A Sweep is a testbench and the grid of points at which to train it. Points
// may be computed side by side. Its exported fields are read only once the
// first point runs, but for Data.
type Sweep struct {
	Base *Bench // what the points share, with the first seed
	Grid Grid
	Data string // folder of raw data sets; "" to look for them

	name     string
	settings []netlist.Setting // the user's, then those of the grid
	sets     dataCache
}

// OpenSweep reads a testbench with a table [sweep], in its short form if short
// is true, and checks each value of the grid by itself. Whether they go
// together shows at the points.
func OpenSweep(name string, settings []netlist.Setting, short bool) (*Sweep, error) {
	b, err := Open(name, settings)
	if err != nil {
		return nil, err
	}
	if b.Spec.Sweep == nil {
		return nil, fmt.Errorf("%s has no table [sweep]", name)
	}
	g, err := b.Spec.Sweep.grid(short)
	if err != nil {
		return nil, err
	}
	for _, p := range g.Parameters {
		if slices.ContainsFunc(settings, func(s netlist.Setting) bool { return s.Path == p.Path }) {
			return nil, fmt.Errorf("%s is what the sweep varies; to give it other values set sweep.%q=[...]", p.Path, p.Path)
		}
	}
	s := &Sweep{Grid: g, name: name, settings: sharedSettings(settings, g.Shared)}
	if s.Base, err = Open(name, s.settings); err != nil {
		return nil, err
	}
	return s, s.checkValues()
}

// sharedSettings puts the user's settings over those of the grid.
func sharedSettings(user, shared []netlist.Setting) []netlist.Setting {
	var all []netlist.Setting
	for _, s := range shared {
		if !slices.ContainsFunc(user, func(u netlist.Setting) bool { return u.Path == s.Path }) {
			all = append(all, s)
		}
	}
	return append(all, user...)
}

// checkValues opens the testbench with each value of each parameter.
func (s *Sweep) checkValues() error {
	for _, p := range s.Grid.Parameters {
		for _, v := range p.Values {
			if _, err := s.open(sweep.Setting{Path: p.Path, Value: v}); err != nil {
				return fmt.Errorf("sweep of %s, value %s: %w", p.Path, v, err)
			}
		}
	}
	return nil
}

func (s *Sweep) open(settings ...sweep.Setting) (*Bench, error) {
	all := slices.Clone(s.settings)
	for _, t := range settings {
		all = append(all, netlist.Setting(t))
	}
	return Open(s.name, all)
}

// Plan says what to sweep to package sweep: the inputs that the points share
// are the resolved testbench and the hashes of its data.
func (s *Sweep) Plan(ctx context.Context, tool string, shards int) (sweep.Spec, error) {
	train, test, err := s.sets.load(ctx, s.Data, s.Base.Spec)
	if err != nil {
		return sweep.Spec{}, err
	}
	inputs := bytes.NewBuffer(s.Base.Resolved())
	writeDataHashes(inputs, train, test)
	return sweep.Spec{
		Tool: tool, Inputs: inputs.Bytes(), Seed: s.Base.Spec.Seed,
		Parameters: s.Grid.Parameters, Repeat: s.Grid.Repeat, Shards: shards,
	}, nil
}

// writeDataHashes writes what tells the sets from others.
func writeDataHashes(w *bytes.Buffer, sets ...*dataset.Set) {
	for _, set := range sets {
		fmt.Fprintln(w, set.Name, set.Len(), set.Dim(), set.Classes)
		for _, f := range set.Files {
			fmt.Fprintln(w, f.SHA256, f.Bytes)
		}
	}
}

// maxSeed bounds the seeds of a testbench file: a whole number of TOML.
const maxSeed = 1e18

// pointSeed is the seed that a point trains with, and that repeats it with
// engram run --seed.
func pointSeed(p sweep.Point) uint64 { return p.Seed % maxSeed }

// Measures of a point, in the order of the columns of results.csv.
const (
	accuracyMeasure     = "test_accuracy_percent"
	floatMeasure        = "float_accuracy_percent"
	examplesMeasure     = "examples"
	exampleMeasure      = "example_s" // simulated time of one example
	simulatedMeasure    = "simulated_s"
	transfersMeasure    = "transfers"
	transferTimeMeasure = "transfer_time_share"  // of simulated_s
	energyMeasure       = "energy_per_example_J" // with transfers
)

// Point returns the computation of one point: it fabricates and trains the
// testbench with the point's settings and seed, on one core but for the tests,
// and measures it at the end of the training. The float twin, where the
// testbench asks for one, learns beside it from the same initial weights and
// examples, so the difference of the two accuracies owes nothing to the seed.
//
// A point that ctx ends is saved in dir, and goes on from there when it is
// computed again.
func (s *Sweep) Point(dir string) sweep.Func {
	return func(ctx context.Context, p sweep.Point) (sweep.Result, error) {
		b, err := s.open(p.Settings...)
		if err != nil {
			return nil, err
		}
		train, test, err := s.sets.load(ctx, s.Data, b.Spec)
		if err != nil {
			return nil, err
		}
		b.Spec.Seed = pointSeed(p)
		t, err := NewTrainer(b.Spec, b.Design, train, test, circuit.PhaseLevel)
		if err != nil {
			return nil, err
		}
		return trainPoint(ctx, b, t, newPointFile(dir, p, b))
	}
}

// trainPoint trains from where the file stands, if it exists, to the end.
func trainPoint(ctx context.Context, b *Bench, t *Trainer, file pointFile) (sweep.Result, error) {
	transfer, err := file.restore(t)
	if err != nil {
		return nil, err
	}
	err = t.Run(ctx, Monitor{Transfer: func(r netlist.TransferReport) { transfer += r.Length }})
	if stop := ctx.Err(); stop != nil && errors.Is(err, stop) {
		return nil, errors.Join(err, file.save(t, transfer))
	}
	if err != nil {
		return nil, err
	}
	if err := os.Remove(file.name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	return t.measures(b, transfer), nil
}

// measures are those of a finished training.
func (t *Trainer) measures(b *Bench, transfer circuit.Time) sweep.Result {
	last := t.results[len(t.results)-1]
	simulated := t.System.Engine.Now().Seconds()
	t.System.Settle()
	energy := t.Design.EnergyReport(t.System.Ledger, float64(t.done))
	r := sweep.Result{{Name: accuracyMeasure, Value: last.Accuracy}}
	if t.Twin != nil {
		r = append(r, sweep.Measure{Name: floatMeasure, Value: last.FloatAccuracy})
	}
	return append(r,
		sweep.Measure{Name: examplesMeasure, Value: float64(t.done)},
		sweep.Measure{Name: exampleMeasure, Value: b.Design.ExampleTime().Seconds()},
		sweep.Measure{Name: simulatedMeasure, Value: simulated},
		sweep.Measure{Name: transfersMeasure, Value: float64(t.System.Transfers())},
		sweep.Measure{Name: transferTimeMeasure, Value: transfer.Seconds() / simulated},
		sweep.Measure{Name: energyMeasure, Value: energy.Total.PerExample},
	)
}

// A pointFile is the checkpoint of a point that was stopped.
type pointFile struct {
	name string
	sum  [sha256.Size]byte // of the resolved point
}

func newPointFile(dir string, p sweep.Point, b *Bench) pointFile {
	return pointFile{filepath.Join(dir, fmt.Sprintf("point-%d.ckpt", p.Number)), sha256.Sum256(b.Resolved())}
}

// restore brings t to where the file stands, and returns the simulated time
// its transfers took. Without a file, or with a damaged one, t stays at its
// beginning.
func (p pointFile) restore(t *Trainer) (circuit.Time, error) {
	f, err := os.Open(p.name)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	at, err := t.restore(f, info.Size(), p.sum)
	if errors.Is(err, errDamaged) && t.done == 0 {
		return 0, nil
	}
	return circuit.Time(at.TransferTime), err
}

func (p pointFile) save(t *Trainer, transfer circuit.Time) error {
	if err := os.MkdirAll(filepath.Dir(p.name), 0o777); err != nil {
		return err
	}
	var buf bytes.Buffer
	if err := t.save(&buf, p.sum, position{TransferTime: int64(transfer)}); err != nil {
		return err
	}
	return publishFile(p.name, buf.Bytes())
}

// publishFile gives a file new content, all of it or none; several processes
// may do so at once.
func publishFile(name string, data []byte) error {
	f, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+".*")
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	err = errors.Join(err, f.Chmod(0o644), f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		os.Remove(f.Name()) // the first error is the one to report
	}
	return err
}

// A dataCache loads every data set once. All points of a sweep share the data
// of the plan's seed, where a data set is drawn at random.
type dataCache struct {
	mu   sync.Mutex
	sets map[dataKey][2]*dataset.Set
}

type dataKey struct {
	dir      string
	stimulus StimulusSpec
	seed     uint64
}

// load returns the training and the test set of a testbench.
func (c *dataCache) load(ctx context.Context, dir string, spec Spec) (train, test *dataset.Set, err error) {
	key := dataKey{dir, spec.Stimulus, spec.Seed}
	key.stimulus.Epochs = 0 // the same data
	c.mu.Lock()
	defer c.mu.Unlock()
	if sets, ok := c.sets[key]; ok {
		return sets[0], sets[1], nil
	}
	if train, test, err = spec.Stimulus.Load(ctx, dir, spec.Seed); err != nil {
		return nil, nil, err
	}
	if c.sets == nil {
		c.sets = map[dataKey][2]*dataset.Set{}
	}
	c.sets[key] = [2]*dataset.Set{train, test}
	return train, test, nil
}

// pointsFolder of a sweep holds the checkpoints of points that were stopped.
const pointsFolder = "points"

// PointsFolder is where the points of the sweep in dir are saved when stopped.
func PointsFolder(dir string) string { return filepath.Join(dir, pointsFolder) }

// Record writes resolved.toml, what the points share, into the folder of a
// sweep, unless it is there.
func (s *Sweep) Record(dir string) error {
	name := filepath.Join(dir, resolvedFile)
	if _, err := os.Stat(name); err == nil || !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return publishFile(name, s.Base.Resolved())
}
