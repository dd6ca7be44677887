package transient

import (
	"math"
	"testing"
)

func TestPulseTrain(t *testing.T) {
	w, err := Pulse{Low: 1, High: 3, Delay: 10, Rise: 1, Width: 2, Fall: 1, Period: 4}.PWL(18)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range []struct{ t, want float64 }{
		{0, 1}, {10, 1}, {10.5, 2}, {12, 3}, {13.5, 2}, {14, 1}, {14.25, 1.5}, {17, 3}, {18, 1}, {30, 1},
	} {
		if got := w.At(p.t); math.Abs(got-p.want) > 1e-12 {
			t.Errorf("at %g: %g, want %g", p.t, got, p.want)
		}
	}
	if n := len(w.Breakpoints(nil, 100)); n != 7 {
		t.Errorf("%d breakpoints, want 7: the trapezoids share a corner", n)
	}
}

func TestProductIsOnWhileBothAre(t *testing.T) {
	a := mustPWL(t, []float64{0, 1, 4, 5}, []float64{0, 1, 1, 0})
	b := mustPWL(t, []float64{2, 3, 6, 7}, []float64{0, 1, 1, 0})
	p := Product{Base: 1, Gain: -0.5, A: a, B: b}
	for _, x := range []struct{ t, want float64 }{{1.5, 1}, {3.5, 0.5}, {4.5, 0.75}, {6, 1}} {
		if got := p.At(x.t); got != x.want {
			t.Errorf("at %g: %g, want %g", x.t, got, x.want)
		}
	}
	if n := len(p.Breakpoints(nil, 100)); n != 7 {
		t.Errorf("%d breakpoints in (0, 100), want 7", n)
	}
}

func TestWaveformMistakes(t *testing.T) {
	for name, points := range map[string][2][]float64{
		"empty":      {nil, nil},
		"lengths":    {{1, 2}, {1}},
		"jump":       {{1, 1}, {0, 1}},
		"backwards":  {{2, 1}, {0, 1}},
		"not finite": {{1, math.Inf(1)}, {0, 1}},
	} {
		if _, err := NewPWL(points[0], points[1]); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	for name, p := range map[string]Pulse{
		"vertical edge": {Rise: 0, Width: 1, Fall: 1},
		"overlap":       {Rise: 1, Width: 1, Fall: 1, Period: 2},
	} {
		if _, err := p.PWL(10); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
