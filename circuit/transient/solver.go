package transient

import (
	"errors"
	"fmt"
	"math"
	"sort"
)

// Options control a run. The zero value of every field but Stop is its default.
type Options struct {
	// Stop is the end of the run in s, > 0.
	Stop float64
	// RelTol and AbsTol (V) bound the local error of every node voltage in
	// every step: AbsTol + RelTol |v|. Default 1e-6 and 1e-8 V.
	RelTol, AbsTol float64
	// MaxStep in s; default Stop/20.
	MaxStep float64
	// MinStep in s is where a run gives up; default Stop*1e-15.
	MinStep float64
	// FirstStep in s is tried at the start; default the smaller of MaxStep
	// and an eighth of the time to the first breakpoint.
	FirstStep float64
	// Times are further instants in s, in any order, at which a step ends.
	Times []float64
}

func (o *Options) complete() error {
	if !(o.Stop > 0) || !isFinite(o.Stop) {
		return fmt.Errorf("stop time %g s must be positive and finite", o.Stop)
	}
	for _, p := range []struct {
		name     string
		value    *float64
		fallback float64
	}{
		{"relative tolerance", &o.RelTol, 1e-6},
		{"absolute tolerance", &o.AbsTol, 1e-8},
		{"largest step", &o.MaxStep, o.Stop / 20},
		{"smallest step", &o.MinStep, o.Stop * 1e-15},
	} {
		if *p.value == 0 {
			*p.value = p.fallback
		}
		if !(*p.value > 0) {
			return fmt.Errorf("%s %g must be positive", p.name, *p.value)
		}
	}
	return nil
}

// Coefficients of Alexander's method: gamma is the root near 0.4359 of
// x^3 - 3x^2 + 3x/2 - 1/6.
const (
	stages = 3
	gamma  = 0.435866521508458999416019451193556842529
)

var (
	coeffC = [stages]float64{gamma, (1 + gamma) / 2, 1}
	coeffA = [stages][stages]float64{
		{gamma, 0, 0},
		{(1 - gamma) / 2, gamma, 0},
		{-(6*gamma*gamma - 16*gamma + 1) / 4, (6*gamma*gamma - 20*gamma + 5) / 4, gamma},
	}
	// coeffE is the last row of coeffA minus the weights of the embedded
	// method of order two, which sum to 1 and have the moment 1/2.
	coeffE = embedded()
)

func embedded() (e [stages]float64) {
	second := (0.5 - coeffC[0]) / (coeffC[1] - coeffC[0])
	e = coeffA[stages-1]
	e[0] -= 1 - second
	e[1] -= second
	return e
}

// drivenNode is a node whose voltage a source prescribes.
type drivenNode struct {
	node, parent Node
	sign         float64 // +1 where the node is the positive terminal
	wave         Waveform
	source       int // index into vsources
}

// A Solver runs one circuit. It is not safe for concurrent use.
type Solver struct {
	circuit    *Circuit
	options    Options
	driven     []drivenNode // parents before children
	components []*component
	loose      []*instance // elements without an unknown on any terminal
	volts      []float64   // by node
	breaks     []float64   // ascending, the last one is Stop
	time       float64
	steps      int
	rejected   int

	account account
}

// NewSolver prepares a run of c from time 0: it finds what determines which
// node, and the operating point of the nodes without an initial voltage. It
// fails where the circuit has a mistake or no such point.
func NewSolver(c *Circuit, o Options) (*Solver, error) {
	if c.err != nil {
		return nil, c.err
	}
	if err := o.complete(); err != nil {
		return nil, err
	}
	s := &Solver{circuit: c, options: o, volts: make([]float64, len(c.names))}
	if err := s.partition(); err != nil {
		return nil, err
	}
	s.account.init(c)
	s.collectBreaks()
	if err := s.start(); err != nil {
		return nil, fmt.Errorf("operating point at time 0: %w", err)
	}
	return s, nil
}

// collectBreaks gathers the breakpoints of all waveforms, the extra times and
// the stop time. Those closer than rounding to each other become one.
func (s *Solver) collectBreaks() {
	stop := s.options.Stop
	var all []float64
	for _, list := range [][]source{s.circuit.vsources, s.circuit.isources} {
		for _, src := range list {
			all = src.wave.Breakpoints(all, stop)
		}
	}
	for _, t := range s.options.Times {
		if t > 0 && t < stop {
			all = append(all, t)
		}
	}
	sort.Float64s(all)
	near := 1e-15 * stop
	last := 0.0
	for _, t := range all {
		if t-last > near && stop-t > near {
			s.breaks = append(s.breaks, t)
			last = t
		}
	}
	s.breaks = append(s.breaks, stop)
}

