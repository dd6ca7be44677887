package device

import (
	"fmt"
	"math"

	"engram/circuit"
)

// FETSpec is the model card and the geometry of a MOS transistor in the EKV
// form (Enz, Krummenacher and Vittoz, Analog Integr. Circuits Signal Process.
// 8, 83 (1995)), which is symmetric in drain and source and one expression from
// subthreshold to strong inversion. With all voltages referred to the bulk and
// sp(x) = ln(1 + e^x):
//
//	Vp = (Vg - Vt + sigma (Vd + Vs))/n        pinch-off voltage
//	I  = 2 n kp (W/L) UT^2 [sp^2((Vp-Vs)/2UT) - sp^2((Vp-Vd)/2UT)]
//	     (1 + lambda (sqrt(Vds^2 + 4UT^2) - 2UT)) / (1 + theta n UT sp(Vp/UT))
//
// The channel charge is taken as linear between its ends, with the smooth
// density q = 2 s UT sp((Vq - V)/(2 s UT)), Vq = (Vg - Vt - voff)/n, which gives
// the terminals (Ward and Dutton, IEEE JSSC 13, 703 (1978))
//
//	Qd = -n Cox W L (2 qd + qs)/6,   Qs = -n Cox W L (2 qs + qd)/6
//	Qg = Cox W L (n-1)/n Vg - (Qd + Qs)/n,   Qb = -(Qg + Qd + Qs)
//
// plus overlap and junction capacitances that do not depend on the voltage.
//
// Validity: 27 C, long enough channels (no velocity saturation), bulk not
// forward biased by more than about 0.2 V. Not captured: gate tunnelling,
// junction leakage, noise, the temperature dependence of Vt and kp, the
// voltage dependence of junctions and overlaps.
type FETSpec struct {
	// Polarity is the channel type. A PFET follows the same equations with
	// every voltage and current negated.
	Polarity string `key:"polarity" oneof:"nfet|pfet"`
	// VT is the magnitude of the threshold voltage at zero bulk bias.
	VT float64 `key:"vt" unit:"V" range:"(-2,2)"`
	// KP is the transconductance parameter mobility x oxide capacitance.
	KP float64 `key:"kp" unit:"A/V^2" range:"(0,1]"`
	// N is the body factor: the subthreshold swing is N UT ln 10.
	N float64 `key:"n" unit:"" range:"[1,3]"`
	// Theta is the reduction of the mobility by the vertical field.
	Theta float64 `key:"theta" unit:"1/V" range:"[0,10]" default:"0 /V"`
	// DIBL (sigma) is the fall of the threshold per volt on drain or source.
	DIBL float64 `key:"dibl" unit:"" range:"[0,0.5]" default:"0"`
	// Lambda is the relative rise of the current per volt of Vds in
	// saturation, by channel-length modulation.
	Lambda float64 `key:"lambda" unit:"1/V" range:"[0,2]" default:"0 /V"`
	// W and L are the width and the length of the channel.
	W float64 `key:"w" unit:"m" range:"(0,1e-3]"`
	L float64 `key:"l" unit:"m" range:"(0,1e-3]"`
	// Cox is the gate capacitance of the channel per area; 0 leaves the
	// channel charge out.
	Cox float64 `key:"cox" unit:"F/m^2" range:"[0,1]" default:"0 F/m^2"`
	// VOffCV and NOffCV shift the onset of the channel charge against that
	// of the current and scale its width (as VOFFCV and NOFF do in BSIM4).
	VOffCV float64 `key:"voffcv" unit:"V" range:"[-1,1]" default:"0 V"`
	NOffCV float64 `key:"noff" unit:"" range:"[0.1,4]" default:"1"`
	// COv is the overlap capacitance of the gate with drain and with source,
	// per width, CJ the junction capacitance of drain and of source to bulk.
	COv float64 `key:"cov" unit:"F/m" range:"[0,1e-6]" default:"0 F/m"`
	CJ  float64 `key:"cj" unit:"F/m" range:"[0,1e-6]" default:"0 F/m"`
	// AVT is Pelgrom's coefficient, sigma(Vt) = AVT/sqrt(W L) (IEEE JSSC 24,
	// 1433 (1989)). 3.5 mV um: the Monte-Carlo reference data.
	AVT float64 `key:"avt" unit:"V*m" range:"[0,1e-6]" default:"3.5 mV*um"`
	// ABeta is the same for ln(kp W/L). Off in the reference data.
	ABeta float64 `key:"abeta" unit:"m" range:"[0,1e-6]" default:"0 m"`
	// Temperature sets the thermal voltage. 27 C: the reference data.
	Temperature float64 `key:"temperature" unit:"K" range:"[200,450]" default:"300.15 K"`
}

