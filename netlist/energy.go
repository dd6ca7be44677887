package netlist

import (
	"math"
	"strings"

	"engram/circuit"
	"engram/tile"
)

// Energy
//
// The ledger holds what the supplies give, under (component, operation). Meters
// book it, once per phase, from counts of events and from charges:
//
//	cells     read: V^2 G t / efficiency; update: Q VDD of the pull-ups (what
//	          a pull-down takes to ground was paid for by a pull-up); leak:
//	          what supply and plate give; SET and RESET: I t V; precharge: Q V0
//	gates     charge times swing of an update transistor's gate, per step
//	lines     C V^2 per pulse, C that of all cells on the line
//	drivers   per pulse; integrators: bias power times time and a reset per
//	          integration; ADCs: per conversion; logic and routes: per value
//	static    leakage power of every circuit times the time that passes
//
// Rails are ideal sources, which take back what flows into them: an entry of a
// leak or of a precharge may be negative. What is on the capacitors, Stored of
// a tile, is the difference to what was turned into heat. Left out: the clock
// tree, the select transistors of the phase-change devices, and everything
// beyond the input and output nets. The programming of the initial weights is
// not booked, as it comes before the first example.
//
// The same meters serve both views: a System's are fed by its phases, those of
// [Design.Estimate] by expected counts.

// Operations of the ledger. Those of a transfer begin with opTransfer.
const (
	opForward   = "forward"
	opBackward  = "backward"
	opError     = "error"
	opUpdate    = "update"
	opLeak      = "leak"
	opStatic    = "static"
	opTransfer  = "transfer"
	opRead      = opTransfer + " read"
	opSet       = opTransfer + " set"
	opReset     = opTransfer + " reset"
	opPrecharge = opTransfer + " precharge"
	opPulse     = opTransfer + " pulse"
	opWait      = opTransfer + " static"
)

// isTransfer reports whether an operation is part of a transfer.
func isTransfer(operation string) bool { return strings.HasPrefix(operation, opTransfer) }

// An account is an entry of the ledger and the joules of one event.
type account struct {
	entry *circuit.Entry
	each  float64
}

func (a account) add(events float64) {
	a.entry.Add(uint64(math.Round(events)), events*a.each)
}

// ReadSums is what drove the reads of one direction of a tile.
type ReadSums struct {
	Pulses      float64 // lines with a pulse
	Width       float64 // of all pulses, in full scales
	Conductance float64 // pulse width times conductance, S times full scales
}

// readMeter books the reads of one direction.
type readMeter struct {
	cells               *circuit.Entry
	square              float64 // V^2 times full scale over efficiency, V^2 s
	line, driver, route account
	sums                ReadSums
}

func (m *readMeter) book(s ReadSums) {
	m.cells.Add(uint64(math.Round(s.Pulses)), m.square*s.Conductance)
	m.line.add(s.Pulses)
	m.driver.add(s.Pulses)
	m.route.add(s.Pulses)
	m.sums.Pulses += s.Pulses
	m.sums.Width += s.Width
	m.sums.Conductance += s.Conductance
}

// UpdateSums is what drove the updates of a tile.
type UpdateSums struct {
	Errors                  float64 // columns with an error
	RowPulses, ColumnPulses float64
}

// arrayMeter books what a tile and its drivers draw.
type arrayMeter struct {
	forward, backward readMeter

	rowLine, columnLine, pulser, route account
	steps                              *circuit.Entry
	gateUp, gateDown                   account
	updates                            UpdateSums

	leak, set, precharge, pulse *circuit.Entry
	reset, verify, convert      account
	transferLines               [2]account
	transferGates               [2]account
	vdd, plate, v0, write       float64 // V
	verified                    float64 // reads of cells in transfers
	charges                     tile.Charges
	singleSteps                 float64 // of cells without a capacitor
}

