package testbench

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"engram/circuit"
	"engram/netlist"
	"engram/testbench/dataset"
)

// A Trainer trains one system, and its float twin beside it, on a stream of
// examples.
type Trainer struct {
	Spec        Spec
	Design      *netlist.Design
	System      *netlist.System
	Twin        *Twin // nil without a baseline
	level       circuit.Level
	train, test *dataset.Set

	done    int // examples trained
	order   []int32
	epoch   int // of order; -1 before the first
	x       []float32
	target  []float32
	twinX   []float32
	twinT   []float32
	results []Test
}

// A Test is one look at the test set. Accuracies are in percent.
type Test struct {
	Examples         int     // trained before it
	Epoch            float64 // Examples over the size of the training set
	Rate             float64 // of the last example
	SimulatedSeconds float64
	Accuracy         float64
	FloatAccuracy    float64 // NaN without a baseline
}

// NewTrainer fabricates the system of d and programs its initial weights.
func NewTrainer(spec Spec, d *netlist.Design, train, test *dataset.Set, level circuit.Level) (*Trainer, error) {
	if err := checkShapes(d, train, test); err != nil {
		return nil, &InputError{err}
	}
	sys, err := netlist.Build(d, spec.Seed, level)
	if err != nil {
		return nil, err
	}
	t := &Trainer{
		Spec: spec, Design: d, System: sys, level: level, train: train, test: test, epoch: -1,
		order: make([]int32, train.Len()),
		x:     make([]float32, train.Dim()), target: make([]float32, train.Classes),
	}
	w := initialWeights(d, spec)
	for k := range w {
		sys.Initialise(k, w[k])
	}
	if spec.Baseline.Float {
		t.Twin = NewTwin(d, w)
		t.twinX, t.twinT = make([]float32, len(t.x)), make([]float32, len(t.target))
	}
	return t, nil
}

// checkShapes fails where the data do not fit the nets.
func checkShapes(d *netlist.Design, train, test *dataset.Set) error {
	in := d.Net(d.Input).Width
	if train.Dim() != in || test.Dim() != in {
		return fmt.Errorf("net %s is %d wide, but an example of %s has %d values and one of %s %d",
			d.Input, in, train.Name, train.Dim(), test.Name, test.Dim())
	}
	if out := d.Output(); out.Out.High-out.Out.Low != train.Classes {
		return fmt.Errorf("bank %s has %d outputs, but %s has %d classes", out.Name, out.Out.High-out.Out.Low, train.Name, train.Classes)
	}
	return nil
}

// initialWeights draws the weights of every array, dimensionless, Rows x Cols.
func initialWeights(d *netlist.Design, spec Spec) [][]float32 {
	var all [][]float32
	for i := range d.Arrays {
		a := &d.Arrays[i]
		w := make([]float32, a.Rows()*a.Cols())
		rng := circuit.NewStream(spec.Seed, circuit.Initial, circuit.Instance(a.Name), 0)
		// The fan of a split layer is that of the whole layer.
		rows, cols := d.Fan(a)
		limit := spec.Learning.Init * math.Sqrt(6/float64(rows+cols))
		row := 0
		for _, p := range a.In {
			for range p.High - p.Low {
				for j := range a.Cols() {
					u := limit * (2*rng.Float64() - 1)
					if !d.Net(p.Net).Constant {
						w[row*a.Cols()+j] = float32(u)
					}
				}
				row++
			}
		}
		all = append(all, w)
	}
	return all
}

// Examples returns the number of examples trained, Total how many there will be.
func (t *Trainer) Examples() int { return t.done }

// Total returns the number of examples of the whole training.
func (t *Trainer) Total() int { return t.Spec.Stimulus.Epochs * t.train.Len() }

// rate returns the learning rate of the example after n.
func (t *Trainer) rate(n int) float64 {
	return t.Spec.Learning.rate(n, t.train.Len(), t.Total())
}

// A Monitor is told what a training does. Any of its functions may be nil.
type Monitor struct {
	Transfer func(netlist.TransferReport)
	Test     func(Test)
	// Pause is called between two examples, at least at every multiple of
	// PauseEvery examples; the training may be saved there. An error ends it.
	Pause      func(examples int) error
	PauseEvery int
}

