package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"engram/testbench"
)

// newInfer is the verb that uses a trained system from its phase-change memory
// alone.
func newInfer() *cobra.Command {
	var o testbench.InferOptions
	var at, out string
	var asJSON bool
	c := &cobra.Command{
		Use: "infer RUN", Short: "Test a finished run from its phase-change memory alone, after drift", Args: cobra.ExactArgs(1),
		Long: `Test a finished run from its phase-change memory alone, after drift.

The run folder's system is taken to the end of its training. A final transfer
writes whole weights into the phase-change devices, since the capacitors are
about to lose their share; then the test set is read at every time, with drift
and 1/f noise. infer.json, infer.csv and infer.svg go to the run folder.`,
		RunE: func(c *cobra.Command, args []string) error {
			var err error
			if o.Times, err = parseAges(at); err != nil {
				return err
			}
			bar := newBar(c.ErrOrStderr())
			o.Progress = bar.set
			r, err := testbench.Infer(c.Context(), args[0], o)
			bar.finish()
			if err != nil {
				return err
			}
			if out == "" {
				out = args[0]
			}
			if err := r.Write(out); err != nil {
				return err
			}
			if asJSON {
				return json.NewEncoder(c.OutOrStdout()).Encode(r)
			}
			return printInference(c.OutOrStdout(), r)
		},
	}
	c.Flags().StringVar(&at, "at", "1s,1h,1d,30d,1y,10y", "times after programming, from 1s to 10y")
	c.Flags().IntVar(&o.Seeds, "seeds", 5, "reads with noise of their own at every time, at least 2")
	c.Flags().BoolVar(&o.Compensate, "compensate", false, "also with one drift compensation factor per tile")
	c.Flags().StringVar(&o.Data, "data", "", "folder of the raw data set (default: that of the run)")
	c.Flags().StringVar(&out, "out", "", "folder for the results (default: the run folder)")
	c.Flags().BoolVar(&asJSON, "json", false, "print infer.json to standard output")
	return c
}

func parseAges(list string) ([]float64, error) {
	var ages []float64
	for text := range strings.SplitSeq(list, ",") {
		s, err := testbench.ParseAge(text)
		if err != nil {
			return nil, usageError{fmt.Errorf("--at: %w", err)}
		}
		ages = append(ages, s)
	}
	return ages, nil
}

func printInference(out io.Writer, r *testbench.Inference) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	if r.FloatAccuracy != nil {
		fmt.Fprintf(w, "float twin\t%.2f %%\n", *r.FloatAccuracy)
	}
	fmt.Fprintf(w, "whole cells, end of training\t%.2f %%\n", r.CellAccuracy)
	fmt.Fprintf(w, "phase-change memory, programmed\t%.2f %%\n", r.ProgrammedAccuracy)
	t := &r.Transfer
	fmt.Fprintf(w, "final transfer\t%v, %.1f SETs and %.1f reads per cell, %d of %d cells not within tolerance\n",
		t.Length, float64(t.Sets)/float64(t.Cells), float64(t.Reads)/float64(t.Cells), t.Failed, t.Cells)
	fmt.Fprint(w, "\nafter\tcompensated\taccuracy\t95 % interval")
	for _, l := range r.Layers {
		fmt.Fprintf(w, "\tweight error %s", l)
	}
	fmt.Fprintln(w)
	for _, a := range r.Ages {
		yes := "no"
		if a.Compensated {
			yes = "yes"
		}
		fmt.Fprintf(w, "%s\t%s\t%.2f %%\t+- %.2f", testbench.FormatAge(a.Seconds), yes, a.Mean, a.Half)
		for _, e := range a.WeightErrors {
			fmt.Fprintf(w, "\t%.1f %%", 100*e)
		}
		fmt.Fprintln(w)
	}
	return w.Flush()
}
