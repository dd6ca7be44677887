package testbench

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"engram/circuit/wave"
	"engram/netlist"
)

// A Measurement is the result of one [[measure]].
type Measurement struct {
	Name  string   `json:"name"`
	Kind  string   `json:"kind"`
	Value *float64 `json:"value,omitempty"` // nil where it failed
	Unit  string   `json:"unit,omitempty"`
	Error string   `json:"error,omitempty"`
}

// ErrMeasure is wrapped by the error of Measure.
var ErrMeasure = errors.New("a measurement failed")

// Measure takes the testbench's measurements on a record. Where one fails, its
// result says why, the others are taken all the same, and the error wraps
// ErrMeasure.
func (b *Bench) Measure(r *wave.Record) ([]Measurement, error) {
	all := []Measurement{}
	var failed error
	for i := range b.Spec.Measures {
		s := &b.Spec.Measures[i]
		m := Measurement{Name: s.Name, Kind: s.Kind, Unit: s.Unit(signalType(r, s.Signal))}
		v, err := s.Measure(r)
		if err == nil {
			m.Value = &v
		} else {
			m.Error = err.Error()
			failed = fmt.Errorf("%w: %w", ErrMeasure, err)
		}
		all = append(all, m)
	}
	return all, failed
}

// signalType returns the type of a signal by its name.
func signalType(r *wave.Record, name string) wave.Type {
	for _, s := range r.Signals {
		if s.Name == name {
			return s.Type
		}
	}
	return wave.Number
}

// measuredSignals returns the paths that the measurements read and that are not
// among those given.
func (b *Bench) measuredSignals(given []string) []string {
	var paths []string
	for _, m := range b.Spec.Measures {
		for _, p := range []string{
			m.Signal, m.When.Signal, m.When.Against, m.Trig.Signal, m.Trig.Against, m.Targ.Signal, m.Targ.Against,
		} {
			if p != "" && !slices.Contains(given, p) && !slices.Contains(paths, p) {
				paths = append(paths, p)
			}
		}
	}
	return paths
}

// checkMeasures leaves in doc what no waveform could satisfy, of those
// measurements that could be read.
func checkMeasures(doc *netlist.Document, measures []wave.Spec) {
	var told netlist.Diagnostics
	errors.As(doc.Err(), &told)
	for i := range measures {
		path := netlist.IndexPath("measure", i)
		unread := func(d netlist.Diagnostic) bool {
			return strings.HasPrefix(d.Path, path) && d.Path != path+".name"
		}
		if slices.ContainsFunc(told, unread) {
			continue
		}
		for _, err := range parts(measures[i].Check()) {
			doc.Errorf(path, "%v", err)
		}
	}
}

// parts returns the errors that errors.Join has joined.
func parts(err error) []error {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		return joined.Unwrap()
	}
	return nil
}
