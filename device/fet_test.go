package device

import (
	"math"
	"testing"

	"engram/circuit/transient"
)

var _ transient.Element = (*FET)(nil)

// fullFET has every effect of the model switched on.
func fullFET(polarity string) *FETSpec {
	return &FETSpec{
		Polarity: polarity, VT: 0.35, KP: 200e-6, N: 1.3, Theta: 0.5, DIBL: 0.02, Lambda: 0.1,
		W: 0.24e-6, L: 0.5e-6, Cox: 0.012, VOffCV: 0.05, NOffCV: 0.7, COv: 3e-10, CJ: 1e-9,
		AVT: 3.5e-9, Temperature: 300.15,
	}
}

// biases are voltages of drain, gate, source and bulk of an NFET from deep
// subthreshold to strong inversion, both ways round.
var biases = [][4]float64{
	{0.5, 0, 0, 0}, {0.5, 0.3, 0, 0}, {0.5, 0.5, 0.1, 0}, {0.05, 0.9, 0, 0}, {-0.1, 0.7, 0, 0},
	{0, 0.6, 0.4, 0}, {1, 1, 0, -0.2}, {0.3, 0.6, 0.3, 0.1}, {0.9, 0.2, 0.9, 0},
}

func mirrored(v [4]float64) [4]float64 {
	for k := range v {
		v[k] = -v[k]
	}
	return v
}

// evaluated collects one evaluation.
type evaluated struct{ i, q, di, dq []float64 }

func evaluate(f *FET, v [4]float64) evaluated {
	e := evaluated{make([]float64, 4), make([]float64, 4), make([]float64, 16), make([]float64, 16)}
	f.Eval(v[:], e.i, e.q, e.di, e.dq)
	return e
}

func TestFETDerivativesMatchDifferences(t *testing.T) {
	const h = 1e-5
	for _, polarity := range []string{NFET, PFET} {
		f := fullFET(polarity).Device(0.01, 1.1)
		for _, v := range biases {
			if polarity == PFET {
				v = mirrored(v)
			}
			e := evaluate(f, v)
			for k := range v {
				up, down := v, v
				up[k] += h
				down[k] -= h
				a, b := evaluate(f, up), evaluate(f, down)
				for terminal := range v {
					at := 4*terminal + k
					compareSlope(t, "current", e.di[at], (a.i[terminal]-b.i[terminal])/(2*h), 1e-6*math.Abs(e.i[terminal])+1e-15)
					compareSlope(t, "charge", e.dq[at], (a.q[terminal]-b.q[terminal])/(2*h), 1e-21)
				}
			}
		}
	}
}

func compareSlope(t *testing.T, what string, got, want, floor float64) {
	t.Helper()
	if math.Abs(got-want) > 1e-5*math.Abs(want)+floor {
		t.Errorf("slope of the %s %g, differences give %g", what, got, want)
	}
}

func TestFETConservesCurrentAndCharge(t *testing.T) {
	f := fullFET(NFET).Device(0, 1)
	for _, v := range biases {
		e := evaluate(f, v)
		var i, q float64
		for k := range v {
			i += e.i[k]
			q += e.q[k]
		}
		if math.Abs(i) > 1e-20 || math.Abs(q) > 1e-28 {
			t.Errorf("at %v: currents sum to %g A, charges to %g C", v, i, q)
		}
	}
}

func TestFETIsSymmetric(t *testing.T) {
	// Exchanging drain and source reverses the current and exchanges the
	// charges; negating all voltages of a PFET gives the NFET's mirror image.
	n, p := fullFET(NFET).Device(0, 1), fullFET(PFET).Device(0, 1)
	for _, v := range biases {
		a := evaluate(n, v)
		b := evaluate(n, [4]float64{v[Source], v[Gate], v[Drain], v[Bulk]})
		c := evaluate(p, mirrored(v))
		if a.i[Drain] != b.i[Source] || math.Abs(a.q[Drain]-b.q[Source]) > 1e-12*math.Abs(a.q[Drain]) {
			t.Errorf("at %v: drain %g A %g C, as source %g A %g C", v, a.i[Drain], a.q[Drain], b.i[Source], b.q[Source])
		}
		for k := range v {
			if a.i[k] != -c.i[k] || a.q[k] != -c.q[k] {
				t.Errorf("at %v: terminal %d: NFET %g A, PFET %g A", v, k, a.i[k], c.i[k])
			}
		}
	}
}

