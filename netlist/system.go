package netlist

import (
	"errors"
	"fmt"

	"engram/circuit"
	"engram/periphery"
	"engram/tile"
)

// A Net is a bundle of signals between components. Drive holds what is pulsed
// onto it, as fractions of a full-scale pulse; a full-scale pulse stands for
// the value Scale. Charge holds what tiles have integrated onto it.
//
// On a net that enters a tile's rows, Drive is the forward value and Charge
// comes back from the rows; on a net that leaves its columns, Charge comes
// forward from the columns and Drive is the error.
type Net struct {
	Name   string
	Drive  []float32
	Charge []float32
	Scale  float32
}

// A port is a slice [lo, hi) of a net.
type port struct {
	net    *Net
	lo, hi int
}

func (p port) drive() []float32  { return p.net.Drive[p.lo:p.hi] }
func (p port) charge() []float32 { return p.net.Charge[p.lo:p.hi] }

// A bundle is what a tile sees on its rows: slices of nets, joined.
type bundle []port

// gather copies the bundle's drives to dst.
func (b bundle) gather(dst []float32) {
	for _, p := range b {
		dst = dst[copy(dst, p.drive()):]
	}
}

// deposit adds charge to the bundle's nets.
func (b bundle) deposit(charge []float32) {
	for _, p := range b {
		charge = charge[addTo(p.charge(), charge):]
	}
}

// addTo adds the head of src to dst and returns the length of dst.
func addTo(dst, src []float32) int {
	for i := range dst {
		dst[i] += src[i]
	}
	return len(dst)
}

// An Array is a tile with the drivers on its rows and columns.
type Array struct {
	*tile.Tile
	unit       float32 // weight in S that stands for one
	in         bundle
	out        port
	rowDAC     periphery.DACSpec
	columnDAC  periphery.DACSpec
	pulser     *periphery.Pulser
	programmer *periphery.Programmer
	single     bool      // cells without a capacitor
	blocks     []*block  // of rows, for the programmer
	weights    []float64 // scratch: those of one column, S
	stepSize   float32   // change of a weight by one update step, S
	seed       uint64
	instance   uint64

	x, d    []float32 // latched row and column pulse widths, fractions of full scale
	overlap []float32
	trains  tile.Trains
	sums    UpdateSums // of the present update
	charge  []float32
	begin   circuit.Time
	counted float64 // conductance read before the present read
	rng     circuit.Stream
	meter   *arrayMeter
}

// forwardRead is an Array in a forward phase.
type forwardRead struct{ *Array }

func (a forwardRead) Begin(now circuit.Time) {
	a.begin, a.counted = now, a.ReadConductance()
	a.in.gather(a.x)
	a.rowDAC.Convert(a.x, a.x)
}

// Step deposits the charge since the read began: its sum over steps would not
// be that of one step to the bit.
func (a forwardRead) Step(_, to circuit.Time) {
	x := a.overlap[:len(a.x)]
	a.rowDAC.Overlap(x, a.x, 0, to-a.begin)
	a.SetReadConductance(a.counted)
	charge := a.charge[:a.Cols()]
	clear(charge)
	a.Forward(a.begin, x, charge, 1/a.unit)
	addTo(a.out.charge(), charge)
}

func (a forwardRead) End(circuit.Time) error {
	a.meter.forward.book(a.readSums(a.x))
	return nil
}

// backwardRead is an Array in a backward phase.
type backwardRead struct{ *Array }

func (a backwardRead) Begin(now circuit.Time) {
	a.begin, a.counted = now, a.ReadConductance()
	a.latchError()
}

// latchError converts the errors on the column net.
func (a *Array) latchError() { a.columnDAC.Convert(a.d, a.out.drive()) }

// Step deposits the charge since the read began, as forwardRead.Step does.
func (a backwardRead) Step(_, to circuit.Time) {
	d := a.overlap[:len(a.d)]
	a.columnDAC.Overlap(d, a.d, 0, to-a.begin)
	a.SetReadConductance(a.counted)
	charge := a.charge[:a.Rows()]
	clear(charge)
	a.Backward(a.begin, d, charge, 1/a.unit)
	a.in.deposit(charge)
}

func (a backwardRead) End(circuit.Time) error {
	a.meter.backward.book(a.readSums(a.d))
	return nil
}

// update is an Array in an update phase.
type update struct {
	*Array
	rate *float32
}

func (a update) Begin(now circuit.Time) {
	a.begin = now
	if a.single {
		a.bookCharges(now)
	}
	a.latchError()
	a.rng.Reset(a.seed, circuit.UpdatePulse, a.instance, uint64(now))
	// One step changes the weight by step/unit; all slots of a column with
	// probability p and a row with x = 1 by p slots steps.
	perSlot := *a.rate * a.out.net.Scale * a.unit / (float32(a.pulser.Slots()) * a.stepSize)
	rows, negative := a.pulser.Rows(a.trains.Row, a.trains.RowNeg, a.x, &a.rng)
	errors := 0
	for j, d := range a.d {
		// The pull-up line raises g, and with it the weight where the
		// polarity is positive.
		a.d[j] = d * perSlot * a.Polarity(j)
		errors += notZero(a.d[j])
	}
	columns := a.pulser.Columns(a.trains.Up, a.trains.Down, a.d, &a.rng)
	if negative { // such rows fire in a second pass, in which all columns fire again
		columns *= 2
	}
	a.sums = UpdateSums{float64(errors), float64(rows), float64(columns)}
}

