package device

import (
	"fmt"
	"math"

	"engram/circuit"
)

// DriftSpec describes what a phase-change device does after its last pulse:
// its conductance falls with a power law of time, and fluctuates with a 1/f
// spectrum. Defaults are the fit to an array of 10^6 devices of 90 nm of Joshi
// et al., Nat. Commun. 11, 2473 (2020) and Nandakumar et al., Proc. IEEE ICECS
// (2019), as IBM's aihwkit publishes it. Validity: DriftFrom to DriftUntil;
// years are an extrapolation of the power law.
type DriftSpec struct {
	// Drift turns the drift on.
	Drift bool `key:"drift" default:"true"`
	// Noise turns the 1/f noise on.
	Noise bool `key:"read-noise" default:"true"`
	// T0 is the time after the last pulse at which G was measured.
	T0 float64 `key:"drift-reference-time" unit:"s" range:"(0,1e6]" default:"20 s"`
	// FullScale is the conductance to which the fit refers, r = G/FullScale.
	FullScale float64 `key:"drift-full-scale" unit:"S" range:"(0,1e-2]" default:"25 uS"`
	// The drift exponent of a device that was programmed to r is normal,
	// with a mean of NuSlope ln r + NuOffset, clipped to [NuLow, NuHigh].
	NuSlope  float64 `key:"drift-exponent-slope" unit:"" range:"[-1,1]" default:"-0.0155"`
	NuOffset float64 `key:"drift-exponent-offset" unit:"" range:"[-1,1]" default:"0.0244"`
	NuLow    float64 `key:"drift-exponent-low" unit:"" range:"[0,1]" default:"0.049"`
	NuHigh   float64 `key:"drift-exponent-high" unit:"" range:"[0,1]" default:"0.1"`
	// Its standard deviation over devices is SpreadSlope ln r +
	// SpreadOffset, clipped to [SpreadLow, SpreadHigh].
	SpreadSlope  float64 `key:"drift-spread-slope" unit:"" range:"[-1,1]" default:"-0.0125"`
	SpreadOffset float64 `key:"drift-spread-offset" unit:"" range:"[-1,1]" default:"-0.0059"`
	SpreadLow    float64 `key:"drift-spread-low" unit:"" range:"[0,1]" default:"0.008"`
	SpreadHigh   float64 `key:"drift-spread-high" unit:"" range:"[0,1]" default:"0.045"`
	// The amplitude of the noise relative to G is NoiseAmplitude
	// r^-NoisePower, at most NoiseMax.
	NoiseAmplitude float64 `key:"read-noise-amplitude" unit:"" range:"[0,1]" default:"0.0088"`
	NoisePower     float64 `key:"read-noise-power" unit:"" range:"[0,5]" default:"0.65"`
	NoiseMax       float64 `key:"read-noise-max" unit:"" range:"[0,1]" default:"0.2"`
	// ReadTime is the time over which a read integrates, the upper end of
	// the noise spectrum.
	ReadTime float64 `key:"read-time" unit:"s" range:"(0,1]" default:"250 ns"`
}

// The times after the last pulse for which the drift model is meant, in s.
const (
	DriftFrom  = 1.0
	DriftUntil = 10 * 365.25 * 24 * 3600.0
)

// CheckDriftTime returns an error for a time in s outside DriftFrom to
// DriftUntil.
func CheckDriftTime(t float64) error {
	if t >= DriftFrom && t <= DriftUntil {
		return nil
	}
	return fmt.Errorf("drift after %g s is outside the model's range of %g s to %g s (10 years)", t, DriftFrom, DriftUntil)
}

// Exponent draws the drift exponent of a device programmed to conductance g in
// S; a draw below zero is reflected, as in the source of the fit. It takes one
// normal draw, whatever the options are.
func (s *DriftSpec) Exponent(g float64, rng *circuit.Stream) float64 {
	n := rng.Normal()
	if !s.Drift {
		return 0
	}
	mean, sd := s.exponent(g)
	return math.Abs(mean + float64(sd*n))
}

// exponent returns mean and standard deviation of the drift exponent. A device
// without conductance counts as r = 1e-9, where both are clipped.
func (s *DriftSpec) exponent(g float64) (mean, sd float64) {
	lnr := math.Log(max(g/s.FullScale, 1e-9))
	mean = min(max(s.NuSlope*lnr+s.NuOffset, s.NuLow), s.NuHigh)
	sd = min(max(s.SpreadSlope*lnr+s.SpreadOffset, s.SpreadLow), s.SpreadHigh)
	return mean, sd
}

// After returns the conductance in S, t seconds after its last pulse, of a
// device that had g at T0 and has drift exponent nu: g (t/T0)^-nu.
func (s *DriftSpec) After(g, nu, t float64) float64 {
	return float64(g * math.Pow(t/s.T0, -nu))
}

// ReadNoise returns the standard deviation in S of a read t seconds after the
// last pulse of a device that was programmed to g and has drifted to now, both
// in S. The noise of two reads is taken as independent.
func (s *DriftSpec) ReadNoise(g, now, t float64) float64 {
	if !s.Noise || g <= 0 {
		return 0
	}
	amplitude := min(s.NoiseAmplitude*math.Pow(g/s.FullScale, -s.NoisePower), s.NoiseMax)
	return now * amplitude * math.Sqrt(math.Log((t+s.ReadTime)/(2*s.ReadTime)))
}

// Read returns one read in S, t seconds after the last pulse, of a device that
// was programmed to g in S and has drift exponent nu. The noise can take it
// below zero.
func (s *DriftSpec) Read(g, nu, t float64, rng *circuit.Stream) float64 {
	now := s.After(g, nu, t)
	return now + float64(s.ReadNoise(g, now, t)*rng.Normal())
}
