package netlist

import (
	"math"

	"engram/circuit"
	"engram/periphery"
)

// A TransferReport sums up one transfer of all tiles, or, interleaved, all
// column transfers since the last report.
type TransferReport struct {
	Number  uint64       `json:"number"`
	Example int          `json:"example"` // examples trained before it
	Start   circuit.Time `json:"start_ps"`
	// Length is the time for which training stood still.
	Length circuit.Time `json:"length_ps"`
	// Programming is the time for which the busiest tile was programmed. What
	// of it is not in Length was hidden behind training.
	Programming circuit.Time `json:"programming_ps"`
	// Late is the number of columns that had to wait for the programmer, which
	// was still busy with the column before when their turn came.
	Late    int `json:"late_columns"`
	Columns int `json:"columns"`
	periphery.Tally

	ErrorRMS float64 `json:"error_rms_S"` // weight after less weight before, as read, S
	ErrorMax float64 `json:"error_max_S"`
	// Remaining is the distribution of the error of the weights, LongTerm
	// that of the long-term parts against their targets, Conductances that
	// of the devices afterwards; all in S.
	Remaining    Histogram `json:"remaining_error"`
	LongTerm     Histogram `json:"long_term_error"`
	Conductances Histogram `json:"conductances"`

	Squares float64 `json:"error_sum_of_squares"` // S^2
}

// newReport returns an empty report for transfers of s.
func (s *System) newReport() TransferReport {
	return TransferReport{
		Number: s.transfers, Start: s.Engine.Now(), Tally: s.design.Transfer.NewTally(),
		Remaining: newHistogram(-3e-6, 3e-6, 120), LongTerm: newHistogram(-6e-6, 6e-6, 120), Conductances: newHistogram(0, 30e-6, 120),
	}
}

// settle completes a report.
func (r *TransferReport) settle() { r.ErrorRMS = math.Sqrt(r.Squares / float64(max(1, r.Cells))) }

// like reports whether every list of r is as long as that of o.
func (r *TransferReport) like(o *TransferReport) bool {
	return len(r.SetsAt) == len(o.SetsAt) && len(r.RampsOf) == len(o.RampsOf) &&
		r.Remaining.like(&o.Remaining) && r.LongTerm.like(&o.LongTerm) && r.Conductances.like(&o.Conductances)
}

// add adds another transfer to r; Number, Example and Start stay.
func (r *TransferReport) add(o *TransferReport) {
	r.Length += o.Length
	r.Programming += o.Programming
	r.Late += o.Late
	r.Columns += o.Columns
	r.Tally.Add(&o.Tally)
	r.Squares += o.Squares
	r.ErrorMax = max(r.ErrorMax, o.ErrorMax)
	r.Remaining.Merge(&o.Remaining)
	r.LongTerm.Merge(&o.LongTerm)
	r.Conductances.Merge(&o.Conductances)
	r.settle()
}

// TransferTotal sums up all transfers so far.
func (s *System) TransferTotal() TransferReport { return s.interleaved.Total }

// Transfer moves the short-term weights of all tiles into their phase-change
// devices. In blocking mode training stands still and simulated time passes:
// tiles work side by side, each column by column, all rows of a column in
// parallel. In interleaved mode the columns were transferred by [System.BetweenExamples]
// since the last call, and the report says so.
func (s *System) Transfer() TransferReport {
	if s.design.Transfer.Mode == periphery.Interleaved {
		return s.takeInterleaved()
	}
	r := s.newReport()
	for _, a := range s.Arrays {
		r.Length = max(r.Length, a.transferAll(s.Engine.Now(), s.transfers, &r))
	}
	r.Programming = r.Length
	r.settle()
	s.interleaved.Total.add(&r)
	s.transfers++
	s.Engine.Wait(r.Length)
	return r
}

// transferAll transfers every column of one tile, starting at the instant now,
// and returns how long it took. All columns are read before the reference
// cells are re-initialised, since that moves every weight of a row.
func (a *Array) transferAll(now circuit.Time, number uint64, r *TransferReport) circuit.Time {
	a.BeginTransfer(now)
	rows := a.Rows()
	w := make([]float64, rows*a.Cols())
	var length circuit.Time
	if !a.single {
		for j := range a.Cols() {
			a.readColumn(j, number, w[j*rows:(j+1)*rows])
		}
		r.Reads += len(w)
		length = circuit.Time(a.Cols()) * a.programmer.ReadTime()
		a.At(now + length)
		a.PrechargeReference(number)
	}
	for j := range a.Cols() {
		a.At(now + length)
		r.Columns++
		length += a.writeColumn(j, number, w[j*rows:(j+1)*rows], r)
	}
	return length
}

// readColumn reads the weights of column j, in S.
func (a *Array) readColumn(j int, number uint64, w []float64) {
	sign := a.Polarity(j)
	a.parallel(func(b *block) {
		for i := b.from; i < b.to; i++ {
			b.cell.Open(a.Tile, i, j, number)
			w[i] = a.programmer.Read(b.cell.LongTerm() + b.cell.ShortTerm(sign))
		}
	})
	a.bookReads(a.Rows())
}

// writeColumn programs the weights w, in S, into column j, flips its polarity,
// and returns how long that took: as long as the slowest row.
func (a *Array) writeColumn(j int, number uint64, w []float64, r *TransferReport) circuit.Time {
	sign := a.Polarity(j)
	if a.programmer.Spec().PolarityInversion && !a.single {
		sign = -sign
	}
	a.parallel(func(b *block) {
		for i := b.from; i < b.to; i++ {
			b.cell.Open(a.Tile, i, j, number)
			if a.single {
				b.note(b.seq.Refresh(&b.cell))
			} else {
				b.note(b.seq.Run(&b.cell, w[i], sign))
			}
			b.cell.Close()
		}
	})
	a.SetPolarity(j, sign)
	before := r.Reads
	longest := a.collect(r)
	a.bookReads(r.Reads - before)
	return longest
}

// Initialise programs the weights w, dimensionless, Rows x Cols, into a tile
// before training starts.
func (s *System) Initialise(k int, w []float32) {
	a := s.Arrays[k]
	a.BeginTransfer(s.Engine.Now())
	for j := range a.Cols() {
		sign := a.Polarity(j)
		a.parallel(func(b *block) {
			for i := b.from; i < b.to; i++ {
				b.cell.Open(a.Tile, i, j, 1<<30)
				b.note(b.seq.Run(&b.cell, float64(w[i*a.Cols()+j])*float64(a.unit), sign))
				b.cell.Close()
			}
		})
		r := s.newReport()
		a.collect(&r)
	}
	a.forgetCharges(s.Engine.Now())
}
