package sweep

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// The bytes of the merged files are the same for any division into shards, any
// number of workers and any order of the shards.
func TestMergeIsTheSameForAnyDivision(t *testing.T) {
	want := local(t)
	for _, n := range []int{1, 3, 8, 200} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			s := create(t, t.TempDir(), spec(n))
			if n > 8 { // the syncs of the others will do
				s.wrap = func(f journalFile) journalFile { return patient{f} }
			}
			for _, i := range rand.New(rand.NewPCG(1, uint64(n))).Perm(n) {
				out := run(t, s, Shard{i, n}, value, Options{Workers: 1 + i%4})
				if out.Left() != 0 || out.Stopped {
					t.Fatalf("shard %d: %+v", i, out)
				}
			}
			if merged(t, s) != want {
				t.Error("other bytes")
			}
			if merged(t, s) != want {
				t.Error("other bytes when merged again")
			}
		})
	}
}

func TestFailingPointsAreRecorded(t *testing.T) {
	s := create(t, t.TempDir(), spec(1))
	var events, failures int
	var stack []byte
	out := run(t, s, Whole, value, Options{Workers: 3, Done: func(e Event) {
		events++
		if e.Done != events || e.Total != 200 {
			t.Errorf("event %d says %d of %d", events, e.Done, e.Total)
		}
		if e.Err != nil {
			failures++
		}
		var p *PanicError
		if errors.As(e.Err, &p) {
			stack = p.Stack
		}
	}})
	if out.Computed != 200 || out.Failed != 12 || failures != 12 {
		t.Errorf("%+v, %d failures reported; want 12 of 200 failed", out, failures)
	}
	if !strings.Contains(string(stack), "sweep_test.go") {
		t.Errorf("stack of the panic does not lead to the Func:\n%s", stack)
	}
	rows, err := s.Rows()
	if err != nil {
		t.Fatal(err)
	}
	for n, want := range map[int]string{
		13: "singular matrix at off", 27: `measure "accuracy_percent" is NaN`, 131: "panic: index out of range",
	} {
		if rows[n].Error != want || rows[n].Result != nil {
			t.Errorf("point %d: %v, error %q, want %q", n, rows[n].Result, rows[n].Error, want)
		}
	}
	if m, err := s.Merge(); err != nil || m != (Merged{200, 12}) {
		t.Errorf("merge gives %+v, %v", m, err)
	}
}

// Recorded points are skipped; failed ones are computed again on request, and
// their result then counts.
func TestRunAgain(t *testing.T) {
	s := create(t, t.TempDir(), spec(1))
	run(t, s, Whole, value, Options{})
	if out := run(t, s, Whole, value, Options{}); out != (Outcome{Points: 200, Skipped: 200, Failed: 12}) {
		t.Errorf("second run: %+v", out)
	}
	healed := func(context.Context, Point) (Result, error) { return Result{{"accuracy_percent", 1}}, nil }
	if out := run(t, s, Whole, healed, Options{Retry: true}); out != (Outcome{Points: 200, Skipped: 188, Computed: 12}) {
		t.Errorf("retry: %+v", out)
	}
	if m, err := s.Merge(); err != nil || m.Failed != 0 {
		t.Errorf("after the retry: %+v, %v", m, err)
	}
}

func TestMeasureNamedAsParameter(t *testing.T) {
	s := create(t, t.TempDir(), spec(1))
	out := run(t, s, Shard{0, 200}, func(context.Context, Point) (Result, error) {
		return Result{{"tile.polarity", 1}}, nil
	}, Options{})
	if out.Failed != 1 {
		t.Errorf("%+v, want a failed point", out)
	}
}

// As many points as there are workers, and no more, are computed at a time.
func TestSideBySide(t *testing.T) {
	const workers = 4
	s := create(t, t.TempDir(), spec(1))
	var inside, most atomic.Int32
	all := make(chan struct{})
	out := run(t, s, Whole, func(ctx context.Context, p Point) (Result, error) {
		n := inside.Add(1)
		defer inside.Add(-1)
		for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
		}
		if n == workers && p.Number < workers {
			close(all)
		}
		select {
		case <-all:
			return value(ctx, p)
		case <-time.After(time.Minute):
			return nil, errors.New("the others never came")
		}
	}, Options{Workers: workers})
	if most.Load() != workers || out.Failed != 12 {
		t.Errorf("at most %d points at a time, %+v", most.Load(), out)
	}
}

