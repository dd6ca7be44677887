package wave

import (
	"errors"
	"fmt"
	"math"
	"sort"
)

// A Spec is one measurement, after ngspice's .measure:
//
//	kind    result
//	find    the value of Signal at When, or at At without one
//	when    the time of When
//	delay   the time from Trig, or from At without one, to Targ
//	avg     the mean of Signal over [From, To]
//	rms     the root of the mean square over [From, To]
//	min     the least value in [From, To]
//	max     the greatest
//	min-at  the first time of the least value
//	max-at  the first time of the greatest
//	pp      the greatest less the least
//	integ   the integral of Signal over [From, To]
//	deriv   the slope of Signal at When, or at At without one
//
// The window [From, To] holds for every kind; times are in seconds.
type Spec struct {
	Name string `key:"name"`
	Kind string `key:"kind" oneof:"find|when|delay|avg|rms|min|max|min-at|max-at|pp|integ|deriv"`
	// Signal is the path of what is measured; when and delay have it in their events.
	Signal string  `key:"signal" default:""`
	At     float64 `key:"at" unit:"s" range:"[0,inf)" default:"0 s"`
	From   float64 `key:"from" unit:"s" range:"[0,inf)" default:"0 s"`
	// To is the end of the window; 0 is the end of the waveform.
	To   float64 `key:"to" unit:"s" range:"[0,inf)" default:"0 s"`
	When Event   `key:"when"` // without a signal: none
	Trig Event   `key:"trig"` // without a signal: none
	Targ Event   `key:"targ"`
}

// Check reports everything in s that no record could satisfy.
func (s *Spec) Check() error {
	var errs []error
	event := func(name string, e *Event, must bool) {
		if !must && e.Signal == "" {
			return
		}
		if err := e.check(); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", name, err))
		}
	}
	switch s.Kind {
	case "when":
		event("when", &s.When, true)
	case "delay":
		event("trig", &s.Trig, false)
		event("targ", &s.Targ, true)
	case "find", "deriv":
		event("when", &s.When, false)
	default:
		if statistics[s.Kind] == nil {
			errs = append(errs, fmt.Errorf("unknown kind %q", s.Kind))
		}
	}
	if s.Signal == "" && s.Kind != "when" && s.Kind != "delay" {
		errs = append(errs, errors.New("no signal to measure"))
	}
	if s.To != 0 && s.To < s.From {
		errs = append(errs, fmt.Errorf("window ends at %g s, before it starts at %g s", s.To, s.From))
	}
	return errors.Join(errs...)
}

// Unit returns the unit of the result where Signal is of type t: "V", "V s" for
// an integral, "V/s" for a slope, "s" for a time. It is empty for a bare number.
func (s *Spec) Unit(t Type) string {
	unit := t.Unit()
	switch s.Kind {
	case "when", "delay", "min-at", "max-at":
		return "s"
	case "integ":
		if unit == "" {
			return "s"
		}
		return unit + " s"
	case "deriv":
		if unit == "" {
			return "1/s"
		}
		return unit + "/s"
	}
	return unit
}

// Measure takes the measurement on a record. The error wraps [ErrOutOfInterval]
// where the record does not contain what is asked.
func (s *Spec) Measure(r *Record) (float64, error) {
	err := s.Check()
	var v float64
	if err == nil {
		v, err = s.measure(r)
	}
	if err == nil && math.IsNaN(v) {
		err = errors.New("result is not a number")
	}
	if err != nil {
		return 0, fmt.Errorf("measure %s (%s): %w", s.Name, s.Kind, err)
	}
	return v, nil
}

func (s *Spec) measure(r *Record) (float64, error) {
	if len(r.Time) == 0 {
		return 0, fmt.Errorf("empty waveform: %w", ErrOutOfInterval)
	}
	from, to := s.From, s.To
	if to == 0 {
		to = r.Time[len(r.Time)-1]
	}
	switch s.Kind {
	case "when":
		return s.When.time(r, from, to)
	case "delay":
		return s.delay(r, from, to)
	}
	tr, err := r.Trace(s.Signal)
	if err != nil {
		return 0, err
	}
	if tr, err = tr.Clip(from, to); err != nil {
		return 0, err
	}
	if s.Kind == "find" || s.Kind == "deriv" {
		return s.atEvent(r, tr, from, to)
	}
	return statistics[s.Kind](tr), nil
}

func (s *Spec) delay(r *Record, from, to float64) (float64, error) {
	trig, err := s.eventOrAt(&s.Trig, r, from, to)
	if err != nil {
		return 0, fmt.Errorf("trig: %w", err)
	}
	targ, err := s.Targ.time(r, from, to)
	if err != nil {
		return 0, fmt.Errorf("targ: %w", err)
	}
	return targ - trig, nil
}

// eventOrAt returns the time of the event, or At where it has no signal.
func (s *Spec) eventOrAt(e *Event, r *Record, from, to float64) (float64, error) {
	if e.Signal == "" {
		return s.At, nil
	}
	return e.time(r, from, to)
}

