package transient

import (
	"errors"
	"fmt"
	"math"
)

// instance is an element in place: its terminals, and what it did in the three
// stages of the current step.
type instance struct {
	element
	local []int // unknown of each terminal in its component, or -1

	v, i, q, di, dq []float64 // arguments of the last evaluation
	q0              []float64 // charges at the start of the step
	stage           [stages]terminalRecord

	dissipated, charged float64 // energies in J since the start
}

// terminalRecord holds current and charge of each terminal in one stage.
type terminalRecord struct{ i, q []float64 }

func newInstance(e element) *instance {
	k := len(e.nodes)
	buf := make([]float64, 4*k+2*k*k+2*stages*k)
	take := func(n int) []float64 {
		s := buf[:n:n]
		buf = buf[n:]
		return s
	}
	in := &instance{element: e, local: make([]int, k)}
	in.v, in.i, in.q, in.q0 = take(k), take(k), take(k), take(k)
	in.di, in.dq = take(k*k), take(k*k)
	for s := range in.stage {
		in.stage[s] = terminalRecord{take(k), take(k)}
	}
	return in
}

// evaluate calls the model at the node voltages.
func (in *instance) evaluate(volts []float64) {
	for t, n := range in.nodes {
		in.v[t] = volts[n]
	}
	in.model.Eval(in.v, in.i, in.q, in.di, in.dq)
}

// finite reports whether the last evaluation gave numbers only.
func (in *instance) finite() bool {
	sum := 0.0
	for t := range in.i {
		sum += in.i[t] + in.q[t]
	}
	return isFinite(sum)
}

// record keeps the last evaluation as that of stage s.
func (in *instance) record(s int) {
	copy(in.stage[s].i, in.i)
	copy(in.stage[s].q, in.q)
}

// branch is a voltage source whose current is an unknown.
type branch struct {
	source
	pos, neg int // unknowns of its nodes, or -1
}

// component is a set of unknowns that no other unknown acts on.
type component struct {
	nodes     []Node   // the first unknowns: their voltages
	branches  []branch // the others: source currents
	instances []*instance
	currents  []injection
	nonlinear bool
	held      []bool // unknowns fixed at time 0

	x, x0, slope []float64         // unknowns now, at the start of the step, and dx/dt at its end
	at           [stages][]float64 // unknowns in each stage
	flow         [stages][]float64 // charging current of each row in each stage
	q, q0, i     []float64         // charge now and at the start of the step, current out of each row
	target       []float64         // charge of each row that the stage starts from
	size         []float64         // magnitude of the terms of each row
	step         []float64         // Newton step, then error estimate
	matrix       lu
	ready        bool // matrix holds factors
}

// injection is the current of an independent source into a row.
type injection struct {
	row  int
	sign float64
	wave Waveform
}

var errNoConvergence = errors.New("no convergence of Newton's method")

func (c *component) init() error {
	n := len(c.nodes) + len(c.branches)
	if n > MaxUnknowns {
		return fmt.Errorf("%d unknowns are connected, more than %d", n, MaxUnknowns)
	}
	for _, p := range []*[]float64{&c.x, &c.x0, &c.slope, &c.q, &c.q0, &c.i, &c.target, &c.size, &c.step} {
		*p = make([]float64, n)
	}
	for s := range stages {
		c.at[s], c.flow[s] = make([]float64, n), make([]float64, n)
	}
	c.held = make([]bool, n)
	c.matrix = newLU(n)
	return nil
}

// name returns what unknown k is called in errors.
func (c *component) name(s *Solver, k int) string {
	if k < len(c.nodes) {
		return "node " + s.circuit.names[c.nodes[k]]
	}
	return "source " + c.branches[k-len(c.nodes)].name
}

