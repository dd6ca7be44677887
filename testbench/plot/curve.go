package plot

import (
	"fmt"
	"image/color"
	"math"

	gplot "gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// A Curve is a named sequence of points. SD, if not nil, is one half-length
// per point of the band or error bars around Y (one standard deviation or a
// confidence half-width; the figure's legend says which).
type Curve struct {
	Name string
	X, Y []float64
	SD   []float64
}

// check reports lengths that differ, numbers that are not finite, negative
// half-lengths, and values a log axis cannot show.
func (c Curve) check(logX, logY bool) error {
	if len(c.X) != len(c.Y) {
		return fmt.Errorf("%q has %d x and %d y values", c.Name, len(c.X), len(c.Y))
	}
	if c.SD != nil && len(c.SD) != len(c.Y) {
		return fmt.Errorf("%q has %d y values and %d half-lengths", c.Name, len(c.Y), len(c.SD))
	}
	for i := range c.X {
		if err := checkValue(c.X[i], logX); err != nil {
			return fmt.Errorf("%q, point %d: x is %w", c.Name, i, err)
		}
		if err := checkValue(c.Y[i], logY); err != nil {
			return fmt.Errorf("%q, point %d: y is %w", c.Name, i, err)
		}
		if c.SD != nil {
			if err := checkValue(c.SD[i], false); err != nil {
				return fmt.Errorf("%q, point %d: half-length is %w", c.Name, i, err)
			}
			if c.SD[i] < 0 {
				return fmt.Errorf("%q, point %d: half-length is %g", c.Name, i, c.SD[i])
			}
		}
	}
	return nil
}

// checkValue reports a number that is not finite, or that a log axis cannot
// show.
func checkValue(v float64, log bool) error {
	switch {
	case math.IsNaN(v) || math.IsInf(v, 0):
		return fmt.Errorf("%v", v)
	case log && v <= 0:
		return fmt.Errorf("%v, on a log axis", v)
	}
	return nil
}

// A look says how a curve is drawn. A zero width or nil shape leaves that
// part out.
type look struct {
	color    color.NRGBA
	line     draw.LineStyle
	marker   draw.GlyphStyle
	band     bool // shade Y +- SD
	whiskers bool // draw Y +- SD as error bars
}

// seriesLook is the i-th line with markers.
func seriesLook(i int) look {
	return look{color: seriesColor(i), line: seriesLine(i), marker: seriesMarker(i)}
}

func (l look) entry(name string) entry {
	e := entry{name: name, line: l.line, marker: l.marker}
	if l.band {
		e.fill = faded(l.color, bandOpacity)
	}
	return e
}

const bandOpacity = 0.2

// chart gathers curves for one pair of axes.
type chart struct {
	title, alt string
	x, y       Quantity
	logX, logY bool
	height     vg.Length // 0 for the usual one
	curves     []Curve
	looks      []look
	legend     legend
	under      []extra          // drawn before the curves
	over       []extra          // drawn after them
	include    extent           // y values to include besides the data's
	adjust     func(x, y *axis) // nil, or changes the axes made from the data
}

// An extra makes something else to draw, once the axes are known.
type extra func(x, y axis) gplot.Plotter

func (ch *chart) add(c Curve, l look) {
	ch.curves = append(ch.curves, c)
	ch.looks = append(ch.looks, l)
	if c.Name != "" {
		ch.legend = append(ch.legend, l.entry(c.Name))
	}
}

// figure checks the curves and lays them out.
func (ch *chart) figure() (*Figure, error) {
	ex, ey := newExtent(), ch.include
	for i, c := range ch.curves {
		if err := c.check(ch.logX, ch.logY); err != nil {
			return nil, fmt.Errorf("plot: %s: %w", ch.title, err)
		}
		ex.add(c.X...)
		ey.add(c.Y...)
		ch.addSpread(&ey, c, ch.looks[i])
	}
	if ex.empty() {
		return nil, fmt.Errorf("plot: %s: %w", ch.title, ErrNoData)
	}
	ax, ay := newAxis(ch.x, ex, ch.logX), newAxis(ch.y, ey, ch.logY)
	if ch.adjust != nil {
		ch.adjust(&ax, &ay)
	}
	p := newPlot(ax, ay)
	p.Add(grid{})
	for _, e := range ch.under {
		p.Add(e(ax, ay))
	}
	for i, c := range ch.curves {
		p.Add(newCurvePlot(c, ch.looks[i], ax, ay))
	}
	for _, e := range ch.over {
		p.Add(e(ax, ay))
	}
	f := &Figure{title: ch.title, alt: ch.alt, height: figureHeight, plot: p, legend: ch.legend}
	if ch.height != 0 {
		f.height = ch.height
	}
	return f, nil
}

// addSpread makes room for a curve's band or error bars, as far as a log axis
// can show them.
func (ch *chart) addSpread(e *extent, c Curve, l look) {
	if c.SD == nil || (!l.band && !l.whiskers) {
		return
	}
	for i, y := range c.Y {
		e.add(y + c.SD[i])
		if low := y - c.SD[i]; !ch.logY || low > y/10 {
			e.add(low)
		}
	}
}

func newAxis(q Quantity, e extent, log bool) axis {
	if log {
		return logAxis(q, e)
	}
	return linearAxis(q, e)
}

// curvePlot draws one curve, in the coordinates of its axes.
type curvePlot struct {
	x, y      []float64
	low, high []float64 // nil without spread
	look      look
}

func newCurvePlot(c Curve, l look, ax, ay axis) *curvePlot {
	cp := &curvePlot{look: l, x: ax.all(c.X), y: ay.all(c.Y)}
	if c.SD == nil || (!l.band && !l.whiskers) {
		return cp
	}
	for i, y := range c.Y {
		cp.low = append(cp.low, ay.at(max(ay.min*ay.factor, y-c.SD[i])))
		cp.high = append(cp.high, ay.at(y+c.SD[i]))
	}
	return cp
}

// Plot implements plot.Plotter: band, error bars, line, then markers.
func (cp *curvePlot) Plot(c draw.Canvas, p *gplot.Plot) {
	tx, ty := p.Transforms(&c)
	pts := points(tx, ty, cp.x, cp.y)
	if cp.low != nil && cp.look.band && len(pts) > 1 {
		outline := points(tx, ty, cp.x, cp.high)
		lower := points(tx, ty, cp.x, cp.low)
		for i := len(lower) - 1; i >= 0; i-- {
			outline = append(outline, lower[i])
		}
		c.FillPolygon(faded(cp.look.color, bandOpacity), c.ClipPolygonXY(outline))
	}
	if cp.low != nil && cp.look.whiskers {
		cp.drawWhiskers(c, pts, ty)
	}
	if cp.look.line.Width > 0 && len(pts) > 1 {
		c.StrokeLines(cp.look.line, c.ClipLinesXY(pts)...)
	}
	// A lone point without a marker would be invisible.
	glyph := cp.look.marker
	if glyph.Shape == nil && len(pts) == 1 {
		glyph = draw.GlyphStyle{Color: cp.look.line.Color, Radius: markerRadius, Shape: draw.CircleGlyph{}}
	}
	for _, pt := range pts {
		c.DrawGlyph(glyph, pt)
	}
}

func (cp *curvePlot) drawWhiskers(c draw.Canvas, pts []vg.Point, ty func(float64) vg.Length) {
	sty := draw.LineStyle{Color: cp.look.color, Width: 0.8}
	const cap = vg.Length(2.5)
	for i, pt := range pts {
		low, high := ty(cp.low[i]), ty(cp.high[i])
		c.StrokeLine2(sty, pt.X, low, pt.X, high)
		c.StrokeLine2(sty, pt.X-cap, low, pt.X+cap, low)
		c.StrokeLine2(sty, pt.X-cap, high, pt.X+cap, high)
	}
}

func points(tx, ty func(float64) vg.Length, x, y []float64) []vg.Point {
	pts := make([]vg.Point, len(x))
	for i := range x {
		pts[i] = vg.Point{X: tx(x[i]), Y: ty(y[i])}
	}
	return pts
}

// grid draws a pale line across the data at every labelled tick.
type grid struct{ verticalOnly bool }

// Plot implements plot.Plotter.
func (g grid) Plot(c draw.Canvas, p *gplot.Plot) {
	tx, ty := p.Transforms(&c)
	sty := draw.LineStyle{Color: pale, Width: hairline}
	for _, t := range p.X.Tick.Marker.Ticks(p.X.Min, p.X.Max) {
		if x := tx(t.Value); !t.IsMinor() && c.ContainsX(x) {
			c.StrokeLine2(sty, x, c.Min.Y, x, c.Max.Y)
		}
	}
	if g.verticalOnly {
		return
	}
	for _, t := range p.Y.Tick.Marker.Ticks(p.Y.Min, p.Y.Max) {
		if y := ty(t.Value); !t.IsMinor() && c.ContainsY(y) {
			c.StrokeLine2(sty, c.Min.X, y, c.Max.X, y)
		}
	}
}

// level draws a horizontal line at the coordinate y.
type level struct {
	y    float64
	line draw.LineStyle
}

// Plot implements plot.Plotter.
func (l level) Plot(c draw.Canvas, p *gplot.Plot) {
	_, ty := p.Transforms(&c)
	y := ty(l.y)
	c.StrokeLine2(l.line, c.Min.X, y, c.Max.X, y)
}
