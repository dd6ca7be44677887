package tile

import "math/bits"

// The kernels below are all the arithmetic that an example spends on its cells:
// pack, step, lines, scatter and redraw for updates, of which lines also makes
// the views for reads, and dots and spread for the reads, which are sums of
// products. They are written as plain loops; kernel_avx2_amd64.s computes the
// same bits with vector instructions. Two rules make that possible: every product
// is rounded before it is added (no fused multiply-add), and a sum runs in
// laneCount interleaved partial sums that are added pairwise at the end.

// segmentCount is the number of cubic pieces of a table.
const segmentCount = 16

// A block is the number of rows that the kernels handle at a time. The columns of
// a tile are filled up to whole blocks with cells that nothing drives.
const block = 8

// laneCount is the number of partial sums of a reduction: two blocks take turns.
const laneCount = 2 * block

// blocks returns n in whole blocks.
func blocks(n int) int { return (n + block - 1) &^ (block - 1) }

// A table is a function of a voltage, cubic on each of segmentCount equal
// segments. Arguments outside the range take the value at its end.
type table struct {
	scale, offset float32                  // segment coordinate = v*scale + offset
	c             [4][segmentCount]float32 // coefficients of 1, t, t^2, t^3 with t in [0, 1)
}

// lastCoordinate is the largest float32 below segmentCount.
const lastCoordinate = 15.999999

// locate returns the segment of v, and where in it v is.
func (t *table) locate(v float32) (segment int32, x float32) {
	s := float32(v*t.scale) + t.offset
	if !(s > 0) { // also NaN
		s = 0
	}
	if s > lastCoordinate {
		s = lastCoordinate
	}
	segment = int32(s)
	return segment, s - float32(segment)
}

func (t *table) at(v float32) float32 {
	i, x := t.locate(v)
	y := float32(t.c[3][i]*x) + t.c[2][i]
	y = float32(y*x) + t.c[1][i]
	return float32(y*x) + t.c[0][i]
}

// tangent returns the function and its derivative, by Horner's rule for both.
func (t *table) tangent(v float32) (y, slope float32) {
	i, x := t.locate(v)
	c := float32(t.c[3][i] * x)
	b := c + t.c[2][i]
	a := float32(b*x) + t.c[1][i]
	slope = float32((c+b)*x) + a
	return float32(a*x) + t.c[0][i], float32(slope * t.scale)
}

// A strip is what an update in one direction needs of a column, in whole blocks.
type strip struct {
	r, veq, gain, e, lt []float32
	start               int32 // of the column, in a slice by column
}

// burstSize is the largest number of cells that are stepped together: enough to
// keep the processor's pipelines full, few enough for its first-level cache.
const burstSize = 256

// A burst is cells of columns of one polarity that take steps in one pass of an
// update. The kernels work on them in whole blocks; of the last one those past the
// end are scratch, and their count is 0.
type burst struct {
	cell, count         [burstSize]int32 // where the cell is in a slice by column; its steps
	r, veq, gain, e, lt [burstSize]float32
	line                [2 * burstSize]float32
}

// full reports whether a burst of n cells may not have room for another block.
func full(n int) bool { return n > burstSize-2*block }

// lanes are the partial sums of a reduction; sum adds them as a tree.
type lanes [laneCount]float32

func (l *lanes) sum() float32 {
	for w := laneCount / 2; w > 0; w /= 2 {
		for k := range w {
			l[k] += l[k+w]
		}
	}
	return l[0]
}

// An implementation is one way to compute the kernels. All give the same bits,
// except which NaN a NaN is.
type implementation struct {
	name    string
	pack    func(b *burst, have int, c *strip, first []int32, word []uint32, column uint32) (n, steps, done int)
	step    func(r, veq, gain []float32, count []int32, alpha, inv, low, high float32, t *table)
	lines   func(line, r, e, lt []float32, center, sign float32, t *table)
	scatter func(to, from []float32, cell []int32)
	redraw  func(to, from []float32, cell []int32)
	dots    func(xat, xslope, x, line []float32, first []int32)
	spread  func(y, sumAt, sumSlope, line, a, b []float32, column []int32)
}

