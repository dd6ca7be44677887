// Package plot draws Engram's figures. It knows quantities, curves and grids;
// it does not know tiles, training or sweeps, whose results its callers hand
// over as plain numbers.
//
// Every figure function takes one data struct, checks it, and returns a
// [Figure], which writes itself as SVG or PNG. Numbers are SI float64
// (seconds, volts, siemens, joules); accuracies are percent, 0 to 100. A
// figure chooses the SI prefix of its axes itself.
//
// # House style
//
// Colours are those of Okabe and Ito, which people with any of the common
// forms of colour blindness can tell apart; each series also has its own
// dash pattern and marker, so that a grey print loses nothing. The heat map's
// scale grows steadily in lightness for the same reason. A legend stands in
// space of its own between title and data and hides neither.
//
// # Reproducibility
//
// The same data give the same bytes: nothing is read from the clock, the
// environment or the order of a map, and the fonts are the Liberation faces
// compiled into the program. SVG text stays text and names fallback faces of
// equal metrics for machines without Liberation.
//
// # Errors
//
// Data that cannot be drawn are errors that name the figure, the series and
// the point: [ErrNoData] for nothing to draw, otherwise what was wrong (a NaN,
// an infinity, slices of unequal length, a value of zero on a log axis). One
// point is enough for every figure but those that fit or bin, which say so.
package plot
