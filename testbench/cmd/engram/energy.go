package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"engram/netlist"
	"engram/testbench"
	"engram/testbench/plot"
)

// newEnergy is the verb that estimates energy, time and area.
func newEnergy() *cobra.Command {
	var e energyFlags
	c := &cobra.Command{
		Use: "energy NAME|FILE", Short: "Estimate energy, time and area per operation and component", Args: cobra.ExactArgs(1),
		Long: `Energy estimates what a training example takes from the netlist and the
activity of its tiles. Without --activity the activity is a list of stated
assumptions; a run folder, or its activity.json, gives that of a run. Nothing
is simulated. A run measures the same: see energy.csv in its folder.`,
		RunE: func(c *cobra.Command, args []string) error { return e.run(c.OutOrStdout(), args[0]) },
	}
	e.input.flags(c)
	c.Flags().StringVar(&e.activity, "activity", "", "run folder or activity.json with the activity of every tile")
	c.Flags().StringVar(&e.plot, "plot", "", "draw the energies as bars into this SVG file")
	c.Flags().BoolVar(&e.json, "json", false, "print JSON")
	return c
}

type energyFlags struct {
	input
	activity string
	plot     string
	json     bool
}

// estimated is what the verb prints.
type estimated struct {
	*netlist.EnergyReport
	Activities  netlist.Activities   `json:"activity"`
	Assumptions []netlist.Assumption `json:"assumptions"`
	Published   []netlist.Published  `json:"published"`
	// Required says how the first of the published figures could be met.
	Required []netlist.Requirement `json:"required"`
}

// sensitive is how many assumptions are named before the list of all.
const sensitive = 3

func (e *energyFlags) run(out io.Writer, name string) error {
	r, err := e.estimate(name)
	if err != nil {
		return err
	}
	if e.plot != "" {
		if err := drawEnergy(e.plot, r.EnergyReport); err != nil {
			return err
		}
	}
	if e.json {
		enc := json.NewEncoder(out)
		enc.SetIndent("", "  ")
		return enc.Encode(r)
	}
	return r.print(out)
}

// examplesOfEstimate is how many examples the estimate adds up, which is for
// the precision of the counts alone.
const examplesOfEstimate = 1e6

func (e *energyFlags) estimate(name string) (*estimated, error) {
	b, err := e.open(name)
	if err != nil {
		return nil, err
	}
	a := netlist.DefaultActivities(b.Design)
	if e.activity != "" {
		if a, err = testbench.ReadActivities(e.activity); err != nil {
			return nil, usageError{fmt.Errorf("--activity: %w", err)}
		}
	}
	l, err := b.Design.Estimate(a, examplesOfEstimate)
	if err != nil {
		return nil, usageError{err}
	}
	r := &estimated{EnergyReport: b.Design.EnergyReport(l, examplesOfEstimate), Activities: a, Published: netlist.PublishedDesigns()}
	if r.Assumptions, err = netlist.Assumptions(b.Netlist, a); err != nil {
		return nil, err
	}
	r.Required, err = netlist.Require(b.Netlist, a, r.mostSensitive(), r.Published[0].Low)
	return r, err
}

func (r *estimated) mostSensitive() []netlist.Assumption {
	return r.Assumptions[:min(sensitive, len(r.Assumptions))]
}

func drawEnergy(name string, r *netlist.EnergyReport) error {
	fig, err := testbench.EnergyFigure(r)
	if err != nil {
		return err
	}
	f, err := os.Create(name)
	if err != nil {
		return usageError{fmt.Errorf("--plot: %w", err)}
	}
	return errors.Join(fig.SVG(f), f.Close())
}

func joules(x float64) string { return plot.Quantity{Unit: "J"}.Format(x) }

func (r *estimated) print(out io.Writer) error {
	fmt.Fprintf(out, "%s\n%d synapses; energy drawn from the supplies per training example\n\n", r.Title, r.Synapses)
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	r.printRows(w)
	r.printOperations(w)
	fmt.Fprintln(w)
	if err := w.Flush(); err != nil {
		return err
	}
	w = tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	r.printTotals(w)
	r.printPublished(w)
	r.printAreas(w)
	r.printAssumptions(w)
	return w.Flush()
}

// smallShare of the total is what a row needs to be printed on its own.
const smallShare = 0.5e-3

