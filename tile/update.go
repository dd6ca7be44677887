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

// pulsing are the rows that pulse in one pass of an update.
type pulsing struct {
	word  []uint32 // trains of all rows; whole blocks
	first []int32  // rows that begin the blocks where one can coincide with a column
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
	if t.leak.perCell {
		for i := range t.rows {
			if (pos.word[i]|neg.word[i])&columns != 0 {
				t.catchUp(i, now)
			}
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

// list makes p the rows with the given trains, where columns fire in the given
// slots.
func (p *pulsing) list(words []uint32, slots uint32) {
	if p.word == nil {
		n := blocks(len(words))
		p.word, p.first = make([]uint32, n), make([]int32, 0, n/block)
	}
	copy(p.word, words)
	p.first = p.first[:0]
	for first := 0; first < len(p.word); first += block {
		b := (*[block]uint32)(p.word[first:]) // spelt out: a loop takes twice as long
		any := b[0] | b[1] | b[2] | b[3] | b[4] | b[5] | b[6] | b[7]
		if any&slots != 0 {
			p.first = append(p.first, int32(first))
		}
	}
}

// pass fires the given line of every column, in the slots of mask, against rows.
// Columns of one polarity share a burst, except where the account wants the charge
// of each.
func (t *Tile) pass(p *pulsing, trains []uint32, mask uint32, direction int32) {
	if len(p.first) == 0 {
		return
	}
	gain, seen := &t.up, &t.seen[0]
	if direction < 0 {
		gain, seen = &t.down, &t.seen[1]
	}
	b, c, n := &t.burst, &t.source, 0
	var sign float32
	for j, w := range trains {
		if w &= mask; w == 0 {
			continue
		}
		if t.sign[j] != sign {
			t.fire(n, direction, sign)
			n, sign = 0, t.sign[j]
		}
		*c = strip{t.column(t.r, j), t.veq.column(j), gain.column(j), t.e.column(j), t.column(t.lt, j), int32(t.index(0, j))}
		var before, after float64 // the sum of r over the cells that are stepped
		for first := p.first; len(first) > 0; {
			var steps, done int
			n, steps, done = pack(b, n, c, first, p.word, w)
			first = first[done:]
			t.steps += uint64(steps)
			seen.n += steps
			if t.looking {
				before = sum(before, b.r[:n])
				t.fire(n, direction, sign)
				after = sum(after, b.r[:n])
				n = 0
			} else if full(n) {
				t.fire(n, direction, sign)
				n = 0
			}
		}
		seen.sum -= before
		seen.sum += after
	}
	t.fire(n, direction, sign)
}

// fire lets the first n cells of the burst, whose columns have polarity sign, take
// their steps, and brings the tile up to date.
func (t *Tile) fire(n int, direction int32, sign float32) {
	if n == 0 {
		return
	}
	if t.gross != nil {
		t.countPulses(n, direction)
	}
	if t.cell.SingleTier {
		t.setCells(n, direction)
		return
	}
	curve := &t.stepUp
	if direction < 0 {
		curve = &t.stepDown
	}
	b, m := &t.burst, blocks(n)
	step(b.r[:m], b.veq[:m], b.gain[:m], b.count[:m], t.alpha, 1/t.alpha, float32(t.cell.Low), float32(t.cell.High), curve)
	cells := b.cell[:n]
	scatter(t.r, b.r[:n], cells)
	t.eachView(func(v *view) {
		lines(b.line[:2*m], b.r[:m], b.e[:m], b.lt[:m], v.center, sign, &v.curve)
		redraw(v.line, b.line[:2*m], cells)
	})
}

// sum returns sum and the elements of s.
func sum(sum float64, s []float32) float64 {
	for _, v := range s {
		sum += float64(v)
	}
	return sum
}

// countPulses counts the pulses of the first n cells of the burst as CountPulses
// says.
func (t *Tile) countPulses(n int, direction int32) {
	for k, cell := range t.burst.cell[:n] {
		i, j := t.cellAt(cell)
		at, count := i*t.cols+j, t.burst.count[k]
		t.gross[at] += count
		t.net[at] += count * direction * int32(t.sign[j])
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
