package tile

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// use makes k the selected implementation until the test ends.
func use(t testing.TB, k implementation) {
	was := selected
	selected = k
	t.Cleanup(func() { selected = was })
}

// forEach runs f as a subtest with every implementation selected in turn.
func forEach(t *testing.T, f func(t *testing.T)) {
	for _, k := range implementations() {
		t.Run(k.name, func(t *testing.T) {
			use(t, k)
			f(t)
		})
	}
}

// The arguments of the kernels: a column, each slice at an offset of its own in
// a larger array, so that no two share an alignment.
type arguments struct {
	strip
	x, line          []float32
	word             []uint32 // of the rows
	column           uint32
	alpha, low, high float32
	sign             float32
	table            table
}

// unaligned returns n elements that start at a random place of their array.
func unaligned[T any](rng *rand.Rand, n int) []T {
	return make([]T, n+block)[rng.IntN(block):][:n]
}

// slices returns what holds an element per row, and line, which holds two.
func (a *arguments) slices() []*[]float32 {
	return []*[]float32{&a.r, &a.veq, &a.gain, &a.e, &a.lt, &a.x, &a.line}
}

// newTestTable returns a table over [0, 1) V whose segments do not join, so
// that a wrong segment shows.
func newTestTable(rng *rand.Rand) table {
	t := table{scale: segmentCount, offset: 0}
	for n := range t.c {
		for i := range t.c[n] {
			t.c[n][i] = float32(rng.NormFloat64())
		}
	}
	return t
}

// newArguments draws a column of n rows, filled up to whole blocks. Words have
// each bit set with the probability density.
func newArguments(rng *rand.Rand, n int, density float64) *arguments {
	a := &arguments{
		column: randomWord(rng, 0.5), alpha: 0.5 + 0.5*rng.Float32(), low: 0.1, high: 0.9,
		sign: float32(2*rng.IntN(2) - 1), table: newTestTable(rng),
	}
	a.start = int32(block * rng.IntN(4))
	for _, s := range a.slices() {
		*s = unaligned[float32](rng, blocks(n))
	}
	a.line = unaligned[float32](rng, 2*blocks(n))
	a.word = unaligned[uint32](rng, blocks(n))
	for i := range n {
		a.r[i] = float32(rng.NormFloat64())
		a.veq[i] = rng.Float32()
		a.gain[i] = 0.01 * rng.Float32()
		a.e[i] = rng.Float32()
		a.lt[i] = float32(rng.NormFloat64())
		a.word[i] = randomWord(rng, density)
		if rng.Float64() < 32*density {
			a.x[i] = float32(rng.NormFloat64())
		}
		a.line[place(i)], a.line[place(i)+block] = float32(rng.NormFloat64()), float32(rng.NormFloat64())
	}
	return a
}

func randomWord(rng *rand.Rand, density float64) uint32 {
	var w uint32
	for k := range 32 {
		if rng.Float64() < density {
			w |= 1 << k
		}
	}
	return w
}

// extremes are voltages and conductances that no cell has.
var extremes = []float32{
	0, float32(math.Copysign(0, -1)), 1, -1, 1e-45, -1e-45, 1e-38, -1e-38, 15.999999 / 16, 0.0625, 0.06249999,
	1e9, -1e9, 3e38, -3e38, math.MaxFloat32, -math.MaxFloat32, float32(math.Inf(1)), float32(math.Inf(-1)),
}

// spoil replaces about one element in three of every slice by an extreme.
func (a *arguments) spoil(rng *rand.Rand) {
	for _, s := range a.slices() {
		for i := range *s {
			if rng.IntN(3) == 0 {
				(*s)[i] = extremes[rng.IntN(len(extremes))]
			}
		}
	}
}

// first returns the rows that begin the blocks that pulse.
func (a *arguments) first() []int32 {
	var p pulsing
	p.list(a.word, ^uint32(0))
	return p.first
}

