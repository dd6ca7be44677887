package transient

import "fmt"

// Node identifies a node of a Circuit.
type Node int

// Ground is the reference node at 0 V.
const Ground Node = 0

// MaxUnknowns is the largest number of unknowns of one connected component;
// its matrix is dense.
const MaxUnknowns = 512

// An Element is a circuit element whose currents and charges are functions of
// the voltages of its k terminals. Currents and charges must each sum to zero
// over the terminals. Eval must not retain its arguments.
type Element interface {
	// Eval writes, for the voltages v, the currents i into the terminals and
	// the charges q on them (k values each), and their derivatives di and dq
	// to the voltages (k x k, row-major, one row per terminal).
	Eval(v, i, q, di, dq []float64)
}

// A Circuit is a netlist under construction. Methods that add an element take
// its name, which errors quote; [Circuit.Err] returns the first mistake.
type Circuit struct {
	names    []string
	index    map[string]Node
	elements []element
	vsources []source
	isources []source
	initial  map[Node]float64
	sources  map[string]bool // names in use
	err      error
}

type element struct {
	name   string
	nodes  []Node
	model  Element
	linear *twoPole // set for resistors and capacitors
}

type source struct {
	name     string
	pos, neg Node
	wave     Waveform
}

// New returns an empty circuit.
func New() *Circuit {
	return &Circuit{
		names:   []string{"0"},
		index:   map[string]Node{"0": Ground},
		initial: map[Node]float64{},
		sources: map[string]bool{},
	}
}

// Node returns the node called name, and adds it if there is none.
func (c *Circuit) Node(name string) Node {
	if n, ok := c.index[name]; ok {
		return n
	}
	n := Node(len(c.names))
	c.names = append(c.names, name)
	c.index[name] = n
	return n
}

// Nodes returns the number of nodes, ground included.
func (c *Circuit) Nodes() int { return len(c.names) }

// Name returns the name of n.
func (c *Circuit) Name(n Node) string { return c.names[n] }

// Err returns the first mistake made in building the circuit, or nil.
func (c *Circuit) Err() error { return c.err }

func (c *Circuit) fail(format string, args ...any) {
	if c.err == nil {
		c.err = fmt.Errorf(format, args...)
	}
}

// twoPole is a linear resistor or capacitor.
type twoPole struct {
	conductance, capacitance float64
}

func (p *twoPole) Eval(v, i, q, di, dq []float64) {
	u := v[0] - v[1]
	i[0], i[1] = p.conductance*u, -p.conductance*u
	q[0], q[1] = p.capacitance*u, -p.capacitance*u
	di[0], di[1], di[2], di[3] = p.conductance, -p.conductance, -p.conductance, p.conductance
	dq[0], dq[1], dq[2], dq[3] = p.capacitance, -p.capacitance, -p.capacitance, p.capacitance
}

// Resistor adds a resistor of r > 0 ohm.
func (c *Circuit) Resistor(name string, a, b Node, r float64) {
	if !(r > 0) || !isFinite(r) {
		c.fail("resistor %s: %g ohm must be positive and finite", name, r)
		return
	}
	c.add(name, nil, &twoPole{conductance: 1 / r}, a, b)
}

// Capacitor adds a capacitor of f > 0 F.
func (c *Circuit) Capacitor(name string, a, b Node, f float64) {
	if !(f > 0) || !isFinite(f) {
		c.fail("capacitor %s: %g F must be positive and finite", name, f)
		return
	}
	c.add(name, nil, &twoPole{capacitance: f}, a, b)
}

// Add adds a nonlinear element between the given nodes.
func (c *Circuit) Add(name string, e Element, nodes ...Node) { c.add(name, e, nil, nodes...) }

func (c *Circuit) add(name string, e Element, linear *twoPole, nodes ...Node) {
	for _, n := range nodes {
		c.check(name, n)
	}
	if linear != nil {
		e = linear
	}
	c.elements = append(c.elements, element{name: name, nodes: nodes, model: e, linear: linear})
}

func (c *Circuit) check(name string, n Node) {
	if n < 0 || int(n) >= len(c.names) {
		c.fail("element %s: node %d does not exist", name, n)
	}
}

// Voltage adds a source that holds pos at w(t) V above neg.
func (c *Circuit) Voltage(name string, pos, neg Node, w Waveform) {
	c.check(name, pos)
	c.check(name, neg)
	if pos == neg {
		c.fail("source %s: both terminals on node %s", name, c.names[pos])
	}
	c.claim(name)
	c.vsources = append(c.vsources, source{name, pos, neg, w})
}

// Current adds a source that takes w(t) A out of node pos and feeds them into
// node neg.
func (c *Circuit) Current(name string, pos, neg Node, w Waveform) {
	c.check(name, pos)
	c.check(name, neg)
	c.claim(name)
	c.isources = append(c.isources, source{name, pos, neg, w})
}

// claim reserves the name of a source, by which its energy is asked for.
func (c *Circuit) claim(name string) {
	if c.sources[name] {
		c.fail("source %s: the name is taken", name)
	}
	c.sources[name] = true
}

// Initial sets the voltage of a node at time 0. Nodes without one start from
// the operating point at which no current flows into their capacitances.
func (c *Circuit) Initial(n Node, volts float64) {
	c.check("initial", n)
	if !isFinite(volts) {
		c.fail("initial voltage of node %s is %g V", c.names[n], volts)
	}
	c.initial[n] = volts
}
