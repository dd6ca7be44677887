package testbench

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"engram/circuit"
	"engram/netlist"
)

// RunOptions are what a user says beside the testbench.
type RunOptions struct {
	Out   string // run folder; it must not hold another run
	Data  string // folder of raw data sets; "" to look for them
	Level circuit.Level
	// Progress is told the number of examples done and in all; it may be nil.
	Progress func(done, total int)
}

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
	StateSHA256       string  `json:"state_sha256"`
}

// Run trains b's system and writes the run folder.
func Run(ctx context.Context, b *Bench, o RunOptions) (*Summary, error) {
	train, test, err := b.Spec.Stimulus.Load(ctx, o.Data, b.Spec.Seed)
	if err != nil {
		return nil, err
	}
	t, err := NewTrainer(b.Spec, b.Design, train, test, o.Level)
	if err != nil {
		return nil, err
	}
	folder, err := newFolder(o.Out, b)
	if err != nil {
		return nil, err
	}
	defer folder.close()
	start := time.Now()
	var transfers netlist.TransferReport
	err = t.Run(ctx, Monitor{
		Transfer: func(r netlist.TransferReport) {
			transfers.Length += r.Length
			folder.transfer(r)
		},
		Test: folder.test,
		Progress: func(done int) {
			if o.Progress != nil {
				o.Progress(done, t.Total())
			}
		},
	})
	if err != nil {
		return nil, err
	}
	s := t.summary(b, time.Since(start))
	s.TransferSeconds = transfers.Length.Seconds()
	return s, folder.finish(s, t)
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

// A folder is a run folder being written.
type folder struct {
	dir     string
	metrics *os.File
	csv     *csv.Writer
	err     error // the first failed write
}

// newFolder makes the run folder of b.
func newFolder(dir string, b *Bench) (*folder, error) {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return nil, err
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	if len(entries) > 0 {
		return nil, fmt.Errorf("run folder %s is not empty; name another with --out", dir)
	}
	f := &folder{dir: dir}
	if err := os.WriteFile(filepath.Join(dir, "resolved.toml"), b.Resolved(), 0o666); err != nil {
		return nil, err
	}
	f.metrics, err = os.Create(filepath.Join(dir, "metrics.csv"))
	if err != nil {
		return nil, err
	}
	f.csv = csv.NewWriter(f.metrics)
	f.row("event", "example", "epoch", "simulated_s", "rate", "test_accuracy_percent", "float_accuracy_percent",
		"transfer_s", "reads", "sets", "resets", "residual_pulses", "failed_cells", "error_rms_S", "error_max_S")
	return f, f.err
}

func (f *folder) row(cells ...string) {
	f.csv.Write(cells)
	f.csv.Flush()
	if f.err == nil {
		f.err = f.csv.Error()
	}
}

func number(x float64) string {
	if math.IsNaN(x) {
		return ""
	}
	return strconv.FormatFloat(x, 'g', -1, 64)
}

func (f *folder) test(t Test) {
	f.row("test", strconv.Itoa(t.Examples), number(t.Epoch), number(t.SimulatedSeconds), number(t.Rate),
		number(t.Accuracy), number(t.FloatAccuracy), "", "", "", "", "", "", "", "")
}

func (f *folder) transfer(r netlist.TransferReport) {
	f.row("transfer", strconv.Itoa(r.Example), "", number(r.Start.Seconds()), "", "", "",
		number(r.Length.Seconds()), strconv.Itoa(r.Reads), strconv.Itoa(r.Sets), strconv.Itoa(r.Resets),
		strconv.Itoa(r.Pulses), strconv.Itoa(r.Failed), number(r.ErrorRMS), number(r.ErrorMax))
}

// finish writes what stands at the end of a run.
func (f *folder) finish(s *Summary, t *Trainer) error {
	if f.err != nil {
		return fmt.Errorf("writing %s: %w", f.metrics.Name(), f.err)
	}
	data, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(f.dir, "summary.json"), append(data, '\n'), 0o666)
}

func (f *folder) close() { f.metrics.Close() }
