package device

import (
	"fmt"
	"math"

	"engram/circuit/transient"
)

// Cell is the short-term half of a synapse at transistor level. A capacitor
// stores the voltage V; a PFET between VDD and the node pulls it up, an NFET
// between the node and ground pulls it down, and the gate of the read NFET
// hangs on it. The gate of an update transistor sees its pulse only while the
// row pulse and the column pulse overlap.
type Cell struct {
	Up, Down, Read FETSpec

	C                float64 // storage capacitor alone in F
	LeakR            float64 // from the node to the plate in ohm, +Inf for none
	Plate            float64 // V
	VDD              float64 // V
	UpGate, DownGate float64 // gate levels of a pulse in V; idle at VDD and 0
	PulseWidth       float64 // s, between the middles of the edges
	Edge             float64 // s, rise and fall
	VRead            float64 // V
}

// DefaultCell returns the 90 nm cell. The transistors are fitted to the BSIM4
// reference data listed in VALIDATION.md (the read FET to its I-V curves, the
// update FETs to step, leak and Monte-Carlo tables, the oxide capacitance to
// the dent it makes in the step and to the lift of a read pulse). Assumed: the
// split of 0.74 fF per update FET into overlap and junction, the overlap of
// the read FET, the edges.
func DefaultCell() Cell {
	const cox, voffcv = 13.19e-3, 88.9e-3
	update := FETSpec{
		N: 1, W: 0.24e-6, L: 0.5e-6, Cox: cox, VOffCV: voffcv, NOffCV: 1,
		COv: 0.3e-9, CJ: 2.8e-9, AVT: 3.5e-9, Temperature: 300.15,
	}
	up, down := update, update
	up.Polarity, up.VT, up.KP, up.N, up.Lambda = PFET, 0.4981, 187.2e-6, 1.4685, 0.0761
	down.Polarity, down.VT, down.KP, down.N, down.Lambda = NFET, 0.5677, 1126e-6, 1.4761, 0.0691
	return Cell{
		Up: up, Down: down,
		Read: FETSpec{
			Polarity: NFET, VT: 0.2225, KP: 793e-6, N: 1.114, Theta: 0.616,
			W: 0.12e-6, L: 0.6e-6, Cox: cox, VOffCV: voffcv, NOffCV: 1,
			COv: 0.1e-9, AVT: 3.5e-9, Temperature: 300.15,
		},
		C: 40e-15, LeakR: 125e9, Plate: 0.5, VDD: 1,
		UpGate: 0.5665, DownGate: 0.4265, PulseWidth: 1e-9, Edge: 20e-12, VRead: 0.1,
	}
}

// Validate reports values under which the cell cannot be simulated.
func (c *Cell) Validate() error {
	for _, f := range []struct {
		name, polarity string
		spec           *FETSpec
	}{{"up", PFET, &c.Up}, {"down", NFET, &c.Down}, {"read", NFET, &c.Read}} {
		if err := f.spec.Validate(); err != nil {
			return fmt.Errorf("%s transistor: %w", f.name, err)
		}
		if f.spec.Polarity != f.polarity {
			return fmt.Errorf("%s transistor is a %s, must be a %s", f.name, f.spec.Polarity, f.polarity)
		}
	}
	for _, p := range []struct {
		name  string
		value float64
	}{{"capacitance", c.C}, {"leak resistance", c.LeakR}, {"supply voltage", c.VDD}, {"edge", c.Edge}} {
		if !(p.value > 0) {
			return fmt.Errorf("%s is %g, must be positive", p.name, p.value)
		}
	}
	if !(c.PulseWidth > c.Edge) {
		return fmt.Errorf("pulse of %g s is shorter than its edge of %g s", c.PulseWidth, c.Edge)
	}
	return nil
}

// UpCurrent returns the current in A with which the pull-up transistor, with a
// threshold shift of dvt in V and its gate at vg, charges a node at v.
func (c *Cell) UpCurrent(v, vg, dvt float64) float64 {
	i, _ := c.Up.Device(dvt, 1).Current(v, vg, c.VDD, c.VDD)
	return -i
}

// DownCurrent is the same for the pull-down transistor; it is negative.
func (c *Cell) DownCurrent(v, vg, dvt float64) float64 {
	i, _ := c.Down.Device(dvt, 1).Current(v, vg, 0, 0)
	return -i
}

