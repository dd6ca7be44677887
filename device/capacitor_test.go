package device

import (
	"encoding/csv"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"engram/circuit"
)

// setDefaults sets the fields of *spec to the defaults in their tags, so that
// tests check the numbers a netlist starts from.
func setDefaults(t testing.TB, spec any) {
	t.Helper()
	v := reflect.ValueOf(spec).Elem()
	for i := range v.NumField() {
		f := v.Type().Field(i)
		text, unit := f.Tag.Get("default"), f.Tag.Get("unit")
		var err error
		switch field := v.Field(i); field.Kind() {
		case reflect.Bool:
			var b bool
			b, err = strconv.ParseBool(text)
			field.SetBool(b)
		case reflect.Float64:
			var x float64
			x, err = parseDefault(text, unit)
			field.SetFloat(x)
		default:
			err = fmt.Errorf("kind %v", field.Kind())
		}
		if err != nil {
			t.Fatalf("%T.%s: %v", spec, f.Name, err)
		}
	}
}

// parseDefault reads a number followed by the unit with an optional prefix, or
// by a percent sign.
func parseDefault(text, unit string) (float64, error) {
	number, suffix, _ := strings.Cut(text, " ")
	x, err := strconv.ParseFloat(number, 64)
	if err != nil {
		return 0, err
	}
	prefix, ok := strings.CutSuffix(suffix, unit)
	scale, known := map[string]float64{
		"": 1, "%": 0.01, "f": 1e-15, "p": 1e-12, "n": 1e-9, "u": 1e-6, "m": 1e-3, "k": 1e3, "M": 1e6,
	}[prefix]
	if !ok || !known {
		return 0, fmt.Errorf("%q is not in %q", text, unit)
	}
	return x * scale, nil
}

