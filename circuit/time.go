package circuit

import (
	"fmt"
	"math"
)

// Time is an instant or a duration of the simulated clock in picoseconds.
type Time int64

// Common durations.
const (
	Picosecond  Time = 1
	Nanosecond       = 1000 * Picosecond
	Microsecond      = 1000 * Nanosecond
	Millisecond      = 1000 * Microsecond
	Second           = 1000 * Millisecond
)

// Seconds returns t in seconds.
func (t Time) Seconds() float64 { return float64(t) * 1e-12 }

// String formats t in the largest unit that leaves at least one whole digit.
func (t Time) String() string {
	abs := t
	if abs < 0 {
		abs = -abs
	}
	for _, u := range []struct {
		size Time
		name string
	}{{Second, "s"}, {Millisecond, "ms"}, {Microsecond, "us"}, {Nanosecond, "ns"}} {
		if abs >= u.size {
			return fmt.Sprintf("%.9g %s", float64(t)/float64(u.size), u.name)
		}
	}
	return fmt.Sprintf("%d ps", int64(t))
}

// FromSeconds converts s to the clock's grid. It fails where s is not finite,
// does not fit, or lies further than 1e-6 ps from a whole picosecond: a period
// that is not on the grid would drift against the others.
func FromSeconds(s float64) (Time, error) {
	ps := s * 1e12
	r := math.Round(ps)
	if math.IsNaN(ps) || math.Abs(r) > math.MaxInt64/2 {
		return 0, fmt.Errorf("%g s is outside the clock's range of +-53 days", s)
	}
	if math.Abs(ps-r) > 1e-6*math.Max(1, math.Abs(r)*1e-6) {
		return 0, fmt.Errorf("%g s is not a whole number of picoseconds", s)
	}
	return Time(r), nil
}

// Ceil rounds t up to a multiple of period, which must be positive.
func (t Time) Ceil(period Time) Time {
	if n := t % period; n > 0 {
		return t + period - n
	}
	return t
}