// Run trains to the end, or until ctx is cancelled, which it returns as
// ctx.Err() with the trainer between two examples. It may be called again.
func (t *Trainer) Run(ctx context.Context, m Monitor) error {
	for {
		if t.testDue() {
			if err := t.runTest(ctx, m); err != nil {
				return err
			}
		}
		if t.done >= t.Total() {
			return nil
		}
		if err := t.runTo(ctx, t.nextTest(), m); err != nil {
			return err
		}
	}
}

// testEvery returns the number of examples between tests.
func (t *Trainer) testEvery() int {
	if n := t.Spec.Learning.TestEvery; n > 0 {
		return n
	}
	return t.train.Len()
}

// nextTest returns the number of examples at which the next test is due.
func (t *Trainer) nextTest() int {
	every := t.testEvery()
	return min((t.done/every+1)*every, t.Total())
}

// testDue reports whether a test is due here that has not been made.
func (t *Trainer) testDue() bool {
	if t.done == 0 || t.done%t.testEvery() != 0 && t.done != t.Total() {
		return false
	}
	n := len(t.results)
	return n == 0 || t.results[n-1].Examples != t.done
}

func (t *Trainer) runTest(ctx context.Context, m Monitor) error {
	test, err := t.Test(ctx)
	if err != nil {
		return err
	}
	t.results = append(t.results, test)
	if m.Test != nil {
		m.Test(test)
	}
	return nil
}

const (
	// chunkExamples is the largest number of examples that the system and
	// its twin train between two looks at the context.
	chunkExamples = 500
	// chunkTime is about how long a chunk takes at most, so that a large
	// netlist, too, stops soon after it was asked to.
	chunkTime = 250 * time.Millisecond
)

// runTo trains to example n, chunk by chunk, the twin beside the system.
func (t *Trainer) runTo(ctx context.Context, n int, m Monitor) error {
	chunk := 1
	for t.done < n {
		if err := ctx.Err(); err != nil {
			return err
		}
		start := time.Now()
		to := t.chunkEnd(min(n, t.done+chunk), m)
		if err := t.trainTo(to); err != nil {
			return err
		}
		if err := t.transferIfDue(m); err != nil {
			return err
		}
		if m.Pause != nil {
			if err := m.Pause(t.done); err != nil {
				return err
			}
		}
		if time.Since(start) < chunkTime/2 {
			chunk = min(2*chunk, chunkExamples)
		} else if time.Since(start) > chunkTime {
			chunk = max(chunk/2, 1)
		}
	}
	return nil
}

// chunkEnd returns where a chunk that would end at to has to end.
func (t *Trainer) chunkEnd(to int, m Monitor) int {
	to = min(to, t.epochEnd())
	for _, every := range []int{t.Design.Transfer.Interval, m.PauseEvery} {
		if every > 0 {
			to = min(to, (t.done/every+1)*every)
		}
	}
	return to
}

// trainTo trains to example to, which lies in the present epoch.
func (t *Trainer) trainTo(to int) error {
	t.shuffle(t.done / t.train.Len())
	var twin sync.WaitGroup
	if t.Twin != nil {
		twin.Go(func() { t.trainTwin(t.done, to) })
	}
	err := t.trainSystem(t.done, to)
	twin.Wait()
	if err != nil {
		return err
	}
	t.done = to
	return t.checkState()
}

// checkState fails, with the simulated time, where a cell or a weight is no
// number.
func (t *Trainer) checkState() error {
	if err := t.check(); err != nil {
		return fmt.Errorf("at %v, after example %d: %w", t.System.Engine.Now(), t.done, err)
	}
	return nil
}

func (t *Trainer) transferIfDue(m Monitor) error {
	interval := t.Design.Transfer.Interval
	if interval == 0 || t.done%interval != 0 {
		return nil
	}
	r := t.System.Transfer()
	r.Example = t.done
	if m.Transfer != nil {
		m.Transfer(r)
	}
	return t.checkState()
}

func (t *Trainer) epochEnd() int { return (t.done/t.train.Len() + 1) * t.train.Len() }

