package testbench

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"

	"engram/netlist"
	"engram/testbench/plot"
)

// Files of a run folder that say what the run took.
const (
	energyFile   = "energy.csv"
	activityFile = "activity.json"
)

// Energy is the measured view of a training's energy: what its ledger holds,
// per example trained. It books what is still open.
func (t *Trainer) Energy() *netlist.EnergyReport {
	t.System.Settle()
	return t.Design.EnergyReport(t.System.Ledger, float64(max(1, t.done)))
}

// writeEnergy writes energy.csv and activity.json, and the totals to s.
func (f *folder) writeEnergy(t *Trainer, s *Summary) error {
	r := t.Energy()
	s.EnergyPerExample, s.GOPSPerWatt = r.Total.PerExample, r.Total.GOPSPerWatt
	err := f.replace(energyFile, func(w io.Writer) error { return WriteEnergyCSV(w, r, float64(t.done)) })
	if err != nil {
		return err
	}
	return f.writeJSON(activityFile, t.System.Activities())
}

// WriteEnergyCSV writes the rows of a report, for a number of examples in all:
// component, operation, events, joules, share.
func WriteEnergyCSV(w io.Writer, r *netlist.EnergyReport, examples float64) error {
	out := csv.NewWriter(w)
	out.Write([]string{"component", "operation", "events", "joules", "share"})
	g := func(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }
	for _, row := range r.Rows {
		out.Write([]string{row.Component, row.Operation, g(row.Events * examples), g(row.Joules * examples), g(row.Share)})
	}
	out.Flush()
	return out.Error()
}

// EnergyFigure draws the rows of a report as bars. What flows back into a
// supply is no bar.
func EnergyFigure(r *netlist.EnergyReport) (*plot.Figure, error) {
	d := plot.EnergyData{Title: r.Title, Per: "example"}
	for _, row := range r.Rows {
		if row.Joules > 0 {
			d.Rows = append(d.Rows, plot.EnergyRow{Component: row.Component, Operation: row.Operation, Joules: row.Joules})
		}
	}
	return plot.Energy(d)
}

// maxActivity bounds an activity file, in bytes.
const maxActivity = 16 << 20

// ReadActivities reads the activity of the tiles of a run: activity.json, or
// the run folder that holds it.
func ReadActivities(name string) (netlist.Activities, error) {
	if info, err := os.Stat(name); err == nil && info.IsDir() {
		name = filepath.Join(name, activityFile)
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var a netlist.Activities
	dec := json.NewDecoder(io.LimitReader(f, maxActivity))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&a); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return a, nil
}
