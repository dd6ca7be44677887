package dataset

import (
	"bufio"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
)

// Limits of one file, far above any set of images in use and low enough to be
// held in memory.
const (
	maxExamples = 1 << 22
	maxBytes    = 1 << 30 // decompressed
)

// Magic numbers of IDX files of unsigned bytes: two zero bytes, the type 0x08,
// the number of dimensions.
const (
	idxLabels = 0x0801
	idxImages = 0x0803
)

// IDX reads a data set with the file names and format of MNIST from a folder:
// {train,t10k}-{images-idx3,labels-idx1}-ubyte, plain or with the ending .gz,
// with pixels p valued p/255 and labels below classes. The name says what the
// set is in records and errors.
func IDX(dir, name string, classes int, crop Crop) (train, test *Set, err error) {
	read := func(split, prefix string) (*Set, error) {
		imagePath, err := findIDX(dir, prefix+"-images-idx3-ubyte")
		if err != nil {
			return nil, err
		}
		labelPath, err := findIDX(dir, prefix+"-labels-idx1-ubyte")
		if err != nil {
			return nil, err
		}
		return readIDXSet(name+" "+split, imagePath, labelPath, classes, nil)
	}
	if train, err = read("train", "train"); err != nil {
		return nil, nil, err
	}
	if test, err = read("test", "t10k"); err != nil {
		return nil, nil, err
	}
	return cropBoth(train, test, crop)
}

// findIDX returns the path of the file with or without the ending .gz.
func findIDX(dir, base string) (string, error) {
	for _, name := range []string{base + ".gz", base} {
		path := filepath.Join(dir, name)
		_, err := os.Stat(path)
		if err == nil {
			return path, nil
		}
		if !errors.Is(err, os.ErrNotExist) {
			return "", err
		}
	}
	return "", fmt.Errorf("%s: want %s.gz or %s: %w", dir, base, base, os.ErrNotExist)
}

// readIDXSet reads whole images and their labels. A non-nil verify sees the
// record of each file before its contents are parsed.
func readIDXSet(name, imagePath, labelPath string, classes int, verify func(File) error) (*Set, error) {
	pixels, shape, imageFile, err := readIDXFile(imagePath, idxImages, verify)
	if err != nil {
		return nil, err
	}
	labels, _, labelFile, err := readIDXFile(labelPath, idxLabels, verify)
	if err != nil {
		return nil, err
	}
	if len(labels) != shape[0] {
		return nil, fmt.Errorf("%s: %d labels for the %d images of %s", labelPath, len(labels), shape[0], imagePath)
	}
	if err := checkLabels(labelPath, labels, classes); err != nil {
		return nil, err
	}
	images := newImages(pixels, shape[1], shape[2])
	source := fmt.Sprintf("IDX files in %s", filepath.Dir(imagePath))
	return newSet(name, source, classes, labels, images, imageFile, labelFile), nil
}

// readIDXFile reads one file, compressed or not, with the given magic number.
func readIDXFile(path string, magic uint32, verify func(File) error) (data []uint8, shape []int, file File, err error) {
	f, file, err := openHashed(path)
	if err != nil {
		return nil, nil, File{}, err
	}
	defer f.Close()
	if verify != nil {
		if err := verify(file); err != nil {
			return nil, nil, File{}, err
		}
	}
	data, shape, err = readIDX(f, magic)
	if err != nil {
		return nil, nil, File{}, fmt.Errorf("%s: %w", path, err)
	}
	return data, shape, file, nil
}

// readIDX reads an IDX stream of unsigned bytes with the given magic number and
// nothing behind it, plain or compressed by gzip. It returns the data,
// row-major, and the dimensions. Memory grows with the data that arrive, never
// beyond what the header declares, so neither a false header nor a
// decompression bomb can claim more.
func readIDX(r io.Reader, magic uint32) (data []uint8, shape []int, err error) {
	buffered := bufio.NewReader(r)
	var in io.Reader = buffered
	if head, _ := buffered.Peek(2); len(head) == 2 && head[0] == 0x1f && head[1] == 0x8b {
		if in, err = gzip.NewReader(buffered); err != nil {
			return nil, nil, fmt.Errorf("gzip header: %w", err)
		}
	}
	shape, total, err := readIDXHeader(in, magic)
	if err != nil {
		return nil, nil, err
	}
	if data, err = readDeclared(in, total); err != nil {
		return nil, nil, err
	}
	return data, shape, nil
}

// readDeclared reads total bytes and checks that nothing follows, which also
// has gzip check its sum.
func readDeclared(r io.Reader, total int) ([]uint8, error) {
	const start = 1 << 20
	data := make([]uint8, 0, min(total, start))
	for len(data) < total {
		grown := min(total, max(start, 2*len(data)))
		data = slices.Grow(data, grown-len(data))
		n, err := io.ReadFull(r, data[len(data):grown])
		data = data[:len(data)+n]
		if err != nil {
			return nil, fmt.Errorf("truncated: %d of the %d bytes that the header declares: %w", len(data), total, noEOF(err))
		}
	}
	var extra [1]byte
	switch _, err := io.ReadFull(r, extra[:]); err {
	case io.EOF:
		return data, nil
	case nil:
		return nil, fmt.Errorf("data go on after the %d bytes that the header declares", total)
	default:
		return nil, fmt.Errorf("after the %d bytes that the header declares: %w", total, err)
	}
}

// readIDXHeader returns the dimensions and their product.
func readIDXHeader(r io.Reader, magic uint32) (shape []int, total int, err error) {
	word := func() (uint32, error) {
		var b [4]byte
		if _, err := io.ReadFull(r, b[:]); err != nil {
			return 0, fmt.Errorf("truncated IDX header: %w", noEOF(err))
		}
		return binary.BigEndian.Uint32(b[:]), nil
	}
	have, err := word()
	if err != nil {
		return nil, 0, err
	}
	if have != magic {
		return nil, 0, fmt.Errorf("IDX magic number %#04x, want %#04x (%d dimensions of unsigned bytes)", have, magic, magic&0xff)
	}
	total = 1
	for range magic & 0xff {
		n, err := word()
		if err != nil {
			return nil, 0, err
		}
		// Each factor is bounded before it is multiplied in: maxBytes *
		// maxExamples is 2^52, no overflow.
		if n < 1 || n > maxExamples {
			return nil, 0, fmt.Errorf("IDX dimension of %d, want 1 to %d", n, maxExamples)
		}
		if total *= int(n); total > maxBytes {
			return nil, 0, fmt.Errorf("IDX header declares more than %d bytes", maxBytes)
		}
		shape = append(shape, int(n))
	}
	return shape, total, nil
}

// noEOF turns an end of file that came too early into io.ErrUnexpectedEOF.
func noEOF(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}
