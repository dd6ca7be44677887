package netlist

import (
	"fmt"
	"maps"
	"reflect"
	"slices"

	"engram/circuit"
)

// An Activity says how busy one tile is in an average training example and an
// average transfer: what an estimate of energy needs beside the netlist.
type Activity struct {
	// RowDensity is the fraction of rows with a forward pulse, RowWidth the
	// mean width of such a pulse in full scales.
	RowDensity float64 `key:"row-density" json:"row_density" unit:"" range:"[0,1]" default:"0.5" source:"assumed; pixels of MNIST have 0.25, logistic neurons 1"`
	RowWidth   float64 `key:"row-width" json:"row_width" unit:"" range:"[0,1]" default:"0.5" source:"assumed"`
	// ColumnDensity is the fraction of columns with an error, ColumnWidth
	// the mean width of its pulse in a backward read.
	ColumnDensity float64 `key:"column-density" json:"column_density" unit:"" range:"[0,1]" default:"0.95" source:"assumed: as in a run of the bundled quick testbench"`
	ColumnWidth   float64 `key:"column-width" json:"column_width" unit:"" range:"[0,1]" default:"0.15" source:"assumed: as in a run of the bundled quick testbench"`
	// Conductance is that of a cell in a forward read with its share of the
	// reference: g + (G+ + G-) + g_ref/columns, weighted by pulse width;
	// BackConductance the same for backward reads.
	Conductance     float64 `key:"conductance" json:"conductance_S" unit:"S" range:"[0,1]" default:"40 uS" source:"assumed: as in a run of the bundled quick testbench"`
	BackConductance float64 `key:"back-conductance" json:"back_conductance_S" unit:"S" range:"[0,1]" default:"59 uS" source:"assumed: as in a run of the bundled quick testbench"`
	// RowPulses and ColumnPulses are the update pulses per row and per
	// column line; a second pass counts again.
	RowPulses    float64 `key:"row-pulses" json:"row_pulses" unit:"" range:"[0,1000]" default:"7" source:"assumed: as in a run of the bundled quick testbench"`
	ColumnPulses float64 `key:"column-pulses" json:"column_pulses" unit:"" range:"[0,1000]" default:"0.5" source:"assumed: as in a run of the bundled quick testbench"`
	// Steps is the number of update steps per cell, UpShare the part of them
	// that is up.
	Steps   float64 `key:"steps" json:"steps" unit:"" range:"[0,1000]" default:"0.0625" source:"1,000 pulses in 16,000 examples (article, Extended Data Fig. 2)"`
	UpShare float64 `key:"up-share" json:"up_share" unit:"" range:"[0,1]" default:"0.5" source:"assumed"`
	// Of one cell in one transfer: reads, SET pulses and their mean charge,
	// RESETs, and update pulses for the residual.
	Reads     float64 `key:"transfer-reads" json:"transfer_reads" unit:"" range:"[0,1e6]" default:"9" source:"assumed: as in a run of the bundled quick testbench"`
	Sets      float64 `key:"transfer-sets" json:"transfer_sets" unit:"" range:"[0,1e6]" default:"2.3" source:"assumed: as in a run of the bundled quick testbench"`
	SetCharge float64 `key:"set-charge" json:"set_charge_C" unit:"C" range:"[0,1]" default:"4.9 pC" source:"assumed: as in a run of the bundled quick testbench"`
	Resets    float64 `key:"transfer-resets" json:"transfer_resets" unit:"" range:"[0,1e6]" default:"0.03" source:"assumed: as in a run of the bundled quick testbench"`
	Pulses    float64 `key:"transfer-pulses" json:"transfer_pulses" unit:"" range:"[0,1e6]" default:"16" source:"assumed: as in a run of the bundled quick testbench"`
	// TransferTime is how long training stands still for a transfer.
	TransferTime float64 `key:"transfer-time" json:"transfer_seconds" unit:"s" range:"[0,1e6]" default:"700 us" source:"assumed: as in a run of the bundled quick testbench"`
}

// Activities are those of the tiles, by name.
type Activities map[string]Activity

// DefaultActivities returns the stated assumptions for every tile of d.
func DefaultActivities(d *Design) Activities {
	var a Activity
	v := reflect.ValueOf(&a).Elem()
	for _, f := range fieldsOf(v.Type()) {
		f.setDefault(v.FieldByIndex(f.Index))
	}
	all := Activities{}
	for i := range d.Arrays {
		all[d.Arrays[i].Name] = a
	}
	return all
}

// Check fails where an activity is of other tiles than those of d, or a value
// is out of its range.
func (a Activities) Check(d *Design) error {
	for i := range d.Arrays {
		if _, ok := a[d.Arrays[i].Name]; !ok {
			return fmt.Errorf("activity of tile %s is missing", d.Arrays[i].Name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(a)) {
		if !slices.ContainsFunc(d.Arrays, func(a ArrayDesign) bool { return a.Name == name }) {
			return fmt.Errorf("activity of a tile %s, which there is not", name)
		}
		act := a[name]
		if err := checkRanges(&act); err != nil {
			return fmt.Errorf("activity of tile %s: %w", name, err)
		}
	}
	return nil
}

// Activities returns what s has done so far, per example and per transfer. It
// is empty before the first example.
func (s *System) Activities() Activities {
	all := Activities{}
	if s.examples == 0 {
		return all
	}
	still := (s.booked - circuit.Time(s.examples)*s.ExampleTime()).Seconds()
	for _, a := range s.Arrays {
		act := a.meter.activity(float64(s.examples), float64(s.transfers), float64(a.Rows()), float64(a.Cols()))
		act.TransferTime = over(still, float64(s.transfers))
		all[a.Name()] = act
	}
	return all
}

// activity averages what a tile has done.
func (m *arrayMeter) activity(examples, transfers, rows, cols float64) Activity {
	f, b, c := &m.forward.sums, &m.backward.sums, &m.charges
	cells := rows * cols
	steps := float64(c.Up+c.Down) + m.singleSteps
	return Activity{
		RowDensity: over(f.Pulses, examples*rows), RowWidth: over(f.Width, f.Pulses),
		ColumnDensity: over(m.updates.Errors, examples*cols), ColumnWidth: over(b.Width, b.Pulses),
		Conductance: over(f.Conductance, f.Width*cols), BackConductance: over(b.Conductance, b.Width*rows),
		RowPulses: over(m.updates.RowPulses, examples*rows), ColumnPulses: over(m.updates.ColumnPulses, examples*cols),
		Steps: over(steps, examples*cells), UpShare: over(float64(c.Up), steps),
		Reads: over(m.verified, transfers*cells), Sets: over(float64(c.Sets), transfers*cells),
		SetCharge: over(c.SetCharge, float64(c.Sets)), Resets: over(float64(c.Resets), transfers*cells),
		Pulses: over(float64(c.PulsesUp+c.PulsesDown), transfers*cells),
	}
}

// over returns a/b, or 0 where b is.
func over(a, b float64) float64 {
	if b == 0 {
		return 0
	}
	return a / b
}