// Polarities of a transistor.
const (
	NFET = "nfet"
	PFET = "pfet"
)

// ElementaryCharge is the charge of a proton in C (exact, SI 2019).
const ElementaryCharge = 1.602176634e-19

// ThermalVoltage returns kT/q in V, 25.86 mV at 27 C.
func (s *FETSpec) ThermalVoltage() float64 {
	return Boltzmann * s.Temperature / ElementaryCharge
}

// SigmaVT returns the standard deviation in V of the threshold over devices of
// this geometry.
func (s *FETSpec) SigmaVT() float64 { return s.AVT / math.Sqrt(s.W*s.L) }

// SigmaBeta returns the standard deviation over devices of the logarithm of
// the current factor.
func (s *FETSpec) SigmaBeta() float64 { return s.ABeta / math.Sqrt(s.W*s.L) }

// Validate reports values under which the equations have no meaning.
func (s *FETSpec) Validate() error {
	if s.Polarity != NFET && s.Polarity != PFET {
		return fmt.Errorf("polarity %q is neither %q nor %q", s.Polarity, NFET, PFET)
	}
	for _, p := range []struct {
		name  string
		value float64
	}{{"kp", s.KP}, {"n", s.N}, {"w", s.W}, {"l", s.L}, {"noff", s.NOffCV}, {"temperature", s.Temperature}} {
		if !(p.value > 0) || math.IsInf(p.value, 1) {
			return fmt.Errorf("%s is %g, must be positive and finite", p.name, p.value)
		}
	}
	for _, p := range []struct {
		name  string
		value float64
	}{{"theta", s.Theta}, {"lambda", s.Lambda}, {"dibl", s.DIBL}, {"cox", s.Cox}, {"cov", s.COv},
		{"cj", s.CJ}, {"avt", s.AVT}, {"abeta", s.ABeta}} {
		if !(p.value >= 0) || math.IsInf(p.value, 1) {
			return fmt.Errorf("%s is %g, must be finite and not negative", p.name, p.value)
		}
	}
	if math.IsNaN(s.VT+s.VOffCV) || math.IsInf(s.VT+s.VOffCV, 0) {
		return fmt.Errorf("vt %g and voffcv %g must be finite", s.VT, s.VOffCV)
	}
	return nil
}

// Threshold returns the magnitude in V of the threshold of a device with a
// shift of dvt; see [FETSpec.Device].
func (s *FETSpec) Threshold(dvt float64) float64 {
	if s.Polarity == PFET {
		return s.VT - dvt
	}
	return s.VT + dvt
}

// SpecificCurrent returns the current scale 2 n kp (W/L) UT^2 in A of a device
// with a shift of dvt in V and a current factor beta.
func (s *FETSpec) SpecificCurrent(dvt, beta float64) float64 {
	ut := s.ThermalVoltage()
	field := math.Exp(-2 * s.Theta * (s.Threshold(dvt) - s.VT))
	return 2 * s.N * s.KP * s.W / s.L * ut * ut * beta * field
}

