package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"
	"unicode"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"
	"golang.org/x/term"

	"engram/testbench"
)

// newRun is the verb that trains.
func newRun() *cobra.Command {
	var r runFlags
	c := &cobra.Command{
		Use: "run NAME|FILE", Short: "Run a testbench, or resume one", Args: r.args,
		Long: `Run trains a testbench and writes a run folder. SIGINT and SIGTERM save a
checkpoint and exit with code 75; a second signal exits at once. With
--resume DIR the run in DIR continues where it was last saved, to the same
result as if it had never stopped; a NAME or FILE given beside it must be that
of the run.`,
		RunE: func(c *cobra.Command, args []string) error {
			s, err := r.run(c, args)
			if err != nil {
				return err
			}
			if r.json {
				return json.NewEncoder(c.OutOrStdout()).Encode(s)
			}
			return printSummary(c.OutOrStdout(), s, r.options.Out)
		},
	}
	r.flags(c)
	return c
}

// runFlags is what a user says to run.
type runFlags struct {
	input
	options   testbench.RunOptions
	resume    string // run folder
	level     string
	maxMemory string
	json      bool
}

func (r *runFlags) flags(c *cobra.Command) {
	r.input.flags(c)
	f := c.Flags()
	f.StringVar(&r.options.Out, "out", "", "run folder (default: runs/NAME-TIME)")
	f.StringVar(&r.resume, "resume", "", "continue the run in this folder")
	f.StringVar(&r.options.Data, "data", "", "folder of the raw data set (default: ENGRAM_DATA, else found)")
	f.StringVar(&r.level, "level", "phase", "level of fidelity: phase or clock")
	f.IntVar(&r.options.CheckpointEvery, "checkpoint-every", 0, "examples between checkpoints (default: one every 30 s)")
	f.StringVar(&r.maxMemory, "max-memory", "", "refuse a run that needs more, such as \"4 GB\" (default: 80 % of the machine's)")
	f.BoolVar(&r.json, "json", false, "print summary.json to standard output")
}

// args wants a testbench, or a folder to resume.
func (r *runFlags) args(c *cobra.Command, args []string) error {
	if r.resume == "" {
		return cobra.ExactArgs(1)(c, args)
	}
	for _, other := range []string{"out", "level"} {
		if c.Flags().Changed(other) {
			return fmt.Errorf("--%s cannot change a run that is resumed", other)
		}
	}
	if len(args) == 0 && (len(r.set) > 0 || r.seed != "") {
		return errors.New("--set and --seed cannot change a run that is resumed")
	}
	return cobra.MaximumNArgs(1)(c, args)
}

// run runs or resumes.
func (r *runFlags) run(c *cobra.Command, args []string) (*testbench.Summary, error) {
	o := &r.options
	var err error
	if o.MaxMemory, err = parseMemory(r.maxMemory); err != nil {
		return nil, usageError{fmt.Errorf("--max-memory %s: %w", r.maxMemory, err)}
	}
	if o.CheckpointEvery < 0 {
		return nil, usageError{fmt.Errorf("--checkpoint-every %d: expected a number of examples", o.CheckpointEvery)}
	}
	var b *testbench.Bench
	if len(args) > 0 {
		if b, err = r.open(args[0]); err != nil {
			return nil, err
		}
	}
	bar := newBar(c.ErrOrStderr())
	defer bar.finish()
	o.Progress = bar.set
	o.Notice = func(text string) { fmt.Fprintln(c.ErrOrStderr(), "engram:", text) }
	if r.resume != "" {
		o.Out = r.resume
		return testbench.Resume(c.Context(), b, *o)
	}
	if o.Level, err = testbench.ParseLevel(r.level); err != nil {
		return nil, usageError{fmt.Errorf("--level: %w", err)}
	}
	if o.Out == "" {
		o.Out = defaultFolder(args[0])
	}
	return testbench.Run(c.Context(), b, *o)
}

// memoryShare of the machine's memory is what a run may need by default
// (assumed: it leaves room for the system and the data).
const memoryShare = 0.8

// parseMemory reads a size in bytes: a number and B, kB, MB, GB, TB, KiB, MiB,
// GiB or TiB. The empty text is the default.
func parseMemory(s string) (int64, error) {
	if s == "" {
		return int64(memoryShare * float64(testbench.MachineMemory())), nil
	}
	text := strings.TrimSpace(s)
	n := strings.IndexFunc(text, unicode.IsLetter)
	if n < 0 {
		n = len(text)
	}
	x, err := strconv.ParseFloat(strings.TrimSpace(text[:n]), 64)
	unit, known := map[string]float64{
		"": 1, "B": 1, "kB": 1e3, "MB": 1e6, "GB": 1e9, "TB": 1e12, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30, "TiB": 1 << 40,
	}[text[n:]]
	if err != nil || !known || !(x > 0) || x*unit > math.MaxInt64/2 {
		return 0, errors.New("expected a size such as 500 MB or 4 GiB")
	}
	return int64(x * unit), nil
}

func defaultFolder(name string) string {
	base := strings.TrimSuffix(filepath.Base(name), ".toml")
	return filepath.Join("runs", base+"-"+time.Now().Format("20060102-150405"))
}

func printSummary(out io.Writer, s *testbench.Summary, folder string) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "test accuracy\t%.2f %%\n", s.TestAccuracy)
	if s.FloatAccuracy != nil {
		fmt.Fprintf(w, "float twin\t%.2f %%\n", *s.FloatAccuracy)
	}
	fmt.Fprintf(w, "examples\t%d in %d epochs, %d synapses\n", s.Examples, s.Epochs, s.Synapses)
	fmt.Fprintf(w, "transfers\t%d\n", s.Transfers)
	fmt.Fprintf(w, "simulated time\t%.4g s, %.2g of it transfer\n", s.SimulatedSeconds, s.TransferSeconds/s.SimulatedSeconds)
	fmt.Fprintf(w, "wall time\t%.1f s, %.0f examples/s\n", s.WallSeconds, s.ExamplesPerSecond)
	fmt.Fprintf(w, "run folder\t%s\n", folder)
	return w.Flush()
}

// A bar shows progress on a terminal, and nothing elsewhere.
type bar struct {
	out io.Writer
	pb  *progressbar.ProgressBar
}

func newBar(out io.Writer) *bar {
	f, ok := out.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return &bar{}
	}
	return &bar{out: out}
}

func (b *bar) set(done, total int) {
	if b.out == nil {
		return
	}
	if b.pb == nil {
		b.pb = progressbar.NewOptions(total, progressbar.OptionSetWriter(b.out), progressbar.OptionShowIts(),
			progressbar.OptionSetItsString("examples"), progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionClearOnFinish())
	}
	_ = b.pb.Set(done) // a bar that cannot be drawn is no reason to stop
}

func (b *bar) finish() {
	if b.pb != nil {
		_ = b.pb.Finish()
	}
}
