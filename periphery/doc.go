// Package periphery holds the circuits on the edges of a tile, one file each:
// the pulse-width DAC (dac.go), the integrator (integrator.go), the ADC with
// the activation in it (adc.go, neuron.go), the update pulse drivers
// (pulser.go) and the transfer programmer (programmer.go, sequencer.go). They see slices of
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
// # Transfer
//
// A [Sequencer] is the state machine that moves the weight of one cell into its
// two phase-change devices (programmer.go, sequencer.go). Everything it does is
// an [Operation] of a whole number of clock periods, and it knows of a cell only
// what it reads: LSB and range are those of the weight's converter. The target
// is W - s (g - g_ref) - s offset after the capacitor's precharge, so that the
// pair also takes the mismatch of the read transistors (Ambrogio et al., Nature
// 558, 60 (2018), Extended Data Fig. 9). Pulses come in one of two schemes:
// trains of equal SET pulses whose current is chosen by the nominal step, so
// that a pulse rather falls short than overshoots; or a RESET and one ramp-down
// whose length sets the conductance (Extended Data Fig. 7). A device that does
// not answer to [TransferSpec].StuckAfter pulses of the largest current counts
// as stuck, and what its partner holds against it is taken away. The update
// pulses at the end assume the mean step of a cell, and are checked by a read.
//
// # Validity
//
// Linear integrators and DACs: no settling, no kickback of one column on
// another, no IR drop along lines. Settling shorter than a clock period and
// line resistance below 1 % of the cells' are assumed.
package periphery