// FET is one transistor: a card with the deviations of one device. It is
// immutable and safe for concurrent use.
type FET struct {
	sign       float64 // +1 for an NFET, -1 for a PFET
	ut, n      float64
	vt, vtq    float64 // onset of current and of channel charge
	is         float64 // 2 n kp (W/L) UT^2 times the device's factor
	sigma      float64
	lambda     float64
	theta      float64
	channel    float64 // Cox W L
	width      float64 // s UT of the channel charge
	cov, cj    float64 // capacitances in F
	hasCharges bool
}

// Device returns a transistor of the card whose threshold lies dvt (V) above
// the nominal one, algebraically: a positive shift weakens an NFET and, whose
// threshold is negative, strengthens a PFET. beta multiplies its current; 1 is
// nominal. The shift also moves the mobility, by exp(-2 theta) per volt: the
// vertical field at the same overdrive goes with twice the threshold (as in
// BSIM4's effective field, Vgst + 2Vt).
func (s *FETSpec) Device(dvt, beta float64) *FET {
	f := &FET{
		sign: 1, ut: s.ThermalVoltage(), n: s.N,
		sigma: s.DIBL, lambda: s.Lambda, theta: s.Theta,
		channel: s.Cox * s.W * s.L,
		cov:     s.COv * s.W, cj: s.CJ * s.W,
	}
	if s.Polarity == PFET {
		f.sign = -1
	}
	f.vt = s.Threshold(dvt)
	f.vtq = f.vt + s.VOffCV
	f.is = s.SpecificCurrent(dvt, beta)
	f.width = s.NOffCV * f.ut
	f.hasCharges = f.channel > 0 || f.cov > 0 || f.cj > 0
	return f
}

// Terminals of a FET, in the order Eval takes them.
const (
	Drain = iota
	Gate
	Source
	Bulk
	fetTerminals
)

// softplus returns ln(1 + e^x) and its derivative, the logistic function.
func softplus(x float64) (value, slope float64) {
	if x > 0 {
		e := math.Exp(-x)
		return x + circuit.Log1p(e), 1 / (1 + e)
	}
	e := math.Exp(x)
	return circuit.Log1p(e), e / (1 + e)
}

// channelCurrent returns the current from drain to source of an NFET and its
// derivatives to drain, gate and source voltage, all referred to the bulk.
func (f *FET) channelCurrent(vd, vg, vs float64) (i, gd, gg, gs float64) {
	half := 1 / (2 * f.ut)
	vp := (vg - f.vt + f.sigma*(vd+vs)) / f.n
	fs, fsSlope := softplus((vp - vs) * half)
	fd, fdSlope := softplus((vp - vd) * half)
	diff := f.is * (fs - fd) * (fs + fd)
	dds := f.is * fs * fsSlope / f.ut // minus the slope of diff to vs at fixed vp
	ddd := f.is * fd * fdSlope / f.ut

	mod, modSlope := 1.0, 0.0
	if f.lambda != 0 {
		u, vds := 2*f.ut, vd-vs
		root := math.Sqrt(float64(vds*vds) + float64(u*u))
		mod, modSlope = 1+float64(f.lambda*(root-u)), f.lambda*vds/root
	}
	red, redSlope := 1.0, 0.0 // mobility reduction and its slope to vp
	if f.theta != 0 {
		v, slope := softplus(vp / f.ut)
		red, redSlope = 1+float64(f.theta*f.n*f.ut*v), f.theta*f.n*slope
	}
	i = diff * mod / red
	scale := mod / red
	byVp := (dds-ddd)*scale - i*redSlope/red
	gg = byVp / f.n
	back := float64(f.sigma * gg)
	bend := float64(diff * modSlope / red)
	return i, float64(ddd*scale) + bend + back, gg, float64(-dds*scale) - bend + back
}

// Current returns the current into the drain in A at the terminal voltages in
// V, and its derivatives in S to the voltages of drain, gate, source and bulk.
func (f *FET) Current(vd, vg, vs, vb float64) (id float64, g [4]float64) {
	i, gd, gg, gs := f.channelCurrent(f.sign*(vd-vb), f.sign*(vg-vb), f.sign*(vs-vb))
	return f.sign * i, [4]float64{Drain: gd, Gate: gg, Source: gs, Bulk: -(gd + gg + gs)}
}

