package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"engram/testbench"
)

// newCharacterize is the verb that computes the curves of a cell.
func newCharacterize() *cobra.Command {
	var in input
	var cell, out string
	var n int
	var asJSON bool
	c := &cobra.Command{
		Use: "characterize NAME|FILE", Short: "Compute the curves of a cell from its transistors", Args: cobra.ExactArgs(1),
		Long: `Characterize solves a cell of the netlist at transistor level and writes its
update step, leak, read conductance and phase-change curves as CSV and SVG.
With --monte-carlo N it fabricates N cells and sums up how they scatter.`,
		RunE: func(c *cobra.Command, args []string) error {
			b, err := in.open(args[0])
			if err != nil {
				return err
			}
			result, err := b.Characterize(c.Context(), cell, n)
			if err != nil {
				return err
			}
			if out == "" {
				out = "characterize-" + cell
			}
			if err := os.MkdirAll(out, 0o777); err != nil {
				return usageError{fmt.Errorf("--out: %w", err)}
			}
			if err := result.Write(out); err != nil {
				return err
			}
			if asJSON {
				return json.NewEncoder(c.OutOrStdout()).Encode(characterized{cell, out, result.Spreads()})
			}
			return printCharacterization(c.OutOrStdout(), result, out)
		},
	}
	in.flags(c)
	f := c.Flags()
	f.StringVar(&cell, "cell", "synapse", "cell of the netlist")
	f.StringVar(&out, "out", "", "folder to write (default: characterize-CELL)")
	f.IntVar(&n, "monte-carlo", 0, "cells to fabricate")
	f.BoolVar(&asJSON, "json", false, "print the spreads as JSON")
	return c
}

// characterized is what characterize tells as JSON.
type characterized struct {
	Cell    string             `json:"cell"`
	Out     string             `json:"out"`
	Spreads []testbench.Spread `json:"spreads,omitempty"`
}

func printCharacterization(out io.Writer, c *testbench.Characterization, folder string) error {
	fmt.Fprintf(out, "curves of cell %s in %s\n", c.Cell, folder)
	spreads := c.Spreads()
	if spreads == nil {
		return nil
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "%d cells\tmean\tstandard deviation\n", len(c.Cells))
	for _, s := range spreads {
		fmt.Fprintf(w, "%s\t%.4g %s\t%.4g %s\n", s.Name, s.Mean, s.Unit, s.SD, s.Unit)
	}
	return w.Flush()
}
