package tile

import (
	"math"
	"slices"
	"testing"

	"engram/device"
)

// agedTile returns a tile whose G+ took pulses and whose G- are exactly 0, so
// that a weight is the conductance of one device.
func agedTile(t *testing.T, edit func(*device.DriftSpec)) (*Tile, device.DriftSpec) {
	t.Helper()
	c := testCell()
	c.PCM.Ga, c.PCM.ResetSpread = 0, 0
	c.Drift = device.DriftSpec{
		Drift: true, Noise: true, T0: 20, FullScale: 25e-6,
		NuSlope: -0.0155, NuOffset: 0.0244, NuLow: 0.049, NuHigh: 0.1,
		SpreadSlope: -0.0125, SpreadOffset: -0.0059, SpreadLow: 0.008, SpreadHigh: 0.045,
		NoiseAmplitude: 0.0088, NoisePower: 0.65, NoiseMax: 0.2, ReadTime: 250e-9,
	}
	edit(&c.Drift)
	tl := newTile(t, c, 40, 50)
	var s Synapse
	for i := range tl.Rows() {
		for j := range tl.Cols() {
			s.Open(tl, i, j, 0)
			for range 20 {
				s.Set(0, 100e-6, 50e-9)
			}
			s.Close()
		}
	}
	return tl, c.Drift
}

func aged(tl *Tile, seconds float64, read uint64) []float32 {
	w := make([]float32, tl.Rows()*tl.Cols())
	tl.Aged(Age{seconds, read}, w)
	return w
}

func quiet(s *device.DriftSpec) { s.Noise = false }

const year = 365.25 * 86400

// A device's conductance follows one power law from 1 s to 10 years: the
// exponent between the ends predicts the times between to 1e-6.
func TestAgedWeightsFollowPowerLaws(t *testing.T) {
	tl, _ := agedTile(t, quiet)
	first, last := aged(tl, 1, 0), aged(tl, 10*year, 0)
	programmed := make([]float32, len(first))
	tl.LongTerm(programmed)
	for _, at := range []float64{20, 3600, 86400, year} {
		for n, w := range aged(tl, at, 0) {
			nu := math.Log(float64(first[n])/float64(last[n])) / math.Log(10*year)
			want := float64(first[n]) * math.Pow(at, -nu)
			if math.Abs(float64(w)/want-1) > 1e-6 {
				t.Fatalf("weight %d is %g S after %g s, want %g", n, w, at, want)
			}
			if at == 20 && math.Abs(float64(w)/float64(programmed[n])-1) > 1e-6 {
				t.Fatalf("weight %d is %g S at the reference time, programmed to %g", n, w, programmed[n])
			}
		}
	}
}

// The exponents have the mean and the spread that the fit gives for the
// conductance of each device (4 standard errors).
func TestDriftExponentsOfATile(t *testing.T) {
	tl, d := agedTile(t, quiet)
	programmed := make([]float32, tl.Rows()*tl.Cols())
	tl.LongTerm(programmed)
	var sum, squares float64
	first, last := aged(tl, 1, 0), aged(tl, 1e6, 0)
	for n := range first {
		g := float64(programmed[n]) / tl.Cell().Gain
		lnr := math.Log(g / d.FullScale)
		mean := min(max(d.NuSlope*lnr+d.NuOffset, d.NuLow), d.NuHigh)
		sd := min(max(d.SpreadSlope*lnr+d.SpreadOffset, d.SpreadLow), d.SpreadHigh)
		z := (math.Log(float64(first[n])/float64(last[n]))/math.Log(1e6) - mean) / sd
		sum += z
		squares += z * z
	}
	n := float64(len(first))
	if math.Abs(sum/n) > 4/math.Sqrt(n) {
		t.Errorf("exponents lie %.3f standard deviations off their mean, standard error %.3f", sum/n, 1/math.Sqrt(n))
	}
	if math.Abs(squares/n-1) > 4*math.Sqrt(2/n) {
		t.Errorf("variance of the exponents is %.3f of the fit's, standard error %.3f", squares/n, math.Sqrt(2/n))
	}
}

// Reads of different numbers scatter by the device's read noise; reads of one
// number do not.
func TestAgedReadNoise(t *testing.T) {
	tl, d := agedTile(t, func(s *device.DriftSpec) { s.Drift = false })
	programmed := make([]float32, tl.Rows()*tl.Cols())
	tl.LongTerm(programmed)
	if !slices.Equal(aged(tl, 3600, 7), aged(tl, 3600, 7)) {
		t.Error("one read gives two results")
	}
	var squares float64
	const reads = 5
	for read := range uint64(reads) {
		for n, w := range aged(tl, 3600, read) {
			g := float64(programmed[n]) / tl.Cell().Gain
			z := (float64(w)/tl.Cell().Gain - g) / d.ReadNoise(g, g, 3600)
			squares += z * z
		}
	}
	n := float64(reads * len(programmed))
	if math.Abs(squares/n-1) > 4*math.Sqrt(2/n) {
		t.Errorf("variance of reads is %.3f of the device's, standard error %.3f", squares/n, math.Sqrt(2/n))
	}
}

// Where all devices drift alike, one factor undoes the drift.
func TestDriftGainUndoesCommonDrift(t *testing.T) {
	tl, _ := agedTile(t, func(s *device.DriftSpec) {
		s.Noise = false
		s.NuLow, s.NuHigh, s.SpreadLow, s.SpreadHigh = 0.05, 0.05, 0, 0
	})
	programmed := make([]float32, tl.Rows()*tl.Cols())
	tl.LongTerm(programmed)
	gain := tl.DriftGain(Age{Seconds: year})
	if want := math.Pow(year/20, 0.05); math.Abs(gain/want-1) > 1e-7 {
		t.Errorf("gain after a year is %v, want %v", gain, want)
	}
	for n, w := range aged(tl, year, 0) {
		if got := gain * float64(w); math.Abs(got/float64(programmed[n])-1) > 1e-6 {
			t.Fatalf("weight %d is %g S after compensation, programmed to %g", n, got, programmed[n])
		}
	}
}
