package dataset

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"codeberg.org/sbinet/npyio/npy"
)

// npyFile returns an .npy file of format 1 as numpy.save lays it out: the data
// start at a multiple of 64 bytes.
func npyFile(dict string, data []byte) []byte {
	pad := 63 - (10+len(dict))%64
	b := append([]byte("\x93NUMPY\x01\x00"), 0, 0)
	binary.LittleEndian.PutUint16(b[8:], uint16(len(dict)+pad+1))
	return append(append(b, dict+strings.Repeat(" ", pad)+"\n"...), data...)
}

func npyDictOf(dtype, shape string) string {
	return fmt.Sprintf("{'descr': '%s', 'fortran_order': False, 'shape': %s, }", dtype, shape)
}

func npyLabels(labels ...byte) []byte {
	return npyFile(npyDictOf("|u1", fmt.Sprintf("(%d,)", len(labels))), labels)
}

func float32Bytes(values ...float32) (b []byte) {
	for _, v := range values {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
	}
	return b
}

func float16Bytes(values ...uint16) (b []byte) {
	for _, v := range values {
		b = binary.LittleEndian.AppendUint16(b, v)
	}
	return b
}

// tiny returns the files of a set of two training and one test example.
func tiny(x, testX []byte) map[string][]byte {
	return map[string][]byte{
		"tiny-train-x.npy": x,
		"tiny-train-y.npy": npyLabels(1, 0),
		"tiny-test-x.npy":  testX,
		"tiny-test-y.npy":  npyLabels(2),
	}
}

func TestFeatures(t *testing.T) {
	for _, c := range []struct {
		dtype       string
		train, test []byte
	}{
		{"|u1", []byte{0, 1, 2, 3, 4, 5}, []byte{31, 128, 255}},
		// 0x3c00 = 1, 0x4000 = 2, 0x4200 = 3, 0x4400 = 4, 0x4500 = 5, 0x4fc0 = 31, 0x5800 = 128, 0x5bf8 = 255
		{"<f2", float16Bytes(0, 0x3c00, 0x4000, 0x4200, 0x4400, 0x4500), float16Bytes(0x4fc0, 0x5800, 0x5bf8)},
		{"<f4", float32Bytes(0, 1, 2, 3, 4, 5), float32Bytes(31, 128, 255)},
	} {
		dir := write(t, tiny(npyFile(npyDictOf(c.dtype, "(2, 3)"), c.train), npyFile(npyDictOf(c.dtype, "(1, 3)"), c.test)))
		train, test, err := Features(FeatureSource{Dir: dir, Name: "tiny", Classes: 3, Scale: 0.04, Offset: -1})
		if err != nil {
			t.Fatal(c.dtype, err)
		}
		if train.Len() != 2 || train.Dim() != 3 || train.Name != "tiny train" || len(train.Files) != 2 {
			t.Errorf("%s: %q of %d x %d, files %v", c.dtype, train.Name, train.Len(), train.Dim(), train.Files)
		}
		stored := []float64{3, 4, 5}
		x, label := example(train, 1)
		if label != 0 {
			t.Errorf("%s: label %d, want 0", c.dtype, label)
		}
		y, label := example(test, 0)
		if label != 2 {
			t.Errorf("%s: label %d, want 2", c.dtype, label)
		}
		for k, v := range append(stored, 31, 128, 255) {
			if got, want := append(x, y...)[k], float32(float64(0.04*v)-1); got != want {
				t.Errorf("%s: stored %v has the value %v, want %v", c.dtype, v, got, want)
			}
		}
		if _, err := train.Crop(Crop{}); err == nil {
			t.Errorf("%s: features can be cropped", c.dtype)
		}
		if err := train.Close(); err != nil {
			t.Error(err)
		}
		if err := test.Close(); err != nil {
			t.Error(err)
		}
	}
}

