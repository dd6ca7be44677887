package testbench

import (
	"errors"
	"io/fs"
	"strings"
	"syscall"
	"testing"

	"engram/circuit"
)

// A brokenDisk does a number of things, then fails every time.
type brokenDisk struct {
	realDisk
	left *int // things it will still do
	err  error
}

// ok counts one thing done to a file.
func (d brokenDisk) ok(name string) error {
	if *d.left--; *d.left < 0 {
		return &fs.PathError{Op: "testing", Path: name, Err: d.err}
	}
	return nil
}

func (d brokenDisk) Open(name string, size int64) (diskFile, error) {
	if err := d.ok(name); err != nil {
		return nil, err
	}
	f, err := d.realDisk.Open(name, size)
	return brokenFile{f, d, name}, err
}

func (d brokenDisk) Rename(from, to string) error {
	if err := d.ok(to); err != nil {
		return err
	}
	return d.realDisk.Rename(from, to)
}

func (d brokenDisk) Remove(name string) error {
	if err := d.ok(name); err != nil {
		return err
	}
	return d.realDisk.Remove(name)
}

func (d brokenDisk) SyncFolder(name string) error {
	if err := d.ok(name); err != nil {
		return err
	}
	return d.realDisk.SyncFolder(name)
}

type brokenFile struct {
	diskFile
	disk brokenDisk
	name string
}

// Write writes half of what does not fit any more, as a full disk does.
func (f brokenFile) Write(b []byte) (int, error) {
	if err := f.disk.ok(f.name); err != nil {
		n, _ := f.diskFile.Write(b[:len(b)/2])
		return n, err
	}
	return f.diskFile.Write(b)
}

func (f brokenFile) Sync() error {
	if err := f.disk.ok(f.name); err != nil {
		return err
	}
	return f.diskFile.Sync()
}

func (f brokenFile) Close() error {
	err := f.diskFile.Close()
	return errors.Join(f.disk.ok(f.name), err)
}

// A disk that fails at any write, sync, rename, removal or opening ends the
// run with an error that says where, and with the disk well again the run
// continues to the same bits.
func TestDiskFailsAnywhere(t *testing.T) {
	t.Parallel()
	b := small(t)
	want := unbroken(t, b, circuit.PhaseLevel)
	failed, step := 0, times(7, 1, 1)
	for n := 0; ; n += step {
		dir, left := t.TempDir(), n
		cause := []error{syscall.ENOSPC, syscall.EIO}[n%2]
		o := RunOptions{bare: true, Out: dir, CheckpointEvery: 50, disk: brokenDisk{left: &left, err: cause}}
		_, err := Run(t.Context(), b, o)
		if err == nil {
			// Only what comes after the last sync may fail unnoticed.
			if outcome(t, dir) != want {
				t.Fatalf("failing after %d: no error and other bits", n)
			}
			if left >= 0 {
				break // it did not come to the failure
			}
			continue
		}
		failed++
		if !errors.Is(err, cause) || !strings.Contains(err.Error(), dir) {
			t.Fatalf("failing after %d: error %v, want %v with a path", n, err, cause)
		}
		again := RunOptions{bare: true, Out: dir, CheckpointEvery: 50}
		if _, err = Resume(t.Context(), b, again); err != nil { // it failed before there was a run
			_, err = Run(t.Context(), b, again)
		}
		if err != nil {
			t.Fatalf("after failing at %d: %v", n, err)
		}
		if outcome(t, dir) != want {
			t.Fatalf("after failing at %d: other bits", n)
		}
	}
	if failed*step < 50 {
		t.Errorf("%d points of failure, want at least %d", failed, 50/step)
	}
	t.Logf("failed and resumed at %d points", failed)
}
