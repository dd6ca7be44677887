package transient

// Balance is the energy account of a run since time 0, in J. Delivered equals
// Dissipated + Stored + Charged but for the tolerance of Newton's method.
type Balance struct {
	Delivered  float64 // by all sources
	Dissipated float64 // by currents through resistors and nonlinear elements
	Stored     float64 // gain of C V^2/2 over the linear capacitors, in closed form
	Charged    float64 // work done on the charges of nonlinear elements
}

// account holds what the sources gave, and what the current step needs for it.
type account struct {
	energy, charge []float64 // by voltage source, then by current source
	index          map[string]int
	storedAtStart  float64

	// By node: the voltage at the start of the step and in its stages; the
	// voltage that the charge moved up to a stage counts with; and, for
	// driven nodes, the charge that has left into the elements up to a stage.
	at           [stages + 1][]float64
	level, moved [stages][]float64
}

func (a *account) init(c *Circuit) {
	n := len(c.vsources) + len(c.isources)
	a.energy, a.charge = make([]float64, n), make([]float64, n)
	a.index = make(map[string]int, n)
	for k, src := range c.vsources {
		a.index[src.name] = k
	}
	for k, src := range c.isources {
		a.index[src.name] = len(c.vsources) + k
	}
	for k := range a.at {
		a.at[k] = make([]float64, len(c.names))
	}
	for k := range stages {
		a.level[k], a.moved[k] = make([]float64, len(c.names)), make([]float64, len(c.names))
	}
}

// Source returns the energy in J that the named source has delivered and the
// charge in C that has left it by its positive terminal, into the circuit.
func (s *Solver) Source(name string) (energy, charge float64, ok bool) {
	k, ok := s.account.index[name]
	if !ok {
		return 0, 0, false
	}
	return s.account.energy[k], s.account.charge[k], true
}

// Balance returns the energy account.
func (s *Solver) Balance() Balance {
	b := Balance{Stored: s.stored() - s.account.storedAtStart}
	for _, e := range s.account.energy {
		b.Delivered += e
	}
	s.each(func(in *instance) {
		b.Dissipated += in.dissipated
		if in.linear == nil {
			b.Charged += in.charged
		}
	})
	return b
}

// each calls f for every element.
func (s *Solver) each(f func(*instance)) {
	for _, c := range s.components {
		for _, in := range c.instances {
			f(in)
		}
	}
	for _, in := range s.loose {
		f(in)
	}
}

// stored returns the energy in the linear capacitors in J.
func (s *Solver) stored() float64 {
	sum := 0.0
	s.each(func(in *instance) {
		if in.linear != nil {
			u := s.volts[in.nodes[0]] - s.volts[in.nodes[1]]
			sum += float64(in.linear.capacitance * u * u / 2)
		}
	})
	return sum
}

// book adds the step of length h that was just tried to the account of every
// element and every source.
func (s *Solver) book(h float64) {
	a := &s.account
	for _, c := range s.components {
		for k := range stages {
			for r, n := range c.nodes {
				a.at[k+1][n] = c.at[k][r]
			}
		}
	}
	for k := range stages {
		clear(a.moved[k])
		for n := range a.level[k] {
			a.level[k][n] = coeffW[0][k+1]*a.at[0][n] + coeffW[1][k+1]*a.at[1][n] +
				coeffW[2][k+1]*a.at[2][n] + coeffW[3][k+1]*a.at[3][n]
		}
	}
	s.each(func(in *instance) { in.book(a, h) })
	s.bookCurrentSources(h)
	s.bookBranches(h)
	s.bookDriven()
	a.at[0], a.at[stages] = a.at[stages], a.at[0]
}

// book adds the work on the element's currents and charges over a step.
func (in *instance) book(a *account, h float64) {
	for t, n := range in.nodes {
		for k := range stages {
			through := 0.0
			for j := range k + 1 {
				through += float64(h * coeffA[k][j] * in.stage[j].i[t])
			}
			onto := in.stage[k].q[t] - in.q0[t]
			in.dissipated += float64(a.level[k][n] * through)
			in.charged += float64(a.level[k][n] * onto)
			if in.local[t] < 0 {
				a.moved[k][n] += through + onto
			}
		}
	}
	copy(in.q0, in.stage[stages-1].q)
}

func (s *Solver) bookCurrentSources(h float64) {
	a, base := &s.account, len(s.circuit.vsources)
	for j, src := range s.circuit.isources {
		var w [stages]float64
		for k := range stages {
			w[k] = src.wave.At(s.time + float64(coeffC[k]*h))
		}
		for k := range stages {
			q := float64(h * upTo(k, &w))
			a.moved[k][src.pos] += q
			a.moved[k][src.neg] -= q
			a.energy[base+j] += float64(q * (a.level[k][src.neg] - a.level[k][src.pos]))
			if k == stages-1 {
				a.charge[base+j] -= q
			}
		}
	}
}

func (s *Solver) bookBranches(h float64) {
	a := &s.account
	for _, c := range s.components {
		for j, b := range c.branches {
			id, row := a.index[b.name], len(c.nodes)+j
			w := [stages]float64{c.at[0][row], c.at[1][row], c.at[2][row]}
			for k := range stages {
				q := float64(h * upTo(k, &w))
				a.moved[k][b.source.pos] -= q
				a.moved[k][b.source.neg] += q
				a.energy[id] += float64(q * (a.level[k][b.source.pos] - a.level[k][b.source.neg]))
				if k == stages-1 {
					a.charge[id] += q
				}
			}
		}
	}
}

// bookDriven passes the charge of each driven node on to its source and the
// source's other terminal, children before parents.
func (s *Solver) bookDriven() {
	a := &s.account
	for j := len(s.driven) - 1; j >= 0; j-- {
		d := s.driven[j]
		for k := range stages {
			q := a.moved[k][d.node]
			a.moved[k][d.parent] += q
			a.energy[d.source] += float64(q * (a.level[k][d.node] - a.level[k][d.parent]))
		}
		a.charge[d.source] += float64(d.sign * a.moved[stages-1][d.node])
	}
}
