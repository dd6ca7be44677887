package testbench

import (
	"context"
	"testing"

	"engram/circuit"
	"engram/netlist"
)

// mnistTrainer returns the trainer of the bundled mnist with everything on,
// past the first 2,000 examples, whose errors are larger than the rest's.
func mnistTrainer(b *testing.B) *Trainer {
	b.Helper()
	bench, err := Open("mnist", []netlist.Setting{{Path: "stimulus.test", Value: "100"}})
	if err != nil {
		b.Fatal(err)
	}
	train, test, err := bench.Spec.Stimulus.Load(context.Background(), "", 1)
	if err != nil {
		b.Fatal(err)
	}
	t, err := NewTrainer(bench.Spec, bench.Design, train, test, circuit.PhaseLevel)
	if err != nil {
		b.Fatal(err)
	}
	t.shuffle(0)
	if err := t.trainSystem(0, 2000); err != nil {
		b.Fatal(err)
	}
	t.trainTwin(0, 2000)
	return t
}

// BenchmarkTraining times one training example of the bundled mnist: the
// system, a transfer of all its tiles (one per 8,000 examples of a run), and
// the yardstick of the same run, plain float32 gradient descent on the same
// network.
func BenchmarkTraining(b *testing.B) {
	t := mnistTrainer(b)
	b.Run("example", func(b *testing.B) {
		n := 0
		for b.Loop() {
			if err := t.trainSystem(2000+n%50000, 2001+n%50000); err != nil {
				b.Fatal(err)
			}
			n++
		}
	})
	b.Run("transfer", func(b *testing.B) {
		for b.Loop() {
			t.System.Transfer()
		}
	})
	b.Run("float32", func(b *testing.B) {
		n := 0
		for b.Loop() {
			t.trainTwin(2000+n%50000, 2001+n%50000)
			n++
		}
	})
}

// BenchmarkInference times reading one test image from a snapshot.
func BenchmarkInference(b *testing.B) {
	t := mnistTrainer(b)
	r := t.System.Snapshot().NewReader()
	n := 0
	for b.Loop() {
		t.load(n%50000, t.x, t.target)
		if _, err := r.Infer(t.x, uint64(n)); err != nil {
			b.Fatal(err)
		}
		n++
	}
}
