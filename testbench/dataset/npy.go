package dataset

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"regexp"

	"codeberg.org/sbinet/npyio/npy"
)

// maxNPYHeader caps the header's text; NumPy itself refuses to read more than
// 10,000 bytes.
const maxNPYHeader = 10_000

// npyDict is the header text that NumPy writes, with its keys in NumPy's order.
// The npyio reader indexes without checks, so nothing else may reach it.
var npyDict = regexp.MustCompile(`^\{'descr': '[^'{}]*', 'fortran_order': (True|False), 'shape': \((([0-9]{1,18}, )*[0-9]{1,18},?)?\), \} *\n$`)

// An npyArray describes the array of an .npy file.
type npyArray struct {
	dtype  string // NumPy's type string: "<f4"
	shape  []int
	offset int64 // of the first element in the file
}

// readNPYHeader reads the header of an .npy file of format version 1 or 2 with
// an array in C order. It allocates at most maxNPYHeader bytes, whatever the
// header declares. Strings of the file appear in errors only quoted.
func readNPYHeader(r io.Reader) (npyArray, error) {
	header, err := npyHeaderBytes(r)
	if err != nil {
		return npyArray{}, err
	}
	array, err := npy.NewReader(bytes.NewReader(header))
	if err != nil {
		return npyArray{}, err
	}
	descr := array.Header.Descr
	if descr.Fortran {
		return npyArray{}, fmt.Errorf("array in Fortran order, want C order: save numpy.ascontiguousarray(x)")
	}
	dtype := descr.Type[1 : len(descr.Type)-1] // without quotes
	return npyArray{dtype: dtype, shape: descr.Shape, offset: int64(len(header))}, nil
}

// npyHeaderBytes returns all bytes before the first element, checked to be a
// header that NumPy could have written.
func npyHeaderBytes(r io.Reader) ([]byte, error) {
	header := make([]byte, 8, 128)
	if _, err := io.ReadFull(r, header); err != nil {
		return nil, fmt.Errorf("truncated npy header: %w", noEOF(err))
	}
	if !bytes.Equal(header[:6], npy.Magic[:]) {
		return nil, fmt.Errorf("file starts with %q, want %q: not an npy file", header[:6], npy.Magic[:])
	}
	var lengthBytes int
	switch header[6] {
	case 1:
		lengthBytes = 2
	case 2:
		lengthBytes = 4
	default:
		return nil, fmt.Errorf("npy format version %d.%d, want 1 or 2", header[6], header[7])
	}
	var length [4]byte
	if _, err := io.ReadFull(r, length[:lengthBytes]); err != nil {
		return nil, fmt.Errorf("truncated npy header: %w", noEOF(err))
	}
	header = append(header, length[:lengthBytes]...)
	n := binary.LittleEndian.Uint32(length[:])
	if n > maxNPYHeader {
		return nil, fmt.Errorf("npy header of %d bytes, want at most %d", n, maxNPYHeader)
	}
	text := make([]byte, n)
	if _, err := io.ReadFull(r, text); err != nil {
		return nil, fmt.Errorf("truncated npy header: %w", noEOF(err))
	}
	if !npyDict.Match(text) {
		return nil, fmt.Errorf("npy header %.100q, want {'descr': '...', 'fortran_order': ..., 'shape': (...), }", text)
	}
	return append(header, text...), nil
}

// size returns the bytes of all elements of elem bytes each, checked to fill
// the rest of a file of fileBytes exactly.
func (a npyArray) size(elem int, fileBytes int64) (int64, error) {
	have := fileBytes - a.offset
	want := int64(elem)
	for _, n := range a.shape {
		if n < 1 || int64(n) > have/want {
			return 0, fmt.Errorf("header declares shape %v of %d-byte elements, but %d bytes follow it", a.shape, elem, have)
		}
		want *= int64(n)
	}
	if want != have {
		return 0, fmt.Errorf("header declares shape %v of %d-byte elements, %d bytes, but %d bytes follow it", a.shape, elem, want, have)
	}
	return want, nil
}
