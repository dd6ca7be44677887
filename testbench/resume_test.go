package testbench

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"engram/circuit"
)

// times returns how often to try: under -short, else, and in the long form that
// RELIABILITY.md describes.
func times(short, usual, long int) int {
	switch {
	case os.Getenv("ENGRAM_LONG") != "":
		return long
	case testing.Short():
		return short
	}
	return usual
}

// outcome is everything that a run leaves but the time it took: metrics.csv,
// the summary, and the final state of system and twin.
func outcome(t testing.TB, dir string) string {
	t.Helper()
	s, err := readSummary(dir)
	if err != nil {
		t.Fatal(err)
	}
	s.WallSeconds, s.ExamplesPerSecond, s.PeakRSS = 0, 0, 0
	float := 0.0
	if s.FloatAccuracy != nil {
		float, s.FloatAccuracy = *s.FloatAccuracy, nil
	}
	metrics, err := os.ReadFile(filepath.Join(dir, metricsFile))
	if err != nil {
		t.Fatal(err)
	}
	names, err := checkpoints(dir)
	if err != nil || len(names) == 0 {
		t.Fatalf("%s: checkpoints %v, %v", dir, names, err)
	}
	return fmt.Sprintf("%s\n%+v %v\n%x", metrics, *s, float, timeless(t, names[0]))
}

// timeless returns a checkpoint without the wall time in it.
func timeless(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var h checkpointHeader
	if err := binary.Read(bytes.NewReader(data), binary.LittleEndian, &h); err != nil {
		t.Fatal(err)
	}
	h.WallTime = 0
	var b bytes.Buffer
	if err := binary.Write(&b, binary.LittleEndian, h); err != nil {
		t.Fatal(err)
	}
	b.Write(data[b.Len():h.bytes()])
	return b.Bytes()
}

// unbroken runs b without a break.
func unbroken(t testing.TB, b *Bench, level circuit.Level) string {
	t.Helper()
	dir := t.TempDir()
	if _, err := Run(t.Context(), b, RunOptions{bare: true, Out: dir, Level: level}); err != nil {
		t.Fatal(err)
	}
	return outcome(t, dir)
}

// stopAt returns a context and options that stop a run after n examples.
func stopAt(t testing.TB, dir string, n int) (context.Context, RunOptions) {
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	if n == 0 {
		cancel()
	}
	return ctx, RunOptions{bare: true, Out: dir, CheckpointEvery: max(n, 1), Progress: func(done, _ int) {
		if done >= n {
			cancel()
		}
	}}
}

// stopped fails unless err says that a run stopped safely after n examples.
func stopped(t testing.TB, err error, n int) {
	t.Helper()
	var stop *StoppedError
	if !errors.As(err, &stop) || !errors.Is(err, context.Canceled) {
		t.Fatalf("error %v, want a safe stop", err)
	}
	if stop.Done != n {
		t.Fatalf("stopped after %d examples, want %d", stop.Done, n)
	}
}

// The bits of a run do not depend on the number of threads.
func TestSameBitsForAnyThreads(t *testing.T) {
	data := t.TempDir()
	writeDrawings(t, data)
	repeats := times(1, 1, 3)
	for _, v := range variants {
		t.Run(v.name, func(t *testing.T) {
			b := openSmall(t, data, v.layers, v.settings)
			want := unbroken(t, b, v.level)
			for _, n := range []int{1, 2, 3, 8} {
				defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(n))
				for range repeats {
					if unbroken(t, b, v.level) != want {
						t.Errorf("other bits on %d threads", n)
					}
				}
			}
		})
	}
}

// A run that was stopped and resumed, once or twice, anywhere, ends with the
// bits of a run that was not.
func TestResumeAnywhere(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	writeDrawings(t, data)
	cuts := times(3, 4, 20)
	resumed := 0
	for _, v := range variants {
		t.Run(v.name, func(t *testing.T) {
			b := openSmall(t, data, v.layers, v.settings)
			want := unbroken(t, b, v.level)
			total := b.Spec.Stimulus.Epochs * trainDrawings
			rng := circuit.NewStream(1, circuit.Stimulus, circuit.Instance(v.name), 0)
			at := []int{0, total}
			for len(at) < cuts {
				at = append(at, int(rng.Uint64()%uint64(total)))
			}
			for k, first := range at {
				dir := t.TempDir()
				ctx, o := stopAt(t, dir, first)
				o.Level = v.level
				_, err := Run(ctx, b, o)
				stopped(t, err, first)
				if k%2 == 1 && first < total { // once more
					second := first + 1 + int(rng.Uint64()%uint64(total-first))
					ctx, o := stopAt(t, dir, second)
					_, err := Resume(ctx, nil, o)
					stopped(t, err, second)
				}
				if _, err := Resume(t.Context(), b, RunOptions{bare: true, Out: dir}); err != nil {
					t.Fatal(err)
				}
				if outcome(t, dir) != want {
					t.Errorf("stopped after %d of %d examples and resumed: other bits", first, total)
				}
				resumed++
			}
		})
	}
	t.Logf("%d runs resumed to identical bits", resumed)
}

