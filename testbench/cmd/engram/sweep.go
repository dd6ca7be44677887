package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"engram/testbench"
	"engram/testbench/sweep"
)

// stopGrace is how long a sweep waits for its points to be saved after it was
// told to stop, below the 10 s within which it has promised to be gone.
const stopGrace = 8 * time.Second

// A pointsError says that points failed.
type pointsError struct{ failed, of int }

func (e *pointsError) Error() string { return fmt.Sprintf("%d of %d points failed", e.failed, e.of) }

// newSweep is the verb that trains at many points.
func newSweep() *cobra.Command {
	var f sweepFlags
	c := &cobra.Command{
		Use: "sweep NAME|FILE", Short: "Run a testbench at every point of its grid", Args: cobra.ExactArgs(1),
		Long: `Sweep trains a testbench at every combination of the values in its table
[sweep], each with several seeds, and records the points in a folder. Points run
side by side on all cores. A point that fails is recorded with its error and
stops no other. The same command continues a sweep that was stopped; SIGINT and
SIGTERM save the running points and exit with code 75.

A sweep may be dealt to N shards (--shards N): each computes its own points
(--shard i/N, or the index of a Slurm array or a Kubernetes indexed Job), and
engram merge puts the results together. Without shards the sweep merges itself.
--submit slurm writes an array job and its merge into DIR/slurm, and submits
them with --yes.`,
		RunE: func(c *cobra.Command, args []string) error { return f.run(c, args[0]) },
	}
	f.flags(c)
	return c
}

// sweepFlags is what a user says to sweep.
type sweepFlags struct {
	input
	out    string
	data   string
	short  bool
	shard  string
	shards int
	jobs   int
	retry  bool
	json   bool
	submission
}

func (f *sweepFlags) flags(c *cobra.Command) {
	f.input.flags(c)
	g := c.Flags()
	g.StringVar(&f.out, "out", "", "folder of the sweep (default: sweeps/NAME, or sweeps/NAME-short)")
	g.StringVar(&f.data, "data", "", "folder of the raw data set (default: ENGRAM_DATA, else found)")
	g.BoolVar(&f.short, "short", false, "the short form of the sweep: its table [sweep.short]")
	g.StringVar(&f.shard, "shard", "", "compute only shard i/N (default: as a job array says, else all points)")
	g.IntVar(&f.shards, "shards", 0, "number of shards that the points are dealt to (default: as the folder has it, or N of --shard)")
	g.IntVar(&f.jobs, "jobs", 0, "points side by side (default: one per core)")
	g.BoolVar(&f.retry, "retry", false, "compute the points that failed again")
	g.BoolVar(&f.json, "json", false, "print the outcome as JSON")
	f.submission.flags(c)
}

func (f *sweepFlags) run(c *cobra.Command, name string) error {
	settings, err := f.settings()
	if err != nil {
		return err
	}
	job, err := testbench.OpenSweep(name, settings, f.short)
	if err != nil {
		return usageError{err}
	}
	job.Data = f.data
	s, err := f.create(c.Context(), job, name)
	if err != nil {
		return err
	}
	if f.kind != "" {
		return f.submit(c, s, f.command(name, s.Dir))
	}
	choice, err := sweep.Select(f.shard, s.Plan.Shards, os.Getenv)
	if err != nil {
		return usageError{err}
	}
	return f.compute(c, job, s, choice)
}

// create freezes the plan in its folder.
func (f *sweepFlags) create(ctx context.Context, job *testbench.Sweep, name string) (*sweep.Sweep, error) {
	if f.shards < 0 || f.jobs < 0 {
		return nil, usageError{errors.New("--shards and --jobs are numbers from 0")}
	}
	shards := f.shards
	if f.shard != "" && shards == 0 {
		h, err := sweep.ParseShard(f.shard)
		if err != nil {
			return nil, usageError{fmt.Errorf("--shard: %w", err)}
		}
		if h != sweep.Whole {
			shards = h.Count
		}
	}
	spec, err := job.Plan(ctx, tool(), shards)
	if err != nil {
		return nil, err
	}
	dir := f.out
	if dir == "" {
		dir = defaultSweepFolder(name, f.short)
	}
	s, err := sweep.Create(dir, spec)
	if err != nil {
		return nil, usageError{err}
	}
	return s, job.Record(dir)
}

func defaultSweepFolder(name string, short bool) string {
	base := strings.TrimSuffix(filepath.Base(name), ".toml")
	if short {
		base += "-short"
	}
	return filepath.Join("sweeps", base)
}

// tool names the program in a plan: results of two versions do not mix.
func tool() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return "engram " + info.Main.Version
	}
	return "engram"
}

// compute trains at the points of a shard, and merges where that is all.
func (f *sweepFlags) compute(c *cobra.Command, job *testbench.Sweep, s *sweep.Sweep, choice sweep.Choice) error {
	fmt.Fprintf(c.ErrOrStderr(), "engram: %d points in %s; %v\n", s.Plan.Points, s.Dir, choice)
	bar := newBar(c.ErrOrStderr())
	defer bar.finish()
	out, err := s.Run(c.Context(), choice.Shard, job.Point(testbench.PointsFolder(s.Dir)), sweep.Options{
		Workers: f.jobs, Retry: f.retry, Grace: stopGrace,
		Done: func(e sweep.Event) { bar.set(e.Done, e.Total) },
	})
	bar.finish()
	switch {
	case err != nil:
		return err
	case out.Stopped:
		return fmt.Errorf("stopped safely with %d of %d points left; the same command continues: %w", out.Left(), out.Points, context.Canceled)
	case choice.Shard == sweep.Whole:
		return mergeInto(c, s, f.json)
	}
	if err := f.printOutcome(c.OutOrStdout(), out, choice, s.Dir); err != nil {
		return err
	}
	if out.Failed > 0 {
		return &pointsError{out.Failed, out.Points}
	}
	return nil
}

func (f *sweepFlags) printOutcome(w io.Writer, out sweep.Outcome, choice sweep.Choice, dir string) error {
	if f.json {
		return json.NewEncoder(w).Encode(struct {
			Shard    sweep.Shard `json:"shard"`
			Points   int         `json:"points"`
			Computed int         `json:"computed"`
			Failed   int         `json:"failed"`
			Folder   string      `json:"folder"`
		}{choice.Shard, out.Points, out.Computed, out.Failed, dir})
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "shard\t%v\n", choice.Shard)
	fmt.Fprintf(t, "points\t%d, %d of them now\n", out.Points, out.Computed)
	fmt.Fprintf(t, "failed\t%d\n", out.Failed)
	fmt.Fprintf(t, "when all are done\tengram merge %s\n", dir)
	return t.Flush()
}

// command is the command line that computes a shard of the sweep in dir from
// anywhere: files by their full paths.
func (f *sweepFlags) command(name, dir string) []string {
	words := []string{"sweep", name, "--out", dir}
	if f.short {
		words = append(words, "--short")
	}
	if f.data != "" {
		words = append(words, "--data", absolute(f.data))
	}
	if f.seed != "" {
		words = append(words, "--seed", f.seed)
	}
	for _, s := range f.set {
		words = append(words, "--set", s)
	}
	if f.jobs > 0 {
		words = append(words, "--jobs", fmt.Sprint(f.jobs))
	}
	return words
}

// absolute returns the full path of a file, or its name where there is no
// working folder.
func absolute(name string) string {
	if path, err := filepath.Abs(name); err == nil {
		return path
	}
	return name
}
