package plot

import (
	"image/color"
	"math"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

var white = color.NRGBA{R: 0xff, G: 0xff, B: 0xff, A: 0xff}

// viridis is nine anchors of the colour map of that name (N. Smith and S. van
// der Walt, 2015; in the public domain), which grows evenly in lightness.
var viridis = [...]color.NRGBA{
	{0x44, 0x01, 0x54, 0xff}, {0x47, 0x2d, 0x7b, 0xff}, {0x3b, 0x52, 0x8b, 0xff},
	{0x2c, 0x72, 0x8e, 0xff}, {0x21, 0x91, 0x8c, 0xff}, {0x28, 0xae, 0x80, 0xff},
	{0x5e, 0xc9, 0x62, 0xff}, {0xad, 0xdc, 0x30, 0xff}, {0xfd, 0xe7, 0x25, 0xff},
}

// ramp is viridis at f in 0..1.
func ramp(f float64) color.NRGBA {
	f = math.Min(1, math.Max(0, f)) * float64(len(viridis)-1)
	i := min(int(f), len(viridis)-2)
	a, b, t := viridis[i], viridis[i+1], f-float64(i)
	mix := func(x, y uint8) uint8 { return uint8(math.Round(float64(x) + t*(float64(y)-float64(x)))) }
	return color.NRGBA{R: mix(a.R, b.R), G: mix(a.G, b.G), B: mix(a.B, b.B), A: 0xff}
}

// readable is black or white, whichever reads better on the background
// (relative luminance by Rec. 709 weights, threshold where both contrast
// alike).
func readable(bg color.NRGBA) color.NRGBA {
	linear := func(v uint8) float64 { return math.Pow(float64(v)/255, 2.2) }
	if 0.2126*linear(bg.R)+0.7152*linear(bg.G)+0.0722*linear(bg.B) > 0.18 {
		return ink
	}
	return white
}

// colorBar maps accuracy to colour, evenly in the logarithm of the error, and
// draws that map as a scale.
type colorBar struct{ best, worst float64 } // log10 of the error in percent

// finestError is the error below which accuracies look alike, percent: one
// image in ten thousand.
const finestError = 0.01

func newColorBar(low, high float64) *colorBar {
	b := &colorBar{best: logError(high), worst: logError(low)}
	if b.worst-b.best < 1e-6 {
		b.worst += 0.01
	}
	return b
}

func logError(accuracy float64) float64 { return math.Log10(math.Max(finestError, 100-accuracy)) }

// color is the colour of an accuracy in percent, pale grey for NaN.
func (b *colorBar) color(accuracy float64) color.NRGBA {
	if math.IsNaN(accuracy) {
		return pale
	}
	return ramp((b.worst - logError(accuracy)) / (b.worst - b.best))
}

const barStrip = vg.Length(64)

func (b *colorBar) width() vg.Length { return barStrip }

// drawSide draws the scale with round accuracies beside it.
func (b *colorBar) drawSide(c draw.Canvas) {
	const steps = 128
	left, right := c.Min.X+12, c.Min.X+24
	for i := range steps {
		y0, y1 := c.Y(float64(i)/steps), c.Y(float64(i+1)/steps)
		c.FillPolygon(ramp((float64(i)+0.5)/steps), rectangle(left, y0, right, min(y1+0.3, c.Max.Y)))
	}
	c.StrokeLines(draw.LineStyle{Color: ink, Width: hairline},
		append(rectangle(left, c.Min.Y, right, c.Max.Y), vg.Point{X: left, Y: c.Min.Y}))
	sty := textStyle(noteSize)
	sty.YAlign = draw.YCenter
	last := vg.Length(math.Inf(1))
	for _, e := range b.errors() {
		y := c.Y((b.worst - math.Log10(e)) / (b.worst - b.best))
		if last-y < noteSize+1 && !math.IsInf(float64(last), 0) {
			continue
		}
		c.StrokeLine2(draw.LineStyle{Color: ink, Width: hairline}, right, y, right+3, y)
		c.FillText(sty, centred(sty, right+5, y), percent(100-e))
		last = y
	}
	title := textStyle(labelSize)
	title.Rotation = math.Pi / 2
	title.XAlign, title.YAlign = draw.XCenter, draw.YBottom
	c.FillText(title, vg.Point{X: c.Max.X - 1, Y: c.Center().Y}, "test accuracy (%)")
}

// errors are the round error percentages on the scale, ascending; where fewer
// than two are, its ends.
func (b *colorBar) errors() []float64 {
	var in []float64
	for _, e := range []float64{0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 1.5, 2, 3, 4, 5, 7, 10, 20, 30, 50, 70, 90} {
		if l := math.Log10(e); l >= b.best && l <= b.worst {
			in = append(in, e)
		}
	}
	if len(in) < 2 {
		return []float64{math.Pow(10, b.best), math.Pow(10, b.worst)}
	}
	return in
}
