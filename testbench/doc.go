// Package testbench runs netlists: it brings stimuli, the training loop, a
// float32 twin for comparison, and the run folder with its results. It knows
// systems of tiles and what a data set is, and no device equation.
//
// # Learning
//
// A [Trainer] presents one example at a time (batch 1): the system steps its
// forward, error, backward and update phases; every transfer interval the
// short-term weights move into phase-change memory. The update is stochastic
// gradient descent, delta W = rate x delta, carried out as coinciding pulses.
// The [Twin] does the same sum in float32, on the same stream of examples from
// the same initial weights.
//
// # Tests
//
// Accuracy on the test set is read from a snapshot of the weights, through the
// same DACs, integrators and converters, while simulated time stands still: a
// test costs no leak.
//
// # Runs
//
// [Run] trains into a run folder and saves checkpoints of the whole state;
// [Resume] continues from the newest that is intact, to the same bits as a run
// that was never interrupted. RELIABILITY.md says what is promised, and which
// test holds it.
//
// # Sweeps
//
// A table [sweep] names what to vary ([SweepSpec]); [OpenSweep] checks it, and
// the function that [Sweep.Point] returns trains one point for package sweep,
// which plans, records and merges. A point differs from every other in its seed,
// so in its fabricated cells, initial weights and order of examples; its float
// twin shares the latter two with it. [DrawSweep] draws what the axes allow and
// writes report.html. LEAKAGE.md explains the figures of the bundled sweep
// leakage.
//
// # Waveforms
//
// [Bench.Wave] records probes of a training, phase by phase or clock by clock,
// [Bench.TransistorWave] those of cells at transistor level, with any
// wave.Writer; [Bench.Measure] takes the file's [[measure]] on what was
// recorded. [Bench.Characterize] computes the curves of a cell.
//
// # Benchmarks
//
// All report ratios that survive a noisy machine, by a yardstick in the same run:
//
//   - Training: one example of the bundled mnist, one transfer of all its tiles,
//     and the yardstick, plain float32 gradient descent on the same network;
//     p10-ns/op is the tenth percentile of stretches of 100 examples;
//   - Inference: one test image through a snapshot;
//   - Growth: time and memory per example from 1e4 to 1e7 cells (-benchtime 1x;
//     -growth FILE draws it);
//   - SweepWorkers: points of a sweep per second with one worker and with two.
//
// Those of single kernels stand in package tile; those of the yardstick's sums, and
// of memory beside them, in circuit/vector.
package testbench
