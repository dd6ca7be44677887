package transient

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// network draws a random circuit: a source behind a resistor, and nodes each
// joined to an earlier one by a resistor or a square-law element and held by a
// linear capacitor or a varactor. It returns the nodes and a function of their
// voltages that gives the charge they hold.
func network(t *testing.T, rng *rand.Rand) (c *Circuit, held func(v []float64) float64) {
	t.Helper()
	c = New()
	in := c.Node("in")
	level := 0.5 + rng.Float64()
	c.Voltage("v", in, Ground, mustPWL(t, []float64{0, 0.1, 1, 1.1}, []float64{0, level, level, 0.3 * level}))
	nodes := []Node{c.Node("n0")}
	c.Resistor("r0", in, nodes[0], 0.2+rng.Float64())
	var charges []func(v []float64) float64
	for k := range 2 + rng.IntN(4) {
		n := nodes[k]
		size := 0.1 + rng.Float64()
		if rng.IntN(2) == 0 {
			c.Capacitor(fmt.Sprint("c", k), n, Ground, size)
			charges = append(charges, func(v []float64) float64 { return size * v[n] })
		} else {
			c.Add(fmt.Sprint("x", k), varactor{size}, n, Ground)
			charges = append(charges, func(v []float64) float64 { return size * (v[n] + v[n]*v[n]/2) })
		}
		c.Initial(n, 0)
		next := c.Node(fmt.Sprint("n", k+1))
		from := nodes[rng.IntN(len(nodes))]
		if rng.IntN(2) == 0 {
			c.Resistor(fmt.Sprint("r", k+1), from, next, 0.2+rng.Float64())
		} else {
			c.Add(fmt.Sprint("d", k), squareLaw{0.2 + rng.Float64()}, from, next)
		}
		nodes = append(nodes, next)
	}
	last := nodes[len(nodes)-1]
	c.Capacitor("last", last, Ground, 1)
	c.Initial(last, 0)
	charges = append(charges, func(v []float64) float64 { return v[last] })
	return c, func(v []float64) (q float64) {
		for _, f := range charges {
			q += f(v)
		}
		return q
	}
}

// In twenty random circuits and all their steps, no node loses charge, what the
// source gave is what the capacitors hold, and the energy it gave is what is
// dissipated and stored.
func TestConservation(t *testing.T) {
	var worst struct{ node, charge, energy float64 } // relative errors
	for seed := range uint64(20) {
		c, held := network(t, rand.New(rand.NewPCG(seed, 1)))
		s, err := NewSolver(c, Options{Stop: 2, RelTol: 1e-9, AbsTol: 1e-11})
		if err != nil {
			t.Fatal(err)
		}
		lost, most := make([]float64, len(c.names)), make([]float64, len(c.names))
		var last, given, delivered float64
		err = s.Run(func(time float64, v []float64) error {
			loseCharge(s, time-last, lost, most)
			last = time
			_, q, _ := s.Source("v")
			given = max(given, math.Abs(q), 1e-3)
			worst.charge = max(worst.charge, math.Abs(q-held(v))/given)
			b := s.Balance()
			delivered = max(delivered, math.Abs(b.Delivered), 1e-3)
			worst.energy = max(worst.energy, math.Abs(b.Delivered-b.Dissipated-b.Stored-b.Charged)/delivered)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		for n := range lost {
			if lost[n] > 0 {
				worst.node = max(worst.node, lost[n]/most[n])
			}
		}
	}
	t.Logf("relative errors %+v", worst)
	if !(worst.node <= 1e-12) {
		t.Errorf("a node loses %.1e of its charge in a step", worst.node)
	}
	if !(worst.charge <= 1e-9) {
		t.Errorf("charge is off by %.1e of what was given", worst.charge)
	}
	if !(worst.energy <= 1e-9) {
		t.Errorf("energy is off by %.1e of what was given", worst.energy)
	}
}

// loseCharge keeps, by node that no source drives, the largest charge that
// Kirchhoff's current law lacks in the last stage of the step of length h just
// taken, and the largest charge that the node has held.
func loseCharge(s *Solver, h float64, lost, most []float64) {
	for _, c := range s.components {
		for r, n := range c.nodes {
			if h > 0 {
				lost[n] = max(lost[n], math.Abs(c.q[r]-c.target[r]+h*gamma*c.i[r]))
			}
			most[n] = max(most[n], math.Abs(c.q[r]))
		}
	}
}

// powerLaw draws k u^p from its first node, for u > 0.
type powerLaw struct{ k, p float64 }

func (e powerLaw) Eval(v, i, q, di, dq []float64) {
	u := max(v[0]-v[1], 1e-9)
	i[0] = e.k * math.Pow(u, e.p)
	i[1] = -i[0]
	g := e.k * e.p * math.Pow(u, e.p-1)
	di[0], di[1], di[2], di[3] = g, -g, -g, g
	clear(q)
	clear(dq)
}

// Halving the step divides the error by 2^3 in circuits with a closed form.
func TestOrder(t *testing.T) {
	discharge := func(e Element, u0 float64) func(c *Circuit) Node {
		return func(c *Circuit) Node {
			n := c.Node("n")
			c.Add("x", e, n, Ground)
			c.Capacitor("c", n, Ground, 1)
			c.Initial(n, u0)
			return n
		}
	}
	for _, test := range []struct {
		name    string
		build   func(c *Circuit) Node
		stop, h float64
		want    float64
	}{
		// u' = -u^3: u = 1/sqrt(1/u0^2 + 2t)
		{"cubic", discharge(powerLaw{1, 3}, 1), 1.5, 0.1, 0.5},
		// u' = -u^1.5: u = (1/sqrt(u0) + t/2)^-2
		{"power of 1.5", discharge(powerLaw{1, 1.5}, 1), 2, 0.1, 0.25},
		// u' = -sqrt(u): u = (sqrt(u0) - t/2)^2
		{"square root", discharge(powerLaw{1, 0.5}, 4), 2, 0.1, 1},
		// A node behind 1 ohm from 1 V: u = 1 - exp(-t).
		{"charging", func(c *Circuit) Node {
			in, n := c.Node("in"), c.Node("n")
			c.Voltage("v", in, Ground, DC(1))
			c.Resistor("r", in, n, 1)
			c.Capacitor("c", n, Ground, 1)
			c.Initial(n, 0)
			return n
		}, 1, 0.05, 1 - math.Exp(-1)},
		// Two capacitors of 1 F, the first charged to 1 V, across 1 ohm:
		// u = (1 + exp(-2t))/2.
		{"sharing", func(c *Circuit) Node {
			a, b := c.Node("a"), c.Node("b")
			c.Resistor("r", a, b, 1)
			c.Capacitor("ca", a, Ground, 1)
			c.Capacitor("cb", b, Ground, 1)
			c.Initial(a, 1)
			c.Initial(b, 0)
			return a
		}, 1, 0.05, (1 + math.Exp(-2)) / 2},
		// 1 A into 1 F beside 1 ohm: u = 1 - exp(-t).
		{"current source", func(c *Circuit) Node {
			n := c.Node("n")
			c.Current("i", Ground, n, DC(1))
			c.Resistor("r", n, Ground, 1)
			c.Capacitor("c", n, Ground, 1)
			c.Initial(n, 0)
			return n
		}, 1, 0.05, 1 - math.Exp(-1)},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := New()
			n := test.build(c)
			if got := order(t, c, n, test.stop, test.h, test.want); math.Abs(got-3) > 0.1 {
				t.Errorf("order %.3f, want 3", got)
			}
		})
	}
}
