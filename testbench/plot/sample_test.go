package plot

import (
	"math"
	"math/rand/v2"
	"testing"
)

// sample is one figure drawn from made-up data of realistic size, and texts
// that its SVG must contain.
type sample struct {
	name string
	draw func() (*Figure, error)
	want []string
}

func ramped(from, to float64, n int) []float64 {
	v := make([]float64, n)
	for i := range v {
		v[i] = from + (to-from)*float64(i)/float64(n-1)
	}
	return v
}

func apply(x []float64, f func(float64) float64) []float64 {
	y := make([]float64, len(x))
	for i, v := range x {
		y[i] = f(v)
	}
	return y
}

func constant(v float64, n int) []float64 { return ramped(v, v, n) }

func normals(n int, mean, sd float64) []float64 {
	r := rand.New(rand.NewPCG(1, 2))
	v := make([]float64, n)
	for i := range v {
		v[i] = mean + sd*r.NormFloat64()
	}
	return v
}

func trainingSample(asError bool) TrainingData {
	epochs := ramped(1, 20, 20)
	return TrainingData{
		Title: "Test accuracy during training",
		Curves: []Curve{
			{Name: "Engram", X: epochs, Y: apply(epochs, func(e float64) float64 { return 97.4 - 6*math.Exp(-e/4) }), SD: constant(0.25, 20)},
			{Name: "float twin", X: epochs, Y: apply(epochs, func(e float64) float64 { return 97.8 - 5*math.Exp(-e/3) })},
		},
		Transfers: ramped(8000./60000, 20, 150),
		Error:     asError,
	}
}

// heatSample has accuracy falling where the interval exceeds tau, and for very
// long intervals.
func heatSample() HeatMapData {
	d := HeatMapData{
		Title: "Accuracy over leak time constant and transfer interval",
		Xs:    []float64{0.1e-3, 0.2e-3, 0.5e-3, 1e-3, 2e-3, 5.26e-3, 20e-3, 50e-3, 1},
		Ys:    []float64{500, 1000, 2000, 4000, 8000, 16000, 32000},
		Marks: []Mark{{X: 5.26e-3, Y: 8000, Label: "article: τ = 5.26 ms, 8,000 examples"}},

		Reference: 97.8,
	}
	for _, n := range d.Ys {
		var row []float64
		for _, tau := range d.Xs {
			ratio := n * 240e-9 / tau
			row = append(row, 97.7-60*ratio*ratio/(4+ratio*ratio)-0.5*math.Pow(n/32000, 2))
		}
		d.Accuracy = append(d.Accuracy, row)
	}
	return d
}

func collapseSample() CollapseData {
	d := CollapseData{Title: "Accuracy against the ratio of interval to leak", Reference: 97.8}
	for _, tau := range []float64{0.5e-3, 1e-3, 5.26e-3, 50e-3} {
		c := TauCurve{Tau: tau, Interval: []float64{0.12e-3, 0.48e-3, 1.92e-3, 7.68e-3}, SD: constant(0.3, 4)}
		for _, i := range c.Interval {
			r := i / tau
			c.Accuracy = append(c.Accuracy, 97.6-30*r*r/(9+r*r))
		}
		d.Taus = append(d.Taus, c)
	}
	return d
}

func energySample() EnergyData {
	return EnergyData{
		Title: "Energy per training example",
		Per:   "example",
		Rows: []EnergyRow{
			{"array", "forward read", 1.9e-9}, {"array", "backward read", 0.4e-9}, {"array", "update charge", 2.1e-9},
			{"row lines", "charging", 0.61e-9}, {"column lines", "charging", 0.42e-9},
			{"adc", "forward conversion", 4.2e-9}, {"adc", "backward conversion", 3.3e-9},
			{"programmer", "SET pulses", 7.1e-9}, {"programmer", "RESET pulses", 0.2e-9}, {"programmer", "verify reads", 0.05e-9},
			{"routing between tiles", "forward activations", 0.01e-9}, {"dac", "conversion", 0},
		},
	}
}

