package plot

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat"
	gplot "gonum.org/v1/plot"
	"gonum.org/v1/plot/vg/draw"
)

// A Sample is a named set of numbers, in the SI unit of its figure.
type Sample struct {
	Name   string
	Values []float64
	// Of is how many numbers Values stand for, where they are fewer; the
	// legend tells it. 0 for len(Values).
	Of int
}

// HistogramData is one or more samples of the same quantity: weights before
// and after training, conductances before and after a transfer.
type HistogramData struct {
	Title   string
	X       Quantity
	Samples []Sample
	Bins    int  // 0 for one chosen from the sample sizes, 20 to 60
	LogY    bool // counts on a log axis, for tails
}

// Histogram draws the samples over common bins as stepped outlines, the share
// of the sample in each bin upwards, so that samples of different sizes
// compare. The legend gives each one's size, mean and standard deviation.
func Histogram(d HistogramData) (*Figure, error) {
	e := newExtent()
	smallest := math.MaxInt
	for _, s := range d.Samples {
		for i, v := range s.Values {
			if err := checkValue(v, false); err != nil {
				return nil, fmt.Errorf("plot: %s: %q, value %d is %w", d.Title, s.Name, i, err)
			}
		}
		if len(s.Values) == 0 {
			return nil, fmt.Errorf("plot: %s: %q: %w", d.Title, s.Name, ErrNoData)
		}
		smallest = min(smallest, len(s.Values))
		e.add(s.Values...)
	}
	if e.empty() {
		return nil, fmt.Errorf("plot: %s: %w", d.Title, ErrNoData)
	}
	edges := binEdges(e, binCount(d.Bins, smallest))
	ch := chart{
		title: d.Title, x: d.X, y: Quantity{Name: "share per bin", Unit: "%"},
		logY: d.LogY, include: newExtent(),
		alt: fmt.Sprintf("%s: histogram of %s.", d.Title, d.X.Name),
	}
	return ch.histogram(d, edges)
}

// histogram adds one invisible curve per sample, for the axes and the legend,
// and the steps that are seen.
func (ch *chart) histogram(d HistogramData, edges []float64) (*Figure, error) {
	for i, s := range d.Samples {
		shares := binShares(s.Values, edges)
		name := s.Name + summary(&s, d.X)
		ch.alt += " " + name + "."
		l := look{color: seriesColor(i), line: seriesLine(i)}
		c := Curve{X: []float64{edges[0], edges[len(edges)-1]}}
		lo, hi := nonzeroRange(shares)
		c.Y = []float64{lo, hi}
		ch.add(c, look{})
		ch.legend = append(ch.legend, entry{name: name, line: l.line, fill: faded(l.color, bandOpacity/2)})
		ch.under = append(ch.under, func(x, y axis) gplot.Plotter { return newStepPlot(edges, shares, l, x, y) })
	}
	if !d.LogY {
		ch.adjust = func(_, y *axis) { *y = y.from(0) }
	}
	return ch.figure()
}

// binCount is n, or the square root of the smallest sample within 20..60.
func binCount(n, smallest int) int {
	if n > 0 {
		return n
	}
	return min(60, max(20, int(math.Sqrt(float64(smallest)))))
}

// binEdges are n+1 equally spaced edges over e, widened if e is one value.
func binEdges(e extent, n int) []float64 {
	span := e.max - e.min
	if span <= math.Abs(e.max)*1e-12 {
		half := math.Max(math.Abs(e.max)*0.05, 1e-12)
		e.min, span = e.min-half, 2*half
	}
	edges := make([]float64, n+1)
	for i := range edges {
		edges[i] = e.min + span*float64(i)/float64(n)
	}
	return edges
}

// binShares is the percentage of values in each bin; the last bin includes
// its upper edge.
func binShares(values, edges []float64) []float64 {
	n := len(edges) - 1
	width := (edges[n] - edges[0]) / float64(n)
	shares := make([]float64, n)
	for _, v := range values {
		i := min(n-1, max(0, int((v-edges[0])/width)))
		shares[i] += 100 / float64(len(values))
	}
	return shares
}

// nonzeroRange is the smallest share above zero and the largest.
func nonzeroRange(shares []float64) (lo, hi float64) {
	lo = math.Inf(1)
	for _, s := range shares {
		if s > 0 {
			lo, hi = math.Min(lo, s), math.Max(hi, s)
		}
	}
	return lo, hi
}

// summary is " (n = 1000, mean 1.2 µS, sd 0.3 µS)".
func summary(s *Sample, q Quantity) string {
	n := s.Of
	if n == 0 {
		n = len(s.Values)
	}
	mean, sd := stat.MeanStdDev(s.Values, nil)
	text := fmt.Sprintf(" (n = %s, mean %s", number(float64(n), 9), q.Format(mean))
	if n > 1 {
		text += ", sd " + q.Format(sd)
	}
	return text + ")"
}

// stepPlot is the outline of a histogram, lightly filled.
type stepPlot struct {
	x, y []float64 // coordinates of the corners
	look look
}

func newStepPlot(edges, shares []float64, l look, x, y axis) *stepPlot {
	floor := y.min * y.factor
	s := &stepPlot{look: l, x: []float64{x.at(edges[0])}, y: []float64{y.at(floor)}}
	for i, v := range shares {
		top := y.at(math.Max(v, floor))
		s.x = append(s.x, x.at(edges[i]), x.at(edges[i+1]))
		s.y = append(s.y, top, top)
	}
	s.x = append(s.x, x.at(edges[len(edges)-1]))
	s.y = append(s.y, y.at(floor))
	return s
}

// Plot implements plot.Plotter.
func (s *stepPlot) Plot(c draw.Canvas, p *gplot.Plot) {
	tx, ty := p.Transforms(&c)
	pts := points(tx, ty, s.x, s.y)
	c.FillPolygon(faded(s.look.color, bandOpacity/2), pts)
	c.StrokeLines(s.look.line, pts)
}

// TransferErrorData is the difference between the weight after a transfer and
// the weight before it, one number per cell and transfer, in siemens.
type TransferErrorData struct {
	Title  string
	Errors []Sample
}

// TransferError draws the histogram of what a transfer got wrong.
func TransferError(d TransferErrorData) (*Figure, error) {
	return Histogram(HistogramData{
		Title:   d.Title,
		X:       Quantity{Name: "weight after transfer − before", Unit: "S"},
		LogY:    true, // few cells are far off, and they matter
		Samples: d.Errors,
	})
}
