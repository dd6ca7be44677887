package testbench

import (
	"math"
	"path/filepath"
	"strings"
	"testing"

	"engram/circuit"
)

// A value that is no number ends the run with an error that names the element
// and the simulated time. It is in no checkpoint: the run continues from the
// one before.
func TestNaNIsNotSaved(t *testing.T) {
	b := small(t)
	want := unbroken(t, b, circuit.PhaseLevel)
	tr, err := b.trainer(t.Context(), RunOptions{})
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	f, err := newFolder(realDisk{}, dir, b, runRecord{Testbench: b.Name, Level: "phase"})
	if err != nil {
		t.Fatal(err)
	}
	r := &runner{bench: b, trainer: tr, folder: f, options: RunOptions{bare: true, CheckpointEvery: 50, Progress: func(done, _ int) {
		if done == 150 { // just before a checkpoint
			tr.Twin.arrays[0].row(1)[1] = float32(math.Inf(1))
		}
	}}}
	_, err = r.run(t.Context())
	f.close()
	if err == nil || !strings.Contains(err.Error(), "float twin of hidden: weight r1_c1 is +Inf") || !strings.Contains(err.Error(), "after example 150") {
		t.Errorf("error %v", err)
	}
	names, err := checkpoints(dir)
	if err != nil || len(names) != 2 || filepath.Base(names[0]) != checkpointName(100) {
		t.Errorf("checkpoints %v, %v", names, err)
	}
	if _, err := Resume(t.Context(), b, RunOptions{bare: true, Out: dir}); err != nil {
		t.Fatal(err)
	}
	if outcome(t, dir) != want {
		t.Error("other bits")
	}
}
