package netlist

import (
	"math"

	"engram/circuit"
	"engram/device"
	"engram/tile"
)

// A FinalReport sums up the transfer that ends a training.
type FinalReport struct {
	Length circuit.Time `json:"length_ps"`
	Cells  int          `json:"cells"`
	Failed int          `json:"failed"` // by the programmer's own reads not within tolerance
	Reads  int          `json:"reads"`
	Sets   int          `json:"sets"`
	Resets int          `json:"resets"`
	// ErrorRMS and ErrorMax are of the long-term weights against the whole
	// weights as read, in S.
	ErrorRMS float64 `json:"error_rms_S"`
	ErrorMax float64 `json:"error_max_S"`

	squares float64
}

// FinalTransfer moves the whole weights of all tiles into phase-change memory,
// for use without the capacitors. Simulated time passes; tiles work side by
// side, each column by column, all rows of a column in parallel.
func (s *System) FinalTransfer() FinalReport {
	var r FinalReport
	for _, a := range s.Arrays {
		r.Length = max(r.Length, a.transferFinal(s.Engine.Now(), s.transfers, &r))
	}
	r.Length = r.Length.Ceil(s.Engine.Period())
	r.ErrorRMS = math.Sqrt(r.squares / float64(max(1, r.Cells)))
	s.transfers++
	s.Engine.Wait(r.Length)
	return r
}

// transferFinal transfers one tile from the instant now on and returns how long
// it took. A column is read right before it is written.
func (a *Array) transferFinal(now circuit.Time, number uint64, r *FinalReport) circuit.Time {
	var cell tile.Synapse
	sequencer := a.programmer.Final().NewSequencer()
	a.BeginTransfer(now)
	var length circuit.Time
	for j := range a.Cols() {
		a.At(now + length)
		var longest circuit.Time
		for i := range a.Rows() {
			cell.Open(a.Tile, i, j, number)
			w := a.programmer.Read(cell.LongTerm() + cell.ShortTerm(a.Polarity(j)))
			done := sequencer.RunFinal(&cell, w)
			cell.Close()
			longest = max(longest, done.Time)
			miss := cell.LongTerm() - w
			r.squares += float64(miss * miss)
			r.ErrorMax = max(r.ErrorMax, math.Abs(miss))
		}
		length += a.programmer.ReadTime() + longest
	}
	t := &sequencer.Tally
	r.Cells += t.Cells
	r.Failed += t.Failed
	r.Reads += t.Reads + a.Rows()*a.Cols()
	r.Sets += t.Sets
	r.Resets += t.Resets
	return length
}

// LongTerm returns a snapshot of what phase-change memory alone holds, as it
// was programmed: without drift, read noise and capacitors.
func (s *System) LongTerm() *Snapshot {
	return s.snapshotOf(func(a *Array, w []float32) float32 {
		a.LongTerm(w)
		return 1
	})
}

// Aged returns a snapshot of what a read of phase-change memory finds at an
// age, without the capacitors. With compensate every tile's amplifiers are
// raised by its DriftGain.
func (s *System) Aged(age tile.Age, compensate bool) (*Snapshot, error) {
	if err := device.CheckDriftTime(age.Seconds); err != nil {
		return nil, err
	}
	return s.snapshotOf(func(a *Array, w []float32) float32 {
		a.Aged(age, w)
		if compensate {
			return float32(a.DriftGain(age))
		}
		return 1
	}), nil
}

// snapshotOf returns a snapshot of the weights in S that read writes for every
// array, times the gain that it returns.
func (s *System) snapshotOf(read func(a *Array, w []float32) (gain float32)) *Snapshot {
	snap := &Snapshot{sys: s, design: s.design, seed: s.seed}
	for _, a := range s.Arrays {
		w := make([]float32, a.Rows()*a.Cols())
		scale := read(a, w) / a.unit
		for i := range w {
			w[i] *= scale
		}
		snap.weights = append(snap.weights, w)
	}
	return snap
}
