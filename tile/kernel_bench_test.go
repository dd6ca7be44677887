package tile

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// The benchmarks run over the first layer of the MNIST network, 529 rows of
// 250 columns, whose slices do not fit the second-level cache together, and
// over one row again and again, which is the arithmetic alone. They report
// ns/cell; BenchmarkMemory is the time of reading as many bytes.
const (
	benchRows = 529
	benchCols = 250
)

// A benchTile is a tile's slices as the kernels see them.
type benchTile struct {
	*arguments
	r, e, lt, gain []float32
}

func newBenchTile(density float64) *benchTile {
	rng := rand.New(rand.NewPCG(1, 1))
	b := &benchTile{arguments: newArguments(rng, benchCols, density)}
	all := newArguments(rng, benchRows*benchCols, 0)
	for i := range all.r {
		all.r[i] *= 0.1
	}
	b.r, b.e, b.lt, b.gain = all.r, all.e, all.lt, all.gain
	return b
}

// benchKernel reports the time per cell of f, called with the bounds of one
// row's columns, for every implementation.
func benchKernel(b *testing.B, f func(lo, hi int)) {
	for _, k := range implementations() {
		for _, rows := range []int{1, benchRows} {
			b.Run(fmt.Sprintf("%s/rows=%d", k.name, rows), func(b *testing.B) {
				use(b, k)
				i := 0
				for b.Loop() {
					f(i*benchCols, (i+1)*benchCols)
					if i++; i == rows {
						i = 0
					}
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/benchCols, "ns/cell")
				b.ReportMetric(0, "ns/op")
			})
		}
	}
}

func BenchmarkReadRow(b *testing.B) {
	t := newBenchTile(0)
	benchKernel(b, func(lo, hi int) {
		readRow(t.acc, t.r[lo:hi], t.e[lo:hi], t.lt[lo:hi], t.sign, t.alpha, 1e-3, &t.table)
	})
}

func BenchmarkReadColumns(b *testing.B) {
	t := newBenchTile(0)
	benchKernel(b, func(lo, hi int) {
		readColumns(t.d, t.r[lo:hi], t.e[lo:hi], t.lt[lo:hi], t.sign, t.alpha, &t.table)
	})
}

// BenchmarkPulse fires columns of the tile one after the other, in one slot
// that they share with a row with the given probability, and reports the time
// per step taken.
func BenchmarkPulse(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, density := range []float64{0.01, 0.1, 0.5} {
		t := newBenchTile(density)
		row, word := make([]int32, benchRows), make([]uint32, benchRows)
		for i := range row {
			row[i], word[i] = int32(i), randomWord(rng, density)
		}
		rows, count := make([]int32, benchRows+coincideRoom), make([]int32, benchRows+coincideRoom)
		for _, k := range implementations() {
			b.Run(fmt.Sprintf("density=%g/%s", density, k.name), func(b *testing.B) {
				use(b, k)
				steps, j := 0, 0
				for b.Loop() {
					n, s := coincide(rows, count, row, word, 1)
					lo, hi := j*benchRows, (j+1)*benchRows
					pulseColumn(t.r[j:], benchCols, t.e[lo:hi], t.gain[lo:hi], rows[:n], count[:n], t.alpha, 1/t.alpha, t.low, t.high, &t.table)
					steps += s
					if j++; j == benchCols {
						j = 0
					}
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(steps), "ns/step")
				b.ReportMetric(0, "ns/op")
			})
		}
	}
}

// BenchmarkMemory copies one row of r, e and lt after the other, the slices
// that differ from row to row in a read.
func BenchmarkMemory(b *testing.B) {
	t := newBenchTile(0)
	var dst [3][benchCols]float32
	for _, rows := range []int{1, benchRows} {
		b.Run(fmt.Sprintf("rows=%d", rows), func(b *testing.B) {
			i := 0
			for b.Loop() {
				lo, hi := i*benchCols, (i+1)*benchCols
				copy(dst[0][:], t.r[lo:hi])
				copy(dst[1][:], t.e[lo:hi])
				copy(dst[2][:], t.lt[lo:hi])
				if i++; i == rows {
					i = 0
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/benchCols, "ns/cell")
			b.ReportMetric(0, "ns/op")
		})
	}
}
