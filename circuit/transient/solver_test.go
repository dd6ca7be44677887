package transient

import (
	"errors"
	"math"
	"strings"
	"testing"
)

// mustPWL returns a piecewise linear waveform.
func mustPWL(t *testing.T, times, values []float64) *PWL {
	t.Helper()
	w, err := NewPWL(times, values)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// solve runs c and fails the test on an error.
func solve(t *testing.T, c *Circuit, o Options, visit func(time float64, v []float64)) *Solver {
	t.Helper()
	s, err := NewSolver(c, o)
	if err != nil {
		t.Fatal(err)
	}
	err = s.Run(func(time float64, v []float64) error {
		if visit != nil {
			visit(time, v)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// rc is a capacitor of 1 F, charged to 1 V, on a resistor of 1 ohm.
func rc() (*Circuit, Node) {
	c := New()
	n := c.Node("out")
	c.Resistor("r", n, Ground, 1)
	c.Capacitor("c", n, Ground, 1)
	c.Initial(n, 1)
	return c, n
}

func TestDischargeFollowsTheExponential(t *testing.T) {
	c, n := rc()
	s := solve(t, c, Options{Stop: 5}, func(time float64, v []float64) {
		if want := math.Exp(-time); math.Abs(v[n]-want) > 2e-6 {
			t.Fatalf("v(%g) = %.9g, want %.9g", time, v[n], want)
		}
	})
	if taken, _ := s.Steps(); taken > 500 {
		t.Errorf("%d steps for a single exponential", taken)
	}
}

func TestRampThroughRC(t *testing.T) {
	// A ramp of 1 V/s from t = 1 on gives v = u - 1 + exp(-u), u = t - 1.
	c := New()
	in, out := c.Node("in"), c.Node("out")
	c.Voltage("v", in, Ground, mustPWL(t, []float64{1, 4}, []float64{0, 3}))
	c.Resistor("r", in, out, 1)
	c.Capacitor("c", out, Ground, 1)
	solve(t, c, Options{Stop: 4}, func(time float64, v []float64) {
		want := 0.0
		if u := time - 1; u > 0 {
			want = u - 1 + math.Exp(-u)
		}
		if math.Abs(v[out]-want) > 2e-6 {
			t.Fatalf("v(%g) = %.9g, want %.9g", time, v[out], want)
		}
	})
}

func TestCapacitiveDividerFollowsItsSource(t *testing.T) {
	// Driven node, capacitors 1 and 3 F: a quarter of the source at once.
	c := New()
	in, out := c.Node("in"), c.Node("out")
	c.Voltage("v", in, Ground, mustPWL(t, []float64{0, 1e-3}, []float64{0, 2}))
	c.Capacitor("c1", in, out, 1)
	c.Capacitor("c2", out, Ground, 3)
	c.Initial(out, 0)
	s := solve(t, c, Options{Stop: 1}, nil)
	if v := s.Voltages()[out]; math.Abs(v-0.5) > 1e-10 {
		t.Errorf("v = %.12g, want 0.5", v)
	}
	if _, q, _ := s.Source("v"); math.Abs(q-1.5) > 1.5e-9 {
		t.Errorf("source gave %.12g C, want 1.5", q)
	}
}

func TestFloatingSourceAndResistorNetwork(t *testing.T) {
	// 10 V between two nodes that hang on 1 ohm and 4 ohm to ground.
	c := New()
	a, b := c.Node("a"), c.Node("b")
	c.Voltage("v", a, b, DC(10))
	c.Resistor("ra", a, Ground, 1)
	c.Resistor("rb", b, Ground, 4)
	s := solve(t, c, Options{Stop: 3}, nil)
	if v := s.Voltages(); math.Abs(v[a]-2) > 1e-9 || math.Abs(v[b]+8) > 1e-9 {
		t.Errorf("v = %g, %g, want 2, -8", v[a], v[b])
	}
	energy, charge, ok := s.Source("v")
	if !ok || math.Abs(energy-60) > 1e-7 || math.Abs(charge-6) > 1e-8 {
		t.Errorf("source gave %g J and %g C, want 60 and 6", energy, charge)
	}
}

func TestCurrentSourceIntegrates(t *testing.T) {
	c := New()
	n := c.Node("n")
	c.Current("i", Ground, n, mustPWL(t, []float64{0, 1, 2}, []float64{0, 1, 0}))
	c.Capacitor("c", n, Ground, 0.5)
	c.Initial(n, 0)
	// The voltage is a parabola, which any step follows exactly.
	s := solve(t, c, Options{Stop: 3}, nil)
	if v := s.Voltages()[n]; math.Abs(v-2) > 1e-10 {
		t.Errorf("v = %.12g, want 2", v)
	}
	if b := s.Balance(); math.Abs(b.Delivered-b.Stored) > 1e-9*b.Stored {
		t.Errorf("delivered %g J, stored %g J", b.Delivered, b.Stored)
	}
}

func TestStackedSources(t *testing.T) {
	// The upper source's current flows through the lower one, too.
	c := New()
	lo, hi := c.Node("lo"), c.Node("hi")
	c.Voltage("v2", lo, hi, DC(-2)) // hi = lo + 2
	c.Voltage("v1", lo, Ground, DC(1))
	c.Resistor("r", hi, Ground, 3)
	s := solve(t, c, Options{Stop: 1}, nil)
	for name, want := range map[string]float64{"v1": 1, "v2": 2} {
		if e, _, _ := s.Source(name); math.Abs(e-want) > 1e-9 {
			t.Errorf("%s delivered %g J, want %g", name, e, want)
		}
	}
}

// order returns the least-squares slope of log error over log step in five
// halvings of the largest step, with the error control out of the way.
func order(t *testing.T, c *Circuit, n Node, stop, h, want float64) float64 {
	t.Helper()
	var sx, sy, sxx, sxy float64
	const halvings = 6
	for k := range halvings {
		s := solve(t, c, Options{Stop: stop, MaxStep: h, FirstStep: h, RelTol: 1e9}, nil)
		x, y := math.Log(h), math.Log(math.Abs(s.Voltages()[n]-want))
		sx, sy, sxx, sxy = sx+x, sy+y, sxx+x*x, sxy+x*y
		if k < halvings-1 {
			h /= 2
		}
	}
	return (halvings*sxy - sx*sy) / (halvings*sxx - sx*sx)
}

func TestOrderLinear(t *testing.T) {
	c, n := rc()
	if got := order(t, c, n, 1, 0.05, math.Exp(-1)); math.Abs(got-3) > 0.1 {
		t.Errorf("order %.3f, want 3", got)
	}
}

// squareLaw draws k u|u| from its first node: C u' = -k u^2 has the solution
// u = 1/(1/u0 + kt/C).
type squareLaw struct{ k float64 }

func (e squareLaw) Eval(v, i, q, di, dq []float64) {
	u := v[0] - v[1]
	i[0] = e.k * u * math.Abs(u)
	i[1] = -i[0]
	g := 2 * e.k * math.Abs(u)
	di[0], di[1], di[2], di[3] = g, -g, -g, g
	clear(q)
	clear(dq)
}

func TestOrderNonlinear(t *testing.T) {
	c := New()
	n := c.Node("n")
	c.Add("x", squareLaw{1}, n, Ground)
	c.Capacitor("c", n, Ground, 1)
	c.Initial(n, 1)
	if got := order(t, c, n, 2, 0.1, 1.0/3); math.Abs(got-3) > 0.1 {
		t.Errorf("order %.3f, want 3", got)
	}
}

// varactor has the charge c (u + u^2/2).
type varactor struct{ c float64 }

func (e varactor) Eval(v, i, q, di, dq []float64) {
	u := v[0] - v[1]
	clear(i)
	clear(di)
	q[0] = e.c * (u + u*u/2)
	q[1] = -q[0]
	s := e.c * (1 + u)
	dq[0], dq[1], dq[2], dq[3] = s, -s, -s, s
}

func TestNonlinearChargeIsConserved(t *testing.T) {
	// A constant current of 1 A from 0 V: u + u^2/2 = t exactly, at any step,
	// because charge and not capacitance is integrated.
	c := New()
	n := c.Node("n")
	c.Current("i", Ground, n, DC(1))
	c.Add("x", varactor{1}, n, Ground)
	c.Initial(n, 0)
	solve(t, c, Options{Stop: 4, MaxStep: 1, FirstStep: 1, RelTol: 1e9}, func(time float64, v []float64) {
		if u := v[n]; math.Abs(u+u*u/2-time) > 1e-9 {
			t.Fatalf("charge %.12g C at %g s", u+u*u/2, time)
		}
	})
}

func TestChargeIsConservedInEveryStep(t *testing.T) {
	// What the source gives must sit on the far capacitor of a nonlinear
	// network with nothing to ground but capacitors.
	c := New()
	in, mid, out := c.Node("in"), c.Node("mid"), c.Node("out")
	c.Voltage("v", in, Ground, mustPWL(t, []float64{0, 0.1, 0.5, 0.6}, []float64{0, 1, 1, 0.3}))
	c.Resistor("r", in, mid, 0.1)
	c.Add("d", squareLaw{3}, mid, out)
	c.Add("x", varactor{0.2}, mid, Ground)
	c.Capacitor("c", out, Ground, 1)
	c.Initial(mid, 0)
	c.Initial(out, 0)
	s, err := NewSolver(c, Options{Stop: 2})
	if err != nil {
		t.Fatal(err)
	}
	var last, lastHeld float64
	err = s.Run(func(time float64, v []float64) error {
		_, given, _ := s.Source("v")
		held := 0.2*(v[mid]+v[mid]*v[mid]/2) + v[out]
		if math.Abs((given-last)-(held-lastHeld)) > 1e-9 {
			t.Errorf("step to %g s: %.12g C given, %.12g C held", time, given-last, held-lastHeld)
		}
		last, lastHeld = given, held
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestEnergyBalance(t *testing.T) {
	c := New()
	in, mid, out := c.Node("in"), c.Node("mid"), c.Node("out")
	c.Voltage("v", in, Ground, mustPWL(t, []float64{0, 0.01, 2, 2.01}, []float64{0, 1, 1, 0}))
	c.Resistor("r1", in, mid, 1)
	c.Capacitor("c1", mid, Ground, 0.1)
	c.Resistor("r2", mid, out, 2)
	c.Capacitor("c2", out, Ground, 1)
	c.Add("x", squareLaw{0.3}, mid, Ground)
	s := solve(t, c, Options{Stop: 4}, nil)
	b := s.Balance()
	if b.Delivered <= 0 || math.Abs(b.Delivered-b.Dissipated-b.Stored-b.Charged) > 1e-9*b.Delivered {
		t.Errorf("%+v does not balance", b)
	}
}

func TestStepsEndOnBreakpoints(t *testing.T) {
	c, _ := rc()
	w := mustPWL(t, []float64{0.1, 0.2, 0.7, 0.701}, []float64{0, 1, 1, 0})
	c.Voltage("v", c.Node("x"), Ground, w)
	want := map[float64]bool{0.1: true, 0.2: true, 0.7: true, 0.701: true, 0.33: true, 1: true}
	solve(t, c, Options{Stop: 1, Times: []float64{0.33}}, func(time float64, _ []float64) {
		delete(want, time)
	})
	if len(want) != 0 {
		t.Errorf("no step ended at %v", want)
	}
}

func TestStiffCircuitDoesNotRing(t *testing.T) {
	// Time constants 1e-9 and 1 s: after the fast one has settled, the
	// driven node must decrease monotonically at steps of 0.05 s.
	c := New()
	a, b := c.Node("a"), c.Node("b")
	c.Resistor("r1", a, b, 1e-9)
	c.Capacitor("c1", a, Ground, 1e-3)
	c.Capacitor("c2", b, Ground, 1)
	c.Resistor("r2", b, Ground, 1)
	c.Initial(a, 0)
	c.Initial(b, 1)
	last := 1.0
	solve(t, c, Options{Stop: 1, MaxStep: 0.05, FirstStep: 0.05, RelTol: 1e9}, func(time float64, v []float64) {
		if time > 0 && (v[b] >= last || math.Abs(v[a]-v[b]) > 1e-6) {
			t.Errorf("at %g s: %g V and %g V after %g V", time, v[a], v[b], last)
		}
		last = v[b]
	})
}

// broken gives a number that is none above a voltage.
type broken struct{ squareLaw }

func (e broken) Eval(v, i, q, di, dq []float64) {
	e.squareLaw.Eval(v, i, q, di, dq)
	if v[0] > 0.5 {
		i[0] = math.NaN()
	}
}

// explosive draws exp(1000 v) A: more than a float64 holds from 0.71 V on.
type explosive struct{}

func (explosive) Eval(v, i, q, di, dq []float64) {
	clear(q)
	clear(dq)
	g := 1000 * math.Exp(1000*(v[0]-v[1]))
	i[0], i[1] = g/1000, -g/1000
	di[0], di[1], di[2], di[3] = g, -g, -g, g
}

// jump feeds 1 A into its first node below 0.3 V and draws 1 A above: on a
// resistor of 1 ohm neither side is a solution.
type jump struct{}

func (jump) Eval(v, i, q, di, dq []float64) {
	clear(q)
	clear(dq)
	clear(di)
	i[0] = -1
	if v[0] > 0.3 {
		i[0] = 1
	}
	i[1] = -i[0]
}

func TestErrorsNameTheCulprit(t *testing.T) {
	ramp := mustPWL(t, []float64{0, 1}, []float64{0, 1})
	tests := []struct {
		name  string
		build func(c *Circuit)
		want  []string
	}{
		{"floating node", func(c *Circuit) {
			c.Capacitor("c", c.Node("lost"), Ground, 1)
		}, []string{"node lost", "singular"}},
		{"floating pair", func(c *Circuit) {
			c.Resistor("r", c.Node("p"), c.Node("q"), 3)
			c.Resistor("s", c.Node("q"), c.Node("p"), 7)
		}, []string{"node", "singular"}},
		{"source loop", func(c *Circuit) {
			c.Voltage("v1", c.Node("a"), Ground, DC(1))
			c.Voltage("v2", c.Node("a"), Ground, DC(1))
		}, []string{"v2", "loop"}},
		{"driven initial", func(c *Circuit) {
			c.Voltage("v1", c.Node("a"), Ground, DC(1))
			c.Initial(c.Node("a"), 0)
		}, []string{"node a"}},
		{"not a number", func(c *Circuit) {
			c.Voltage("v", c.Node("a"), Ground, ramp)
			c.Resistor("r", c.Node("a"), c.Node("b"), 1e-3)
			c.Add("culprit", broken{}, c.Node("b"), Ground)
		}, []string{"culprit", "not a number", " s:"}},
		{"overflow", func(c *Circuit) {
			c.Voltage("v", c.Node("a"), Ground, ramp)
			c.Add("culprit", explosive{}, c.Node("a"), Ground)
		}, []string{"culprit", "not a number", "at 0.7"}},
		{"no solution", func(c *Circuit) {
			c.Voltage("v", c.Node("a"), Ground, ramp)
			c.Resistor("r", c.Node("a"), c.Node("b"), 1)
			c.Add("x", jump{}, c.Node("b"), Ground)
		}, []string{"node b"}},
		{"negative resistor", func(c *Circuit) {
			c.Resistor("r9", c.Node("a"), Ground, -1)
		}, []string{"r9", "-1"}},
		{"same name", func(c *Circuit) {
			c.Voltage("v1", c.Node("a"), Ground, DC(1))
			c.Voltage("v1", c.Node("b"), Ground, DC(1))
		}, []string{"v1", "taken"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c := New()
			test.build(c)
			s, err := NewSolver(c, Options{Stop: 1})
			if err == nil {
				err = s.Run(nil)
			}
			if err == nil {
				t.Fatal("no error")
			}
			for _, part := range test.want {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("error %q does not say %q", err, part)
				}
			}
		})
	}
}

func TestStepUnderflow(t *testing.T) {
	c, _ := rc()
	s, err := NewSolver(c, Options{Stop: 1, MinStep: 0.01, RelTol: 1e-12, AbsTol: 1e-12})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Run(nil); err == nil || !strings.Contains(err.Error(), "step fell below") {
		t.Errorf("error %v, want a step underflow", err)
	}
}

func TestVisitEndsTheRun(t *testing.T) {
	c, _ := rc()
	s, err := NewSolver(c, Options{Stop: 1})
	if err != nil {
		t.Fatal(err)
	}
	stop := errors.New("enough")
	if err := s.Run(func(float64, []float64) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("error %v, want %v", err, stop)
	}
}

func TestStepsDoNotAllocate(t *testing.T) {
	c, _ := rc()
	c.Add("x", squareLaw{1}, c.Node("out"), Ground)
	s, err := NewSolver(c, Options{Stop: 1e6, MaxStep: 1e-3})
	if err != nil {
		t.Fatal(err)
	}
	if n := testing.AllocsPerRun(100, func() {
		if _, err := s.step(1e-3, 1e6); err != nil {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("%g allocations a step", n)
	}
}
