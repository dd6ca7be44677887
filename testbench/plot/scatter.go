package plot

import (
	"fmt"

	gplot "gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// An EnergyPoint is one design: what it costs and what it achieves.
type EnergyPoint struct {
	Label    string  // drawn beside the point; may be empty
	Joules   float64 // energy per example, > 0
	Accuracy float64 // percent
	SD       float64 // over seeds, percent; 0 for none
	Group    string  // points of one group share a marker; may be empty
}

// EnergyAccuracyData is a set of designs.
type EnergyAccuracyData struct {
	Title     string
	Points    []EnergyPoint
	Reference float64 // accuracy of the float twin in percent; 0 for none
}

// EnergyAccuracy draws accuracy against energy per example on a log axis. A
// label that finds no free place beside its point is left out; the tables
// have it.
func EnergyAccuracy(d EnergyAccuracyData) (*Figure, error) {
	ch := chart{
		title:   d.Title,
		x:       Quantity{Name: "energy per example", Unit: "J"},
		y:       Quantity{Name: "test accuracy", Unit: "%"},
		logX:    true,
		include: newExtent(),
		alt:     fmt.Sprintf("%s: test accuracy against energy per example, %d designs.", d.Title, len(d.Points)),
	}
	var groups []string
	byGroup := map[string]*Curve{}
	for _, p := range d.Points {
		c := byGroup[p.Group]
		if c == nil {
			c = &Curve{Name: p.Group}
			byGroup[p.Group] = c
			groups = append(groups, p.Group)
		}
		c.X, c.Y, c.SD = append(c.X, p.Joules), append(c.Y, p.Accuracy), append(c.SD, p.SD)
	}
	for i, g := range groups {
		l := seriesLook(i)
		l.line.Width, l.whiskers = 0, true
		ch.add(*byGroup[g], l)
	}
	ch.reference(d.Reference)
	ch.over = []extra{func(x, y axis) gplot.Plotter { return &labelPlot{d.Points, x, y} }}
	return ch.figure()
}

// labelPlot writes each point's label where it covers neither a point nor
// another label.
type labelPlot struct {
	points []EnergyPoint
	x, y   axis
}

// Plot implements plot.Plotter.
func (lp *labelPlot) Plot(c draw.Canvas, p *gplot.Plot) {
	tx, ty := p.Transforms(&c)
	var taken []vg.Rectangle
	at := make([]vg.Point, len(lp.points))
	for i, q := range lp.points {
		at[i] = vg.Point{X: tx(lp.x.at(q.Joules)), Y: ty(lp.y.at(q.Accuracy))}
		taken = append(taken, around(at[i], markerRadius+0.5))
	}
	sty := textStyle(noteSize)
	for i, q := range lp.points {
		if q.Label == "" {
			continue
		}
		box, ok := freePlace(c, at[i], sty.Width(q.Label), noteSize, taken)
		if !ok {
			continue
		}
		taken = append(taken, box)
		c.FillText(sty, vg.Point{X: box.Min.X, Y: box.Min.Y + sty.FontExtents().Descent}, q.Label)
	}
}

func around(p vg.Point, r vg.Length) vg.Rectangle {
	return vg.Rectangle{Min: vg.Point{X: p.X - r, Y: p.Y - r}, Max: vg.Point{X: p.X + r, Y: p.Y + r}}
}

// freePlace tries right, left, above and below the point, then the corners,
// for a w by h box that stays on the canvas and off the taken ones.
func freePlace(c draw.Canvas, at vg.Point, w, h vg.Length, taken []vg.Rectangle) (vg.Rectangle, bool) {
	const gap = markerRadius + 2
	for _, o := range []vg.Point{
		{X: gap, Y: -h / 2}, {X: -gap - w, Y: -h / 2},
		{X: -w / 2, Y: gap}, {X: -w / 2, Y: -gap - h},
		{X: gap, Y: gap}, {X: -gap - w, Y: gap},
		{X: gap, Y: -gap - h}, {X: -gap - w, Y: -gap - h},
	} {
		box := vg.Rectangle{Min: at.Add(o), Max: at.Add(o).Add(vg.Point{X: w, Y: h})}
		if c.Contains(box.Min) && c.Contains(box.Max) && !overlapsAny(box, taken) {
			return box, true
		}
	}
	return vg.Rectangle{}, false
}

func overlapsAny(r vg.Rectangle, others []vg.Rectangle) bool {
	for _, o := range others {
		if r.Min.X < o.Max.X && o.Min.X < r.Max.X && r.Min.Y < o.Max.Y && o.Min.Y < r.Max.Y {
			return true
		}
	}
	return false
}
