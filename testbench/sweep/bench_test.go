package sweep

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"
)

// large is a sweep of 100 x 100 = 10,000 points.
func large(shards int) Spec {
	sp := Spec{Tool: "test 1", Inputs: make([]byte, 100<<10), Seed: 1, Repeat: 1, Shards: shards}
	for _, path := range []string{"device.leak.tau", "transfer.interval"} {
		q := Parameter{Path: path}
		for i := range 100 {
			q.Values = append(q.Values, fmt.Sprintf("%d us", i+1))
		}
		sp.Parameters = append(sp.Parameters, q)
	}
	return sp
}

// quick is a point of no cost with as many measures as a training has.
func quick(_ context.Context, p Point) (Result, error) {
	var r Result
	for i := range 12 {
		r = append(r, Measure{fmt.Sprintf("measure_%d", i), float64(p.Seed>>uint(i)) / 3})
	}
	return r, nil
}

// A sweep of 10,000 points plans and merges in less than 10 s and 200 MB of
// resident memory, here with the run between them.
func BenchmarkTenThousandPoints(b *testing.B) {
	for b.Loop() {
		s := create(b, b.TempDir(), large(8))
		start := time.Now()
		for n := range s.Plan.Points {
			s.Plan.Point(n)
		}
		b.ReportMetric(time.Since(start).Seconds(), "plan-s")
		start = time.Now()
		for i := range 8 {
			run(b, s, Shard{i, 8}, quick, Options{})
		}
		b.ReportMetric(time.Since(start).Seconds(), "run-s")
		start = time.Now()
		if _, err := s.Merge(); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(time.Since(start).Seconds(), "merge-s")
	}
	b.ReportMetric(peakMB(b), "peak-MB")
}

func TestTenThousandPoints(t *testing.T) {
	if testing.Short() {
		t.Skip("writes 10,000 records")
	}
	s := create(t, t.TempDir(), large(8))
	for i := range 8 {
		run(t, s, Shard{i, 8}, quick, Options{})
	}
	runtime.GC()
	start := time.Now()
	if _, err := s.Merge(); err != nil {
		t.Fatal(err)
	}
	d, mb := time.Since(start), peakMB(t)
	if d > 10*time.Second || mb > 200 {
		t.Errorf("10,000 points merged in %v, %.0f MB; want under 10 s, 200 MB", d, mb)
	}
	t.Logf("merged in %v, peak %.0f MB", d, mb)
}

// peakMB is the largest resident memory of this process so far, or 0 where the
// system does not tell.
func peakMB(t testing.TB) float64 {
	t.Helper()
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(text), "VmHWM:")
	fields := strings.Fields(rest)
	if len(fields) == 0 {
		return 0
	}
	kb, err := strconv.ParseFloat(fields[0], 64)
	if err != nil {
		t.Fatal(err)
	}
	return kb / 1024
}

// Points that need a core each are computed side by side: two workers against
// one. Compare the two with benchstat.
func BenchmarkWorkers(b *testing.B) {
	for _, workers := range []int{1, 2} {
		b.Run(strconv.Itoa(workers), func(b *testing.B) {
			sp := spec(1)
			sp.Parameters = sp.Parameters[:2]
			for b.Loop() {
				s := create(b, b.TempDir(), sp)
				run(b, s, Whole, busy, Options{Workers: workers})
			}
		})
	}
}

// busy keeps a core for some 10 ms.
func busy(_ context.Context, p Point) (Result, error) {
	x := 0.5
	for range 3_000_000 {
		x = 3.9 * x * (1 - x) // the logistic map
	}
	return Result{{"x", x + float64(p.Seed%2)}}, nil
}
