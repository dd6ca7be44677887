package plot

import (
	"math"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// The markers below replace the outlined ones of package draw, whose strokes
// of half a point are too fine beside the lines of the house style.
type (
	diamond      struct{} // filled, on its corner
	cross        struct{}
	plus         struct{}
	openCircle   struct{}
	openSquare   struct{}
	openTriangle struct{}
)

const glyphStroke = vg.Length(1.1)

func stroke(c *draw.Canvas, sty draw.GlyphStyle, lines ...[]vg.Point) {
	c.StrokeLines(draw.LineStyle{Color: sty.Color, Width: glyphStroke}, lines...)
}

// DrawGlyph implements draw.GlyphDrawer.
func (diamond) DrawGlyph(c *draw.Canvas, sty draw.GlyphStyle, pt vg.Point) {
	r := sty.Radius * 1.2
	c.FillPolygon(sty.Color, []vg.Point{
		{X: pt.X - r, Y: pt.Y}, {X: pt.X, Y: pt.Y + r},
		{X: pt.X + r, Y: pt.Y}, {X: pt.X, Y: pt.Y - r},
	})
}

// DrawGlyph implements draw.GlyphDrawer.
func (cross) DrawGlyph(c *draw.Canvas, sty draw.GlyphStyle, pt vg.Point) {
	r := sty.Radius * 0.9
	stroke(c, sty,
		[]vg.Point{{X: pt.X - r, Y: pt.Y - r}, {X: pt.X + r, Y: pt.Y + r}},
		[]vg.Point{{X: pt.X - r, Y: pt.Y + r}, {X: pt.X + r, Y: pt.Y - r}})
}

// DrawGlyph implements draw.GlyphDrawer.
func (plus) DrawGlyph(c *draw.Canvas, sty draw.GlyphStyle, pt vg.Point) {
	r := sty.Radius * 1.1
	stroke(c, sty,
		[]vg.Point{{X: pt.X - r, Y: pt.Y}, {X: pt.X + r, Y: pt.Y}},
		[]vg.Point{{X: pt.X, Y: pt.Y - r}, {X: pt.X, Y: pt.Y + r}})
}

// DrawGlyph implements draw.GlyphDrawer.
func (openCircle) DrawGlyph(c *draw.Canvas, sty draw.GlyphStyle, pt vg.Point) {
	c.SetLineStyle(draw.LineStyle{Color: sty.Color, Width: glyphStroke})
	c.Stroke(circlePath(pt, sty.Radius))
}

// DrawGlyph implements draw.GlyphDrawer.
func (openSquare) DrawGlyph(c *draw.Canvas, sty draw.GlyphStyle, pt vg.Point) {
	r := sty.Radius * 0.9
	corners := rectangle(pt.X-r, pt.Y-r, pt.X+r, pt.Y+r)
	stroke(c, sty, append(corners, corners[0]))
}

// DrawGlyph implements draw.GlyphDrawer.
func (openTriangle) DrawGlyph(c *draw.Canvas, sty draw.GlyphStyle, pt vg.Point) {
	r := sty.Radius * 1.1
	top := vg.Point{X: pt.X, Y: pt.Y + r}
	stroke(c, sty, []vg.Point{top, {X: pt.X - r, Y: pt.Y - 0.7*r}, {X: pt.X + r, Y: pt.Y - 0.7*r}, top})
}

// thickRing is an open circle with a white rim, visible on any colour; around
// a cell's value it leaves the value readable.
type thickRing struct{}

// DrawGlyph implements draw.GlyphDrawer.
func (thickRing) DrawGlyph(c *draw.Canvas, sty draw.GlyphStyle, pt vg.Point) {
	p := circlePath(pt, sty.Radius)
	c.SetLineStyle(draw.LineStyle{Color: white, Width: 3.4})
	c.Stroke(p)
	c.SetLineStyle(draw.LineStyle{Color: sty.Color, Width: 1.8})
	c.Stroke(p)
}

func circlePath(centre vg.Point, r vg.Length) vg.Path {
	var p vg.Path
	p.Move(vg.Point{X: centre.X + r, Y: centre.Y})
	p.Arc(centre, r, 0, 2*math.Pi)
	p.Close()
	return p
}
