package circuit

import "math"

// The ziggurat of Marsaglia and Tsang, J. Stat. Softw. 5, 8 (2000), for the normal
// distribution: strips of equal area that cover the density f(x) = exp(-x^2/2)
// from the top down; strip 0 is the base with the tail. A draw in strip i is a
// signed 32-bit number times zigguratWidth[i], and below the density if that
// number is below zigguratInside[i].
const (
	zigguratStrips = 128
	zigguratTail   = 3.442619855899      // where the tail begins
	zigguratArea   = 9.91256303526217e-3 // of every strip
)

var zigguratInside, zigguratWidth, zigguratDensity = ziggurat()

func ziggurat() (inside [zigguratStrips]uint32, width, density [zigguratStrips]float32) {
	const grid = 1 << 31
	f := func(x float64) float64 { return math.Exp(-x * x / 2) }
	x, last := zigguratTail, zigguratStrips-1
	base := zigguratArea / f(x)
	inside[0] = uint32(x / base * grid)
	width[0], width[last] = float32(base/grid), float32(x/grid)
	density[0], density[last] = 1, float32(f(x))
	for i := last - 1; i > 0; i-- {
		below := x
		x = math.Sqrt(-2 * math.Log(zigguratArea/x+f(x)))
		inside[i+1] = uint32(x / below * grid)
		width[i], density[i] = float32(x/grid), float32(f(x))
	}
	return inside, width, density
}

// Normal returns a draw of N(0, 1): that of math/rand/v2, bit for bit, where its
// compiler fuses nothing.
func (s *Stream) Normal() float64 {
	for {
		u := s.pcg.Uint64()
		k := int32(u)
		i := u >> 32 & (zigguratStrips - 1)
		x := float64(k) * float64(zigguratWidth[i])
		if magnitude(k) < zigguratInside[i] {
			return x
		}
		if i == 0 {
			return s.tail(k > 0)
		}
		height := float32(s.Float64()) * (zigguratDensity[i-1] - zigguratDensity[i])
		if zigguratDensity[i]+float32(height) < float32(math.Exp(-0.5*x*x)) {
			return x
		}
	}
}

// tail returns a draw of the tail on one side (Marsaglia 1964).
func (s *Stream) tail(positive bool) float64 {
	for {
		x := -math.Log(s.Float64()) * (1.0 / zigguratTail)
		y := -math.Log(s.Float64())
		if y+y < x*x {
			continue
		}
		if positive {
			return zigguratTail + float64(x)
		}
		return -zigguratTail - float64(x)
	}
}

func magnitude(k int32) uint32 {
	if k < 0 {
		return uint32(-k)
	}
	return uint32(k)
}
