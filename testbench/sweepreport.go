package testbench

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"engram/testbench/report"
	"engram/testbench/sweep"
)

// A SweepSummary sums up a merged sweep.
type SweepSummary struct {
	Points        int      `json:"points"`
	Failed        int      `json:"failed"`
	Best          string   `json:"best"`                     // the combination
	BestAccuracy  float64  `json:"best_accuracy"`            // percent, mean over its seeds
	FloatAccuracy *float64 `json:"float_accuracy,omitempty"` // percent, of the twins of that combination
	Folder        string   `json:"folder"`
}

func (t *sweepTable) summary(s *sweep.Sweep) *SweepSummary {
	sum := &SweepSummary{Points: s.Plan.Points, Failed: t.failed, Folder: s.Dir}
	if best := t.best(); best != nil {
		sum.Best, sum.BestAccuracy = best.name(), best.measures[accuracyMeasure].mean
		if f, ok := best.measures[floatMeasure]; ok {
			sum.FloatAccuracy = &f.mean
		}
	}
	return sum
}

// sweepTitle heads the figures and the report of the sweep in dir.
func sweepTitle(dir string) string {
	if b, err := Open(filepath.Join(dir, resolvedFile), nil); err == nil && b.title() != "" {
		return b.title()
	}
	return "Sweep " + filepath.Base(dir)
}

// report writes report.html.
func (t *sweepTable) report(s *sweep.Sweep, title, command string, figures []sweepFigure) error {
	resolved, err := os.ReadFile(filepath.Join(s.Dir, resolvedFile))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	sum := t.summary(s)
	r := report.Report{
		Title: title, Command: command, Lead: sum.lead(), Netlist: string(resolved),
		Summary: sum.table(s.Plan), Tables: []report.Table{t.table(s.Plan)},
		References: []string{"ambrogio2018", "boybat2018", "pelgrom1989", "enz1995", "lecun1998"},
	}
	if x, y, ok := t.mapAxes(); ok && t.isLeakage(x, y) {
		r.Assumptions = []report.Assumption{
			{What: "leak time constant of the article's cell", Value: "5.26 ms", Source: "assumed; the article says a few ms"},
			{What: "transfer interval of the article", Value: "8,000 examples", Source: "Ambrogio et al., Nature 558, 60 (2018), Extended Data Fig. 2"},
		}
	}
	for _, f := range figures {
		drawn, err := report.NewFigure(f.figure, f.caption)
		if err != nil {
			return err
		}
		r.Figures = append(r.Figures, drawn)
	}
	return r.Save(filepath.Join(s.Dir, "report.html"))
}

func (s *SweepSummary) lead() string {
	if s.Best == "" {
		return "Every point failed."
	}
	text := fmt.Sprintf("The best point, %s, reaches %.2f %%", s.Best, s.BestAccuracy)
	if s.FloatAccuracy != nil {
		text += fmt.Sprintf(", its float twin %.2f %%", *s.FloatAccuracy)
	}
	return text + "."
}

func (s *SweepSummary) table(p *sweep.Plan) report.Table {
	return report.Table{Rows: [][]string{
		{"points", fmt.Sprint(s.Points)},
		{"failed", fmt.Sprint(s.Failed)},
		{"seeds per combination", fmt.Sprint(p.Repeat)},
		{"seed of the plan", fmt.Sprint(p.Seed)},
		{"made by", p.Tool},
	}}
}

// reportColumns are the measures in the table of the report, with factor and
// decimals.
var reportColumns = []struct {
	measure, title string
	factor         float64
	decimals       int
}{
	{accuracyMeasure, "accuracy, %", 1, 2},
	{floatMeasure, "float twin, %", 1, 2},
	{lossMeasure, "loss, points", 1, 2},
	{transfersMeasure, "transfers", 1, 0},
	{simulatedMeasure, "simulated time, ms", 1e3, 3},
	{transferTimeMeasure, "of it transfer, %", 100, 1},
	{energyMeasure, "energy per example, nJ", 1e9, 2},
}

// table has one row for each combination.
func (t *sweepTable) table(p *sweep.Plan) report.Table {
	r := report.Table{Title: "Results", Note: "Mean over the seeds, ± one standard deviation. results.csv has every point."}
	for _, q := range p.Parameters {
		r.Header = append(r.Header, q.Path)
	}
	for _, c := range reportColumns {
		if t.has(c.measure) {
			r.Header = append(r.Header, c.title)
		}
	}
	for _, cell := range t.cells {
		var row []string
		for _, s := range cell.settings {
			row = append(row, s.Value)
		}
		for _, c := range reportColumns {
			if t.has(c.measure) {
				m := cell.measures[c.measure]
				m.mean, m.sd = c.factor*m.mean, c.factor*m.sd
				row = append(row, m.format(c.decimals))
			}
		}
		r.Rows = append(r.Rows, row)
	}
	return r
}

// has reports whether any combination has the measure.
func (t *sweepTable) has(measure string) bool {
	for _, c := range t.cells {
		if _, ok := c.measures[measure]; ok {
			return true
		}
	}
	return false
}
