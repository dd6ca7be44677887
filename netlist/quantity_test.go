package netlist

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"
)

func TestParseQuantity(t *testing.T) {
	inf := math.Inf(1)
	for _, test := range []struct {
		text, unit string
		want       float64
	}{
		{"40 fF", "F", 40e-15},
		{"40fF", "F", 40e-15},
		{"5.26 ms", "s", 5.26e-3},
		{"0.5 uS", "S", 0.5e-6},
		{"125 Gohm", "ohm", 125e9},
		{"inf ohm", "ohm", inf},
		{"-inf V", "V", -inf},
		{"+3 V", "V", 3},
		{"-3e-2 mV", "V", -3e-5},
		{"1E3 pA", "A", 1e-9},
		{"5 mm", "m", 5e-3},
		{"5 m", "m", 5},
		{"1 THz", "Hz", 1e12},
		{"4.1 MK/W", "K/W", 4.1e6},
		{"0.12 um2", "m2", 0.12e-12},
		{"0.12 um^2", "m^2", 0.12e-12},
		{"3.5 mV*um", "V*m", 3.5e-9},
		{"3.5 mV um", "V*m", 3.5e-9},
		{"3.5 mV * um", "V*m", 3.5e-9},
		{"187 uA/V2", "A/V^2", 187e-6},
		{"187 uS/V", "A/V^2", 187e-6}, // the same dimension
		{"12 fF/um^2", "F/m^2", 12e-3},
		{"0.6 1/V", "1/V", 0.6},
		{"0.6 /V", "1/V", 0.6},
		{"2 /mV", "1/V", 2e3},
		{"1/V", "1/V", 1},
		{"1 V^-1", "1/V", 1},
		{"5 A/V/V", "A/V^2", 5},
		{"30 %", "", 0.3},
		{"0.3", "", 0.3},
		{"7", "", 7},
		{"40 fF", AnyUnit, 40e-15},
		{"1", AnyUnit, 1},
	} {
		got, err := ParseQuantity(test.text, test.unit)
		if err != nil || got != test.want {
			t.Errorf("ParseQuantity(%q, %q) = %v, %v, want %v", test.text, test.unit, got, err, test.want)
		}
	}
}

func TestParseQuantityErrors(t *testing.T) {
	for _, test := range []struct{ text, unit, want string }{
		{"40 mS", "F", `40 mS is a conductance; expected a capacitance such as "40 fF"`},
		{"40", "F", `"40" has no unit; expected a capacitance such as "40 fF"`},
		{"40 f", "F", `"f" is a prefix without a unit; expected a capacitance`},
		{"5.26 MS", "s", `is a conductance; expected a time such as "5 ms"`},
		{"10meg", "ohm", `unknown unit "meg"; expected a resistance`},
		{"10 kOhm", "ohm", `unknown unit "kOhm"`},
		{"27 C", "K", `is a charge; expected a temperature such as "300 K"`},
		{"1 KF", "F", `unknown unit "KF"`},
		{"30 %", "F", `"30 %" is a ratio; expected a capacitance`},
		{"3 V", "", `3 V is a voltage; expected a plain number`},
		{"nan F", "F", "does not start with a number"},
		{"", "F", "does not start with a number"},
		{"fF", "F", "does not start with a number"},
		{".5 fF", "F", "does not start with a number"},
		{"1,5 fF", "F", `unknown unit "," in ",5 fF"`},
		{"0x10 F", "F", `unknown unit "x"`},
		{"1_000 F", "F", `unknown unit "_"`},
		{"40 fF*K", "F", "is a quantity of other dimension"},
		{"40 fF ", "F", "unknown unit"},
		{"40 fF*", "F", "unknown unit"},
		{"40 /", "F", "unknown unit"},
		{"5 1", "", `unknown unit "1"`},
		{"1 m^0", "m", "bad exponent"},
		{"1 m^99", "m", "bad exponent"},
		{"1 m^^2", "m2", "bad exponent"},
		{"1 m*m*m*m*m*m*m*m*m", "m", "too many factors"},
		{"1e400 F", "F", "out of the range of floating-point numbers"},
		{"1e-400 F", "F", "out of the range of floating-point numbers"},
		{"1e99999999999999999999 F", "F", "exponent out of range"},
	} {
		_, err := ParseQuantity(test.text, test.unit)
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("ParseQuantity(%q, %q): error %v, want %q", test.text, test.unit, err, test.want)
		}
	}
}

