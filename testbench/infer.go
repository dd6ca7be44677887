package testbench

import (
	"context"
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"

	"engram/device"
	"engram/netlist"
	"engram/tile"
)

// InferOptions say how a trained system is looked at once its capacitors have
// lost their charge.
type InferOptions struct {
	Data  string    // folder of raw data sets; "" for that of the run
	Times []float64 // since programming, s
	// Seeds is the number of reads, each with its own 1/f noise, at every
	// time: at least 2, since an interval needs a spread.
	Seeds int
	// Compensate adds results with one drift compensation factor per tile.
	Compensate bool
	// Progress is told the number of test sets read and in all; it may be nil.
	Progress func(done, total int)
}

// An Inference is the accuracy of a trained system from its phase-change memory
// alone: infer.json. Accuracies are in percent.
type Inference struct {
	Run          string `json:"run"`
	Testbench    string `json:"testbench"`
	Examples     int    `json:"examples"` // trained
	TestExamples int    `json:"test_examples"`
	// CellAccuracy is that of the whole cells at the end of training,
	// ProgrammedAccuracy that of phase-change memory right after the final
	// transfer, before any drift and without read noise.
	CellAccuracy       float64  `json:"cell_accuracy"`
	FloatAccuracy      *float64 `json:"float_accuracy,omitempty"`
	ProgrammedAccuracy float64  `json:"programmed_accuracy"`

	Transfer netlist.FinalReport `json:"final_transfer"`

	// Layers names the layers of WeightErrors. ProgrammedErrors are the
	// weight errors right after the final transfer.
	Layers           []string  `json:"layers"`
	ProgrammedErrors []float64 `json:"programmed_weight_errors"`
	Ages             []Aged    `json:"ages"`
}

// Aged is what a system has come to some time after programming.
type Aged struct {
	Seconds     float64   `json:"seconds"`
	Compensated bool      `json:"compensated"`
	Accuracies  []float64 `json:"accuracies"` // per read
	// Mean of Accuracies, and the half-width of its 95 % confidence interval
	// over reads by Student's t.
	Mean float64 `json:"mean"`
	Half float64 `json:"half_width_95"`
	// WeightErrors per layer: root mean square of the weights less those at
	// the end of training, over that of the latter.
	WeightErrors []float64 `json:"weight_errors"`
}

// Infer takes the run in a folder to the end of its training, writes the whole
// weights into phase-change memory by a final transfer, and tests what is left
// of them at every time. The folder is only read.
func Infer(ctx context.Context, dir string, o InferOptions) (*Inference, error) {
	if err := o.check(); err != nil {
		return nil, &InputError{err}
	}
	b, t, err := LoadRun(ctx, dir, o.Data)
	if err != nil {
		if ctx.Err() != nil {
			return nil, err
		}
		return nil, &InputError{err}
	}
	before, err := t.Test(ctx)
	if err != nil {
		return nil, err
	}
	r := &Inference{Run: dir, Testbench: b.Name, Examples: t.done, TestExamples: t.test.Len(), CellAccuracy: before.Accuracy}
	if !math.IsNaN(before.FloatAccuracy) {
		r.FloatAccuracy = &before.FloatAccuracy
	}
	trained := t.System.Snapshot()
	r.Layers = layerNames(b.Design)
	r.Transfer = t.System.FinalTransfer()
	programmed := t.System.LongTerm()
	if r.ProgrammedAccuracy, err = Accuracy(ctx, programmed, t.test); err != nil {
		return nil, err
	}
	r.ProgrammedErrors = layerErrors(b.Design, trained, programmed)
	return r, r.age(ctx, o, t, trained)
}

func (o *InferOptions) check() error {
	if len(o.Times) == 0 {
		return errors.New("no time to look at")
	}
	for _, s := range o.Times {
		if err := device.CheckDriftTime(s); err != nil {
			return err
		}
	}
	if o.Seeds < 2 {
		return fmt.Errorf("%d read-noise seeds, expected at least 2 for a confidence interval", o.Seeds)
	}
	return nil
}

// age fills r.Ages.
func (r *Inference) age(ctx context.Context, o InferOptions, t *Trainer, trained *netlist.Snapshot) error {
	modes := []bool{false}
	if o.Compensate {
		modes = append(modes, true)
	}
	total, done := len(modes)*len(o.Times)*o.Seeds, 0
	for _, compensate := range modes {
		for _, seconds := range o.Times {
			a := Aged{Seconds: seconds, Compensated: compensate, WeightErrors: make([]float64, len(r.Layers))}
			for read := range o.Seeds {
				if err := ctx.Err(); err != nil {
					return err
				}
				snap, err := t.System.Aged(tile.Age{Seconds: seconds, Read: uint64(read)}, compensate)
				if err != nil {
					return err
				}
				accuracy, err := Accuracy(ctx, snap, t.test)
				if err != nil {
					return err
				}
				a.Accuracies = append(a.Accuracies, accuracy)
				for l, e := range layerErrors(t.Design, trained, snap) {
					a.WeightErrors[l] += e * e / float64(o.Seeds)
				}
				if done++; o.Progress != nil {
					o.Progress(done, total)
				}
			}
			a.summarise()
			r.Ages = append(r.Ages, a)
		}
	}
	return nil
}

// summarise takes mean and interval of the accuracies, and the root of the mean
// squares in the weight errors.
func (a *Aged) summarise() {
	n := float64(len(a.Accuracies))
	var sd float64
	a.Mean, sd = stat.MeanStdDev(a.Accuracies, nil)
	a.Half = distuv.StudentsT{Mu: 0, Sigma: 1, Nu: n - 1}.Quantile(0.975) * sd / math.Sqrt(n)
	for l, e := range a.WeightErrors {
		a.WeightErrors[l] = math.Sqrt(e)
	}
}

// layerNames names the layers of d by the nets that their neurons drive.
func layerNames(d *netlist.Design) []string {
	names := make([]string, len(d.Banks))
	for i := range d.Banks {
		names[i] = d.Banks[i].Out.Net
	}
	return names
}

// layerErrors returns per layer of d the root mean square of the weights of now
// less those of before, over that of the latter.
func layerErrors(d *netlist.Design, before, now *netlist.Snapshot) []float64 {
	errs := make([]float64, len(d.Banks))
	for l := range d.Banks {
		var diff, size float64
		for k := range d.Arrays {
			if d.Arrays[k].Out.Net != d.Banks[l].In {
				continue
			}
			is := now.Weights(k)
			for n, was := range before.Weights(k) {
				e := float64(is[n] - was)
				diff += float64(e * e)
				size += float64(float64(was) * float64(was))
			}
		}
		if size > 0 {
			errs[l] = math.Sqrt(diff / size)
		}
	}
	return errs
}