// The points that some of eight shards left over are finished as shard 0/1.
func TestWholeFinishesTheRest(t *testing.T) {
	want := local(t)
	s := create(t, t.TempDir(), spec(8))
	for _, i := range []int{0, 2, 7} {
		run(t, s, Shard{i, 8}, value, Options{})
	}
	if out := run(t, s, Whole, value, Options{}); out.Skipped != 75 || out.Computed != 125 {
		t.Errorf("%+v, want 75 skipped", out)
	}
	if merged(t, s) != want {
		t.Error("other bytes")
	}
}

// A cancelled context ends the run, keeps the points that finished, and leaves
// the others to the next run.
func TestStop(t *testing.T) {
	want := local(t)
	s := create(t, t.TempDir(), spec(1))
	ctx, cancel := context.WithCancel(t.Context())
	out, err := s.Run(ctx, Whole, slow(time.Millisecond), Options{Workers: 4, Done: func(e Event) {
		if e.Done == 50 {
			cancel()
		}
	}})
	if err != nil || !out.Stopped || out.Computed < 50 || out.Computed > 54 {
		t.Fatalf("%+v, %v; want a stop after 50 to 54 points", out, err)
	}
	again := run(t, s, Whole, value, Options{})
	if again.Skipped != out.Computed || again.Stopped {
		t.Errorf("%+v after %+v", again, out)
	}
	if merged(t, s) != want {
		t.Error("other bytes")
	}
}

// A Func that does not heed its context delays the end by Grace and no longer.
func TestGrace(t *testing.T) {
	s := create(t, t.TempDir(), spec(1))
	ctx, cancel := context.WithCancel(t.Context())
	release := make(chan struct{})
	var ended atomic.Int32
	deaf := func(context.Context, Point) (Result, error) {
		cancel()
		<-release
		ended.Add(1)
		return nil, nil
	}
	start := time.Now()
	out, err := s.Run(ctx, Whole, deaf, Options{Workers: 2, Grace: 50 * time.Millisecond})
	if d := time.Since(start); d < 50*time.Millisecond || d > 10*time.Second {
		t.Errorf("stopped after %v", d)
	}
	if err != nil || !out.Stopped || out.Computed != 0 || ended.Load() != 0 {
		t.Errorf("%+v, %v, %d Funcs ended", out, err, ended.Load())
	}
	close(release)
	if out := run(t, s, Whole, value, Options{}); out.Computed != 200 {
		t.Errorf("afterwards: %+v", out)
	}
}

// A result that comes although the context has ended is kept: it is right.
func TestResultAfterStopIsKept(t *testing.T) {
	s := create(t, t.TempDir(), spec(1))
	ctx, cancel := context.WithCancel(t.Context())
	out, err := s.Run(ctx, Whole, func(ctx context.Context, p Point) (Result, error) {
		cancel()
		return Result{{"a", 1}}, nil
	}, Options{Workers: 1})
	if err != nil || out.Computed != 1 || !out.Stopped {
		t.Errorf("%+v, %v", out, err)
	}
}

func TestOneWriter(t *testing.T) {
	s := create(t, t.TempDir(), spec(8))
	inside := make(chan struct{})
	release := make(chan struct{})
	finished := make(chan error)
	env := map[string]string{"SLURM_ARRAY_TASK_ID": "1", "SLURM_JOB_ID": "4711", "SLURM_RESTART_COUNT": "2"}
	go func() {
		var once atomic.Bool
		_, err := s.Run(context.Background(), Shard{1, 8}, func(ctx context.Context, p Point) (Result, error) {
			if !once.Swap(true) {
				close(inside)
			}
			<-release
			return value(ctx, p)
		}, Options{Workers: 1, Getenv: func(k string) string { return env[k] }})
		finished <- err
	}()
	<-inside
	_, err := s.Run(t.Context(), Shard{1, 8}, value, Options{})
	locked := as[*LockedError](t, err)
	for _, part := range []string{fmt.Sprintf("process %d on ", os.Getpid()), "Slurm 4711, task 1", "restart 2"} {
		if !strings.Contains(locked.Error(), part) {
			t.Errorf("error %q lacks %q", locked, part)
		}
	}
	run(t, s, Shard{2, 8}, value, Options{}) // another shard is free
	close(release)
	if err := <-finished; err != nil {
		t.Error(err)
	}
	if out := run(t, s, Shard{1, 8}, value, Options{}); out.Skipped != 25 {
		t.Errorf("%+v after the first writer ended", out)
	}
}