// A prefix must not cost a rounding: the text is converted to binary once.
func TestParseQuantityRounding(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 1000 {
		v := r.Float64() * 1000
		text := FormatQuantity(v, "")
		got, err := ParseQuantity(text+" fF", "F")
		want, _ := ParseQuantity(text+"e-15 F", "F")
		if err != nil || got != want {
			t.Fatalf("%s fF = %v, %v, want %v", text, got, err, want)
		}
	}
}

func TestFormatQuantity(t *testing.T) {
	for _, test := range []struct {
		v    float64
		unit string
		want string
	}{
		{40e-15, "F", "40 fF"},
		{5.26e-3, "s", "5.26 ms"},
		{0.5, "V", "500 mV"},
		{125e9, "ohm", "125 Gohm"},
		{999.5, "V", "999.5 V"},
		{0, "F", "0 F"},
		{-0.05, "V", "-50 mV"},
		{math.Inf(1), "s", "inf s"},
		{1e-20, "F", "1e-20 F"},
		{2e15, "ohm", "2e+15 ohm"},
		{1.2e-13, "m2", "1.2e-13 m2"},
		{0.07, "1/V", "0.07 /V"},
		{3.5e-9, "V*m", "3.5 nV*m"},
		{0.3, "", "0.3"},
	} {
		if got := FormatQuantity(test.v, test.unit); got != test.want {
			t.Errorf("FormatQuantity(%v, %q) = %q, want %q", test.v, test.unit, got, test.want)
		}
	}
}

var testUnits = []string{"", "F", "s", "ohm", "V*m", "m2", "1/V", "A/V^2", "K/W", "F/m^2", AnyUnit}

func TestQuantityRoundTrip(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 20_000 {
		v := math.Float64frombits(r.Uint64())
		if math.IsNaN(v) {
			continue
		}
		checkRoundTrip(t, v, testUnits[r.IntN(len(testUnits))])
	}
}

func checkRoundTrip(t *testing.T, v float64, unit string) {
	t.Helper()
	text := FormatQuantity(v, unit)
	got, err := ParseQuantity(text, unit)
	if err != nil || math.Float64bits(got) != math.Float64bits(v) {
		t.Fatalf("%v in %q formats as %q, which parses as %v, %v", v, unit, text, got, err)
	}
}

func FuzzQuantity(f *testing.F) {
	for _, text := range []string{"40 fF", "3.5 mV*um", "0.6 1/V", "inf ohm", "30 %", "1e-9 uA/V^2", "5 A/V/V", "-0 s", "1 m^-2"} {
		for _, unit := range testUnits {
			f.Add(text, unit)
		}
	}
	f.Fuzz(func(t *testing.T, text, unit string) {
		if _, err := parseUnit(unit); err != nil && unit != AnyUnit {
			return // not a unit that a parameter can have
		}
		v, err := ParseQuantity(text, unit)
		if err != nil {
			return
		}
		if math.IsNaN(v) {
			t.Fatalf("ParseQuantity(%q, %q) is NaN", text, unit)
		}
		if unit == AnyUnit || !strings.ContainsAny(unit, " %") && prefixlessUnit(unit) {
			checkRoundTrip(t, v, unit)
		}
	})
}

// prefixlessUnit reports whether unit is an SI unit as parameters have it.
func prefixlessUnit(unit string) bool {
	u, err := parseUnit(unit)
	return err == nil && u.power == 0
}
