package dataset

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
)

// idx returns an IDX file with the given header words and data.
func idx(data []byte, words ...uint32) []byte {
	var b []byte
	for _, w := range words {
		b = binary.BigEndian.AppendUint32(b, w)
	}
	return append(b, data...)
}

func gz(t testing.TB, data []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// write writes files into a new folder.
func write(t testing.TB, files map[string][]byte) (dir string) {
	t.Helper()
	dir = t.TempDir()
	for name, data := range files {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestIDXFolder(t *testing.T) {
	dir := write(t, map[string][]byte{
		"train-images-idx3-ubyte.gz": gz(t, idx([]byte{0, 51, 102, 153, 204, 255}, idxImages, 3, 1, 2)),
		"train-labels-idx1-ubyte":    idx([]byte{2, 0, 1}, idxLabels, 3),
		"t10k-images-idx3-ubyte":     idx([]byte{255, 0}, idxImages, 1, 1, 2),
		"t10k-labels-idx1-ubyte.gz":  gz(t, idx([]byte{1}, idxLabels, 1)),
	})
	train, test, err := IDX(dir, "tiny", 3, Crop{})
	if err != nil {
		t.Fatal(err)
	}
	if train.Name != "tiny train" || test.Name != "tiny test" || train.Len() != 3 || test.Len() != 1 || train.Dim() != 2 {
		t.Errorf("train %q %d x %d, test %q %d", train.Name, train.Len(), train.Dim(), test.Name, test.Len())
	}
	x, label := example(train, 1)
	if label != 0 || x[0] != 0.4 || x[1] != 0.6 {
		t.Errorf("training example 1 is %v, label %d, want [0.4 0.6], label 0", x, label)
	}
	if len(train.Files) != 2 || len(train.Files[0].SHA256) != 64 || train.Files[1].Bytes != 11 {
		t.Errorf("file records %+v", train.Files)
	}
	_, _, err = IDX(dir, "tiny", 2, Crop{})
	wantError(t, err, "train-labels-idx1-ubyte: row 0: label 2", "0 to 1")
	_, _, err = IDX(dir, "tiny", 3, Crop{Rows: 2, Cols: 2})
	wantError(t, err, "tiny train: crop of 2 x 2 from an image of 1 x 2")
	_, _, err = IDX(t.TempDir(), "tiny", 3, Crop{})
	wantError(t, err, "train-images-idx3-ubyte.gz", "not exist")
}

func TestIDXLabelCount(t *testing.T) {
	dir := write(t, map[string][]byte{
		"i": idx([]byte{1, 2}, idxImages, 2, 1, 1),
		"l": idx([]byte{1, 2, 3}, idxLabels, 3),
	})
	_, err := readIDXSet("s", filepath.Join(dir, "i"), filepath.Join(dir, "l"), 10, nil)
	wantError(t, err, "/l: 3 labels for the 2 images of", "/i")
}

func TestIDXMalformed(t *testing.T) {
	good := idx([]byte{1, 2, 3, 4}, idxImages, 2, 1, 2)
	zipped := gz(t, good)
	badSum := bytes.Clone(zipped)
	badSum[len(badSum)-6] ^= 1
	for _, c := range []struct {
		name string
		data []byte
		want string
	}{
		{"empty", nil, "truncated IDX header"},
		{"header cut", good[:13], "truncated IDX header"},
		{"data cut", good[:19], "truncated: 3 of the 4 bytes"},
		{"trailing byte", append(bytes.Clone(good), 9), "data go on after the 4 bytes"},
		{"labels for images", idx([]byte{1}, idxLabels, 1), "magic number 0x0801, want 0x0803"},
		{"float type", idx([]byte{1}, 0x0d03, 1, 1, 1), "magic number 0x0d03"},
		{"no images", idx(nil, idxImages, 0, 28, 28), "dimension of 0"},
		{"too many images", idx(nil, idxImages, 1<<32-1, 1, 1), "dimension of 4294967295"},
		{"too many bytes", idx(nil, idxImages, 1<<22, 1<<22, 1<<22), "more than 1073741824 bytes"},
		{"lie", idx([]byte{1}, idxImages, 1<<20, 28, 28), "truncated: 1 of the 822083584 bytes"},
		{"gzip cut", zipped[:len(zipped)-9], "unexpected EOF"},
		{"gzip without sum", zipped[:len(zipped)-8], "unexpected EOF"},
		{"gzip sum", badSum, "checksum"},
		{"gzip header", []byte{0x1f, 0x8b, 0, 0, 0, 0, 0, 0, 0, 0, 0}, "gzip header"},
		{"gzip member behind", append(bytes.Clone(zipped), zipped...), "data go on after the 4 bytes"},
		{"junk behind gzip", append(bytes.Clone(zipped), "junk"...), "after the 4 bytes"},
		{"gzip in gzip", gz(t, zipped), "magic number"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, _, err := readIDX(bytes.NewReader(c.data), idxImages)
			wantError(t, err, c.want)
		})
	}
}

// bomb returns a gzip stream of head and then zeros, about 1e9 of them, at
// about 1,000:1. A compressor that has seen only zeros gives each further MiB of
// them the same bytes, so one MiB is compressed and repeated.
func bomb(t testing.TB, head []byte) []byte {
	t.Helper()
	const mebibytes = 954
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	zeros := make([]byte, 1<<20)
	flushed := func(data []byte) (compressed []byte) {
		before := b.Len()
		if _, err := z.Write(data); err != nil {
			t.Fatal(err)
		}
		if err := z.Flush(); err != nil {
			t.Fatal(err)
		}
		return bytes.Clone(b.Bytes()[before:])
	}
	flushed(head)
	flushed(zeros)
	further := flushed(zeros)
	for range mebibytes - 2 {
		b.Write(further)
	}
	if ratio := mebibytes << 20 / b.Len(); ratio < 1000 {
		t.Fatalf("the bomb expands only %d times", ratio)
	}
	return b.Bytes()
}

// A counter counts the bytes that are read from it.
type counter struct {
	io.Reader
	n int
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.n += n
	return n, err
}

// Bombs stop at the declared size and one byte, and whatever a header declares
// or a stream holds, memory stays near what arrives.
func TestIDXBomb(t *testing.T) {
	tiny := idx(make([]byte, 4), idxImages, 4, 1, 1)
	lie := idx(nil, idxImages, 1<<20, 28, 28)
	nested := gz(t, bomb(t, tiny))
	for name, c := range map[string]struct {
		data []byte
		want string
		most int // of data read
	}{
		"1e9 zeros":             {bomb(t, tiny), "data go on after the 4 bytes", 16 << 10},
		"bomb in a gzip stream": {nested, "magic number", len(nested)},
		"bombs behind another":  {append(gz(t, tiny), bomb(t, nil)...), "data go on after the 4 bytes", 16 << 10},
		"800 MB declared":       {gz(t, lie), "truncated: 0 of the 822083584 bytes", 1 << 10},
		"800 MB cut":            {bomb(t, lie)[:10<<10], "unexpected EOF", 10 << 10},
	} {
		t.Run(name, func(t *testing.T) {
			in := &counter{Reader: bytes.NewReader(c.data)}
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, _, err := readIDX(in, idxImages)
			runtime.ReadMemStats(&after)
			wantError(t, err, c.want)
			if in.n > c.most {
				t.Errorf("read %d of %d bytes, want at most %d", in.n, len(c.data), c.most)
			}
			if got := after.TotalAlloc - before.TotalAlloc; got > 64<<20 {
				t.Errorf("allocated %d bytes, want at most 64 MiB", got)
			}
		})
	}
}

// Of what a stream holds beyond the size that its header declares, one byte is
// read, to tell that there is more.
func TestReadDeclaredStops(t *testing.T) {
	for _, n := range []int{1, 1000, 3 << 20} {
		in := &counter{Reader: endless{}}
		_, err := readDeclared(in, n)
		wantError(t, err, "data go on after")
		if in.n != n+1 {
			t.Errorf("read %d bytes where %d are declared", in.n, n)
		}
	}
}

// endless gives zeros for ever.
type endless struct{}

func (endless) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func TestNotARegularFile(t *testing.T) {
	dir := t.TempDir()
	fifo := filepath.Join(dir, "fifo")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Skip("no FIFO:", err)
	}
	done := make(chan error, 1)
	go func() { _, _, err := openRegular(fifo); done <- err }()
	select {
	case err := <-done:
		wantError(t, err, fifo, "want a regular file")
	case <-time.After(time.Minute):
		t.Fatal("opening a FIFO blocks")
	}
	_, _, err := openRegular(dir)
	wantError(t, err, dir, "want a regular file")
}

// readDeclared grows its buffer in steps; lengths around each step come back whole.
func TestReadDeclaredLengths(t *testing.T) {
	for _, n := range []int{1, 1<<20 - 1, 1 << 20, 1<<20 + 1, 2 << 20, 5<<20 + 3} {
		data := bytes.Repeat([]byte{1, 2, 3}, n/3+1)[:n]
		got, err := readDeclared(io.MultiReader(bytes.NewReader(data[:n/2]), bytes.NewReader(data[n/2:])), n)
		if err != nil || !bytes.Equal(got, data) {
			t.Errorf("%d bytes: read %d, error %v", n, len(got), err)
		}
	}
}

func FuzzIDX(f *testing.F) {
	good := idx([]byte{1, 2, 3, 4}, idxImages, 2, 1, 2)
	f.Add(good)
	f.Add(gz(f, good))
	f.Add(good[:17])
	f.Add(idx(nil, idxImages, 1<<22, 1<<4, 1<<4))
	f.Add([]byte(strings.Repeat("\x1f\x8b", 20)))
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 64<<10 { // at 1,030:1 this keeps an input below a second
			return
		}
		pixels, shape, err := readIDX(bytes.NewReader(data), idxImages)
		if err != nil {
			return
		}
		if len(shape) != 3 || len(pixels) != shape[0]*shape[1]*shape[2] {
			t.Errorf("%d pixels of shape %v", len(pixels), shape)
		}
	})
}
