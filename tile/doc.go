// Package tile simulates a crossbar of two-tier synapses: 2PCM+3T1C cells with
// a reference column, as used by Ambrogio et al., Nature 558, 60 (2018).
//
// # Weight
//
//	W = F (G+ - G-) + s (g(V) - g_ref)
//
// G+ and G- are the phase-change devices (long term), g is the conductance of
// a read transistor whose gate is the storage capacitor at V (short term),
// g_ref that of the reference cell of the same row, F the gain of the
// long-term pair and s = +-1 the polarity of the column. W is in siemens; the
// drivers of the tile divide it by the conductance that stands for one.
//
// # Operations, one file each
//
//   - read.go: forward (rows driven, columns integrate) and backward (columns
//     driven, rows integrate). The read conductance depends on the sign of the
//     drain-source voltage, so the two see different g(V).
//   - update.go: row pulses and column pulses of one update; where they
//     coincide a transistor moves charge. A step depends on V and has one gain
//     per transistor; steps are taken one after another, so saturation at the
//     window's ends is exact.
//   - leak.go: the closed form of both leaks for any elapsed time. Time passes
//     lazily, by one factor for the whole tile.
//   - view.go: what reads see of the cells. It changes where a pulse moves
//     charge, so that a read is a sum of products and only a cell that was
//     pulsed costs a look at its read curve.
//   - synapse.go: single cells in the hands of a transfer programmer.
//   - kernel.go: the loops over cells, with the vector forms beside it.
//
// # Approximations and their errors
//
// The curves of the transistors enter as cubics on 16 segments ([newTable]).
// For the default cell the read curve is met within 0.02 uS, the step curve
// within 0.05 % between 0.1 V and 0.9 V and within 0.8 % up to the rails.
// Between two looks at the read curve, a conductance follows the leak along its
// tangent, which misses the curve by 0.0005 uS and its table, where that jumps
// from segment to segment, by 0.003 uS. The voltage stands still during
// one read or one update; over a 240 ns example a node 0.3 V off its equilibrium
// leaks 14 uV, 1/40 of a step. A read pulse is taken to leave the node as it was.
// Wires have no resistance.
package tile
