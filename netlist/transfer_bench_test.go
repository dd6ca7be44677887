package netlist

import (
	"testing"

	"engram/circuit"
)

// A blocking transfer of the 164,885 cells of the MNIST netlist.
func BenchmarkTransfer(b *testing.B) {
	_, d, err := Open(LibraryPrefix+"mnist.toml", nil)
	if err != nil {
		b.Fatal(err)
	}
	s, err := Build(d, 1, circuit.PhaseLevel)
	if err != nil {
		b.Fatal(err)
	}
	for k := range s.Arrays {
		w := make([]float32, s.Arrays[k].Rows()*s.Arrays[k].Cols())
		rng := circuit.NewStream(1, circuit.Initial, uint64(k), 0)
		for i := range w {
			w[i] = float32(0.15 * rng.Normal())
		}
		s.Initialise(k, w)
	}
	var r TransferReport
	for b.Loop() {
		r = s.Transfer()
	}
	b.ReportMetric(float64(r.Sets)/float64(r.Cells), "sets/cell")
	b.ReportMetric(r.Length.Seconds()*1e3, "ms-simulated")
	b.ReportMetric(r.ErrorRMS*1e6, "uS-rms")
	b.ReportMetric(float64(r.Failed)/float64(r.Cells), "failed")
}
