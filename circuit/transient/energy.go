package transient

// Balance is the energy account of a run since time 0, in J. Delivered equals
// Dissipated + Stored + Charged as far as the steps are accurate.
type Balance struct {
	Delivered  float64 // by all sources
	Dissipated float64 // by currents through resistors and nonlinear elements
	Stored     float64 // gain of C V^2/2 over the linear capacitors, in closed form
	Charged    float64 // work done on the charges of nonlinear elements
}

// account holds what the sources gave.
type account struct {
	energy, charge []float64 // by voltage source, then by current source
	index          map[string]int
	storedAtStart  float64
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
			sum += in.linear.capacitance * u * u / 2
		}
	})
	return sum
}

// book adds a step of length h to the account of every source, by the
// quadrature of the method.
func (s *Solver) book(h float64) {
	for k := range stages {
		weight := h * coeffA[stages-1][k]
		clear(s.outflow[k])
		s.bookElements(k)
		s.bookCurrentSources(k, weight, s.time+coeffC[k]*h)
		s.bookBranches(k, weight)
		s.bookDriven(k, weight)
	}
}

// bookElements sums the currents into the elements over each node.
func (s *Solver) bookElements(k int) {
	out := s.outflow[k]
	add := func(in *instance) {
		r := &in.stage[k]
		for t, n := range in.nodes {
			if in.local[t] < 0 {
				out[n] += r.i[t] + r.dq[t]
			}
		}
	}
	for _, c := range s.components {
		for _, in := range c.instances {
			add(in)
		}
		for r, n := range c.nodes {
			s.at[k][n] = c.at[k][r]
		}
	}
	for _, in := range s.loose {
		add(in)
	}
}

func (s *Solver) bookCurrentSources(k int, weight, t float64) {
	base := len(s.circuit.vsources)
	for j, src := range s.circuit.isources {
		w := src.wave.At(t)
		s.outflow[k][src.pos] += w
		s.outflow[k][src.neg] -= w
		s.account.energy[base+j] += weight * w * (s.at[k][src.neg] - s.at[k][src.pos])
		s.account.charge[base+j] -= weight * w
	}
}

func (s *Solver) bookBranches(k int, weight float64) {
	for _, c := range s.components {
		for j, b := range c.branches {
			current := c.at[k][len(c.nodes)+j]
			id := s.account.index[b.name]
			s.outflow[k][b.source.pos] -= current
			s.outflow[k][b.source.neg] += current
			s.account.energy[id] += weight * current * (s.at[k][b.source.pos] - s.at[k][b.source.neg])
			s.account.charge[id] += weight * current
		}
	}
}

// bookDriven passes the current of each driven node on to its source and the
// source's other terminal, children before parents.
func (s *Solver) bookDriven(k int, weight float64) {
	out, at := s.outflow[k], s.at[k]
	for j := len(s.driven) - 1; j >= 0; j-- {
		d := s.driven[j]
		current := out[d.node]
		out[d.parent] += current
		s.account.energy[d.source] += weight * current * (at[d.node] - at[d.parent])
		s.account.charge[d.source] += d.sign * weight * current
	}
}
