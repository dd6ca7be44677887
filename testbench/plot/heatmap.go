package plot

import (
	"fmt"
	"math"

	gplot "gonum.org/v1/plot"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// HeatMapData is accuracy over two swept parameters, by default the leak time
// constant in seconds and the transfer interval in examples.
type HeatMapData struct {
	Title  string
	X, Y   Quantity  // zero values: leak time constant (s), transfer interval (examples)
	Xs, Ys []float64 // > 0, ascending
	// Accuracy in percent, one row of len(Xs) for each of Ys; NaN where a
	// point is missing.
	Accuracy [][]float64
	// Levels are the contour lines in percent; nil draws up to four at 0.2,
	// 0.5, 1, 2, 5 or 10 points below the reference (or the best point).
	Levels    []float64
	Reference float64 // accuracy of the float twin in percent; 0 for none
	Marks     []Mark
}

// A Mark rings a point of the map and names it in the legend.
type Mark struct {
	X, Y  float64
	Label string
}

// HeatMap draws accuracy as colour over two log axes, prints it in each cell
// large enough, and adds contour lines. The colour scale is even in the
// logarithm of the error, 100 - accuracy, so that differences near the top
// show.
func HeatMap(d HeatMapData) (*Figure, error) {
	if d.X == (Quantity{}) {
		d.X = Quantity{Name: "leak time constant", Unit: "s"}
	}
	if d.Y == (Quantity{}) {
		d.Y = Quantity{Name: "transfer interval", Unit: "examples"}
	}
	if err := d.check(); err != nil {
		return nil, fmt.Errorf("plot: %s: %w", d.Title, err)
	}
	scale, alt := d.colorScale()
	x, y := cellAxis(d.X, d.Xs), cellAxis(d.Y, d.Ys)
	x.ticks = thinned(x.ticks, x.norm, figureWidth-barStrip-2*margin-60)
	p := newPlot(x, y)
	p.X.Padding, p.Y.Padding = 0, 0
	f := &Figure{title: d.Title, alt: alt, height: figureHeight + 30, plot: p, side: scale}
	hm := &heatPlot{
		x: x.all(d.Xs), y: y.all(d.Ys),
		xe: x.all(cellEdges(d.Xs)), ye: y.all(cellEdges(d.Ys)),
		z: d.Accuracy, scale: scale,
	}
	for i, l := range d.levels() {
		sty := draw.LineStyle{Color: ink, Width: 1.2, Dashes: dashes[i%len(dashes)]}
		hm.contours = append(hm.contours, contour{l, sty})
		f.legend = append(f.legend, entry{name: percent(l) + " %", line: sty})
	}
	for i, m := range d.Marks {
		ring := draw.GlyphStyle{Color: okabeIto[(i+1)%len(okabeIto)], Radius: 4, Shape: thickRing{}}
		hm.rings = append(hm.rings, placedRing{x.at(m.X), y.at(m.Y), ring})
		f.legend = append(f.legend, entry{name: m.Label, marker: ring})
	}
	p.Add(hm)
	return f, nil
}

// check reports a grid that does not fit its axes or cannot be drawn.
func (d *HeatMapData) check() error {
	if len(d.Xs) == 0 || len(d.Ys) == 0 {
		return ErrNoData
	}
	for _, a := range []struct {
		name   string
		values []float64
	}{{"x", d.Xs}, {"y", d.Ys}} {
		for i, v := range a.values {
			if err := checkValue(v, true); err != nil {
				return fmt.Errorf("%s value %d is %w", a.name, i, err)
			}
			if i > 0 && v <= a.values[i-1] {
				return fmt.Errorf("%s values must ascend, but %g follows %g", a.name, v, a.values[i-1])
			}
		}
	}
	if len(d.Accuracy) != len(d.Ys) {
		return fmt.Errorf("%d rows of accuracy for %d y values", len(d.Accuracy), len(d.Ys))
	}
	known := 0
	for j, row := range d.Accuracy {
		if len(row) != len(d.Xs) {
			return fmt.Errorf("row %d has %d accuracies for %d x values", j, len(row), len(d.Xs))
		}
		for i, v := range row {
			if math.IsNaN(v) {
				continue
			}
			if v < 0 || v > 100 {
				return fmt.Errorf("accuracy in row %d, column %d is %g %%", j, i, v)
			}
			known++
		}
	}
	if known == 0 {
		return ErrNoData
	}
	return d.checkMarks()
}

func (d *HeatMapData) checkMarks() error {
	for _, m := range d.Marks {
		for _, v := range []float64{m.X, m.Y} {
			if err := checkValue(v, true); err != nil {
				return fmt.Errorf("mark %q: coordinate is %w", m.Label, err)
			}
		}
	}
	return nil
}

// colorScale spans the accuracies of the map; the text alternative names the
// best and worst point.
func (d *HeatMapData) colorScale() (*colorBar, string) {
	var best, worst struct{ i, j int }
	e := newExtent()
	missing := 0
	for j, row := range d.Accuracy {
		for i, v := range row {
			if math.IsNaN(v) {
				missing++
				continue
			}
			if v > e.max {
				best.i, best.j = i, j
			}
			if v < e.min {
				worst.i, worst.j = i, j
			}
			e.add(v)
		}
	}
	where := func(i, j int) string {
		return fmt.Sprintf("%s %s and %s %s", d.X.Name, d.X.Format(d.Xs[i]), d.Y.Name, d.Y.Format(d.Ys[j]))
	}
	alt := fmt.Sprintf("%s: heat map of test accuracy over %s and %s. Best %s %% at %s; worst %s %% at %s.",
		d.Title, d.X.Name, d.Y.Name,
		percent(e.max), where(best.i, best.j), percent(e.min), where(worst.i, worst.j))
	if missing > 0 {
		alt += fmt.Sprintf(" %d points are missing.", missing)
	}
	return newColorBar(e.min, e.max), alt
}

// levels are the contour lines that lie within the map's range.
func (d *HeatMapData) levels() []float64 {
	e := newExtent()
	for _, row := range d.Accuracy {
		e.add(row...)
	}
	want := d.Levels
	if want == nil {
		top := d.Reference
		if top == 0 {
			top = e.max
		}
		for _, below := range []float64{0.2, 0.5, 1, 2, 5, 10} {
			want = append(want, top-below)
		}
	}
	var in []float64
	for _, l := range want {
		if l > e.min && l < e.max && (d.Levels != nil || len(in) < 4) {
			in = append(in, l)
		}
	}
	return in
}

// cellAxis is a log axis that ends with the outer cells and is labelled at
// their middles.
func cellAxis(q Quantity, values []float64) axis {
	e := newExtent()
	e.add(values...)
	a := logAxis(q, e)
	edges := cellEdges(values)
	a.min, a.max = edges[0]/a.factor, edges[len(edges)-1]/a.factor
	a.ticks = make([]gplot.Tick, len(values))
	for i, v := range values {
		a.ticks[i] = gplot.Tick{Value: v / a.factor, Label: number(v/a.factor, 3)}
	}
	return a
}

// cellEdges are the geometric means between neighbours, and the outer edges
// by symmetry.
func cellEdges(v []float64) []float64 {
	n := len(v)
	if n == 1 {
		return []float64{v[0] / math.Sqrt2, v[0] * math.Sqrt2}
	}
	edges := make([]float64, n+1)
	for i := 1; i < n; i++ {
		edges[i] = math.Sqrt(v[i-1] * v[i])
	}
	edges[0] = v[0] * v[0] / edges[1]
	edges[n] = v[n-1] * v[n-1] / edges[n-1]
	return edges
}

type contour struct {
	level float64
	line  draw.LineStyle
}

type placedRing struct {
	x, y  float64
	glyph draw.GlyphStyle
}

// heatPlot draws cells, contour lines, values and rings, in that order.
type heatPlot struct {
	x, y, xe, ye []float64
	z            [][]float64
	scale        *colorBar
	contours     []contour
	rings        []placedRing
}

// Plot implements plot.Plotter.
func (h *heatPlot) Plot(c draw.Canvas, p *gplot.Plot) {
	tx, ty := p.Transforms(&c)
	xe, ye := mapped(h.xe, tx), mapped(h.ye, ty)
	for j := range h.y {
		for i := range h.x {
			// A hair of overlap keeps renderers from showing seams.
			c.FillPolygon(h.scale.color(h.z[j][i]), rectangle(xe[i], ye[j], min(xe[i+1]+0.3, c.Max.X), min(ye[j+1]+0.3, c.Max.Y)))
		}
	}
	x, y := mapped(h.x, tx), mapped(h.y, ty)
	for _, k := range h.contours {
		lines := contourLines(x, y, h.z, k.level)
		c.StrokeLines(draw.LineStyle{Color: faded(white, 0.75), Width: k.line.Width + 1.6}, lines...)
		c.StrokeLines(k.line, lines...)
	}
	h.values(c, x, y, xe, ye)
	for _, r := range h.rings {
		r.glyph.Radius = ringRadius
		c.DrawGlyph(r.glyph, vg.Point{X: tx(r.x), Y: ty(r.y)})
	}
}

func mapped(v []float64, t func(float64) vg.Length) []vg.Length {
	out := make([]vg.Length, len(v))
	for i := range v {
		out[i] = t(v[i])
	}
	return out
}

// values prints the accuracy in each cell, in a patch of the cell's colour
// that interrupts contour lines: in the largest of three sizes that fits all
// cells, or in the smallest in those cells that it fits.
func (h *heatPlot) values(c draw.Canvas, x, y, xe, ye []vg.Length) {
	sizes := []vg.Length{8.5, 7.5, 6.5}
	size := sizes[len(sizes)-1]
	for _, s := range sizes {
		if h.fit(s, xe, ye) == len(h.x)*len(h.y) {
			size = s
			break
		}
	}
	sty := textStyle(size)
	sty.XAlign, sty.YAlign = draw.XCenter, draw.YCenter
	for j := range h.y {
		for i := range h.x {
			s := cellText(h.z[j][i])
			if !roomFor(sty, s, xe[i+1]-xe[i], ye[j+1]-ye[j]) {
				continue
			}
			w := sty.Width(s)/2 + 1
			fill := h.scale.color(h.z[j][i])
			c.FillPolygon(fill, rectangle(x[i]-w, y[j]-size*0.5, x[i]+w, y[j]+size*0.5))
			sty.Color = readable(fill)
			c.FillText(sty, centred(sty, x[i], y[j]), s)
		}
	}
}

// fit counts the cells that have room for their value at the given size.
func (h *heatPlot) fit(size vg.Length, xe, ye []vg.Length) int {
	n := 0
	for j := range h.y {
		for i := range h.x {
			if roomFor(textStyle(size), cellText(h.z[j][i]), xe[i+1]-xe[i], ye[j+1]-ye[j]) {
				n++
			}
		}
	}
	return n
}

func roomFor(sty text.Style, s string, w, h vg.Length) bool {
	return sty.Width(s)+2 <= w && sty.Font.Size+2 <= h
}

func cellText(v float64) string {
	if math.IsNaN(v) {
		return "–"
	}
	return fmt.Sprintf("%.1f", v)
}

const ringRadius = vg.Length(12)
