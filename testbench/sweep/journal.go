package sweep

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"
)

// syncInterval is the longest time for which a recorded point may be lost by a
// power failure. Points that take longer than it are synced one by one.
const syncInterval = time.Second

// shardFolder holds the shard files of a sweep.
const shardFolder = "shards"

// journalFile is the part of *os.File that a journal writes through; the tests
// put failing disks behind it.
type journalFile interface {
	io.Writer
	Sync() error
	Truncate(size int64) error
	Close() error
}

// A journal is a shard file open for appending. It is not safe for concurrent
// use.
type journal struct {
	file   journalFile
	path   string
	size   int64 // end of the last whole record
	synced time.Time
	dirty  bool // records written since the last sync
}

// A LockedError reports a shard that another process is computing.
type LockedError struct {
	File   string
	Writer string // who opened the file last
}

func (e *LockedError) Error() string {
	return fmt.Sprintf("%s is being written by %s", e.File, e.Writer)
}

// openJournal opens the shard's file for this process alone, cuts off a torn
// last record, hands the outcomes already there to visit, and appends the
// opening.
func (s *Sweep) openJournal(open opening, visit func(outcome)) (_ *journal, err error) {
	path := s.shardPath(open.Shard)
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o666)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			f.Close()
		}
	}()
	if err := lock(f); errors.Is(err, errLocked) {
		return nil, &LockedError{path, s.lastWriter(f, open.Shard)}
	} else if err != nil {
		return nil, fmt.Errorf("lock %s: %w", path, err)
	}
	content, err := s.readShard(f, path, open.Shard, func(_ int, o outcome) error { visit(o); return nil })
	if err != nil {
		return nil, err
	}
	j := &journal{file: f, path: path, size: content.end}
	if s.wrap != nil {
		j.file = s.wrap(f)
	}
	if err := j.cutTorn(f); err != nil {
		return nil, err
	}
	if err := j.append(record{Open: &open}); err != nil {
		return nil, err
	}
	if err := j.sync(); err != nil {
		return nil, err
	}
	if content.end == 0 { // perhaps a new name in the folder
		err = syncFolder(filepath.Dir(path))
	}
	return j, err
}

// cutTorn cuts off what a crash left of a record.
func (j *journal) cutTorn(f *os.File) error {
	info, err := f.Stat()
	if err != nil || info.Size() == j.size {
		return err
	}
	return j.file.Truncate(j.size)
}

// append writes one record, and syncs it unless the last sync is recent. After
// an error the file holds whole records again if the disk lets it.
func (j *journal) append(rec record) error {
	line, err := encodeLine(rec)
	if err != nil {
		return fmt.Errorf("%s: %w", j.path, err)
	}
	if _, err := j.file.Write(line); err != nil {
		return fmt.Errorf("%s: %w", j.path, errors.Join(err, j.file.Truncate(j.size)))
	}
	j.size += int64(len(line))
	j.dirty = true
	if time.Since(j.synced) >= syncInterval {
		return j.sync()
	}
	return nil
}

// sync makes the records written so far survive a power failure.
func (j *journal) sync() error {
	if !j.dirty {
		return nil
	}
	if err := j.file.Sync(); err != nil {
		return fmt.Errorf("%s: %w", j.path, err)
	}
	j.dirty, j.synced = false, time.Now()
	return nil
}

// close syncs and releases the file and its lock.
func (j *journal) close() error {
	return errors.Join(j.sync(), j.file.Close())
}

// A shardContent summarises a shard file.
type shardContent struct {
	writer *opening // the last one, or nil
	end    int64    // offset behind the last good record
}

// readShard reads the shard file r, checks every record against the plan, and
// calls visit with each outcome and its line.
func (s *Sweep) readShard(r io.Reader, path string, shard Shard, visit func(line int, o outcome) error) (shardContent, error) {
	var c shardContent
	line := 0
	end, err := scanRecords(r, path, func(rec record) error {
		line++
		if rec.Open != nil {
			c.writer = rec.Open
			return s.checkOpening(rec.Open, shard)
		}
		if c.writer == nil {
			return errors.New("a point before the first opening")
		}
		if err := s.checkOutcome(rec.Point, shard); err != nil {
			return err
		}
		return visit(line, *rec.Point)
	})
	c.end = end
	return c, err
}

func (s *Sweep) checkOpening(o *opening, shard Shard) error {
	switch {
	case o.Plan != s.Plan.ID:
		return fmt.Errorf("written for plan %v, the folder has plan %v", o.Plan, s.Plan.ID)
	case o.Shard != shard:
		return fmt.Errorf("written for shard %v, the file is named as shard %v", o.Shard, shard)
	}
	return nil
}

func (s *Sweep) checkOutcome(o *outcome, shard Shard) error {
	switch {
	case o.Number < 0 || o.Number >= s.Plan.Points:
		return fmt.Errorf("point %d of a plan of %d points", o.Number, s.Plan.Points)
	case !shard.Has(o.Number):
		return fmt.Errorf("point %d does not belong to shard %v", o.Number, shard)
	case o.ID != s.Plan.Point(o.Number).ID:
		return fmt.Errorf("point %d has id %v, the plan gives another", o.Number, o.ID)
	}
	return nil
}

// lastWriter describes who holds the lock of f, as far as the file tells.
func (s *Sweep) lastWriter(f *os.File, shard Shard) string {
	c, _ := s.readShard(f, f.Name(), shard, func(int, outcome) error { return nil })
	if c.writer == nil {
		return "another process"
	}
	return c.writer.String()
}
