package tile

import (
	"math/bits"

	"engram/circuit"
)

// MaxSlots is the largest number of pulse opportunities of one update: the
// bits of a pulse train.
const MaxSlots = 32

// Trains are the pulse trains of one update; bit k of a word is slot k. A row
// pulse meets the up line or the down line of a column. Rows that carry a
// negative input fire in a second pass in which the lines change roles, so
// they stand in RowNeg.
type Trains struct {
	Row, RowNeg []uint32 // one word per row
	Up, Down    []uint32 // one word per column: the lines of the pull-up and of the pull-down transistors
}

// Mask returns the word with the bits of slots [from, to).
func Mask(from, to int) uint32 {
	return uint32((uint64(1)<<to - 1) &^ (uint64(1)<<from - 1))
}

// Update fires the slots in mask at the instant now: a cell's capacitor takes
// one step of charge for every slot in which a row pulse and a column pulse
// coincide.
func (t *Tile) Update(now circuit.Time, p *Trains, mask uint32) {
	t.at(now)
	if t.alpha < rebaseBelow {
		t.rebase(now)
	}
	t.beginUpdate(now, p, mask)
	defer t.endUpdate()
	up, down := anySlot(p.Up)&mask, anySlot(p.Down)&mask
	for i := range t.rows {
		row, neg := p.Row[i]&mask, p.RowNeg[i]&mask
		if (row|neg)&(up|down) == 0 {
			continue
		}
		if t.cell.SingleTier {
			t.setPulses(i, row, p.Up, +1)
			t.setPulses(i, row, p.Down, -1)
			t.setPulses(i, neg, p.Down, +1)
			t.setPulses(i, neg, p.Up, -1)
			continue
		}
		t.catchUp(i, now)
		t.pulse(i, row, p.Up, t.upCols, +1)
		t.pulse(i, row, p.Down, t.downCols, -1)
		t.pulse(i, neg, p.Down, t.downCols, +1)
		t.pulse(i, neg, p.Up, t.upCols, -1)
	}
}

// anySlot returns the slots in which any of the lines fires.
func anySlot(words []uint32) uint32 {
	var any uint32
	for _, w := range words {
		any |= w
	}
	return any
}

// pulse fires the given line of every column, of which those in columns have
// pulses, against one row.
func (t *Tile) pulse(i int, row uint32, line []uint32, columns []int32, direction int32) {
	if row == 0 {
		return
	}
	gain, steps, seen := &t.up, &t.stepUp, &t.seen[0]
	if direction < 0 {
		gain, steps, seen = &t.down, &t.stepDown, &t.seen[1]
	}
	r := t.r[i*t.stride : i*t.stride+t.cols]
	var before float64
	if t.looking {
		before = sumAt(r, columns)
	}
	n := pulseRow(r, t.veq.row(i, t.cols), gain.row(i, t.cols), line, row,
		t.alpha, 1/t.alpha, float32(t.cell.Low), float32(t.cell.High), steps)
	t.steps += uint64(n)
	seen.n += n
	if t.looking {
		seen.sum += sumAt(r, columns) - before
	}
	if t.gross != nil {
		for j := range t.cols {
			n := int32(bits.OnesCount32(row & line[j]))
			t.gross[i*t.cols+j] += n
			t.net[i*t.cols+j] += n * direction * int32(t.sign[j])
		}
	}
}

// Steps returns the number of update steps taken so far.
func (t *Tile) Steps() uint64 { return t.steps }

// CountPulses starts counting gross and net pulses per cell from zero.
func (t *Tile) CountPulses() {
	t.gross = make([]int32, t.rows*t.cols)
	t.net = make([]int32, t.rows*t.cols)
}

// Pulses returns the pulses of each cell since CountPulses: how many, and the
// balance of those that raised and those that lowered the weight. Both are nil
// when counting is off.
func (t *Tile) Pulses() (gross, net []int32) { return t.gross, t.net }
