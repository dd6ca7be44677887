package vector

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

// same reports whether a and b are the same bits, or both NaN.
func same(a, b float32) bool {
	return math.Float32bits(a) == math.Float32bits(b) || a != a && b != b
}

// check compares all functions of every implementation with the reference.
func check(t *testing.T, a float32, x, y []float32) {
	t.Helper()
	want := slices.Clone(y)
	axpyGo(a, x, want)
	wantDot := dotGo(x, y)
	wantLogistic := slices.Clone(x)
	logisticGo(wantLogistic)
	for _, k := range implementations() {
		use(t, k)
		// What follows in the array must stay as it is.
		room := append(slices.Clone(y), 7, 7, 7, 7, 7, 7, 7, 7)
		got := room[:len(y)]
		Axpy(a, x, got)
		for i := range want {
			if !same(got[i], want[i]) {
				t.Fatalf("%s: Axpy of %d: y[%d] = %g, reference %g", k.name, len(x), i, got[i], want[i])
			}
		}
		if i := slices.IndexFunc(room[len(y):], func(v float32) bool { return v != 7 }); i >= 0 {
			t.Fatalf("%s: Axpy of %d writes past y", k.name, len(x))
		}
		room = append(slices.Clone(x), 7, 7, 7, 7, 7, 7, 7, 7)
		got = room[:len(x)]
		Logistic(got)
		for i := range wantLogistic {
			if !same(got[i], wantLogistic[i]) {
				t.Fatalf("%s: Logistic(%g), element %d of %d, is %g, reference %g", k.name, x[i], i, len(x), got[i], wantLogistic[i])
			}
		}
		if i := slices.IndexFunc(room[len(x):], func(v float32) bool { return v != 7 }); i >= 0 {
			t.Fatalf("%s: Logistic of %d writes past x", k.name, len(x))
		}
		if d := Dot(x, y); !same(d, wantDot) {
			t.Fatalf("%s: Dot of %d = %g, reference %g", k.name, len(x), d, wantDot)
		}
	}
}

// draw returns n elements that start at an odd place of their array.
func draw(rng *rand.Rand, n int) []float32 {
	s := make([]float32, n+8)[rng.IntN(8):][:n]
	for i := range s {
		s[i] = float32(rng.NormFloat64())
	}
	return s
}

func TestMatchesReference(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for n := range 301 {
		check(t, rng.Float32(), draw(rng, n), draw(rng, n))
	}
}

// FuzzVector reads two slices of any bit pattern.
func FuzzVector(f *testing.F) {
	f.Add(uint32(0), []byte{})
	f.Add(math.Float32bits(-1), make([]byte, 8*33))
	f.Fuzz(func(t *testing.T, a uint32, data []byte) {
		n := min(len(data)/8, 300)
		var s [2][]float32
		for k := range s {
			s[k] = make([]float32, n)
			for i := range s[k] {
				s[k][i] = math.Float32frombits(binary.LittleEndian.Uint32(data[4*(k*n+i):]))
			}
		}
		check(t, math.Float32frombits(a), s[0], s[1])
	})
}

// The sums are what they say, whatever the order.
func TestSums(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for _, n := range []int{0, 1, 7, 8, 100, 502} {
		x, p := draw(rng, n), draw(rng, n)
		var want, size float64
		for i := range x {
			want += float64(p[i]) * float64(x[i])
			size += math.Abs(float64(p[i]) * float64(x[i]))
		}
		if d := math.Abs(float64(Dot(p, x)) - want); d > 1e-6*size {
			t.Errorf("Dot of %d is off by %g", n, d)
		}
		y := slices.Clone(p)
		Axpy(0.5, x, y)
		for i := range y {
			if want := float64(p[i]) + 0.5*float64(x[i]); math.Abs(float64(y[i])-want) > 1e-6*(1+math.Abs(want)) {
				t.Errorf("Axpy of %d: y[%d] = %g, want %g", n, i, y[i], want)
			}
		}
	}
}

