package tile

import "math/bits"

// The four kernels below are all the arithmetic that an example spends on its
// cells. They are written as plain loops; kernel_*_amd64.s compute the same
// bits with vector instructions. Two rules make that possible: every product
// is rounded before it is added (no fused multiply-add), and a sum over
// columns runs in laneCount interleaved partial sums that are added pairwise
// at the end.

// segmentCount is the number of cubic pieces of a table: as many as one
// 512-bit permute selects from.
const segmentCount = 16

// laneCount is the number of partial sums of a reduction over columns.
const laneCount = 16

// A table is a function of a voltage, cubic on each of segmentCount equal
// segments. Arguments outside the range take the value at its end.
type table struct {
	scale, offset float32                  // segment coordinate = v*scale + offset
	c             [4][segmentCount]float32 // coefficients of 1, t, t^2, t^3 with t in [0, 1)
}

// lastCoordinate is the largest float32 below segmentCount.
const lastCoordinate = 15.999999

func (t *table) at(v float32) float32 {
	s := float32(v*t.scale) + t.offset
	if !(s > 0) { // also NaN
		s = 0
	}
	if s > lastCoordinate {
		s = lastCoordinate
	}
	i := int32(s)
	x := s - float32(i)
	y := float32(t.c[3][i]*x) + t.c[2][i]
	y = float32(y*x) + t.c[1][i]
	return float32(y*x) + t.c[0][i]
}

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

// An implementation is one way to compute the four kernels. All give the same
// bits, except which NaN a NaN is.
type implementation struct {
	name        string
	readRow     func(acc, r, e, lt, sign []float32, alpha, x float32, t *table) float32
	readColumns func(d, r, e, lt, sign []float32, alpha float32, t *table) (dot, abs float32)
	coincide    func(coincident, count, row []int32, word []uint32, column uint32) (n, steps int)
	pulseColumn func(r []float32, stride int, veq, gain []float32, row, count []int32, alpha, inv, low, high float32, t *table)
}

// goLoops is the reference.
var goLoops = implementation{"Go", readRowGo, readColumnsGo, coincideGo, pulseColumnGo}

// selected is the fastest implementation that the processor runs.
var selected = implementations()[0]

// readRow is readRowGo as the selected implementation computes it. It panics
// if the slices differ in length.
func readRow(acc, r, e, lt, sign []float32, alpha, x float32, t *table) float32 {
	if n := len(acc); len(r) != n || len(e) != n || len(lt) != n || len(sign) != n {
		panic("tile: readRow of slices that differ in length")
	}
	return selected.readRow(acc, r, e, lt, sign, alpha, x, t)
}

// readColumns is readColumnsGo as the selected implementation computes it. It
// panics if the slices differ in length.
func readColumns(d, r, e, lt, sign []float32, alpha float32, t *table) (dot, abs float32) {
	if n := len(d); len(r) != n || len(e) != n || len(lt) != n || len(sign) != n {
		panic("tile: readColumns of slices that differ in length")
	}
	return selected.readColumns(d, r, e, lt, sign, alpha, t)
}

// coincideRoom is how many elements more than it lists coincide may write.
const coincideRoom = laneCount

// coincide is coincideGo as the selected implementation computes it. It panics
// if row and word differ in length, or if coincident or count is not
// coincideRoom longer.
func coincide(coincident, count, row []int32, word []uint32, column uint32) (n, steps int) {
	if n := len(row); len(word) != n || len(coincident) < n+coincideRoom || len(count) < n+coincideRoom {
		panic("tile: coincide of slices that differ in length")
	}
	return selected.coincide(coincident, count, row, word, column)
}

