package wave

import (
	"errors"
	"math"
	"testing"
)

// line is a piecewise-linear record, on which every kind has an exact answer:
//
//	v: (0,0) (1,2) (3,-2) (4,0)  up, down through zero at 2, up
//	u: (0,1) (1,1) (3,1) (4,1)   constant
func line() *Record {
	return &Record{
		Signals: []Signal{{Name: "v"}, {Name: "u"}},
		Time:    []float64{0, 1, 3, 4},
		Values:  [][]float64{{0, 2, -2, 0}, {1, 1, 1, 1}},
	}
}

func crossing(signal string, value float64, edge Edge, count int) Event {
	return Event{Signal: signal, Value: value, Edge: edge, Count: count}
}

func TestMeasureStraightLines(t *testing.T) {
	meet := Event{Signal: "v", Against: "u", Edge: Cross, Count: 2}
	for _, c := range []struct {
		name string
		spec Spec
		want float64
	}{
		{"find on a sample", Spec{Kind: "find", Signal: "v", At: 1}, 2},
		{"find between", Spec{Kind: "find", Signal: "v", At: 2.5}, -1},
		{"find at the end", Spec{Kind: "find", Signal: "v", At: 4}, 0},
		{"find when", Spec{Kind: "find", Signal: "u", When: crossing("v", -1, Cross, 1)}, 1},
		{"rise", Spec{Kind: "when", When: crossing("v", 1, Rise, 1)}, 0.5},
		{"fall", Spec{Kind: "when", When: crossing("v", 1, Fall, 1)}, 1.5},
		{"second cross", Spec{Kind: "when", When: crossing("v", 1, Cross, 2)}, 1.5},
		{"last cross", Spec{Kind: "when", When: crossing("v", -1, Cross, Last)}, 3.5},
		{"last fall", Spec{Kind: "when", When: crossing("v", -1, Fall, Last)}, 2.5},
		{"meets the other signal", Spec{Kind: "when", When: meet}, 1.5},
		{"after td", Spec{Kind: "when", When: Event{Signal: "v", Value: -1, Edge: Cross, Count: 1, Delay: 3}}, 3.5},
		{"after from", Spec{Kind: "when", From: 1, When: crossing("v", 1, Cross, 1)}, 1.5},
		{"delay", Spec{Kind: "delay", Trig: crossing("v", 1, Rise, 1), Targ: crossing("v", -1, Fall, 1)}, 2},
		{"delay from at", Spec{Kind: "delay", At: 0.25, Targ: crossing("v", 1, Rise, 1)}, 0.25},
		{"avg of all", Spec{Kind: "avg", Signal: "v"}, 0},
		{"avg of a part", Spec{Kind: "avg", Signal: "v", From: 0.5, To: 1.5}, 1.5},
		{"avg within a segment", Spec{Kind: "avg", Signal: "v", From: 1.5, To: 2}, 0.5},
		{"integ", Spec{Kind: "integ", Signal: "v", To: 2}, 2},
		{"rms", Spec{Kind: "rms", Signal: "v"}, math.Sqrt(4 / 3.0)},
		{"rms of a constant", Spec{Kind: "rms", Signal: "u", From: 0.3, To: 3.9}, 1},
		{"min", Spec{Kind: "min", Signal: "v"}, -2},
		{"min of a part", Spec{Kind: "min", Signal: "v", To: 2.5}, -1},
		{"max", Spec{Kind: "max", Signal: "v"}, 2},
		{"max of a part", Spec{Kind: "max", Signal: "v", From: 2}, 0},
		{"min-at", Spec{Kind: "min-at", Signal: "v"}, 3},
		{"max-at", Spec{Kind: "max-at", Signal: "v"}, 1},
		{"max-at of a constant", Spec{Kind: "max-at", Signal: "u", From: 0.5}, 0.5},
		{"pp", Spec{Kind: "pp", Signal: "v", From: 1.5, To: 2.5}, 2},
		{"deriv within a segment", Spec{Kind: "deriv", Signal: "v", At: 2}, -2},
		{"deriv at the start", Spec{Kind: "deriv", Signal: "v", At: 0}, 2},
		{"deriv on a sample", Spec{Kind: "deriv", Signal: "v", At: 1}, -2 / 3.0},
		{"deriv when", Spec{Kind: "deriv", Signal: "v", When: crossing("v", -1, Rise, 1)}, 2},
		{"window past the end", Spec{Kind: "integ", Signal: "u", From: 3.5, To: 100}, 0.5},
		{"window of a point", Spec{Kind: "rms", Signal: "v", From: 2.5, To: 2.5}, 1},
	} {
		got, err := c.spec.Measure(line())
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
		} else if math.Abs(got-c.want) > 1e-15*4 {
			t.Errorf("%s: %.17g, want %.17g", c.name, got, c.want)
		}
	}
}

