package report_test

import (
	"log"
	"os"

	"engram/testbench/report"
)

func ExampleWriteBibTeX() {
	if err := report.WriteBibTeX(os.Stdout, "enz1995"); err != nil {
		log.Fatal(err)
	}
	// Output:
	// @article{enz1995,
	//   author      = {Enz, C. C. and Krummenacher, F. and Vittoz, E. A.},
	//   title       = {{An analytical MOS transistor model valid in all regions of operation and dedicated to low-voltage and low-current applications}},
	//   journal     = {Analog Integrated Circuits and Signal Processing},
	//   volume      = {8},
	//   pages       = {83--114},
	//   year        = {1995},
	//   doi         = {10.1007/BF01239381},
	//   note        = {the EKV form of the transistor's current},
	// }
}