// startWorker starts this test binary as a task of an array.
func startWorker(t *testing.T, dir string, index int, delay time.Duration) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), workerEnv+"="+dir, delayEnv+"="+delay.String(), fmt.Sprintf("SLURM_ARRAY_TASK_ID=%d", index))
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return cmd
}

// SIGKILL at any moment loses nothing that was recorded: after reruns the bytes
// are those of an undisturbed run.
func TestKill(t *testing.T) {
	kills := 25
	if testing.Short() {
		kills = 5
	}
	want := local(t)
	s := create(t, t.TempDir(), spec(3))
	r := rand.New(rand.NewPCG(1, 2))
	recorded, interrupted := 0, 0
	for range kills {
		cmd := startWorker(t, s.Dir, 1, 4*time.Millisecond)
		time.Sleep(time.Duration(r.IntN(120)) * time.Millisecond)
		if err := cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
			t.Fatal(err)
		}
		cmd.Wait()
		st, err := s.Status()
		if err != nil {
			t.Fatal(err)
		}
		now := st.Done + st.Failed
		if now < recorded {
			t.Fatalf("%d points are recorded, before the kill %d were", now, recorded)
		}
		recorded = now
		if len(st.Shards[1].Missing) > 0 {
			interrupted++
		}
	}
	if interrupted == 0 {
		t.Error("no kill came in time")
	}
	for i := range 3 {
		if err := startWorker(t, s.Dir, i, 0).Wait(); err != nil {
			t.Fatal(err)
		}
	}
	if merged(t, s) != want {
		t.Error("other bytes")
	}
	t.Logf("%d of %d kills came before the shard's end", interrupted, kills)
}

// SIGTERM stops a worker with the exit status that asks for a resume.
func TestTerminate(t *testing.T) {
	s := create(t, t.TempDir(), spec(1))
	cmd := startWorker(t, s.Dir, 0, 10*time.Millisecond)
	deadline := time.Now().Add(time.Minute)
	for {
		st, err := s.Status()
		if err != nil {
			t.Fatal(err)
		}
		if st.Done >= 5 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("no five points within a minute")
		}
		time.Sleep(5 * time.Millisecond)
	}
	start := time.Now()
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	cmd.Wait()
	if code, d := cmd.ProcessState.ExitCode(), time.Since(start); code != 75 || d > 10*time.Second {
		t.Errorf("exit status %d after %v, want 75", code, d)
	}
	if err := startWorker(t, s.Dir, 0, 0).Wait(); err != nil {
		t.Fatal(err)
	}
	if merged(t, s) != local(t) {
		t.Error("other bytes")
	}
}

// Every statement of a shard file is about a point once: no kill or resume makes
// a worker compute a recorded point again.
func TestNoPointTwice(t *testing.T) {
	s := create(t, t.TempDir(), spec(1))
	for range 3 {
		cmd := startWorker(t, s.Dir, 0, 2*time.Millisecond)
		time.Sleep(80 * time.Millisecond)
		cmd.Process.Kill()
		cmd.Wait()
	}
	run(t, s, Whole, value, Options{})
	var numbers []int
	_, err := s.readFile(Whole, func(_ int, o outcome) error {
		numbers = append(numbers, o.Number)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(numbers)
	if len(numbers) != 200 || len(slices.Compact(numbers)) != 200 {
		t.Errorf("%d records for 200 points", len(numbers))
	}
}
