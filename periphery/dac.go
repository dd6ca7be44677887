package periphery

import (
	"math"

	"engram/circuit"
)

// DACSpec describes a converter of a digital code into the width of a read pulse.
type DACSpec struct {
	// Bits of the magnitude; the sign selects the polarity of the pulse.
	Bits int `key:"bits" unit:"" range:"[1,16]" default:"8"`
	// LSB is the width of one code step. 100 ps: a tapped delay line at
	// 90 nm (assumed).
	LSB circuit.Time `key:"lsb" unit:"s" range:"[1e-12,1e-6]" default:"100 ps" source:"assumed: a tapped delay line at 90 nm"`
	DACEnergy
}

// Codes returns the largest code.
func (s *DACSpec) Codes() int { return 1<<s.Bits - 1 }

// FullScale returns the width of the largest code.
func (s *DACSpec) FullScale() circuit.Time { return circuit.Time(s.Codes()) * s.LSB }

// Convert rounds every value of src, a fraction of full scale, to the nearest
// code and writes it, again as a fraction of full scale in [-1, 1], to dst.
// Values beyond full scale saturate.
func (s *DACSpec) Convert(dst, src []float32) {
	codes := float32(s.Codes())
	for i, v := range src {
		dst[i] = round(clamp(v, -1, 1)*codes) / codes
	}
}

// Overlap writes to dst the part of each pulse in width, fractions of full
// scale, that falls into [from, to) when all pulses start at time 0, again as
// a fraction of full scale.
func (s *DACSpec) Overlap(dst, width []float32, from, to circuit.Time) {
	if from <= 0 && to >= s.FullScale() {
		copy(dst, width) // all of every pulse
		return
	}
	full := float64(s.FullScale())
	for i, w := range width {
		ps := math.Abs(float64(w)) * full
		on := min(max(ps-float64(from), 0), float64(to-from))
		dst[i] = float32(math.Copysign(on/full, float64(w)))
	}
}

// round returns the nearest integer, ties to even, for |x| < 2^22.
func round(x float32) float32 {
	const magic = 3 << 22 // adding it leaves no fraction bits
	return float32(float32(x)+magic) - magic
}

func clamp(x, low, high float32) float32 {
	if x < low {
		return low
	}
	if x > high {
		return high
	}
	return x
}
