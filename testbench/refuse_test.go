package testbench

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// refused fails unless err holds a text, and nothing in dir has changed.
func refused(t *testing.T, dir string, want string, do func() error) {
	t.Helper()
	before := listing(t, dir)
	err := do()
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("error %v, want %q", err, want)
	}
	if after := listing(t, dir); after != before {
		t.Errorf("%q: the folder was changed:\n%s\nbefore:\n%s", want, after, before)
	}
}

func listing(t *testing.T, dir string) string {
	t.Helper()
	var b bytes.Buffer
	err := filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		b.WriteString(path + ": " + string(data) + "\n")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// A folder with anything in it is not overwritten, and a run is not resumed as
// another.
func TestForeignFolder(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	writeDrawings(t, data)
	b := openSmall(t, data, twoLayers, nil)
	dir := lay(t, stoppedRun(t, b), nil)
	run := func(b *Bench) func() error {
		return func() error { _, err := Run(t.Context(), b, RunOptions{bare: true, Out: dir}); return err }
	}
	resume := func(b *Bench) func() error {
		return func() error { _, err := Resume(t.Context(), b, RunOptions{bare: true, Out: dir}); return err }
	}
	other := openSmall(t, data, oneLayer, nil)
	seed := openSmall(t, data, twoLayers, set("seed", "8"))
	rate := openSmall(t, data, twoLayers, set("learning.rate", "0.2"))
	refused(t, dir, "holds a run already", run(b))
	refused(t, dir, "holds a run already", run(other))
	for _, foreign := range []*Bench{other, seed, rate} {
		refused(t, dir, "another netlist, testbench or seed", resume(foreign))
	}

	// A resolved.toml that was changed afterwards is not that of the checkpoints.
	changed := lay(t, stoppedRun(t, b), map[string][]byte{resolvedFile: seed.Resolved()})
	refused(t, changed, "another netlist or testbench", func() error {
		_, err := Resume(t.Context(), nil, RunOptions{bare: true, Out: changed})
		return err
	})

	strange := t.TempDir()
	if err := os.WriteFile(filepath.Join(strange, "thesis.tex"), []byte("x"), 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := Run(t.Context(), b, RunOptions{bare: true, Out: strange}); err == nil || !strings.Contains(err.Error(), "thesis.tex") {
		t.Errorf("error %v, want one that names the file in the way", err)
	}
	if _, err := Resume(t.Context(), nil, RunOptions{bare: true, Out: strange}); err == nil || !strings.Contains(err.Error(), "holds no run") {
		t.Errorf("error %v, want one about no run", err)
	}
}

// Other data than those of the checkpoint are refused.
func TestOtherData(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	writeDrawings(t, data)
	b := openSmall(t, data, twoLayers, nil)
	dir := lay(t, stoppedRun(t, b), nil)
	name := filepath.Join(data, "train-images-idx3-ubyte")
	pixels, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	pixels[len(pixels)-1] ^= 1
	if err := os.WriteFile(name, pixels, 0o666); err != nil {
		t.Fatal(err)
	}
	refused(t, dir, "other data", func() error {
		_, err := Resume(t.Context(), nil, RunOptions{bare: true, Out: dir})
		return err
	})
}

// Of two runs in one folder the second is refused at once.
func TestOneRunPerFolder(t *testing.T) {
	b := small(t)
	dir := lay(t, stoppedRun(t, b), nil)
	lock, err := lockFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, start := range []func() error{
		func() error { _, err := Run(t.Context(), b, RunOptions{bare: true, Out: dir}); return err },
		func() error { _, err := Resume(t.Context(), b, RunOptions{bare: true, Out: dir}); return err },
	} {
		refused(t, dir, "in use by another engram", start)
	}
	if err := lock.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := Resume(t.Context(), b, RunOptions{bare: true, Out: dir}); err != nil {
		t.Errorf("with the lock free again: %v", err)
	}
}

// A run that would not fit is refused before it makes a folder.
func TestMaxMemory(t *testing.T) {
	b := small(t)
	dir := filepath.Join(t.TempDir(), "run")
	need := b.EstimateMemory()
	_, err := Run(t.Context(), b, RunOptions{bare: true, Out: dir, MaxMemory: need - 1})
	var memory *MemoryError
	if !errors.As(err, &memory) || memory.Need != need || !strings.Contains(err.Error(), "--max-memory") {
		t.Errorf("error %v, want one about memory", err)
	}
	if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the folder was made: %v", err)
	}
	if _, err := Run(t.Context(), b, RunOptions{bare: true, Out: dir, MaxMemory: need + 2*64*(trainDrawings+testDrawings)}); err != nil {
		t.Error(err)
	}
}

// The estimate is an upper bound of what a run takes, and not a wild one.
func TestMemoryEstimate(t *testing.T) {
	if peakRSS() == 0 {
		t.Skip("the peak memory is not known here")
	}
	b := small(t)
	if b.EstimateMemory() < baseMemory {
		t.Errorf("estimate %s", FormatBytes(b.EstimateMemory()))
	}
	big := openSmall(t, t.TempDir(), twoLayers, set("layer.hidden.width", "100000"))
	cells := int64(big.Design.Synapses())
	if got := big.EstimateMemory() / cells; got < 100 || got > 400 {
		t.Errorf("%d bytes per cell", got)
	}
	for n, want := range map[int64]string{0: "0 B", 999: "999 B", 1000: "1.0 kB", 1 << 30: "1.1 GB", 999_999: "1.0 MB", 7e18: "7.0 EB"} {
		if got := FormatBytes(n); got != want {
			t.Errorf("%d bytes are %q, want %q", n, got, want)
		}
	}
}
