package testbench

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"engram/testbench/plot"
)

// Write writes the curves to a folder as CSV tables and SVG figures, the
// sampled cells as a table.
func (c *Characterization) Write(dir string) error {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	for _, t := range c.tables() {
		if err := t.write(filepath.Join(dir, t.name+".csv")); err != nil {
			return err
		}
	}
	for name, d := range c.figures() {
		f, err := plot.Device(d)
		if err != nil {
			return err
		}
		var svg bytes.Buffer
		if err := f.SVG(&svg); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, name+".svg"), svg.Bytes(), 0o666); err != nil {
			return err
		}
	}
	return nil
}

// A table is columns of one length with names that end in their unit.
type table struct {
	name    string
	header  []string
	columns [][]float64
}

func (t *table) add(name string, column []float64) {
	t.header, t.columns = append(t.header, name), append(t.columns, column)
}

func (t *table) write(path string) error {
	var buf bytes.Buffer
	w := csv.NewWriter(&buf)
	rows := [][]string{t.header}
	for i := range t.columns[0] {
		var row []string
		for _, column := range t.columns {
			row = append(row, strconv.FormatFloat(column[i], 'g', -1, 64))
		}
		rows = append(rows, row)
	}
	if err := w.WriteAll(rows); err != nil {
		return err
	}
	return os.WriteFile(path, buf.Bytes(), 0o666)
}

func (c *Characterization) tables() []table {
	step := table{name: "step"}
	step.add("v_V", c.Curves.V)
	step.add("up_V", c.Curves.Up)
	step.add("down_V", c.Curves.Down)
	read := table{name: "read"}
	read.add("v_V", c.Curves.V)
	read.add("forward_S", c.Curves.Forward)
	read.add("backward_S", c.Curves.Backward)
	leak := table{name: "leak"}
	leak.add("time_s", c.Leak.T)
	for k := range c.Leak.Ohmic {
		leak.add(fmt.Sprintf("ohmic%d_V", k+1), c.Leak.Ohmic[k])
		leak.add(fmt.Sprintf("subthreshold%d_V", k+1), c.Leak.Subthreshold[k])
	}
	pcm := table{name: "pcm"}
	pcm.add("pulses", c.PCM.Pulses)
	pcm.add("mean_S", c.PCM.Mean)
	pcm.add("sd_S", c.PCM.SD)
	all := []table{step, read, leak, pcm}
	if len(c.Cells) > 0 {
		all = append(all, c.cellTable())
	}
	return all
}

func (c *Characterization) cellTable() table {
	t := table{name: "cells"}
	for _, q := range sampledColumns {
		values := make([]float64, len(c.Cells))
		for i := range values {
			values[i] = q.value(&c.Cells[i])
		}
		t.add(q.name+"_"+q.unit, values)
	}
	return t
}

// figures returns the figures by the names of their files.
func (c *Characterization) figures() map[string]plot.DeviceData {
	node := plot.Quantity{Name: "storage voltage", Unit: "V"}
	down := make([]float64, len(c.Curves.Down))
	for k, dv := range c.Curves.Down {
		down[k] = -dv
	}
	leak := plot.DeviceData{
		Title: c.Cell + ": leak of an idle cell", X: plot.Quantity{Name: "time", Unit: "s"}, Y: node,
	}
	for _, k := range []int{0, len(c.Leak.Ohmic) / 2, len(c.Leak.Ohmic) - 1} {
		start := fmt.Sprintf(" from %.2g V", c.Leak.Ohmic[k][0])
		leak.Curves = append(leak.Curves,
			plot.Curve{Name: "ohmic path," + start, X: c.Leak.T, Y: c.Leak.Ohmic[k]},
			plot.Curve{Name: "transistors alone," + start, X: c.Leak.T, Y: c.Leak.Subthreshold[k]})
	}
	return map[string]plot.DeviceData{
		"step": {
			Title: c.Cell + ": update step", X: node, Y: plot.Quantity{Name: "step", Unit: "V"},
			Curves: []plot.Curve{
				{Name: "up", X: c.Curves.V, Y: c.Curves.Up, SD: c.stepSpread(c.Curves.Up, 3)},
				{Name: "down, negated", X: c.Curves.V, Y: down, SD: c.stepSpread(down, 4)},
			},
		},
		"read": {
			Title: c.Cell + ": read conductance at " + plot.Quantity{Unit: "V"}.Format(c.VRead), X: node, Y: plot.Quantity{Name: "conductance", Unit: "S"},
			Curves: []plot.Curve{
				{Name: "forward", X: c.Curves.V, Y: c.Curves.Forward},
				{Name: "backward", X: c.Curves.V, Y: c.Curves.Backward},
			},
		},
		"leak": leak,
		"pcm": {
			Title: c.Cell + ": phase-change device under SET pulses", X: plot.Quantity{Name: "SET pulses of 90 µA, 50 ns"},
			Y:      plot.Quantity{Name: "conductance", Unit: "S"},
			Curves: []plot.Curve{{Name: "mean", X: c.PCM.Pulses, Y: c.PCM.Mean, SD: c.PCM.SD}},
		},
	}
}

// stepSpread returns the standard deviation along a step curve, whose shape is
// the same in all cells, from that of the sampled cells; nil without Monte Carlo.
func (c *Characterization) stepSpread(curve []float64, column int) []float64 {
	spreads := c.Spreads()
	if spreads == nil {
		return nil
	}
	relative := spreads[column].SD / spreads[column].Mean
	sd := make([]float64, len(curve))
	for k, dv := range curve {
		sd[k] = max(0, relative*dv, -relative*dv)
	}
	return sd
}
