package plot

import (
	"fmt"
)

// DeviceData is a device characteristic: steps against voltage, leak against
// time, conductance against voltage or against pulses.
type DeviceData struct {
	Title      string
	X, Y       Quantity
	LogX, LogY bool
	Curves     []Curve // the model: lines, with a band where SD is set
	References []Curve // measured or simulated elsewhere: markers, with error bars where SD is set
}

// Device draws model curves as lines with bands of +-1 standard deviation and
// reference points as markers. The i-th reference takes the colour of the
// i-th curve.
func Device(d DeviceData) (*Figure, error) {
	ch := chart{
		title: d.Title, x: d.X, y: d.Y, logX: d.LogX, logY: d.LogY,
		include: newExtent(),
		alt: fmt.Sprintf("%s: %s against %s, %d model curves and %d sets of reference points.",
			d.Title, d.Y.Name, d.X.Name, len(d.Curves), len(d.References)),
	}
	for i, c := range d.Curves {
		l := look{color: seriesColor(i), line: seriesLine(i)}
		if c.SD != nil {
			l.band = true
			c.Name += " (band: ±1 sd)"
		}
		ch.add(c, l)
	}
	for i, c := range d.References {
		l := look{color: seriesColor(i), marker: seriesMarker(i)}
		l.marker.Radius = markerRadius * 0.9
		if c.SD != nil {
			l.whiskers = true
			c.Name += " (±1 sd)"
		}
		if len(c.X) > 60 {
			l.marker.Shape = plus{}
		}
		ch.add(c, l)
	}
	return ch.figure()
}
