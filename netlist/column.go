package netlist

import (
	"math"
	"runtime"
	"sync"
	"sync/atomic"

	"engram/circuit"
	"engram/periphery"
	"engram/tile"
)

// blockRows is the number of rows that one worker programs in one go. It does
// not depend on the machine, so that sums over blocks do not either.
const blockRows = 32

// A block is some rows of a column in the hands of the programmer, and what
// has come of them since the last collect.
type block struct {
	from, to int // rows
	seq      *periphery.Sequencer
	cell     tile.Synapse

	longest             circuit.Time
	squares, largest    float64
	remaining, longTerm Histogram
	conductances        Histogram
}

// newBlocks divides the rows of a.
func (a *Array) newBlocks(r *TransferReport) {
	a.blocks = nil
	for from := 0; from < a.Rows(); from += blockRows {
		b := &block{
			from: from, to: min(from+blockRows, a.Rows()), seq: a.programmer.NewSequencer(),
			remaining: r.Remaining.empty(), longTerm: r.LongTerm.empty(), conductances: r.Conductances.empty(),
		}
		b.cell.Deferred = true
		a.blocks = append(a.blocks, b)
	}
}

// parallel calls f for every block of a, on all cores.
func (a *Array) parallel(f func(b *block)) {
	workers := min(runtime.GOMAXPROCS(0), len(a.blocks)/2)
	if workers < 2 {
		for _, b := range a.blocks {
			f(b)
		}
		return
	}
	var next atomic.Int64
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for n := next.Add(1) - 1; n < int64(len(a.blocks)); n = next.Add(1) - 1 {
				f(a.blocks[n])
			}
		})
	}
	wg.Wait()
}

// note takes in what became of the block's open cell.
func (b *block) note(w periphery.Written) {
	b.longest = max(b.longest, w.Time)
	b.squares += w.Error * w.Error
	b.largest = max(b.largest, math.Abs(w.Error))
	b.remaining.Add(w.Error)
	b.longTerm.Add(w.LongTermError)
	for k := range 2 {
		b.conductances.Add(b.cell.Conductance(k))
	}
}

// collect adds what the blocks of a have noted to r, in the order of the rows,
// and returns the time of the slowest row.
func (a *Array) collect(r *TransferReport) circuit.Time {
	var longest circuit.Time
	for _, b := range a.blocks {
		b.cell.Settle()
		longest = max(longest, b.longest)
		r.Squares += b.squares
		r.ErrorMax = max(r.ErrorMax, b.largest)
		r.Tally.Add(&b.seq.Tally)
		b.seq.Tally.Clear()
		r.Remaining.Take(&b.remaining)
		r.LongTerm.Take(&b.longTerm)
		r.Conductances.Take(&b.conductances)
		b.longest, b.squares, b.largest = 0, 0, 0
	}
	return longest
}
