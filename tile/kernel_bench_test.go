package tile

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// The benchmarks run over the columns of the first layer of the MNIST network,
// 529 rows of 250 columns, whose slices do not fit the second-level cache
// together, and over one column again and again, which is the arithmetic alone.
// A quarter of the rows and one slot of a column pulse. They report the time per
// cell that takes a step.
const (
	benchRows = 529
	benchCols = 250
)

// A benchTile is a tile's slices as the kernels see them, and the rows that
// pulse.
type benchTile struct {
	columns []strip
	all     []float32 // r of all columns
	view    []float32 // lines by column
	firing  pulsing
	burst   burst
	packed  int // cells in burst
	curve   table
	rows    []float32
}

func newBenchTile() *benchTile {
	rng := rand.New(rand.NewPCG(1, 1))
	pitch := blocks(benchRows)
	b := &benchTile{curve: newTestTable(rng), rows: make([]float32, pitch)}
	var all [5][]float32
	for k := range all {
		all[k] = make([]float32, pitch*benchCols)
		for i := range all[k] {
			all[k][i] = 0.1 * rng.Float32()
		}
	}
	for j := range benchCols {
		c := func(k int) []float32 { return all[k][j*pitch : (j+1)*pitch] }
		b.columns = append(b.columns, strip{r: c(0), veq: c(1), gain: c(2), e: c(3), lt: c(4), start: int32(j * pitch)})
	}
	b.all, b.view = all[0], make([]float32, 2*len(all[0]))
	words := make([]uint32, benchRows)
	for i := range words {
		if i%22 > 5 && i%22 < 14 { // pixels that are on stand together
			words[i] = randomWord(rng, 0.7)
		}
	}
	b.firing.list(words, ^uint32(0))
	return b
}

// lines returns n columns of lines.
func (b *benchTile) lines(j, n int) []float32 { return b.view[2*j*len(b.rows) : 2*(j+n)*len(b.rows)] }

func (b *benchTile) pack(j int) int {
	b.packed, _, _ = pack(&b.burst, 0, &b.columns[j], b.firing.first, b.firing.word, 1<<(j%32))
	return b.packed
}

// benchKernel reports the time per cell of f, which is called for one column
// after the other and returns how many cells it handled, for every
// implementation.
func benchKernel(b *testing.B, f func(t *benchTile, j int) int) {
	for _, k := range implementations() {
		for _, columns := range []int{1, benchCols} {
			b.Run(fmt.Sprintf("%s/columns=%d", k.name, columns), func(b *testing.B) {
				use(b, k)
				t := newBenchTile()
				t.pack(0)
				j, cells := 0, 0
				for b.Loop() {
					cells += f(t, j)
					if j++; j == columns {
						j = 0
					}
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(cells), "ns/cell")
				b.ReportMetric(0, "ns/op")
			})
		}
	}
}

func BenchmarkPack(b *testing.B) {
	benchKernel(b, func(t *benchTile, j int) int { return t.pack(j) })
}

func BenchmarkStep(b *testing.B) {
	benchKernel(b, func(t *benchTile, j int) int {
		const n = 13 * block
		u := &t.burst
		for k := range n {
			u.count[k] = 1
		}
		step(u.r[:n], u.veq[:n], u.gain[:n], u.count[:n], 0.9, 1/0.9, 0, 1, &t.curve)
		return n
	})
}

func BenchmarkLines(b *testing.B) {
	benchKernel(b, func(t *benchTile, j int) int {
		c, n := &t.columns[j], len(t.rows)
		lines(t.lines(j, 1), c.r, c.e, c.lt, 0.9, -1, &t.curve)
		return n
	})
}

func BenchmarkScatter(b *testing.B) {
	benchKernel(b, func(t *benchTile, j int) int {
		n := t.packed
		scatter(t.all, t.burst.r[:n], t.burst.cell[:n])
		return n
	})
}

func BenchmarkRedraw(b *testing.B) {
	benchKernel(b, func(t *benchTile, j int) int {
		n := t.packed
		redraw(t.view, t.burst.line[:2*blocks(n)], t.burst.cell[:n])
		return n
	})
}

// BenchmarkDots lets the rows that pulse in the other benchmarks drive two columns.
func BenchmarkDots(b *testing.B) {
	benchKernel(b, func(t *benchTile, j int) int {
		var sums [4]float32
		dots(sums[:2], sums[2:], t.rows, t.lines(2*j%benchCols, 2), t.firing.first)
		return 2 * block * len(t.firing.first)
	})
}

func BenchmarkSpread(b *testing.B) {
	benchKernel(b, func(t *benchTile, j int) int {
		var sums [4]float32
		spread(t.rows, sums[:2], sums[2:], t.lines(2*j%benchCols, 2), []float32{1e-9, 1e-9}, []float32{1e-9, 1e-9}, []int32{0, 1})
		return 2 * len(t.rows)
	})
}