// driven returns the rows that begin blocks with an input.
func (a *arguments) driven() (first []int32) {
	for f := 0; f < len(a.x); f += block {
		if slices.ContainsFunc(a.x[f:f+block], func(x float32) bool { return x != 0 }) {
			first = append(first, int32(f))
		}
	}
	return first
}

// same reports whether a and b are the same bits, or both NaN.
func same(a, b float32) bool {
	return math.Float32bits(a) == math.Float32bits(b) || a != a && b != b
}

// check runs the kernels of the selected implementation and of the reference one
// after the other, on copies of a, and compares every result.
func (a *arguments) check(t *testing.T) {
	t.Helper()
	rows := len(a.r)
	compare := func(what string, got, want []float32) {
		t.Helper()
		for k := range want {
			if !same(got[k], want[k]) {
				t.Fatalf("%d rows: %s[%d] = %g (%#x), reference %g (%#x)", rows, what, k,
					got[k], math.Float32bits(got[k]), want[k], math.Float32bits(want[k]))
			}
		}
	}
	// Two columns share a burst: this one, and it once more.
	var got, want burst
	for k := range got.count { // what an earlier burst left
		got.cell[k], got.count[k], want.count[k] = -1, 99, 98
	}
	cells := int(a.start) + rows
	tile, wantTile := make([]float32, cells), make([]float32, cells)
	view, wantView := make([]float32, 2*cells), make([]float32, 2*cells)
	fire := func(n int) {
		t.Helper()
		m := blocks(n)
		step(got.r[:m], got.veq[:m], got.gain[:m], got.count[:m], a.alpha, 1/a.alpha, a.low, a.high, &a.table)
		stepGo(want.r[:m], want.veq[:m], want.gain[:m], want.count[:m], a.alpha, 1/a.alpha, a.low, a.high, &a.table)
		compare("step r", got.r[:n], want.r[:n])
		scatter(tile, got.r[:n], got.cell[:n])
		scatterGo(wantTile, want.r[:n], want.cell[:n])
		compare("scatter r", tile, wantTile)
		lines(got.line[:2*m], got.r[:m], got.e[:m], got.lt[:m], a.alpha, a.sign, &a.table)
		linesGo(want.line[:2*m], want.r[:n], want.e[:n], want.lt[:n], a.alpha, a.sign, &a.table)
		redraw(view, got.line[:2*m], got.cell[:n])
		redrawGo(wantView, want.line[:2*m], want.cell[:n])
		compare("redraw", view, wantView)
	}
	n := 0
	for range 2 {
		for first := a.first(); len(first) > 0; {
			was := n
			var steps, done int
			n, steps, done = pack(&got, was, &a.strip, first, a.word, a.column)
			wantN, wantSteps, wantDone := packGo(&want, was, &a.strip, first, a.word, a.column)
			if n != wantN || steps != wantSteps || done != wantDone {
				t.Fatalf("%d rows: pack = %d, %d, %d, reference %d, %d, %d", rows, n, steps, done, wantN, wantSteps, wantDone)
			}
			if !slices.Equal(got.cell[:n], want.cell[:n]) || !slices.Equal(got.count[:n+block], want.count[:n+block]) {
				t.Fatalf("%d rows: pack lists cells %v with counts %v, reference %v with %v", rows,
					got.cell[:n], got.count[:n+block], want.cell[:n], want.count[:n+block])
			}
			compare("pack r", got.r[:n], want.r[:n])
			compare("pack veq", got.veq[:n], want.veq[:n])
			compare("pack gain", got.gain[:n], want.gain[:n])
			compare("pack e", got.e[:n], want.e[:n])
			compare("pack lt", got.lt[:n], want.lt[:n])
			if first = first[done:]; len(first) > 0 && !full(n) {
				t.Fatalf("%d rows: pack stops at %d cells", rows, n)
			}
			if full(n) {
				fire(n)
				n = 0
			}
		}
	}
	fire(n)

	line := slices.Clone(a.line)
	lines(line, a.r, a.e, a.lt, a.alpha, a.sign, &a.table)
	wantLine := slices.Clone(a.line)
	linesGo(wantLine, a.r, a.e, a.lt, a.alpha, a.sign, &a.table)
	compare("lines", line, wantLine)

	for _, columns := range [][]float32{{}, a.line, slices.Concat(a.line, line), slices.Concat(a.line, line, a.line)} {
		n := len(columns) / max(1, 2*rows)
		xat, xslope, wantAt, wantSlope := make([]float32, n), make([]float32, n), make([]float32, n), make([]float32, n)
		dots(xat, xslope, a.x, columns, a.driven())
		dotsGo(wantAt, wantSlope, a.x, columns, a.driven())
		compare("dots with at", xat, wantAt)
		compare("dots with slope", xslope, wantSlope)
	}

	for _, columns := range [][]int32{{}, {0}, {1, 2}, {0, 1, 2}} {
		all, n := slices.Concat(a.line, line, a.line), len(columns)
		if n == 1 {
			all = a.line
		}
		f, b := []float32{a.alpha, a.low, -a.high}[:n], []float32{-a.low, a.alpha, a.high}[:n]
		y, sumAt, sumSlope := slices.Clone(a.x), make([]float32, n), make([]float32, n)
		wantY, wantAt, wantSlope := slices.Clone(a.x), make([]float32, n), make([]float32, n)
		if n == 1 {
			y = a.x
		}
		spread(y, sumAt, sumSlope, all, f, b, columns)
		spreadGo(wantY, wantAt, wantSlope, all, f, b, columns)
		compare("spread's sums of at", sumAt, wantAt)
		compare("spread's sums of slope", sumSlope, wantSlope)
		compare("spread y", y, wantY)
	}
}

