package device

import (
	"math"
	"testing"

	"engram/circuit"
)

func defaultPCM(t testing.TB) *PCMSpec {
	t.Helper()
	var s PCMSpec
	setDefaults(t, &s)
	return &s
}

// moments accumulates the powers of a sample, taken from its first value
// against cancellation.
type moments struct {
	origin float64
	sum    [5]float64 // of the k-th powers
}

func newMoments() *moments { return new(moments) }

func (m *moments) add(x float64) {
	if m.sum[0] == 0 {
		m.origin = x
	}
	p := 1.0
	for k := range m.sum {
		m.sum[k] += p
		p *= x - m.origin
	}
}

func (m *moments) raw(k int) float64 { return m.sum[k] / m.sum[0] }

func (m *moments) mean() float64 { return m.origin + m.raw(1) }

func (m *moments) variance() float64 { return m.raw(2) - m.raw(1)*m.raw(1) }

func (m *moments) sd() float64 { return math.Sqrt(m.variance()) }

// errors returns the standard errors of mean and standard deviation.
func (m *moments) errors() (mean, sd float64) {
	a, v := m.raw(1), m.variance()
	fourth := m.raw(4) - 4*a*m.raw(3) + 6*a*a*m.raw(2) - 3*a*a*a*a
	n := m.sum[0]
	return math.Sqrt(v / n), math.Sqrt(max(fourth-v*v, 0) / (4 * n * v))
}

// A train is the statistics over devices of a train of equal SET pulses from
// RESET; index 0 is after the RESET.
type train struct {
	g, read, step, readStep []*moments // S
	share                   float64    // of device-to-device spread in the last variance
}

const (
	trainRepeats = 2 // on each device, to tell its own variance from the pulses'
	trainPulses  = 20
	trainRead    = 38.6 // s after the pulse, Nandakumar et al. 2018
)

// runTrain applies trainPulses pulses to every device.
func runTrain(t testing.TB, s *PCMSpec, devices int, current, width float64) *train {
	t.Helper()
	drift := defaultDrift(t)
	r := new(train)
	for _, p := range []*[]*moments{&r.g, &r.read, &r.step, &r.readStep} {
		for range trainPulses + 1 {
			*p = append(*p, newMoments())
		}
	}
	var products float64
	var rng circuit.Stream
	for i := range devices {
		rng.Reset(1, circuit.Fabrication, 0, uint64(i))
		d := s.Fabricate(&rng)
		product := 1.0
		for k := range trainRepeats {
			rng.Reset(1, circuit.Programming, uint64(k), uint64(i))
			product *= r.once(s, drift, &d, current, width, &rng)
		}
		products += product
	}
	end := r.g[trainPulses]
	r.share = (products/float64(devices) - end.mean()*end.mean()) / end.variance()
	return r
}

// once applies the train to one device and returns its last conductance.
func (r *train) once(s *PCMSpec, drift *DriftSpec, d *PCM, current, width float64, rng *circuit.Stream) float64 {
	var g, read float64
	s.Reset(d, rng)
	for n := range trainPulses + 1 {
		if n > 0 {
			s.Set(d, current, width, rng)
		}
		nextG := s.Conductance(d)
		nextRead := nextG + drift.ReadNoise(nextG, nextG, trainRead)*rng.Normal()
		r.g[n].add(nextG)
		r.read[n].add(nextRead)
		r.step[n].add(nextG - g)
		r.readStep[n].add(nextRead - read)
		g, read = nextG, nextRead
	}
	return g
}

// checkRatio reports an error unless got/want lies within low to high with 3
// standard errors to spare.
func checkRatio(t *testing.T, pulse int, what string, got, se, want, low, high float64) {
	t.Helper()
	if (got-3*se)/want < low || (got+3*se)/want > high {
		t.Errorf("pulse %d: %s %.4f uS +- %.4f is %.3f of the reference, want %g to %g",
			pulse, what, got*1e6, se*1e6, got/want, low, high)
	}
}