// drive sets the driven nodes to their voltages at time t.
func (s *Solver) drive(t float64) {
	for _, d := range s.driven {
		s.volts[d.node] = s.volts[d.parent] + d.sign*d.wave.At(t)
	}
}

// start finds the operating point.
func (s *Solver) start() error {
	s.drive(0)
	for _, c := range s.components {
		for k, n := range c.nodes {
			if v, ok := s.circuit.initial[n]; ok {
				c.x[k], c.held[k] = v, true
			}
		}
		if err := c.newton(s, 0, 0); err != nil {
			return err
		}
		copy(c.x0, c.x)
		copy(c.q0, c.q)
		for _, in := range c.instances {
			copy(in.q0, in.q)
		}
	}
	for _, in := range s.loose {
		in.evaluate(s.volts)
		copy(in.q0, in.q)
	}
	copy(s.account.at[0], s.volts)
	s.account.storedAtStart = s.stored()
	return nil
}

// Time returns the time reached in s.
func (s *Solver) Time() float64 { return s.time }

// Voltages returns the voltages in V at the time reached, by node. The slice
// is reused by the next step.
func (s *Solver) Voltages() []float64 { return s.volts }

// Steps returns the number of steps taken and of steps tried and rejected.
func (s *Solver) Steps() (taken, rejected int) { return s.steps, s.rejected }

// Run steps from the time reached to Stop and calls visit, unless it is nil, at
// both ends of every step. It ends early with the error that visit returns. The
// slice given to visit holds the voltages in V by node and is reused.
func (s *Solver) Run(visit func(t float64, volts []float64) error) error {
	if visit != nil {
		if err := visit(s.time, s.volts); err != nil {
			return err
		}
	}
	h := s.options.FirstStep
	for _, end := range s.breaks {
		if end <= s.time {
			continue
		}
		span := math.Min(s.options.MaxStep, (end-s.time)/8)
		if h == 0 || s.steps > 0 {
			h = span
		}
		for s.time < end {
			next, err := s.step(h, end)
			if err != nil {
				return err
			}
			h = next
			if visit != nil {
				if err := visit(s.time, s.volts); err != nil {
					return err
				}
			}
		}
		for _, c := range s.components {
			clear(c.slope)
		}
	}
	return nil
}

// Step control.
const (
	safety    = 0.9
	maxGrowth = 5
	maxShrink = 0.2
)

// step takes one step of at most h that does not pass end, and returns the
// length to try next.
func (s *Solver) step(h, end float64) (next float64, err error) {
	for {
		h = math.Min(h, s.options.MaxStep)
		if left := end - s.time; h >= left*(1-1e-9) {
			h = left
		} else if 2*h > left {
			h = left / 2
		}
		worst, err := s.try(h)
		switch {
		case err == nil && worst <= 1:
			s.finish(h, end)
			return h * math.Min(maxGrowth, safety*math.Pow(math.Max(worst, 1e-6), -1.0/3)), nil
		case err == nil:
			h *= math.Max(maxShrink, safety*math.Pow(worst, -1.0/3))
		case errors.Is(err, errNoConvergence):
			h *= maxShrink
		default:
			return 0, fmt.Errorf("at %.9g s: %w", s.time, err)
		}
		s.rejected++
		if h < s.options.MinStep {
			if err == nil {
				err = fmt.Errorf("local error is %.3g times the tolerance", worst)
			}
			return 0, fmt.Errorf("at %.9g s: step fell below %.3g s: %w", s.time, s.options.MinStep, err)
		}
	}
}

// try computes the stages of a step of length h and its largest local error
// relative to the tolerance.
func (s *Solver) try(h float64) (worst float64, err error) {
	for k := range stages {
		t := s.time + coeffC[k]*h
		s.drive(t)
		for _, d := range s.driven {
			s.account.at[k+1][d.node] = s.volts[d.node]
		}
		for _, c := range s.components {
			if err := c.advance(s, k, s.time, h); err != nil {
				return 0, err
			}
		}
		for _, in := range s.loose {
			in.evaluate(s.volts)
			if !in.finite() {
				return 0, fmt.Errorf("element %s: current or charge is not a number", in.name)
			}
			in.record(k)
		}
	}
	for _, c := range s.components {
		e, err := c.localError(s, s.time, h)
		if err != nil {
			return 0, err
		}
		if !(e <= worst) {
			worst = e
		}
	}
	if math.IsNaN(worst) {
		return 0, errors.New("local error is not a number")
	}
	return worst, nil
}

// finish accepts the step just tried.
func (s *Solver) finish(h, end float64) {
	s.book(h)
	for _, c := range s.components {
		c.accept(h)
	}
	if s.time+h >= end*(1-1e-16) || end-s.time <= h {
		s.time = end
	} else {
		s.time += h
	}
	s.steps++
}
