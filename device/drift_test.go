package device

import (
	"math"
	"testing"

	"engram/circuit"
)

func defaultDrift(t testing.TB) *DriftSpec {
	t.Helper()
	var s DriftSpec
	setDefaults(t, &s)
	return &s
}

// In log-log coordinates a device drifts along a straight line of slope -nu,
// from 1 s to 10 years, to 1e-6.
func TestDriftPowerLaw(t *testing.T) {
	s := defaultDrift(t)
	const g = 7e-6
	for _, nu := range []float64{0, 0.008, 0.049, 0.1, 0.2} {
		if got := s.After(g, nu, s.T0); math.Abs(got/g-1) > 1e-15 {
			t.Errorf("nu %g: %g S at T0, want %g", nu, got, g)
		}
		for time := DriftFrom; time < DriftUntil; time *= 3 {
			ratio := s.After(g, nu, 10*time) / s.After(g, nu, time)
			if want := math.Exp(-nu * math.Ln10); math.Abs(ratio/want-1) > 1e-6 {
				t.Errorf("nu %g: a decade from %g s takes G to %.9f of it, want %.9f", nu, time, ratio, want)
			}
		}
	}
	// By hand: ln(1e6/20) = 10.819778; exp(-0.05 of it) = 0.5821725.
	if got := s.After(10e-6, 0.05, 1e6); math.Abs(got/5.821725e-6-1) > 1e-6 {
		t.Errorf("10 uS with nu 0.05 after 1e6 s: %g S, want 5.821725 uS", got)
	}
}

// Mean and standard deviation of the exponent over devices lie within 4
// standard errors of the fit, where it is clipped and where it is not.
func TestDriftExponent(t *testing.T) {
	s := defaultDrift(t)
	const n = 40000
	for _, c := range []struct{ g, mean, sd float64 }{
		{25e-6, 0.049, 0.008},       // r = 1: both at their lower bound
		{2.5e-6, 0.060090, 0.02288}, // r = 0.1: neither
		{0.25e-6, 0.095780, 0.045},  // r = 0.01: the spread at its upper bound
		{0, 0.1, 0.045},
		{-1e-9, 0.1, 0.045},
	} {
		mean, sd := folded(c.mean, c.sd)
		rng := circuit.NewStream(1, circuit.Drift, circuit.Instance("exponent"), 0)
		m := newMoments()
		for range n {
			nu := s.Exponent(c.g, rng)
			if nu < 0 {
				t.Fatalf("exponent %g", nu)
			}
			m.add(nu)
		}
		if se := sd / math.Sqrt(n); math.Abs(m.mean()-mean) > 4*se {
			t.Errorf("%g S: mean exponent %g, want %g +- %g", c.g, m.mean(), mean, se)
		}
		if se := sd / math.Sqrt(2*n); math.Abs(m.sd()-sd) > 4*se {
			t.Errorf("%g S: spread of the exponent %g, want %g +- %g", c.g, m.sd(), sd, se)
		}
	}
}

// folded returns mean and standard deviation of |N(mean, sd)|.
func folded(mean, sd float64) (float64, float64) {
	m := sd*math.Sqrt(2/math.Pi)*math.Exp(-mean*mean/(2*sd*sd)) + mean*math.Erf(mean/(sd*math.Sqrt2))
	return m, math.Sqrt(mean*mean + sd*sd - m*m)
}

// An exponent belongs to its device's key, not to the order of asking.
func TestDriftExponentIsKeyed(t *testing.T) {
	s := defaultDrift(t)
	draw := func(device uint64) float64 {
		return s.Exponent(5e-6, circuit.NewStream(3, circuit.Drift, 7, device))
	}
	first, second := draw(0), draw(1)
	if draw(1) != second || draw(0) != first || first == second {
		t.Errorf("device 0 has %g then %g, device 1 %g then %g", first, draw(0), second, draw(1))
	}
}

func TestReadNoise(t *testing.T) {
	s := defaultDrift(t)
	// By hand: 0.0088 / 0.2^0.65 = 0.025050; ln((1 + 250 ns)/500 ns) =
	// 14.50866; sqrt is 3.80902; of 5 uS, 0.47709 uS.
	if got := s.ReadNoise(5e-6, 5e-6, 1); math.Abs(got/0.47709e-6-1) > 1e-4 {
		t.Errorf("noise of 5 uS after 1 s is %g S, want 0.47709 uS", got)
	}
	// Near 0 the relative amplitude is at its bound, 0.2.
	if got, want := s.ReadNoise(1e-9, 1e-9, 1), 0.2e-9*3.80902; math.Abs(got/want-1) > 1e-4 {
		t.Errorf("noise of 1 nS after 1 s is %g S, want %g", got, want)
	}
	if got := s.ReadNoise(0, 0, 1); got != 0 {
		t.Errorf("noise of nothing is %g S", got)
	}
	// A read: mean and spread within 4 standard errors.
	const n, g, nu, after = 40000, 12e-6, 0.05, 86400.0
	now := s.After(g, nu, after)
	sd := s.ReadNoise(g, now, after)
	rng := circuit.NewStream(1, circuit.Drift, circuit.Instance("read"), 0)
	m := newMoments()
	for range n {
		m.add(s.Read(g, nu, after, rng))
	}
	if se := sd / math.Sqrt(n); math.Abs(m.mean()-now) > 4*se {
		t.Errorf("mean of reads %g S, want %g +- %g", m.mean(), now, se)
	}
	if se := sd / math.Sqrt(2*n); math.Abs(m.sd()-sd) > 4*se {
		t.Errorf("spread of reads %g S, want %g +- %g", m.sd(), sd, se)
	}
}

func TestDriftOptions(t *testing.T) {
	s := defaultDrift(t)
	s.Drift, s.Noise = false, false
	rng := circuit.NewStream(1, circuit.Drift, 0, 0)
	nu := s.Exponent(5e-6, rng)
	if got := s.Read(5e-6, nu, DriftUntil, rng); got != 5e-6 {
		t.Errorf("without drift and noise 5 uS reads %g S after ten years", got)
	}
}

func TestCheckDriftTime(t *testing.T) {
	for _, good := range []float64{1, 3600, 3.15576e8} {
		if err := CheckDriftTime(good); err != nil {
			t.Error(err)
		}
	}
	for _, bad := range []float64{0.999, 0, -1, 3.2e8, math.NaN(), math.Inf(1)} {
		if CheckDriftTime(bad) == nil {
			t.Errorf("%g s accepted", bad)
		}
	}
}