// The figures in the comment of PCMSpec.
func TestPCMFollowsPublishedPulses(t *testing.T) {
	ref := readTable(t, "pcm-set-pulses.csv")
	r := runTrain(t, defaultPCM(t), 40000, 90e-6, 50e-9)
	for n := 1; n <= trainPulses; n++ {
		mean, sd, stepSD := ref[1][n]*1e-6, ref[2][n]*1e-6, ref[4][n]*1e-6
		seMean, seSD := r.g[n].errors()
		checkRatio(t, n, "mean", r.g[n].mean(), seMean, mean, 0.96, 1.04)
		checkRatio(t, n, "sd", r.g[n].sd(), seSD, sd, 0.91, 1.09)
		_, seSD = r.read[n].errors()
		checkRatio(t, n, "sd with read noise", r.read[n].sd(), seSD, sd, 0.91, 1.09)
		_, seSD = r.step[n].errors()
		checkRatio(t, n, "sd of a step", r.step[n].sd(), seSD, stepSD, 0.52, 1)
		_, seSD = r.readStep[n].errors()
		checkRatio(t, n, "sd of a step with read noise", r.readStep[n].sd(), seSD, stepSD, 0.83, 1.13)
	}
	if r.share < 0.28 || r.share > 0.36 {
		t.Errorf("device-to-device spread carries %.2f of the variance, want 0.33 within 0.05", r.share)
	}
}

// Twenty pulses of 50 ns against the current: hardly any effect at 60 uA, a
// broad optimum around 130 uA, melting from 160 uA.
func TestPCMAgainstCurrent(t *testing.T) {
	s := defaultPCM(t)
	for _, c := range []struct{ current, g float64 }{
		{60e-6, 0.46e-6}, {70e-6, 1.6e-6}, {80e-6, 4.5e-6}, {90e-6, 9.3e-6},
		{100e-6, 14.4e-6}, {120e-6, 20e-6}, {140e-6, 19.5e-6},
	} {
		got := runTrain(t, s, 4000, c.current, 50e-9).g[trainPulses].mean()
		if math.Abs(got/c.g-1) > 0.1 {
			t.Errorf("%g uA: %.2f uS after 20 pulses, want %.2f within 10 %%", c.current*1e6, got*1e6, c.g*1e6)
		}
	}
	if got := runTrain(t, s, 4000, 160e-6, 50e-9).g[trainPulses].mean(); got > 0.2e-6 {
		t.Errorf("160 uA melts: %.2f uS, want what a RESET leaves", got*1e6)
	}
}

// Below the melting point no pulse lowers X, in any state; none leaves [0, 1].
func TestSetNeverLowersX(t *testing.T) {
	s := defaultPCM(t)
	rng := circuit.NewStream(1, circuit.Stimulus, circuit.Instance("set"), 0)
	var moved, melted int
	for i := range 200000 {
		d := s.Fabricate(circuit.NewStream(1, circuit.Fabrication, 0, uint64(i)))
		d.X = rng.Float64()
		if i%10 == 0 {
			d.X = float64(i / 10 % 2) // the ends too
		}
		current := 300e-6 * rng.Float64()
		width := 1e-9 * math.Pow(10, 4*rng.Float64()) // 1 ns to 10 us
		before, melts := d.X, s.Temperature(&d, current) >= s.Melting
		s.Set(&d, current, width, rng)
		switch {
		case !(d.X >= 0 && d.X <= 1):
			t.Fatalf("X = %g after %g A on X = %g", d.X, current, before)
		case melts && d.X > before:
			t.Fatalf("melting at %g A raised X from %g to %g", current, before, d.X)
		case !melts && d.X < before:
			t.Fatalf("SET at %g A lowered X from %g to %g", current, before, d.X)
		}
		if melts {
			melted++
		} else if d.X > before {
			moved++
		}
	}
	if moved < 40000 || melted < 40000 {
		t.Errorf("%d pulses crystallised and %d melted: too few to tell", moved, melted)
	}
}

// A pulse of 10 ns and two of 5 ns make the same mean and scatter, within 4
// standard errors and the 2 % by which X grows meanwhile.
func TestScatterIsIndependentOfPulseLength(t *testing.T) {
	s := defaultPCM(t)
	once, twice := newMoments(), newMoments()
	rng := circuit.NewStream(1, circuit.Programming, circuit.Instance("cut"), 0)
	for range 200000 {
		a := PCM{Ga: s.Ga, Rth: s.Rth, K0: s.K0, X: 0.3}
		b := a
		s.Set(&a, 90e-6, 10e-9, rng)
		s.Set(&b, 90e-6, 5e-9, rng)
		s.Set(&b, 90e-6, 5e-9, rng)
		once.add(a.X - 0.3)
		twice.add(b.X - 0.3)
	}
	seMean, seSD := once.errors()
	if d := twice.mean() - once.mean(); math.Abs(d) > 6*seMean+0.02*once.mean() {
		t.Errorf("mean step %g in one pulse, %g in two", once.mean(), twice.mean())
	}
	if d := twice.sd() - once.sd(); math.Abs(d) > 6*seSD+0.02*once.sd() {
		t.Errorf("scatter %g in one pulse, %g in two", once.sd(), twice.sd())
	}
}

