package dataset

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math"
	"path/filepath"

	"golang.org/x/exp/mmap"
)

// A FeatureSource names the feature files of one data set: in Dir, for each
// split of train and test, <Name>-<split>-x.npy with the features and
// <Name>-<split>-y.npy with the labels. The arrays are as numpy.save writes
// them, in C order and little-endian:
//
//	x  N x D, float32, float16 or uint8
//	y  N, uint8, labels 0 to Classes-1
//
// The script extract_features.py in this folder writes such files.
type FeatureSource struct {
	Dir     string
	Name    string // "cifar10"
	Classes int
	// A stored value v becomes Scale*v + Offset; both are finite, Scale is not 0.
	Scale, Offset float64
}

// Features opens the training and the test set. The features stay in their
// files, which are memory-mapped; only the labels are held in memory. All files
// are read through once, to hash and to check them: a value that is NaN or
// infinite, as stored or scaled, is an error that names file and row. The
// caller closes both sets.
func Features(src FeatureSource) (train, test *Set, err error) {
	if src.Dir == "" {
		return nil, nil, fmt.Errorf("%s: no folder of features given: set stimulus.features to a folder with "+
			"%[1]s-train-x.npy, %[1]s-train-y.npy, %[1]s-test-x.npy and %[1]s-test-y.npy; "+
			"extract_features.py makes them from the original images", src.Name)
	}
	if src.Scale == 0 || !finite(src.Scale) || !finite(src.Offset) {
		return nil, nil, fmt.Errorf("%s: scale %v and offset %v of the features, want finite numbers and a scale other than 0", src.Name, src.Scale, src.Offset)
	}
	if train, err = src.open("train"); err != nil {
		return nil, nil, err
	}
	if test, err = src.open("test"); err != nil {
		return nil, nil, errors.Join(err, train.Close())
	}
	if train.Dim() != test.Dim() {
		err := fmt.Errorf("%s: %d features, but %s has %d", test.Files[0].Path, test.Dim(), train.Files[0].Path, train.Dim())
		return nil, nil, errors.Join(err, train.Close(), test.Close())
	}
	return train, test, nil
}

// open opens one split.
func (src FeatureSource) open(split string) (*Set, error) {
	base := filepath.Join(src.Dir, src.Name+"-"+split)
	labels, labelFile, err := readNPYLabels(base+"-y.npy", src.Classes)
	if err != nil {
		return nil, err
	}
	m, featureFile, err := openMapped(base+"-x.npy", len(labels), src.Scale, src.Offset)
	if err != nil {
		return nil, err
	}
	source := fmt.Sprintf("features of %s, %s as stored, value = %v * stored + %v", src.Name, m.kind.name, src.Scale, src.Offset)
	s := newSet(src.Name+" "+split, source, src.Classes, labels, m, featureFile, labelFile)
	s.closer = m.file
	return s, nil
}

// readNPYLabels reads all labels of a file.
func readNPYLabels(path string, classes int) ([]uint8, File, error) {
	f, record, err := openHashed(path)
	if err != nil {
		return nil, File{}, err
	}
	defer f.Close()
	labels, err := parseNPYLabels(f, record.Bytes)
	if err != nil {
		return nil, File{}, fmt.Errorf("%s: %w", path, err)
	}
	if err := checkLabels(path, labels, classes); err != nil {
		return nil, File{}, err
	}
	return labels, record, nil
}

// parseNPYLabels reads a file of the given length that holds a vector of uint8.
func parseNPYLabels(r io.Reader, fileBytes int64) ([]uint8, error) {
	a, err := readNPYHeader(r)
	if err != nil {
		return nil, err
	}
	if a.dtype != "|u1" || len(a.shape) != 1 {
		return nil, fmt.Errorf("array of type %q and shape %v, want a vector of \"|u1\" (uint8)", a.dtype, a.shape)
	}
	if a.shape[0] > maxExamples {
		return nil, fmt.Errorf("%d labels, want at most %d", a.shape[0], maxExamples)
	}
	n, err := a.size(1, fileBytes)
	if err != nil {
		return nil, err
	}
	labels := make([]uint8, n)
	if n, err := io.ReadFull(r, labels); err != nil {
		return nil, fmt.Errorf("row %d: truncated: %w", n, noEOF(err))
	}
	return labels, nil
}

// An element is a type of stored feature.
type element struct {
	name  string // NumPy's
	bytes int
}

// elementOf returns the element of a NumPy type string.
func elementOf(dtype string) (element, error) {
	switch dtype {
	case "|u1":
		return element{"uint8", 1}, nil
	case "<f2":
		return element{"float16", 2}, nil
	case "<f4":
		return element{"float32", 4}, nil
	}
	return element{}, fmt.Errorf("array of type %q, want \"<f4\" (float32), \"<f2\" (float16) or \"|u1\" (uint8), little-endian", dtype)
}

