package netlist

import (
	"math"

	"engram/circuit"
	"engram/tile"
)

// A TransferReport sums up one transfer of all tiles.
type TransferReport struct {
	Number                      uint64
	Example                     int // examples trained before it
	Start, Length               circuit.Time
	Cells, Failed               int
	Reads, Sets, Resets, Pulses int
	ErrorRMS, ErrorMax          float64 // weight after less weight before, S
}

// Transfer moves the short-term weights of all tiles into their phase-change
// devices while training stands still; simulated time passes. Tiles work side
// by side, each column by column, all rows of a column in parallel.
func (s *System) Transfer() TransferReport {
	r := TransferReport{Number: s.transfers, Start: s.Engine.Now()}
	var sum float64
	for _, a := range s.Arrays {
		length := a.transferAll(s.Engine.Now(), s.transfers, s.design.Transfer.PolarityInversion, &r, &sum)
		r.Length = max(r.Length, length)
	}
	r.Length = r.Length.Ceil(s.Engine.Period())
	r.ErrorRMS = math.Sqrt(sum / float64(max(1, r.Cells)))
	s.transfers++
	s.Engine.Wait(r.Length)
	return r
}

// transferAll transfers every column of one tile, starting at the instant now,
// and returns how long it took. All columns are read before the reference
// cells are re-initialised, since that moves every weight of a row.
func (a *Array) transferAll(now circuit.Time, number uint64, invert bool, r *TransferReport, sum *float64) circuit.Time {
	a.BeginTransfer(now)
	w := make([]float64, a.Rows()*a.Cols())
	var cell tile.Synapse
	for j := range a.Cols() {
		for i := range a.Rows() {
			cell.Open(a.Tile, i, j, number)
			w[j*a.Rows()+i] = a.programmer.Read(cell.LongTerm() + cell.ShortTerm(a.Polarity(j)))
		}
	}
	r.Reads += len(w)
	length := circuit.Time(a.Cols()) * a.programmer.ReadTime()
	a.At(now + length)
	a.PrechargeReference(number)
	for j := range a.Cols() {
		sign := a.Polarity(j)
		if invert {
			sign = -sign
		}
		a.At(now + length)
		var longest circuit.Time
		for i := range a.Rows() {
			cell.Open(a.Tile, i, j, number)
			done := a.programmer.Program(&cell, w[j*a.Rows()+i], sign)
			cell.Close()
			longest = max(longest, done.Time)
			r.Cells++
			r.Reads += done.Reads
			r.Sets += done.Sets
			r.Resets += done.Resets
			r.Pulses += done.Pulses
			if done.Failed {
				r.Failed++
			}
			*sum += done.Error * done.Error
			r.ErrorMax = max(r.ErrorMax, math.Abs(done.Error))
		}
		a.SetPolarity(j, sign)
		length += longest
	}
	return length
}

// Initialise programs the weights w, dimensionless, Rows x Cols, into a tile
// before training starts.
func (s *System) Initialise(k int, w []float32) {
	a := s.Arrays[k]
	var cell tile.Synapse
	a.BeginTransfer(s.Engine.Now())
	for j := range a.Cols() {
		for i := range a.Rows() {
			cell.Open(a.Tile, i, j, 1<<30)
			a.programmer.Program(&cell, float64(w[i*a.Cols()+j])*float64(a.unit), a.Polarity(j))
			cell.Close()
		}
	}
}