func TestFETLimits(t *testing.T) {
	s := FETSpec{Polarity: NFET, VT: 0.4, KP: 1e-4, N: 1.4, W: 1e-6, L: 1e-6, NOffCV: 1, Temperature: 300.15}
	f := s.Device(0, 1)
	ut := s.ThermalVoltage()
	// Subthreshold: one decade per n UT ln 10, saturated in Vds.
	a, _ := f.Current(0.5, -0.2, 0, 0)
	b, _ := f.Current(0.5, -0.2+s.N*ut*math.Ln10, 0, 0)
	if r := b / a; math.Abs(r-10) > 0.01 {
		t.Errorf("current rises %g times over one swing, want 10", r)
	}
	// Strong inversion, saturation: kp/2n (W/L) (Vg - Vt)^2 within the
	// exponentially small corrections of the interpolation.
	id, _ := f.Current(3, 2, 0, 0)
	if want := 1e-4 / (2 * 1.4) * 1.6 * 1.6; math.Abs(id/want-1) > 1e-6 {
		t.Errorf("saturation current %g, want %g", id, want)
	}
	// Strong inversion, ohmic: kp (W/L) (Vg - Vt - n Vds/2) Vds.
	id, _ = f.Current(0.1, 2, 0, 0)
	if want := 1e-4 * (1.6 - 0.07) * 0.1; math.Abs(id/want-1) > 1e-6 {
		t.Errorf("ohmic current %g, want %g", id, want)
	}
}

func TestFETMismatchSigns(t *testing.T) {
	// A threshold raised algebraically weakens an NFET and strengthens a PFET.
	for polarity, stronger := range map[string]bool{NFET: false, PFET: true} {
		s := fullFET(polarity)
		v := biases[2]
		if polarity == PFET {
			v = mirrored(v)
		}
		nominal := math.Abs(evaluate(s.Device(0, 1), v).i[Drain])
		shifted := math.Abs(evaluate(s.Device(0.01, 1), v).i[Drain])
		if (shifted > nominal) != stronger {
			t.Errorf("%s: shift of +10 mV moves the current from %g to %g A", polarity, nominal, shifted)
		}
		if twice := math.Abs(evaluate(s.Device(0, 2), v).i[Drain]); math.Abs(twice/nominal-2) > 1e-12 {
			t.Errorf("%s: factor 2 gives %g times the current", polarity, twice/nominal)
		}
	}
}

func TestPelgromSpread(t *testing.T) {
	// 3.5 mV um on 0.24 um x 0.5 um is 10.1 mV; four times the area halves it.
	s := fullFET(NFET)
	if got := s.SigmaVT(); math.Abs(got-10.1e-3) > 0.01e-3 {
		t.Errorf("sigma %g V, want 10.1 mV", got)
	}
	half := s.SigmaVT() / 2
	s.W, s.L = 2*s.W, 2*s.L
	if got := s.SigmaVT(); math.Abs(got-half) > 1e-15 {
		t.Errorf("sigma %g V, want %g V", got, half)
	}
}

func TestFETValidate(t *testing.T) {
	for name, spoil := range map[string]func(*FETSpec){
		"polarity": func(s *FETSpec) { s.Polarity = "cmos" },
		"width":    func(s *FETSpec) { s.W = 0 },
		"n":        func(s *FETSpec) { s.N = math.NaN() },
		"theta":    func(s *FETSpec) { s.Theta = -1 },
		"vt":       func(s *FETSpec) { s.VT = math.Inf(1) },
	} {
		s := fullFET(NFET)
		if err := s.Validate(); err != nil {
			t.Fatalf("valid card: %v", err)
		}
		if spoil(s); s.Validate() == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
