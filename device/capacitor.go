package device

import (
	"math"

	"engram/circuit"
)

// CapacitorSpec describes the storage node of a short-term synapse.
type CapacitorSpec struct {
	// C is the capacitance of the storage capacitor itself; the transistors
	// on the node add theirs. 40 fF: the reference cell.
	C float64 `key:"c" unit:"F" range:"(0,1e-9]" default:"40 fF"`
	// Tau is the time constant of the ohmic leak, R_L times the node's
	// capacitance; inf for no ohmic path. 5.26 ms is 125 Gohm on 42 fF
	// (assumed; the article's cell keeps its state for a few ms).
	Tau float64 `key:"leak-tau" unit:"s" range:"(0,inf]" default:"5.26 ms"`
	// Plate is the voltage the ohmic leak pulls towards. 0.5 V: the plate
	// of the reference cell (assumed; the article's is 0.8 V).
	Plate float64 `key:"leak-to" unit:"V" range:"[-5,5]" default:"0.5 V"`
	// TauSpread is the relative standard deviation of Tau over cells, as a
	// lognormal factor. 0 is one common tau; aihwkit's capacitor preset has 30 %.
	TauSpread float64 `key:"leak-tau-spread" unit:"" range:"[0,1]" default:"0"`
	// Subthreshold scales the off-currents of the update transistors: 1 for
	// what their model gives, 0 to turn this leak off.
	Subthreshold float64 `key:"subthreshold-leak" unit:"" range:"[0,1000]" default:"1"`
	// KTC adds the thermal noise sqrt(kT/C) of every re-initialisation.
	KTC bool `key:"ktc-noise" default:"true"`
	// Temperature of the kT/C noise. 27 C: the reference data.
	Temperature float64 `key:"temperature" unit:"K" range:"(0,500]" default:"300.15 K"`
}

// Boltzmann is the Boltzmann constant in J/K (exact, SI 2019).
const Boltzmann = 1.380649e-23

// ResetNoise returns the standard deviation in V of a re-initialisation of a
// node of capacitance c in F, sqrt(kT/C), or 0 where the option is off.
func (s *CapacitorSpec) ResetNoise(c float64) float64 {
	if !s.KTC {
		return 0
	}
	return math.Sqrt(Boltzmann * s.Temperature / c)
}

// Leak is the leak of one node.
type Leak struct {
	Tau   float64 // time constant in s, +Inf for no ohmic path
	Plate float64 // asymptote of the ohmic path alone in V
	Drift float64 // subthreshold current over capacitance in V/s
}

// After returns the voltage of a node at v0 after t seconds.
func (l Leak) After(v0, t float64) float64 {
	if math.IsInf(l.Tau, 1) {
		return v0 + float64(l.Drift*t)
	}
	return v0 - float64((l.Equilibrium()-v0)*circuit.Expm1(-t/l.Tau))
}

// Equilibrium returns the voltage at which both mechanisms balance, in V. It
// is the plate voltage where there is no ohmic path.
func (l Leak) Equilibrium() float64 {
	if math.IsInf(l.Tau, 1) {
		return l.Plate
	}
	return l.Plate + float64(l.Tau*l.Drift)
}