// Rows longer than the buffer on the stack, in a file written by npyio, come
// back whole and without an allocation.
func TestFeaturesLongRows(t *testing.T) {
	const n, d = 3, 2500
	var all [n][d]float32
	for i := range all {
		for k := range all[i] {
			all[i][k] = float32(i*d+k) / 8
		}
	}
	var x bytes.Buffer
	if err := npy.Write(&x, all); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(write(t, map[string][]byte{"x.npy": x.Bytes()}), "x.npy")
	m, _, err := openMapped(path, n, 1, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer m.file.Close()
	row := make([]float32, d)
	for i := range all {
		m.read(i, row)
		if [d]float32(row) != all[i] {
			t.Errorf("row %d differs", i)
		}
	}
	if n := testing.AllocsPerRun(100, func() { m.read(1, row) }); n != 0 {
		t.Errorf("a read allocates %v times", n)
	}
}

func TestFeaturesMalformed(t *testing.T) {
	u1 := func(shape string, n int) []byte { return npyFile(npyDictOf("|u1", shape), make([]byte, n)) }
	good, goodTest := u1("(2, 3)", 6), u1("(1, 3)", 3)
	v3 := bytes.Clone(good)
	v3[6] = 3
	huge := append([]byte("\x93NUMPY\x02\x00"), 0xff, 0xff, 0xff, 0xff)
	nan := float32(math.NaN())
	for _, c := range []struct {
		name, file string
		data       []byte
		want       []string
	}{
		{"float64", "train-x", npyFile(npyDictOf("<f8", "(2, 3)"), make([]byte, 48)), []string{`"<f8"`, "float32"}},
		{"big-endian", "train-x", npyFile(npyDictOf(">f4", "(2, 3)"), make([]byte, 24)), []string{`">f4"`, "little-endian"}},
		{"signed", "train-x", npyFile(npyDictOf("|i1", "(2, 3)"), make([]byte, 6)), []string{`"|i1"`}},
		{"object", "train-x", npyFile(npyDictOf("|O", "(2, 3)"), make([]byte, 6)), []string{`"|O"`}},
		{"Fortran order", "train-x", npyFile("{'descr': '|u1', 'fortran_order': True, 'shape': (2, 3), }", make([]byte, 6)), []string{"Fortran order"}},
		{"truncated", "train-x", good[:len(good)-1], []string{"shape [2 3]", "5 bytes follow"}},
		{"trailing", "train-x", append(bytes.Clone(good), 0), []string{"7 bytes follow"}},
		{"header cut", "train-x", good[:40], []string{"truncated npy header"}},
		{"empty", "train-x", nil, []string{"truncated npy header"}},
		{"not npy", "train-x", []byte("PK\x03\x04 a zip file"), []string{"not an npy file"}},
		{"version 3", "train-x", v3, []string{"version 3.0"}},
		{"huge header", "train-x", huge, []string{"header of 4294967295 bytes"}},
		{"no newline", "train-x", append([]byte("\x93NUMPY\x01\x00\x02\x00"), "{}"...), []string{"npy header"}},
		{"keys in another order", "train-x", npyFile("{'shape': (2, 3), 'descr': '|u1', 'fortran_order': False, }", nil), []string{"npy header"}},
		{"negative shape", "train-x", npyFile(npyDictOf("|u1", "(-2, 3)"), make([]byte, 6)), []string{"npy header"}},
		{"shape overflows", "train-x", npyFile(npyDictOf("|u1", "(4294967296, 4294967296)"), make([]byte, 6)), []string{"6 bytes follow"}},
		{"shape beyond int64", "train-x", npyFile(npyDictOf("|u1", "(99999999999999999999, 3)"), make([]byte, 6)), []string{"npy header"}},
		{"zero rows", "train-x", u1("(0, 3)", 0), []string{"shape [0 3]"}},
		{"vector", "train-x", u1("(6,)", 6), []string{"want a matrix"}},
		{"cube", "train-x", u1("(2, 3, 1)", 6), []string{"want a matrix"}},
		{"scalar", "train-x", u1("()", 1), []string{"want a matrix"}},
		{"one row more", "train-x", u1("(3, 3)", 9), []string{"3 rows of features for 2 labels"}},
		{"NaN", "train-x", npyFile(npyDictOf("<f4", "(2, 3)"), float32Bytes(0, 1, 2, 3, nan, 5)), []string{"row 1: feature 1 is NaN"}},
		{"infinite half", "train-x", npyFile(npyDictOf("<f2", "(2, 3)"), float16Bytes(0, 0, 0xfc00, 0, 0, 0)), []string{"row 0: feature 2 is -Inf"}},
		{"overflow", "train-x", npyFile(npyDictOf("<f4", "(2, 3)"), float32Bytes(0, 0, 0, 0, 0, 3e38)), []string{"row 1: feature 2 is +Inf after scaling"}},
		{"other width", "test-x", u1("(1, 4)", 4), []string{"4 features", "tiny-train-x.npy has 3"}},
		{"label out of range", "train-y", npyLabels(1, 3), []string{"row 1: label 3, want 0 to 2"}},
		{"label matrix", "train-y", npyFile(npyDictOf("|u1", "(2, 1)"), []byte{0, 1}), []string{"want a vector"}},
		{"wide labels", "train-y", npyFile(npyDictOf("<i8", "(2,)"), make([]byte, 16)), []string{`"<i8"`, "uint8"}},
		{"truncated labels", "test-y", npyLabels(1, 2)[:129], []string{"1 bytes follow"}},
		{"too many labels", "train-y", npyFile(npyDictOf("|u1", "(9999999999,)"), nil), []string{"9999999999 labels"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			files := tiny(good, goodTest)
			name := "tiny-" + c.file + ".npy"
			files[name] = c.data
			dir := write(t, files)
			_, _, err := Features(FeatureSource{Dir: dir, Name: "tiny", Classes: 3, Scale: 2})
			wantError(t, err, append(c.want, filepath.Join(dir, name)+":")...)
		})
	}
}

func TestFeaturesOptions(t *testing.T) {
	_, _, err := Features(FeatureSource{Name: "cifar10", Classes: 10, Scale: 1})
	wantError(t, err, "stimulus.features", "cifar10-train-x.npy", "extract_features.py")
	_, _, err = Features(FeatureSource{Dir: t.TempDir(), Name: "cifar10", Classes: 10, Scale: 1})
	wantError(t, err, "cifar10-train-y.npy", "no such file")
	for _, scale := range []float64{0, math.NaN(), math.Inf(1)} {
		_, _, err = Features(FeatureSource{Dir: "x", Name: "cifar10", Classes: 10, Scale: scale})
		wantError(t, err, "cifar10: scale")
	}
	dir := write(t, tiny(npyFile(npyDictOf("|u1", "(2, 3)"), make([]byte, 6)), npyFile(npyDictOf("|u1", "(1, 3)"), make([]byte, 3))))
	_, _, err = Features(FeatureSource{Dir: dir, Name: "tiny", Classes: 3, Scale: 1e37})
	wantError(t, err, "tiny-train-x.npy: code", "+Inf after scaling")
}

// All 65,536 numbers against the definition of IEEE 754-2008, 3.4.
func TestFloat16(t *testing.T) {
	for bits := range 1 << 16 {
		sign := math.Pow(-1, float64(bits>>15))
		exponent, fraction := bits>>10&0x1f, float64(bits&0x3ff)
		got := float64(float16(uint16(bits)))
		switch {
		case exponent == 0x1f && fraction != 0:
			if !math.IsNaN(got) {
				t.Fatalf("%#04x is %v, want NaN", bits, got)
			}
			continue
		case exponent == 0x1f:
			if !math.IsInf(got, int(sign)) {
				t.Fatalf("%#04x is %v, want an infinity of sign %v", bits, got, sign)
			}
			continue
		}
		want := sign * math.Ldexp(1024+fraction, exponent-25)
		if exponent == 0 {
			want = math.Copysign(math.Ldexp(fraction, -24), sign)
		}
		if math.Float64bits(got) != math.Float64bits(want) {
			t.Fatalf("%#04x is %v, want %v", bits, got, want)
		}
	}
}

// The features of the real CIFAR images, in a folder that ENGRAM_FEATURES
// names: sizes, balance of the classes, and the memory that opening and reading
// all of them takes beside the maps.
func TestRealFeatures(t *testing.T) {
	dir := os.Getenv("ENGRAM_FEATURES")
	if dir == "" {
		t.Skip("ENGRAM_FEATURES does not name a folder of feature files")
	}
	for _, c := range []struct {
		name    string
		classes int
	}{{"cifar10", 10}, {"cifar100", 100}} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		train, test, err := Features(FeatureSource{Dir: dir, Name: c.name, Classes: c.classes, Scale: 0.04})
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range []*Set{train, test} {
			x := make([]float32, s.Dim())
			for i := range s.Len() {
				s.Example(i, x)
			}
			for class, n := range s.Counts() {
				if n == 0 {
					t.Errorf("%s: no example of class %d", s.Name, class)
				}
			}
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		}
		runtime.ReadMemStats(&after)
		allocated := after.TotalAlloc - before.TotalAlloc
		t.Logf("%s: %d + %d examples of %d features, %d bytes allocated", c.name, train.Len(), test.Len(), train.Dim(), allocated)
		if test.Len() != 10_000 || test.Dim() != train.Dim() || allocated > 4<<20 {
			t.Errorf("%s: %d test examples, %d bytes allocated, want 10000 and at most 4 MiB", c.name, test.Len(), allocated)
		}
	}
}

