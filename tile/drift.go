package tile

import "engram/circuit"

// This file is the tile after training, when the capacitors have lost their
// charge and only phase-change memory is left.

// An Age says when, and in which read, phase-change memory is looked at.
type Age struct {
	// Seconds since the last programming pulse. What read-verify saw then
	// counts as the conductance at the drift's reference time, as in the
	// source of the fit; so before that time conductances lie above it.
	Seconds float64
	// Read numbers the read and keys its 1/f noise, below 2^31. Reads of
	// one number at different times share their draws, so that a series
	// over time shows the drift rather than luck.
	Read uint64
}

// calibration marks the number of a calibration read.
const calibration = 1 << 31

// Aged writes to dst, Rows x Cols, the weights F (G+ - G-) in S that a read at
// age a finds, drift and read noise included. The state of the tile does not
// change.
func (t *Tile) Aged(a Age, dst []float32) {
	t.readAged(a, func(n int, plus, minus float64) {
		dst[n] = float32(t.cell.Gain * (plus - minus))
	})
}

// DriftGain returns the global drift compensation at age a: the factor by which
// the currents of the tile have fallen since programming. A calibration read
// drives all rows and measures G+ and G- of all columns with the same sign, as
// Joshi et al., Nat. Commun. 11, 2473 (2020) scale a layer by the sum of its
// currents.
func (t *Tile) DriftGain(a Age) float64 {
	var before, now float64
	for _, g := range t.rowG {
		before += g
	}
	a.Read |= calibration
	t.readAged(a, func(_ int, plus, minus float64) { now += plus + minus })
	return before / now
}

// readAged calls f with the conductances in S of every pair at age a. Drift
// exponents are a device's own, drawn from (seed, Drift, tile, row); noise
// comes from (seed, Drift, ^tile, read and row).
func (t *Tile) readAged(a Age, f func(n int, plus, minus float64)) {
	var exponents, noise, scratch circuit.Stream
	drift := &t.cell.Drift
	for i := range t.rows {
		exponents.Reset(t.seed, circuit.Drift, t.instance, uint64(i))
		noise.Reset(t.seed, circuit.Drift, ^t.instance, a.Read<<32|uint64(i))
		for j := range t.cols {
			var g [2]float64
			for k := range g {
				d := t.device(i, j, k, &scratch)
				programmed := t.cell.PCM.Conductance(&d)
				nu := drift.Exponent(programmed, &exponents)
				g[k] = drift.Read(programmed, nu, a.Seconds, &noise)
			}
			f(i*t.cols+j, g[0], g[1])
		}
	}
}

// LongTerm writes to dst, Rows x Cols, the long-term weights F (G+ - G-) in S
// as they were programmed.
func (t *Tile) LongTerm(dst []float32) {
	for j := range t.cols {
		for i, w := range t.column(t.lt, j)[:t.rows] {
			dst[i*t.cols+j] = w
		}
	}
}
