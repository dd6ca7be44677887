package plot

import (
	"math"

	gplot "gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
)

// axis is a range with its label and ticks, in the unit of the label: the
// data divided by factor.
type axis struct {
	label    string
	min, max float64
	factor   float64
	log      bool
	ticks    []gplot.Tick
}

// at maps a data value to its plotted coordinate. A log axis is a linear one
// over the decimal logarithm: gonum/plot centres an axis's label on the middle
// of its coordinates, and reserves room for it there.
func (a axis) at(v float64) float64 { return a.coordinate(v / a.factor) }

// coordinate maps a value in the unit of the label to its plotted coordinate.
func (a axis) coordinate(v float64) float64 {
	if a.log {
		return math.Log10(v)
	}
	return v
}

// all maps each value.
func (a axis) all(values []float64) []float64 {
	out := make([]float64, len(values))
	for i, v := range values {
		out[i] = a.at(v)
	}
	return out
}

// norm maps a value in the unit of the label to 0..1 along the axis.
func (a axis) norm(v float64) float64 {
	low, high := a.coordinate(a.min), a.coordinate(a.max)
	return (a.coordinate(v) - low) / (high - low)
}

// extent is a range that grows with the values put into it.
type extent struct{ min, max float64 }

func newExtent() extent { return extent{math.Inf(1), math.Inf(-1)} }

func (e *extent) add(vs ...float64) {
	for _, v := range vs {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			continue
		}
		e.min, e.max = math.Min(e.min, v), math.Max(e.max, v)
	}
}

func (e extent) empty() bool { return e.min > e.max }

// linearAxis spans e with room at both ends and about five labelled ticks.
func linearAxis(q Quantity, e extent) axis {
	// Twice the largest value: 0.5 V to 1 V reads better in V than in mV.
	prefix, f := q.scaling(2 * math.Max(math.Abs(e.min), math.Abs(e.max)))
	a := axis{label: q.label(prefix), factor: f, min: e.min / f, max: e.max / f}
	span := a.max - a.min
	if span <= math.Max(math.Abs(a.min), math.Abs(a.max))*1e-9 {
		span = math.Max(math.Abs(a.max), 1) * 0.2
	}
	a.min, a.max = a.min-0.05*span, a.max+0.05*span
	a.ticks = linearTicks(a.min, a.max, 5)
	return a
}

// from returns the axis with its lower end at v (in data units), for bars and
// counts that start at zero.
func (a axis) from(v float64) axis {
	a.min = v / a.factor
	a.ticks = linearTicks(a.min, a.max, 5)
	return a
}

// linearTicks labels multiples of 1, 2 or 5 times a power of ten, about n of
// them, with minor ticks between.
func linearTicks(min, max float64, n int) []gplot.Tick {
	raw := (max - min) / float64(n)
	decade := math.Pow(10, math.Floor(math.Log10(raw)))
	step, parts := 10.0, 5
	for _, s := range [...]struct {
		step  float64
		parts int
	}{{1, 5}, {2, 4}, {5, 5}} {
		if raw <= s.step*decade*1.0001 {
			step, parts = s.step, s.parts
			break
		}
	}
	step *= decade
	minor := step / float64(parts)
	var ticks []gplot.Tick
	for i := math.Ceil(min/minor - 1e-9); i*minor <= max+1e-9*step; i++ {
		v := i * minor
		t := gplot.Tick{Value: v}
		if math.Mod(math.Abs(i), float64(parts)) == 0 {
			t.Label = number(v, significant(v, step))
		}
		ticks = append(ticks, t)
	}
	return ticks
}

// significant is the number of digits v needs to tell it from v+step.
func significant(v, step float64) int {
	if v == 0 {
		return 1
	}
	d := int(math.Floor(math.Log10(math.Abs(v))+1e-9)) - int(math.Floor(math.Log10(step)+1e-9))
	return max(1, d+1)
}

// logAxis spans e on a logarithmic scale. The caller has checked that
// e.min > 0.
func logAxis(q Quantity, e extent) axis {
	prefix, f := q.scaling(math.Sqrt(e.min) * math.Sqrt(e.max))
	if math.Log10(e.max/e.min) > 6 {
		prefix, f = "", 1
	}
	a := axis{label: q.label(prefix), factor: f, log: true, min: e.min / f, max: e.max / f}
	pad := math.Pow(a.max/a.min, 0.05)
	if pad < 1.02 {
		pad = 1.3
	}
	a.min, a.max = a.min/pad, a.max*pad
	a.ticks = logTicks(a.min, a.max)
	return a
}

// logTicks labels powers of ten, every k-th if there are many; where fewer
// than two fall into the range it labels 2 and 5 as well, and below 0.7 of
// a decade (a factor of five) the round numbers of a linear axis. Where one
// label needs an exponent all have one.
func logTicks(min, max float64) []gplot.Tick {
	lo, hi := int(math.Floor(math.Log10(min))), int(math.Ceil(math.Log10(max)))
	decades := math.Log10(max / min)
	if decades < 0.7 {
		return linearTicks(min, max, 4)
	}
	every := (hi-lo)/6 + 1
	write := func(v float64) string { return scientific(v, 0) }
	if decimal(min) && decimal(max) {
		write = func(v float64) string { return number(v, 1) }
	}
	var ticks []gplot.Tick
	for d := lo; d <= hi; d++ {
		p := math.Pow10(d)
		for m := 1; m < 10; m++ {
			v := float64(m) * p
			if v < min || v > max || (m > 1 && every > 1) {
				continue
			}
			t := gplot.Tick{Value: v}
			switch {
			case m == 1 && (d-lo)%every == 0,
				(m == 2 || m == 5) && decades < 2:
				t.Label = write(v)
			}
			ticks = append(ticks, t)
		}
	}
	return ticks
}

// thinned blanks labels that would run into the one before them on an
// x axis of the given length, where norm maps a value to 0..1.
func thinned(ticks []gplot.Tick, norm func(float64) float64, length vg.Length) []gplot.Tick {
	sty := textStyle(tickSize)
	end := vg.Length(math.Inf(-1))
	out := make([]gplot.Tick, len(ticks))
	for i, t := range ticks {
		out[i] = t
		if t.Label == "" {
			continue
		}
		w := sty.Width(t.Label)
		at := vg.Length(norm(t.Value)) * length
		if at-w/2 < end+4 {
			out[i].Label = ""
			continue
		}
		end = at + w/2
	}
	return out
}
