package dataset

import "fmt"

// A Crop is the size of the centred window that is kept of each image. Where a
// margin is odd, the extra row or column is cut at the bottom or right. The
// zero Crop keeps the whole image.
type Crop struct{ Rows, Cols int }

// MNISTCrop is the 528-pixel window of the 28 x 28 images; see the package
// comment for its orientation.
var MNISTCrop = Crop{Rows: 24, Cols: 22}

// within returns the crop with its top left corner in an image of rows x cols.
func (c Crop) within(rows, cols int) (window, error) {
	if c == (Crop{}) {
		c = Crop{rows, cols}
	}
	if c.Rows < 1 || c.Cols < 1 || c.Rows > rows || c.Cols > cols {
		return window{}, fmt.Errorf("crop of %d x %d from an image of %d x %d (rows x columns)", c.Rows, c.Cols, rows, cols)
	}
	return window{top: (rows - c.Rows) / 2, left: (cols - c.Cols) / 2, rows: c.Rows, cols: c.Cols}, nil
}

// A window is a rectangle of an image, in pixels.
type window struct{ top, left, rows, cols int }

// images stores 8-bit pixels, example-major, then row-major.
type images struct {
	pixels     []uint8 // N x rows x cols
	rows, cols int
	window     window
	value      *[256]float32 // of a pixel
}

// newImages returns whole images whose pixel p has the value p/255.
func newImages(pixels []uint8, rows, cols int) *images {
	return &images{pixels, rows, cols, window{0, 0, rows, cols}, linearTable(1.0/255, 0)}
}

func (m *images) dim() int { return m.window.rows * m.window.cols }

func (m *images) read(i int, dst []float32) {
	w := m.window
	image := m.image(i)
	for r := range w.rows {
		at := (w.top+r)*m.cols + w.left
		row := dst[r*w.cols:][:w.cols]
		for c, p := range image[at : at+w.cols] {
			row[c] = m.value[p]
		}
	}
}

// image returns the pixels of whole image i.
func (m *images) image(i int) []uint8 {
	size := m.rows * m.cols
	return m.pixels[i*size:][:size]
}

// Crop returns the set with only the window c of each image. It fails where s
// does not hold 8-bit images or c does not fit into the whole image.
func (s *Set) Crop(c Crop) (*Set, error) {
	m, ok := s.rows.(*images)
	if !ok {
		return nil, fmt.Errorf("%s: only sets of images can be cropped", s.Name)
	}
	w, err := c.within(m.rows, m.cols)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.Name, err)
	}
	cropped := *m
	cropped.window = w
	sub := *s
	sub.rows = &cropped
	return &sub, nil
}

// linearTable returns scale*code + offset for each 8-bit code, rounded once to
// float32.
func linearTable(scale, offset float64) *[256]float32 {
	var t [256]float32
	for code := range t {
		t[code] = float32(float64(scale*float64(code)) + offset)
	}
	return &t
}

// cropBoth crops a training and a test set alike.
func cropBoth(train, test *Set, c Crop) (*Set, *Set, error) {
	train, err := train.Crop(c)
	if err != nil {
		return nil, nil, err
	}
	test, err = test.Crop(c)
	if err != nil {
		return nil, nil, err
	}
	return train, test, nil
}
