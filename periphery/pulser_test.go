package periphery

import (
	"math"
	"math/bits"
	"testing"

	"engram/circuit"
)

// Every scheme fires, on average, the fraction of the slots that its value says,
// on the line that its sign says, and tells how many pulses that are.
func TestTrains(t *testing.T) {
	const slots, draws = 31, 4000
	values := []float32{0.5, -0.5, 0, float32(math.Copysign(0, -1)), 0.01, -0.99, 1, -1, 1.5, -7, 0.3, float32(math.NaN())}
	want := func(f float32) float64 {
		if f != f {
			return 0
		}
		return min(1, math.Abs(float64(f))) * slots
	}
	for _, c := range []struct {
		scheme Scheme
		mean   func(f float32) float64
		sigma  func(f float32) float64 // of one train
	}{
		{Stochastic, want, func(f float32) float64 { return math.Sqrt(want(f) * (1 - want(f)/slots)) }},
		{Dithered, want, func(f float32) float64 {
			part := want(f) - math.Floor(want(f))
			return math.Sqrt(part * (1 - part))
		}},
		{Deterministic, func(f float32) float64 { return math.RoundToEven(want(f)) }, func(float32) float64 { return 0 }},
	} {
		p := NewPulser(PulserSpec{Slots: slots, Scheme: c.scheme, RowScheme: c.scheme})
		rng := circuit.NewStream(1, circuit.UpdatePulse, 2, 3)
		pos, neg := make([]uint32, len(values)), make([]uint32, len(values))
		sum := make([]float64, len(values))
		for range draws {
			pulses, negative := p.Rows(pos, neg, values, rng)
			all, below := 0, false
			for i, f := range values {
				if other := pos[i]; f < 0 && other != 0 || !(f < 0) && neg[i] != 0 || (pos[i]|neg[i])>>slots != 0 {
					t.Fatalf("%s: %g fires %#x and %#x", c.scheme, f, pos[i], neg[i])
				}
				n := bits.OnesCount32(pos[i] | neg[i])
				sum[i] += float64(n)
				all += n
				below = below || neg[i] != 0
			}
			if pulses != all || negative != below {
				t.Fatalf("%s: says %d pulses, negative %v; there are %d, %v", c.scheme, pulses, negative, all, below)
			}
			if n := p.Columns(pos, neg, values, rng); n != ones(pos)+ones(neg) {
				t.Fatalf("%s: says %d pulses of columns, there are %d", c.scheme, n, ones(pos)+ones(neg))
			}
		}
		for i, f := range values {
			// The grid of 2^-16 of a stochastic probability is below 1e-3 pulses.
			if d := math.Abs(sum[i]/draws - c.mean(f)); d > 5*c.sigma(f)/math.Sqrt(draws)+1e-3 {
				t.Errorf("%s: %g fires %g of %d slots, want %g", c.scheme, f, sum[i]/draws, slots, c.mean(f))
			}
		}
	}
}

func ones(words []uint32) (n int) {
	for _, w := range words {
		n += bits.OnesCount32(w)
	}
	return n
}
