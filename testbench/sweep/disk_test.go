package sweep

import (
	"errors"
	"strings"
	"syscall"
	"testing"
)

// A fullDisk takes room more bytes, then writes what still fits and fails.
type fullDisk struct {
	journalFile
	room        int
	noTruncate  bool // fail to cut off what was written last
	failSyncing bool
}

func (d *fullDisk) Write(b []byte) (int, error) {
	if len(b) <= d.room {
		d.room -= len(b)
		return d.journalFile.Write(b)
	}
	n, err := d.journalFile.Write(b[:d.room])
	d.room = 0
	return n, errors.Join(err, syscall.ENOSPC)
}

func (d *fullDisk) Truncate(size int64) error {
	if d.noTruncate && d.room == 0 {
		return syscall.EIO
	}
	return d.journalFile.Truncate(size)
}

func (d *fullDisk) Sync() error {
	if d.failSyncing {
		return syscall.EIO
	}
	return nil
}

// A disk that fills up at any byte stops the run with an error that names the
// file, and a run with room again completes it.
func TestDiskFullAnywhere(t *testing.T) {
	sp := spec(1)
	sp.Parameters, sp.Repeat = sp.Parameters[:1], 1
	s := create(t, t.TempDir(), sp)
	run(t, s, Whole, value, Options{})
	total := len(read(t, s.shardPath(Whole)))
	for room := range total {
		path := writeShard(t, s, Whole, "")
		s.wrap = func(f journalFile) journalFile {
			return &fullDisk{journalFile: f, room: room, noTruncate: room%2 == 1}
		}
		out, err := s.Run(t.Context(), Whole, value, Options{Workers: 1 + room%3})
		if !errors.Is(err, syscall.ENOSPC) || !strings.Contains(err.Error(), path) {
			t.Fatalf("room for %d of %d bytes: %v", room, total, err)
		}
		s.wrap = func(f journalFile) journalFile { return patient{f} }
		again := run(t, s, Whole, value, Options{})
		if again.Skipped != out.Computed || again.Left() != 0 {
			t.Fatalf("room for %d bytes: %+v, then %+v", room, out, again)
		}
	}
}

func TestFailingSync(t *testing.T) {
	s := create(t, t.TempDir(), spec(1))
	s.wrap = func(f journalFile) journalFile { return &fullDisk{journalFile: f, room: 1 << 30, failSyncing: true} }
	if _, err := s.Run(t.Context(), Whole, value, Options{}); !errors.Is(err, syscall.EIO) {
		t.Errorf("error %v, want EIO", err)
	}
}
