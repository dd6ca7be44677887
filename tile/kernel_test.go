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

// guard is the number of elements before and after a slice from unaligned.
const guard = 16

// fill is what those elements hold.
const fill = 7

// The arguments of the kernels, each slice at an offset of its own in a
// larger array, so that no two share an alignment.
type arguments struct {
	acc, r, e, lt, sign, gain, d []float32
	word                         []uint32 // of the rows of a column
	column                       uint32
	rows                         []int32
	alpha, x, low, high          float32
	table                        table
}

// unaligned returns n elements that start guard+offset elements into an array
// filled with the value v.
func unaligned[T any](n, offset int, v T) []T {
	s := make([]T, n+offset+2*guard)
	for i := range s {
		s[i] = v
	}
	return s[guard+offset : guard+offset+n : n+offset+2*guard]
}

// intact reports whether the elements after a slice, up to its capacity, still
// hold fill.
func intact(s []float32) bool {
	return !slices.ContainsFunc(s[len(s):cap(s)], func(v float32) bool { return v != fill })
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

// newArguments draws n columns. Words have each bit set with the probability
// density.
func newArguments(rng *rand.Rand, n int, density float64) *arguments {
	a := &arguments{alpha: 0.5 + 0.5*rng.Float32(), x: rng.Float32(), low: 0.1, high: 0.9, table: newTestTable(rng)}
	for _, s := range []*[]float32{&a.acc, &a.r, &a.e, &a.lt, &a.sign, &a.gain, &a.d} {
		*s = unaligned[float32](n, rng.IntN(guard), fill)
	}
	a.word = unaligned[uint32](n, rng.IntN(guard), math.MaxUint32)
	a.column = randomWord(rng, 0.5)
	a.rows = unaligned[int32](n, rng.IntN(guard), fill)
	for k := range a.rows {
		a.rows[k] = int32(k)
	}
	for j := range n {
		a.acc[j] = float32(rng.NormFloat64())
		a.r[j] = float32(rng.NormFloat64())
		a.e[j] = rng.Float32()
		a.lt[j] = float32(rng.NormFloat64())
		a.sign[j] = float32(2*rng.IntN(2) - 1)
		a.gain[j] = 0.01 * rng.Float32()
		a.d[j] = float32(rng.NormFloat64())
		a.word[j] = randomWord(rng, density)
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

// extremes are voltages, charges and conductances that no cell has.
var extremes = []float32{
	0, float32(math.Copysign(0, -1)), 1, -1, 1e-45, -1e-45, 1e-38, -1e-38, 15.999999 / 16, 0.0625, 0.06249999,
	1e9, -1e9, 3e38, -3e38, math.MaxFloat32, -math.MaxFloat32, float32(math.Inf(1)), float32(math.Inf(-1)),
}

// spoil replaces about one element in three of every slice by an extreme.
func (a *arguments) spoil(rng *rand.Rand) {
	for _, s := range [][]float32{a.acc, a.r, a.e, a.lt, a.sign, a.gain, a.d} {
		for j := range s {
			if rng.IntN(3) == 0 {
				s[j] = extremes[rng.IntN(len(extremes))]
			}
		}
	}
}

// same reports whether a and b are the same bits, or both NaN.
func same(a, b float32) bool {
	return math.Float32bits(a) == math.Float32bits(b) || a != a && b != b
}

// check runs all four kernels of the selected implementation and of the
// reference on copies of a and compares every result.
func (a *arguments) check(t *testing.T) {
	t.Helper()
	compare := func(what string, got, want float32) {
		if !same(got, want) {
			t.Fatalf("%d columns: %s = %g (%#x), reference %g (%#x)", len(a.acc), what,
				got, math.Float32bits(got), want, math.Float32bits(want))
		}
	}
	compareSlices := func(what string, got, want []float32) {
		for j := range want {
			if !same(got[j], want[j]) {
				t.Fatalf("%d columns: %s[%d] = %g (%#x), reference %g (%#x)", len(a.acc), what, j,
					got[j], math.Float32bits(got[j]), want[j], math.Float32bits(want[j]))
			}
		}
	}

	want := slices.Clone(a.acc)
	wantSum := readRowGo(want, a.r, a.e, a.lt, a.sign, a.alpha, a.x, &a.table)
	sum := readRow(a.acc, a.r, a.e, a.lt, a.sign, a.alpha, a.x, &a.table)
	compareSlices("readRow acc", a.acc, want)
	compare("readRow", sum, wantSum)
	if !intact(a.acc) {
		t.Fatalf("%d columns: readRow writes past acc", len(a.acc))
	}

	wantDot, wantAbs := readColumnsGo(a.d, a.r, a.e, a.lt, a.sign, a.alpha, &a.table)
	dot, abs := readColumns(a.d, a.r, a.e, a.lt, a.sign, a.alpha, &a.table)
	compare("readColumns dot", dot, wantDot)
	compare("readColumns abs", abs, wantAbs)

	rows, counts := a.checkCoincide(t)
	for stride := 1; stride < 4; stride += 2 {
		got := slices.Concat(slices.Repeat(a.r, stride), []float32{fill})
		want := slices.Clone(got)
		inv := 1 / a.alpha
		pulseColumnGo(want, stride, a.e, a.gain, rows, counts, a.alpha, inv, a.low, a.high, &a.table)
		pulseColumn(got, stride, a.e, a.gain, rows, counts, a.alpha, inv, a.low, a.high, &a.table)
		compareSlices("pulseColumn r", got, want)
	}
}

// checkCoincide compares coincide with its reference and returns what it lists.
func (a *arguments) checkCoincide(t *testing.T) (cells, counts []int32) {
	t.Helper()
	n := len(a.rows)
	lists := [4][]int32{}
	for k := range lists {
		lists[k] = unaligned[int32](n+coincideRoom, k, fill)
	}
	wantN, wantSteps := coincideGo(lists[0], lists[1], a.rows, a.word, a.column)
	gotN, gotSteps := coincide(lists[2], lists[3], a.rows, a.word, a.column)
	if gotN != wantN || gotSteps != wantSteps {
		t.Fatalf("%d rows: coincide = %d, %d, reference %d, %d", n, gotN, gotSteps, wantN, wantSteps)
	}
	if !slices.Equal(lists[2][:gotN], lists[0][:wantN]) || !slices.Equal(lists[3][:gotN], lists[1][:wantN]) {
		t.Fatalf("%d rows: coincide lists %v, reference %v", n, lists[2][:gotN], lists[0][:wantN])
	}
	for _, list := range lists {
		if slices.ContainsFunc(list[len(list):cap(list)], func(v int32) bool { return v != fill }) {
			t.Fatalf("%d rows: coincide writes past its room", n)
		}
	}
	return lists[2][:gotN], lists[3][:gotN]
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
		a.check(t)
	})
}

// TestNaN requires of a NaN in lt that it reaches the charge of its column and
// of no other, and of one in a voltage that it does no harm.
func TestNaN(t *testing.T) {
	nan := float32(math.NaN())
	forEach(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(7, 8))
		for n := 1; n < 40; n++ {
			a := newArguments(rng, n, 0.1)
			k := rng.IntN(n)
			a.lt[k] = nan
			readRow(a.acc, a.r, a.e, a.lt, a.sign, a.alpha, a.x, &a.table)
			for j, q := range a.acc {
				if (q != q) != (j == k) {
					t.Fatalf("NaN in lt[%d]: acc[%d] = %g", k, j, q)
				}
			}
			if dot, _ := readColumns(a.d, a.r, a.e, a.lt, a.sign, a.alpha, &a.table); dot == dot {
				t.Fatalf("NaN in lt[%d]: dot = %g", k, dot)
			}
			a.check(t)
			a.r[rng.IntN(n)], a.e[rng.IntN(n)], a.gain[rng.IntN(n)], a.d[rng.IntN(n)] = nan, nan, nan, nan
			a.check(t)
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
		s, w, tab := make([]float32, 20), make([]uint32, 20), new(table)
		for k := range 5 {
			f := [5][]float32{s, s, s, s, s}
			f[k] = s[:19]
			if !panics(func() { readRow(f[0], f[1], f[2], f[3], f[4], 1, 1, tab) }) {
				t.Errorf("readRow accepts a short slice %d", k)
			}
			if !panics(func() { readColumns(f[0], f[1], f[2], f[3], f[4], 1, tab) }) {
				t.Errorf("readColumns accepts a short slice %d", k)
			}
		}
		const n, room = 4, 4 + coincideRoom
		list := make([]int32, room)
		for k, short := range [][4]int{{room - 1, room, n, n}, {room, room - 1, n, n}, {room, room, n - 1, n}, {room, room, n, n - 1}} {
			if !panics(func() { coincide(list[:short[0]], list[:short[1]], list[:short[2]], w[:short[3]], 1) }) {
				t.Errorf("coincide accepts a short slice %d", k)
			}
		}
		for k, short := range [][5]int{{2, 3, 3, 3, 2}, {6, 2, 3, 3, 3}, {6, 3, 2, 3, 3}, {6, 3, 3, 2, 3}, {6, 3, 3, 3, 2}, {6, 2, 2, 3, 3}, {6, 1, 1, 1, 1}} {
			if !panics(func() {
				pulseColumn(s[:short[0]], 3, s[:short[1]], s[:short[2]], []int32{0, 1, 2}[:short[3]], []int32{1, 1, 1}[:short[4]], 1, 1, 0, 1, tab)
			}) != (k == 6) {
				t.Errorf("pulseColumn accepts a short slice %d", k)
			}
		}
	})
}