// goLoops is the reference.
var goLoops = implementation{"Go", packGo, stepGo, linesGo, scatterGo, redrawGo, dotsGo, spreadGo}

// selected is the fastest implementation that the processor runs.
var selected = implementations()[0]

// whole panics unless all slices have n elements, whole blocks of them.
func whole(n int, slices ...[]float32) {
	for _, s := range slices {
		if len(s) != n {
			panic("tile: slices that differ in length")
		}
	}
	if n%block != 0 {
		panic("tile: slices that are not of whole blocks")
	}
}

// pack is packGo as the selected implementation computes it. It panics if the
// slices differ in length or are not of whole blocks, or if b is full.
func pack(b *burst, have int, c *strip, first []int32, word []uint32, column uint32) (n, steps, done int) {
	if n := len(word); len(c.r) != n || len(c.veq) != n || len(c.gain) != n || len(c.e) != n || len(c.lt) != n || n%block != 0 || full(have) {
		panic("tile: pack of slices that do not fit together, or into a burst that is full")
	}
	return selected.pack(b, have, c, first, word, column)
}

// step is stepGo as the selected implementation computes it. It panics if the
// slices differ in length or are not of whole blocks.
func step(r, veq, gain []float32, count []int32, alpha, inv, low, high float32, t *table) {
	whole(len(count), r, veq, gain)
	selected.step(r, veq, gain, count, alpha, inv, low, high, t)
}

// lines is linesGo as the selected implementation computes it. It panics if the
// slices do not fit together or are not of whole blocks.
func lines(line, r, e, lt []float32, center, sign float32, t *table) {
	whole(len(r), e, lt)
	whole(2*len(r), line)
	selected.lines(line, r, e, lt, center, sign, t)
}

// scatter is scatterGo as the selected implementation computes it. It panics if
// from and cell differ in length. It trusts pack that the cells lie within to.
func scatter(to, from []float32, cell []int32) {
	if len(from) != len(cell) {
		panic("tile: scatter of slices that differ in length")
	}
	selected.scatter(to, from, cell)
}

// redraw is redrawGo as the selected implementation computes it. It panics if
// from is not of the blocks that cell takes. It trusts pack that the cells lie
// within to.
func redraw(to, from []float32, cell []int32) {
	whole(2*blocks(len(cell)), from)
	selected.redraw(to, from, cell)
}

// dots is dotsGo as the selected implementation computes it. It panics if the
// slices do not fit together or are not of whole blocks, or if the last of first
// lies outside them.
func dots(xat, xslope, x, line []float32, first []int32) {
	n := len(x)
	if len(xslope) != len(xat) || len(line) != 2*n*len(xat) || n%block != 0 ||
		len(first) > 0 && int(first[len(first)-1]) > n-block {
		panic("tile: dots of slices that do not fit together, or of a block that there is not")
	}
	selected.dots(xat, xslope, x, line, first)
}

// spread is spreadGo as the selected implementation computes it. It panics if
// the slices do not fit together or are not of whole blocks, or if the last column
// is not in line.
func spread(y, sumAt, sumSlope, line, a, b []float32, column []int32) {
	rows, n := len(y), len(column)
	if len(sumAt) != n || len(sumSlope) != n || len(a) != n || len(b) != n ||
		rows%block != 0 || rows > 0 && len(line)%(2*rows) != 0 || n > 0 && 2*rows*(int(column[n-1])+1) > len(line) {
		panic("tile: spread over slices that do not fit together, or a column that there is not")
	}
	selected.spread(y, sumAt, sumSlope, line, a, b, column)
}