func FuzzNPYHeader(f *testing.F) {
	f.Add(npyFile(npyDictOf("|u1", "(2, 3)"), make([]byte, 6)))
	f.Add(npyFile(npyDictOf("<f2", "(1,)"), make([]byte, 2)))
	f.Add(npyFile("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }", make([]byte, 4)))
	f.Add(npyFile("}'shape': 'descr': 'fortran_order': ", nil))
	f.Add([]byte("\x93NUMPY\x02\x00\xff\xff\xff\xff"))
	f.Fuzz(func(t *testing.T, data []byte) {
		a, err := readNPYHeader(bytes.NewReader(data))
		if err != nil {
			return
		}
		if a.offset > int64(len(data)) {
			t.Fatalf("data at %d of %d bytes", a.offset, len(data))
		}
		for _, elem := range []int{1, 2, 4} {
			n, err := a.size(elem, int64(len(data)))
			if err == nil && n != int64(len(data))-a.offset {
				t.Errorf("%d bytes of data, want %d", n, int64(len(data))-a.offset)
			}
		}
	})
}

func FuzzNPYLabels(f *testing.F) {
	f.Add(npyLabels(1, 2, 3))
	f.Add(npyLabels(1, 2, 3)[:130])
	f.Fuzz(func(t *testing.T, data []byte) {
		labels, err := parseNPYLabels(bytes.NewReader(data), int64(len(data)))
		if err == nil && !bytes.HasSuffix(data, labels) {
			t.Error("the labels are not the end of the file")
		}
	})
}
