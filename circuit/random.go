package circuit

import (
	"hash/fnv"
	"math"
	"math/bits"
	"math/rand/v2"
)

// Purpose says what a random stream is for. The list is append-only: the value
// is part of the key, so a renumbering would change every result.
type Purpose uint64

const (
	Fabrication Purpose = iota + 1 // device-to-device spread, drawn once per instance
	Initial                        // initial weights
	Order                          // order of the examples of an epoch
	UpdatePulse                    // pulse trains of one update
	Programming                    // PCM pulses and capacitor resets of one transfer
	ReadNoise                      // noise of one read
	Stimulus                       // generated data
	SweepPoint                     // seeds of a sweep's points
	Drift                          // drift exponents and 1/f noise after training
)

// Instance hashes a component's path ("hidden1.act") into the instance part of a key.
func Instance(path string) uint64 {
	h := fnv.New64a()
	h.Write([]byte(path))
	return h.Sum64()
}

// A Stream is a random generator addressed by (seed, purpose, instance, index).
// The zero Stream must be Reset before use. It is not safe for concurrent use;
// derive another one instead.
type Stream struct {
	pcg  rand.PCG
	rand *rand.Rand
}

// NewStream returns the stream of the key.
func NewStream(seed uint64, p Purpose, instance, index uint64) *Stream {
	s := new(Stream)
	s.Reset(seed, p, instance, index)
	return s
}

// Reset moves s to the start of the key's stream without allocating after the
// first call.
func (s *Stream) Reset(seed uint64, p Purpose, instance, index uint64) {
	a, b := philox2x64(seed^instance, index, uint64(p)^bits.RotateLeft64(instance, 32))
	s.pcg.Seed(a, b)
	if s.rand == nil {
		s.rand = rand.New(&s.pcg)
	}
}

// Uint64 returns 64 uniform bits.
func (s *Stream) Uint64() uint64 { return s.pcg.Uint64() }

// Float64 returns a uniform number in [0, 1).
func (s *Stream) Float64() float64 { return float64(s.rand.Float64()) }

// Shuffle permutes n elements.
func (s *Stream) Shuffle(n int, swap func(i, j int)) { s.rand.Shuffle(n, swap) }

// Gamma returns a draw of the gamma distribution with shape k >= 1 and scale 1,
// by the method of Marsaglia and Tsang, ACM TOMS 26, 363 (2000).
func (s *Stream) Gamma(k float64) float64 {
	d := k - 1.0/3
	c := 1 / math.Sqrt(9*d)
	for {
		x := s.Normal()
		v := 1 + float64(c*x)
		if v <= 0 {
			continue
		}
		v = v * v * v
		u := s.Float64()
		if u < 1-0.0331*x*x*x*x || math.Log(u) < float64(0.5*x*x)+float64(d*(1-v+math.Log(v))) {
			return d * v
		}
	}
}

// philox2x64 is Philox2x64-10 of counter (c0, c1) under key.
func philox2x64(c0, c1, key uint64) (uint64, uint64) {
	const (
		mul  = 0xD2B74407B1CE6E93
		weyl = 0x9E3779B97F4A7C15
	)
	for range 10 {
		hi, lo := bits.Mul64(mul, c0)
		c0, c1 = hi^key^c1, lo
		key += weyl
	}
	return c0, c1
}
