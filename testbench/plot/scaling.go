package plot

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/plot/vg/draw"
)

// ScalingData is a cost against a size, both > 0.
type ScalingData struct {
	Title  string
	X, Y   Quantity
	Curves []Curve // SD is drawn as error bars
}

// Scaling draws the curves on log-log axes with the power law that fits each
// best (least squares in the logarithms), and gives its exponent in the
// legend. A curve of fewer than three points, or at one x only, gets no fit.
func Scaling(d ScalingData) (*Figure, error) {
	ch := chart{
		title: d.Title, x: d.X, y: d.Y, logX: true, logY: true,
		include: newExtent(),
		alt:     fmt.Sprintf("%s: %s against %s, both on log axes.", d.Title, d.Y.Name, d.X.Name),
	}
	for i, c := range d.Curves {
		if err := c.check(true, true); err != nil {
			return nil, fmt.Errorf("plot: %s: %w", d.Title, err)
		}
		l := look{color: seriesColor(i), marker: seriesMarker(i), whiskers: true}
		exponent, factor, ok := PowerLaw(c.X, c.Y)
		if !ok {
			ch.add(c, l)
			continue
		}
		fit := fitted(c.X, exponent, factor)
		line := seriesLine(i)
		c.Name += fmt.Sprintf(": exponent %s", minus(fmt.Sprintf("%.2f", exponent)))
		ch.alt += " " + c.Name + "."
		ch.add(c, l)
		ch.legend[len(ch.legend)-1].line = line
		ch.add(fit, look{color: l.color, line: draw.LineStyle{Color: line.Color, Width: 1, Dashes: line.Dashes}})
	}
	return ch.figure()
}

// PowerLaw fits y = factor x^exponent by least squares in the logarithms. It
// reports false for fewer than three points, x and y of unequal length, values
// that are not positive, or a single distinct x.
func PowerLaw(x, y []float64) (exponent, factor float64, ok bool) {
	if len(x) < 3 || len(x) != len(y) {
		return 0, 0, false
	}
	lx, ly := make([]float64, len(x)), make([]float64, len(y))
	span := newExtent()
	for i := range x {
		if !(x[i] > 0) || !(y[i] > 0) {
			return 0, 0, false
		}
		lx[i], ly[i] = math.Log(x[i]), math.Log(y[i])
		span.add(lx[i])
	}
	if span.max-span.min < 1e-9 {
		return 0, 0, false
	}
	alpha, beta := stat.LinearRegression(lx, ly, nil, false)
	return beta, math.Exp(alpha), true
}

// fitted is the power law over the range of x, without a legend entry.
func fitted(x []float64, exponent, factor float64) Curve {
	e := newExtent()
	e.add(x...)
	c := Curve{X: []float64{e.min, e.max}}
	for _, v := range c.X {
		c.Y = append(c.Y, factor*math.Pow(v, exponent))
	}
	return c
}
