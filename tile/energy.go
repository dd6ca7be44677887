package tile

import (
	"math"

	"engram/circuit"
)

// Charges are what moved on and off the capacitors of a tile, and through its
// phase-change devices, in C. The energy that a supply gives is its voltage
// times the charge that leaves it: the supply VDD gives FromSupply, LeakSupply
// and TransferSupply, the plate LeakPlate, the rail at V0 Precharged. What goes
// to ground was paid for when it came.
type Charges struct {
	Up, Down             uint64  // update steps
	FromSupply, ToGround float64 // by update steps
	LeakSupply           float64 // through idle pull-up transistors
	LeakPlate            float64 // by ohmic leaks out of the plate; negative into it

	// In the hands of a transfer programmer.
	Sets, Resets, Precharges       uint64
	SetCharge                      float64 // current times width of all SET pulses
	Precharged                     float64 // out of the rail at V0; negative into it
	PulsesUp, PulsesDown           uint64
	TransferSupply, TransferGround float64 // by those pulses
}

// charge keeps the account of a tile's charges. Every change of a capacitor is
// seen as a change of sum, so that the leak of all cells together is a closed
// form. It is part of the tile's state.
type charge struct {
	Charges
	Sum     float64      // of r over all cells, reference column included, V
	Alpha   float64      // up to which the leak is accounted for
	Until   circuit.Time // the same
	Updates uint64       // calls of Update
	// MeanUp and MeanDown are the mean steps in V of the last update that
	// was looked at; 0 before there was one.
	MeanUp, MeanDown float64
}

// offCurrent is the sum of subthreshold currents over a row or a tile, in A.
type offCurrent struct {
	up    float64 // from the supply
	total float64 // up less that to ground
}

func (o *offCurrent) add(up, total float64) {
	o.up += up
	o.total += total
}

// CountCharge keeps the account of charges from the instant now on. Every n-th
// update is looked at cell by cell, which takes time; steps in between, whose
// number is exact, count as the mean step of the last one. A new tile has n = 1;
// 0 is for no account.
func (t *Tile) CountCharge(now circuit.Time, n int) {
	t.every = uint64(n)
	t.at(now)
	t.resum(now)
}

// beginUpdate prepares the account for an update.
func (t *Tile) beginUpdate(now circuit.Time) {
	c := &t.charge
	t.looking, t.seen = false, [2]seen{}
	if t.every == 0 {
		return
	}
	t.leakTo(now)
	t.looking = !t.cell.SingleTier && (c.Updates%t.every == 0 || c.MeanUp == 0 || c.MeanDown == 0)
	c.Updates++
}

// seen is what an update did to the cells: n steps in one direction that changed
// the sum of r by sum, which is not known where the update is not looked at.
type seen struct {
	n   int
	sum float64
}

// endUpdate books the steps of an update; SET pulses are booked one by one.
func (t *Tile) endUpdate() {
	if t.every == 0 || t.cell.SingleTier {
		return
	}
	c, up, down := &t.charge, &t.seen[0], &t.seen[1]
	c.Up += uint64(up.n)
	c.Down += uint64(down.n)
	c.FromSupply += t.book(up, &c.MeanUp)
	c.ToGround -= t.book(down, &c.MeanDown)
}

// book takes in the steps of one direction and returns the charge in C that they
// brought onto the nodes.
func (t *Tile) book(s *seen, mean *float64) float64 {
	if s.n == 0 {
		return 0
	}
	if t.looking {
		*mean = float64(t.alpha) * s.sum / float64(s.n)
	} else {
		s.sum = *mean * float64(s.n) / float64(t.alpha)
	}
	t.charge.Sum += s.sum
	return t.cell.Curves.NodeC * float64(t.alpha) * s.sum
}

// TakeCharges accounts for the leak up to now and returns the charges since the
// last call.
func (t *Tile) TakeCharges(now circuit.Time) Charges {
	t.at(now)
	t.leakTo(now)
	c := t.charge.Charges
	t.charge.Charges = Charges{}
	return c
}

