package testbench

import (
	"context"
	"sync"
	"testing"

	"engram/circuit"
	"engram/netlist"
)

// mnistTrainer returns the trainer of the bundled mnist with everything on, at the
// end of the first epoch, whose errors, and so pulses, are larger than those of
// the other 19. All benchmarks share it.
func mnistTrainer(b *testing.B) *Trainer {
	b.Helper()
	t, err := trainedMNIST()
	if err != nil {
		b.Fatal(err)
	}
	return t
}

var trainedMNIST = sync.OnceValues(func() (*Trainer, error) {
	bench, err := Open("mnist", []netlist.Setting{{Path: "stimulus.test", Value: "100"}})
	if err != nil {
		return nil, err
	}
	train, test, err := bench.Spec.Stimulus.Load(context.Background(), "", 1)
	if err != nil {
		return nil, err
	}
	t, err := NewTrainer(bench.Spec, bench.Design, train, test, circuit.PhaseLevel)
	if err != nil {
		return nil, err
	}
	return t, t.runTo(context.Background(), train.Len(), Monitor{})
})

// BenchmarkTraining times one training example of the bundled mnist: the
// system, a transfer of all its tiles (one per 8,000 examples of a run), and
// the yardstick of the same run, plain float32 gradient descent on the same
// network.
func BenchmarkTraining(b *testing.B) {
	t := mnistTrainer(b)
	t.shuffle(1)
	b.Run("example", func(b *testing.B) {
		n := 0
		for b.Loop() {
			if err := t.trainSystem(n%50000, 1+n%50000); err != nil {
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
			t.trainTwin(n%50000, 1+n%50000)
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
