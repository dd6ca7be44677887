package plot

import (
	"image/color"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// A legend is a list of entries flowed into rows above the data.
type legend []entry

// An entry explains one look: the line, fill and marker are drawn as a sample
// where they are set.
type entry struct {
	name   string
	line   draw.LineStyle
	fill   color.Color
	marker draw.GlyphStyle
	tick   bool // a short vertical stroke, as the rug draws it
}

const (
	sampleWidth = vg.Length(24)
	markerWidth = vg.Length(9)
	sampleGap   = vg.Length(5)
	entryGap    = vg.Length(14)
)

// width is the room for the entry's sample.
func (e entry) width() vg.Length {
	if e.line.Width == 0 && e.fill == nil {
		return markerWidth
	}
	return sampleWidth
}

// draw draws the entries at the top of c and returns the height used.
func (l legend) draw(c draw.Canvas) vg.Length {
	if len(l) == 0 {
		return 0
	}
	sty := textStyle(noteSize + 0.5)
	ext := sty.FontExtents()
	row := ext.Height + 2
	x, y := c.Min.X, c.Max.Y-row
	for _, e := range l {
		indent := e.width() + sampleGap
		lines := wrap(e.name, sty.Width, c.Max.X-c.Min.X-indent)
		w := indent
		for _, s := range lines {
			w = max(w, indent+sty.Width(s))
		}
		if x > c.Min.X && x+w > c.Max.X {
			x, y = c.Min.X, y-row
		}
		e.sample(c, vg.Point{X: x, Y: y + row/2})
		for i, s := range lines {
			if i > 0 {
				y -= row
			}
			c.FillText(sty, vg.Point{X: x + indent, Y: y + 1 + ext.Descent}, s)
		}
		x += w + entryGap
	}
	return c.Max.Y - y + 5
}

// sample draws the entry's look in a box whose left middle is at.
func (e entry) sample(c draw.Canvas, at vg.Point) {
	const half = vg.Length(4)
	if e.fill != nil {
		c.FillPolygon(e.fill, rectangle(at.X, at.Y-half, at.X+e.width(), at.Y+half))
	}
	if e.line.Width > 0 {
		c.StrokeLine2(e.line, at.X, at.Y, at.X+e.width(), at.Y)
	}
	mid := vg.Point{X: at.X + e.width()/2, Y: at.Y}
	if e.tick {
		c.StrokeLine2(draw.LineStyle{Color: grey, Width: 0.8}, mid.X, mid.Y-half, mid.X, mid.Y+half)
	}
	c.DrawGlyphNoClip(e.marker, mid)
}

func rectangle(x0, y0, x1, y1 vg.Length) []vg.Point {
	return []vg.Point{{X: x0, Y: y0}, {X: x1, Y: y0}, {X: x1, Y: y1}, {X: x0, Y: y1}}
}