func TestKernelsMatchReference(t *testing.T) {
	forEach(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(1, 2))
		for n := range 301 {
			for _, density := range []float64{0, 0.002, 0.1, 1} {
				newArguments(rng, n, density).check(t)
			}
		}
	})
}

func TestKernelsMatchReferenceAtExtremes(t *testing.T) {
	forEach(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(3, 4))
		for n := range 301 {
			a := newArguments(rng, n, 0.1)
			a.spoil(rng)
			a.check(t)
		}
	})
}

// TestSegments walks the table across every segment boundary and past both
// ends.
func TestSegments(t *testing.T) {
	forEach(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(5, 6))
		var v []float32
		for i := -2; i <= segmentCount+2; i++ {
			b := float32(i) / segmentCount
			v = append(v, b, math.Nextafter32(b, -100), math.Nextafter32(b, 100))
		}
		a := newArguments(rng, len(v), 0.1)
		a.alpha = 1
		copy(a.r, v)
		clear(a.e)
		clear(a.veq)
		a.check(t)
	})
}

// TestTangent compares the slope with the difference of values.
func TestTangent(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 7))
	tab := newTestTable(rng)
	for v := float32(0.01); v < 1; v += 0.0131 {
		y, slope := tab.tangent(v)
		if want := tab.at(v); math.Abs(float64(y-want)) > 1e-6 {
			t.Errorf("at %g: %g, at says %g", v, y, want)
		}
		const h = 1e-3
		if a, _ := tab.locate(v - h); a != int32(v*segmentCount) {
			continue
		}
		if b, _ := tab.locate(v + h); b != int32(v*segmentCount) {
			continue
		}
		want := float64(tab.at(v+h)-tab.at(v-h)) / (2 * h)
		if math.Abs(float64(slope)-want) > 0.01*(1+math.Abs(want)) {
			t.Errorf("at %g: slope %g, the difference says %g", v, slope, want)
		}
	}
}

