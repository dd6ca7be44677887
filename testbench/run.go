package testbench

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"time"

	"engram/circuit"
	"engram/netlist"
)

// RunOptions are what a user says beside the testbench.
type RunOptions struct {
	Out   string // run folder; it must not hold another run
	Data  string // folder of raw data sets; "" to look for them
	Level circuit.Level
	// CheckpointEvery is the number of examples between checkpoints; 0 for
	// one every checkpointInterval of wall time.
	CheckpointEvery int
	// MaxMemory is the largest memory in bytes that a run may need by
	// estimate; 0 for no limit.
	MaxMemory int64
	// Progress is told the number of examples done and in all; it may be nil.
	Progress func(done, total int)
	// Notice is told what a user should know of a resume; it may be nil.
	Notice func(string)

	disk disk // realDisk where it is nil
	bare bool // draw no figures and write no report
}

// checkpointInterval is the wall time between two checkpoints: what a crash
// can cost (assumed).
const checkpointInterval = 30 * time.Second

// A Summary is the result of a run: summary.json.
type Summary struct {
	Testbench     string   `json:"testbench"`
	Netlist       string   `json:"netlist"`
	Seed          uint64   `json:"seed"`
	Dataset       string   `json:"dataset"`
	Synapses      int      `json:"synapses"`
	Epochs        int      `json:"epochs"`
	Examples      int      `json:"examples"`
	TestAccuracy  float64  `json:"test_accuracy"`            // percent
	FloatAccuracy *float64 `json:"float_accuracy,omitempty"` // percent

	Transfers        int     `json:"transfers"`
	SimulatedSeconds float64 `json:"simulated_seconds"`
	TransferSeconds  float64 `json:"transfer_seconds"` // of the simulated ones

	GrossPulses float64 `json:"gross_pulses_per_synapse_and_example"`

	WallSeconds       float64 `json:"wall_seconds"`
	ExamplesPerSecond float64 `json:"examples_per_second"`
	PeakRSS           int64   `json:"peak_rss_bytes"`

	EnergyPerExample float64 `json:"energy_per_example_joules"` // with transfers
	GOPSPerWatt      float64 `json:"gops_per_watt"`

	StateSHA256 string `json:"state_sha256"`
}

// A StoppedError says that a run was cancelled and saved. It wraps
// context.Canceled.
type StoppedError struct {
	Dir         string
	Done, Total int
	cause       error
}

func (e *StoppedError) Error() string {
	return fmt.Sprintf("stopped safely after %d of %d examples; continue with: engram run --resume %s", e.Done, e.Total, e.Dir)
}

func (e *StoppedError) Unwrap() error { return e.cause }

// Run trains b's system and writes the run folder. Cancelling ctx saves a
// checkpoint and returns a StoppedError.
func Run(ctx context.Context, b *Bench, o RunOptions) (*Summary, error) {
	t, err := b.trainer(ctx, o)
	if err != nil {
		return nil, err
	}
	rec := runRecord{Testbench: b.Name, Level: levelName(o.Level)}
	if o.Data != "" {
		if rec.Data, err = filepath.Abs(o.Data); err != nil {
			return nil, err
		}
	}
	f, err := newFolder(o.onDisk(), o.Out, b, rec)
	if err != nil {
		return nil, err
	}
	defer f.close()
	return (&runner{bench: b, options: o, trainer: t, folder: f}).run(ctx)
}

// Resume continues the run in the folder o.Out from its newest checkpoint that
// is intact, to the same bits as a run that was never interrupted. The level
// and, unless o names another, the data folder are those of the run. Where b
// is not nil the run must be of b. A finished run is left alone; its summary
// is returned.
func Resume(ctx context.Context, b *Bench, o RunOptions) (*Summary, error) {
	own, rec, err := openRun(o.Out)
	if err != nil {
		return nil, err
	}
	if b != nil && !bytes.Equal(b.Resolved(), own.Resolved()) {
		return nil, fmt.Errorf("run folder %s holds a run of another netlist, testbench or seed (see its %s); it is not resumed", o.Out, resolvedFile)
	}
	if s, err := readSummary(o.Out); err == nil || !errors.Is(err, fs.ErrNotExist) {
		return s, err
	}
	if o.Data == "" {
		o.Data = rec.Data
	}
	if o.Level, err = ParseLevel(rec.Level); err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Join(o.Out, runFile), err)
	}
	t, err := own.trainer(ctx, o)
	if err != nil {
		return nil, err
	}
	f, from, err := resumeFolder(o.onDisk(), o.Out, own, t)
	if err != nil {
		return nil, err
	}
	defer f.close()
	o.notice(from, t)
	r := &runner{
		bench: own, options: o, trainer: t, folder: f,
		transfer: circuit.Time(from.TransferTime), before: time.Duration(from.WallTime),
	}
	return r.run(ctx)
}

// LoadRun returns the testbench of a run folder and its trainer, brought to
// the newest checkpoint that is intact: the end of the training where it is
// finished. The folder is only read.
func LoadRun(ctx context.Context, dir, data string) (*Bench, *Trainer, error) {
	b, rec, err := openRun(dir)
	if err != nil {
		return nil, nil, err
	}
	if data == "" {
		data = rec.Data
	}
	level, err := ParseLevel(rec.Level)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", filepath.Join(dir, runFile), err)
	}
	t, err := b.trainer(ctx, RunOptions{Data: data, Level: level})
	if err != nil {
		return nil, nil, err
	}
	from, err := restore(dir, t, sha256.Sum256(b.Resolved()))
	if err == nil && from.File == "" {
		err = fmt.Errorf("%s holds no checkpoint yet", dir)
	}
	return b, t, err
}