// channelCharge adds to q and dq the charges of the channel at voltages
// referred to the bulk, of an NFET.
func (f *FET) channelCharge(vd, vg, vs float64, q, dq []float64) {
	vq := (vg - f.vtq) / f.n
	half := 1 / (2 * f.width)
	ys, ss := softplus((vq - vs) * half)
	yd, sd := softplus((vq - vd) * half)
	c := f.n * f.channel / 6
	unit := 2 * f.width * c
	qd, qs := float64(-unit*(2*yd+ys)), float64(-unit*(2*ys+yd))
	// Slopes of qd and qs to drain, gate and source.
	dd := [3]float64{2 * c * sd, -c * (2*sd + ss) / f.n, c * ss}
	ds := [3]float64{c * sd, -c * (2*ss + sd) / f.n, 2 * c * ss}
	dep := f.channel * (f.n - 1) / f.n
	qg := float64(dep*vg) - (qd+qs)/f.n
	q[Drain] += qd
	q[Source] += qs
	q[Gate] += qg
	q[Bulk] -= qd + qs + qg
	for k := range 3 {
		dg := -(dd[k] + ds[k]) / f.n
		if k == Gate {
			dg += dep
		}
		dq[fetTerminals*Drain+k] += dd[k]
		dq[fetTerminals*Source+k] += ds[k]
		dq[fetTerminals*Gate+k] += dg
		dq[fetTerminals*Bulk+k] -= dd[k] + ds[k] + dg
	}
}

// addCapacitor adds a linear capacitor between terminals a and b.
func addCapacitor(c, v float64, a, b int, q, dq []float64) {
	q[a] += float64(c * v)
	q[b] -= float64(c * v)
	dq[fetTerminals*a+a] += c
	dq[fetTerminals*a+b] -= c
	dq[fetTerminals*b+a] -= c
	dq[fetTerminals*b+b] += c
}

// Eval writes, for the voltages v in V of drain, gate, source and bulk, the
// currents i in A into the terminals, the charges q in C on them, and the 4 x 4
// row-major derivatives di in S and dq in F. Currents and charges each sum to
// zero over the terminals.
func (f *FET) Eval(v, i, q, di, dq []float64) {
	vb := v[Bulk]
	vd, vg, vs := f.sign*(v[Drain]-vb), f.sign*(v[Gate]-vb), f.sign*(v[Source]-vb)
	id, gd, gg, gs := f.channelCurrent(vd, vg, vs)
	i[Drain], i[Gate], i[Source], i[Bulk] = f.sign*id, 0, -f.sign*id, 0
	row := [4]float64{Drain: gd, Gate: gg, Source: gs, Bulk: -(gd + gg + gs)}
	for k, g := range row {
		di[fetTerminals*Drain+k] = g
		di[fetTerminals*Gate+k] = 0
		di[fetTerminals*Source+k] = -g
		di[fetTerminals*Bulk+k] = 0
	}
	clear(q)
	clear(dq)
	if !f.hasCharges {
		return
	}
	if f.channel > 0 {
		f.channelCharge(vd, vg, vs, q, dq)
		for t := range fetTerminals {
			q[t] *= f.sign
			row := dq[fetTerminals*t : fetTerminals*t+fetTerminals]
			row[Bulk] = -(row[Drain] + row[Gate] + row[Source])
		}
	}
	addCapacitor(f.cov, v[Gate]-v[Drain], Gate, Drain, q, dq)
	addCapacitor(f.cov, v[Gate]-v[Source], Gate, Source, q, dq)
	addCapacitor(f.cj, v[Drain]-vb, Drain, Bulk, q, dq)
	addCapacitor(f.cj, v[Source]-vb, Source, Bulk, q, dq)
}