func pcmSample() DeviceData {
	n := ramped(1, 20, 20)
	mean := func(p float64) float64 { return 10e-6 * (1 - math.Exp(-p/9)) }
	return DeviceData{
		Title:  "PCM conductance after SET pulses",
		X:      Quantity{Name: "SET pulses of 90 µA, 50 ns"},
		Y:      Quantity{Name: "conductance", Unit: "S"},
		Curves: []Curve{{Name: "model", X: n, Y: apply(n, mean), SD: apply(n, func(p float64) float64 { return 0.35 * mean(p) })}},
		References: []Curve{{Name: "Nandakumar 2018", X: []float64{1, 5, 10, 20},
			Y: []float64{1e-6, 3.85e-6, 6.25e-6, 8.77e-6}, SD: []float64{0.55e-6, 1.45e-6, 2.2e-6, 3.07e-6}}},
	}
}

func stepSample() DeviceData {
	v := ramped(0.05, 0.95, 91)
	up := func(v float64) float64 { return 0.541e-3 * (1 - 0.0847*(v-0.5)) * (1 - math.Exp(-(1-v)/0.0279)) }
	down := func(v float64) float64 { return 0.549e-3 * (1 + 0.0614*(v-0.5)) * (1 - math.Exp(-v/0.0222)) }
	some := ramped(0.05, 0.95, 19)
	return DeviceData{
		Title: "Update step against storage voltage",
		X:     Quantity{Name: "storage voltage", Unit: "V"},
		Y:     Quantity{Name: "step", Unit: "V"},
		Curves: []Curve{
			{Name: "up", X: v, Y: apply(v, up), SD: apply(v, func(v float64) float64 { return 0.2 * up(v) })},
			{Name: "down", X: v, Y: apply(v, down)},
		},
		References: []Curve{
			{Name: "ngspice, up", X: some, Y: apply(some, up)},
			{Name: "ngspice, down", X: some, Y: apply(some, down)},
		},
	}
}

func ageingSample() AgeingData {
	at := []float64{1, 3600, 86400, 2592000, 31557600, 315576000}
	loss := func(k float64) func(float64) float64 {
		return func(t float64) float64 { return 97.5 - k*math.Log10(1+t/20) }
	}
	return AgeingData{
		Title: "Accuracy from the PCM alone", Reference: 97.8,
		Curves: []Curve{
			{Name: "no compensation", X: at, Y: apply(at, loss(0.6)), SD: constant(0.3, 6)},
			{Name: "drift compensation", X: at, Y: apply(at, loss(0.1)), SD: constant(0.2, 6)},
		},
	}
}

func scatterSample() EnergyAccuracyData {
	return EnergyAccuracyData{
		Title: "Energy against accuracy", Reference: 97.8,
		Points: []EnergyPoint{
			{"interval 500", 210e-9, 97.6, 0.1, "τ = 5 ms"}, {"interval 2,000", 80e-9, 97.5, 0.1, "τ = 5 ms"},
			{"interval 8,000", 48e-9, 97.4, 0.15, "τ = 5 ms"}, {"interval 32,000", 44e-9, 96.1, 0.3, "τ = 5 ms"},
			{"", 205e-9, 97.2, 0.1, "τ = 0.5 ms"}, {"interval 8,000", 47e-9, 93.4, 0.6, "τ = 0.5 ms"},
		},
	}
}

func ablationSample() AblationData {
	return AblationData{
		Title: "What each effect costs", Reference: "the float twin",
		Bars: []AblationBar{
			{"full physics", 0.5, 0.15, 97.3}, {"no leak", 0.4, 0.1, 97.4}, {"no mismatch", 0.3, 0.1, 97.5},
			{"no polarity inversion", 9.6, 1.4, 88.2}, {"perfect transfer", 0.2, 0.1, 97.6}, {"no quantisation of activations", -0.1, 0.1, 97.9},
		},
	}
}