// pulseColumn is pulseColumnGo as the selected implementation computes it. It
// panics if row and count, or veq and gain, differ in length, or if the last of
// row lies outside the others.
func pulseColumn(r []float32, stride int, veq, gain []float32, row, count []int32, alpha, inv, low, high float32, t *table) {
	if len(count) != len(row) || len(gain) != len(veq) {
		panic("tile: pulseColumn of slices that differ in length")
	}
	if len(row) == 0 {
		return
	}
	if last := int(row[len(row)-1]); last >= len(veq) || last*stride >= len(r) {
		panic("tile: pulseColumn of a row that there is not")
	}
	selected.pulseColumn(r, stride, veq, gain, row, count, alpha, inv, low, high, t)
}

// readRowGo drives one row with a pulse of width x and lets every column
// integrate:
//
//	g := t.at(alpha*r[j] + e[j])
//	acc[j] += x * (lt[j] + sign[j]*g)
//
// It returns the sum of g over the columns. All slices have the length of acc.
func readRowGo(acc, r, e, lt, sign []float32, alpha, x float32, t *table) float32 {
	r, e, lt, sign = r[:len(acc)], e[:len(acc)], lt[:len(acc)], sign[:len(acc)]
	var sum lanes
	for j := range acc {
		g := t.at(float32(alpha*r[j]) + e[j])
		w := lt[j] + float32(sign[j]*g)
		acc[j] += float32(x * w)
		sum[j%laneCount] += g
	}
	return sum.sum()
}

// readColumnsGo drives every column with a pulse of signed width d[j] and lets
// one row integrate:
//
//	g := t.at(alpha*r[j] + e[j])
//	dot += d[j] * (lt[j] + sign[j]*g)
//	abs += |d[j]| * g
//
// All slices have the length of d.
func readColumnsGo(d, r, e, lt, sign []float32, alpha float32, t *table) (dot, abs float32) {
	r, e, lt, sign = r[:len(d)], e[:len(d)], lt[:len(d)], sign[:len(d)]
	var p, q lanes
	for j, dj := range d {
		g := t.at(float32(alpha*r[j]) + e[j])
		w := lt[j] + float32(sign[j]*g)
		p[j%laneCount] += float32(dj * w)
		if dj < 0 {
			dj = -dj
		}
		q[j%laneCount] += float32(dj * g)
	}
	return p.sum(), q.sum()
}

// coincideGo lists the rows that share slots with a column. Bit k of word[i]
// says that row[i] pulses in slot k, bit k of column that the column does:
//
//	if c := popcount(column & word[i]); c > 0 {
//		coincident[n], count[n] = row[i], c
//		n++
//	}
//
// It returns how many rows that are and the sum of their counts. Elements after
// the n-th are scratch. len(word) is len(row); coincident and count are longer by
// coincideRoom.
func coincideGo(coincident, count, row []int32, word []uint32, column uint32) (n, steps int) {
	word = word[:len(row)]
	for i, r := range row {
		c := bits.OnesCount32(column & word[i])
		coincident[n], count[n] = r, int32(c)
		steps += c
		if c > 0 {
			n++
		}
	}
	return n, steps
}

// pulseColumnGo lets the cell of a column in row row[k] take count[k] > 0 update
// steps:
//
//	i := row[k]
//	for range count[k] {
//		v := alpha*r[i*stride] + veq[i]
//		dv := gain[i] * t.at(v)
//		dv = max(low-v, min(high-v, dv))
//		r[i*stride] += dv * inv
//	}
//
// with inv = 1/alpha, so that a step is written into the frame of the last
// rebase. row ascends.
func pulseColumnGo(r []float32, stride int, veq, gain []float32, row, count []int32, alpha, inv, low, high float32, t *table) {
	count = count[:len(row)]
	for k, i := range row {
		ri, veq, gain := r[int(i)*stride], veq[i], gain[i]
		for range count[k] {
			v := float32(alpha*ri) + veq
			dv := float32(gain * t.at(v))
			if top := high - v; !(dv < top) {
				dv = top
			}
			if bottom := low - v; !(dv > bottom) {
				dv = bottom
			}
			ri += float32(dv * inv)
		}
		r[int(i)*stride] = ri
	}
}
