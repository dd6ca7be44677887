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

// setLongTerm recomputes F (G+ - G-) of a cell from its devices.
func (t *Tile) setLongTerm(i, j int, rng *circuit.Stream) {
	plus, minus := t.device(i, j, 0, rng), t.device(i, j, 1, rng)
	t.lt[i*t.stride+j] = float32(t.cell.Gain * (t.cell.PCM.Conductance(&plus) - t.cell.PCM.Conductance(&minus)))
	t.pcmStale = true
}

// sumConductances brings rowG and colG up to date.
func (t *Tile) sumConductances() {
	if !t.pcmStale {
		return
	}
	t.pcmStale = false
	clear(t.rowG)
	clear(t.colG)
	var rng circuit.Stream
	for i := range t.rows {
		for j := range t.cols {
			for k := range 2 {
				d := t.device(i, j, k, &rng)
				g := t.cell.PCM.Conductance(&d)
				t.rowG[i] += g
				t.colG[j] += g
			}
		}
	}
}

// A Synapse is one cell in the hands of a transfer programmer.
type Synapse struct {
	t    *Tile
	i, j int
	dev  [2]device.PCM
	rng  circuit.Stream // of this transfer's programming noise
}

// Open takes cell (i, j) of t at the instant of a transfer, whose number keys
// its random draws.
func (s *Synapse) Open(t *Tile, i, j int, transfer uint64) {
	s.t, s.i, s.j = t, i, j
	for k := range s.dev {
		s.dev[k] = t.device(i, j, k, &s.rng)
	}
	// Cells and transfers share one index; a tile has fewer than 2^30 cells.
	s.rng.Reset(t.seed, circuit.Programming, t.instance, transfer<<30|uint64(i*t.cols+j)|1<<63)
}

// Close writes the devices back.
func (s *Synapse) Close() {
	t, n := s.t, s.i*s.t.cols+s.j
	for k := range s.dev {
		t.x[2*n+k] = float32(s.dev[k].X)
	}
	t.lt[s.i*t.stride+s.j] = float32(s.LongTerm())
	t.pcmStale = true
}

// Conductance returns G+ (k = 0) or G- (k = 1) in S.
func (s *Synapse) Conductance(k int) float64 { return s.t.cell.PCM.Conductance(&s.dev[k]) }

// LongTerm returns F (G+ - G-) in S.
func (s *Synapse) LongTerm() float64 {
	return s.t.cell.Gain * (s.Conductance(0) - s.Conductance(1))
}

// ShortTerm returns s (g - g_ref) in S under polarity sign at the instant now.
func (s *Synapse) ShortTerm(sign float32) float64 {
	t := s.t
	r, e := t.r[s.i*t.stride:(s.i+1)*t.stride], t.e.row(s.i, t.stride)
	g := t.forward.at(float32(t.alpha*r[s.j]) + e[s.j])
	ref := t.forward.at(float32(t.alpha*r[t.cols]) + e[t.cols])
	return float64(sign * (g - ref))
}

// Set applies a SET pulse of a current in A and a width in s to device k.
func (s *Synapse) Set(k int, current, width float64) {
	s.t.cell.PCM.Set(&s.dev[k], current, width, &s.rng)
	s.t.charge.Sets++
	s.t.charge.SetCharge += current * width
}

// Ramp applies a ramp-down of the SET current from a peak in A, in steps of
// length seconds each, to device k.
func (s *Synapse) Ramp(k int, peak float64, steps int, length float64) {
	s.t.cell.PCM.SetRamp(&s.dev[k], peak, steps, length, &s.rng)
}

// Normal returns a draw of N(0, 1) from the transfer's stream of the cell.
func (s *Synapse) Normal() float64 { return s.rng.Normal() }

// Reset applies a RESET pulse to device k.
func (s *Synapse) Reset(k int) {
	s.t.cell.PCM.Reset(&s.dev[k], &s.rng)
	s.t.charge.Resets++
}

// Precharge re-initialises the capacitor to V0, with kT/C noise.
func (s *Synapse) Precharge() {
	t := s.t
	v := t.cell.V0 + t.cell.Storage.ResetNoise(t.cell.Curves.NodeC)*s.rng.Normal()
	t.precharge(s.i, s.j, v)
}

// precharge puts the capacitor of a cell at v.
func (t *Tile) precharge(i, j int, v float64) {
	r := &t.r[i*t.stride+j]
	before := float64(*r)
	*r = (float32(v) - t.veq.row(i, t.stride)[j]) / t.alpha
	t.precharged(float64(*r) - before)
}

// Pulse fires n update pulses on the cell alone, up for n > 0, down for n < 0.
func (s *Synapse) Pulse(n int) {
	t := s.t
	gain, steps, ones := &t.up, &t.stepUp, n
	if n < 0 {
		gain, steps, ones = &t.down, &t.stepDown, -n
	}
	lo := s.i*t.stride + s.j
	before := float64(t.r[lo])
	word := [1]uint32{^uint32(0)}
	for ; ones > 0; ones -= MaxSlots {
		pulseRowGo(t.r[lo:lo+1], t.veq.row(s.i, t.stride)[s.j:s.j+1], gain.row(s.i, t.stride)[s.j:s.j+1], word[:],
			Mask(0, min(ones, MaxSlots)), t.alpha, 1/t.alpha, float32(t.cell.Low), float32(t.cell.High), steps)
	}
	t.pulsed(n, float64(t.r[lo])-before)
}

// Polarity returns the polarity of column j, +1 or -1.
func (t *Tile) Polarity(j int) float32 { return t.sign[j] }

// SetPolarity sets the polarity of column j.
func (t *Tile) SetPolarity(j int, sign float32) { t.sign[j] = sign }

// BeginTransfer brings the tile to the instant now; the Synapses opened until
// the next call see its capacitors at that time.
func (t *Tile) BeginTransfer(now circuit.Time) { t.rebase(now) }

// At moves the instant that opened Synapses see to now.
func (t *Tile) At(now circuit.Time) {
	t.at(now)
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
	for i := range t.rows {
		v := t.cell.V0 + t.cell.Storage.ResetNoise(t.cell.Curves.NodeC)*rng.Normal()
		t.precharge(i, t.cols, v)
	}
}