// newArrayMeter opens the accounts of array k of d in l. A gate's charge is
// taken at V0.
func newArrayMeter(l *circuit.Ledger, d *Design, k int) (*arrayMeter, error) {
	a := &d.Arrays[k]
	curves, err := characterise(&a.Cell.Transistors)
	if err != nil {
		return nil, err
	}
	c := &a.Cell.Transistors
	rows, cols := float64(a.Rows()), float64(a.Cols())
	open := func(component, operation string, each float64) account {
		return account{l.Entry(a.Name+"."+component, operation), each}
	}
	rowC, colC := a.Energy.RowWire*(cols+1), a.Energy.ColumnWire*rows
	read := a.Cell.ReadVoltage * a.Cell.ReadVoltage
	t := &d.Transfer
	m := &arrayMeter{vdd: c.VDD, plate: a.Cell.Storage.Plate, v0: a.Cell.V0, write: t.WriteVoltage}
	if a.Cell.SingleTier { // there is no node to charge
		m.vdd, m.plate, m.v0 = 0, 0, 0
	}
	m.forward = readMeter{
		cells:  open("cells", opForward, 0).entry,
		square: read * a.RowDAC.FullScale().Seconds() / a.Energy.ReadEfficiency,
		line:   open("rows", opForward, rowC*read),
		driver: open("row-dac", opForward, a.RowDAC.PulseEnergy),
		route:  open("route", opForward, a.Route),
	}
	m.backward = readMeter{
		cells:  open("cells", opBackward, 0).entry,
		square: read * a.ColumnDAC.FullScale().Seconds() / a.Energy.ReadEfficiency,
		line:   open("columns", opBackward, colC*read),
		driver: open("column-dac", opBackward, a.ColumnDAC.PulseEnergy),
		route:  open("route", opBackward, a.Route),
	}
	swing := c.VDD * c.VDD
	m.rowLine = open("rows", opUpdate, rowC*swing)
	m.columnLine = open("columns", opUpdate, colC*swing)
	m.pulser = open("pulser", opUpdate, a.Pulser.PulseEnergy)
	m.steps = open("cells", opUpdate, 0).entry
	up := a.Energy.GateDrive * gateEnergy(curves.V, curves.UpGate, a.Cell.V0, c.VDD-c.UpGate)
	down := a.Energy.GateDrive * gateEnergy(curves.V, curves.DownGate, a.Cell.V0, c.DownGate)
	m.gateUp, m.gateDown = open("gates", opUpdate, up), open("gates", opUpdate, down)
	if a.Level == 0 { // its errors are not read back, only brought for the update
		m.route = open("route", opUpdate, a.Route)
	} else {
		m.route = account{entry: new(circuit.Entry)}
	}
	m.leak = open("cells", opLeak, 0).entry
	m.set = open("cells", opSet, 0).entry
	m.reset = open("cells", opReset, t.ResetCurrent*t.ResetWidth.Seconds()*t.WriteVoltage)
	m.precharge = open("cells", opPrecharge, 0).entry
	m.pulse = open("cells", opPulse, 0).entry
	m.transferGates = [2]account{open("gates", opPulse, up), open("gates", opPulse, down)}
	m.transferLines = [2]account{open("rows", opPulse, rowC*swing), open("columns", opPulse, colC*swing)}
	m.verify = open("cells", opRead, read*t.ReadTime.Seconds()/a.Energy.ReadEfficiency)
	m.convert = account{new(circuit.Entry), 0}
	for i := range d.Banks {
		if b := &d.Banks[i]; b.In == a.Out.Net {
			m.convert = account{l.Entry(b.Name+".adc", opRead), b.ADC.Joules()}
		}
	}
	return m, nil
}

// gateEnergy returns what driving a gate through a pulse takes, J: the charge
// that a pulse moves onto it, at node voltage v0, times the swing.
func gateEnergy(v, charge []float64, v0, swing float64) float64 {
	q, err := smooth(v, charge)
	if err != nil {
		return math.NaN()
	}
	return math.Abs(q(v0)) * swing
}

// update books the pulses of an update.
func (m *arrayMeter) update(s UpdateSums) {
	m.route.add(s.Errors)
	m.rowLine.add(s.RowPulses)
	m.columnLine.add(s.ColumnPulses)
	m.pulser.add(s.RowPulses + s.ColumnPulses)
	m.updates.Errors += s.Errors
	m.updates.RowPulses += s.RowPulses
	m.updates.ColumnPulses += s.ColumnPulses
}

// charge books the charges of the cells, of updates and of transfers.
func (m *arrayMeter) charge(c *tile.Charges) {
	m.steps.Add(c.Up+c.Down, m.vdd*c.FromSupply)
	m.gateUp.add(float64(c.Up))
	m.gateDown.add(float64(c.Down))
	m.leak.Add(0, m.vdd*c.LeakSupply+m.plate*c.LeakPlate)
	m.charges.Add(c)
	if c.Sets == 0 && c.Resets == 0 && c.PulsesUp+c.PulsesDown == 0 && c.Precharged == 0 {
		return
	}
	m.set.Add(c.Sets, m.write*c.SetCharge)
	m.reset.add(float64(c.Resets))
	m.precharge.Add(c.Precharges, m.v0*c.Precharged)
	m.pulse.Add(c.PulsesUp+c.PulsesDown, m.vdd*c.TransferSupply)
	m.transferGates[0].add(float64(c.PulsesUp))
	m.transferGates[1].add(float64(c.PulsesDown))
	for _, line := range m.transferLines {
		line.add(float64(c.PulsesUp + c.PulsesDown))
	}
}

