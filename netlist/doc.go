// Package netlist is the language that describes a circuit, and its elaboration
// into tiles, periphery and nets.
//
// # Language
//
// A netlist is a TOML file, read with all that it includes by [Load]. What keys
// there are, in what unit and range and with what default is said once, by the
// tags of the Spec structs of the rooms below and of this one; see
// [Document.Decode] for the tags, [Describe] for a list of them and [Encode] for
// the way back, with every default spelled out.
//
// Every quantity is a text of a number and a unit: "40 fF", "5.26 ms",
// "3.5 mV*um", "0.07 /V". A bare number is right only where there is no unit,
// for counts and ratios; a ratio may be given in percent. See [ParseQuantity].
// The suffixes of SPICE are not accepted: its "M" is a milli, that of SI a mega.
//
// Units accepted are A V s m K S ohm F C W J Hz, products (V*m), quotients
// (K/W, /V) and powers (m2, V^2) of them, with the prefixes f p n u m k M G T.
// In Go all values are in SI units, float64; times are whole picoseconds
// ([circuit.Time]).
//
// # Errors
//
// Whatever is wrong is a [Diagnostic] with file, line and path. An error of TOML
// syntax ends the reading of its file; all others are collected and told at
// once, sorted, as [Diagnostics].
//
// # Hostile input
//
// Files come from strangers. A file is held to limits of size, depth and number
// of keys before the TOML library sees it, in time and memory linear in its
// size; includes cannot leave the folder of the first file, by whatever name or
// link, and only regular files are opened. [Load] states the rules.
package netlist
