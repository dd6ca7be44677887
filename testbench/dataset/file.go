package dataset

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
)

// openRegular opens a regular file. It asks for the kind before it opens, since
// opening a FIFO would block.
func openRegular(path string) (*os.File, int64, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, 0, err
	}
	if !info.Mode().IsRegular() {
		return nil, 0, fmt.Errorf("%s: want a regular file, have %v", path, info.Mode().Type())
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, 0, err
	}
	return f, info.Size(), nil
}

// openHashed opens a regular file, hashes it and rewinds it.
func openHashed(path string) (*os.File, File, error) {
	f, _, err := openRegular(path)
	if err != nil {
		return nil, File{}, err
	}
	record, err := hashFile(f)
	if err != nil {
		f.Close()
		return nil, File{}, err
	}
	return f, record, nil
}

// hashFile reads f from its start and leaves it there.
func hashFile(f *os.File) (File, error) {
	h := sha256.New()
	n, err := io.Copy(h, f)
	if err != nil {
		return File{}, err
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return File{}, err
	}
	return File{Path: f.Name(), Bytes: n, SHA256: hex.EncodeToString(h.Sum(nil))}, nil
}
