package plot_test

import (
	"fmt"
	"log"

	"engram/testbench/plot"
)

func ExampleHeatMap() {
	f, err := plot.HeatMap(plot.HeatMapData{
		Title:    "Accuracy over leak and interval",
		Xs:       []float64{0.5e-3, 5e-3}, // leak time constant, s
		Ys:       []float64{2000, 8000},   // transfer interval, examples
		Accuracy: [][]float64{{96.1, 97.5}, {88, 97.4}},
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(f.Alt())
	// f.Save("leakage") writes leakage.svg and leakage.png.

	// Output:
	// Accuracy over leak and interval: heat map of test accuracy over leak time constant and transfer interval. Best 97.5 % at leak time constant 5 ms and transfer interval 2,000 examples; worst 88 % at leak time constant 500 µs and transfer interval 8,000 examples.
}

func ExampleQuantity_Format() {
	fmt.Println(plot.Quantity{Name: "energy per operation", Unit: "J"}.Format(35.6e-15))
	// Output: 35.6 fJ
}
