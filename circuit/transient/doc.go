// Package transient solves small circuits of resistors, capacitors, sources
// and nonlinear elements (transistors) in time.
//
// # Equations
//
// Modified nodal analysis with the charge as the state: for every node whose
// voltage is not prescribed,
//
//	dq(v)/dt = i(v, t)
//
// where q is the sum of the charges of the elements on the node and i the sum
// of their currents into it. A voltage source with one terminal on ground or on
// another such node prescribes its other terminal, which leaves the unknowns;
// any other voltage source adds its current as an unknown and its voltage as an
// algebraic equation. A node without charge gives an algebraic equation, too.
//
// # Method
//
// The L-stable, stiffly accurate, singly diagonally implicit Runge-Kutta method
// of order three with three stages (Alexander, SIAM J. Numer. Anal. 14, 1006
// (1977)), with the embedded method of order two on its first two stages for
// the local error. Every stage is solved by Newton's method. Being a one-step
// method without an explicit stage it needs no start-up after a breakpoint, and
// does not ring on stiff nodes.
//
// Steps adapt to the local error of the voltages and end on every breakpoint of
// every waveform; none crosses one.
//
// # Structure
//
// Nodes that are connected only through prescribed nodes do not affect each
// other. The unknowns fall into such components (a storage array into one per
// cell, as each cell hangs between driven lines), each with a dense matrix of
// its own. Components may have up to [MaxUnknowns] unknowns.
//
// # Conservation
//
// The charge that a step adds to a node equals the integral of the currents
// under the method's own quadrature, up to every stage, to the tolerance of
// Newton's method. The energy account ([Balance]) is one bilinear form of the
// voltages and of the charges moved up to the stages. At a node, all currents
// and charges meet the same voltages in it, and the work on a linear capacitor
// is the change of C V^2/2 exactly: so the energy delivered equals the energy
// dissipated and stored to that same tolerance, however long the steps are. The
// parts, as the waveforms, are of order three in the steps.
//
// Units are SI throughout: s, V, A, C, ohm, F, J. Time is a float64 in seconds
// that starts at 0 and is set to each breakpoint exactly as the waveform gives
// it. Validity: spans up to about 1e12 times the shortest step.
package transient
