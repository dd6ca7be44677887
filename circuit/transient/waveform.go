package transient

import (
	"fmt"
	"math"
	"sort"
)

// A Waveform is the value of a source as a continuous function of time in s. It
// must be smooth between its breakpoints.
type Waveform interface {
	// At returns the value at time t in V or A.
	At(t float64) float64
	// Breakpoints appends to dst the times in (0, stop) at which a slope
	// jumps, in any order.
	Breakpoints(dst []float64, stop float64) []float64
}

// DC is a constant waveform.
type DC float64

// At returns the constant.
func (d DC) At(float64) float64 { return float64(d) }

// Breakpoints returns dst.
func (d DC) Breakpoints(dst []float64, _ float64) []float64 { return dst }

// PWL is a piecewise linear waveform, constant before its first and after its
// last point. Build one with [NewPWL].
type PWL struct {
	times, values []float64
}

// NewPWL returns the waveform through the points (times[k], values[k]). It
// fails where the slices differ in length, are empty, hold a number that is not
// finite, or where the times do not increase strictly: a jump has no slope, and
// through a capacitor no finite current.
func NewPWL(times, values []float64) (*PWL, error) {
	if len(times) == 0 || len(times) != len(values) {
		return nil, fmt.Errorf("piecewise linear waveform: %d times and %d values", len(times), len(values))
	}
	for k, t := range times {
		if !isFinite(t) || !isFinite(values[k]) {
			return nil, fmt.Errorf("piecewise linear waveform: point %d (%g s, %g) is not finite", k, t, values[k])
		}
		if k > 0 && t <= times[k-1] {
			return nil, fmt.Errorf("piecewise linear waveform: point %d at %g s does not follow %g s", k, t, times[k-1])
		}
	}
	return &PWL{times: times, values: values}, nil
}

// Points returns the points of the waveform. They must not be modified.
func (p *PWL) Points() (times, values []float64) { return p.times, p.values }

// At interpolates the points.
func (p *PWL) At(t float64) float64 {
	n := len(p.times)
	if t <= p.times[0] {
		return p.values[0]
	}
	if t >= p.times[n-1] {
		return p.values[n-1]
	}
	k := sort.SearchFloat64s(p.times, t) // times[k-1] < t <= times[k]
	t0, t1 := p.times[k-1], p.times[k]
	v0, v1 := p.values[k-1], p.values[k]
	if v0 == v1 {
		return v0
	}
	return v0 + float64((v1-v0)*((t-t0)/(t1-t0)))
}

// Breakpoints appends the times of the points.
func (p *PWL) Breakpoints(dst []float64, stop float64) []float64 {
	for _, t := range p.times {
		if t > 0 && t < stop {
			dst = append(dst, t)
		}
	}
	return dst
}

// Pulse is a train of trapezoids, as SPICE's PULSE. All times are in s; Period
// and Count 0 give a single pulse.
type Pulse struct {
	Low, High         float64 // V or A
	Delay             float64 // start of the first rising edge
	Rise, Width, Fall float64 // Rise and Fall > 0, Width >= 0 at the High level
	Period            float64 // start to start
	Count             int     // number of pulses, 0 for as many as fit
}

// PWL returns the train up to time stop as a piecewise linear waveform.
func (p Pulse) PWL(stop float64) (*PWL, error) {
	length := p.Rise + p.Width + p.Fall
	if !(p.Rise > 0 && p.Fall > 0 && p.Width >= 0) {
		return nil, fmt.Errorf("pulse: rise %g s, width %g s and fall %g s must be positive", p.Rise, p.Width, p.Fall)
	}
	count := p.Count
	switch {
	case p.Period == 0:
		count = 1
	case p.Period < length:
		return nil, fmt.Errorf("pulse: period %g s is shorter than the pulse of %g s", p.Period, length)
	case count == 0:
		count = max(1, int(math.Ceil((stop-p.Delay)/p.Period)))
	}
	var times, values []float64
	add := func(t, v float64) {
		if n := len(times); n > 0 && t <= times[n-1] {
			return // two corners of the same level meet
		}
		times, values = append(times, t), append(values, v)
	}
	for k := range count {
		t := p.Delay + float64(k)*p.Period
		add(t, p.Low)
		add(t+p.Rise, p.High)
		add(t+p.Rise+p.Width, p.High)
		add(t+length, p.Low)
	}
	return NewPWL(times, values)
}

// Product is Base + Gain A(t) B(t): a level that is on while two waveforms
// between 0 and 1 coincide.
type Product struct {
	Base, Gain float64
	A, B       Waveform
}

// At returns the value at t.
func (p Product) At(t float64) float64 { return p.Base + p.Gain*(p.A.At(t)*p.B.At(t)) }

// Breakpoints appends those of both factors.
func (p Product) Breakpoints(dst []float64, stop float64) []float64 {
	return p.B.Breakpoints(p.A.Breakpoints(dst, stop), stop)
}

func isFinite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }
