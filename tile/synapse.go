package tile

import (
	"engram/circuit"
	"engram/device"
)

// This file is what a transfer programmer may do to single cells.

// device returns phase-change device k (0 is G+, 1 is G-) of a cell. What
// fabrication drew is drawn again from its key, which is cheaper than to store
// it: only a transfer asks. rng is scratch.
func (t *Tile) device(i, j, k int, rng *circuit.Stream) device.PCM {
	n := 2*(i*t.cols+j) + k
	rng.Reset(t.seed, circuit.Fabrication, ^t.instance, uint64(n))
	d := t.cell.PCM.Fabricate(rng)
	d.X = float64(t.x[n])
	return d
}

// fabricated draws both devices of a cell, or looks them up.
func (t *Tile) fabricated(i, j int, rng *circuit.Stream) [2]device.PCM {
	if t.made != nil {
		return t.kept(i*t.cols + j)
	}
	return [2]device.PCM{t.device(i, j, 0, rng), t.device(i, j, 1, rng)}
}

// setPair recomputes what a tile keeps of the conductances of a cell, and
// returns their sum in S.
func (t *Tile) setPair(i, j int, d *[2]device.PCM) float64 {
	plus, minus := t.cell.PCM.Conductance(&d[0]), t.cell.PCM.Conductance(&d[1])
	t.lt[t.index(i, j)] = float32(t.cell.Gain * (plus - minus))
	return plus + minus
}

// pair returns the sum of the conductances of two devices in S.
func (c *Cell) pair(d *[2]device.PCM) float64 {
	return c.PCM.Conductance(&d[0]) + c.PCM.Conductance(&d[1])
}

// A Synapse is one cell in the hands of a transfer programmer. Synapses of
// different cells may work side by side where they are Deferred.
type Synapse struct {
	// Deferred synapses keep the account of their column to themselves until
	// Settle, so that no sum depends on who was first.
	Deferred bool

	t    *Tile
	i, j int
	made bool // dev holds the devices
	dev  [2]device.PCM
	pair float64        // G+ + G- when they were made, S
	rng  circuit.Stream // of this transfer's programming noise
	key  uint64
	spent
}

// spent is what programming moved.
type spent struct {
	Charges
	sum  float64 // change of the sum of r, V
	colG float64 // change of the sum of G+ + G- over the column, S
}

// Open takes cell (i, j) of t at the instant of a transfer, whose number keys
// its random draws. It panics if what s has moved in another column is not
// settled.
func (s *Synapse) Open(t *Tile, i, j int, transfer uint64) {
	if s.spent != (spent{}) && (s.t != t || s.j != j) {
		panic("tile: a Synapse opens another column before it has settled the last")
	}
	s.t, s.i, s.j, s.made = t, i, j, false
	// Cells and transfers share one index; a tile has fewer than 2^30 cells.
	s.key = transfer<<30 | uint64(i*t.cols+j) | 1<<63
}

// make fabricates the devices, which only a cell that is written needs.
func (s *Synapse) make() {
	if s.made {
		return
	}
	s.made = true
	s.dev = s.t.fabricated(s.i, s.j, &s.rng)
	s.pair = s.t.cell.pair(&s.dev)
	s.rng.Reset(s.t.seed, circuit.Programming, s.t.instance, s.key)
}

// Close writes the devices back.
func (s *Synapse) Close() {
	if s.made {
		t, n := s.t, s.i*s.t.cols+s.j
		for k := range s.dev {
			t.x[2*n+k] = float32(s.dev[k].X)
		}
		pair := t.setPair(s.i, s.j, &s.dev) - s.pair
		t.rowG[s.i] += pair // whoever works beside s has other rows
		s.colG += pair
		t.change()
	}
	if !s.Deferred {
		s.Settle()
	}
}

// Settle adds what s has moved since the last call to the account of its tile.
func (s *Synapse) Settle() {
	if s.t != nil {
		s.t.charge.settle(&s.spent)
		s.t.colG[s.j] += s.colG
	}
	s.spent = spent{}
}

// Conductance returns G+ (k = 0) or G- (k = 1) in S.
func (s *Synapse) Conductance(k int) float64 {
	s.make()
	return s.t.cell.PCM.Conductance(&s.dev[k])
}

// LongTerm returns F (G+ - G-) in S.
func (s *Synapse) LongTerm() float64 {
	if !s.made {
		return float64(s.t.lt[s.t.index(s.i, s.j)])
	}
	return s.t.cell.Gain * (s.Conductance(0) - s.Conductance(1))
}

// ShortTerm returns s (g - g_ref) in S under polarity sign at the instant now.
func (s *Synapse) ShortTerm(sign float32) float64 {
	return float64(sign * (s.t.conductance(s.i, s.j) - s.t.conductance(s.i, s.t.cols)))
}

// Set applies a SET pulse of a current in A and a width in s to device k.
func (s *Synapse) Set(k int, current, width float64) {
	s.make()
	s.t.cell.PCM.Set(&s.dev[k], current, width, &s.rng)
	s.Sets++
	s.SetCharge += current * width
	s.wear(k).Pulses++
}

// Ramp applies a ramp-down of the SET current from a peak in A, in steps of
// length seconds each, to device k.
func (s *Synapse) Ramp(k int, peak float64, steps int, length float64) {
	s.make()
	s.t.cell.PCM.SetRamp(&s.dev[k], peak, steps, length, &s.rng)
	s.Sets++
	s.SetCharge += peak * length * float64(steps+1) / 2
	s.wear(k).Pulses++
}

// Reset applies a RESET pulse to device k.
func (s *Synapse) Reset(k int) {
	s.make()
	s.t.cell.PCM.Reset(&s.dev[k], &s.rng)
	s.Resets++
	s.wear(k).Resets++
}

func (s *Synapse) wear(k int) *Wear { return &s.t.wear[2*(s.i*s.t.cols+s.j)+k] }

// Normal returns a draw of N(0, 1) from the transfer's stream of the cell.
func (s *Synapse) Normal() float64 {
	s.make()
	return s.rng.Normal()
}

// Precharge re-initialises the capacitor to V0, with kT/C noise.
func (s *Synapse) Precharge() {
	s.make()
	t := s.t
	v := t.cell.V0 + t.cell.Storage.ResetNoise(t.cell.Curves.NodeC)*s.rng.Normal()
	s.precharged(t, t.charged(s.i, s.j, v))
	t.change()
}

// charged puts the capacitor of a cell at v and returns by how much r changed.
func (t *Tile) charged(i, j int, v float64) float64 {
	r := &t.r[t.index(i, j)]
	before := float64(*r)
	*r = (float32(v) - t.veq.column(j)[i]) / t.alpha
	return float64(*r) - before
}

// Pulse fires n update pulses on the cell alone, up for n > 0, down for n < 0.
func (s *Synapse) Pulse(n int) {
	t := s.t
	gain, steps, count := &t.up, &t.stepUp, n
	if n < 0 {
		gain, steps, count = &t.down, &t.stepDown, -n
	}
	at := t.index(s.i, s.j)
	before := float64(t.r[at])
	stepGo(t.r[at:at+1], t.veq.column(s.j)[s.i:], gain.column(s.j)[s.i:], []int32{int32(count)},
		t.alpha, 1/t.alpha, float32(t.cell.Low), float32(t.cell.High), steps)
	t.change()
	s.pulsed(t, n, float64(t.r[at])-before)
}

// Polarity returns the polarity of column j, +1 or -1.
func (t *Tile) Polarity(j int) float32 { return t.sign[j] }

// SetPolarity sets the polarity of column j.
func (t *Tile) SetPolarity(j int, sign float32) {
	t.sign[j] = sign
	t.change()
}

// BeginTransfer brings the tile to the instant now; the Synapses opened until
// the next call see its capacitors at that time.
func (t *Tile) BeginTransfer(now circuit.Time) { t.rebase(now) }

// At moves the instant that opened Synapses see to now.
func (t *Tile) At(now circuit.Time) {
	t.at(now)
	if t.alpha < rebaseFarBelow {
		t.rebase(now)
	}
	t.leakTo(now)
	if t.leak.perCell {
		for i := range t.rows {
			t.catchUp(i, now)
		}
	}
}

// PrechargeReference re-initialises the reference cells to V0.
func (t *Tile) PrechargeReference(transfer uint64) {
	rng := circuit.NewStream(t.seed, circuit.Programming, ^t.instance, transfer)
	var p spent
	for i := range t.rows {
		v := t.cell.V0 + t.cell.Storage.ResetNoise(t.cell.Curves.NodeC)*rng.Normal()
		p.precharged(t, t.charged(i, t.cols, v))
	}
	t.charge.settle(&p)
	t.eachView(func(v *view) { t.drawColumn(v, t.cols) })
}

// HoldReference puts the reference cells at V0 at the instant now, as a driver
// does that never lets go of them: without kT/C noise. What it supplies is the
// leak of that time.
func (t *Tile) HoldReference(now circuit.Time) {
	t.at(now)
	t.leakTo(now)
	var p spent
	for i := range t.rows {
		t.catchUp(i, now)
		p.held(t, t.charged(i, t.cols, t.cell.V0))
	}
	t.charge.settle(&p)
	t.eachView(func(v *view) { t.drawColumn(v, t.cols) })
}
