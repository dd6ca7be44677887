package device

import (
	"math"

	"engram/circuit"
)

// PCMSpec describes a phase-change memory device of the mushroom type.
//
// Known gaps: the scatter of single pulses is too low for pulses 2 to 15, and
// device-to-device spread carries about 6 % of the variance after 20 pulses,
// where Gong et al., Nat. Commun. 9, 2102 (2018) report 33 %.
type PCMSpec struct {
	// Ga is the conductance of the fully amorphous (RESET) device, GaSpread
	// its relative standard deviation over devices (assumed; Nandakumar 2018
	// starts at 0.1 uS).
	Ga       float64 `key:"g-reset" unit:"S" range:"[0,1e-3]" default:"0.1 uS"`
	GaSpread float64 `key:"g-reset-spread" unit:"" range:"[0,1]" default:"30 %"`
	// Gc is the conductance of the fully crystalline device. 25 uS: full
	// scale of the array behind Joshi et al., Nat. Commun. 11, 2473 (2020).
	Gc float64 `key:"g-set" unit:"S" range:"(0,1e-2]" default:"25 uS"`
	// Rth is the thermal resistance, RthSpread its relative standard
	// deviation over devices (assumed).
	Rth       float64 `key:"thermal-resistance" unit:"K/W" range:"(0,1e9]" default:"4.1 MK/W"`
	RthSpread float64 `key:"thermal-resistance-spread" unit:"" range:"[0,0.5]" default:"1 %"`
	// Von and Rh give the power of a current, P = I (Von + I Rh) (assumed).
	Von float64 `key:"on-voltage" unit:"V" range:"[0,5]" default:"0.55 V"`
	Rh  float64 `key:"heater-resistance" unit:"ohm" range:"[0,1e6]" default:"2.78 kohm"`
	// Kappa is the fall of the thermal resistance as the device crystallises (fitted).
	Kappa float64 `key:"thermal-feedback" unit:"" range:"[0,0.9]" default:"0.29"`
	// K0 is the peak crystallisation rate, K0Spread the sigma of its
	// lognormal factor over devices (both fitted).
	K0       float64 `key:"crystallisation-rate" unit:"Hz" range:"[0,1e12]" default:"2.88 MHz"`
	K0Spread float64 `key:"crystallisation-rate-spread" unit:"" range:"[0,2]" default:"0.34"`
	// Shape of the gamma-distributed factor of a single pulse; inf for none (fitted).
	Shape float64 `key:"pulse-shape" unit:"" range:"[1,inf]" default:"3.1"`
	// Wander is the standard deviation of X per pulse, relative to X (fitted).
	Wander float64 `key:"pulse-wander" unit:"" range:"[0,1]" default:"0.123"`
	// ResetSpread is the mean of the exponentially distributed X that a
	// RESET leaves behind (assumed: 0.1 % of full scale).
	ResetSpread float64 `key:"reset-residue" unit:"" range:"[0,0.5]" default:"0.001"`
}

// Temperatures of the phase-change material in K: ambient, the window of
// crystallisation with its peak and width, and melting (fitted or assumed; GST
// crystallises above 430 K and melts near 890 K).
const (
	ambient       = 300.0
	crystalLow    = 430.0
	crystalPeak   = 720.0
	crystalWidth  = 75.0
	melting       = 890.0
	meltFullRange = 300.0 // K above melting that amorphise the whole volume (assumed)
)

// PCM is one device: what fabrication drew, and its state. The zero spread of
// a Spec makes all devices equal.
type PCM struct {
	Ga, Rth, K0 float64 // conductance at RESET in S, K/W, 1/s
	X           float64 // crystalline fraction, 0 to 1
}

// Fabricate draws a device from s. It takes three normal draws whatever the
// spreads are, so that turning one off leaves the others as they were.
func (s *PCMSpec) Fabricate(rng *circuit.Stream) PCM {
	a, b, c := rng.Normal(), rng.Normal(), rng.Normal()
	return PCM{
		Ga:  s.Ga * max(0, 1+s.GaSpread*a),
		Rth: s.Rth * max(0.5, 1+s.RthSpread*b),
		K0:  s.K0 * math.Exp(s.K0Spread*c),
	}
}

// Conductance returns the conductance in S.
func (s *PCMSpec) Conductance(d *PCM) float64 { return d.Ga + (s.Gc-d.Ga)*d.X }

// Power returns the heating power of a current in A, in W.
func (s *PCMSpec) Power(current float64) float64 { return current * (s.Von + current*s.Rh) }

// Temperature returns the temperature in K of d under a current in A.
func (s *PCMSpec) Temperature(d *PCM, current float64) float64 {
	return ambient + d.Rth*(1-s.Kappa*d.X)*s.Power(current)
}

// crystallise returns the fraction of the amorphous part that a pulse of width
// seconds at temperature T turns crystalline, on average.
func (d *PCM) crystallise(temperature, width float64) float64 {
	if temperature <= crystalLow || temperature >= melting {
		return 0
	}
	z := (temperature - crystalPeak) / crystalWidth
	return -math.Expm1(-d.K0 * math.Exp(-z*z/2) * width)
}

// MeanStep returns the expected change of conductance in S that a pulse makes
// on d, 0 above the melting point.
func (s *PCMSpec) MeanStep(d *PCM, current, width float64) float64 {
	return (s.Gc - d.Ga) * (1 - d.X) * d.crystallise(s.Temperature(d, current), width)
}

// Set applies a pulse of a current in A and a width in s. Below the melting
// point it crystallises; above, it re-amorphises.
func (s *PCMSpec) Set(d *PCM, current, width float64, rng *circuit.Stream) {
	t := s.Temperature(d, current)
	if t >= melting {
		d.X *= max(0, 1-(t-melting)/meltFullRange)
		return
	}
	step := (1 - d.X) * d.crystallise(t, width)
	if step == 0 {
		return // too cold to move atoms: no scatter either
	}
	if !math.IsInf(s.Shape, 1) {
		step *= rng.Gamma(s.Shape) / s.Shape
	}
	d.X = min(1, max(0, d.X+step+s.Wander*d.X*rng.Normal()))
}

// Reset applies a melting pulse with a fast quench: X is near 0 whatever it was.
func (s *PCMSpec) Reset(d *PCM, rng *circuit.Stream) {
	d.X = min(1, -s.ResetSpread*math.Log(1-rng.Float64()))
}
