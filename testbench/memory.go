package testbench

import (
	"fmt"
	"runtime"

	"engram/netlist"
	"engram/testbench/dataset"
	"engram/tile"
)

const (
	// baseMemory is what a run takes beside cells and data, in bytes: the
	// program, the curves of the cells, the figures (measured on the bundled
	// MNIST run, rounded up).
	baseMemory = 96 << 20
	// collectorSlack is the heap that the garbage collector lets grow over
	// what is in use, at its default of 100 %.
	collectorSlack = 2
)

// EstimateMemory returns an upper bound, in bytes, of what a run of b
// allocates for its cells, its twin and the weights that tests read, known
// before anything is allocated. The data come on top.
func (b *Bench) EstimateMemory() int64 {
	total := int64(baseMemory)
	const weight = 4 // bytes of a float32
	for i := range b.Design.Arrays {
		a := &b.Design.Arrays[i]
		cells := int64(a.Rows()) * int64(a.Cols()+1)
		// The initial weights, a snapshot, and the weights of a transfer
		// in float64.
		perCell := int64(2*weight + 8)
		if a.Cell.SingleTier {
			perCell += tile.BytesPerPair
		}
		if b.Spec.Baseline.Float {
			perCell += weight * int64(1+runtime.GOMAXPROCS(0)) // the twin, and its readers in a test
		}
		total += (tile.Bytes(a.Rows(), a.Cols()) + cells*perCell) * collectorSlack
	}
	return total
}

// dataBytes returns the bytes that two sets of one byte per value take in
// memory, and as many again while they are read.
func dataBytes(train, test *dataset.Set) int64 {
	return 2 * (int64(train.Len())*int64(train.Dim()) + int64(test.Len())*int64(test.Dim()))
}

// A MemoryError refuses a run that would not fit.
type MemoryError struct {
	Need, Limit int64 // bytes
	Design      *netlist.Design
}

func (e *MemoryError) Error() string {
	return fmt.Sprintf("%d synapses need about %s of memory, and the limit is %s; raise it with --max-memory or run a smaller netlist",
		e.Design.Synapses(), FormatBytes(e.Need), FormatBytes(e.Limit))
}

// CheckMemory fails with a MemoryError where a run of b with the given bytes of
// data needs more than limit bytes; 0 for no limit.
func (b *Bench) CheckMemory(limit, data int64) error {
	if need := b.EstimateMemory() + data; limit > 0 && need > limit {
		return &MemoryError{need, limit, b.Design}
	}
	return nil
}

// FormatBytes writes a size in decimal units: 1.5 GB.
func FormatBytes(n int64) string {
	const units = "kMGTPE"
	if n < 1000 {
		return fmt.Sprintf("%d B", n)
	}
	x := float64(n) / 1000
	i := 0
	for ; x >= 999.95 && i < len(units)-1; i++ {
		x /= 1000
	}
	return fmt.Sprintf("%.1f %cB", x, units[i])
}
