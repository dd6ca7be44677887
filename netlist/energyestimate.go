package netlist

import (
	"math"

	"engram/circuit"
	"engram/tile"
)

// estimateExamples is how many examples an estimate is booked for: so many that
// whole numbers of events lose nothing.
const estimateExamples = 1 << 20

// Estimate returns the ledger of a number of training examples, with the
// transfers among them, as the netlist and the activities of its tiles make it
// expect. Nothing is simulated: steps are those of nominal transistors at V0.
func (d *Design) Estimate(a Activities, examples float64) (*circuit.Ledger, error) {
	if err := a.Check(d); err != nil {
		return nil, err
	}
	l := circuit.NewLedger()
	transfers := 0.0
	if d.Transfer.Interval > 0 {
		transfers = examples / float64(d.Transfer.Interval)
	}
	var still float64
	for k := range d.Arrays {
		m, err := newArrayMeter(l, d, k)
		if err != nil {
			return nil, err
		}
		act := a[d.Arrays[k].Name]
		still = max(still, act.TransferTime*transfers)
		m.expect(&d.Arrays[k], &act, examples, transfers, float64(d.ExampleTime().Seconds()*examples)+float64(act.TransferTime*transfers))
	}
	for k := range d.Banks {
		m := newBankMeter(l, d, k)
		m.forward(examples)
		if d.Banks[k].Output {
			m.outputError.add(m.n * examples)
		} else {
			m.backward(examples)
		}
	}
	s := newStaticMeter(l, d)
	bookPower(s.training, d.ExampleTime().Seconds()*examples)
	bookPower(s.transfer, still)
	return l, nil
}

// expect books what a tile is expected to draw over a number of examples and
// transfers that take seconds in all.
func (m *arrayMeter) expect(d *ArrayDesign, a *Activity, examples, transfers, seconds float64) {
	rows, cols := float64(d.Rows()), float64(d.Cols())
	cells := rows * cols
	m.forward.book(expectReads(examples*rows*a.RowDensity, a.RowWidth, cols*a.Conductance))
	if d.Level > 0 {
		m.backward.book(expectReads(examples*cols*a.ColumnDensity, a.ColumnWidth, rows*a.BackConductance))
	}
	m.update(UpdateSums{
		Errors: examples * cols * a.ColumnDensity, RowPulses: examples * rows * a.RowPulses, ColumnPulses: examples * cols * a.ColumnPulses,
	})
	m.reads(transfers*cells*a.Reads, a.Conductance)
	if c := &d.Cell; c.SingleTier {
		n := examples * cells * a.Steps
		m.setSteps(n, n*c.SetCurrent*c.SetWidth)
	}
	m.charge(expectCharges(d, a, examples*cells, transfers*cells, seconds))
}

// expectReads is a number of read pulses of a mean width into lines of a
// conductance each.
func expectReads(pulses, width, conductance float64) ReadSums {
	return ReadSums{Pulses: pulses, Width: pulses * width, Conductance: pulses * width * conductance}
}

// expectCharges is what update and programming of nominal cells at V0 move, in
// a number of cell-examples and of cell-transfers.
func expectCharges(d *ArrayDesign, a *Activity, updated, transferred, seconds float64) *tile.Charges {
	curves, storage, v0 := &d.Cell.Curves, &d.Cell.Storage, d.Cell.V0
	count := func(x float64) uint64 { return uint64(math.Round(x)) }
	if d.Cell.SingleTier {
		return &tile.Charges{Sets: count(transferred * a.Sets), SetCharge: transferred * a.Sets * a.SetCharge, Resets: count(transferred * a.Resets)}
	}
	c := &tile.Charges{
		Up: count(updated * a.Steps * a.UpShare), Down: count(updated * a.Steps * (1 - a.UpShare)),
		Sets: count(transferred * a.Sets), SetCharge: transferred * a.Sets * a.SetCharge, Resets: count(transferred * a.Resets),
		Precharges: count(transferred),
		PulsesUp:   count(transferred * a.Pulses / 2), PulsesDown: count(transferred * a.Pulses / 2),
	}
	c.FromSupply = float64(c.Up) * curves.NodeC * curves.Up(v0)
	c.ToGround = -float64(c.Down) * curves.NodeC * curves.Down(v0)
	c.TransferSupply = float64(c.PulsesUp) * curves.NodeC * curves.Up(v0)
	n := float64(d.Rows() * (d.Cols() + 1))
	c.LeakSupply = n * seconds * storage.Subthreshold * curves.OffUp(0)
	if !math.IsInf(storage.Tau, 1) {
		c.LeakPlate = n * seconds * curves.NodeC / storage.Tau * (storage.Plate - v0)
	}
	return c
}