// Stored returns the energy on all capacitors of the tile at the instant now,
// reference column included, in J: the sum of C V^2/2.
func (t *Tile) Stored(now circuit.Time) float64 {
	t.at(now)
	var sum float64
	for i := range t.rows {
		t.catchUp(i, now)
		for j := range t.stride {
			v := float64(t.veq.column(j)[i]) + float64(float64(t.alpha)*float64(t.r[t.index(i, j)]))
			sum += float64(v * v)
		}
	}
	return t.cell.Curves.NodeC / 2 * sum
}

// resum restarts the account from r at the instant that t.alpha is for.
func (t *Tile) resum(now circuit.Time) {
	t.charge.Sum = 0
	for _, r := range t.r {
		t.charge.Sum += float64(r)
	}
	t.charge.Alpha, t.charge.Until = float64(t.alpha), now
}

// leakTo accounts for the leak up to the instant that t.alpha is for. Where
// cells leak each in its own way, catchUp has done it.
func (t *Tile) leakTo(now circuit.Time) {
	c := &t.charge
	if t.every == 0 || t.leak.perCell {
		return
	}
	moved := t.cell.Curves.NodeC * (float64(t.alpha) - c.Alpha) * c.Sum
	t.bookLeak(moved, t.off, (now - c.Until).Seconds())
	c.Alpha, c.Until = float64(t.alpha), now
}

// bookLeak books the charge in C that moved onto nodes whose off-currents add
// up to off, over dt seconds. What the transistors did not bring came from the
// plate, if there is a way.
func (t *Tile) bookLeak(moved float64, off offCurrent, dt float64) {
	t.charge.LeakSupply += off.up * dt
	if !math.IsInf(t.leak.tau, 1) {
		t.charge.LeakPlate += moved - off.total*dt
	}
}

// caughtUp books the leak of a row that leaks cell by cell: its r changed by
// sum in dt seconds.
func (t *Tile) caughtUp(i int, sum, dt float64) {
	if t.every == 0 {
		return
	}
	t.charge.Sum += sum
	t.bookLeak(t.cell.Curves.NodeC*sum, t.rowOff[i], dt)
}

// precharged books that a capacitor was re-initialised and its r changed by sum.
func (p *spent) precharged(t *Tile, sum float64) {
	p.Precharges++
	p.held(t, sum)
}

// held books charge out of the rail at V0 that changed r by sum.
func (p *spent) held(t *Tile, sum float64) {
	p.sum += sum
	p.Precharged += float64(t.cell.Curves.NodeC * float64(t.alpha) * sum)
}

// pulsed books n pulses of a transfer programmer, up for n > 0, that changed r
// by sum.
func (p *spent) pulsed(t *Tile, n int, sum float64) {
	p.sum += sum
	q := float64(t.cell.Curves.NodeC * float64(t.alpha) * sum)
	if n > 0 {
		p.PulsesUp += uint64(n)
		p.TransferSupply += q
	} else {
		p.PulsesDown += uint64(-n)
		p.TransferGround -= q
	}
}

// settle adds what a programmer moved.
func (c *charge) settle(p *spent) {
	c.Sum += p.sum
	c.Charges.Add(&p.Charges)
}

// Add adds the charges of o.
func (c *Charges) Add(o *Charges) {
	c.Up += o.Up
	c.Down += o.Down
	c.FromSupply += o.FromSupply
	c.ToGround += o.ToGround
	c.LeakSupply += o.LeakSupply
	c.LeakPlate += o.LeakPlate
	c.Sets += o.Sets
	c.Resets += o.Resets
	c.Precharges += o.Precharges
	c.SetCharge += o.SetCharge
	c.Precharged += o.Precharged
	c.PulsesUp += o.PulsesUp
	c.PulsesDown += o.PulsesDown
	c.TransferSupply += o.TransferSupply
	c.TransferGround += o.TransferGround
}
