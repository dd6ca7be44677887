package wave

import (
	"fmt"
	"math"
	"sort"
	"strings"
)

// A Record is a waveform in memory. Values[i] holds the samples of Signals[i]
// and is as long as Time.
type Record struct {
	Title   string
	Signals []Signal
	// Time is in seconds. In a rawfile of another analysis than a transient
	// one it is the first variable, which is that analysis's scale: a swept
	// voltage, say.
	Time   []float64
	Values [][]float64
}

// Trace returns the samples of the signal of that name. A record that was read
// from a rawfile may also be asked by path: "hidden1.r3_c7.v" finds
// "v(hidden1.r3_c7.v)", and a record that was not, by the name in a rawfile.
// Case is ignored unless a name matches exactly. The trace shares the record's
// memory.
func (r *Record) Trace(name string) (Trace, error) {
	i, err := r.index(name)
	if err != nil {
		return Trace{}, err
	}
	return Trace{T: r.Time, V: r.Values[i]}, nil
}

// index returns the index of the signal that answers to name in the narrowest
// of the senses of matches.
func (r *Record) index(name string) (int, error) {
	matches := []func(s *Signal) bool{
		func(s *Signal) bool { return s.Name == name },
		func(s *Signal) bool { return strings.EqualFold(s.Name, name) },
		func(s *Signal) bool { return strings.EqualFold(RawName(*s), name) },
		func(s *Signal) bool { return strings.EqualFold(unwrap(s.Name), safeName(name, rawRunes)) },
	}
	for _, match := range matches {
		found := -1
		for i := range r.Signals {
			if !match(&r.Signals[i]) {
				continue
			}
			if found >= 0 {
				return 0, fmt.Errorf("wave: %q may mean %q or %q", name, r.Signals[found].Name, r.Signals[i].Name)
			}
			found = i
		}
		if found >= 0 {
			return found, nil
		}
	}
	return 0, fmt.Errorf("wave: no signal %q among %d", name, len(r.Signals))
}

// unwrap returns the path within a rawfile's name: "a.b" for "v(a.b)".
func unwrap(name string) string {
	if _, inner, ok := strings.Cut(name, "("); ok {
		return strings.TrimSuffix(inner, ")")
	}
	return name
}

// A Recorder is a Writer that keeps the samples.
type Recorder struct {
	session
	record Record
}

// Begin implements Writer.
func (r *Recorder) Begin(signals []Signal) error {
	if err := r.begin(signals); err != nil {
		return err
	}
	r.record.Signals = r.signals
	r.record.Values = make([][]float64, len(signals))
	return nil
}

// Sample implements Writer.
func (r *Recorder) Sample(t float64, values []float64) error {
	if err := r.sample(t, values); err != nil {
		return err
	}
	r.record.Time = append(r.record.Time, t)
	for i, v := range values {
		r.record.Values[i] = append(r.record.Values[i], v)
	}
	return nil
}

// Close implements Writer.
func (r *Recorder) Close() error { return r.close() }

// Record returns what was recorded so far. It shares memory with r.
func (r *Recorder) Record() *Record { return &r.record }

// A Trace is one signal over time: straight lines between the points (T, V).
// T is in seconds and strictly increasing; V is as long as T.
type Trace struct{ T, V []float64 }

// check reports a trace that is not one.
func (tr Trace) check() error {
	if len(tr.T) != len(tr.V) {
		return fmt.Errorf("wave: %d times with %d values", len(tr.T), len(tr.V))
	}
	previous := math.Inf(-1)
	for i, t := range tr.T {
		if !(t > previous) {
			return fmt.Errorf("wave: times do not increase: sample %d at %g after %g", i, t, previous)
		}
		previous = t
	}
	return nil
}

// At returns the value at time t by linear interpolation, and false where t
// lies outside the trace.
func (tr Trace) At(t float64) (float64, bool) {
	i := sort.SearchFloat64s(tr.T, t)
	switch {
	case i == len(tr.T):
		return 0, false
	case tr.T[i] == t:
		return tr.V[i], true
	case i == 0:
		return 0, false
	}
	return tr.between(i, t), true
}

// between interpolates at t within the segment that ends at sample i.
func (tr Trace) between(i int, t float64) float64 {
	t0, v0, t1, v1 := tr.T[i-1], tr.V[i-1], tr.T[i], tr.V[i]
	return v0 + float64((v1-v0)*((t-t0)/(t1-t0)))
}
