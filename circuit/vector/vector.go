// Package vector holds sums of products over float32 slices. Gonum has them too,
// with SSE; these use AVX2, and BenchmarkTraining of testbench is what asked for it.
//
// The functions are written as plain loops in Go; vector_amd64.s computes the
// same bits with AVX2. Two rules make that possible: every product is rounded
// before it is added (no fused multiply-add), and a sum runs in laneCount
// interleaved partial sums that are added pairwise at the end.
package vector

// laneCount is the number of partial sums of a dot product.
const laneCount = 32

// An implementation is one way to compute the functions. All give the same
// bits, except which NaN a NaN is.
type implementation struct {
	name string
	axpy func(a float32, x, y []float32)
	dot  func(x, y []float32) float32
}

// goLoops is the reference.
var goLoops = implementation{"Go", axpyGo, dotGo}

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
