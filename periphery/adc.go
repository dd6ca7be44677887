package periphery

import (
	"fmt"

	"engram/circuit"
)

// ADCSpec describes the converter behind an integrator.
type ADCSpec struct {
	// Bits of the output. 9: Gokmen and Vlasov, Front. Neurosci. 10, 333 (2016).
	Bits int `key:"bits" unit:"" range:"[1,16]" default:"9" source:"Gokmen and Vlasov, Front. Neurosci. 10, 333 (2016)"`
	// Time of one conversion, all columns in parallel (assumed).
	Time circuit.Time `key:"time" unit:"s" range:"[1e-12,1e-3]" default:"8 ns"`
	// Offset is the standard deviation over columns of the input offset
	// that calibration leaves, in LSB of a linear conversion (assumed).
	Offset float64 `key:"offset-spread" unit:"" range:"[0,100]" default:"0.25"`
	// Gain is the relative standard deviation of the gain over columns
	// (assumed).
	Gain float64 `key:"gain-spread" unit:"" range:"[0,1]" default:"1 %"`
	ADCEnergy
}

// A Converter is a bank of ADCs, one per column or row, with the offset and
// the gain that fabrication gave each.
type Converter struct {
	half   float32 // largest code of either sign of a linear conversion
	codes  float32 // largest code of an unsigned conversion
	scale  float32 // full scale of a linear conversion, in charge
	offset []float32
	gain   []float32
}

// NewConverter fabricates a bank of n. Full scale is the charge of the largest
// code of a linear conversion.
func NewConverter(path string, s ADCSpec, n int, fullScale float64, seed uint64) *Converter {
	c := &Converter{
		half:  max(1, float32(int(1)<<(s.Bits-1)-1)),
		codes: float32(int(1)<<s.Bits - 1), scale: float32(fullScale),
		offset: make([]float32, n), gain: make([]float32, n),
	}
	lsb := fullScale / float64(c.half)
	rng := circuit.NewStream(seed, circuit.Fabrication, circuit.Instance(path), 0)
	for i := range n {
		c.offset[i] = float32(s.Offset * lsb * rng.Normal())
		c.gain[i] = float32(1 + s.Gain*rng.Normal())
	}
	return c
}

// inputs writes to in what the quantisers see of the charges, and fails with the
// first column where one or the other is not a finite number.
func (c *Converter) inputs(path string, in, charge []float32) error {
	in, gain, offset := in[:len(charge)], c.gain[:len(charge)], c.offset[:len(charge)]
	for i, q := range charge {
		v := float32(gain[i]*q) + offset[i]
		if in[i] = v; v-v != 0 { // NaN or Inf
			return fmt.Errorf("%s[%d]: integrated charge is %v, the converter's input %v", path, i, q, v)
		}
	}
	return nil
}

// linear converts every v, what a quantiser sees: to the nearest of 2^bits - 1
// levels, zero among them, within full scale of either sign, as a charge.
func (c *Converter) linear(v []float32) {
	for i, in := range v {
		v[i] = round(clamp(in/c.scale, -1, 1)*c.half) / c.half * c.scale
	}
}

// quantise rounds every y to the nearest of 2^bits levels in [low, 1].
func (c *Converter) quantise(y []float32, low float32) {
	width := 1 - low
	inv := 1 / width // exact, for a width of 1 or 2
	for i, v := range y {
		code := round(float32((clamp(v, low, 1)-low)*inv) * c.codes)
		y[i] = low + float32(code/c.codes*width)
	}
}