// readTable returns the columns of a CSV file of testdata without its header.
func readTable(t *testing.T, name string) [][]float64 {
	t.Helper()
	f, err := os.Open(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.Comment = '#'
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	cols := make([][]float64, len(rows[0]))
	for _, row := range rows[1:] {
		for j, s := range row {
			x, err := strconv.ParseFloat(s, 64)
			if err != nil {
				t.Fatal(err)
			}
			cols[j] = append(cols[j], x)
		}
	}
	return cols
}

// cellDrift is the subthreshold current of the nominal reference cell over the
// capacitance of its node: (0.340 - 0.355) pA on 42 fF, in V/s.
const cellDrift = (0.340e-12 - 0.355e-12) / 42e-15

// However 10 ms are cut into steps, the result is the same to 1e-10 of the
// window of 0.4 V, and it solves the differential equation.
func TestLeakIsIndependentOfSteps(t *testing.T) {
	const span, window, steps = 10e-3, 0.4, 40000
	for _, l := range []Leak{
		{Tau: 5.26e-3, Plate: 0.5},
		{Tau: 5.26e-3, Plate: 0.8, Drift: -3.2},
		{Tau: 0.1e-3, Plate: 0, Drift: 3.2},
		{Tau: math.Inf(1), Plate: 0.5, Drift: -0.35},
	} {
		for _, v0 := range []float64{0.3, 0.5, 0.7} {
			once, many := l.After(v0, span), v0
			for range steps {
				many = l.After(many, span/steps)
			}
			if math.Abs(once-many) > 1e-10*window {
				t.Errorf("%+v from %g V: %.12f in one step, %.12f in %d", l, v0, once, many, steps)
			}
			if got, want := once, integrate(l, v0, span, steps); math.Abs(got-want) > 1e-5*window {
				t.Errorf("%+v from %g V: %.9f, the differential equation gives %.9f", l, v0, got, want)
			}
		}
	}
}

// integrate solves dV/dt = -(V-Plate)/Tau + Drift by the midpoint rule.
func integrate(l Leak, v, span float64, steps int) float64 {
	dt := span / float64(steps)
	slope := func(v float64) float64 { return -(v-l.Plate)/l.Tau + l.Drift }
	for range steps {
		v += dt * slope(v+dt/2*slope(v))
	}
	return v
}

func TestLeakLimits(t *testing.T) {
	l := Leak{Tau: 5e-3, Plate: 0.5, Drift: -2}
	if got := l.Equilibrium(); math.Abs(got-0.49) > 1e-15 {
		t.Errorf("equilibrium %g V, want 0.49", got)
	}
	if got := l.After(l.Equilibrium(), 1); got != l.Equilibrium() {
		t.Errorf("equilibrium moves to %g V", got)
	}
	if got := l.After(0.9, 1); math.Abs(got-l.Equilibrium()) > 1e-12 {
		t.Errorf("after 200 time constants %g V, want %g", got, l.Equilibrium())
	}
	if got, want := l.After(0.7, l.Tau), 0.49+0.21/math.E; math.Abs(got-want) > 1e-15 {
		t.Errorf("after one time constant %.15f V, want %.15f", got, want)
	}
	if got := l.After(0.7, 0); got != 0.7 {
		t.Errorf("after no time %g V, want 0.7", got)
	}
	pure := Leak{Tau: math.Inf(1), Plate: 0.5, Drift: -0.25}
	if got := pure.After(0.5, 0.5); got != 0.375 {
		t.Errorf("drift alone: %g V, want 0.375", got)
	}
	if got := pure.Equilibrium(); got != pure.Plate {
		t.Errorf("equilibrium without ohmic path %g V, want the plate's", got)
	}
}

// Against the circuit simulator, over 10 ms, the closed forms are as good as
// the assumption of a subthreshold current that does not depend on V. It
// changes by 0.13 mV/ms per 0.1 V, and more near the rails.
func TestLeakFollowsReference(t *testing.T) {
	for _, c := range []struct {
		file         string
		leak         Leak
		inner, outer float64 // largest error in V from 0.3 V to 0.7 V, and from 0.1 V to 0.9 V
	}{
		{"cell-leak-ohmic.csv", Leak{Tau: 125e9 * 42e-15, Plate: 0.5, Drift: cellDrift}, 0.4e-3, 2.0e-3},
		{"cell-leak-subthreshold.csv", Leak{Tau: math.Inf(1), Drift: cellDrift}, 2.6e-3, 6.5e-3},
	} {
		cols := readTable(t, c.file)
		for _, v := range cols[1:] {
			bound := c.inner
			if v[0] < 0.25 || v[0] > 0.75 {
				bound = c.outer
			}
			worst := 0.0
			for i, s := range cols[0] {
				worst = max(worst, math.Abs(c.leak.After(v[0], s)-v[i]))
			}
			if worst > bound {
				t.Errorf("%s from %g V: off by %.2f mV, want at most %.2f", c.file, v[0], worst*1e3, bound*1e3)
			}
		}
	}
}

// A re-initialised capacitor carries the energy kT/2 in its fluctuation.
func TestResetNoise(t *testing.T) {
	var s CapacitorSpec
	setDefaults(t, &s)
	const c, n = 42e-15, 100000
	sigma := s.ResetNoise(c)
	if math.Abs(sigma-0.3141e-3) > 1e-7 {
		t.Errorf("sqrt(kT/C) of 42 fF at 27 C is %.4g mV, want 0.3141", sigma*1e3)
	}
	rng := circuit.NewStream(1, circuit.Programming, 0, 0)
	var energy float64
	for range n {
		v := sigma * rng.Normal()
		energy += c * v * v / 2 / n
	}
	want := Boltzmann * s.Temperature / 2
	if se := want * math.Sqrt(2.0/n); math.Abs(energy-want) > 4*se {
		t.Errorf("mean energy %g J, want %g +- %g", energy, want, se)
	}
	s.KTC = false
	if got := s.ResetNoise(c); got != 0 {
		t.Errorf("noise %g V with the option off", got)
	}
}
