package testbench

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"engram/netlist"
	"engram/testbench/plot"
	"engram/testbench/report"
)

// modelPapers are the papers behind the models that every run uses.
var modelPapers = []string{"ambrogio2018", "nandakumar2018", "pelgrom1989", "enz1995", "gokmen2016", "gokmen2017", "giordano2019", "salmon2011"}

// datasetPapers are the papers behind the data sets.
var datasetPapers = map[string][]string{
	"mnist":          {"lecun1998"},
	"mnist-backrand": {"lecun1998", "larochelle2007"},
	"features":       {"krizhevsky2009"},
}

// A runFigure is a figure of a run, with its file name less the ending.
type runFigure struct {
	file, caption string
	figure        *plot.Figure
}

// writeReport draws the figures of a finished run into its folder and writes
// report.html and references.bib.
func writeReport(dir string, b *Bench, t *Trainer, r *Transfers, s *Summary) error {
	figures, err := t.figures(r)
	if err != nil {
		return err
	}
	papers := append(append([]string{}, modelPapers...), datasetPapers[b.Spec.Stimulus.Dataset]...)
	page := report.Report{
		Title:       b.title(),
		Command:     "engram run resolved.toml",
		Lead:        s.lead(),
		Summary:     s.table(),
		Netlist:     string(b.Resolved()),
		Assumptions: assumptions(b),
		References:  papers,
	}
	for _, f := range figures {
		if err := f.figure.Save(filepath.Join(dir, f.file)); err != nil {
			return err
		}
		drawn, err := report.NewFigure(f.figure, f.caption)
		if err != nil {
			return err
		}
		page.Figures = append(page.Figures, drawn)
	}
	var bib bytes.Buffer
	if err := report.WriteBibTeX(&bib, papers...); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "references.bib"), bib.Bytes(), 0o666); err != nil {
		return err
	}
	return page.Save(filepath.Join(dir, "report.html"))
}

// title heads the report of b.
func (b *Bench) title() string {
	if b.Spec.Title != "" {
		return b.Spec.Title
	}
	return b.Netlist.Title
}

func (t *Trainer) figures(r *Transfers) ([]runFigure, error) {
	training, err := t.trainingFigure()
	if err != nil {
		return nil, err
	}
	weights, err := t.weightFigure()
	if err != nil {
		return nil, err
	}
	energy, err := EnergyFigure(t.Energy())
	if err != nil {
		return nil, err
	}
	list := []runFigure{
		{"training", "Test accuracy after each pass, read from a snapshot of the weights while simulated time stands still.", training},
		{"weights", "Weights of each tile at the end, phase-change memory and capacitor together, in units of the tile's weight unit.", weights},
		{"energy", "Energy drawn from the supplies per training example, transfers included; all rows are in energy.csv.", energy},
	}
	if r.Total.Cells == 0 {
		return list, nil
	}
	transfer, err := r.figure()
	if err != nil {
		return nil, err
	}
	return append(list, runFigure{"transfer-error", "What all transfers got wrong, of every cell: of the long-term part alone, and once the rest was put on the capacitor.", transfer}), nil
}

// trainingFigure is accuracy against training, the twin beside the system.
func (t *Trainer) trainingFigure() (*plot.Figure, error) {
	engram, twin := plot.Curve{Name: "Engram"}, plot.Curve{Name: "float twin"}
	for _, r := range t.results {
		engram.X, engram.Y = append(engram.X, r.Epoch), append(engram.Y, r.Accuracy)
		if t.Twin != nil {
			twin.X, twin.Y = append(twin.X, r.Epoch), append(twin.Y, r.FloatAccuracy)
		}
	}
	d := plot.TrainingData{Title: "Training on " + strings.TrimSuffix(t.train.Name, " train"), Curves: []plot.Curve{engram}}
	if t.Twin != nil {
		d.Curves = append(d.Curves, twin)
	}
	if every := t.Design.Transfer.Interval; every > 0 {
		for n := every; n <= t.done; n += every {
			d.Transfers = append(d.Transfers, float64(n)/float64(t.train.Len()))
		}
	}
	return plot.Training(d)
}

// weightFigure is the distribution of the weights of every tile.
func (t *Trainer) weightFigure() (*plot.Figure, error) {
	d := plot.HistogramData{Title: "Weights after training", X: plot.Quantity{Name: "weight, in weight units"}, LogY: true}
	snap := t.System.Snapshot()
	for k := range t.Design.Arrays {
		w := snap.Weights(k)
		s := plot.Sample{Name: t.Design.Arrays[k].Name, Values: make([]float64, len(w))}
		for i, v := range w {
			s.Values[i] = float64(v)
		}
		d.Samples = append(d.Samples, s)
	}
	return plot.Histogram(d)
}

func (s *Summary) lead() string {
	lead := fmt.Sprintf("Test accuracy %.2f %% after %d examples", s.TestAccuracy, s.Examples)
	if s.FloatAccuracy != nil {
		lead += fmt.Sprintf("; the float32 twin on the same stream reaches %.2f %%", *s.FloatAccuracy)
	}
	return lead + "."
}

func (s *Summary) table() report.Table {
	rows := [][]string{
		{"test accuracy", fmt.Sprintf("%.2f %%", s.TestAccuracy)},
		{"data set", s.Dataset},
		{"synapses", fmt.Sprint(s.Synapses)},
		{"epochs", fmt.Sprint(s.Epochs)},
		{"transfers", fmt.Sprint(s.Transfers)},
		{"simulated time", fmt.Sprintf("%.4g s, %.2g %% of it transfer", s.SimulatedSeconds, 100*s.TransferSeconds/s.SimulatedSeconds)},
		{"update pulses per synapse and example", fmt.Sprintf("%.3g", s.GrossPulses)},
		{"seed", fmt.Sprint(s.Seed)},
		{"state", s.StateSHA256[:16]},
	}
	if s.FloatAccuracy != nil {
		rows = append(rows[:1], append([][]string{{"float twin", fmt.Sprintf("%.2f %%", *s.FloatAccuracy)}}, rows[1:]...)...)
	}
	return report.Table{Rows: rows}
}

// assumptions lists what of a design is not from a source.
func assumptions(b *Bench) []report.Assumption {
	d := b.Design
	var all []report.Assumption
	add := func(what, value string) {
		all = append(all, report.Assumption{What: what, Value: value, Source: "assumed"})
	}
	seen := map[float64]bool{}
	for i := range d.Arrays {
		a := &d.Arrays[i]
		add("weight unit of "+a.Name, netlist.FormatQuantity(a.Unit, "S"))
		if tau := a.Cell.Storage.Tau; !seen[tau] {
			seen[tau] = true
			add("leak time constant", netlist.FormatQuantity(tau, "s"))
			add("gain of the long-term pair", fmt.Sprint(a.Cell.Gain))
			add("row DAC", fmt.Sprintf("%d bits, %v full scale", a.RowDAC.Bits, a.RowDAC.FullScale()))
			add("update", fmt.Sprintf("%d slots of %v", a.Pulser.Slots, a.Pulser.Period))
		}
	}
	add("clock period", d.Period.String())
	add("read-verify tolerance", netlist.FormatQuantity(d.Transfer.Tolerance, "S"))
	return all
}
