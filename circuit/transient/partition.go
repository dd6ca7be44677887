package transient

import "fmt"

// partition finds the driven nodes, and the components of the other unknowns.
func (s *Solver) partition() error {
	isDriven, floating, err := s.findDriven()
	if err != nil {
		return err
	}
	for n := range s.circuit.initial {
		if isDriven[n] {
			return fmt.Errorf("node %s has an initial voltage, but a source sets it", s.circuit.names[n])
		}
	}
	group := newGroups(len(s.circuit.names))
	for _, e := range s.circuit.elements {
		group.joinFree(e.nodes, isDriven)
	}
	for _, b := range floating {
		group.joinFree([]Node{b.pos, b.neg}, isDriven)
	}
	byRoot := map[Node]*component{}
	local := make([]int, len(s.circuit.names))
	for n := range s.circuit.names {
		node := Node(n)
		local[n] = -1
		if isDriven[n] {
			continue
		}
		root := group.find(node)
		c := byRoot[root]
		if c == nil {
			c = &component{}
			byRoot[root] = c
			s.components = append(s.components, c)
		}
		local[n] = len(c.nodes)
		c.nodes = append(c.nodes, node)
	}
	componentOf := func(nodes ...Node) *component {
		for _, n := range nodes {
			if local[n] >= 0 {
				return byRoot[group.find(n)]
			}
		}
		return nil
	}
	s.place(componentOf, floating, local)
	for _, c := range s.components {
		if err := c.init(); err != nil {
			return fmt.Errorf("around node %s: %w", s.circuit.names[c.nodes[0]], err)
		}
	}
	return nil
}

// findDriven follows the voltage sources from ground. It returns which nodes
// they prescribe, and the sources that prescribe none.
func (s *Solver) findDriven() (isDriven []bool, floating []source, err error) {
	c := s.circuit
	isDriven = make([]bool, len(c.names))
	isDriven[Ground] = true
	done := make([]bool, len(c.vsources))
	for changed := true; changed; {
		changed = false
		for k, src := range c.vsources {
			if done[k] || isDriven[src.pos] == isDriven[src.neg] {
				continue
			}
			d := drivenNode{node: src.pos, parent: src.neg, sign: 1, wave: src.wave, source: k}
			if isDriven[src.pos] {
				d.node, d.parent, d.sign = src.neg, src.pos, -1
			}
			s.driven = append(s.driven, d)
			isDriven[d.node], done[k], changed = true, true, true
		}
	}
	for k, src := range c.vsources {
		switch {
		case done[k]:
		case isDriven[src.pos]:
			return nil, nil, fmt.Errorf("source %s closes a loop of voltage sources", src.name)
		default:
			floating = append(floating, src)
		}
	}
	return isDriven, floating, nil
}

// place gives every element and source to the component it acts on.
func (s *Solver) place(componentOf func(...Node) *component, floating []source, local []int) {
	for _, e := range s.circuit.elements {
		in := newInstance(e)
		for t, n := range e.nodes {
			in.local[t] = local[n]
		}
		c := componentOf(e.nodes...)
		if c == nil {
			s.loose = append(s.loose, in)
			continue
		}
		c.instances = append(c.instances, in)
		c.nonlinear = c.nonlinear || e.linear == nil
	}
	for _, src := range s.circuit.isources {
		for _, end := range []struct {
			node Node
			sign float64
		}{{src.pos, 1}, {src.neg, -1}} {
			if row := local[end.node]; row >= 0 {
				c := componentOf(end.node)
				c.currents = append(c.currents, injection{row, end.sign, src.wave})
			}
		}
	}
	for _, src := range floating {
		c := componentOf(src.pos)
		c.branches = append(c.branches, branch{src, local[src.pos], local[src.neg]})
	}
}

// groups is a disjoint-set forest over nodes.
type groups []Node

func newGroups(n int) groups {
	g := make(groups, n)
	for k := range g {
		g[k] = Node(k)
	}
	return g
}

func (g groups) find(n Node) Node {
	for g[n] != n {
		g[n] = g[g[n]]
		n = g[n]
	}
	return n
}

// joinFree merges the groups of those nodes that are not driven.
func (g groups) joinFree(nodes []Node, isDriven []bool) {
	first := Node(-1)
	for _, n := range nodes {
		switch {
		case isDriven[n]:
		case first < 0:
			first = g.find(n)
		default:
			g[g.find(n)] = first
		}
	}
}