func TestMeasureOutOfInterval(t *testing.T) {
	for name, spec := range map[string]Spec{
		"find past the end":    {Kind: "find", Signal: "v", At: 4.1},
		"find past the window": {Kind: "find", Signal: "v", At: 2, To: 1},
		"no such crossing":     {Kind: "when", When: crossing("v", 3, Cross, 1)},
		"no second rise":       {Kind: "when", When: crossing("v", 1, Rise, 2)},
		"no last crossing":     {Kind: "when", When: crossing("u", 0, Cross, Last)},
		"targ before from":     {Kind: "delay", From: 1, Targ: crossing("v", 1, Rise, 1)},
		"window after the end": {Kind: "avg", Signal: "v", From: 5},
	} {
		if v, err := spec.Measure(line()); !errors.Is(err, ErrOutOfInterval) {
			t.Errorf("%s: %g, %v", name, v, err)
		}
	}
	empty := Spec{Kind: "avg", Signal: "v"}
	if _, err := empty.Measure(&Record{Signals: []Signal{{Name: "v"}}, Values: [][]float64{nil}}); !errors.Is(err, ErrOutOfInterval) {
		t.Errorf("empty record: %v", err)
	}
}

func TestMeasureRefuses(t *testing.T) {
	for _, c := range []struct {
		spec Spec
		want string
	}{
		{Spec{Name: "x", Kind: "median", Signal: "v"}, `measure x (median): unknown kind "median"`},
		{Spec{Kind: "avg"}, "no signal to measure"},
		{Spec{Kind: "avg", Signal: "w"}, `no signal "w"`},
		{Spec{Kind: "avg", Signal: "v", From: 2, To: 1}, "before it starts"},
		{Spec{Kind: "when"}, "when: no signal to cross"},
		{Spec{Kind: "when", When: crossing("v", 0, "up", 1)}, `unknown edge "up"`},
		{Spec{Kind: "when", When: crossing("v", 0, Rise, 0)}, "count is 0"},
		{Spec{Kind: "when", When: crossing("v", 0, Rise, -2)}, "count is -2"},
		{Spec{Kind: "when", When: Event{Signal: "v", Against: "w", Edge: Rise, Count: 1}}, `no signal "w"`},
		{Spec{Kind: "delay", Trig: crossing("v", 0, "up", 1)}, "trig: unknown edge"},
		{Spec{Kind: "delay"}, "targ: no signal to cross"},
	} {
		_, err := c.spec.Measure(line())
		wantError(t, c.spec.Kind, err, c.want)
	}
	bad := Spec{Kind: "median", From: 2, To: 1}
	err := bad.Check()
	wantError(t, "every fault at once", err, "unknown kind")
	wantError(t, "every fault at once", err, "no signal")
	wantError(t, "every fault at once", err, "before it starts")

	r := line()
	r.Values[0][1] = math.NaN()
	for _, kind := range []string{"avg", "rms", "min", "max", "pp", "integ"} {
		spec := Spec{Kind: kind, Signal: "v"}
		_, err := spec.Measure(r)
		wantError(t, kind+" of NaN", err, "not a number")
	}
	r.Time[2] = r.Time[1]
	spec := Spec{Kind: "avg", Signal: "u"}
	_, err = spec.Measure(r)
	wantError(t, "two samples at a time", err, "times do not increase")
}

// A level that is touched, kept or started on.
func TestCrossingOnTheLevel(t *testing.T) {
	for _, c := range []struct {
		name  string
		v     []float64
		edge  Edge
		times []float64
	}{
		{"touched from above", []float64{1, 0, 1}, Cross, []float64{1, 1}},
		{"touched from above", []float64{1, 0, 1}, Fall, []float64{1}},
		{"reached and kept", []float64{1, 0, 0, 0}, Cross, []float64{1}},
		{"kept on the way up", []float64{-1, 0, 0, 1}, Cross, []float64{1}},
		{"kept and back", []float64{-1, 0, 0, -1}, Cross, []float64{1, 2}},
		{"started on, up", []float64{0, 1}, Cross, nil},
		{"started on, down", []float64{0, -1}, Fall, []float64{0}},
		{"always on", []float64{0, 0, 0}, Cross, nil},
		{"one sample", []float64{0}, Cross, nil},
		{"none", nil, Cross, nil},
	} {
		tr := Trace{V: c.v}
		for i := range c.v {
			tr.T = append(tr.T, float64(i))
		}
		for n := 1; n <= len(c.times)+1; n++ {
			at, ok := tr.Crossing(0, c.edge, n)
			if want := n <= len(c.times); ok != want || ok && at != c.times[n-1] {
				t.Errorf("%s, %s %d: %g %t, want one of %v", c.name, c.edge, n, at, ok, c.times)
			}
		}
		at, ok := tr.Crossing(0, c.edge, Last)
		if n := len(c.times); ok != (n > 0) || ok && at != c.times[n-1] {
			t.Errorf("%s, last %s: %g %t, want the last of %v", c.name, c.edge, at, ok, c.times)
		}
	}
}