func (a update) Step(from, to circuit.Time) {
	period := a.pulser.Period()
	first := (from - a.begin + period - 1) / period
	last := (to - a.begin + period - 1) / period
	if first >= circuit.Time(a.pulser.Slots()) || first == last {
		return
	}
	a.Update(a.begin, &a.trains, tile.Mask(int(first), int(min(last, circuit.Time(a.pulser.Slots())))))
}

func (a update) End(now circuit.Time) error {
	a.bookUpdate(now)
	return nil
}

// A Bank is a bank of neurons with its nets.
type Bank struct {
	name       string
	neuron     *periphery.Neuron
	integrator periphery.IntegratorSpec
	in         *Net // pre-activations; errors go back on it
	out        port
	target     []float32 // of an output bank, else nil
	behind     []*Net    // column nets of the tiles that read out
	seed       uint64
	instance   uint64
	converted  bool // the outputs stand for codes
	rng        circuit.Stream
	meter      *bankMeter
}

// discharge clears what a bank integrates ahead of every step of a read, in
// which the tiles deposit all charge since the read began.
type discharge struct{ charge []float32 }

func (d discharge) Begin(circuit.Time)     {}
func (d discharge) Step(_, _ circuit.Time) { clear(d.charge) }
func (d discharge) End(circuit.Time) error { return nil }

// integrate is a Bank during a read of the tiles that deposit on charge.
type integrate struct {
	*Bank
	charge []float32
	lost   []float32 // to saturation
}

func (b integrate) Begin(circuit.Time) { clear(b.lost) }

func (b integrate) Step(_, _ circuit.Time) { b.integrator.Hold(b.charge, b.lost) }

func (b integrate) End(now circuit.Time) error {
	b.rng.Reset(b.seed, circuit.ReadNoise, b.instance, uint64(now))
	b.integrator.AddNoise(b.charge, &b.rng)
	return nil
}

// idle gives a component the parts of circuit.Component it does not use.
type idle struct{}

func (idle) Begin(circuit.Time)     {}
func (idle) Step(_, _ circuit.Time) {}

// convert is a Bank in a forward conversion.
type convert struct {
	idle
	*Bank
}

func (b convert) End(circuit.Time) error {
	b.meter.forward(1)
	b.converted = true
	return b.neuron.Forward(b.out.drive(), b.in.Charge)
}

// convertBack is a Bank in a backward conversion.
type convertBack struct {
	idle
	*Bank
}

func (b convertBack) End(circuit.Time) error {
	b.meter.backward(1)
	if err := b.neuron.Backward(b.in.Drive, b.out.charge(), b.out.drive(), b.behind[0].Scale); err != nil {
		return err
	}
	b.in.Scale = periphery.Normalise(b.in.Drive)
	return nil
}

// outputError is an output Bank in the error phase.
type outputError struct {
	idle
	*Bank
}

func (b outputError) End(circuit.Time) error {
	b.meter.outputError.add(b.meter.n)
	b.neuron.OutputError(b.in.Drive, b.target, b.out.drive())
	b.in.Scale = periphery.Normalise(b.in.Drive)
	return nil
}

// A System is a netlist made ready to run: components, nets and the schedule
// of one example.
type System struct {
	Engine *circuit.Engine
	Ledger *circuit.Ledger
	Arrays []*Array
	Banks  []*Bank
	Nets   map[string]*Net
	Input  *Net  // the stimulus drives it
	Output *Bank // its target is what the stimulus says

	design      *Design
	seed        uint64
	transfers   uint64 // so far
	interleaved interleaving
	rate        float32
	infer       circuit.Schedule // forward phases
	learn       circuit.Schedule // error, backward and update phases
	static      *staticMeter
	booked      circuit.Time // up to which static energy is
	examples    uint64       // trained
}

// Infer steps the forward phases with the input x, values in [-1, 1], and
// returns the outputs, which are valid until the next call.
func (s *System) Infer(x []float32) ([]float32, error) {
	copy(s.Input.Drive, x)
	if err := s.checkStimulus(s.Input.Name, x...); err != nil {
		return nil, err
	}
	if err := s.step(s.infer); err != nil {
		return nil, err
	}
	return s.Output.out.drive(), nil
}

// Train steps one example: forward phases with the input x, then error,
// backward and update phases for the targets, one per output, at a learning
// rate in weight per input and error.
func (s *System) Train(x, target []float32, rate float64) error {
	if err := s.checkStimulus(s.Output.name+".target", target...); err != nil {
		return err
	}
	if err := s.checkStimulus("learning rate", float32(rate)); err != nil {
		return err
	}
	if _, err := s.Infer(x); err != nil {
		return err
	}
	copy(s.Output.target, target)
	s.examples++
	s.rate = float32(rate)
	return s.step(s.learn)
}

// step runs a schedule. Where a component finds that a value is no number, the
// error names the cell that it came from, too, if there is one.
func (s *System) step(schedule circuit.Schedule) error {
	from := s.Engine.Now()
	err := s.Engine.Run(schedule)
	if err == nil {
		s.bookStatic(from)
		return nil
	}
	return errors.Join(err, s.Check())
}

// checkStimulus fails where a value that comes from outside is no finite number.
func (s *System) checkStimulus(name string, value ...float32) error {
	for i, v := range value {
		if d := v - v; d != 0 { // NaN or Inf
			return fmt.Errorf("at %v: %s[%d] is %v", s.Engine.Now(), name, i, v)
		}
	}
	return nil
}

// ExampleTime returns the simulated time of one training example.
func (s *System) ExampleTime() circuit.Time { return s.infer.Length() + s.learn.Length() }

// Transfers returns the number of transfers so far.
func (s *System) Transfers() int { return int(s.transfers) }
