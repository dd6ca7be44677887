package dataset

import (
	"strings"
	"testing"
)

// counting returns a set of n whole images of rows x cols whose pixels count up
// modulo 256, with labels i mod classes.
func counting(n, rows, cols, classes int) *Set {
	pixels := make([]uint8, n*rows*cols)
	for i := range pixels {
		pixels[i] = uint8(i)
	}
	labels := make([]uint8, n)
	for i := range labels {
		labels[i] = uint8(i % classes)
	}
	return newSet("counting", "generated", classes, labels, newImages(pixels, rows, cols))
}

// example returns the features and the label of example i.
func example(s *Set, i int) ([]float32, int) {
	x := make([]float32, s.Dim())
	return x, s.Example(i, x)
}

// wantError fails the test unless err mentions all parts.
func wantError(t *testing.T, err error, parts ...string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want one with %q", parts)
	}
	for _, part := range parts {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("error %q does not mention %q", err, part)
		}
	}
}

func TestSubset(t *testing.T) {
	s := counting(10, 2, 3, 4)
	sub, err := s.Subset(3, 9)
	if err != nil {
		t.Fatal(err)
	}
	sub = sub.Limit(4)
	if sub.Len() != 4 || s.Len() != 10 {
		t.Fatalf("lengths %d, %d, want 4, 10", sub.Len(), s.Len())
	}
	for i := range sub.Len() {
		x, label := example(sub, i)
		whole, wholeLabel := example(s, i+3)
		if label != wholeLabel || sub.Label(i) != label || x[0] != whole[0] || x[5] != whole[5] {
			t.Errorf("example %d of the subset is not example %d of the set", i, i+3)
		}
	}
	if got := s.Limit(0).Len(); got != 10 {
		t.Errorf("Limit(0) leaves %d examples, want all 10", got)
	}
	if got := s.Limit(11).Len(); got != 10 {
		t.Errorf("Limit(11) of 10 gives %d", got)
	}
	counts := sub.Counts() // labels 3, 0, 1, 2
	for class, n := range counts {
		if n != 1 {
			t.Errorf("class %d counted %d times, want 1", class, n)
		}
	}
	for _, r := range [][2]int{{-1, 2}, {3, 2}, {0, 11}} {
		if _, err := s.Subset(r[0], r[1]); err == nil {
			t.Errorf("Subset(%d, %d) of 10 gives no error", r[0], r[1])
		}
	}
}

func TestExampleMisuse(t *testing.T) {
	s := counting(2, 2, 2, 2)
	for name, f := range map[string]func(){
		"index":  func() { s.Example(2, make([]float32, 4)) },
		"slice":  func() { s.Example(0, make([]float32, 5)) },
		"subset": func() { s.Limit(1).Label(1) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			f()
		}()
	}
}

func TestCrop(t *testing.T) {
	// 4 rows of 5: pixel value 5*row + column. The margins 1 and 3 are odd, so
	// the window starts at row 0, column 1.
	s, err := counting(1, 4, 5, 1).Crop(Crop{Rows: 3, Cols: 2})
	if err != nil {
		t.Fatal(err)
	}
	x, _ := example(s, 0)
	want := []float32{1, 2, 6, 7, 11, 12}
	for k := range want {
		if x[k] != want[k]/255 {
			t.Fatalf("cropped image times 255 is %v/255, want %v", x, want)
		}
	}
	again, err := s.Crop(Crop{})
	if err != nil || again.Dim() != 20 {
		t.Errorf("a crop of a cropped set is of the whole image: %d features, %v", again.Dim(), err)
	}
	for _, c := range []Crop{{5, 2}, {3, 6}, {0, 3}, {-1, 3}} {
		_, err := counting(1, 4, 5, 1).Crop(c)
		wantError(t, err, "counting", "rows x columns")
	}
}

func TestExampleDoesNotAllocate(t *testing.T) {
	s := counting(3, 28, 28, 3)
	x := make([]float32, s.Dim())
	if n := testing.AllocsPerRun(100, func() { s.Example(1, x) }); n != 0 {
		t.Errorf("Example allocates %v times", n)
	}
}

func TestCheckLabels(t *testing.T) {
	if err := checkLabels("f", []uint8{0, 9}, 10); err != nil {
		t.Error(err)
	}
	wantError(t, checkLabels("f", []uint8{0, 9, 10}, 10), "f: row 2: label 10", "0 to 9")
	wantError(t, checkLabels("f", nil, 257), "257 classes")
}