// TestLogistic compares with float64, from one end of its range to the other.
func TestLogistic(t *testing.T) {
	var x []float32
	for v := float32(-88); v < 100; v += 0.00137 {
		x = append(x, v)
	}
	for _, k := range implementations() {
		use(t, k)
		y := slices.Clone(x)
		Logistic(y)
		for i, v := range x {
			if want := 1 / (1 + math.Exp(-float64(v))); math.Abs(float64(y[i])-want) > 2e-7*want {
				t.Fatalf("%s: Logistic(%v) = %v, want %v", k.name, v, y[i], want)
			}
		}
		ends := []float32{float32(math.Inf(-1)), -1e30, 0, 1e30, float32(math.Inf(1)), float32(math.NaN())}
		Logistic(ends)
		if !(ends[0] > 0 && ends[0] < 1e-37 && ends[1] == ends[0] && ends[2] == 0.5 && ends[3] == 1 && ends[4] == 1 && ends[5] != ends[5]) {
			t.Errorf("%s: Logistic of -Inf, -1e30, 0, 1e30, Inf, NaN is %v", k.name, ends)
		}
	}
}

// TestReferenceIsNotFused pins the reference to separately rounded products,
// by arguments whose fused result differs. The compiler fuses on arm64 among
// others.
func TestReferenceIsNotFused(t *testing.T) {
	// x^2 = 1 + 2^-11 + 2^-24 rounds to 1 + 2^-11.
	const x = 1 + 1.0/4096
	const rounded = 1 + 1.0/2048
	y := []float32{-rounded}
	if axpyGo(x, []float32{x}, y); y[0] != 0 {
		t.Errorf("y + a*x is fused: %g, want 0", y[0])
	}
	long := make([]float32, laneCount+1)
	other := slices.Clone(long)
	long[0], other[0] = 1, -rounded
	long[laneCount], other[laneCount] = x, x
	if d := dotGo(long, other); d != 0 {
		t.Errorf("sum + x*y is fused: %g, want 0", d)
	}
}

func TestPanicsOnLengthMismatch(t *testing.T) {
	for k, f := range []func(s, short []float32){
		func(s, short []float32) { Axpy(1, short, s) },
		func(s, short []float32) { Axpy(1, s, short) },
		func(s, short []float32) { Dot(s, short) },
		func(s, short []float32) { Dot(short, s) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("call %d accepts slices that differ in length", k)
				}
			}()
			f(make([]float32, 20), make([]float32, 19))
		}()
	}
}

// The benchmarks run over rows of 500 elements that lie in the first-level
// cache, and over as many as the third-level cache holds.
func bench(b *testing.B, f func(p, x []float32)) {
	const n = 500
	rng := rand.New(rand.NewPCG(5, 6))
	p := draw(rng, n)
	for _, k := range implementations() {
		for _, c := range []struct {
			name string
			rows int
		}{{"near", 1}, {"far", 1000}} {
			b.Run(k.name+"/"+c.name, func(b *testing.B) {
				use(b, k)
				all := draw(rng, n*c.rows)
				i := 0
				for b.Loop() {
					f(p, all[i*n:(i+1)*n])
					if i++; i == c.rows {
						i = 0
					}
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/element")
				b.ReportMetric(0, "ns/op")
			})
		}
	}
}

func BenchmarkAxpy(b *testing.B)     { bench(b, func(p, x []float32) { Axpy(1e-3, x, p) }) }
func BenchmarkDot(b *testing.B)      { bench(b, func(p, x []float32) { Dot(p, x) }) }
func BenchmarkLogistic(b *testing.B) { bench(b, func(_, x []float32) { Logistic(x) }) }

// BenchmarkMemory copies a row: what the memory allows.
func BenchmarkMemory(b *testing.B) { bench(b, func(p, x []float32) { copy(p, x) }) }
