package tile

import "math/bits"

// The three kernels below are the arithmetic that an update spends on its cells,
// and that makes a view for reads, which themselves are the sums of products of
// package vector. They are written as plain loops; kernel_avx2_amd64.s computes
// the same bits with vector instructions. One rule makes that possible: every
// product is rounded before it is added (no fused multiply-add).

// segmentCount is the number of cubic pieces of a table.
const segmentCount = 16

// A block is a number of rows that pack takes or leaves together.
const blockRows = 8

// room is how many elements after those that they are given the kernels may
// read, and of what they write.
const room = blockRows

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

// A line holds what an update in one direction needs of a column, and the
// numbers of its rows.
type line struct {
	row                 []int32
	r, veq, gain, e, lt []float32
}

// A burst is the cells of a column that take steps in one pass of an update.
type burst struct {
	row, count          []int32
	r, veq, gain, e, lt []float32
	line                []float32 // two elements each
}

func newBurst(rows int) burst {
	n := rows + room
	f := func() []float32 { return make([]float32, n) }
	return burst{make([]int32, n), make([]int32, n), f(), f(), f(), f(), f(), make([]float32, 2*n)}
}

// An implementation is one way to compute the kernels. All give the same bits,
// except which NaN a NaN is.
type implementation struct {
	name  string
	pack  func(b *burst, c *line, block []int32, word []uint32, column uint32) (n, steps int)
	step  func(r, veq, gain []float32, count []int32, alpha, inv, low, high float32, t *table)
	lines func(dst, r, e, lt []float32, center, sign float32, t *table)
}

// goLoops is the reference.
var goLoops = implementation{"Go", packGo, stepGo, linesGo}

// selected is the fastest implementation that the processor runs.
var selected = implementations()[0]

// pack is packGo as the selected implementation computes it. It panics if a
// slice of c or of b is shorter than the column that word stands for.
func pack(b *burst, c *line, block []int32, word []uint32, column uint32) (n, steps int) {
	rows := len(c.r)
	for _, s := range [][]float32{c.veq, c.gain, c.e, c.lt} {
		if len(s) != rows {
			panic("tile: pack of a column whose slices differ in length")
		}
	}
	if rows > len(word) || len(word)%blockRows != 0 || len(c.row) < rows || len(b.row) < rows+room {
		panic("tile: pack without room")
	}
	return selected.pack(b, c, block, word, column)
}

// step is stepGo as the selected implementation computes it. It panics if the
// slices differ in length.
func step(r, veq, gain []float32, count []int32, alpha, inv, low, high float32, t *table) {
	if n := len(r); len(veq) != n || len(gain) != n || len(count) != n {
		panic("tile: step of slices that differ in length")
	}
	selected.step(r, veq, gain, count, alpha, inv, low, high, t)
}

// lines is linesGo as the selected implementation computes it. It panics if the
// slices differ in length, or dst is not twice as long.
func lines(dst, r, e, lt []float32, center, sign float32, t *table) {
	if n := len(r); len(e) != n || len(lt) != n || len(dst) != 2*n {
		panic("tile: lines of slices that differ in length")
	}
	selected.lines(dst, r, e, lt, center, sign, t)
}

// packGo copies to b the cells of a column that take steps, in ascending order
// of their rows. Bit k of word[i] says that row i pulses in slot k, bit k of
// column that the column does: the cell takes popcount(column & word[i]) steps.
// The words of rows outside the given blocks, each named by its first row, are
// 0. It returns how many cells that are and the sum of their steps; the counts
// in the room after them are 0.
func packGo(b *burst, c *line, block []int32, word []uint32, column uint32) (n, steps int) {
	for _, first := range block {
		for i := int(first); i < int(first)+blockRows; i++ {
			count := bits.OnesCount32(column & word[i])
			if count == 0 {
				continue
			}
			b.row[n], b.count[n] = c.row[i], int32(count)
			b.r[n], b.veq[n], b.gain[n], b.e[n], b.lt[n] = c.r[i], c.veq[i], c.gain[i], c.e[i], c.lt[i]
			n++
			steps += count
		}
	}
	clear(b.count[n : n+room])
	return n, steps
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
// rebase. The counts in the room after the cells are 0.
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

// linesGo computes the straight lines of a view for cells of one column:
//
//	g, slope := t.tangent(center*r[k] + e[k])
//	dst[2*k] = lt[k] + sign*g
//	dst[2*k+1] = sign * (slope * r[k])
func linesGo(dst, r, e, lt []float32, center, sign float32, t *table) {
	for k := range r {
		g, slope := t.tangent(float32(center*r[k]) + e[k])
		dst[2*k] = lt[k] + float32(sign*g)
		dst[2*k+1] = float32(sign * float32(slope*r[k]))
	}
}
