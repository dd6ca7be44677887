package periphery

import "math"

// This file states what the circuits on the edges of a tile draw and how large
// they are. The tag "source" of a key says where its default comes from.

// DACEnergy is the energy and the area of one read pulse driver.
type DACEnergy struct {
	// PulseEnergy is drawn per read pulse by counter or delay line and
	// driver logic; what the line itself takes is the cell's.
	PulseEnergy float64 `key:"energy" unit:"J" range:"[0,1]" default:"50 fJ" source:"assumed: 25 gates of 2 fF at 1 V"`
	// StaticPower is drawn all the time.
	StaticPower float64 `key:"static-power" unit:"W" range:"[0,1]" default:"2 nW" source:"assumed: 2 um of gate width that leaks 1 nA/um at 1 V"`
	// Area of the circuit.
	Area float64 `key:"area" unit:"m^2" range:"[0,1]" default:"30 um2" source:"assumed"`
}

// ADCEnergy is the energy and the area of one converter.
type ADCEnergy struct {
	// FigureOfMerit is the energy per level: a conversion takes
	// FigureOfMerit 2^bits + ConversionEnergy.
	FigureOfMerit float64 `key:"figure-of-merit" unit:"J" range:"[0,1]" default:"37.9 fJ" source:"19.4 pJ per neuron (Giordano et al., IEEE JETCAS 9, 367 (2019)) over 2^9 levels (assumed: it states no bits)"`
	// ConversionEnergy is the part of a conversion that does not grow with
	// the bits, or all of it where figure-of-merit is 0.
	ConversionEnergy float64 `key:"energy" unit:"J" range:"[0,1]" default:"0 J" source:"assumed: all of it is in the figure of merit"`
	// StaticPower is drawn all the time.
	StaticPower float64 `key:"static-power" unit:"W" range:"[0,1]" default:"20 nW" source:"assumed: 20 um of gate width that leaks 1 nA/um at 1 V"`
	// Area of the circuit.
	Area float64 `key:"area" unit:"m^2" range:"[0,1]" default:"500 um2" source:"assumed"`
}

// Joules returns the energy of one conversion in J.
func (s *ADCSpec) Joules() float64 {
	return math.Ldexp(s.FigureOfMerit, s.Bits) + s.ConversionEnergy
}

// IntegratorEnergy is the energy and the area of one integrator.
type IntegratorEnergy struct {
	// Power is drawn while it integrates: its amplifier's bias.
	Power float64 `key:"power" unit:"W" range:"[0,1]" default:"5 uW" source:"assumed: 5 uA at 1 V"`
	// ResetEnergy is drawn once per integration: the integration capacitor
	// is emptied.
	ResetEnergy float64 `key:"energy" unit:"J" range:"[0,1]" default:"200 fJ" source:"assumed: 200 fF at 1 V"`
	// StaticPower is drawn all the time.
	StaticPower float64 `key:"static-power" unit:"W" range:"[0,1]" default:"5 nW" source:"assumed: 5 um of gate width that leaks 1 nA/um at 1 V"`
	// Area of the circuit.
	Area float64 `key:"area" unit:"m^2" range:"[0,1]" default:"200 um2" source:"assumed"`
}

// PulserEnergy is the energy and the area of the update pulse driver of one line.
type PulserEnergy struct {
	// PulseEnergy is drawn per pulse by its logic; what the line itself
	// takes is the cell's.
	PulseEnergy float64 `key:"energy" unit:"J" range:"[0,1]" default:"20 fJ" source:"assumed: 10 gates of 2 fF at 1 V"`
	// StaticPower is drawn all the time.
	StaticPower float64 `key:"static-power" unit:"W" range:"[0,1]" default:"2 nW" source:"assumed: 2 um of gate width that leaks 1 nA/um at 1 V"`
	// Area of the circuit.
	Area float64 `key:"area" unit:"m^2" range:"[0,1]" default:"20 um2" source:"assumed"`
}

// TransferEnergy is the energy of programming.
type TransferEnergy struct {
	// WriteVoltage is the supply of the SET and RESET drivers: a pulse of
	// current I and width t takes I t times it, of which the device gets
	// I^2 Rh + I Von, the rest its select transistor and the driver.
	WriteVoltage float64 `key:"write-voltage" unit:"V" range:"[0,20]" default:"2.5 V" source:"assumed: thick-oxide supply of 90 nm"`
}
