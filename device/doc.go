// Package device holds the three devices of the two-tier synapse: the storage
// capacitor and its leak, the field-effect transistors, and phase-change memory
// with its drift. A Spec is immutable, in SI units, and carries for every
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
// time, so it does not matter how the time is cut. Validity: over 10 ms from
// 0.3 V to 0.7 V at 1.0 V supply within 0.4 mV of the circuit simulator with
// the default ohmic path, within 2.6 mV without it, because the subthreshold
// current does change a little with V; from 0.1 V to 0.9 V within 2.0 mV and
// 6.5 mV. A re-initialisation leaves the thermal noise sqrt(kT/C).
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
//	p  = 1 - exp(-K tp)
//	dX = (1 - X) p IG(1, (j + j' X^2)/p)
//
// where IG(m, v) is a draw of the inverse Gaussian distribution, positive, of
// mean m and variance v. Growth by jumps that average j + j' X^2 of the
// amorphous part scatters like this, so that the scatter does not depend on how
// a pulse is cut, and a weak pulse makes rare jumps, never large ones in both
// directions. Below the melting point X only grows; above, the pulse
// re-amorphises, and with a fast quench that is a RESET. A train of equal
// pulses and a ramp down from a melting current are the same equations.
//
// Mean and spread are fitted to 1 to 20 pulses of 90 uA, 50 ns of the
// published 90 nm statistics (Nandakumar et al., J. Appl. Phys. 124, 152135
// (2018)); [PCMSpec] says how closely they are met. Validity: pulses of 1 ns to
// 5 us, G up to 25 uS; above 12 uS there are no published statistics behind it.
//
// # Drift and read noise (drift.go)
//
// After its last pulse a device drifts, and its reads fluctuate with a 1/f
// spectrum over the band from the inverse of the elapsed time to that of the
// time of a read:
//
//	G(t)  = G (t/t0)^-nu,   nu drawn once per device
//	sd(t) = G(t) min(0.0088 r^-0.65, 0.2) sqrt(ln((t + tr)/(2 tr))),   r = G/25 uS
//
// Validity: 1 s to 10 years after the last pulse, in float64 seconds (Joshi et
// al., Nat. Commun. 11, 2473 (2020)). Within training, where every device is
// rewritten every few milliseconds, it is not applied.
package device
