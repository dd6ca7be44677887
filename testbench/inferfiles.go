package testbench

import (
	"encoding/csv"
	"encoding/json"
	"io"
	"path/filepath"
	"strconv"

	"engram/testbench/plot"
)

// Write writes the inference to a folder: infer.json, infer.csv with one row
// per time, and infer.svg.
func (r *Inference) Write(dir string) error {
	figure, err := r.figure()
	if err != nil {
		return err
	}
	for name, fill := range map[string]func(io.Writer) error{
		"infer.json": r.writeJSON, "infer.csv": r.writeCSV, "infer.svg": figure.SVG,
	} {
		if err := replaceFile(realDisk{}, filepath.Join(dir, name), fill); err != nil {
			return err
		}
	}
	return nil
}

func (r *Inference) writeJSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(r)
}

func (r *Inference) writeCSV(w io.Writer) error {
	c := csv.NewWriter(w)
	head := []string{"seconds", "compensated", "reads", "mean_accuracy_percent", "half_width_95_percent"}
	for _, l := range r.Layers {
		head = append(head, "weight_error_"+l)
	}
	c.Write(head)
	for _, a := range r.Ages {
		row := []string{number(a.Seconds), strconv.FormatBool(a.Compensated), strconv.Itoa(len(a.Accuracies)), number(a.Mean), number(a.Half)}
		for _, e := range a.WeightErrors {
			row = append(row, number(e))
		}
		c.Write(row)
	}
	c.Flush()
	return c.Error()
}

// figure draws accuracy against time, with and without compensation.
func (r *Inference) figure() (*plot.Figure, error) {
	d := plot.AgeingData{Title: r.Testbench + " from phase-change memory alone"}
	if r.FloatAccuracy != nil {
		d.Reference = *r.FloatAccuracy
	}
	for _, compensated := range []bool{false, true} {
		c := plot.Curve{Name: "as drifted"}
		if compensated {
			c.Name = "global drift compensation"
		}
		for _, a := range r.Ages {
			if a.Compensated == compensated {
				c.X, c.Y, c.SD = append(c.X, a.Seconds), append(c.Y, a.Mean), append(c.SD, a.Half)
			}
		}
		if len(c.X) > 0 {
			d.Curves = append(d.Curves, c)
		}
	}
	return plot.Ageing(d)
}
