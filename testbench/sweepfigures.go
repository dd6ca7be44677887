package testbench

import (
	"fmt"
	"math"
	"path/filepath"
	"slices"

	"engram/testbench/plot"
	"engram/testbench/sweep"
)

// A sweepFigure is a figure of a sweep with its file and a caption.
type sweepFigure struct {
	file, caption string
	figure        *plot.Figure
}

// Keys that have figures of their own.
const (
	tauKey      = "leak-tau"
	intervalKey = "interval"
)

// The point of the article: the leak time constant of the reference cell and
// the transfer interval (Ambrogio et al., Nature 558, 60 (2018), Extended Data
// Fig. 2; the time constant is assumed, see the bundled cell).
const (
	articleTau      = 5.26e-3 // s
	articleInterval = 8000    // examples
)

// figures draws what the axes of the sweep allow: a map over two numbers, else
// curves over one. Sweeps of more than two parameters have their tables only.
func (t *sweepTable) figures(title string) ([]sweepFigure, error) {
	var list []sweepFigure
	add := func(file, caption string, f *plot.Figure, err error) error {
		if err == nil {
			list = append(list, sweepFigure{file, caption, f})
		}
		return err
	}
	if t.best() == nil {
		return nil, nil // all points failed: nothing to draw
	}
	var err error
	switch x, y, ok := t.mapAxes(); {
	case ok:
		f, e := plot.HeatMap(t.heatMapData(title, x, y))
		err = add("accuracy-map", "Test accuracy at each point, mean over the seeds. The colours are even in the logarithm of the error.", f, e)
		if err == nil && t.isLeakage(x, y) {
			f, e = t.collapse(title, x, y)
			err = add("collapse", "Accuracy against transfer interval over leak time constant, both in time. Where the curves lie on each other only the ratio counts.", f, e)
		}
	case t.isAblation() && t.reference() > 0:
		f, e := t.ablation(title)
		err = add("ablation", "Loss against the float twins, mean over the seeds; the bars are one standard deviation to each side.", f, e)
	case t.curveAxis() >= 0:
		f, e := t.curves(title, t.curveAxis())
		err = add("accuracy", "Test accuracy, mean over the seeds; the band is one standard deviation to each side.", f, e)
	}
	if err == nil && t.hasEnergy() {
		f, e := t.energyAccuracy(title)
		err = add("energy-accuracy", "Each point is one combination of the sweep.", f, e)
	}
	return list, err
}

// mapAxes returns the two axes of a map, the leak time constant to the right
// where it is one of them.
func (t *sweepTable) mapAxes() (x, y int, ok bool) {
	if len(t.axes) != 2 || !t.axes[0].positive() || !t.axes[1].positive() {
		return 0, 0, false
	}
	if t.axes[1].last() == tauKey {
		return 1, 0, true
	}
	return 0, 1, true
}

// isLeakage reports whether the axes are leak time constant and transfer
// interval.
func (t *sweepTable) isLeakage(x, y int) bool {
	return t.axes[x].last() == tauKey && t.axes[y].path == "transfer."+intervalKey
}

// curveAxis returns the axis along which curves run, -1 for none.
func (t *sweepTable) curveAxis() int {
	if len(t.axes) > 2 {
		return -1
	}
	return slices.IndexFunc(t.axes, func(a sweepAxis) bool { return a.numbers != nil })
}

// quantity names an axis.
func (a *sweepAxis) quantity() plot.Quantity {
	switch {
	case a.last() == tauKey:
		return plot.Quantity{Name: "leak time constant", Unit: "s"}
	case a.path == "transfer."+intervalKey:
		return plot.Quantity{Name: "transfer interval", Unit: "examples"}
	}
	return plot.Quantity{Name: a.path, Unit: a.unit}
}

// find returns the combination with value i on axis x and j on axis y; y may
// be -1.
func (t *sweepTable) find(x, i, y, j int) *sweepCell {
	k := slices.IndexFunc(t.cells, func(c sweepCell) bool { return c.at[x] == i && (y < 0 || c.at[y] == j) })
	return &t.cells[k] // the plan is a full cross product
}

// accuracy is NaN where all points of a combination failed.
func (c *sweepCell) accuracy() statistic {
	if s, ok := c.measures[accuracyMeasure]; ok {
		return s
	}
	return statistic{mean: math.NaN()}
}

