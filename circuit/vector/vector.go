// Package vector holds sums of products over float32 slices, which Gonum has too,
// with SSE, and the logistic function. BenchmarkTraining of testbench is what
// asked for AVX2.
//
// The functions are written as plain loops in Go; vector_amd64.s computes the
// same bits with AVX2. Two rules make that possible: every product is rounded
// before it is added (no fused multiply-add), and a sum runs in laneCount
// interleaved partial sums that are added pairwise at the end.
package vector

import "math"

// laneCount is the number of partial sums of a dot product.
const laneCount = 32

// An implementation is one way to compute the functions. All give the same
// bits, except which NaN a NaN is.
type implementation struct {
	name string
	axpy func(a float32, x, y []float32)
	dot  func(x, y []float32) float32

	logistic func(x []float32)
}

// goLoops is the reference.
var goLoops = implementation{"Go", axpyGo, dotGo, logisticGo}

// selected is the fastest implementation that the processor runs.
var selected = implementations()[0]

// Axpy adds a*x[i] to y[i]. It panics if the slices differ in length.
func Axpy(a float32, x, y []float32) {
	if len(x) != len(y) {
		panic("vector: Axpy of slices that differ in length")
	}
	selected.axpy(a, x, y)
}

// Dot returns the sum of x[i]*y[i]. It panics if the slices differ in length.
func Dot(x, y []float32) float32 {
	if len(x) != len(y) {
		panic("vector: Dot of slices that differ in length")
	}
	return selected.dot(x, y)
}

// Logistic replaces every x[i] by 1/(1 + exp(-x[i])), to 2e-7 of it. Below -88 it
// takes the value at -88, 6e-39.
func Logistic(x []float32) { selected.logistic(x) }

func axpyGo(a float32, x, y []float32) {
	y = y[:len(x)]
	for i, v := range x {
		y[i] += float32(a * v)
	}
}

func dotGo(x, y []float32) float32 {
	y = y[:len(x)]
	var sum lanes
	for i, v := range x {
		sum[i%laneCount] += float32(v * y[i])
	}
	return sum.total()
}

// lanes are the partial sums of a dot product; total adds them as a tree.
type lanes [laneCount]float32

func (l *lanes) total() float32 {
	for w := laneCount / 2; w > 0; w /= 2 {
		for k := range w {
			l[k] += l[k+w]
		}
	}
	return l[0]
}

// exp(v) is 2^n exp(r) with n the whole number next to v/ln 2. The polynomial for
// exp(r), |r| <= ln(2)/2, and ln 2 in two parts are those of the Cephes library
// (S. L. Moshier, expf).
const (
	expMin, expMax = -87.3, 88 // where n stays within a normal number's exponents
	log2e          = 1.44269504
	ln2High        = 0.693359375 // 9 bits: its product with n is exact
	ln2Low         = -2.12194440e-4
	toWhole        = 3 << 22 // adding it leaves no fraction bits

	exp5, exp4, exp3 = 1.9875691500e-4, 1.3981999507e-3, 8.3334519073e-3
	exp2, exp1, exp0 = 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1
)

func logisticGo(x []float32) {
	for i, v := range x {
		v = -v
		if expMin > v { // a NaN stays
			v = expMin
		}
		if expMax < v {
			v = expMax
		}
		n := float32(float32(v*log2e)+toWhole) - toWhole
		r := v - float32(n*ln2High)
		r -= float32(n * ln2Low)
		p := float32(exp5*r) + exp4
		p = float32(p*r) + exp3
		p = float32(p*r) + exp2
		p = float32(p*r) + exp1
		p = float32(p*r) + exp0
		p = float32(p*float32(r*r)) + r
		e := (p + 1) * math.Float32frombits(uint32(int32(n)+127)<<23)
		x[i] = 1 / (1 + float32(e))
	}
}
