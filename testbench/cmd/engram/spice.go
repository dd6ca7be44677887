package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"engram/device"
	"engram/netlist"
	"engram/testbench"
)

// newSPICE is the verb that writes a deck for ngspice.
func newSPICE() *cobra.Command {
	var v spiceFlags
	c := &cobra.Command{
		Use: "spice NAME|FILE", Short: "Write a corner of a tile as an ngspice deck", Args: cobra.ExactArgs(1),
		Long: `Spice writes the first rows and columns of a tile as a self-contained deck:
transistors as the equations that Engram solves, with the mismatch that the
tile has under this seed, update pulses, a leak and a read.

  engram spice mnist --tile output --rows 4 --cols 4 --out deck.sp
  ngspice -b deck.sp

runs it and writes engram.raw with the voltages of all storage nodes.`,
		RunE: func(c *cobra.Command, args []string) error { return v.run(c, args[0]) },
	}
	v.input.flags(c)
	f := c.Flags()
	f.StringVar(&v.tile, "tile", "", "tile of the netlist (required)")
	f.IntVar(&v.rows, "rows", 1, "rows, from the first on")
	f.IntVar(&v.cols, "cols", 1, "columns, from the first on")
	f.IntVar(&v.pulses, "pulses", 20, "update pulses, half up, half down")
	f.StringVar(&v.idle, "idle", "100 us", "leak behind the pulses")
	f.StringVar(&v.out, "out", "", "file to write (default: standard output)")
	return c
}

// spiceFlags is what a user says to spice.
type spiceFlags struct {
	input
	tile       string
	rows, cols int
	pulses     int
	idle       string
	out        string
}

func (v *spiceFlags) run(c *cobra.Command, name string) error {
	b, err := v.open(name)
	if err != nil {
		return err
	}
	bench, err := v.bench(b)
	if err != nil {
		return usageError{err}
	}
	title := fmt.Sprintf("%s: tile %s, seed %d", b.Netlist.Title, v.tile, b.Spec.Seed)
	if v.out == "" {
		return netlist.WriteSPICE(c.OutOrStdout(), bench, netlist.SPICEOptions{Title: title})
	}
	f, err := os.Create(v.out)
	if err != nil {
		return usageError{err}
	}
	return errors.Join(netlist.WriteSPICE(f, bench, netlist.SPICEOptions{Title: title}), f.Close())
}

// bench lays the experiment out.
func (v *spiceFlags) bench(b *testbench.Bench) (*device.ArrayBench, error) {
	e, err := b.Design.ExperimentOn(v.tile)
	if err != nil {
		return nil, fmt.Errorf("--tile: %w", err)
	}
	if v.rows < 1 || v.cols < 1 || v.rows > netlist.MaxExperimentCells || v.cols > netlist.MaxExperimentCells {
		return nil, fmt.Errorf("--rows %d --cols %d: expected 1 to %d cells in all", v.rows, v.cols, netlist.MaxExperimentCells)
	}
	if e.Idle, err = parseTime("idle", v.idle); err != nil {
		return nil, err
	}
	e.Pulses, e.Seed = v.pulses, b.Spec.Seed
	return e.Array(b.Design, v.tile, first(v.rows), first(v.cols))
}

// first returns 0 to n-1.
func first(n int) []int {
	lines := make([]int, n)
	for k := range lines {
		lines[k] = k
	}
	return lines
}