// load evaluates every element at the unknowns x and time t. It leaves each
// row's charge in q, its current (out of the node) in i, and in matrix the
// derivatives of i + q*rate.
func (c *component) load(s *Solver, t, rate float64) error {
	n := len(c.x)
	a := c.matrix.a
	clear(a)
	clear(c.q)
	clear(c.i)
	clear(c.size)
	c.ready = false
	for k, node := range c.nodes {
		s.volts[node] = c.x[k]
	}
	for _, in := range c.instances {
		in.evaluate(s.volts)
		if !in.finite() {
			return fmt.Errorf("element %s: current or charge is not a number", in.name)
		}
		k := len(in.local)
		for t, row := range in.local {
			if row < 0 {
				continue
			}
			c.i[row] += in.i[t]
			c.q[row] += in.q[t]
			c.size[row] += math.Abs(in.i[t]) + float64(rate*math.Abs(in.q[t]))
			for u, col := range in.local {
				if col >= 0 {
					a[row*n+col] += in.di[t*k+u] + float64(rate*in.dq[t*k+u])
				}
			}
		}
	}
	for _, src := range c.currents {
		w := src.wave.At(t)
		c.i[src.row] += src.sign * w
		c.size[src.row] += math.Abs(w)
	}
	c.loadBranches(s, t)
	return nil
}

// loadBranches adds the voltage sources with a current of their own: the
// current to both nodes, and the equation v(pos) - v(neg) = w(t) as their row.
func (c *component) loadBranches(s *Solver, t float64) {
	n, a := len(c.x), c.matrix.a
	for k, b := range c.branches {
		row := len(c.nodes) + k
		current := c.x[row]
		w := b.wave.At(t)
		pos, neg := s.volts[b.source.pos], s.volts[b.source.neg]
		c.i[row] = pos - neg - w
		c.size[row] = math.Abs(pos) + math.Abs(neg) + math.Abs(w)
		if b.pos >= 0 {
			c.i[b.pos] -= current
			c.size[b.pos] += math.Abs(current)
			a[b.pos*n+row]--
			a[row*n+b.pos]++
		}
		if b.neg >= 0 {
			c.i[b.neg] += current
			c.size[b.neg] += math.Abs(current)
			a[b.neg*n+row]++
			a[row*n+b.neg]--
		}
	}
}

// Bounds of Newton's method.
const (
	maxIterations = 60
	maxNewtonStep = 0.5   // V per iteration where there is a nonlinear element
	newtonTol     = 1e-12 // V of residual left, relative to the row's diagonal
	roundoff      = 1e-14 // of the terms of a row
)

// residual writes minus the residual of stage s to step, and reports whether
// it is within tolerance. Rows are currents: (q - target)/(h gamma) + i.
func (c *component) residual(rate float64) (converged bool) {
	n := len(c.x)
	converged = true
	for r := range n {
		f := c.i[r]
		if r < len(c.nodes) {
			f += float64(rate * (c.q[r] - c.target[r]))
		}
		c.step[r] = -f
		diag := math.Abs(c.matrix.a[r*n+r])
		if r >= len(c.nodes) {
			diag = 1
		}
		if !(math.Abs(f) <= float64(newtonTol*diag)+float64(roundoff*(c.size[r]+float64(rate*math.Abs(c.target[r]))))) {
			converged = false
		}
	}
	return converged
}

// newton solves i(x, t) + rate (q(x) - target) = 0 from the x at hand. At rate
// 0, an operating point, held unknowns stay and the matrix is always factored,
// so that a node which nothing determines is found.
func (c *component) newton(s *Solver, t, rate float64) error {
	for k := range maxIterations {
		if err := c.load(s, t, rate); err != nil {
			return err
		}
		converged := c.residual(rate)
		if rate == 0 {
			converged = c.hold()
		}
		if converged && (rate > 0 || k > 0) {
			return nil
		}
		if err := c.factor(s); err != nil {
			return err
		}
		c.matrix.solve(c.step)
		damp := 1.0
		if c.nonlinear {
			largest := 0.0
			for r := range c.nodes {
				largest = math.Max(largest, math.Abs(c.step[r]))
			}
			if largest > maxNewtonStep {
				damp = maxNewtonStep / largest
			}
		}
		for r, d := range c.step {
			c.x[r] += damp * d
		}
	}
	return fmt.Errorf("%s: %w in %d iterations", c.worst(s), errNoConvergence, maxIterations)
}

