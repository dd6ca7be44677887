package dataset

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strconv"
)

// The side of an image and the longest line of an .amat file: 785 numbers of at
// most 32 characters.
const (
	amatSide = 28
	amatLine = (amatSide*amatSide + 1) * 32
)

// BackrandFiles reads the published MNIST-backrand from the two original text
// files in dir, mnist_background_random_{train,test}.amat.
func BackrandFiles(dir string, crop Crop) (train, test *Set, err error) {
	if train, err = readAmatFile("mnist-backrand train", filepath.Join(dir, "mnist_background_random_train.amat"), crop); err != nil {
		return nil, nil, err
	}
	if test, err = readAmatFile("mnist-backrand test", filepath.Join(dir, "mnist_background_random_test.amat"), crop); err != nil {
		return nil, nil, err
	}
	return train, test, nil
}

func readAmatFile(name, path string, crop Crop) (*Set, error) {
	w, err := crop.within(amatSide, amatSide)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	f, record, err := openHashed(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	values, labels, err := readAmat(f, w)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	source := "MNIST-backrand, the published files (Larochelle et al., ICML 2007)"
	return newSet(name, source, 10, labels, dense{values, w.rows * w.cols}, record), nil
}

// dense stores features as they are handed out, N x D.
type dense struct {
	values []float32
	d      int
}

func (m dense) dim() int                  { return m.d }
func (m dense) read(i int, dst []float32) { copy(dst, m.values[i*m.d:]) }

// readAmat reads lines of 784 pixels in [0, 1] and a digit, and returns the
// pixels of the window and the digits. The file holds each image column by
// column; what is returned is row-major. Rows in errors count from 0.
func readAmat(r io.Reader, w window) (values []float32, labels []uint8, err error) {
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 0, 16<<10), amatLine)
	var pixels [amatSide * amatSide]float32
	for lines.Scan() {
		line := bytes.TrimSpace(lines.Bytes())
		if len(line) == 0 {
			continue
		}
		row := len(labels)
		if row == maxExamples {
			return nil, nil, fmt.Errorf("more than %d rows", maxExamples)
		}
		label, err := parseAmat(line, &pixels)
		if err != nil {
			return nil, nil, fmt.Errorf("row %d: %w", row, err)
		}
		labels = append(labels, label)
		for y := range w.rows {
			for x := range w.cols {
				values = append(values, pixels[(w.left+x)*amatSide+w.top+y])
			}
		}
	}
	if err := lines.Err(); err != nil {
		return nil, nil, fmt.Errorf("row %d: %w", len(labels), err)
	}
	if len(labels) == 0 {
		return nil, nil, errors.New("no rows; want lines of 784 pixels and a digit")
	}
	return values, labels, nil
}

// parseAmat reads the numbers of one line in the file's order.
func parseAmat(line []byte, pixels *[amatSide * amatSide]float32) (label uint8, err error) {
	n := 0
	for field := range bytes.FieldsSeq(line) {
		v, err := strconv.ParseFloat(string(field), 64)
		switch {
		case err != nil:
			return 0, fmt.Errorf("number %d: %w", n, err)
		case n < len(pixels):
			if !(v >= 0 && v <= 1) {
				return 0, fmt.Errorf("pixel %d is %v, want 0 to 1", n, v)
			}
			pixels[n] = float32(v)
		case n == len(pixels):
			if !(v >= 0 && v <= 9) || v != float64(uint8(v)) {
				return 0, fmt.Errorf("label %v, want a digit", v)
			}
			label = uint8(v)
		}
		n++
	}
	if n != len(pixels)+1 {
		return 0, fmt.Errorf("%d numbers, want %d pixels and a label", n, len(pixels))
	}
	return label, nil
}