// OffUp and OffDown return the subthreshold currents in A into a node at v of
// the two update transistors, off, with threshold shifts dvt in V.
func (c *Cell) OffUp(v, dvt float64) float64 { return c.UpCurrent(v, c.VDD, dvt) }

// OffDown returns the current of the pull-down transistor; see OffUp.
func (c *Cell) OffDown(v, dvt float64) float64 { return c.DownCurrent(v, 0, dvt) }

// UpGain returns by how much a threshold shift of dvt in V multiplies the up
// step: the ratio of the currents at half the supply, as the shape over V is
// the same in every cell to 0.15 %.
func (c *Cell) UpGain(dvt float64) float64 {
	return c.UpCurrent(c.VDD/2, c.UpGate, dvt) / c.UpCurrent(c.VDD/2, c.UpGate, 0)
}

// DownGain is UpGain of the down step.
func (c *Cell) DownGain(dvt float64) float64 {
	return c.DownCurrent(c.VDD/2, c.DownGate, dvt) / c.DownCurrent(c.VDD/2, c.DownGate, 0)
}

// Conductance returns that of the read transistor in S, I/vds, at node voltage
// v, read voltage vds (not 0) and a threshold shift dvt, all in V.
func (c *Cell) Conductance(v, vds, dvt float64) float64 {
	i, _ := c.Read.Device(dvt, 1).Current(vds, v, 0, 0)
	return i / vds
}

// NodeCapacitance returns the capacitance in F of the node at v, with idle
// transistors and everything that hangs on it.
func (c *Cell) NodeCapacitance(v float64) float64 {
	charge := func(s *FETSpec, terminal int, volts ...float64) float64 {
		var i, q [fetTerminals]float64
		var di, dq [fetTerminals * fetTerminals]float64
		s.Device(0, 1).Eval(volts, i[:], q[:], di[:], dq[:])
		return dq[fetTerminals*terminal+terminal]
	}
	return c.C +
		charge(&c.Up, Drain, v, c.VDD, c.VDD, c.VDD) +
		charge(&c.Down, Drain, v, 0, 0, 0) +
		charge(&c.Read, Gate, 0, v, 0, 0)
}

// Curves is what the cycle levels take from the transistors: functions of the
// node voltage, tabulated at V.
type Curves struct {
	V []float64 // node voltages in V, ascending from 0 to VDD

	Up, Down           []float64 // change of the node in V by one pulse that finds it at V
	Forward, Backward  []float64 // read conductance in S at +VRead and -VRead
	OffUp, OffDown     []float64 // subthreshold currents into the node in A
	NodeC              []float64 // capacitance of the node in F
	ReadLift           []float64 // rise of the node in V while a row is at +VRead
	ReadResidue        []float64 // change of the node in V that a read pulse leaves
	SupplyEnergy       []float64 // energy in J that the supply delivers in an up pulse
	UpGate, DownGate   []float64 // charge in C that a pulse moves onto a gate and off again
	UpSlope, DownSlope float64   // d ln(step)/dVt at VDD/2 in 1/V
	OffUpSlope         float64   // d ln(off current)/dVt at VDD/2 in 1/V, pull-up
	OffDownSlope       float64   // the same, pull-down
	ReadSlope          float64   // dg/dVt of the forward read at VDD/2 in S/V

	SigmaUp, SigmaDown, SigmaRead float64 // standard deviations of the thresholds in V
}