func scalingSample() ScalingData {
	n := []float64{1e3, 1e4, 1e5, 1e6, 4e6}
	return ScalingData{
		Title: "Time per example against size of the network",
		X:     Quantity{Name: "synapses"}, Y: Quantity{Name: "time per example", Unit: "s"},
		Curves: []Curve{
			{Name: "one core", X: n, Y: apply(n, func(v float64) float64 { return 3e-9*math.Pow(v, 0.98) + 1e-6 })},
			{Name: "two cores", X: n, Y: apply(n, func(v float64) float64 { return 1.6e-9*math.Pow(v, 0.98) + 1e-6 })},
		},
	}
}

func samples() []sample {
	weights := HistogramData{
		Title: "Weights before and after training",
		X:     Quantity{Name: "weight", Unit: "S"},
		Samples: []Sample{
			{Name: "before training", Values: normals(20000, 0, 4e-6)}, {Name: "after training", Values: normals(20000, 1e-6, 8e-6)},
		},
	}
	tails := weights
	tails.LogY = true
	return []sample{
		{"training", func() (*Figure, error) { return Training(trainingSample(false)) },
			[]string{"Engram", "float twin", "weight transfer", "test accuracy (%)", "training (epochs)"}},
		{"training-error", func() (*Figure, error) { return Training(trainingSample(true)) }, []string{"test error (%)"}},
		{"heatmap", func() (*Figure, error) { return HeatMap(heatSample()) },
			[]string{"leak time constant (ms)", "transfer interval (examples)", "5.26", "8,000", "97.6", "97.6 %", "article: τ = 5.26 ms"}},
		{"collapse", func() (*Figure, error) { return Collapse(collapseSample()) },
			[]string{"τ = 500 µs", "τ = 5.26 ms", "float twin 97.8 %", "transfer interval / leak time constant"}},
		{"collapse-error", func() (*Figure, error) {
			d := collapseSample()
			d.Error = true
			return Collapse(d)
		}, []string{"test error (%)"}},
		{"energy-accuracy", func() (*Figure, error) { return EnergyAccuracy(scatterSample()) },
			[]string{"energy per example (nJ)", "interval 8,000", "τ = 0.5 ms"}},
		{"weights", func() (*Figure, error) { return Histogram(weights) },
			[]string{"weight (µS)", "before training (n = 20,000", "share per bin (%)"}},
		{"weights-log", func() (*Figure, error) { return Histogram(tails) }, []string{"after training (n = 20,000"}},
		{"transfer-error", func() (*Figure, error) {
			return TransferError(TransferErrorData{Title: "Transfer error", Errors: []Sample{{Name: "first transfer", Values: normals(5000, 0.05e-6, 0.4e-6)}}})
		}, []string{"weight after transfer − before (µS)"}},
		{"energy", func() (*Figure, error) { return Energy(energySample()) },
			[]string{"energy per example (nJ)", "programmer: SET pulses", "7.1 nJ (35 %)"}},
		{"pcm", func() (*Figure, error) { return Device(pcmSample()) },
			[]string{"conductance (µS)", "model (band: ±1 sd)", "Nandakumar 2018 (±1 sd)"}},
		{"step", func() (*Figure, error) { return Device(stepSample()) }, []string{"step (mV)", "storage voltage (V)", "ngspice, up"}},
		{"ageing", func() (*Figure, error) { return Ageing(ageingSample()) },
			[]string{"1 s", "1 h", "10 y", "time since programming", "drift compensation"}},
		{"ablation", func() (*Figure, error) { return Ablation(ablationSample()) },
			[]string{"no polarity inversion", "88.2 %", "loss against the float twin (points)"}},
		{"scaling", func() (*Figure, error) { return Scaling(scalingSample()) },
			[]string{"one core: exponent", "synapses", "time per example ("}},
	}
}

func mustDraw(t *testing.T, s sample) *Figure {
	t.Helper()
	f, err := s.draw()
	if err != nil {
		t.Fatal(err)
	}
	return f
}
