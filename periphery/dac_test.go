package periphery

import (
	"math"
	"testing"

	"engram/circuit"
)

// The parts of a pulse that fall into the two halves of a read add up to it, and
// all of it falls into the whole read, to the bit.
func TestOverlap(t *testing.T) {
	s := DACSpec{Bits: 8, LSB: 100 * circuit.Picosecond}
	var width []float32
	for code := -s.Codes(); code <= s.Codes(); code++ {
		width = append(width, float32(code)/float32(s.Codes()))
	}
	full := s.FullScale()
	all, first, second, almost := make([]float32, len(width)), make([]float32, len(width)), make([]float32, len(width)), make([]float32, len(width))
	s.Overlap(all, width, 0, full)
	s.Overlap(first, width, 0, full/2)
	s.Overlap(second, width, full/2, full)
	s.Overlap(almost, width, 0, full-1) // the longest pulse is cut
	for i, w := range width {
		if all[i] != w || i > 0 && i < len(width)-1 && almost[i] != w {
			t.Errorf("%v: %v of the pulse in the whole read, %v in all but 1 ps", w, all[i], almost[i])
		}
		if sum := first[i] + second[i]; math.Abs(float64(sum-w)) > 1e-7 {
			t.Errorf("%v: halves add up to %v", w, sum)
		}
		if abs := math.Abs(float64(first[i])); abs > 0.5 {
			t.Errorf("%v: %v of the pulse in half a read", w, abs)
		}
	}
	if almost[0] <= -1 || almost[len(width)-1] >= 1 {
		t.Errorf("pulses of full scale last for %v and %v of a shorter read", almost[0], almost[len(width)-1])
	}
}
