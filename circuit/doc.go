// Package circuit is the bottom room of Engram: simulated time, the schedule of
// phases, the engine that steps components through it, the energy ledger and
// the keyed random streams. It does not know what a weight is.
//
// # Time
//
// Time is an int64 count of picoseconds; a clock period and a phase length are
// whole numbers of it, and nothing accumulates a floating-point time. 2^63 ps
// is 106 days; drift over longer spans is a closed form of a duration in
// float64 seconds and does not pass through this clock.
//
// # Levels of fidelity
//
// A [Schedule] lays out one repetition (for a network: one training example)
// as a list of phases. At [PhaseLevel] the engine steps every component of a
// phase once over the whole phase; at [ClockLevel] it steps the same
// components once per clock period. A component integrates over whatever
// interval it is handed, so both levels share one set of equations and differ
// only in what can happen inside a phase (an integrator that saturates, say).
//
// # Energy
//
// Each component books its own joules in a [Ledger] under (component,
// operation); a total is always a sum over the entries.
//
// # Random numbers
//
// Every draw comes from a [Stream] keyed by (seed, purpose, instance, index).
// The key is hashed with Philox2x64-10 (Salmon et al., SC 2011, doi
// 10.1145/2063384.2063405) into the 128-bit state of a PCG-DXSM generator
// (math/rand/v2). A stream is addressed, never shared, so a result does not
// depend on the number of threads, the order of work, or a resume.
//
// # Rounding
//
// Go lets a compiler fuse a product with the sum that it goes into, which rounds
// once instead of twice; from GOAMD64=v3 on it does. A result shall not depend on
// what a program was compiled for, and a conversion forbids the fusion, so in
// all that a run computes a product that would be fused on amd64 is written
// float64(a*b); .ci/run kernels finds those that are not. Library code cannot be
// written so: [Log1p], [Expm1] and [Stream.Normal] take the place of polynomials of
// package math and of math/rand/v2. Exp, Log and Sqrt are not compiled from Go on
// amd64; Pow fuses only for exponents from 2 in size on, which no bundled model has.
package circuit
