package plot

import (
	"image/color"
	"math"

	xfont "golang.org/x/image/font"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	gplot "gonum.org/v1/plot"
)

// Sizes, in points. A figure is as wide as a phone's screen in CSS pixels, so
// that its 10 pt text stays legible there, and is scaled up on larger ones.
const (
	figureWidth  = vg.Length(380)
	figureHeight = vg.Length(280)
	margin       = vg.Length(8)

	titleSize = vg.Length(12)
	labelSize = vg.Length(10.5)
	tickSize  = vg.Length(10)
	noteSize  = vg.Length(9)

	lineWidth    = vg.Length(1.4)
	hairline     = vg.Length(0.5)
	markerRadius = vg.Length(2.8)
)

// pngDPI gives about 1050 pixels across, enough for a full-width print.
const pngDPI = 200

var (
	ink  = color.NRGBA{R: 0x1a, G: 0x1a, B: 0x1a, A: 0xff}
	grey = color.NRGBA{R: 0x70, G: 0x70, B: 0x70, A: 0xff}
	pale = color.NRGBA{R: 0xdd, G: 0xdd, B: 0xdd, A: 0xff}
)

// okabeIto is the palette of M. Okabe and K. Ito, "Color universal design"
// (2008), without its yellow, which vanishes on white, and ordered so that
// neighbours differ in lightness too.
var okabeIto = [...]color.NRGBA{
	{R: 0x00, G: 0x72, B: 0xb2, A: 0xff}, // blue
	{R: 0xd5, G: 0x5e, B: 0x00, A: 0xff}, // vermillion
	{R: 0x00, G: 0x9e, B: 0x73, A: 0xff}, // bluish green
	{R: 0xcc, G: 0x79, B: 0xa7, A: 0xff}, // reddish purple
	{R: 0x00, G: 0x00, B: 0x00, A: 0xff}, // black
	{R: 0xe6, G: 0x9f, B: 0x00, A: 0xff}, // orange
	{R: 0x56, G: 0xb4, B: 0xe9, A: 0xff}, // sky blue
}

var dashes = [...][]vg.Length{
	nil,
	{5, 2.5},
	{1.5, 2},
	{7, 2, 1.5, 2},
	{10, 3},
	{7, 2, 1.5, 2, 1.5, 2},
}

var markers = [...]draw.GlyphDrawer{
	draw.CircleGlyph{},
	draw.BoxGlyph{},
	draw.PyramidGlyph{},
	cross{},
	diamond{},
	plus{},
	openCircle{},
	openSquare{},
	openTriangle{},
}

// seriesColor, seriesLine and seriesMarker give the i-th series its look. The
// lists have 7, 6 and 9 members, so a look repeats only after 126 series.
func seriesColor(i int) color.NRGBA { return okabeIto[i%len(okabeIto)] }

func seriesLine(i int) draw.LineStyle {
	return draw.LineStyle{Color: seriesColor(i), Width: lineWidth, Dashes: dashes[i%len(dashes)]}
}

func seriesMarker(i int) draw.GlyphStyle {
	return draw.GlyphStyle{
		Color:  seriesColor(i),
		Radius: markerRadius,
		Shape:  markers[i%len(markers)],
	}
}

// faded returns c at the given opacity, 0 to 1.
func faded(c color.NRGBA, opacity float64) color.NRGBA {
	c.A = uint8(math.Round(opacity * 255))
	return c
}

// textStyle is the house face at the given size.
func textStyle(size vg.Length) text.Style {
	return text.Style{
		Color:   ink,
		Font:    font.Font{Typeface: "Liberation", Variant: "Sans", Size: size},
		XAlign:  draw.XLeft,
		YAlign:  draw.YBottom,
		Handler: gplot.DefaultTextHandler,
	}
}

// centred is where text aligned to YCenter goes so that its digits and
// capitals are centred on y; package text centres the box with the descent.
func centred(sty text.Style, x, y vg.Length) vg.Point {
	return vg.Point{X: x, Y: y + sty.FontExtents().Descent*0.6}
}

func boldStyle(size vg.Length) text.Style {
	s := textStyle(size)
	s.Font.Weight = xfont.WeightBold
	return s
}

// newPlot returns an empty plot in the house style with labelled axes.
func newPlot(x, y axis) *gplot.Plot {
	p := gplot.New()
	p.BackgroundColor = nil
	styleAxis(&p.X, x)
	styleAxis(&p.Y, y)
	return p
}

func styleAxis(a *gplot.Axis, from axis) {
	xalign, yalign := a.Tick.Label.XAlign, a.Tick.Label.YAlign
	a.Tick.Label = textStyle(tickSize)
	a.Tick.Label.XAlign, a.Tick.Label.YAlign = xalign, yalign
	a.Tick.Length = 4
	a.Tick.LineStyle = draw.LineStyle{Color: ink, Width: hairline}
	a.LineStyle = draw.LineStyle{Color: ink, Width: hairline}
	a.Padding = 2

	a.Label.TextStyle = textStyle(labelSize)
	a.Label.TextStyle.XAlign, a.Label.TextStyle.YAlign = draw.XCenter, draw.YBottom
	a.Label.Padding = 3
	a.Label.Text = from.label

	a.Min, a.Max = from.coordinate(from.min), from.coordinate(from.max)
	ticks := make(gplot.ConstantTicks, len(from.ticks))
	for i, t := range from.ticks {
		ticks[i] = gplot.Tick{Value: from.coordinate(t.Value), Label: t.Label}
	}
	a.Tick.Marker = ticks
}
