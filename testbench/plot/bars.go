package plot

import (
	"cmp"
	"fmt"
	"slices"

	gplot "gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// An EnergyRow is one entry of the energy ledger.
type EnergyRow struct {
	Component string
	Operation string
	Joules    float64
}

// EnergyData is a ledger, per example or over a run.
type EnergyData struct {
	Title string
	Per   string // what the joules are for: "example", "run"; may be empty
	Rows  []EnergyRow
}

// maxBars is how many rows are drawn one by one; the rest is summed up.
const maxBars = 20

// Energy draws one horizontal bar per (component, operation), the largest on
// top, with its joules and share. Rows of zero joules are left out; beyond
// twenty the smallest are summed into one bar.
func Energy(d EnergyData) (*Figure, error) {
	total := 0.0
	var bars []bar
	for i, r := range d.Rows {
		if err := checkValue(r.Joules, false); err != nil {
			return nil, fmt.Errorf("plot: %s: row %d (%s, %s): energy is %w", d.Title, i, r.Component, r.Operation, err)
		}
		if r.Joules < 0 {
			return nil, fmt.Errorf("plot: %s: row %d (%s, %s): energy is %g J", d.Title, i, r.Component, r.Operation, r.Joules)
		}
		if r.Joules == 0 {
			continue
		}
		total += r.Joules
		bars = append(bars, bar{name: r.Component + ": " + r.Operation, value: r.Joules})
	}
	if total == 0 {
		return nil, fmt.Errorf("plot: %s: %w", d.Title, ErrNoData)
	}
	slices.SortStableFunc(bars, func(a, b bar) int { return cmp.Compare(b.value, a.value) })
	bars = folded(bars, maxBars)
	q := Quantity{Name: "energy", Unit: "J"}
	if d.Per != "" {
		q.Name += " per " + d.Per
	}
	for i := range bars {
		b := &bars[i]
		b.note = fmt.Sprintf("%s (%s %%)", q.Format(b.value), number(100*b.value/total, 2))
	}
	alt := fmt.Sprintf("%s: bars of %s, %s in total. Largest: %s, %s.",
		d.Title, q.Name, q.Format(total), bars[0].name, bars[0].note)
	return barFigure(d.Title, alt, q, bars)
}

// folded sums all bars from index n-1 on into one.
func folded(bars []bar, n int) []bar {
	if len(bars) <= n {
		return bars
	}
	rest := bar{name: fmt.Sprintf("%d smaller rows", len(bars)-n+1)}
	for _, b := range bars[n-1:] {
		rest.value += b.value
	}
	return append(bars[:n-1:n-1], rest)
}

// An AblationBar is what one variant loses, mean over seeds.
type AblationBar struct {
	Name     string
	Loss     float64 // points
	SD       float64 // of Loss over seeds, points; 0 for none
	Accuracy float64 // percent
}

// AblationData compares variants with a reference, usually the float twin of
// each seed.
type AblationData struct {
	Title     string
	Reference string
	Bars      []AblationBar
}

// Ablation draws each variant's loss in the given order, with error bars, and
// the accuracy beside it. Losses start at zero, as accuracies of 90 % and more
// could not.
func Ablation(d AblationData) (*Figure, error) {
	if len(d.Bars) == 0 {
		return nil, fmt.Errorf("plot: %s: %w", d.Title, ErrNoData)
	}
	alt := fmt.Sprintf("%s: loss of accuracy against %s.", d.Title, d.Reference)
	var bars []bar
	for _, b := range d.Bars {
		for _, v := range []float64{b.Loss, b.SD, b.Accuracy} {
			if err := checkValue(v, false); err != nil {
				return nil, fmt.Errorf("plot: %s: %q: loss, sd or accuracy is %w", d.Title, b.Name, err)
			}
		}
		note := percent(b.Accuracy) + " %"
		bars = append(bars, bar{name: b.Name, value: b.Loss, sd: b.SD, note: note})
		alt += fmt.Sprintf(" %s: %s points, at %s.", b.Name, number(b.Loss, 2), note)
	}
	q := Quantity{Name: "loss against " + d.Reference, Unit: "points"}
	return barFigure(d.Title, alt, q, bars)
}

// A bar starts at zero and carries a note at its end.
type bar struct {
	name  string
	value float64
	sd    float64
	note  string
}

const barPitch = vg.Length(19)

// barFigure lays horizontal bars out from top to bottom.
func barFigure(title, alt string, q Quantity, bars []bar) (*Figure, error) {
	e := newExtent()
	e.add(0)
	for _, b := range bars {
		e.add(b.value-b.sd, b.value+b.sd)
	}
	x := linearAxis(q, e)
	if e.min == 0 {
		x = x.from(0)
	}
	p := newPlot(x, axis{factor: 1, min: -0.6, max: float64(len(bars)) - 0.4})
	p.Y.LineStyle.Width, p.Y.Tick.Length = 0, 0
	p.Y.Tick.Marker = barNames(bars)
	p.Add(grid{verticalOnly: true}, &barPlot{bars: bars, factor: x.factor})
	return &Figure{title: title, alt: alt, plot: p, height: 80 + barPitch*vg.Length(len(bars))}, nil
}

// barNames puts the bars' names on the y axis, shortened where they would
// take more than two fifths of the figure.
func barNames(bars []bar) gplot.ConstantTicks {
	sty := textStyle(tickSize)
	var ticks gplot.ConstantTicks
	for i, b := range bars {
		ticks = append(ticks, gplot.Tick{
			Value: float64(len(bars) - 1 - i),
			Label: shortened(b.name, sty.Width, figureWidth*0.42),
		})
	}
	return ticks
}

// shortened cuts the middle out of s until it is no wider than width.
func shortened(s string, measure func(string) vg.Length, width vg.Length) string {
	r := []rune(s)
	for n := len(r); n > 2 && measure(s) > width; n-- {
		s = string(r[:n/2]) + "…" + string(r[len(r)-n/2+1:])
	}
	return s
}

type barPlot struct {
	bars   []bar
	factor float64
}

// Plot implements plot.Plotter.
func (bp *barPlot) Plot(c draw.Canvas, p *gplot.Plot) {
	tx, ty := p.Transforms(&c)
	zero := tx(0)
	sty := textStyle(noteSize)
	sty.YAlign = draw.YCenter
	for i, b := range bp.bars {
		y, end := ty(float64(len(bp.bars)-1-i)), tx(b.value/bp.factor)
		const half = barPitch * 0.34
		c.FillPolygon(seriesColor(0), rectangle(zero, y-half, end, y+half))
		right := max(end, zero)
		if b.sd > 0 {
			low, high := tx((b.value-b.sd)/bp.factor), tx((b.value+b.sd)/bp.factor)
			line := draw.LineStyle{Color: ink, Width: 0.9}
			c.StrokeLine2(line, low, y, high, y)
			c.StrokeLine2(line, low, y-3, low, y+3)
			c.StrokeLine2(line, high, y-3, high, y+3)
			right = max(right, high)
		}
		c.FillText(sty, centred(sty, right+4, y), b.note)
	}
	c.StrokeLine2(draw.LineStyle{Color: ink, Width: hairline}, zero, c.Min.Y, zero, c.Max.Y)
}

// GlyphBoxes implements plot.GlyphBoxer: the notes need room on the right.
func (bp *barPlot) GlyphBoxes(p *gplot.Plot) []gplot.GlyphBox {
	sty := textStyle(noteSize)
	var boxes []gplot.GlyphBox
	for _, b := range bp.bars {
		boxes = append(boxes, gplot.GlyphBox{
			X:         p.X.Norm(max(0, b.value+b.sd) / bp.factor),
			Y:         0.5,
			Rectangle: vg.Rectangle{Max: vg.Point{X: sty.Width(b.note) + 6, Y: 1}},
		})
	}
	return boxes
}
