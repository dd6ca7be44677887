package periphery

import (
	"math"
	"slices"
	"testing"
)

// The errors of a softmax sum to zero although its outputs are rounded, and
// only the target's differs from target less output.
func TestSoftmaxErrorsBalance(t *testing.T) {
	const n = 100
	neuron := NewNeuron("n", Softmax, Difference, NewConverter("n.adc", ADCSpec{Bits: 9}, n, 16, 1), nil)
	charge, y, target, d := make([]float32, n), make([]float32, n), make([]float32, n), make([]float32, n)
	charge[3], target[3] = 5, 1
	if err := neuron.Forward(y, charge); err != nil {
		t.Fatal(err)
	}
	var rounded float64
	for _, v := range y {
		rounded += float64(v)
	}
	if math.Abs(rounded-1) < 1e-4 {
		t.Fatalf("outputs sum to %v: nothing for the errors to balance", rounded)
	}
	neuron.OutputError(d, target, y)
	var sum float64
	for i, e := range d {
		sum += float64(e)
		if i != 3 && e != -y[i] {
			t.Errorf("error %d is %v, want %v", i, e, -y[i])
		}
	}
	if math.Abs(sum) > 1e-6 {
		t.Errorf("errors sum to %v", sum)
	}
}

// TestTanh compares with package math, to a unit in the last place of float32.
func TestTanh(t *testing.T) {
	for e := -40.0; e < 5; e += 0.01 {
		z := []float32{float32(math.Exp(e)), -float32(math.Exp(e))}
		got := slices.Clone(z)
		Tanh.Apply(got)
		for i, y := range got {
			want := math.Tanh(float64(z[i]))
			if math.Abs(float64(y)-want) > 6e-8*math.Abs(want) {
				t.Errorf("tanh(%v) = %v, want %v", z[i], y, want)
			}
		}
	}
}
