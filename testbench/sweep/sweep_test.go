package sweep

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// workerEnv makes the test binary compute a shard of the folder it names, as a
// job of a cluster would, instead of running tests.
const workerEnv = "ENGRAM_SWEEP_TEST_WORKER"

// delayEnv is how long each point of a worker takes.
const delayEnv = "ENGRAM_SWEEP_TEST_DELAY"

// mergeEnv makes the test binary merge the folder it names.
const mergeEnv = "ENGRAM_SWEEP_TEST_MERGE"

func TestMain(m *testing.M) {
	switch {
	case os.Getenv(workerEnv) != "":
		os.Exit(worker(os.Getenv(workerEnv)))
	case os.Getenv(mergeEnv) != "":
		os.Exit(merger(os.Getenv(mergeEnv)))
	}
	os.Exit(m.Run())
}

// worker is a small program of the kind that this package is for.
func worker(dir string) int {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	s, err := Open(dir)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	c, err := Select("", s.Plan.Shards, os.Getenv)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 2
	}
	fmt.Println(c)
	delay, err := time.ParseDuration(os.Getenv(delayEnv))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 2
	}
	out, err := s.Run(ctx, c.Shard, slow(delay), Options{Workers: 1, Grace: 5 * time.Second})
	fmt.Printf("%+v\n", out)
	switch {
	case err != nil:
		fmt.Fprintln(os.Stderr, err)
		return 1
	case out.Stopped:
		return 75
	}
	return 0
}

func merger(dir string) int {
	s, err := Open(dir)
	if err == nil {
		_, err = s.Merge()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 3
	}
	return 0
}

// spec is a sweep of 2 x 5 x 4 x 5 = 200 points.
func spec(shards int) Spec {
	return Spec{
		Tool:   "test 1",
		Inputs: []byte("the resolved netlist"),
		Seed:   7,
		Parameters: []Parameter{
			{"tile.polarity", []string{"off", "on"}},
			{"device.leak.tau", []string{"0.5 ms", "1 ms", "5.26 ms", "50 ms", `"quoted", µs`}},
			{"transfer.interval", []string{"500", "2000", "8000", "32000"}},
		},
		Repeat: 5,
		Shards: shards,
	}
}

// value computes a point of the tests: some points fail, and the measures have
// awkward digits.
func value(_ context.Context, p Point) (Result, error) {
	switch p.Number % 50 {
	case 13:
		return nil, fmt.Errorf("singular matrix at %s", p.Settings[0].Value)
	case 27:
		return Result{{"accuracy_percent", math.NaN()}}, nil
	case 31:
		panic("index out of range")
	}
	h := sha256.New()
	binary.Write(h, binary.LittleEndian, p.Seed)
	for _, s := range p.Settings {
		fmt.Fprintln(h, s.Path, s.Value)
	}
	u := binary.LittleEndian.Uint64(h.Sum(nil))
	r := Result{
		{"accuracy_percent", 100 * float64(u>>11) / (1 << 53)},
		{"energy_J", math.Ldexp(float64(u>>11), -1000)},
	}
	if p.Settings[0].Value == "on" {
		r = append(r, Measure{"inversions", float64(u % 1000)})
	}
	return r, nil
}

// slow is value after a delay that the end of the context cuts short.
func slow(delay time.Duration) Func {
	return func(ctx context.Context, p Point) (Result, error) {
		select {
		case <-time.After(delay):
			return value(ctx, p)
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

func create(t testing.TB, dir string, sp Spec) *Sweep {
	t.Helper()
	s, err := Create(dir, sp)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func run(t testing.TB, s *Sweep, h Shard, f Func, o Options) Outcome {
	t.Helper()
	out, err := s.Run(context.Background(), h, f, o)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// merged merges s and returns the bytes of both files.
func merged(t testing.TB, s *Sweep) string {
	t.Helper()
	if _, err := s.Merge(); err != nil {
		t.Fatal(err)
	}
	return read(t, filepath.Join(s.Dir, ResultsCSV)) + read(t, filepath.Join(s.Dir, ResultsJSON))
}

// local is the merged result of spec computed in one go on one worker.
func local(t testing.TB) string {
	t.Helper()
	s := create(t, t.TempDir(), spec(1))
	run(t, s, Whole, value, Options{Workers: 1})
	return merged(t, s)
}

func read(t testing.TB, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func write(t testing.TB, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
}

// as returns the first error of type E in err's tree, and fails without one.
func as[E error](t testing.TB, err error) E {
	t.Helper()
	var e E
	if !errors.As(err, &e) {
		t.Fatalf("error is %v (%T), want %T", err, err, e)
	}
	return e
}
