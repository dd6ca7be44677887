package plot

import (
	"fmt"

	gplot "gonum.org/v1/plot"
	"gonum.org/v1/plot/vg/draw"
)

// CollapseData asks whether accuracy depends on the transfer interval and the
// leak time constant only through their ratio.
type CollapseData struct {
	Title     string
	Taus      []TauCurve
	Reference float64 // accuracy of the float twin in percent; 0 for none
	// Error plots 100 - accuracy on a log axis instead, which shows whether
	// the curves agree near the top too.
	Error bool
}

// A TauCurve is the accuracy found at one leak time constant.
type TauCurve struct {
	Tau      float64   // leak time constant, s
	Interval []float64 // transfer interval, s
	Accuracy []float64 // percent
	SD       []float64 // standard deviation over seeds, percent; may be nil
}

// Collapse draws accuracy against interval/tau on a log axis, one curve for
// each tau.
func Collapse(d CollapseData) (*Figure, error) {
	ch := chart{
		title:   d.Title,
		x:       Quantity{Name: "transfer interval / leak time constant"},
		y:       Quantity{Name: "test accuracy", Unit: "%"},
		logX:    true,
		include: newExtent(),
		alt: fmt.Sprintf("%s: test accuracy against the ratio of transfer interval to leak time constant, "+
			"%d time constants.", d.Title, len(d.Taus)),
	}
	ch.asError(d.Error)
	second := Quantity{Unit: "s"}
	for i, t := range d.Taus {
		if err := checkValue(t.Tau, true); err != nil {
			return nil, fmt.Errorf("plot: %s: tau of curve %d is %w", d.Title, i, err)
		}
		x := make([]float64, len(t.Interval))
		for j, v := range t.Interval {
			x[j] = v / t.Tau
		}
		l := seriesLook(i)
		l.whiskers = true
		ch.add(asError(Curve{Name: "τ = " + second.Format(t.Tau), X: x, Y: t.Accuracy, SD: t.SD}, d.Error), l)
	}
	ch.reference(d.Reference)
	return ch.figure()
}

// reference adds a horizontal line at the float twin's accuracy, or at its
// error where the y axis is the error.
func (ch *chart) reference(accuracy float64) {
	if accuracy == 0 {
		return
	}
	sty := draw.LineStyle{Color: grey, Width: 1, Dashes: dashes[1]}
	y := accuracy
	if ch.logY {
		y = 100 - accuracy
	}
	ch.include.add(y)
	ch.under = append(ch.under, func(_, ay axis) gplot.Plotter { return level{y: ay.at(y), line: sty} })
	ch.legend = append(ch.legend, entry{name: "float twin " + percent(accuracy) + " %", line: sty})
}