// printRows prints what every component draws in every operation.
func (r *estimated) printRows(w io.Writer) {
	fmt.Fprint(w, "component\toperation\tevents\tenergy\tshare\t\n")
	var rest netlist.EnergyRow
	small := 0
	for _, row := range r.Rows {
		if math.Abs(row.Share) < smallShare {
			small++
			rest.Joules += row.Joules
			rest.Share += row.Share
			continue
		}
		events := ""
		if row.Events > 0 {
			events = fmt.Sprintf("%.4g", row.Events)
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%.2f %%\t\n", row.Component, row.Operation, events, joules(row.Joules), 100*row.Share)
	}
	if small > 0 {
		fmt.Fprintf(w, "%d more\t\t\t%s\t%.2f %%\t\n", small, joules(rest.Joules), 100*rest.Share)
	}
}

// printOperations prints the sums over components.
func (r *estimated) printOperations(w io.Writer) {
	fmt.Fprintln(w)
	for _, op := range r.Operations() {
		var sum, share float64
		for _, row := range r.Rows {
			if row.Operation == op {
				sum += row.Joules
				share += row.Share
			}
		}
		fmt.Fprintf(w, "all\t%s\t\t%s\t%.2f %%\t\n", op, joules(sum), 100*share)
	}
	fmt.Fprintf(w, "all\tall\t\t%s\t100.00 %%\t\n", joules(r.Total.PerExample))
}

// printTotals prints what follows, beside what others published.
func (r *estimated) printTotals(w io.Writer) {
	fmt.Fprint(w, "\twith transfer\twithout\n")
	line := func(name string, f func(e *netlist.Efficiency) string) {
		fmt.Fprintf(w, "%s\t%s\t%s\n", name, f(&r.Total), f(&r.Training))
	}
	line("energy per example", func(e *netlist.Efficiency) string { return joules(e.PerExample) })
	line("per synapse and example", func(e *netlist.Efficiency) string { return joules(e.PerSynapse) })
	line("per operation (6 per synapse)", func(e *netlist.Efficiency) string { return joules(e.PerOperation) })
	line("efficiency", func(e *netlist.Efficiency) string { return fmt.Sprintf("%.0f GOP/s/W", e.GOPSPerWatt) })
	q := plot.Quantity{Unit: "s"}
	fmt.Fprint(w, "\n\tone example after the other\tall tiles at work (pipelined)\n")
	fmt.Fprintf(w, "time per example\t%s\t%s\n", q.Format(r.Example), q.Format(r.Pipelined))
	fmt.Fprintf(w, "throughput per area\t%.3g TOP/s/mm2\t%.3g TOP/s/mm2\n\n", r.TOPSPerMM2, r.PipelinedPerArea)
}

// printPublished prints what others report, in the terms of the estimate, and
// what it would take to meet the first of them.
func (r *estimated) printPublished(w io.Writer) {
	fmt.Fprint(w, "published\tGOP/s/W\tper operation\tper synapse and example\tover this estimate\tTOP/s/mm2\tsource\n")
	for _, p := range r.Published {
		low, high := netlist.Operation(p.High), netlist.Operation(p.Low)
		synapse := func(x float64) string { return joules(netlist.OperationsPerSynapse * x) }
		over := func(x float64) string { return fmt.Sprintf("%.3g", x/r.Total.PerOperation) }
		density := ""
		if p.TOPSPerMM2 > 0 {
			density = fmt.Sprint(p.TOPSPerMM2)
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", p.Design, span(p.Low, p.High, thousands),
			span(low, high, joules), span(low, high, synapse), span(low, high, over), density, p.Source)
	}
	p := r.Published[0]
	fmt.Fprintf(w, "\n%s GOP/s/W take %s per operation, %s per synapse and example: %.3g times this estimate.\n", thousands(p.Low),
		joules(netlist.Operation(p.Low)), joules(netlist.OperationsPerSynapse*netlist.Operation(p.Low)), netlist.Operation(p.Low)/r.Total.PerOperation)
	if len(r.Required) > 0 {
		fmt.Fprint(w, "One of the most sensitive assumptions alone would meet that, or pass it, as\n")
	}
	for _, q := range r.Required {
		fmt.Fprintf(w, "  %s = %s\there %s\t%s GOP/s/W\n", q.Path, q.Value, q.Here, thousands(q.GOPSPerWatt))
	}
	operations := netlist.OperationsPerSynapse * float64(r.Synapses)
	area := operations * 1e-12 / r.Pipelined / p.TOPSPerMM2
	perSynapse := 1e6 / float64(r.Synapses) // mm2 to um2 of a synapse
	fmt.Fprintf(w, "%g TOP/s/mm2 take %.3g mm2 at %s per example, %.3g um2 per synapse; here %.3g mm2, %.3g um2.\n", p.TOPSPerMM2,
		area, plot.Quantity{Unit: "s"}.Format(r.Pipelined), area*perSynapse, 1e6*r.Area, 1e6*r.Area*perSynapse)
}

// span prints a range, or one figure where its ends are one.
func span(low, high float64, format func(float64) string) string {
	if low == high {
		return format(low)
	}
	return format(low) + " to " + format(high)
}

// thousands prints a whole number in groups of three digits.
func thousands(x float64) string {
	s := fmt.Sprintf("%.0f", x)
	for k := len(s) - 3; k > 0; k -= 3 {
		s = s[:k] + "," + s[k:]
	}
	return s
}

func (r *estimated) printAreas(w io.Writer) {
	fmt.Fprint(w, "\narea\tcount\tarea\tshare\n")
	for _, a := range r.Areas {
		fmt.Fprintf(w, "%s\t%.0f\t%.4g mm2\t%.1f %%\n", a.Component, a.Count, 1e6*a.Area, 100*a.Share)
	}
	fmt.Fprintf(w, "all\t\t%.4g mm2\t100 %%\n", 1e6*r.Area)
}

// printAssumptions prints the most sensitive ones, then all.
func (r *estimated) printAssumptions(w io.Writer) {
	fmt.Fprint(w, "\nThe energy per operation is most sensitive to\n")
	for _, a := range r.mostSensitive() {
		step := fmt.Sprintf("%s: %+.1f %%", a.Step(), 100*a.Change)
		if !a.Whole {
			step += "\t" + effect(&a, a.Elasticity, a.Change)
		}
		fmt.Fprintf(w, "  %s = %s\t%s\n", a.Path, a.Value, step)
	}
	fmt.Fprint(w, "\nassumption\tvalue\tenergy per operation\tTOP/s/mm2\tsource\n")
	for _, a := range r.Assumptions {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", a.Path, a.Value, effect(&a, a.Elasticity, a.Change), effect(&a, a.DensityElasticity, a.DensityChange), a.Source)
	}
	fmt.Fprint(w, "Not listed: cards of devices and cells, which are fitted to data (device/VALIDATION.md).\n")
}

// effect says what a hundredth more of an assumption does, or one less of a
// small whole number.
func effect(a *netlist.Assumption, elasticity, change float64) string {
	if a.Whole {
		return fmt.Sprintf("one less: %+.1f %%", 100*change)
	}
	return fmt.Sprintf("1 %% more: %+.3f %%", elasticity)
}
