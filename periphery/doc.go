// Package periphery holds the circuits on the edges of a tile, one file each:
// the pulse-width DAC (dac.go), the integrator (integrator.go), the ADC with
// the activation in it (adc.go, neuron.go), the update pulse drivers
// (pulser.go) and the transfer programmer (programmer.go). They see slices of
// values and do not know which tile they serve.
//
// # Units
//
// A pulse width is a fraction of the DAC's full scale, with a sign. A charge is
// in units of what a cell with weight one integrates under a full-scale pulse,
// so that sum(x W) of a layer reads as the usual pre-activation z. Both are
// float32; shapes are stated at each function.
//
// # Models
//
// The DAC rounds to the nearest code and saturates. The integrator sums charge,
// saturates at its range and adds Gaussian noise per read. The ADC has a fixed
// offset and gain per column, drawn at fabrication, and rounds to the nearest
// level; the activation is evaluated inside the conversion, as in the
// activation-mapping ADC of Giordano et al., IEEE JETCAS 9, 367 (2019), and
// the derivative from the converted value. Errors carry a shared power-of-two
// exponent per vector ([Normalise]): a digital shift that keeps small errors
// above the LSB of an 8-bit pulse (noise management in Gokmen et al., Front.
// Neurosci. 11, 538 (2017)).
//
// # Validity
//
// Linear integrators and DACs: no settling, no kickback of one column on
// another, no IR drop along lines. Settling shorter than a clock period and
// line resistance below 1 % of the cells' are assumed.
package periphery
