package netlist

import (
	"slices"

	"engram/circuit"
)

// OperationsPerSynapse is how many operations one training example counts per
// synapse: a multiplication and an addition each for forward, backward and
// update, as the article counts. The tiles at the input count as the others,
// though no error is read back through them.
const OperationsPerSynapse = 6

// An EnergyRow is one entry of a ledger per training example.
type EnergyRow struct {
	Component string  `json:"component"`
	Operation string  `json:"operation"`
	Events    float64 `json:"events"`
	Joules    float64 `json:"joules"`
	Share     float64 `json:"share"` // of the total
}

// An AreaRow is the area of one component in m^2.
type AreaRow struct {
	Component string  `json:"component"`
	Count     float64 `json:"count"`
	Area      float64 `json:"area_m2"`
	Share     float64 `json:"share"`
}

// An Efficiency is energy per example and what follows from it.
type Efficiency struct {
	PerExample   float64 `json:"joules_per_example"`
	PerSynapse   float64 `json:"joules_per_synapse_and_example"`
	PerOperation float64 `json:"joules_per_operation"`
	GOPSPerWatt  float64 `json:"gops_per_watt"`
}

// A Throughput is time and what follows from it with the area.
type Throughput struct {
	// Example is the time from one example to the next in s: one after the
	// other through all tiles, and, where Pipelined, the longest that a tile
	// and its neurons are busy with one.
	Example          float64 `json:"example_seconds"`
	Pipelined        float64 `json:"pipelined_seconds"`
	TOPSPerMM2       float64 `json:"tops_per_mm2"`
	PipelinedPerArea float64 `json:"pipelined_tops_per_mm2"`
}

// An EnergyReport is a ledger made readable. Rows are per training example,
// without those of zero joules.
type EnergyReport struct {
	Title    string      `json:"title"`
	Synapses int         `json:"synapses"`
	Rows     []EnergyRow `json:"rows"`
	Areas    []AreaRow   `json:"areas"`
	Area     float64     `json:"area_m2"`
	// Total includes transfers, Training does not.
	Total    Efficiency `json:"with_transfer"`
	Training Efficiency `json:"without_transfer"`
	Throughput
}

// EnergyReport reports a ledger of a number of training examples of d.
func (d *Design) EnergyReport(l *circuit.Ledger, examples float64) *EnergyReport {
	r := &EnergyReport{Title: d.Title, Synapses: d.Synapses()}
	var total, transfer float64
	for _, e := range l.Entries() {
		if e.Joules == 0 {
			continue
		}
		joules := e.Joules / examples
		total += joules
		if isTransfer(e.Operation) {
			transfer += joules
		}
		r.Rows = append(r.Rows, EnergyRow{Component: e.Component, Operation: e.Operation, Events: float64(e.Events) / examples, Joules: joules})
	}
	for i := range r.Rows {
		r.Rows[i].Share = over(r.Rows[i].Joules, total)
	}
	operations := OperationsPerSynapse * float64(r.Synapses)
	r.Total, r.Training = d.efficiency(total), d.efficiency(total-transfer)
	r.areas(d)
	r.Example, r.Pipelined = d.ExampleTime().Seconds(), d.busiest().Seconds()
	const perMM2 = 1e-12 * 1e-6 // tera, m^2 to mm^2
	r.TOPSPerMM2 = over(operations*perMM2, r.Example*r.Area)
	r.PipelinedPerArea = over(operations*perMM2, r.Pipelined*r.Area)
	return r
}

func (d *Design) efficiency(joules float64) Efficiency {
	n := float64(d.Synapses())
	e := Efficiency{PerExample: joules, PerSynapse: joules / n, PerOperation: joules / n / OperationsPerSynapse}
	e.GOPSPerWatt = over(1e-9, e.PerOperation)
	return e
}

func (r *EnergyReport) areas(d *Design) {
	for _, c := range d.circuits() {
		if a := c.count * c.area; a > 0 {
			r.Areas = append(r.Areas, AreaRow{c.component, c.count, a, 0})
			r.Area += a
		}
	}
	for i := range r.Areas {
		r.Areas[i].Share = r.Areas[i].Area / r.Area
	}
}

// busiest returns the longest time that the tiles of a level and their neurons
// are busy with one example: the distance between examples when every level
// works on another.
func (d *Design) busiest() circuit.Time {
	var t circuit.Time
	for l := range d.Levels {
		busy := d.readTime(l, false) + d.convertTime(l) + d.updateTime()
		if l > 0 {
			busy += d.readTime(l, true) + d.convertTime(l-1)
		}
		t = max(t, busy)
	}
	return t
}

// Operations lists the operations of the rows in the order of an example.
func (r *EnergyReport) Operations() []string {
	order := []string{opForward, opError, opBackward, opUpdate, opLeak, opStatic, opRead, opSet, opReset, opPrecharge, opPulse, opWait}
	return slices.DeleteFunc(order, func(op string) bool {
		return !slices.ContainsFunc(r.Rows, func(row EnergyRow) bool { return row.Operation == op })
	})
}
