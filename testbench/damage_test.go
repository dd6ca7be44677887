package testbench

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"engram/circuit"
)

// stoppedRun leaves a run of b in a folder, stopped after 150 of 192 examples
// with the checkpoint after 100 before it, and returns the folder's files.
func stoppedRun(t testing.TB, b *Bench) map[string][]byte {
	t.Helper()
	dir := t.TempDir()
	ctx, o := stopAt(t, dir, 150)
	o.CheckpointEvery = 50
	_, err := Run(ctx, b, o)
	stopped(t, err, 150)
	files := map[string][]byte{}
	err = filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		name, _ := filepath.Rel(dir, path)
		files[name], err = os.ReadFile(path)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

var (
	newestName   = filepath.Join(checkpointFolder, checkpointName(150))
	previousName = filepath.Join(checkpointFolder, checkpointName(100))
)

// lay writes files into a new folder, some of them with other content; nil
// leaves a file out.
func lay(t testing.TB, files, changed map[string][]byte) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, checkpointFolder), 0o777); err != nil {
		t.Fatal(err)
	}
	for name, data := range files {
		if other, ok := changed[name]; ok {
			data = other
		}
		if data == nil {
			continue
		}
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// damages yields a checkpoint cut at many lengths and with single bits
// flipped.
func damages(data []byte, flips int, yield func(what string, damaged []byte)) {
	rng := circuit.NewStream(1, circuit.Stimulus, 0, 0)
	lengths := []int{0, 1, len(data) - 1}
	for n := 4096; n < len(data); n += 4096 {
		lengths = append(lengths, n)
	}
	for range flips / 10 {
		lengths = append(lengths, int(rng.Uint64()%uint64(len(data))))
	}
	for _, n := range lengths {
		yield(fmt.Sprintf("cut to %d bytes", n), data[:n])
	}
	header := binary.Size(checkpointHeader{})
	for k := range flips {
		n := int(rng.Uint64() % uint64(len(data)))
		if k%4 == 0 { // the header would be hit too rarely
			n %= header
		}
		flipped := bytes.Clone(data)
		flipped[n] ^= 1 << (k % 8)
		yield(fmt.Sprintf("bit %d of byte %d flipped", k%8, n), flipped)
	}
	yield("a byte more", append(bytes.Clone(data), 0))
}

// A damaged checkpoint is noticed, whatever the damage, and leaves the
// training as it was.
func TestDamageIsNoticed(t *testing.T) {
	t.Parallel()
	b := small(t)
	files := stoppedRun(t, b)
	tr, err := b.trainer(t.Context(), RunOptions{})
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(b.Resolved())
	before := tr.System.StateSHA256()
	n := 0
	damages(files[newestName], times(300, 1000, 1000), func(what string, damaged []byte) {
		n++
		_, err := tr.restore(bytes.NewReader(damaged), int64(len(damaged)), sum)
		if !errors.Is(err, errDamaged) {
			t.Errorf("%s: error %v", what, err)
		}
	})
	if tr.System.StateSHA256() != before || tr.Examples() != 0 {
		t.Error("a damaged checkpoint changed the training")
	}
	if _, err := tr.restore(bytes.NewReader(files[newestName]), int64(len(files[newestName])), sum); err != nil || tr.Examples() != 150 {
		t.Errorf("the intact one: %d examples, %v", tr.Examples(), err)
	}
	t.Logf("%d damaged checkpoints noticed", n)
}

// A run whose newest checkpoint is damaged continues from the one before, to
// the same bits; the damaged one is set aside. Without any it fails.
func TestFallBackToPrevious(t *testing.T) {
	t.Parallel()
	b := small(t)
	want := unbroken(t, b, circuit.PhaseLevel)
	files := stoppedRun(t, b)
	damages(files[newestName], 4, func(what string, damaged []byte) {
		dir := lay(t, files, map[string][]byte{newestName: damaged})
		var told []string
		_, err := Resume(t.Context(), nil, RunOptions{bare: true, Out: dir, Notice: func(s string) { told = append(told, s) }})
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		if outcome(t, dir) != want {
			t.Errorf("%s: other bits", what)
		}
		if len(told) != 2 || !strings.Contains(told[0], newestName) || !strings.Contains(told[1], "after 100 of 192") {
			t.Errorf("%s: told %q", what, told)
		}
		if _, err := os.Stat(filepath.Join(dir, newestName+damagedSuffix)); err != nil {
			t.Errorf("%s: %v", what, err)
		}
	})
	dir := lay(t, files, map[string][]byte{newestName: []byte("x"), previousName: files[previousName][:99]})
	_, err := Resume(t.Context(), nil, RunOptions{bare: true, Out: dir})
	if err == nil || !strings.Contains(err.Error(), newestName) || !strings.Contains(err.Error(), previousName) {
		t.Errorf("no checkpoint that can be used: error %v", err)
	}
}

// A folder without any checkpoint is that of a run that was killed early: it
// begins anew. Temporary files are no checkpoints.
func TestResumeWithoutCheckpoint(t *testing.T) {
	t.Parallel()
	b := small(t)
	want := unbroken(t, b, circuit.PhaseLevel)
	files := stoppedRun(t, b)
	files[newestName+".tmp"] = []byte("half a checkpoint")
	dir := lay(t, files, map[string][]byte{newestName: nil, previousName: nil})
	if _, err := Resume(t.Context(), nil, RunOptions{bare: true, Out: dir}); err != nil {
		t.Fatal(err)
	}
	if outcome(t, dir) != want {
		t.Error("other bits")
	}
	if _, err := os.Stat(filepath.Join(dir, newestName+".tmp")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("half a checkpoint is left: %v", err)
	}
}

// A checkpoint is refused, with the reason, where anything but its position
// differs.
func TestForeignCheckpoint(t *testing.T) {
	t.Parallel()
	b := small(t)
	files := stoppedRun(t, b)
	for _, c := range []struct {
		want   string
		change func(h *checkpointHeader)
	}{
		{"checkpoint of version 1", func(h *checkpointHeader) { h.Version = 1 }},
		{"another netlist", func(h *checkpointHeader) { h.Netlist[5]++ }},
		{"other data", func(h *checkpointHeader) { h.Data[5]++ }},
		{"seed 8, not 7", func(h *checkpointHeader) { h.Seed = 8 }},
		{"level 1, not 0", func(h *checkpointHeader) { h.Level = 1 }},
		{"not a checkpoint", func(h *checkpointHeader) { h.Magic[0] = 'X' }},
		{"193 examples of 192", func(h *checkpointHeader) { h.Examples = 193 }},
		{"tests", func(h *checkpointHeader) { h.Results = math.MaxInt64 }},
		{"bytes of state", func(h *checkpointHeader) { h.System = math.MaxInt64 }},
		{"bytes of state", func(h *checkpointHeader) { h.Twin = -1 }},
		{"expected", func(h *checkpointHeader) { h.Results++ }},
		{"metrics.csv", func(h *checkpointHeader) { h.MetricsBytes++ }},
		{"metrics.csv", func(h *checkpointHeader) { h.MetricsBytes = math.MaxInt64 }},
		{"metrics.csv", func(h *checkpointHeader) { h.MetricsSum[3]++ }},
	} {
		changed := reheaded(t, files[newestName], c.change)
		dir := lay(t, files, map[string][]byte{newestName: changed, previousName: nil})
		_, err := Resume(t.Context(), nil, RunOptions{bare: true, Out: dir})
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), newestName) {
			t.Errorf("error %v, want %q", err, c.want)
		}
	}
}

