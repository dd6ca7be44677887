package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"engram/circuit"
	"engram/circuit/wave"
	"engram/netlist"
	"engram/testbench"
)

// newWave is the verb that records waveforms.
func newWave() *cobra.Command {
	var v waveFlags
	c := &cobra.Command{
		Use: "wave NAME|FILE", Short: "Record waveforms and measure them", Args: cobra.ExactArgs(1),
		Long: `Wave records probes as a waveform and takes the [[measure]] of the testbench.

At the clock and the phase level it trains the first examples and records, once
per clock period or phase:
  TILE.r3_c7.v      storage node of the cell at row 3, column 7, in V
  TILE.r3_c7.w      its weight in S
  LAYER.col7.charge charge of the integrator of column 7
  LAYER.adc7.code   output of its converter
  phase             phase of the schedule

At the transistor level it puts update pulses, a leak and a read on the probed
cells of one tile, with its mismatch, or on one nominal cell:
  TILE.r3_c7.v      storage node; .gu, .gd the gates of the update transistors;
                    .read the row line
  CELL.v            the same of a nominal cell of the netlist

raw is the rawfile of ngspice, vcd opens in GTKWave, csv in anything.`,
		RunE: func(c *cobra.Command, args []string) error { return v.run(c, args[0]) },
	}
	v.flags(c)
	return c
}

// waveFlags is what a user says to wave.
type waveFlags struct {
	input
	probes   []string
	level    string
	examples int
	data     string
	pulses   int
	idle     string
	format   string
	out      string
	json     bool
}

func (v *waveFlags) flags(c *cobra.Command) {
	v.input.flags(c)
	f := c.Flags()
	f.StringArrayVar(&v.probes, "probe", nil, "path to record; may be repeated")
	f.StringVar(&v.level, "level", "clock", "level of fidelity: phase, clock or transistor")
	f.IntVar(&v.examples, "examples", 1, "training examples to record (phase, clock)")
	f.StringVar(&v.data, "data", "", "folder of the raw data set (default: ENGRAM_DATA, else found)")
	f.IntVar(&v.pulses, "pulses", 20, "update pulses, half up, half down (transistor)")
	f.StringVar(&v.idle, "idle", "100 us", "leak behind the pulses (transistor)")
	f.StringVar(&v.format, "format", "", "raw, vcd or csv (default: the ending of --out)")
	f.StringVar(&v.out, "out", "", "file to write (default: none, only measure)")
	f.BoolVar(&v.json, "json", false, "print the measurements as JSON")
}

func (v *waveFlags) run(c *cobra.Command, name string) error {
	b, err := v.open(name)
	if err != nil {
		return err
	}
	writers := testbench.WaveTee{}
	var kept wave.Recorder
	if len(b.Spec.Measures) > 0 {
		writers = append(writers, &kept)
	}
	if v.out != "" {
		f, err := b.NewWaveFile(v.out, v.fileFormat())
		if err != nil {
			return usageError{err}
		}
		writers = append(writers, f)
	}
	if len(writers) == 0 {
		return usageError{fmt.Errorf("neither --out nor a [[measure]] in %s: nothing would be kept", name)}
	}
	counter := &sampleCounter{}
	if err := v.record(c.Context(), c.ErrOrStderr(), b, append(writers, counter)); err != nil {
		return err
	}
	results, failed := b.Measure(kept.Record())
	if v.json {
		err = json.NewEncoder(c.OutOrStdout()).Encode(waveResult{v.out, counter.signals, counter.samples, results})
	} else {
		err = v.print(c.OutOrStdout(), counter, results)
	}
	if err != nil {
		return err
	}
	return failed
}

// fileFormat is the format that the user named, or the ending of the file.
func (v *waveFlags) fileFormat() string {
	if v.format != "" {
		return v.format
	}
	return strings.TrimPrefix(filepath.Ext(v.out), ".")
}

// record runs the level.
func (v *waveFlags) record(ctx context.Context, stderr io.Writer, b *testbench.Bench, w wave.Writer) error {
	if v.level == "transistor" {
		idle, err := parseTime("idle", v.idle)
		if err != nil {
			return err
		}
		return b.TransistorWave(ctx, testbench.TransistorOptions{Probes: v.probes, Pulses: v.pulses, Idle: idle}, w)
	}
	level, err := testbench.ParseLevel(v.level)
	if err != nil {
		return usageError{fmt.Errorf("--level %s: expected phase, clock or transistor", v.level)}
	}
	bar := newBar(stderr)
	defer bar.finish()
	return b.Wave(ctx, testbench.WaveOptions{
		Probes: v.probes, Level: level, Examples: v.examples, Data: v.data, Progress: bar.set,
	}, w)
}

// parseTime reads a time such as "10 us" that a flag gives.
func parseTime(flag, text string) (circuit.Time, error) {
	s, err := netlist.ParseQuantity(text, "s")
	if err == nil {
		var t circuit.Time
		if t, err = circuit.FromSeconds(s); err == nil && t >= 0 {
			return t, nil
		}
	}
	if err == nil {
		err = fmt.Errorf("%s is negative", text)
	}
	return 0, usageError{fmt.Errorf("--%s: %w", flag, err)}
}

// waveResult is what wave tells as JSON.
type waveResult struct {
	Out      string                  `json:"out,omitempty"`
	Signals  int                     `json:"signals"`
	Samples  int                     `json:"samples"`
	Measures []testbench.Measurement `json:"measures"`
}

func (v *waveFlags) print(out io.Writer, n *sampleCounter, results []testbench.Measurement) error {
	if v.out != "" {
		fmt.Fprintf(out, "%d samples of %d signals in %s\n", n.samples, n.signals, v.out)
	}
	if len(results) == 0 {
		return nil
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "measure\tkind\tvalue")
	for _, m := range results {
		if m.Value == nil {
			fmt.Fprintf(w, "%s\t%s\tfailed: %s\n", m.Name, m.Kind, m.Error)
			continue
		}
		fmt.Fprintf(w, "%s\t%s\t%.6g %s\n", m.Name, m.Kind, *m.Value, m.Unit)
	}
	return w.Flush()
}

// A sampleCounter counts what is written to it.
type sampleCounter struct{ signals, samples int }

func (s *sampleCounter) Begin(signals []wave.Signal) error   { s.signals = len(signals); return nil }
func (s *sampleCounter) Sample(_ float64, _ []float64) error { s.samples++; return nil }
func (s *sampleCounter) Close() error                        { return nil }
