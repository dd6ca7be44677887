package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"engram/testbench"
	"engram/testbench/sweep"
)

// newMerge is the verb that puts the shards of a sweep together.
func newMerge() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use: "merge DIR", Short: "Merge the shards of a sweep, draw its figures and write its report", Args: cobra.ExactArgs(1),
		Long: `Merge writes results.csv, results.json, the figures and report.html into the
folder of a sweep. While a point is missing it writes nothing, names the point
and exits with code 3, as it does, after writing, where points failed. The bytes
of the results do not depend on shards, hosts or times.`,
		RunE: func(c *cobra.Command, args []string) error {
			s, err := openSweep(args[0])
			if err != nil {
				return err
			}
			return mergeInto(c, s, asJSON)
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

// openSweep opens the folder of a sweep that a user named.
func openSweep(dir string) (*sweep.Sweep, error) {
	s, err := sweep.Open(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, usageError{fmt.Errorf("%s holds no sweep: %w", dir, err)}
	}
	return s, err
}

// mergeInto merges, draws and prints.
func mergeInto(c *cobra.Command, s *sweep.Sweep, asJSON bool) error {
	m, err := s.Merge()
	if err != nil {
		return err
	}
	sum, err := testbench.DrawSweep(s, "engram merge "+s.Dir)
	if err != nil {
		return err
	}
	if asJSON {
		err = json.NewEncoder(c.OutOrStdout()).Encode(sum)
	} else {
		w := tabwriter.NewWriter(c.OutOrStdout(), 0, 0, 2, ' ', 0)
		fmt.Fprintf(w, "points\t%d, %d failed\n", sum.Points, sum.Failed)
		if sum.Best != "" {
			fmt.Fprintf(w, "best\t%s\n", sum.Best)
			fmt.Fprintf(w, "its accuracy\t%.2f %%\n", sum.BestAccuracy)
		}
		if sum.FloatAccuracy != nil {
			fmt.Fprintf(w, "its float twin\t%.2f %%\n", *sum.FloatAccuracy)
		}
		fmt.Fprintf(w, "results\t%s\n", filepath.Join(s.Dir, sweep.ResultsCSV))
		err = w.Flush()
	}
	if err == nil && m.Failed > 0 {
		err = &pointsError{m.Failed, m.Points}
	}
	return err
}
