package testbench

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
	"runtime"
	"testing"
	"time"

	"engram/circuit"
	"engram/netlist"
	"engram/testbench/plot"
)

var growthFigure = flag.String("growth", "", "draw the result of BenchmarkGrowth to this file, as SVG")

// growthWidths are widths of the first layer of the MNIST network, the second
// half as wide, for 1e4, 1e5, 1e6 and 1e7 cells.
var growthWidths = []int{19, 163, 984, 3970}

// BenchmarkGrowth times one training example against the number of cells, on one
// core, and weighs the cells: live memory of the whole system, its twin left
// out, over their number. Run it with -benchtime 1x: it takes a minute, most of
// it to program 1e7 cells.
func BenchmarkGrowth(b *testing.B) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	var cells, times []float64
	for _, width := range growthWidths {
		t, live := growthTrainer(b, width)
		n := float64(t.Design.Synapses())
		b.Run(fmt.Sprintf("cells=%.2g", n), func(b *testing.B) {
			for range b.N {
				perExample := timeExamples(b, t)
				cells, times = append(cells, n), append(times, perExample.Seconds())
				b.ReportMetric(float64(perExample.Microseconds()), "us/example")
				b.ReportMetric(float64(perExample.Nanoseconds())/n, "ns/cell")
				b.ReportMetric(live/n, "B/cell")
				b.ReportMetric(0, "ns/op")
			}
		})
	}
	exponent, _, ok := plot.PowerLaw(cells, times)
	if !ok {
		return // -bench chose fewer than three sizes
	}
	fmt.Printf("time per example grows with cells^%.2f\n", exponent)
	if *growthFigure != "" {
		drawGrowth(b, cells, times)
	}
}

// growthTrainer returns a trainer of the MNIST network with a first layer of the
// given width, and the bytes that its building left in memory.
func growthTrainer(b *testing.B, width int) (*Trainer, float64) {
	b.Helper()
	bench, err := Open("mnist", []netlist.Setting{
		{Path: "layer.hidden1.width", Value: fmt.Sprint(width)},
		{Path: "layer.hidden2.width", Value: fmt.Sprint(width / 2)},
		{Path: "baseline.float", Value: "false"},
		{Path: "stimulus.train", Value: "5000"},
		{Path: "stimulus.test", Value: "100"},
	})
	if err != nil {
		b.Fatal(err)
	}
	train, test, err := bench.Spec.Stimulus.Load(context.Background(), "", 1)
	if err != nil {
		b.Fatal(err)
	}
	before := liveBytes()
	t, err := NewTrainer(bench.Spec, bench.Design, train, test, circuit.PhaseLevel)
	if err != nil {
		b.Fatal(err)
	}
	t.shuffle(0)
	trainSome(b, t, 0, 4) // what the first examples allocate is kept
	return t, liveBytes() - before
}

// liveBytes returns the bytes of the objects that are reachable.
func liveBytes() float64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc)
}

func trainSome(b *testing.B, t *Trainer, from, to int) {
	if err := t.trainSystem(from, to); err != nil {
		b.Fatal(err)
	}
}

// timeExamples returns the time per example, the shortest of five turns. All
// sizes see the same examples: those after the first hundred.
func timeExamples(b *testing.B, t *Trainer) time.Duration {
	const turns, first, n = 5, 100, 40
	trainSome(b, t, 4, first)
	best := time.Duration(1<<63 - 1)
	for k := range turns {
		start := time.Now()
		trainSome(b, t, first+k*n, first+(k+1)*n)
		best = min(best, time.Since(start)/n)
	}
	return best
}

func drawGrowth(b *testing.B, cells, times []float64) {
	f, err := plot.Scaling(plot.ScalingData{
		Title: "Time of a training example",
		X:     plot.Quantity{Name: "cells"}, Y: plot.Quantity{Name: "time per example", Unit: "s"},
		Curves: []plot.Curve{{Name: "one core", X: cells, Y: times}},
	})
	if err != nil {
		b.Fatal(err)
	}
	var svg bytes.Buffer
	if err := f.SVG(&svg); err != nil {
		b.Fatal(err)
	}
	if err := os.WriteFile(*growthFigure, svg.Bytes(), 0o644); err != nil {
		b.Fatal(err)
	}
}