func TestKernelsDoNotAllocate(t *testing.T) {
	forEach(t, func(t *testing.T) {
		a := newArguments(rand.New(rand.NewPCG(9, 10)), 250, 0.1)
		rows, counts := make([]int32, 250+coincideRoom), make([]int32, 250+coincideRoom)
		if n := testing.AllocsPerRun(100, func() {
			readRow(a.acc, a.r, a.e, a.lt, a.sign, a.alpha, a.x, &a.table)
			readColumns(a.d, a.r, a.e, a.lt, a.sign, a.alpha, &a.table)
			n, _ := coincide(rows, counts, a.rows, a.word, a.column)
			pulseColumn(a.r, 1, a.e, a.gain, rows[:n], counts[:n], a.alpha, 1/a.alpha, a.low, a.high, &a.table)
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
	one := table{}
	for i := range one.c[0] {
		one.c[0][i] = x
	}
	acc := []float32{-rounded}
	readRowGo(acc, []float32{0}, []float32{0}, []float32{x}, []float32{0}, 1, x, &one)
	if acc[0] != 0 {
		t.Errorf("acc + x*w is fused: acc = %g, want 0", acc[0])
	}
	acc[0] = 0
	readRowGo(acc, []float32{0}, []float32{0}, []float32{-rounded}, []float32{x}, 1, 1, &one)
	if acc[0] != 0 {
		t.Errorf("lt + sign*g is fused: acc = %g, want 0", acc[0])
	}
}

// FuzzKernels reads columns from the data, 7 float32 and a word each, in any
// bit pattern, and compares all implementations with the reference.
func FuzzKernels(f *testing.F) {
	f.Add(uint64(1), uint32(1), []byte{})
	f.Add(uint64(2), uint32(math.MaxUint32), make([]byte, 32*33))
	rng := rand.New(rand.NewPCG(11, 12))
	data := make([]byte, 32*17)
	for i := range data {
		data[i] = byte(rng.Uint32())
	}
	f.Add(uint64(3), uint32(0x55), data)
	f.Fuzz(func(t *testing.T, seed uint64, column uint32, data []byte) {
		if len(data) > 32*300 {
			return
		}
		for _, k := range implementations() {
			use(t, k)
			a := newArguments(rand.New(rand.NewPCG(seed, 0)), len(data)/32, 0)
			a.column = column
			for j := range a.acc {
				column := data[32*j:]
				for k, s := range [][]float32{a.acc, a.r, a.e, a.lt, a.sign, a.gain, a.d} {
					s[j] = math.Float32frombits(binary.LittleEndian.Uint32(column[4*k:]))
				}
				a.word[j] = binary.LittleEndian.Uint32(column[28:])
			}
			a.check(t)
		}
	})
}
