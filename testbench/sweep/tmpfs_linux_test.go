package sweep

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// On a real disk of 1 MiB that has room for only a part of the files, planning,
// running and merging fail with an error, and succeed once there is room.
func TestRealDiskFull(t *testing.T) {
	want := local(t)
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=1m"); err != nil {
		t.Skipf("no tmpfs of our own: %v", err)
	}
	defer func() {
		if err := syscall.Unmount(dir, 0); err != nil {
			t.Error(err)
		}
	}()
	failures := 0
	for free := 0; free <= 256<<10; free += 16 << 10 {
		sub, filler := filepath.Join(dir, "sweep"), filepath.Join(dir, "filler")
		fill(t, filler, 1<<20-free)
		err := sweepOnce(sub)
		if err != nil && !errors.Is(err, syscall.ENOSPC) {
			t.Errorf("%d bytes free: %v", free, err)
		}
		if err != nil {
			failures++
		}
		if err := os.Remove(filler); err != nil {
			t.Fatal(err)
		}
		if err := sweepOnce(sub); err != nil {
			t.Fatalf("after %d bytes free: %v", free, err)
		}
		if read(t, filepath.Join(sub, ResultsCSV))+read(t, filepath.Join(sub, ResultsJSON)) != want {
			t.Errorf("after %d bytes free: other bytes", free)
		}
		if err := os.RemoveAll(sub); err != nil {
			t.Fatal(err)
		}
	}
	if failures < 5 {
		t.Errorf("%d failures, the disk was not full often enough to test anything", failures)
	}
}

// sweepOnce does all that a user does.
func sweepOnce(dir string) error {
	s, err := Create(dir, spec(1))
	if err != nil {
		return err
	}
	if _, err := s.Run(context.Background(), Whole, value, Options{}); err != nil {
		return err
	}
	_, err = s.Merge()
	return err
}

// fill writes size bytes, or as many as fit.
func fill(t *testing.T, path string, size int) {
	t.Helper()
	err := os.WriteFile(path, make([]byte, size), 0o666)
	if err != nil && !errors.Is(err, syscall.ENOSPC) {
		t.Fatal(err)
	}
}
