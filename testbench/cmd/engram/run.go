package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"
	"golang.org/x/term"

	"engram/circuit"
	"engram/testbench"
)

// newRun is the verb that trains.
func newRun() *cobra.Command {
	var in input
	var o testbench.RunOptions
	var asJSON bool
	var level string
	c := &cobra.Command{
		Use: "run NAME|FILE", Short: "Run a testbench", Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			b, err := in.open(args[0])
			if err != nil {
				return err
			}
			if o.Level, err = parseLevel(level); err != nil {
				return err
			}
			if o.Out == "" {
				o.Out = defaultFolder(args[0])
			}
			bar := newBar(c.ErrOrStderr())
			o.Progress = bar.set
			s, err := testbench.Run(c.Context(), b, o)
			bar.finish()
			if err != nil {
				return err
			}
			if asJSON {
				return json.NewEncoder(c.OutOrStdout()).Encode(s)
			}
			return printSummary(c.OutOrStdout(), s, o.Out)
		},
	}
	in.flags(c)
	c.Flags().StringVar(&o.Out, "out", "", "run folder (default: runs/NAME-TIME)")
	c.Flags().StringVar(&o.Data, "data", "", "folder of the raw data set (default: ENGRAM_DATA, else found)")
	c.Flags().StringVar(&level, "level", "phase", "level of fidelity: phase or clock")
	c.Flags().BoolVar(&asJSON, "json", false, "print summary.json to standard output")
	return c
}

func parseLevel(s string) (circuit.Level, error) {
	switch s {
	case "phase":
		return circuit.PhaseLevel, nil
	case "clock":
		return circuit.ClockLevel, nil
	}
	return 0, usageError{fmt.Errorf("--level %s: expected phase or clock", s)}
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
