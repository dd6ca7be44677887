package netlist

// This file states what cells and wires draw and how large they are. The tag
// "source" of a key says where its default comes from.

// CellEnergy is what a cell draws beside the charge on its capacitor.
type CellEnergy struct {
	// RowWire and ColumnWire are the capacitance that a cell adds to each of
	// its row and column lines: wire and transistors on it.
	RowWire    float64 `key:"row-capacitance" unit:"F" range:"[0,1e-9]" default:"0.7 fF" source:"assumed: a pitch of 3.2 um at 0.2 fF/um"`
	ColumnWire float64 `key:"column-capacitance" unit:"F" range:"[0,1e-9]" default:"0.7 fF" source:"assumed: a pitch of 3.2 um at 0.2 fF/um"`
	// ReadEfficiency is that of the converter which makes the read voltage
	// from the supply; a linear regulator has read-voltage over vdd.
	ReadEfficiency float64 `key:"read-efficiency" unit:"" range:"(0,1]" default:"100 %" source:"assumed: a lossless supply, as energies of the form V^2 G t imply"`
	// GateDrive scales the energy of the gates of the update transistors,
	// charge times swing of a pulse; 0 leaves it out.
	GateDrive float64 `key:"gate-drive" unit:"" range:"[0,100]" default:"1" source:"the transistors' own charge; no driver chain (assumed)"`
	// Area of a cell.
	Area float64 `key:"area" unit:"m^2" range:"[0,1e-6]" default:"10 um2" source:"assumed: 3 um2 for 40 fF of gate oxide, the rest for five transistors and two heaters"`
}

// RouteEnergy is what bringing values to a tile takes.
type RouteEnergy struct {
	// Energy of bringing one value that is not zero to a row or an error to
	// a column.
	Energy float64 `key:"route-energy" unit:"J" range:"[0,1]" default:"200 fJ" source:"assumed: a pulse on 1 mm of wire of 0.2 fF/um at 1 V"`
}

// LogicEnergy is what the digital side of a neuron takes.
type LogicEnergy struct {
	// Activation is drawn per output beside its conversion.
	Activation float64 `key:"activation-energy" unit:"J" range:"[0,1]" default:"0 J" source:"within the conversion (Giordano et al., IEEE JETCAS 9, 367 (2019))"`
	// Error is drawn per error: difference or derivative, product, and the
	// shift to the common exponent.
	Error float64 `key:"error-energy" unit:"J" range:"[0,1]" default:"0.5 pJ" source:"0.2 pJ for an 8-bit product at 45 nm (Horowitz, ISSCC 2014), twice and a half for 90 nm (assumed)"`
}
