package wave

import (
	"errors"
	"fmt"
	"math"
	"strings"
)

// Type says what a signal is, and with it its unit.
type Type int

const (
	Voltage     Type = iota // volts
	Current                 // amperes
	Charge                  // coulombs
	Conductance             // siemens
	Number                  // any other quantity, in whatever unit its name implies
	Code                    // an integer of Signal.Bits bits
	Text                    // one of Signal.Labels, by index
)

// typeInfo is what the formats need to know of a Type.
type typeInfo struct {
	name   string
	unit   string // SI symbol, empty where there is none
	raw    string // type keyword of a rawfile; ngspice knows siemens as admittance
	letter string // wraps the name in a rawfile
}

var types = [...]typeInfo{
	Voltage:     {"voltage", "V", "voltage", "v"},
	Current:     {"current", "A", "current", "i"},
	Charge:      {"charge", "C", "charge", "q"},
	Conductance: {"conductance", "S", "admittance", "g"},
	Number:      {"number", "", "notype", "x"},
	Code:        {"code", "", "notype", "d"},
	Text:        {"text", "", "notype", "s"},
}

func (t Type) valid() bool { return t >= 0 && int(t) < len(types) }

// String returns the name of the type in lower case.
func (t Type) String() string {
	if !t.valid() {
		return fmt.Sprintf("Type(%d)", int(t))
	}
	return types[t].name
}

// Unit returns the symbol of the type's SI unit, empty where there is none. It
// panics for a Type that is none of the constants.
func (t Type) Unit() string { return types[t].unit }

// analogue reports whether the signal is continuous in value.
func (t Type) analogue() bool { return t != Code && t != Text }

// A Signal is one quantity of a waveform.
type Signal struct {
	// Name is the signal's path, "hidden1.r3_c7.v": instance names joined by dots.
	Name string
	Type Type
	// Bits is the width of a Code, 1 to 53: more would not be exact in a float64.
	Bits int
	// Signed makes a Code one of two's complement.
	Signed bool
	// Labels are the values of a Text; a sample is an index into them.
	Labels []string
}

const maxBits = 53

func (s *Signal) check() error {
	switch {
	case s.Name == "":
		return errors.New("wave: a signal without a name")
	case !s.Type.valid():
		return fmt.Errorf("wave: signal %q is of unknown type %d", s.Name, int(s.Type))
	case s.Type == Code && (s.Bits < 1 || s.Bits > maxBits):
		return fmt.Errorf("wave: code %q has %d bits, want 1 to %d", s.Name, s.Bits, maxBits)
	case s.Type == Text && len(s.Labels) == 0:
		return fmt.Errorf("wave: text %q has no labels", s.Name)
	}
	return nil
}

// bounds returns the least and the greatest value of a Code or a Text.
func (s *Signal) bounds() (lo, hi float64) {
	if s.Type == Text {
		return 0, float64(len(s.Labels) - 1)
	}
	if s.Signed {
		half := math.Ldexp(1, s.Bits-1)
		return -half, half - 1
	}
	return 0, math.Ldexp(1, s.Bits) - 1
}

// checkValue reports a value that a Code or Text cannot take. NaN is the code
// of a converter that has not converted yet; a Text has no such state.
func (s *Signal) checkValue(v float64) error {
	if s.Type.analogue() || s.Type == Code && math.IsNaN(v) {
		return nil
	}
	if lo, hi := s.bounds(); !(v >= lo && v <= hi) || v != math.Trunc(v) {
		return fmt.Errorf("%s %q cannot be %g: want an integer in [%g, %g]", s.Type, s.Name, v, lo, hi)
	}
	return nil
}

// checkSignals reports the first signal that is not well formed, or whose name
// another one has.
func checkSignals(signals []Signal) error {
	seen := make(map[string]bool, len(signals))
	for i := range signals {
		s := &signals[i]
		if err := s.check(); err != nil {
			return err
		}
		if seen[s.Name] {
			return fmt.Errorf("wave: two signals are called %q", s.Name)
		}
		seen[s.Name] = true
	}
	return nil
}

// clone copies the signals, so that the caller may reuse the slice.
func clone(signals []Signal) []Signal {
	out := make([]Signal, len(signals))
	for i, s := range signals {
		s.Name = strings.Clone(s.Name)
		s.Labels = append([]string(nil), s.Labels...)
		out[i] = s
	}
	return out
}