// shuffle puts the examples into the order of an epoch.
func (t *Trainer) shuffle(epoch int) {
	if t.epoch == epoch {
		return
	}
	t.epoch = epoch
	for i := range t.order {
		t.order[i] = int32(i)
	}
	circuit.NewStream(t.Spec.Seed, circuit.Order, 0, uint64(epoch)).
		Shuffle(len(t.order), func(i, j int) { t.order[i], t.order[j] = t.order[j], t.order[i] })
}

func (t *Trainer) trainSystem(from, to int) error {
	for n := from; n < to; n++ {
		t.load(n, t.x, t.target)
		if err := t.System.Train(t.x, t.target, t.rate(n)); err != nil {
			return fmt.Errorf("example %d: %w", n, err)
		}
		t.System.BetweenExamples(n + 1)
	}
	return nil
}

func (t *Trainer) trainTwin(from, to int) {
	for n := from; n < to; n++ {
		t.load(n, t.twinX, t.twinT)
		t.Twin.Train(t.twinX, t.twinT, t.rate(n))
	}
}

// load writes the input and the one-hot target of the example after n of the
// present epoch's order.
func (t *Trainer) load(n int, x, target []float32) {
	label := t.train.Example(int(t.order[n%t.train.Len()]), x)
	clear(target)
	target[label] = 1
}

// Test reads the test set through a snapshot of the system, and through the
// twin. Simulated time stands still.
func (t *Trainer) Test(ctx context.Context) (Test, error) {
	r := Test{
		Examples: t.done, Epoch: float64(t.done) / float64(t.train.Len()), Rate: t.rate(max(0, t.done-1)),
		SimulatedSeconds: t.System.Engine.Now().Seconds(), FloatAccuracy: math.NaN(),
	}
	var err error
	if r.Accuracy, err = Accuracy(ctx, t.System.Snapshot(), t.test); err != nil {
		return r, err
	}
	if t.Twin != nil {
		r.FloatAccuracy, err = t.Twin.accuracy(ctx, t.test)
	}
	return r, err
}

// Results returns the tests so far.
func (t *Trainer) Results() []Test { return t.results }

// Accuracy returns the percentage of a set that a snapshot classifies right,
// on all cores, or ctx.Err() if that is cancelled before.
func Accuracy(ctx context.Context, s *netlist.Snapshot, set *dataset.Set) (float64, error) {
	return countRight(ctx, set, func() func(i int, x []float32) ([]float32, error) {
		r := s.NewReader()
		return func(i int, x []float32) ([]float32, error) { return r.Infer(x, uint64(i)) }
	})
}

func (t *Twin) accuracy(ctx context.Context, set *dataset.Set) (float64, error) {
	return countRight(ctx, set, func() func(int, []float32) ([]float32, error) {
		c := t.reader()
		return func(_ int, x []float32) ([]float32, error) { return c.Infer(x), nil }
	})
}

// countRight classifies a set with one worker per core and returns the
// percentage that is right.
func countRight(ctx context.Context, set *dataset.Set, worker func() func(i int, x []float32) ([]float32, error)) (float64, error) {
	const block = 100
	var next, right atomic.Int64
	errs := make([]error, runtime.GOMAXPROCS(0))
	var wg sync.WaitGroup
	for w := range errs {
		wg.Go(func() {
			infer, x := worker(), make([]float32, set.Dim())
			for {
				from := int(next.Add(block)) - block
				if errs[w] = ctx.Err(); errs[w] != nil {
					return
				}
				for i := from; i < min(from+block, set.Len()); i++ {
					label := set.Example(i, x)
					y, err := infer(i, x)
					if err != nil {
						errs[w] = fmt.Errorf("test example %d: %w", i, err)
						return
					}
					if argmax(y) == label {
						right.Add(1)
					}
				}
				if from >= set.Len() {
					return
				}
			}
		})
	}
	wg.Wait()
	return 100 * float64(right.Load()) / float64(max(1, set.Len())), errors.Join(errs...)
}

func argmax(y []float32) int {
	best := 0
	for i, v := range y {
		if v > y[best] {
			best = i
		}
	}
	return best
}