// A run that was killed just before a checkpoint, and so lost as much as it can,
// does again what lies between two of them and comes to the same bits.
func TestOneIntervalIsRedone(t *testing.T) {
	t.Parallel()
	const every = 50
	b := small(t)
	want := unbroken(t, b, circuit.PhaseLevel)
	dir := t.TempDir()
	killed := map[int]string{} // copies of the folder, by examples done
	_, err := Run(t.Context(), b, RunOptions{bare: true, Out: dir, CheckpointEvery: every, Progress: func(done, _ int) {
		killed[done] = t.TempDir()
		if err := os.CopyFS(killed[done], os.DirFS(dir)); err != nil {
			t.Error(err)
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	if len(killed) < 3 {
		t.Errorf("%d pauses, want some more", len(killed))
	}
	for done, dir := range killed {
		from := 0
		_, err := Resume(t.Context(), nil, RunOptions{bare: true, Out: dir, Notice: func(s string) {
			fmt.Sscanf(s, "resuming after %d of", &from)
		}})
		if err != nil {
			t.Fatal(err)
		}
		if done-from > every {
			t.Errorf("killed after %d examples, resumed after %d", done, from)
		}
		if outcome(t, dir) != want {
			t.Errorf("killed after %d examples: other bits", done)
		}
	}
}

// Saving changes nothing, and a checkpoint may be loaded more than once.
func TestSavingChangesNothing(t *testing.T) {
	t.Parallel()
	b := small(t)
	want := unbroken(t, b, circuit.PhaseLevel)
	dir := t.TempDir()
	if _, err := Run(t.Context(), b, RunOptions{bare: true, Out: dir, CheckpointEvery: 3}); err != nil {
		t.Fatal(err)
	}
	if outcome(t, dir) != want {
		t.Error("a checkpoint after every third example changes the result")
	}
	var first string
	for range 2 {
		_, tr, err := LoadRun(t.Context(), dir, "")
		if err != nil {
			t.Fatal(err)
		}
		s, err := readSummary(dir)
		if err != nil {
			t.Fatal(err)
		}
		if got := tr.System.StateSHA256(); got != s.StateSHA256 || first != "" && got != first {
			t.Errorf("state %s, the summary says %s", got, s.StateSHA256)
		} else {
			first = got
		}
		if n := len(tr.Results()); n != 3 {
			t.Errorf("%d tests, want 3", n)
		}
	}
}

// Two checkpoints are kept, and a finished run is left alone.
func TestRunFolder(t *testing.T) {
	t.Parallel()
	b := small(t)
	dir := t.TempDir()
	want, err := Run(t.Context(), b, RunOptions{bare: true, Out: dir, CheckpointEvery: 50})
	if err != nil {
		t.Fatal(err)
	}
	names, err := checkpoints(dir)
	if err != nil || len(names) != 2 || filepath.Base(names[0]) != checkpointName(192) || filepath.Base(names[1]) != checkpointName(150) {
		t.Errorf("checkpoints %v, %v", names, err)
	}
	got, err := Resume(t.Context(), nil, RunOptions{bare: true, Out: dir})
	if err != nil || got.StateSHA256 != want.StateSHA256 {
		t.Errorf("resuming a finished run: %+v, %v", got, err)
	}
	left, err := filepath.Glob(filepath.Join(dir, "*", "*.tmp"))
	if err != nil || len(left) > 0 {
		t.Errorf("temporary files %v, %v", left, err)
	}
}

// A safe stop takes little time, also in the middle of a long training.
func TestStopIsQuick(t *testing.T) {
	b := small(t)
	b.Spec.Stimulus.Epochs = 100_000
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var asked time.Time
	_, err := Run(ctx, b, RunOptions{bare: true, Out: t.TempDir(), Progress: func(done, _ int) {
		if done >= 100 && asked.IsZero() {
			asked = time.Now()
			cancel()
		}
	}})
	var stop *StoppedError
	if !errors.As(err, &stop) || stop.Done < 100 {
		t.Errorf("error %v", err)
	}
	if d := time.Since(asked); d > 10*time.Second {
		t.Errorf("stopped after %v", d)
	}
}
