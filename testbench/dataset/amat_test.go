package dataset

import (
	"fmt"
	"strings"
	"testing"
)

// amatRow returns a line whose pixel at (row, column) is (row + 28*column)/784,
// stored column by column, so that the file's order is ascending.
func amatRow(label string) string {
	var b strings.Builder
	for k := range 784 {
		fmt.Fprintf(&b, "%.8f ", float64(k)/784)
	}
	return b.String() + label + "\n"
}

func TestAmat(t *testing.T) {
	rows := amatRow("5.00000000") + "\n" + amatRow("0")
	dir := write(t, map[string][]byte{
		"mnist_background_random_train.amat": []byte(rows),
		"mnist_background_random_test.amat":  []byte(amatRow("9")),
	})
	train, test, err := BackrandFiles(dir, MNISTCrop)
	if err != nil {
		t.Fatal(err)
	}
	if train.Len() != 2 || test.Len() != 1 || train.Label(0) != 5 || train.Label(1) != 0 || test.Label(0) != 9 {
		t.Fatalf("%d and %d examples, labels %d, %d and %d", train.Len(), test.Len(), train.Label(0), train.Label(1), test.Label(0))
	}
	x, _ := example(train, 1)
	for r := range 24 {
		for c := range 22 {
			want := float32(2+r+28*(3+c)) / 784
			if got := x[r*22+c]; got < want-1e-7 || got > want+1e-7 {
				t.Fatalf("pixel (%d, %d) of the crop is %v, want %v", r, c, got, want)
			}
		}
	}
	if n := testing.AllocsPerRun(10, func() { train.Example(0, x) }); n != 0 {
		t.Errorf("Example allocates %v times", n)
	}
}

func TestAmatMalformed(t *testing.T) {
	good := amatRow("5")
	whole := window{0, 0, 28, 28}
	for _, c := range []struct{ name, data, want string }{
		{"empty", "\n\n", "no rows"},
		{"short", good + "0 1 0.5\n", "row 1: 3 numbers, want 784"},
		{"long", strings.TrimSpace(good) + " 1\n", "row 0: 786 numbers"},
		{"word", "0 x\n", "row 0: number 1"},
		{"negative", "-0.1 0\n", "row 0: pixel 0 is -0.1"},
		{"above one", "0 1.01\n", "row 0: pixel 1 is 1.01"},
		{"NaN", "0 0 NaN\n", "row 0: pixel 2 is NaN"},
		{"label", amatRow("10"), "row 0: label 10"},
		{"half a label", amatRow("2.5"), "row 0: label 2.5"},
		{"NaN label", amatRow("nan"), "row 0: label NaN"},
		{"endless line", good + strings.Repeat("0", amatLine+1), "row 1: bufio.Scanner: token too long"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, _, err := readAmat(strings.NewReader(c.data), whole)
			wantError(t, err, c.want)
		})
	}
}

func FuzzAmat(f *testing.F) {
	f.Add(amatRow("5"))
	f.Add("0 0.5 1 NaN 1e400 0x1p-2\n")
	f.Add("\r\n\t\n")
	f.Add(strings.Repeat("1 ", 785))
	w := window{2, 3, 24, 22}
	f.Fuzz(func(t *testing.T, data string) {
		values, labels, err := readAmat(strings.NewReader(data), w)
		if err != nil {
			return
		}
		if len(values) != 528*len(labels) {
			t.Fatalf("%d values for %d labels", len(values), len(labels))
		}
		for _, v := range values {
			if !(v >= 0 && v <= 1) {
				t.Fatalf("pixel %v", v)
			}
		}
	})
}
