package testbench

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"engram/circuit"
)

// On a real disk of 1 MiB with room for a part of the files a run fails with
// an error, and continues to the same bits once there is room.
func TestRealDiskFull(t *testing.T) {
	t.Parallel()
	b := small(t)
	want := unbroken(t, b, circuit.PhaseLevel)
	disk := t.TempDir()
	if err := syscall.Mount("tmpfs", disk, "tmpfs", 0, "size=1m"); err != nil {
		t.Skipf("no tmpfs of our own: %v", err)
	}
	defer func() {
		if err := syscall.Unmount(disk, 0); err != nil {
			t.Error(err)
		}
	}()
	dir, filler := filepath.Join(disk, "run"), filepath.Join(disk, "filler")
	failures, points := 0, times(10, 50, 50)
	for k := range points {
		free := k * (200 << 10) / points &^ (4<<10 - 1) // whole pages
		err := os.WriteFile(filler, make([]byte, 1<<20-free), 0o666)
		if err != nil && !errors.Is(err, syscall.ENOSPC) {
			t.Fatal(err)
		}
		o := RunOptions{bare: true, Out: dir, CheckpointEvery: 70}
		if _, err = Run(t.Context(), b, o); err != nil {
			failures++
			if !errors.Is(err, syscall.ENOSPC) || !strings.Contains(err.Error(), dir) {
				t.Fatalf("%d bytes free: %v", free, err)
			}
		}
		if err := os.Remove(filler); err != nil {
			t.Fatal(err)
		}
		if _, err = Resume(t.Context(), b, o); err != nil {
			_, err = Run(t.Context(), b, o)
		}
		if err != nil {
			t.Fatalf("after %d bytes free: %v", free, err)
		}
		if outcome(t, dir) != want {
			t.Fatalf("after %d bytes free: other bits", free)
		}
		if err := os.RemoveAll(dir); err != nil {
			t.Fatal(err)
		}
	}
	if failures < points/5 {
		t.Errorf("%d failures: the disk was not full often enough to test anything", failures)
	}
	t.Logf("%d of %d runs met a full disk and continued", failures, points)
}
