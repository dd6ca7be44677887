package dataset

import (
	"strings"
	"testing"
)

func TestAffine(t *testing.T) {
	s := newSet("a", "made here", 2, []uint8{0, 1}, newImages([]uint8{0, 51, 102, 255}, 1, 2))
	if s.Affine(1, 0) != s {
		t.Error("the identity makes a new set")
	}
	scaled := s.Affine(2, -1)
	want := [][]float32{{-1, -0.6}, {-0.2, 1}}
	x := make([]float32, 2)
	for i, w := range want {
		if label := scaled.Example(i, x); label != i {
			t.Errorf("example %d has label %d", i, label)
		}
		for k := range w {
			if d := x[k] - w[k]; d > 1e-6 || d < -1e-6 {
				t.Errorf("example %d is %v, want %v", i, x, w)
				break
			}
		}
	}
	if s.Example(1, x); x[1] != 1 {
		t.Errorf("the set itself became %v", x)
	}
	if !strings.Contains(scaled.Source, "made here; value = 2") {
		t.Errorf("source %q", scaled.Source)
	}
	if n := testing.AllocsPerRun(10, func() { scaled.Example(1, x) }); n != 0 {
		t.Errorf("Example allocates %v times", n)
	}
}