// Characterize computes the curves at n >= 2 equally spaced voltages. Steps,
// lifts and energies come from the transient solver, one pulse per voltage; the
// ohmic leak is left out of them, as the cycle levels apply it apart.
func (c *Cell) Characterize(n int) (*Curves, error) {
	if n < 2 {
		return nil, fmt.Errorf("characterize: %d points, need at least 2", n)
	}
	if err := c.Validate(); err != nil {
		return nil, fmt.Errorf("characterize: %w", err)
	}
	out := &Curves{
		SigmaUp: c.Up.SigmaVT(), SigmaDown: c.Down.SigmaVT(), SigmaRead: c.Read.SigmaVT(),
	}
	for k := range n {
		v := c.VDD * float64(k) / float64(n-1)
		out.V = append(out.V, v)
		out.Forward = append(out.Forward, c.Conductance(v, c.VRead, 0))
		out.Backward = append(out.Backward, c.Conductance(v, -c.VRead, 0))
		out.OffUp = append(out.OffUp, c.OffUp(v, 0))
		out.OffDown = append(out.OffDown, c.OffDown(v, 0))
		out.NodeC = append(out.NodeC, c.NodeCapacitance(v))
	}
	c.slopes(out)
	up, err := c.pulseResponse(out.V, PulseUp)
	if err != nil {
		return nil, fmt.Errorf("characterize: up pulse: %w", err)
	}
	down, err := c.pulseResponse(out.V, PulseDown)
	if err != nil {
		return nil, fmt.Errorf("characterize: down pulse: %w", err)
	}
	read, err := c.pulseResponse(out.V, PulseRead)
	if err != nil {
		return nil, fmt.Errorf("characterize: read pulse: %w", err)
	}
	out.Up, out.UpGate = up.change, up.gate
	out.Down, out.DownGate = down.change, down.gate
	out.ReadLift, out.ReadResidue = read.lift, read.change
	for k, dv := range out.Up {
		out.SupplyEnergy = append(out.SupplyEnergy, c.VDD*out.NodeC[k]*dv)
	}
	return out, nil
}

// slopes fills in the sensitivities, by central differences over 1 mV.
func (c *Cell) slopes(out *Curves) {
	const h = 0.5e-3
	mid := c.VDD / 2
	logSlope := func(f func(dvt float64) float64) float64 { return math.Log(f(h)/f(-h)) / (2 * h) }
	out.UpSlope = logSlope(c.UpGain)
	out.DownSlope = logSlope(c.DownGain)
	out.OffUpSlope = logSlope(func(d float64) float64 { return c.OffUp(mid, d) })
	out.OffDownSlope = logSlope(func(d float64) float64 { return c.OffDown(mid, d) })
	out.ReadSlope = (c.Conductance(mid, c.VRead, h) - c.Conductance(mid, c.VRead, -h)) / (2 * h)
}

// response is what one pulse does to cells that start at given voltages.
type response struct {
	change []float64 // of the node over the whole pulse, V
	lift   []float64 // of the node in the middle of the pulse, V
	gate   []float64 // charge on the pulsed gate in the middle of the pulse, C
}

// settle is the time in s before and after a pulse that is simulated, too.
const settle = 0.1e-9

// pulseResponse simulates one pulse on a row of cells that start at the given
// voltages, without the ohmic leak.
func (c *Cell) pulseResponse(start []float64, a Action) (*response, error) {
	n := len(start)
	bench := ArrayBench{
		Cell: *c, Rows: 1, Cols: n, Initial: start,
		Pulses: []Pulse{{Action: a, Start: settle, Volts: c.VRead}},
		Stop:   2*settle + c.PulseWidth + c.Edge,
	}
	bench.Cell.LeakR = math.Inf(1)
	circ, err := bench.Circuit()
	if err != nil {
		return nil, err
	}
	middle := settle + float64((c.PulseWidth+c.Edge)/2)
	s, err := transient.NewSolver(circ, transient.Options{Stop: bench.Stop, Times: []float64{middle}})
	if err != nil {
		return nil, err
	}
	nodes := make([]transient.Node, n)
	for k := range nodes {
		nodes[k] = circ.Node(CellName(0, k))
	}
	r := &response{lift: make([]float64, n), gate: make([]float64, n), change: make([]float64, n)}
	err = s.Run(func(t float64, volts []float64) error {
		for k, node := range nodes {
			r.change[k] = volts[node] - start[k]
		}
		if t == middle {
			copy(r.lift, r.change)
			r.recordGates(s, a)
		}
		return nil
	})
	return r, err
}

// recordGates keeps the charge that the sources of the pulsed gates have given.
func (r *response) recordGates(s *transient.Solver, a Action) {
	suffix := map[Action]string{PulseUp: "gu", PulseDown: "gd"}[a]
	for k := range r.gate {
		_, r.gate[k], _ = s.Source(fmt.Sprintf("r0_c%d.%s", k, suffix))
	}
}
