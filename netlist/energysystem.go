package netlist

import (
	"encoding/binary"
	"fmt"
	"io"

	"engram/circuit"
)

// chargeEvery is the number of updates of which one is looked at cell by cell
// for the charge of its steps: so many that this costs less than a hundredth of
// a training's time, and few enough that the mean step of an interval is known
// to a fraction of a percent.
const chargeEvery = 32

// openMeters opens the accounts of everything in s.
func (s *System) openMeters() error {
	for k, a := range s.Arrays {
		m, err := newArrayMeter(s.Ledger, s.design, k)
		if err != nil {
			return fmt.Errorf("%s: energy: %w", a.Name(), err)
		}
		a.meter = m
		a.CountCharge(s.Engine.Now(), chargeEvery)
	}
	for k, b := range s.Banks {
		b.meter = newBankMeter(s.Ledger, s.design, k)
	}
	s.static = newStaticMeter(s.Ledger, s.design)
	return nil
}

// readSums returns what the read of latched widths that just ended was driven by.
func (a *Array) readSums(latched []float32) ReadSums {
	pulses, width := widths(latched)
	return ReadSums{pulses, width, a.TakeReadConductance()}
}

// bookUpdate books the update that ends at now.
func (a *Array) bookUpdate(now circuit.Time) {
	a.meter.update(a.sums)
	c := a.TakeCharges(now)
	if a.single { // whatever came before this update was booked at its beginning
		a.meter.setSteps(float64(c.Sets), c.SetCharge)
		c.Sets, c.SetCharge = 0, 0
	}
	a.meter.charge(&c)
}

// bookCharges books what the capacitors took since the last call.
func (a *Array) bookCharges(now circuit.Time) {
	c := a.TakeCharges(now)
	a.meter.charge(&c)
}

// bookReads books verify reads of n cells.
func (a *Array) bookReads(n int) {
	a.meter.reads(float64(n), a.meter.meanConductance(a.Cols()))
}

// forgetCharges leaves what initialisation moved out of the account.
func (a *Array) forgetCharges(now circuit.Time) { a.TakeCharges(now) }

// bookStatic books the leakage power of a schedule that began at from and has
// ended, and of the time since the schedule before it, which was a transfer's.
func (s *System) bookStatic(from circuit.Time) {
	bookPower(s.static.transfer, (from - s.booked).Seconds())
	s.booked = s.Engine.Now()
	bookPower(s.static.training, (s.booked - from).Seconds())
}

// Settle books what is still open at the present instant: the leak since the
// last update, and a transfer that no example has followed yet.
func (s *System) Settle() {
	for _, a := range s.Arrays {
		a.bookCharges(s.Engine.Now())
	}
	s.bookStatic(s.Engine.Now())
}

// meterState returns pointers to what running changes in the meters beside the
// ledger.
func (s *System) meterState() []any {
	all := []any{&s.booked, &s.examples}
	for _, a := range s.Arrays {
		m := a.meter
		all = append(all, &m.forward.sums, &m.backward.sums, &m.updates, &m.verified, &m.charges, &m.singleSteps)
	}
	return all
}

func (s *System) saveMeters(w io.Writer) error {
	for _, v := range s.meterState() {
		if err := binary.Write(w, binary.LittleEndian, v); err != nil {
			return err
		}
	}
	return s.Ledger.SaveState(w)
}

func (s *System) loadMeters(r io.Reader) error {
	for _, v := range s.meterState() {
		if err := binary.Read(r, binary.LittleEndian, v); err != nil {
			return fmt.Errorf("loading the energy meters: %w", err)
		}
	}
	return s.Ledger.LoadState(r)
}