func (t *sweepTable) heatMapData(title string, x, y int) plot.HeatMapData {
	d := plot.HeatMapData{Title: title, X: t.axes[x].quantity(), Y: t.axes[y].quantity(), Reference: t.reference()}
	for _, i := range t.axes[x].order() {
		d.Xs = append(d.Xs, t.axes[x].numbers[i])
	}
	for _, j := range t.axes[y].order() {
		d.Ys = append(d.Ys, t.axes[y].numbers[j])
		var row []float64
		for _, i := range t.axes[x].order() {
			row = append(row, t.find(x, i, y, j).accuracy().mean)
		}
		d.Accuracy = append(d.Accuracy, row)
	}
	if t.isLeakage(x, y) && within(articleTau, d.Xs) && within(articleInterval, d.Ys) {
		d.Marks = []plot.Mark{{X: articleTau, Y: articleInterval, Label: "article: 5.26 ms, 8,000 examples"}}
	}
	return d
}

// within reports whether v lies between the ends of ascending values.
func within(v float64, values []float64) bool {
	return len(values) > 0 && values[0] <= v && v <= values[len(values)-1]
}

func (t *sweepTable) collapse(title string, x, y int) (*plot.Figure, error) {
	d := plot.CollapseData{Title: title, Reference: t.reference()}
	for _, i := range t.axes[x].order() {
		c := plot.TauCurve{Tau: t.axes[x].numbers[i]}
		for _, j := range t.axes[y].order() {
			cell := t.find(x, i, y, j)
			if cell.points == 0 {
				continue
			}
			a := cell.accuracy()
			c.Interval = append(c.Interval, t.axes[y].numbers[j]*cell.measures[exampleMeasure].mean)
			c.Accuracy = append(c.Accuracy, a.mean)
			c.SD = append(c.SD, a.sd)
		}
		if len(c.Interval) > 0 {
			d.Taus = append(d.Taus, c)
		}
	}
	return plot.Collapse(d)
}

// curves draws accuracy along axis x, a curve for each value of the other.
func (t *sweepTable) curves(title string, x int) (*plot.Figure, error) {
	d := plot.DeviceData{Title: title, X: t.axes[x].quantity(), Y: plot.Quantity{Name: "test accuracy", Unit: "%"}}
	other, names := -1, []string{"test accuracy"}
	if len(t.axes) == 2 {
		other = 1 - x
		names = nil
		for _, v := range t.axes[other].values {
			names = append(names, t.axes[other].path+" "+v)
		}
	}
	for j, name := range names {
		c := plot.Curve{Name: name}
		for _, i := range t.axes[x].order() {
			cell := t.find(x, i, other, j)
			if cell.points == 0 {
				continue
			}
			a := cell.accuracy()
			c.X = append(c.X, t.axes[x].numbers[i])
			c.Y = append(c.Y, a.mean)
			c.SD = append(c.SD, a.sd)
		}
		if len(c.X) > 0 {
			d.Curves = append(d.Curves, c)
		}
	}
	return plot.Device(d)
}

func (t *sweepTable) hasEnergy() bool {
	return slices.ContainsFunc(t.cells, func(c sweepCell) bool { return c.measures[energyMeasure].mean > 0 })
}

func (t *sweepTable) energyAccuracy(title string) (*plot.Figure, error) {
	d := plot.EnergyAccuracyData{Title: title, Reference: t.reference()}
	for _, c := range t.cells {
		e := c.measures[energyMeasure]
		if !(e.mean > 0) {
			continue
		}
		a := c.accuracy()
		p := plot.EnergyPoint{Joules: e.mean, Accuracy: a.mean, SD: a.sd}
		if len(c.settings) > 0 {
			p.Group = t.axes[0].last() + " " + c.settings[0].Value
			p.Label = c.settings[len(c.settings)-1].Value
		}
		d.Points = append(d.Points, p)
	}
	return plot.EnergyAccuracy(d)
}

// saveFigures writes each figure as SVG and PNG into the folder of a sweep.
func saveFigures(dir string, figures []sweepFigure) error {
	for _, f := range figures {
		if err := f.figure.Save(filepath.Join(dir, f.file)); err != nil {
			return fmt.Errorf("figure %s: %w", f.file, err)
		}
	}
	return nil
}

// DrawSweep draws the figures of a merged sweep and writes report.html, into
// its folder.
func DrawSweep(s *sweep.Sweep, command string) (*SweepSummary, error) {
	rows, err := s.Rows()
	if err != nil {
		return nil, err
	}
	t := newSweepTable(s.Plan, rows)
	title := sweepTitle(s.Dir)
	figures, err := t.figures(title)
	if err != nil {
		return nil, err
	}
	if err := saveFigures(s.Dir, figures); err != nil {
		return nil, err
	}
	return t.summary(s), t.report(s, title, command, figures)
}
