package plot

import (
	"fmt"
	"math"

	gplot "gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// TrainingData is test accuracy over the course of training. In each curve X
// is the epoch and Y the accuracy in percent; the float twin is one of the
// curves.
type TrainingData struct {
	Title     string
	Curves    []Curve
	Transfers []float64 // epochs at which weights were transferred; may be nil
	// Error plots 100 - accuracy on a log axis instead, which spreads the
	// last few percent out. An accuracy of 100 % is then an error.
	Error bool
}

// Training draws test accuracy, or test error, against epoch.
func Training(d TrainingData) (*Figure, error) {
	ch := chart{
		title:   d.Title,
		x:       Quantity{Name: "training", Unit: "epochs"},
		y:       Quantity{Name: "test accuracy", Unit: "%"},
		include: newExtent(),
	}
	ch.asError(d.Error)
	for i, c := range d.Curves {
		ch.add(asError(c, d.Error), trainingLook(i, len(c.X), c.SD != nil))
	}
	if len(d.Transfers) > 0 {
		for i, t := range d.Transfers {
			if err := checkValue(t, false); err != nil {
				return nil, fmt.Errorf("plot: %s: transfer %d: epoch is %w", d.Title, i, err)
			}
		}
		ch.legend = append(ch.legend, entry{name: "weight transfer", tick: true})
		ch.over = []extra{func(x, _ axis) gplot.Plotter { return rug(x.all(d.Transfers)) }}
	}
	ch.alt = d.Title + ": " + ch.y.Name + " against training epoch. " + lastValues(d.Curves)
	return ch.figure()
}

// trainingLook leaves the markers out where they would touch.
func trainingLook(i, points int, band bool) look {
	l := seriesLook(i)
	l.band = band
	if points > 40 {
		l.marker.Shape = nil
	}
	return l
}

// asError makes the y axis the test error, on a log scale.
func (ch *chart) asError(wanted bool) {
	if wanted {
		ch.y.Name, ch.logY = "test error", true
	}
}

// asError turns an accuracy curve into one of 100 - accuracy.
func asError(c Curve, wanted bool) Curve {
	if !wanted {
		return c
	}
	y := make([]float64, len(c.Y))
	for i, v := range c.Y {
		y[i] = 100 - v
	}
	c.Y = y
	return c
}

// lastValues says where each curve ends.
func lastValues(curves []Curve) string {
	s := ""
	for _, c := range curves {
		if n := min(len(c.X), len(c.Y)); n > 0 {
			s += fmt.Sprintf("%s ends at %s %%. ", c.Name, percent(c.Y[n-1]))
		}
	}
	return s
}

// rug marks x coordinates by short strokes at the foot of the data area.
type rug []float64

// Plot implements plot.Plotter.
func (r rug) Plot(c draw.Canvas, p *gplot.Plot) {
	tx, _ := p.Transforms(&c)
	sty := draw.LineStyle{Color: grey, Width: 0.8}
	drawn := vg.Length(math.Inf(-1))
	for _, v := range r {
		x := tx(v)
		if !c.ContainsX(x) || x == drawn {
			continue
		}
		c.StrokeLine2(sty, x, c.Min.Y, x, c.Min.Y+6)
		drawn = x
	}
}
