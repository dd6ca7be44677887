package testbench

import (
	"math"
	"testing"

	"engram/netlist"
)

// A sample has the mean and the shares of its histogram.
func TestSampleOfAHistogram(t *testing.T) {
	h := netlist.Histogram{Low: -2, High: 2, Counts: []int{100, 300, 500, 100}}
	s := sampleOf(&h)
	var mean float64
	for _, v := range s {
		mean += v / float64(len(s))
	}
	if want := -1.5*0.1 - 0.5*0.3 + 0.5*0.5 + 1.5*0.1; math.Abs(mean-want) > 1e-3 || len(s) != sampleValues {
		t.Errorf("%d values of mean %g, want %g", len(s), mean, want)
	}
	if got := sampleOf(&netlist.Histogram{Low: 0, High: 1, Counts: make([]int, 4)}); len(got) != 0 {
		t.Errorf("%d values of nothing", len(got))
	}
}
