package plot

import (
	"math"
	"testing"

	"gonum.org/v1/plot/vg"
)

// field samples f on an n by n grid over -1..1.
func field(n int, f func(x, y float64) float64) (xs []vg.Length, z [][]float64) {
	for i := range n {
		xs = append(xs, vg.Length(-1+2*float64(i)/float64(n-1)))
	}
	for _, y := range xs {
		var row []float64
		for _, x := range xs {
			row = append(row, f(float64(x), float64(y)))
		}
		z = append(z, row)
	}
	return xs, z
}

func TestContourCircle(t *testing.T) {
	xs, z := field(41, func(x, y float64) float64 { return x*x + y*y })
	lines := contourLines(xs, xs, z, 0.5)
	if len(lines) != 1 {
		t.Fatalf("%d lines, want one closed circle", len(lines))
	}
	l := lines[0]
	if l[0] != l[len(l)-1] {
		t.Errorf("line from %v to %v is not closed", l[0], l[len(l)-1])
	}
	// Linear interpolation of r^2, whose second derivative is 2, over a step h
	// is off by at most h^2/4, which is h^2/(8 r) in r; 1 % for the higher order.
	const h = 2. / 40
	tolerance := 1.01 * h * h / (8 * math.Sqrt(0.5))
	length := 0.0
	for i, p := range l {
		if r := math.Hypot(float64(p.X), float64(p.Y)); math.Abs(r-math.Sqrt(0.5)) > tolerance {
			t.Errorf("point %v at radius %g", p, r)
		}
		if i > 0 {
			length += math.Hypot(float64(p.X-l[i-1].X), float64(p.Y-l[i-1].Y))
		}
	}
	if want := 2 * math.Pi * math.Sqrt(0.5); math.Abs(length/want-1) > 0.005 {
		t.Errorf("length %g, want %g", length, want)
	}
}

func TestContourOpenAndMissing(t *testing.T) {
	xs, z := field(11, func(x, _ float64) float64 { return x })
	lines := contourLines(xs, xs, z, 0.05)
	if len(lines) != 1 || len(lines[0]) != 11 {
		t.Fatalf("%d lines, want one of 11 points", len(lines))
	}
	z[5][5] = math.NaN()
	lines = contourLines(xs, xs, z, 0.05)
	if len(lines) != 2 {
		t.Errorf("%d lines around a missing point, want 2", len(lines))
	}
	for _, l := range lines {
		for _, p := range l {
			if math.IsNaN(float64(p.X)) || math.IsNaN(float64(p.Y)) {
				t.Errorf("point %v", p)
			}
		}
	}
}

// TestContourSaddle checks both ways through a saddle: the middle decides
// which two corners are cut off.
func TestContourSaddle(t *testing.T) {
	x := []vg.Length{0, 1}
	for _, tc := range []struct {
		level float64
		// same tells whether (0.1, 0.1) and (0.9, 0.9) lie on one side.
		joined bool
	}{{0.4, true}, {0.6, false}} {
		lines := contourLines(x, x, [][]float64{{1, 0}, {0, 1}}, tc.level)
		if len(lines) != 2 {
			t.Fatalf("level %g: %d lines, want 2", tc.level, len(lines))
		}
		for _, l := range lines {
			// A line that cuts off the corner (1, 0) or (0, 1) runs along the
			// main diagonal: its ends differ alike in x and y.
			along := float64(l[1].X-l[0].X)*float64(l[1].Y-l[0].Y) > 0
			if along != tc.joined {
				t.Errorf("level %g: line %v", tc.level, l)
			}
		}
	}
}

func TestContourNone(t *testing.T) {
	if lines := contourLines([]vg.Length{0}, []vg.Length{0}, [][]float64{{1}}, 1); lines != nil {
		t.Errorf("a single cell has lines %v", lines)
	}
}
