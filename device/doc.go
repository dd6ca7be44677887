// Package device holds the three devices of the two-tier synapse, one file
// each: the storage capacitor and its leak, the field-effect transistors, and
// phase-change memory. A Spec is immutable, in SI units, and carries for every
// parameter its key in the netlist, its range, its default and its source.
// What differs between two devices of one Spec is drawn once, at fabrication,
// from a keyed random stream; what differs between two pulses is drawn at the
// pulse.
//
// # Capacitor (capacitor.go)
//
// The storage node of capacitance C leaks in two ways: through an ohmic path to
// a plate at voltage Vinf, and through the subthreshold currents of its two
// update transistors, which hardly depend on V:
//
//	dV/dt = -(V - Vinf)/tau + Ioff/C
//	V(t)  = Veq + (V0 - Veq) exp(-t/tau),   Veq = Vinf + tau Ioff/C
//
// or V0 + t Ioff/C without the ohmic path. Both are closed forms of the elapsed
// time, so it does not matter how the time is cut. Validity: V well inside the
// supply rails, where Ioff is flat (0.1 V to 0.9 V at 1.0 V supply).
//
// # Transistors (fet.go, characterize.go)
//
// An EKV model from subthreshold to strong inversion; a single cell is
// characterised from it by the transient solver, and the cycle levels take
// their step, read and leak curves from there. Mismatch enters as a threshold
// shift per transistor, sigma(Vt) = AVT/sqrt(W L) (Pelgrom et al., IEEE JSSC
// 24, 1433 (1989)), never as a percentage of a weight.
//
// # Phase-change memory (pcm.go)
//
// The state X in [0, 1] is the crystalline fraction; G = Ga + (Gc - Ga) X. A SET
// pulse heats the device and crystallises part of what is amorphous,
//
//	T  = 300 K + Rth (1 - kappa X) P,   P = I (Von + I Rh)
//	K  = K0 exp(-(T - 720 K)^2 / (2 (75 K)^2))   for 430 K < T < 890 K
//	dX = (1 - X)(1 - exp(-K tp)) Gamma(a)/a + w X N(0, 1)
//
// so it moves towards crystalline; above the melting point it re-amorphises.
// Mean and spread are fitted to 1 to 20 pulses of 90 uA, 50 ns of the
// published 90 nm statistics (Nandakumar et al., J. Appl. Phys. 124, 152135
// (2018)). Validity: pulses of 10 ns to 5 us below the melt current, G up to
// 25 uS. Known gaps are listed at [PCMSpec].
package device