// MeanStep is the mean of what Set does, within 4 standard errors.
func TestMeanStep(t *testing.T) {
	s := defaultPCM(t)
	rng := circuit.NewStream(1, circuit.Programming, circuit.Instance("step"), 0)
	for _, c := range []struct{ x, current, width float64 }{
		{0, 90e-6, 50e-9}, {0.05, 110e-6, 20e-9}, {0.3, 90e-6, 50e-9}, {0.1, 65e-6, 1e-6},
	} {
		d := PCM{Ga: s.Ga, Rth: s.Rth, K0: s.K0, X: c.x}
		want := s.MeanStep(&d, c.current, c.width)
		m := newMoments()
		for range 40000 {
			after := d
			s.Set(&after, c.current, c.width, rng)
			m.add(s.Conductance(&after) - s.Conductance(&d))
		}
		if se, _ := m.errors(); math.Abs(m.mean()-want) > 4*se {
			t.Errorf("%+v: mean step %g S, want %g +- %g", c, m.mean(), want, se)
		}
	}
	hot := PCM{Ga: s.Ga, Rth: s.Rth, K0: s.K0}
	if got := s.MeanStep(&hot, 200e-6, 50e-9); got != 0 {
		t.Errorf("a melting pulse is expected to add %g S", got)
	}
}

func TestInverseGaussian(t *testing.T) {
	const n = 200000
	rng := circuit.NewStream(1, circuit.Programming, circuit.Instance("ig"), 0)
	for _, variance := range []float64{0.01, 0.3, 1, 5} {
		m := newMoments()
		for range n {
			x := inverseGaussian(variance, rng)
			if x < 0 {
				t.Fatalf("negative draw %g", x)
			}
			m.add(x)
		}
		if se := math.Sqrt(variance / n); math.Abs(m.mean()-1) > 4*se {
			t.Errorf("variance %g: mean %g, want 1 +- %g", variance, m.mean(), se)
		}
		// The kurtosis of the distribution is 3 + 15 variance.
		if se := variance * math.Sqrt((2+15*variance)/n); math.Abs(m.variance()-variance) > 4*se {
			t.Errorf("variance %g, want %g +- %g", m.variance(), variance, se)
		}
	}
	if got := inverseGaussian(0, rng); got != 1 {
		t.Errorf("without variance %g, want 1", got)
	}
	if got := inverseGaussian(1e300, rng); !(got >= 0) {
		t.Errorf("with an enormous variance %g", got)
	}
}

func TestReset(t *testing.T) {
	s := defaultPCM(t)
	rng := circuit.NewStream(1, circuit.Programming, circuit.Instance("reset"), 0)
	m := newMoments()
	for i := range 40000 {
		d := PCM{Ga: s.Ga, Rth: s.Rth, K0: s.K0, X: float64(i%11) / 10}
		s.Reset(&d, rng)
		m.add(d.X)
	}
	// An exponential distribution's standard deviation is its mean.
	se := s.ResetSpread / 200
	if math.Abs(m.mean()-s.ResetSpread) > 4*se || math.Abs(m.sd()-s.ResetSpread) > 8*se {
		t.Errorf("X after RESET %g +- %g, want %g both", m.mean(), m.sd(), s.ResetSpread)
	}
}

// ramp returns the statistics of G over devices that were RESET and then got
// an 8-step ramp from 200 uA.
func ramp(s *PCMSpec, stepLength float64, devices int) *moments {
	m := newMoments()
	var rng circuit.Stream
	for i := range devices {
		rng.Reset(1, circuit.Fabrication, circuit.Instance("ramp"), uint64(i))
		d := s.Fabricate(&rng)
		s.Reset(&d, &rng)
		s.SetRamp(&d, 200e-6, 8, stepLength, &rng)
		m.add(s.Conductance(&d))
	}
	return m
}

// The figures in the comment of SetRamp.
func TestSetRamp(t *testing.T) {
	s := defaultPCM(t)
	last := 0.0
	for _, c := range []struct{ length, mean, sd float64 }{ // s, uS, uS
		{1.7e-9, 0.29, 0.19},
		{5e-9, 0.64, 0.35},
		{20e-9, 2.1, 0.90},
		{50e-9, 4.6, 1.7},
		{100e-9, 7.8, 2.7},
		{200e-9, 12.0, 3.4},
		{350e-9, 16.0, 3.5},
		{550e-9, 19.3, 3.2},
		{1e-6, 22.5, 2.3},
		{3e-6, 24.1, 1.4},
	} {
		m := ramp(s, c.length, 10000)
		mean, sd := m.mean()*1e6, m.sd()*1e6
		if math.Abs(mean/c.mean-1) > 0.05 || math.Abs(sd/c.sd-1) > 0.1 {
			t.Errorf("%g ns a step: %.2f / %.2f uS, want %.2f / %.2f", c.length*1e9, mean, sd, c.mean, c.sd)
		}
		if mean <= last {
			t.Errorf("%g ns a step: %.2f uS, not above %.2f of the shorter ramp", c.length*1e9, mean, last)
		}
		last = mean
	}
}