func (s *Spec) atEvent(r *Record, tr Trace, from, to float64) (float64, error) {
	t, err := s.eventOrAt(&s.When, r, from, to)
	if err != nil {
		return 0, err
	}
	value := tr.At
	if s.Kind == "deriv" {
		value = tr.Slope
	}
	v, ok := value(t)
	if !ok {
		return 0, fmt.Errorf("%g s: %w", t, ErrOutOfInterval)
	}
	return v, nil
}

// statistics are the measurements of a whole trace of at least one sample.
var statistics = map[string]func(Trace) float64{
	"avg":    Trace.Mean,
	"rms":    Trace.RMS,
	"integ":  Trace.Integral,
	"min":    func(tr Trace) float64 { return tr.V[tr.extreme(-1)] },
	"max":    func(tr Trace) float64 { return tr.V[tr.extreme(1)] },
	"min-at": func(tr Trace) float64 { return tr.T[tr.extreme(-1)] },
	"max-at": func(tr Trace) float64 { return tr.T[tr.extreme(1)] },
	"pp":     func(tr Trace) float64 { return tr.V[tr.extreme(1)] - tr.V[tr.extreme(-1)] },
}

// extreme returns the index of the first greatest value (sign 1) or the first
// least (sign -1). A NaN is more extreme than any number, so that it shows.
func (tr Trace) extreme(sign float64) int {
	best := 0
	for i, v := range tr.V {
		if math.IsNaN(v) {
			return i
		}
		if v*sign > tr.V[best]*sign {
			best = i
		}
	}
	return best
}

// Clip returns the trace over [from, to], with interpolated samples at both
// ends. A window that reaches past an end of the trace is cut there; one that
// holds nothing of the trace is out of interval.
func (tr Trace) Clip(from, to float64) (Trace, error) {
	if err := tr.check(); err != nil {
		return Trace{}, err
	}
	n := len(tr.T)
	if n == 0 || !(from <= to) || from > tr.T[n-1] || to < tr.T[0] {
		return Trace{}, fmt.Errorf("window [%g, %g] s: %w", from, to, ErrOutOfInterval)
	}
	from, to = max(from, tr.T[0]), min(to, tr.T[n-1])
	first := sort.SearchFloat64s(tr.T, from)                         // at or after from
	last := sort.Search(n, func(i int) bool { return tr.T[i] > to }) // after to
	startsInside, endsInside := tr.T[first] > from, tr.T[last-1] < to
	if !startsInside && !endsInside {
		return Trace{T: tr.T[first:last], V: tr.V[first:last]}, nil
	}
	var out Trace
	if startsInside {
		out.T = append(out.T, from)
		out.V = append(out.V, tr.between(first, from))
	}
	if first < last {
		out.T = append(out.T, tr.T[first:last]...)
		out.V = append(out.V, tr.V[first:last]...)
	}
	if endsInside && to > from {
		out.T = append(out.T, to)
		out.V = append(out.V, tr.between(last, to))
	}
	return out, nil
}

// Integral returns the area under the trace: the trapezoidal rule, which is
// exact for straight lines.
func (tr Trace) Integral() float64 {
	var sum float64
	for i := 1; i < len(tr.T); i++ {
		sum += float64(0.5 * (tr.V[i-1] + tr.V[i]) * (tr.T[i] - tr.T[i-1]))
	}
	return sum
}

// Mean returns the integral over the duration; of one sample, its value. The
// trace must have a sample.
func (tr Trace) Mean() float64 {
	if len(tr.T) == 1 {
		return tr.V[0]
	}
	return tr.Integral() / (tr.T[len(tr.T)-1] - tr.T[0])
}

// RMS returns the root of the mean square. Over a straight line from a to b the
// mean square is (a^2 + a b + b^2)/3. The trace must have a sample.
func (tr Trace) RMS() float64 {
	if len(tr.T) == 1 {
		return math.Abs(tr.V[0])
	}
	var sum float64
	for i := 1; i < len(tr.T); i++ {
		a, b := tr.V[i-1], tr.V[i]
		square := float64(a*a) + float64(a*b) + float64(b*b)
		sum += float64(square / 3 * (tr.T[i] - tr.T[i-1]))
	}
	return math.Sqrt(sum / (tr.T[len(tr.T)-1] - tr.T[0]))
}

// Slope returns the derivative at time t, in units per second: the slope of the
// segment that t lies in, or at a sample between two segments that of the chord
// over both. It returns false outside the trace and where the trace is a point.
func (tr Trace) Slope(t float64) (float64, bool) {
	n := len(tr.T)
	if n < 2 || !(t >= tr.T[0] && t <= tr.T[n-1]) {
		return 0, false
	}
	i := sort.SearchFloat64s(tr.T, t)
	lo, hi := max(i-1, 0), i
	if tr.T[i] == t {
		hi = min(i+1, n-1)
	}
	return (tr.V[hi] - tr.V[lo]) / (tr.T[hi] - tr.T[lo]), true
}
