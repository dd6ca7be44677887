package plot

import (
	"fmt"

	gplot "gonum.org/v1/plot"
)

// AgeingData is accuracy against the time since the last programming pulse.
// In each curve X is seconds (> 0), Y percent and SD the half-width of the
// confidence interval over read-noise seeds.
type AgeingData struct {
	Title     string
	Curves    []Curve // for instance with and without drift compensation
	Reference float64 // accuracy of the float twin in percent; 0 for none
}

// spans are the times people name; ticks are put at those in range.
var spans = [...]struct {
	seconds float64
	label   string
}{
	{1e-6, "1 µs"}, {1e-3, "1 ms"}, {1, "1 s"}, {60, "1 min"}, {3600, "1 h"}, {86400, "1 d"},
	{30 * 86400, "30 d"}, {365.25 * 86400, "1 y"}, {3652.5 * 86400, "10 y"},
}

// Ageing draws accuracy against time on a log axis from seconds to years.
func Ageing(d AgeingData) (*Figure, error) {
	ch := chart{
		title:   d.Title,
		x:       Quantity{Name: "time since programming"},
		y:       Quantity{Name: "test accuracy", Unit: "%"},
		logX:    true,
		include: newExtent(),
		alt:     fmt.Sprintf("%s: test accuracy against time since programming, log time. %s", d.Title, lastValues(d.Curves)),
		adjust:  nameTimes,
	}
	for i, c := range d.Curves {
		l := seriesLook(i)
		l.whiskers = true
		ch.add(c, l)
	}
	ch.reference(d.Reference)
	return ch.figure()
}

// nameTimes labels the x axis with seconds, hours and years instead of powers
// of ten.
func nameTimes(x, _ *axis) {
	var ticks []gplot.Tick
	for _, s := range spans {
		if s.seconds >= x.min && s.seconds <= x.max {
			ticks = append(ticks, gplot.Tick{Value: s.seconds, Label: s.label})
		}
	}
	if len(ticks) < 2 {
		x.label += " (s)"
		return
	}
	x.ticks = thinned(ticks, x.norm, figureWidth-2*margin-50)
}