// A ramp starts by melting, so that it erases most of what was there.
func TestSetRampMeltsFirst(t *testing.T) {
	s := defaultPCM(t)
	rng := circuit.NewStream(1, circuit.Programming, circuit.Instance("melt"), 0)
	d := PCM{Ga: s.Ga, Rth: s.Rth, K0: s.K0, X: 0.5}
	s.SetRamp(&d, 200e-6, 8, 1.7e-9, rng)
	if d.X > 0.25 {
		t.Errorf("X = %g after the shortest ramp on 0.5", d.X)
	}
}

func TestFaults(t *testing.T) {
	s := defaultPCM(t)
	s.StuckReset, s.StuckSet = 0.02, 0.01
	const n = 100000
	var count [3]int
	rng := circuit.NewStream(1, circuit.Programming, 0, 0)
	for i := range n {
		d := s.Fabricate(circuit.NewStream(1, circuit.Fabrication, 0, uint64(i)))
		count[d.Fault]++
		if d.Fault == Sound {
			continue
		}
		s.Reset(&d, rng)
		want := map[Fault]float64{StuckReset: d.Ga, StuckSet: s.Gc}[d.Fault]
		for _, current := range []float64{90e-6, 120e-6, 200e-6} {
			s.Set(&d, current, 1e-6, rng)
			if step := s.MeanStep(&d, current, 1e-6); step != 0 {
				t.Fatalf("fault %d: expected step %g S", d.Fault, step)
			}
		}
		s.SetRamp(&d, 200e-6, 8, 550e-9, rng)
		if got := s.Conductance(&d); got != want {
			t.Fatalf("fault %d: %g S after pulses, want %g", d.Fault, got, want)
		}
		s.Reset(&d, rng)
		if got := s.Conductance(&d); got != want {
			t.Fatalf("fault %d: %g S after RESET, want %g", d.Fault, got, want)
		}
	}
	for fault, p := range map[Fault]float64{StuckReset: 0.02, StuckSet: 0.01} {
		if se := math.Sqrt(p * (1 - p) / n); math.Abs(float64(count[fault])/n-p) > 4*se {
			t.Errorf("fault %d: %d of %d devices, want %g of them", fault, count[fault], n, p)
		}
	}
}

// Fabrication: spreads within 4 standard errors, and turning one off does not
// change the others.
func TestFabricate(t *testing.T) {
	s := defaultPCM(t)
	plain := *s
	plain.GaSpread, plain.RthSpread, plain.StuckSet = 0, 0, 0.5
	const n = 40000
	lnK, rth := newMoments(), newMoments()
	for i := range n {
		d := s.Fabricate(circuit.NewStream(1, circuit.Fabrication, 0, uint64(i)))
		e := plain.Fabricate(circuit.NewStream(1, circuit.Fabrication, 0, uint64(i)))
		if e.K0 != d.K0 || e.Ga != s.Ga || e.Rth != s.Rth {
			t.Fatalf("device %d: %+v, without two of its spreads %+v", i, d, e)
		}
		lnK.add(math.Log(d.K0 / s.K0))
		rth.add(d.Rth/s.Rth - 1)
	}
	for _, c := range []struct {
		name string
		m    *moments
		sd   float64
	}{{"ln K0", lnK, s.K0Spread}, {"Rth", rth, s.RthSpread}} {
		if se := c.sd / math.Sqrt(n); math.Abs(c.m.mean()) > 4*se || math.Abs(c.m.sd()-c.sd) > 4*se {
			t.Errorf("%s: %g +- %g, want 0 +- %g", c.name, c.m.mean(), c.m.sd(), c.sd)
		}
	}
}

func BenchmarkSet(b *testing.B) {
	s := defaultPCM(b)
	rng := circuit.NewStream(1, circuit.Programming, 0, 0)
	d := s.Fabricate(rng)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if i%20 == 0 {
			d.X = 0
		}
		s.Set(&d, 90e-6, 50e-9, rng)
	}
}