// setSteps books update steps of cells without a capacitor: n SET pulses of a
// charge in C in all.
func (m *arrayMeter) setSteps(n, charge float64) {
	m.steps.Add(uint64(math.Round(n)), m.write*charge)
	m.singleSteps += n
}

// reads books n verify reads of single cells of a mean conductance in S.
func (m *arrayMeter) reads(n, conductance float64) {
	m.verify.entry.Add(uint64(math.Round(n)), n*conductance*m.verify.each)
	m.convert.add(n)
	m.verified += n
}

// meanConductance is that of a cell and its share of the reference in the
// forward reads so far, or 0.
func (m *arrayMeter) meanConductance(cols int) float64 {
	if m.forward.sums.Width == 0 {
		return 0
	}
	return m.forward.sums.Conductance / m.forward.sums.Width / float64(cols)
}

// bankMeter books what a bank of neurons draws, per phase.
type bankMeter struct {
	n                               float64    // neurons
	integrate, convert              [2]account // forward, backward
	activation, outputError, error_ account
}

func newBankMeter(l *circuit.Ledger, d *Design, k int) *bankMeter {
	b := &d.Banks[k]
	m := &bankMeter{n: float64(b.Out.High - b.Out.Low)}
	for i, op := range []string{opForward, opBackward} {
		level := b.Level + i // of the tiles that it integrates
		on := b.Integrator.Power * d.readTime(level, i == 1).Seconds()
		m.integrate[i] = account{l.Entry(b.Name+".integrator", op), b.Integrator.ResetEnergy + on}
		m.convert[i] = account{l.Entry(b.Name+".adc", op), b.ADC.Joules()}
	}
	m.activation = account{l.Entry(b.Name+".logic", opForward), b.Logic.Activation}
	m.error_ = account{l.Entry(b.Name+".logic", opBackward), b.Logic.Error}
	m.outputError = account{l.Entry(b.Name+".logic", opError), b.Logic.Error}
	return m
}

// forward books the forward reads and conversions of a number of examples.
func (m *bankMeter) forward(examples float64) {
	m.integrate[0].add(m.n * examples)
	m.convert[0].add(m.n * examples)
	m.activation.add(m.n * examples)
}

// backward is forward for the errors that come back.
func (m *bankMeter) backward(examples float64) {
	m.integrate[1].add(m.n * examples)
	m.convert[1].add(m.n * examples)
	m.error_.add(m.n * examples)
}

// staticMeter books the leakage power of everything.
type staticMeter struct {
	training, transfer []account // each: W
}

func newStaticMeter(l *circuit.Ledger, d *Design) *staticMeter {
	m := &staticMeter{}
	for _, p := range d.circuits() {
		if p.power > 0 && p.count > 0 {
			m.training = append(m.training, account{l.Entry(p.component, opStatic), p.power * p.count})
			m.transfer = append(m.transfer, account{l.Entry(p.component, opWait), p.power * p.count})
		}
	}
	return m
}

func bookPower(accounts []account, seconds float64) {
	for _, a := range accounts {
		a.entry.Add(0, a.each*seconds)
	}
}

// circuits are identical circuits of one component.
type circuits struct {
	component   string
	count       float64
	power, area float64 // of one: static power in W, area in m^2
}

// circuits lists what there is, in the order of the design.
func (d *Design) circuits() []circuits {
	var all []circuits
	for i := range d.Arrays {
		a := &d.Arrays[i]
		rows, cols := float64(a.Rows()), float64(a.Cols())
		all = append(all,
			circuits{a.Name + ".cells", rows * (cols + 1), 0, a.Energy.Area},
			circuits{a.Name + ".row-dac", rows, a.RowDAC.StaticPower, a.RowDAC.Area},
			circuits{a.Name + ".column-dac", cols, a.ColumnDAC.StaticPower, a.ColumnDAC.Area},
			circuits{a.Name + ".pulser", rows + cols, a.Pulser.StaticPower, a.Pulser.Area})
	}
	for i := range d.Banks {
		b := &d.Banks[i]
		n := float64(b.Out.High - b.Out.Low)
		if !b.Output {
			n *= 2 // the errors that come back have their own
		}
		all = append(all,
			circuits{b.Name + ".integrator", n, b.Integrator.StaticPower, b.Integrator.Area},
			circuits{b.Name + ".adc", n, b.ADC.StaticPower, b.ADC.Area})
	}
	return all
}

// widths counts the pulses of latched widths, and adds the widths up.
func widths(x []float32) (pulses, width float64) {
	n := 0
	for _, v := range x {
		width += math.Abs(float64(v))
		n += notZero(v)
	}
	return float64(n), width
}

// notZero returns 1 unless x is 0: which it is cannot be predicted, so there is
// no branch.
func notZero(x float32) int {
	u := math.Float32bits(x) << 1 // without the sign
	return int((u | -u) >> 31)
}
