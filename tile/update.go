package tile

import "engram/circuit"

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

// pulsing are the rows that pulse in one pass of an update, and scratch for
// those of them that coincide with the pulses of a column.
type pulsing struct {
	row  []int32
	word []uint32 // trains

	coincident, count []int32
}

// Update fires the slots in mask at the instant now: a cell's capacitor takes
// one step of charge for every slot in which a row pulse and a column pulse
// coincide.
func (t *Tile) Update(now circuit.Time, p *Trains, mask uint32) {
	t.at(now)
	if t.alpha < rebaseBelow {
		t.rebase(now)
	}
	t.beginUpdate(now)
	defer t.endUpdate()
	columns := anySlot(p.Up, p.Down) & mask
	pos, neg := &t.firing[0], &t.firing[1]
	pos.list(p.Row, columns)
	neg.list(p.RowNeg, columns)
	for k := range t.firing {
		for _, i := range t.firing[k].row {
			t.catchUp(int(i), now)
		}
	}
	t.pass(pos, p.Up, mask, +1)
	t.pass(pos, p.Down, mask, -1)
	t.pass(neg, p.Down, mask, +1)
	t.pass(neg, p.Up, mask, -1)
}

// anySlot returns the slots in which any of the lines fires.
func anySlot(lines ...[]uint32) uint32 {
	var any uint32
	for _, words := range lines {
		for _, w := range words {
			any |= w
		}
	}
	return any
}

// list makes p the rows that pulse in any of the given slots.
func (p *pulsing) list(words []uint32, slots uint32) {
	p.row, p.word = p.row[:0], p.word[:0]
	for i, w := range words {
		if w &= slots; w != 0 {
			p.row, p.word = append(p.row, int32(i)), append(p.word, w)
		}
	}
	if room := len(words) + coincideRoom; len(p.count) < room {
		p.coincident, p.count = make([]int32, room), make([]int32, room)
	}
}

// pass fires the given line of every column, in the slots of mask, against rows.
func (t *Tile) pass(p *pulsing, line []uint32, mask uint32, direction int32) {
	if len(p.row) == 0 {
		return
	}
	for j, w := range line {
		if w &= mask; w == 0 {
			continue
		}
		n, steps := coincide(p.coincident, p.count, p.row, p.word, w)
		t.steps += uint64(steps)
		rows, count := p.coincident[:n], p.count[:n]
		if t.gross != nil {
			t.countPulses(rows, j, count, direction)
		}
		if t.cell.SingleTier {
			t.setCells(rows, j, count, direction)
		} else {
			t.pulse(rows, j, count, steps, direction)
		}
	}
}

// pulse lets cells of column j take their steps.
func (t *Tile) pulse(rows []int32, j int, count []int32, steps int, direction int32) {
	gain, curve, seen := &t.up, &t.stepUp, &t.seen[0]
	if direction < 0 {
		gain, curve, seen = &t.down, &t.stepDown, &t.seen[1]
	}
	r := t.r[j:]
	seen.n += steps
	var before float64
	if t.looking {
		before = sumAt(r, t.stride, rows)
	}
	pulseColumn(r, t.stride, t.veq.line(j), gain.line(j), rows, count,
		t.alpha, 1/t.alpha, float32(t.cell.Low), float32(t.cell.High), curve)
	if t.looking {
		seen.sum += sumAt(r, t.stride, rows) - before
	}
}

// countPulses counts the pulses of cells of column j as CountPulses says.
func (t *Tile) countPulses(rows []int32, j int, count []int32, direction int32) {
	for k, i := range rows {
		at := int(i)*t.cols + j
		t.gross[at] += count[k]
		t.net[at] += count[k] * direction * int32(t.sign[j])
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