// reheaded changes the header of a checkpoint and puts its sum right.
func reheaded(t testing.TB, data []byte, change func(*checkpointHeader)) []byte {
	t.Helper()
	var h checkpointHeader
	if err := binary.Read(bytes.NewReader(data), binary.LittleEndian, &h); err != nil {
		t.Fatal(err)
	}
	change(&h)
	var b bytes.Buffer
	if err := binary.Write(&b, binary.LittleEndian, h); err != nil {
		t.Fatal(err)
	}
	b.Write(data[b.Len() : len(data)-sha256.Size])
	sum := sha256.Sum256(b.Bytes())
	return append(b.Bytes(), sum[:]...)
}

// No bytes behind a right checksum make restore panic, allocate beyond the file,
// or accept a state that is no state.
func FuzzCheckpoint(f *testing.F) {
	b := small(f)
	files := stoppedRun(f, b)
	tr, err := b.trainer(f.Context(), RunOptions{})
	if err != nil {
		f.Fatal(err)
	}
	sum := sha256.Sum256(b.Resolved())
	f.Add(files[newestName][:len(files[newestName])-sha256.Size])
	f.Add([]byte(checkpointMagic))
	f.Fuzz(func(t *testing.T, body []byte) {
		if len(body) > 1<<20 {
			return
		}
		// With the sum put right the fuzzer gets behind it.
		end := sha256.Sum256(body)
		data := append(bytes.Clone(body), end[:]...)
		if _, err := tr.restore(bytes.NewReader(data), int64(len(data)), sum); err != nil {
			return
		}
		// What is accepted is a state that training could be in: it can be
		// saved again.
		if err := tr.save(new(bytes.Buffer), sum, position{}); err != nil {
			t.Errorf("accepted, but %v", err)
		}
	})
}
