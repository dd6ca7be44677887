// Package wave writes, reads, measures and compares waveforms: quantities
// sampled over simulated time. It knows signals and files, not circuits.
//
// # Waveforms
//
// A sample is a time in float64 seconds and one float64 per [Signal], in the SI
// unit of the signal's [Type]. Times of one waveform are finite, not negative
// and strictly increasing. Between samples a waveform is the straight line that
// joins them; before its first and after its last sample it has no value.
//
// # Writing
//
// A [Writer] streams: its memory does not grow with the number of samples.
//
//   - [Raw] is the binary rawfile of SPICE3 in the dialect of ngspice, which
//     also xschem, PyLTSpice and (after its text header) NumPy read;
//   - [VCD] is the value change dump of IEEE Std 1364-2005, section 18, with
//     string variables as GTKWave reads them;
//   - [CSV] is a table per RFC 4180, after a preamble of comment lines;
//   - [Recorder] keeps the samples in memory, for measuring.
//
// Titles, paths and keys are untrusted text. A rawfile in particular is not
// inert: ngspice executes what follows "Command:" at the start of a header line.
// Every format therefore maps names to a safe alphabet and never writes a
// control character of its caller's.
//
// # Reading
//
// [ReadRaw] reads binary and ASCII rawfiles of real numbers, such as
// "ngspice -b -r" writes, within a limit of memory that the caller sets. It
// skips Command and Option lines.
//
// # Measuring
//
// [Spec] has the kinds of ngspice's .measure (ngspice manual, section
// "Measurements for AC, DC and Transient Analysis"). They follow the straight
// lines, and so differ from ngspice 39 (com_measure2.c) in these places:
//
//   - avg, min, max and pp interpolate at both ends of the window, where
//     ngspice takes the samples inside it;
//   - rms integrates the square of the straight line, integ the line itself;
//     ngspice applies Simpson's rule where samples are evenly spaced, and the
//     trapezoidal rule to the square elsewhere;
//   - when sees the first segment of the window like any other, and a waveform
//     that stays on the level crosses it once; ngspice cannot measure a
//     crossing in the first segment, and counts one for every sample on the level;
//   - deriv works, which ngspice refuses as "currently not supported".
//
// For a waveform whose samples resolve it the differences are of second order
// in the sample spacing.
package wave
