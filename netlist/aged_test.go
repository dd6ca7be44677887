package netlist

import (
	"bytes"
	"math"
	"testing"

	"gonum.org/v1/gonum/floats"

	"engram/circuit"
	"engram/tile"
)

// trainedSystem returns a system whose weights stand on capacitors and devices
// both: a few hundred random updates after its initialisation.
func trainedSystem(t *testing.T) *System {
	t.Helper()
	s := newClockSystem(t, circuit.PhaseLevel, 16)
	rng := circuit.NewStream(3, circuit.Stimulus, 0, 0)
	x, target := make([]float32, len(s.Input.Drive)), make([]float32, len(s.Output.target))
	for range 200 {
		for i := range x {
			x[i] = float32(2*rng.Float64() - 1)
		}
		clear(target)
		target[int(rng.Uint64()%8)] = 1
		if err := s.Train(x, target, 0.1); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// differences returns the weights of b less those of a, in S.
func differences(s *System, a, b *Snapshot) []float64 {
	var d []float64
	for k, array := range s.Arrays {
		for i, w := range a.Weights(k) {
			d = append(d, float64(b.Weights(k)[i]-w)*float64(array.unit))
		}
	}
	return d
}

func rms(d []float64) float64 { return floats.Norm(d, 2) / math.Sqrt(float64(len(d))) }

// After the final transfer phase-change memory holds the whole weights within
// the tolerance and the reads, but for cells that the report counts as failed,
// however long the capacitors leak.
func TestFinalTransferKeepsWeights(t *testing.T) {
	s := trainedSystem(t)
	trained := s.Snapshot()
	if d := rms(differences(s, trained, s.LongTerm())); d < 0.5e-6 {
		t.Fatalf("the capacitors hold %g S: nothing to transfer", d)
	}
	r := s.FinalTransfer()
	spec := s.design.Transfer
	// Two devices and the weight are read, each within half an LSB.
	limit := spec.FinalTolerance + 1.5*spec.ReadRange/float64(int(1)<<(spec.ReadBits-1))
	beyond := 0
	for _, d := range differences(s, trained, s.LongTerm()) {
		if math.Abs(d) > limit {
			beyond++
		}
	}
	if beyond > r.Failed || r.Failed > r.Cells/50 {
		t.Errorf("%d of %d weights are more than %.3g S off, %d failed", beyond, r.Cells, limit, r.Failed)
	}
	if r.Cells != s.design.Synapses() {
		t.Errorf("%d cells of %d", r.Cells, s.design.Synapses())
	}
	if r.Length <= 0 || r.Reads < 2*r.Cells || r.Sets == 0 || r.Resets < 2*r.Cells || r.ErrorMax < r.ErrorRMS {
		t.Errorf("implausible report %+v", r)
	}
	before := s.LongTerm()
	s.Engine.Wait(circuit.Second)
	if d := rms(differences(s, before, s.LongTerm())); d != 0 {
		t.Errorf("phase-change memory moved by %g S while the capacitors leaked", d)
	}
}

// Looking at an age changes nothing, and repeats to the bit.
func TestAgedLeavesTheSystemAlone(t *testing.T) {
	s := trainedSystem(t)
	var before, after bytes.Buffer
	if err := s.SaveState(&before); err != nil {
		t.Fatal(err)
	}
	age := tile.Age{Seconds: 3600, Read: 2}
	a, err := s.Aged(age, true)
	if err != nil {
		t.Fatal(err)
	}
	b, err := s.Aged(age, true)
	if err != nil {
		t.Fatal(err)
	}
	if d := rms(differences(s, a, b)); d != 0 {
		t.Errorf("two looks at one age differ by %g S", d)
	}
	if err := s.SaveState(&after); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(before.Bytes(), after.Bytes()) {
		t.Error("the state of the system changed")
	}
}

// Compensation brings the weights nearer to what was programmed.
func TestCompensationHelps(t *testing.T) {
	s := trainedSystem(t)
	s.FinalTransfer()
	programmed := s.LongTerm()
	var off [2]float64
	for i, compensate := range []bool{false, true} {
		snap, err := s.Aged(tile.Age{Seconds: 3e7}, compensate)
		if err != nil {
			t.Fatal(err)
		}
		off[i] = rms(differences(s, programmed, snap))
	}
	if !(off[1] < off[0]/1.3) {
		t.Errorf("weights are %.3g S off after a year with compensation, %.3g without", off[1], off[0])
	}
}

func TestAgedRefusesTimesOutsideTheModel(t *testing.T) {
	s := newClockSystem(t, circuit.PhaseLevel, 16)
	for _, seconds := range []float64{0, 0.9, -1, 3.2e8, math.Inf(1), math.NaN()} {
		if _, err := s.Aged(tile.Age{Seconds: seconds}, false); err == nil {
			t.Errorf("%v s accepted", seconds)
		}
	}
}