// closedForms are measurements of exp(-t/tau) over [0, 5 tau] and of
// sin(2 pi t/period) over two periods, with what calculus says.
func closedForms(tau, period float64) []struct {
	Spec
	want float64
} {
	e := math.Exp
	return []struct {
		Spec
		want float64
	}{
		{Spec{Kind: "find", Signal: "decay", At: tau}, e(-1)},
		{Spec{Kind: "when", When: crossing("decay", 0.5, Fall, 1)}, tau * math.Ln2},
		{Spec{Kind: "integ", Signal: "decay", From: tau, To: 2 * tau}, tau * (e(-1) - e(-2))},
		{Spec{Kind: "avg", Signal: "decay", From: tau, To: 2 * tau}, e(-1) - e(-2)},
		{Spec{Kind: "rms", Signal: "decay", From: tau, To: 2 * tau}, math.Sqrt((e(-2) - e(-4)) / 2)},
		{Spec{Kind: "deriv", Signal: "decay", At: tau}, -e(-1) / tau},
		{Spec{Kind: "pp", Signal: "decay", From: tau, To: 2 * tau}, e(-1) - e(-2)},
		{Spec{Kind: "rms", Signal: "sine", To: 2 * period}, math.Sqrt(0.5)},
		{Spec{Kind: "max", Signal: "sine"}, 1},
		{Spec{Kind: "min", Signal: "sine"}, -1},
		{Spec{Kind: "when", When: crossing("sine", 0.5, Rise, 2)}, period * (1 + 1/12.0)},
		{Spec{Kind: "when", When: crossing("sine", 0.5, Fall, 1)}, period * 5 / 12},
		{Spec{Kind: "delay", Trig: crossing("sine", 0.5, Rise, 1), Targ: crossing("decay", 0.5, Fall, 1)}, tau*math.Ln2 - period/12},
	}
}

// sampled records the two functions of closedForms with n even intervals.
func sampled(tau, period float64, n int) *Record {
	r := &Record{Signals: []Signal{{Name: "decay"}, {Name: "sine"}}, Values: make([][]float64, 2)}
	for i := 0; i <= n; i++ {
		t := 2 * period * float64(i) / float64(n)
		r.Time = append(r.Time, t)
		r.Values[0] = append(r.Values[0], math.Exp(-t/tau))
		r.Values[1] = append(r.Values[1], math.Sin(2*math.Pi*t/period))
	}
	return r
}

// Straight lines are off by a part of (2 pi step/period)^2 from the functions
// they join, and their slopes by a part of 2 pi step/period.
func TestMeasureConvergesToClosedForms(t *testing.T) {
	const tau, period = 2e-9, 5e-9
	for i, c := range closedForms(tau, period) {
		for _, n := range []int{101, 501, 4001} {
			got, err := c.Measure(sampled(tau, period, n))
			must(t, err)
			phase := 4 * math.Pi / float64(n)
			bound := phase * phase
			if c.Kind == "deriv" {
				bound = phase
			}
			if e := math.Abs(got/c.want - 1); e > bound {
				t.Errorf("%d %s: relative error %.2g with %d samples, want at most %.2g", i, c.Kind, e, n, bound)
			}
		}
	}
}

func TestMeasureUnits(t *testing.T) {
	for _, c := range []struct {
		kind string
		t    Type
		want string
	}{
		{"avg", Voltage, "V"}, {"integ", Current, "A s"}, {"deriv", Charge, "C/s"},
		{"when", Voltage, "s"}, {"min-at", Code, "s"}, {"max", Code, ""}, {"integ", Number, "s"}, {"deriv", Code, "1/s"},
	} {
		if got := (&Spec{Kind: c.kind}).Unit(c.t); got != c.want {
			t.Errorf("%s of a %s is in %q, want %q", c.kind, c.t, got, c.want)
		}
	}
}