// trainer loads the data of b and fabricates its system, if that fits.
func (b *Bench) trainer(ctx context.Context, o RunOptions) (*Trainer, error) {
	if err := b.CheckMemory(o.MaxMemory, 0); err != nil {
		return nil, err
	}
	train, test, err := b.Spec.Stimulus.Load(ctx, o.Data, b.Spec.Seed)
	if err != nil {
		if ctx.Err() != nil {
			return nil, err
		}
		return nil, &InputError{err}
	}
	if err := b.CheckMemory(o.MaxMemory, dataBytes(train, test)); err != nil {
		return nil, err
	}
	return NewTrainer(b.Spec, b.Design, train, test, o.Level)
}

func (o *RunOptions) onDisk() disk {
	if o.disk == nil {
		return realDisk{}
	}
	return o.disk
}

// notice tells where a resume begins.
func (o *RunOptions) notice(from restored, t *Trainer) {
	if o.Notice == nil {
		return
	}
	for _, err := range from.Damaged {
		o.Notice(err.Error())
	}
	if from.File == "" {
		o.Notice("no checkpoint yet, beginning anew")
		return
	}
	o.Notice(fmt.Sprintf("resuming after %d of %d examples, from %s", t.done, t.Total(), from.File))
}

// A runner carries a training from one checkpoint to the next.
type runner struct {
	bench    *Bench
	options  RunOptions
	trainer  *Trainer
	folder   *folder
	transfer circuit.Time  // simulated time spent in transfers
	before   time.Duration // wall time spent before this process
	start    time.Time
	saved    time.Time // of the last checkpoint
}

func (r *runner) run(ctx context.Context) (*Summary, error) {
	r.start, r.saved = time.Now(), time.Now()
	t, m := r.trainer, r.folder.metrics
	err := t.Run(ctx, Monitor{
		Transfer: func(report netlist.TransferReport) {
			r.transfer += report.Length
			m.transfer(report)
		},
		Test: m.test, Pause: r.pause, PauseEvery: r.options.CheckpointEvery,
	})
	if stop := ctx.Err(); stop != nil && errors.Is(err, stop) {
		if err := r.save(); err != nil {
			return nil, err
		}
		return nil, &StoppedError{r.folder.dir, t.done, t.Total(), stop}
	}
	if err != nil {
		return nil, err
	}
	if err := r.save(); err != nil {
		return nil, err
	}
	s := t.summary(r.bench, r.wall())
	s.TransferSeconds = r.transfer.Seconds()
	if err := r.folder.writeEnergy(t, s); err != nil {
		return nil, err
	}
	transfers := t.Transfers()
	if err := r.folder.writeJSON(transfersFile, transfers); err != nil {
		return nil, err
	}
	if !r.options.bare {
		if err := writeReport(r.folder.dir, r.bench, r.trainer, &transfers, s); err != nil {
			return nil, fmt.Errorf("drawing %s: %w", r.folder.dir, err)
		}
	}
	// Last, since it says that the run is complete.
	return s, r.folder.writeJSON(summaryFile, s)
}

func (r *runner) wall() time.Duration { return r.before + time.Since(r.start) }

// pause saves the training where a checkpoint is due.
func (r *runner) pause(done int) error {
	if r.options.Progress != nil {
		r.options.Progress(done, r.trainer.Total())
	}
	every := r.options.CheckpointEvery
	if every > 0 && done%every == 0 || every == 0 && time.Since(r.saved) >= checkpointInterval {
		return r.save()
	}
	return nil
}

func (r *runner) save() error {
	r.saved = time.Now()
	return r.folder.checkpoint(r.trainer, r.transfer, r.wall())
}

// readSummary reads the summary of a finished run.
func readSummary(dir string) (*Summary, error) {
	name := filepath.Join(dir, summaryFile)
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	s := new(Summary)
	if err := json.Unmarshal(data, s); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return s, nil
}

// summary says what a finished training came to.
func (t *Trainer) summary(b *Bench, wall time.Duration) *Summary {
	last := t.results[len(t.results)-1]
	s := &Summary{
		Testbench: b.Name, Netlist: b.Netlist.Title, Seed: b.Spec.Seed, Dataset: t.train.Name,
		Synapses: b.Design.Synapses(), Epochs: b.Spec.Stimulus.Epochs, Examples: t.done,
		TestAccuracy: last.Accuracy, Transfers: t.System.Transfers(),
		SimulatedSeconds: t.System.Engine.Now().Seconds(),
		WallSeconds:      wall.Seconds(), ExamplesPerSecond: float64(t.done) / wall.Seconds(),
		PeakRSS: peakRSS(), StateSHA256: t.System.StateSHA256(),
	}
	if !math.IsNaN(last.FloatAccuracy) {
		s.FloatAccuracy = &last.FloatAccuracy
	}
	var steps uint64
	for _, a := range t.System.Arrays {
		steps += a.Steps()
	}
	s.GrossPulses = float64(steps) / float64(t.done) / float64(s.Synapses)
	return s
}