// A mapped is a memory-mapped matrix of features, N x D.
type mapped struct {
	file         *mmap.ReaderAt
	offset       int64 // of row 0
	n, d         int
	kind         element
	table        *[256]float32 // value of each uint8
	scale, shift float64       // of the other types
}

// openMapped maps and checks a file that must hold a matrix of n rows.
func openMapped(path string, n int, scale, offset float64) (*mapped, File, error) {
	// The kind of file is asked for first, since mapping a device or FIFO may block.
	f, _, err := openRegular(path)
	if err != nil {
		return nil, File{}, err
	}
	if err := f.Close(); err != nil {
		return nil, File{}, err
	}
	file, err := mmap.Open(path)
	if err != nil {
		return nil, File{}, err
	}
	m, err := newMapped(file, n, scale, offset)
	if err == nil {
		err = m.check()
	}
	if err != nil {
		return nil, File{}, errors.Join(fmt.Errorf("%s: %w", path, err), file.Close())
	}
	h := sha256.New()
	if _, err := io.Copy(h, io.NewSectionReader(file, 0, int64(file.Len()))); err != nil {
		return nil, File{}, errors.Join(fmt.Errorf("%s: %w", path, err), file.Close())
	}
	return m, File{Path: path, Bytes: int64(file.Len()), SHA256: hex.EncodeToString(h.Sum(nil))}, nil
}

// newMapped reads and checks the header.
func newMapped(file *mmap.ReaderAt, n int, scale, offset float64) (*mapped, error) {
	size := int64(file.Len())
	a, err := readNPYHeader(io.NewSectionReader(file, 0, size))
	if err != nil {
		return nil, err
	}
	kind, err := elementOf(a.dtype)
	if err != nil {
		return nil, err
	}
	if len(a.shape) != 2 {
		return nil, fmt.Errorf("array of shape %v, want a matrix of examples x features", a.shape)
	}
	if _, err := a.size(kind.bytes, size); err != nil {
		return nil, err
	}
	if a.shape[0] != n {
		return nil, fmt.Errorf("%d rows of features for %d labels", a.shape[0], n)
	}
	m := &mapped{file: file, offset: a.offset, n: n, d: a.shape[1], kind: kind, scale: scale, shift: offset}
	if kind.bytes == 1 {
		m.table = linearTable(scale, offset)
	}
	return m, nil
}

// check reads every row and returns an error for the first value that is not
// finite.
func (m *mapped) check() error {
	if m.table != nil {
		return m.checkTable()
	}
	row := make([]float32, m.d)
	for i := range m.n {
		m.read(i, row)
		for k, v := range row {
			if !finite(float64(v)) {
				return fmt.Errorf("row %d: feature %d is %v after scaling, want a finite number", i, k, v)
			}
		}
	}
	return nil
}

// checkTable checks the values of all codes, used or not.
func (m *mapped) checkTable() error {
	for code, v := range m.table {
		if !finite(float64(v)) {
			return fmt.Errorf("code %d is %v after scaling, want a finite number", code, v)
		}
	}
	return nil
}

func (m *mapped) dim() int { return m.d }

// read decodes row i through a buffer on the stack, so that it neither
// allocates nor shares state.
func (m *mapped) read(i int, dst []float32) {
	var buf [4096]byte
	at := m.offset + int64(i)*int64(m.d)*int64(m.kind.bytes)
	for len(dst) > 0 {
		n := min(len(dst), len(buf)/m.kind.bytes)
		raw := buf[:n*m.kind.bytes]
		if _, err := m.file.ReadAt(raw, at); err != nil {
			panic(fmt.Sprintf("dataset: features read after Close: %v", err))
		}
		m.decode(dst[:n], raw)
		dst, at = dst[n:], at+int64(len(raw))
	}
}

// decode sets dst to the scaled values of raw.
func (m *mapped) decode(dst []float32, raw []byte) {
	switch m.kind.bytes {
	case 1:
		for k := range dst {
			dst[k] = m.table[raw[k]]
		}
	case 2:
		for k := range dst {
			dst[k] = m.linear(float16(binary.LittleEndian.Uint16(raw[2*k:])))
		}
	case 4:
		for k := range dst {
			dst[k] = m.linear(math.Float32frombits(binary.LittleEndian.Uint32(raw[4*k:])))
		}
	}
}

// linear rounds the product before the sum, so that no CPU fuses them, and the
// result once to float32.
func (m *mapped) linear(v float32) float32 {
	return float32(float64(float64(v)*m.scale) + m.shift)
}

// finite reports whether x is neither NaN nor infinite.
func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }
