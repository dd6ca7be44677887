package dataset

import (
	"math"
	"slices"
	"testing"
)

// blanks returns n black images of side x side.
func blanks(n, side int) *Set {
	return newSet("blank", "generated", 10, make([]uint8, n), newImages(make([]uint8, n*side*side), side, side))
}

// Over black images the result is the noise itself: uniform by its mean, its
// variance (4 standard errors) and a chi-squared test of the 256 values.
func TestBackrandNoiseIsUniform(t *testing.T) {
	train, _, err := backrand(blanks(1000, 28), blanks(10, 28), 1, 1000, 10)
	if err != nil {
		t.Fatal(err)
	}
	pixels := train.rows.(*images).pixels
	n := float64(len(pixels))
	var counts [256]float64
	var sum, squares float64
	for _, p := range pixels {
		counts[p]++
		d := float64(p) - 127.5
		sum += d
		squares += d * d
	}
	variance := (256*256 - 1) / 12.0
	if se := math.Sqrt(variance / n); math.Abs(sum/n) > 4*se {
		t.Errorf("mean is %v off 127.5, standard error %v", sum/n, se)
	}
	// The kurtosis of a uniform distribution is 1.8.
	if se := variance * math.Sqrt(0.8/n); math.Abs(squares/n-variance) > 4*se {
		t.Errorf("variance %v, want %v, standard error %v", squares/n, variance, se)
	}
	var chi2 float64
	for _, c := range counts {
		chi2 += (c - n/256) * (c - n/256) / (n / 256)
	}
	if limit := 255 + 4*math.Sqrt(2*255); chi2 > limit {
		t.Errorf("chi-squared of the values is %v for 255 degrees of freedom, limit %v", chi2, limit)
	}
}

// The result is the larger of digit and noise, the label is the digit's, no
// image is in both sets, and image i has the same noise whatever the sizes.
func TestBackrandFromMNIST(t *testing.T) {
	mTrain, mTest := mnist(t)
	train, test, err := backrand(mTrain, mTest, 7, 300, 10_200)
	if err != nil {
		t.Fatal(err)
	}
	noise, _, err := backrand(blanks(500, 28), blanks(1, 28), 7, 500, 1)
	if err != nil {
		t.Fatal(err)
	}
	checkNoisy := func(s *Set, i int, from *Set, j int, n []uint8) {
		t.Helper()
		digit := from.rows.(*images).image(j)
		for k, p := range s.rows.(*images).image(i) {
			if p != max(digit[k], n[k]) {
				t.Fatalf("%s: image %d pixel %d is %d of digit %d and noise %d", s.Name, i, k, p, digit[k], n[k])
			}
		}
		if s.Label(i) != from.Label(j) {
			t.Fatalf("%s: label %d is %d, want %d", s.Name, i, s.Label(i), from.Label(j))
		}
	}
	for i := range 300 {
		checkNoisy(train, i, mTrain, i, noise.rows.(*images).image(i))
	}
	for i := range 200 {
		checkNoisy(test, 10_000+i, mTrain, 300+i, noise.rows.(*images).image(300+i))
	}
	for i := range 10_000 {
		if test.Label(i) != mTest.Label(i) {
			t.Fatalf("test label %d is %d, want %d", i, test.Label(i), mTest.Label(i))
		}
	}
	again, _, err := backrand(mTrain, mTest, 7, 300, 1)
	if err != nil || !slices.Equal(again.rows.(*images).pixels, train.rows.(*images).pixels) {
		t.Errorf("the same seed gives other images (error %v)", err)
	}
	other, _, err := backrand(mTrain, mTest, 8, 300, 1)
	if err != nil || slices.Equal(other.rows.(*images).pixels, train.rows.(*images).pixels) {
		t.Errorf("another seed gives the same images (error %v)", err)
	}
}

func TestBackrandPublishedSize(t *testing.T) {
	train, test, err := Backrand(t.Context(), Finder{}, 1, 0, 0, MNISTCrop)
	if err != nil {
		t.Fatal(err)
	}
	if train.Len() != 12_000 || test.Len() != 50_000 || train.Dim() != 528 || test.Dim() != 528 {
		t.Errorf("%d and %d images of %d and %d pixels", train.Len(), test.Len(), train.Dim(), test.Dim())
	}
	x := make([]float32, 528)
	if n := testing.AllocsPerRun(10, func() { test.Example(49_999, x) }); n != 0 {
		t.Errorf("Example allocates %v times", n)
	}
}

func TestBackrandSizes(t *testing.T) {
	for _, c := range [][2]int{{0, 1}, {1, 0}, {21, 1}, {20, 11}, {-1, 5}} {
		if _, _, err := backrand(blanks(20, 2), blanks(10, 2), 1, c[0], c[1]); err == nil {
			t.Errorf("%d training and %d test images of 20 + 10: no error", c[0], c[1])
		}
	}
}
