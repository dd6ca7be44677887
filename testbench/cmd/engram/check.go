package main

import (
	"encoding/json"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"engram/netlist"
	"engram/testbench"
)

// newCheck is the verb that parses and elaborates, and simulates nothing.
func newCheck() *cobra.Command {
	var in input
	var asJSON, resolved bool
	c := &cobra.Command{
		Use: "check NAME|FILE", Short: "Check a testbench or netlist and print what it elaborates to", Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			b, err := in.open(args[0])
			if err != nil {
				return err
			}
			out := c.OutOrStdout()
			if resolved {
				_, err := out.Write(b.Resolved())
				return err
			}
			if asJSON {
				return json.NewEncoder(out).Encode(elaborated(b))
			}
			return printDesign(out, b)
		},
	}
	in.flags(c)
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	c.Flags().BoolVar(&resolved, "resolved", false, "print the file with every default written out")
	return c
}

// Transistors per 2PCM+3T1C cell: three of the capacitor's and two that select
// the phase-change devices.
const transistorsPerCell = 5

type checked struct {
	Title            string     `json:"title"`
	Tiles            []checkedT `json:"tiles"`
	Neurons          []checkedN `json:"neurons"`
	Nets             []checkedW `json:"nets"`
	Synapses         int        `json:"synapses"`
	Transistors      int        `json:"transistors"`
	MemoryBytes      int64      `json:"memory_bytes"`
	ExampleSeconds   float64    `json:"example_seconds"`
	TransferInterval int        `json:"transfer_interval_examples"`
}

type checkedT struct {
	Name  string `json:"name"`
	Rows  int    `json:"rows"`
	Cols  int    `json:"cols"`
	In    string `json:"in"`
	Out   string `json:"out"`
	Level int    `json:"level"`
}

type checkedN struct {
	Name, Kind, In, Out string
}

type checkedW struct {
	Name  string `json:"name"`
	Width int    `json:"width"`
}

func elaborated(b *testbench.Bench) checked {
	d := b.Design
	c := checked{Title: d.Title, Synapses: d.Synapses(), ExampleSeconds: d.ExampleTime().Seconds(), TransferInterval: d.Transfer.Interval, MemoryBytes: b.EstimateMemory()}
	for i := range d.Arrays {
		a := &d.Arrays[i]
		c.Tiles = append(c.Tiles, checkedT{a.Name, a.Rows(), a.Cols(), netlist.FormatBundle(a.In), netlist.FormatBundle([]netlist.PortDesign{a.Out}), a.Level})
		c.Transistors += a.Rows()*a.Cols()*transistorsPerCell + a.Rows()*3
	}
	for _, b := range d.Banks {
		c.Neurons = append(c.Neurons, checkedN{b.Name, string(b.Activation), b.In, netlist.FormatBundle([]netlist.PortDesign{b.Out})})
	}
	for _, n := range d.Nets {
		c.Nets = append(c.Nets, checkedW{n.Name, n.Width})
	}
	return c
}

func printDesign(out io.Writer, b *testbench.Bench) error {
	c := elaborated(b)
	fmt.Fprintln(out, c.Title)
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "\ntile\trows\tcolumns\tin\tout\tlevel")
	for _, t := range c.Tiles {
		fmt.Fprintf(w, "%s\t%d\t%d\t%s\t%s\t%d\n", t.Name, t.Rows, t.Cols, t.In, t.Out, t.Level+1)
	}
	fmt.Fprintln(w, "\nneurons\tkind\tin\tout")
	for _, n := range c.Neurons {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", n.Name, n.Kind, n.In, n.Out)
	}
	fmt.Fprintln(w, "\nnet\twidth")
	for _, n := range c.Nets {
		fmt.Fprintf(w, "%s\t%d\n", n.Name, n.Width)
	}
	fmt.Fprintf(w, "\nsynapses\t%d\n", c.Synapses)
	fmt.Fprintf(w, "transistors\t%d\n", c.Transistors)
	fmt.Fprintf(w, "memory of a run\tat most %s, and the data\n", testbench.FormatBytes(c.MemoryBytes))
	fmt.Fprintf(w, "one example\t%v\n", b.Design.ExampleTime())
	return w.Flush()
}