// hold fixes the held unknowns by replacing their equations, and reports
// whether the remaining ones are solved.
func (c *component) hold() bool {
	n := len(c.x)
	converged := true
	for r, held := range c.held {
		if held {
			clear(c.matrix.a[r*n : r*n+n])
			c.matrix.a[r*n+r] = 1
			c.step[r] = 0
			continue
		}
		diag := math.Abs(c.matrix.a[r*n+r])
		if r >= len(c.nodes) {
			diag = 1
		}
		converged = converged && math.Abs(c.step[r]) <= float64(newtonTol*diag)+float64(roundoff*c.size[r])
	}
	return converged
}

func (c *component) factor(s *Solver) error {
	if k := c.matrix.factor(); k >= 0 {
		return fmt.Errorf("%s: singular matrix, nothing determines it", c.name(s, k))
	}
	c.ready = true
	return nil
}

// worst names the unknown that moved most in the last iteration.
func (c *component) worst(s *Solver) string {
	k := 0
	for r, d := range c.step {
		if math.Abs(d) > math.Abs(c.step[k]) {
			k = r
		}
	}
	return c.name(s, k)
}

// advance takes stage k of a step of length h from time t.
func (c *component) advance(s *Solver, k int, t, h float64) error {
	c.predict(k, h)
	for r := range c.nodes {
		c.target[r] = c.q0[r]
		for j := range k {
			c.target[r] += float64(h * coeffA[k][j] * c.flow[j][r])
		}
	}
	if err := c.newton(s, t+float64(coeffC[k]*h), 1/(h*gamma)); err != nil {
		return err
	}
	copy(c.at[k], c.x)
	for r := range c.nodes {
		c.flow[k][r] = -c.i[r]
	}
	for _, in := range c.instances {
		in.record(k)
	}
	return nil
}

// predict sets x to a guess for stage k: the polynomial through the stages
// before it, and for the first one the slope at the end of the last step.
func (c *component) predict(k int, h float64) {
	switch k {
	case 0:
		for r := range c.x {
			c.x[r] = c.x0[r] + float64(gamma*h*c.slope[r])
		}
	case 1:
		for r := range c.x {
			c.x[r] = c.x0[r] + float64((c.at[0][r]-c.x0[r])*(coeffC[1]/coeffC[0]))
		}
	default:
		for r := range c.x {
			first := (c.at[0][r] - c.x0[r]) / coeffC[0]
			second := (c.at[1][r] - c.x0[r]) / coeffC[1]
			bend := (second - first) / (coeffC[1] - coeffC[0])
			c.x[r] = c.x0[r] + first + float64(bend*(1-coeffC[0]))
		}
	}
}

// localError returns the largest local error of a node voltage over its
// tolerance: the difference to the embedded method of order two, a charge,
// turned into a voltage by the matrix of the last stage.
func (c *component) localError(s *Solver, t, h float64) (float64, error) {
	if !c.ready {
		if err := c.load(s, t+h, 1/(h*gamma)); err != nil {
			return 0, err
		}
		if err := c.factor(s); err != nil {
			return 0, err
		}
	}
	clear(c.step)
	for r := range c.nodes {
		for k := range stages {
			c.step[r] += coeffE[k] * c.flow[k][r]
		}
		c.step[r] /= gamma
	}
	c.matrix.solve(c.step)
	largest := 0.0
	for r := range c.nodes {
		v := math.Max(math.Abs(c.x[r]), math.Abs(c.x0[r]))
		e := math.Abs(c.step[r]) / (s.options.AbsTol + s.options.RelTol*v)
		if !(e <= largest) {
			largest = e
		}
	}
	return largest, nil
}

// accept makes the end of the step the start of the next one.
func (c *component) accept(h float64) {
	for r := range c.x {
		c1, c2 := coeffC[0], coeffC[1]
		a, b, d := c.at[0][r], c.at[1][r], c.x[r]
		// Slope at 1 of the parabola through (c1, a), (c2, b) and (1, d).
		first := (b - a) / (c2 - c1)
		bend := ((d-b)/(1-c2) - first) / (1 - c1)
		c.slope[r] = (first + float64(bend*(2-c1-c2))) / h
	}
	copy(c.x0, c.x)
	copy(c.q0, c.q)
}