// TestNaN requires of a NaN anywhere in a cell that its line shows it, and that
// of no other cell.
func TestNaN(t *testing.T) {
	nan := float32(math.NaN())
	forEach(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(7, 8))
		for n := 1; n < 40; n++ {
			for k := range 2 {
				a := newArguments(rng, n, 0.1)
				i := rng.IntN(n)
				[][]float32{a.r, a.lt}[k][i] = nan
				lines(a.line, a.r, a.e, a.lt, a.alpha, a.sign, &a.table)
				for j := range n {
					if at, slope := a.line[place(j)], a.line[place(j)+block]; (at != at || slope != slope) != (j == i) {
						t.Fatalf("NaN in cell %d: the line of cell %d is %g, %g", i, j, at, slope)
					}
				}
				a.veq[rng.IntN(n)], a.e[rng.IntN(n)], a.gain[rng.IntN(n)] = nan, nan, nan
				a.check(t)
			}
		}
	})
}

func TestKernelsPanicOnLengthMismatch(t *testing.T) {
	panics := func(f func()) (did bool) {
		defer func() { did = recover() != nil }()
		f()
		return false
	}
	forEach(t, func(t *testing.T) {
		b, tab := new(burst), new(table)
		s, w, c := make([]float32, 24), make([]uint32, 24), make([]int32, 24)
		two := make([]float32, 48)
		for _, n := range []int{16, 23} { // short, and not of whole blocks
			for k := range 8 {
				f := [8][]float32{s, s, s, s, s, s, s, s}
				f[k] = s[:n]
				short := func(at int) int {
					if k == at {
						return n
					}
					return 24
				}
				for name, call := range map[string]func(){
					"pack":   func() { pack(b, 0, &strip{r: f[0], veq: f[1], gain: f[2], e: f[3], lt: f[4]}, nil, w[:short(5)], 1) },
					"step":   func() { step(f[0], f[1], f[2], c[:short(3)], 1, 1, 0, 1, tab) },
					"lines":  func() { lines(two[:2*short(3)], f[0], f[1], f[2], 1, 1, tab) },
					"redraw": func() { redraw(s, two[:2*short(0)], c) },
					"dots":   func() { dots(s[:1], s[:1], f[0], two[:2*short(1)], []int32{0, 16}) },
					"spread": func() { spread(f[0], s[:1], s[:1], two[:2*short(1)], s[:1], s[:1], []int32{0}) },
				} {
					arguments := map[string]int{"pack": 6, "step": 4, "lines": 4, "redraw": 1, "dots": 2, "spread": 2}[name]
					if got := panics(call); got != (k < arguments) {
						t.Errorf("%s with argument %d of length %d: panics is %v", name, k, n, got)
					}
				}
			}
		}
		if !panics(func() { scatter(s, s[:16], c) }) {
			t.Error("scatter accepts more cells than elements")
		}
		if !panics(func() { pack(b, burstSize-block, &strip{r: s, veq: s, gain: s, e: s, lt: s}, nil, w, 1) }) {
			t.Error("pack accepts a burst that is full")
		}
		if !panics(func() { dots(s[:1], s[:1], s, two, []int32{0, 24}) }) {
			t.Error("dots accepts a block that there is not")
		}
		for k := range 5 {
			n := [5]int{1, 1, 1, 1, 1}
			n[k] = 2
			if !panics(func() { spread(s, s[:n[0]], s[:n[1]], two, s[:n[2]], s[:n[3]], []int32{0, 0}[:n[4]]) }) {
				t.Errorf("spread accepts different numbers of columns: %v", n)
			}
		}
		if !panics(func() { dots(s[:1], s[:2], s, two, nil) }) {
			t.Error("dots accepts results of different numbers of columns")
		}
	})
}

