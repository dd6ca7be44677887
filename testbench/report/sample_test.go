package report

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"engram/testbench/plot"
)

// sampleReport is a page with everything a sweep's has, from made-up numbers:
// wide tables, long words, and text that must be escaped.
func sampleReport(t testing.TB) *Report {
	t.Helper()
	r := &Report{
		Title:   "Leakage against transfer interval",
		Command: `engram sweep leakage --set device.leak.tau='["0.5 ms", "5.26 ms"]' --set transfer.interval='[500, 2000, 8000, 32000]' --jobs 2`,
		Lead:    "The best point loses 0.2 points against the float twin.\n\nBeyond a ratio of 0.3 the loss exceeds 1 point.",
		Summary: Table{Rows: [][]string{{"test accuracy", "97.6 %"}, {"float twin", "97.8 %"}, {"energy per example", "20.3 nJ"}}},
		Tables: []Table{{
			Title:  "All points",
			Note:   "Mean and standard deviation over 3 seeds.",
			Header: []string{"point", "tau", "interval", "accuracy (%)", "sd", "energy per example (nJ)", "time in transfer (%)", "identifier of the resolved inputs"},
		}},
		Netlist: "title = \"MNIST <perceptron> & more\"\n[[tile]]\nname = \"hidden1\"  # " + strings.Repeat("a long comment ", 20) + "\n",
		Assumptions: []Assumption{
			{"storage capacitance", "40 fF", "assumed"},
			{"threshold mismatch AVT", "3.5 mV µm", "Pelgrom 1989 form, value assumed"},
		},
		References: []string{"ambrogio2018", "pelgrom1989", "larochelle2007"},
	}
	for i := range 24 {
		r.Tables[0].Rows = append(r.Tables[0].Rows, []string{
			fmt.Sprintf("p%03d", i), "5.26 ms", fmt.Sprint(500 << (i % 7)), fmt.Sprintf("%.2f", 97.6-0.1*float64(i)), "0.12", "20.3", "1.9",
			strings.Repeat(fmt.Sprintf("%02x", i*9), 16),
		})
	}
	for _, draw := range []func() (*plot.Figure, error){sampleTraining, sampleMap, sampleEnergy} {
		f, err := draw()
		if err != nil {
			t.Fatal(err)
		}
		fig, err := NewFigure(f, "How to read it: higher is better; numbers of this sample are made up.")
		if err != nil {
			t.Fatal(err)
		}
		r.Figures = append(r.Figures, fig)
	}
	return r
}

func sampleTraining() (*plot.Figure, error) {
	var x, y []float64
	for e := range 20 {
		x = append(x, float64(e+1))
		y = append(y, 97.6-5*math.Exp(-float64(e)/4))
	}
	return plot.Training(plot.TrainingData{Title: "Training", Curves: []plot.Curve{{Name: "Engram", X: x, Y: y}}})
}

func sampleMap() (*plot.Figure, error) {
	d := plot.HeatMapData{
		Title: "Accuracy over leak time constant and transfer interval",
		Xs:    []float64{0.5e-3, 1e-3, 5.26e-3, 50e-3}, Ys: []float64{500, 2000, 8000, 32000},
		Marks: []plot.Mark{{X: 5.26e-3, Y: 8000, Label: "article"}},
	}
	for _, n := range d.Ys {
		var row []float64
		for _, tau := range d.Xs {
			ratio := n * 240e-9 / tau
			row = append(row, 97.7-60*ratio*ratio/(4+ratio*ratio))
		}
		d.Accuracy = append(d.Accuracy, row)
	}
	return plot.HeatMap(d)
}

func sampleEnergy() (*plot.Figure, error) {
	return plot.Energy(plot.EnergyData{Title: "Energy per example", Per: "example", Rows: []plot.EnergyRow{
		{Component: "adc", Operation: "forward conversion", Joules: 4e-9}, {Component: "array", Operation: "read", Joules: 2e-9},
	}})
}