// packGo adds to b, which has cells already, those of a column that take steps, in
// ascending order of their rows. Bit k of word[i] says that row i pulses in slot
// k, bit k of column that the column does: the cell takes popcount(column &
// word[i]) steps. No row outside the blocks that start at first coincides with it.
// It returns how many cells b has then and how many steps those of the column
// take, and sets the counts of a block after them to 0. It stops where b is full,
// and returns how many blocks are done.
func packGo(b *burst, have int, c *strip, first []int32, word []uint32, column uint32) (n, steps, done int) {
	n = have
	for done < len(first) && !full(n) {
		f := int(first[done])
		done++
		for i := f; i < f+block; i++ {
			count := bits.OnesCount32(column & word[i])
			if count == 0 {
				continue
			}
			b.cell[n], b.count[n] = c.start+int32(i), int32(count)
			b.r[n], b.veq[n], b.gain[n], b.e[n], b.lt[n] = c.r[i], c.veq[i], c.gain[i], c.e[i], c.lt[i]
			n++
			steps += count
		}
	}
	clear(b.count[n : n+block])
	return n, steps, done
}

// stepGo lets every cell take its count of update steps:
//
//	for range count[k] {
//		v := alpha*r[k] + veq[k]
//		dv := gain[k] * t.at(v)
//		dv = max(low-v, min(high-v, dv))
//		r[k] += dv * inv
//	}
//
// with inv = 1/alpha, so that a step is written into the frame of the last
// rebase.
func stepGo(r, veq, gain []float32, count []int32, alpha, inv, low, high float32, t *table) {
	for k := range r {
		rk, veq, gain := r[k], veq[k], gain[k]
		for range count[k] {
			v := float32(alpha*rk) + veq
			dv := float32(gain * t.at(v))
			if top := high - v; !(dv < top) {
				dv = top
			}
			if bottom := low - v; !(dv > bottom) {
				dv = bottom
			}
			rk += float32(dv * inv)
		}
		r[k] = rk
	}
}

// linesGo computes the straight lines of a view for cells:
//
//	g, slope := t.tangent(center*r[k] + e[k])
//	at = lt[k] + sign*g
//	slope = sign * (slope * r[k])
//
// For every block of cells, line holds the 8 numbers at and then the 8 slopes.
func linesGo(line, r, e, lt []float32, center, sign float32, t *table) {
	for k := range r {
		g, slope := t.tangent(float32(center*r[k]) + e[k])
		n := place(k)
		line[n] = lt[k] + float32(sign*g)
		line[n+block] = float32(sign * float32(slope*r[k]))
	}
}

// place returns where the at of cell k is in lines. Its slope is a block further.
func place(k int) int { return k + k&^(block-1) }

// scatterGo writes what a kernel computed of a burst back to where it came from.
func scatterGo(to, from []float32, cell []int32) {
	for k, n := range cell {
		to[n] = from[k]
	}
}

// redrawGo is scatterGo for lines.
func redrawGo(to, from []float32, cell []int32) {
	for k, n := range cell {
		i, j := place(int(n)), place(k)
		to[i], to[i+block] = from[j], from[j+block]
	}
}

// dotsGo lets columns integrate, whose lines stand one after the other: over the
// rows of the blocks that start at first, it sets xat[j] and xslope[j] to the sums
// of x[i]*at and of x[i]*slope, with the line of row i in column j.
func dotsGo(xat, xslope, x, line []float32, first []int32) {
	for j := range xat {
		line := line[j*2*len(x):]
		var p, q lanes
		for n, f := range first {
			turn := n % 2 * block
			for k := range block {
				i := int(f) + k
				at := place(i)
				p[turn+k] += float32(x[i] * line[at])
				q[turn+k] += float32(x[i] * line[at+block])
			}
		}
		xat[j], xslope[j] = p.sum(), q.sum()
	}
}

// spreadGo drives columns and lets the rows integrate: for one n after the other,
// with the line of row i in column[n],
//
//	y[i] += a[n]*at + b[n]*slope
//
// The lines of all columns stand one after the other. It sets sumAt[n] and
// sumSlope[n] to the sums of at and of slope.
func spreadGo(y, sumAt, sumSlope, line, a, b []float32, column []int32) {
	for n, j := range column {
		line := line[int(j)*2*len(y):]
		var p, q lanes
		for i := range y {
			at, slope := line[place(i)], line[place(i)+block]
			y[i] += float32(a[n]*at) + float32(b[n]*slope)
			p[i%laneCount] += at
			q[i%laneCount] += slope
		}
		sumAt[n], sumSlope[n] = p.sum(), q.sum()
	}
}