func TestKernelsDoNotAllocate(t *testing.T) {
	forEach(t, func(t *testing.T) {
		a := newArguments(rand.New(rand.NewPCG(9, 10)), 250, 0.1)
		b, first, driven := new(burst), a.first(), a.driven()
		all := make([]float32, int(a.start)+len(a.r))
		view := make([]float32, 2*len(all))
		var p, q [1]float32
		ab, column := [2]float32{a.alpha, a.low}, [1]int32{0}
		if n := testing.AllocsPerRun(100, func() {
			n, _, _ := pack(b, 0, &a.strip, first, a.word, a.column)
			scatter(all, b.r[:n], b.cell[:n])
			n = blocks(n)
			step(b.r[:n], b.veq[:n], b.gain[:n], b.count[:n], a.alpha, 1/a.alpha, a.low, a.high, &a.table)
			lines(b.line[:2*n], b.r[:n], b.e[:n], b.lt[:n], a.alpha, a.sign, &a.table)
			redraw(view, b.line[:2*n], b.cell[:n])
			dots(p[:], q[:], a.x, a.line, driven)
			spread(a.x, p[:], q[:], a.line, ab[:1], ab[1:], column[:])
		}); n != 0 {
			t.Errorf("%g allocations per run", n)
		}
	})
}

// TestReferenceIsNotFused pins the reference to separately rounded products,
// by arguments whose fused result differs. The compiler fuses on arm64 among
// others.
func TestReferenceIsNotFused(t *testing.T) {
	// x^2 = 1 + 2^-11 + 2^-24 rounds to 1 + 2^-11.
	const x = 1 + 1.0/4096
	const rounded = 1 + 1.0/2048
	tab := table{scale: x, offset: -rounded}
	tab.c[0][0], tab.c[1][0] = 1, 1
	if got := tab.at(x); got != 1 {
		t.Errorf("scale*v + offset is fused: at = %g, want 1", got)
	}
	flat := table{scale: 1}
	for i := range flat.c[0] {
		flat.c[0][i] = x
	}
	var line [2 * block]float32
	linesGo(line[:], []float32{0}, []float32{0}, []float32{-rounded}, 1, x, &flat)
	if line[0] != 0 {
		t.Errorf("lt + sign*g is fused: %g, want 0", line[0])
	}
	y := []float32{0}
	line[0], line[block] = 1, x
	p, q := []float32{0}, []float32{0}
	spreadGo(y, p, q, line[:], []float32{-rounded}, []float32{x}, []int32{0})
	if y[0] != 0 {
		t.Errorf("a*at + b*slope is fused: %g, want 0", y[0])
	}
	turns, ones := make([]float32, 3*block), make([]float32, 2*3*block)
	turns[0], ones[0], turns[2*block], ones[2*2*block] = -rounded, 1, x, x
	if dotsGo(p, q, turns, ones, []int32{0, block, 2 * block}); p[0] != 0 {
		t.Errorf("sum + x*at is fused: %g, want 0", p[0])
	}
	r := []float32{-rounded}
	stepGo(r, []float32{0}, []float32{1}, []int32{1}, 1, x, -9, 9, &flat)
	if r[0] != 0 {
		t.Errorf("r + dv*inv is fused: %g, want 0", r[0])
	}
}

// FuzzKernels reads a column from the data, 8 float32 and a word each row, in
// any bit pattern, and compares all implementations with the reference.
func FuzzKernels(f *testing.F) {
	const row = 36
	f.Add(uint64(1), uint32(1), []byte{})
	f.Add(uint64(2), uint32(math.MaxUint32), make([]byte, row*33))
	rng := rand.New(rand.NewPCG(11, 12))
	data := make([]byte, row*17)
	for i := range data {
		data[i] = byte(rng.Uint32())
	}
	f.Add(uint64(3), uint32(0x55), data)
	f.Fuzz(func(t *testing.T, seed uint64, column uint32, data []byte) {
		if len(data) > row*300 {
			return
		}
		for _, k := range implementations() {
			use(t, k)
			a := newArguments(rand.New(rand.NewPCG(seed, 0)), len(data)/row, 0)
			a.column = column
			for i := range len(data) / row {
				cell := data[row*i:]
				next := func() uint32 {
					u := binary.LittleEndian.Uint32(cell)
					cell = cell[4:]
					return u
				}
				for _, s := range a.slices() {
					(*s)[i] = math.Float32frombits(next())
				}
				a.line[len(a.r)+i] = math.Float32frombits(next())
				a.word[i] = next()
			}
			a.check(t)
		}
	})
}
