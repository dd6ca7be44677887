package circuit

import (
	"math"
	"math/rand/v2"
	"testing"
)

// Known answer of the Random123 distribution (kat_vectors, philox2x64 10).
func TestPhiloxKnownAnswer(t *testing.T) {
	a, b := philox2x64(0, 0, 0)
	if a != 0xca00a0459843d731 || b != 0x66c24222c9a845b5 {
		t.Fatalf("philox2x64-10(0,0;0) = %x %x", a, b)
	}
}

func TestStreamIsAddressed(t *testing.T) {
	first := NewStream(1, Order, Instance("a"), 7).Uint64()
	var s Stream
	s.Reset(1, Order, Instance("a"), 8)
	s.Uint64()
	s.Reset(1, Order, Instance("a"), 7)
	if got := s.Uint64(); got != first {
		t.Fatalf("same key, other draw: %x, %x", got, first)
	}
	for _, k := range []struct {
		seed uint64
		p    Purpose
		in   string
		idx  uint64
	}{{2, Order, "a", 7}, {1, Initial, "a", 7}, {1, Order, "b", 7}, {1, Order, "a", 6}} {
		if NewStream(k.seed, k.p, Instance(k.in), k.idx).Uint64() == first {
			t.Errorf("key %v gives the same stream", k)
		}
	}
	if n := testing.AllocsPerRun(100, func() { s.Reset(3, Order, 4, 5); s.Normal() }); n != 0 {
		t.Errorf("Reset allocates %v times", n)
	}
}

// Mean and variance of both distributions lie within 4 standard errors.
func TestDistributions(t *testing.T) {
	const n = 200000
	for _, c := range []struct {
		name           string
		draw           func(*Stream) float64
		mean, variance float64
		kurtosis       float64 // fourth central moment over squared variance
	}{
		{"normal", (*Stream).Normal, 0, 1, 3},
		{"gamma 3.1", func(s *Stream) float64 { return s.Gamma(3.1) }, 3.1, 3.1, 3 + 6/3.1},
		{"uniform", (*Stream).Float64, 0.5, 1.0 / 12, 1.8},
	} {
		s := NewStream(1, Fabrication, Instance(c.name), 0)
		var sum, sq float64
		for range n {
			x := c.draw(s) - c.mean
			sum += x
			sq += x * x
		}
		if se := math.Sqrt(c.variance / n); math.Abs(sum/n) > 4*se {
			t.Errorf("%s: mean off by %g, standard error %g", c.name, sum/n, se)
		}
		if se := c.variance * math.Sqrt((c.kurtosis-1)/n); math.Abs(sq/n-c.variance) > 4*se {
			t.Errorf("%s: variance %g, want %g +- %g", c.name, sq/n, c.variance, se)
		}
	}
}

// TestNormalIsThatOfTheLibrary compares a million draws, of which some 12,000 meet
// the edge of a strip and 270 the tail. They are the same bits, but for the last
// one of the tail where the compiler fuses the library's products.
func TestNormalIsThatOfTheLibrary(t *testing.T) {
	var tolerance float64
	if fuses(1+0x1p-30, -(1 + 0x1p-29)) {
		tolerance = 0x1p-51
	}
	var s Stream
	s.Reset(1, ReadNoise, 2, 3)
	pcg := s.pcg
	want := rand.New(&pcg)
	for n := range 1_000_000 {
		if a, b := s.Normal(), want.NormFloat64(); !(math.Abs(a-b) <= tolerance) {
			t.Fatalf("draw %d is %v, that of math/rand/v2 is %v", n, a, b)
		}
	}
}

// fuses reports whether x^2 + y, which is 0 where the product is rounded first,
// is not.
//
//go:noinline
func fuses(x, y float64) bool { return x*x+y != 0 }
