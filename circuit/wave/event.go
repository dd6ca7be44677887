package wave

import (
	"errors"
	"fmt"
)

// ErrOutOfInterval is wrapped by the error of a measurement whose time or event
// the waveform, or the window, does not contain.
var ErrOutOfInterval = errors.New("out of interval")

// An Event is the crossing of a level, or of two signals.
type Event struct {
	// Signal is the path of the signal that crosses.
	Signal string `key:"signal" default:""`
	// Against is the path of the signal that is crossed. Empty: it is Value.
	Against string `key:"against" default:""`
	// Value is the level that is crossed, in the unit of Signal.
	Value float64 `key:"value" unit:"*" default:"0"`
	// Edge says which crossings count.
	Edge Edge `key:"edge" oneof:"cross|rise|fall" default:"cross"`
	// Count picks the n-th crossing, from 1, or the Last.
	Count int `key:"count" range:"[-1,1000000000]" default:"1"`
	// Delay lets crossings before this time go uncounted.
	Delay float64 `key:"td" unit:"s" range:"[0,inf)" default:"0 s"`
}

// Last picks the last crossing.
const Last = -1

// Edge is the direction of a crossing.
type Edge string

// Directions of a crossing.
const (
	Cross Edge = "cross" // either
	Rise  Edge = "rise"  // from below the level to it or above
	Fall  Edge = "fall"  // from above the level to it or below
)

func (e *Event) check() error {
	switch {
	case e.Signal == "":
		return errors.New("no signal to cross")
	case e.Edge != Cross && e.Edge != Rise && e.Edge != Fall:
		return fmt.Errorf("unknown edge %q", e.Edge)
	case e.Count < 1 && e.Count != Last:
		return fmt.Errorf("count is %d, want 1 or more, or %d for the last", e.Count, Last)
	}
	return nil
}

// time returns when the event takes place within [from, to] of the record.
func (e *Event) time(r *Record, from, to float64) (float64, error) {
	tr, err := r.Trace(e.Signal)
	if err != nil {
		return 0, err
	}
	level := e.Value
	if e.Against != "" {
		if tr, err = e.difference(r, tr); err != nil {
			return 0, err
		}
		level = 0
	}
	if tr, err = tr.Clip(max(from, e.Delay), to); err != nil {
		return 0, err
	}
	t, ok := tr.Crossing(level, e.Edge, e.Count)
	if !ok {
		return 0, fmt.Errorf("%s of %q: %w", e.Edge, e.Signal, ErrOutOfInterval)
	}
	return t, nil
}

// difference returns tr less the signal it is measured against, so that they
// meet where it is zero.
func (e *Event) difference(r *Record, tr Trace) (Trace, error) {
	other, err := r.Trace(e.Against)
	if err != nil {
		return Trace{}, err
	}
	d := Trace{T: tr.T, V: make([]float64, len(tr.V))}
	for i := range d.V {
		d.V[i] = tr.V[i] - other.V[i]
	}
	return d, nil
}

// Crossing returns the time of the n-th crossing of the level in the direction
// of edge, counted from 1; with n = [Last], of the last. It returns false where there
// are fewer. A trace that starts on the level counts as above it.
func (tr Trace) Crossing(level float64, edge Edge, n int) (float64, bool) {
	var at float64
	count := 0
	above := len(tr.V) > 0 && tr.V[0] >= level
	for i := 1; i < len(tr.V); i++ {
		v0, v1 := tr.V[i-1], tr.V[i]
		switch {
		case v0 == level && v1 == level:
			continue // it stays: no other crossing
		case !above && v1 >= level, above && v1 <= level:
			above = !above
		default:
			continue
		}
		if edge == Rise && !above || edge == Fall && above {
			continue
		}
		at = tr.T[i-1] + float64((level-v0)/(v1-v0)*(tr.T[i]-tr.T[i-1]))
		if count++; count == n {
			return at, true
		}
	}
	return at, n == Last && count > 0
}
