package testbench

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

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
// network. Examples are also timed by stretches.
func BenchmarkTraining(b *testing.B) {
	t := mnistTrainer(b)
	t.shuffle(1)
	b.Run("example", func(b *testing.B) {
		var s stretches
		for b.Loop() {
			if err := t.trainSystem(nextExample, nextExample+1); err != nil {
				b.Fatal(err)
			}
			goOn(t)
			s.tick()
		}
		s.report(b)
	})
	b.Run("transfer", func(b *testing.B) {
		for b.Loop() {
			t.System.Transfer()
		}
	})
	b.Run("float32", func(b *testing.B) {
		var s stretches
		for b.Loop() {
			t.trainTwin(nextExample, nextExample+1)
			goOn(t)
			s.tick()
		}
		s.report(b)
	})
}

// stretches times a benchmark a hundred examples at a time. Where other programs
// come and go on the processor, the tenth fastest of a hundred stretches is what
// the program takes when it is left alone, and the mean is not.
type stretches struct {
	began time.Time
	n     int
	took  []float64 // ns per example
}

const stretch = 100

func (s *stretches) tick() {
	if s.n++; s.n%stretch == 0 {
		now := time.Now()
		if s.n > stretch { // the first began before the benchmark did
			s.took = append(s.took, float64(now.Sub(s.began).Nanoseconds())/stretch)
		}
		s.began = now
	}
}

func (s *stretches) report(b *testing.B) {
	if len(s.took) >= 10 {
		slices.Sort(s.took)
		b.ReportMetric(s.took[len(s.took)/10], "p10-ns/op")
	}
}

// nextExample is the place in the second epoch of the next training example: one
// that is trained again and again costs ever fewer pulses.
var nextExample = 60000

func goOn(t *Trainer) {
	if nextExample++; nextExample == 2*t.train.Len() {
		nextExample = t.train.Len()
	}
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
