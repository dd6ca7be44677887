package sweep

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// planFile holds the frozen plan of a folder.
const planFile = "plan.json"

// A Sweep is a folder with a frozen plan. It is safe for concurrent use.
type Sweep struct {
	Dir  string
	Plan *Plan

	wrap func(journalFile) journalFile // puts a failing disk under a test, or nil
}

// Create freezes the plan of spec in dir, or opens dir if it has that plan
// already, so that all tasks of an array may start with the same call. A folder
// with another plan, or another number of shards than spec asks for, is an
// error.
func Create(dir string, spec Spec) (*Sweep, error) {
	plan, err := spec.Freeze()
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return nil, err
	}
	if err := writePlan(dir, plan); err != nil {
		return nil, err
	}
	s, err := Open(dir)
	switch {
	case err != nil:
		return nil, err
	case s.Plan.ID != plan.ID:
		return nil, fmt.Errorf("%s holds another sweep, made by %s (plan %v); choose another folder", dir, s.Plan.Tool, s.Plan.ID)
	case spec.Shards != 0 && s.Plan.Shards != spec.Shards:
		return nil, fmt.Errorf("%s was planned for %d shards, not %d", dir, s.Plan.Shards, spec.Shards)
	}
	return s, nil
}

// Open opens a folder with a frozen plan.
func Open(dir string) (*Sweep, error) {
	path := filepath.Join(dir, planFile)
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	plan, err := readPlan(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return &Sweep{Dir: dir, Plan: plan}, nil
}

// writePlan puts plan into dir unless dir has a plan. Of several processes one
// wins, and none sees half a file.
func writePlan(dir string, plan *Plan) error {
	path := filepath.Join(dir, planFile)
	if _, err := os.Stat(path); err == nil {
		return nil
	}
	text, err := plan.encode()
	if err != nil {
		return err
	}
	return writeFile(path, func(w io.Writer) error {
		_, err := w.Write(text)
		return err
	}, func(temp string) error {
		err := os.Link(temp, path)
		if err != nil && !errors.Is(err, fs.ErrExist) {
			return os.Rename(temp, path) // no hard links here; Create compares afterwards
		}
		return os.Remove(temp)
	})
}

// replaceFile gives path the content that fill writes. A crash leaves the old
// file or the new one.
func replaceFile(path string, fill func(io.Writer) error) error {
	return writeFile(path, fill, func(temp string) error { return os.Rename(temp, path) })
}

// writeFile fills a temporary file beside path, syncs it, lets publish move it,
// and syncs the folder.
func writeFile(path string, fill func(io.Writer) error, publish func(temp string) error) error {
	dir := filepath.Dir(path)
	f, err := os.CreateTemp(dir, "."+filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	err = fillAndSync(f, fill)
	if err = errors.Join(err, f.Close()); err == nil {
		err = publish(f.Name())
	}
	if err != nil {
		os.Remove(f.Name()) // the first error is the one to report
		return fmt.Errorf("%s: %w", path, err)
	}
	return syncFolder(dir)
}

func fillAndSync(f *os.File, fill func(io.Writer) error) error {
	b := bufio.NewWriterSize(f, 64<<10)
	if err := fill(b); err != nil {
		return err
	}
	if err := b.Flush(); err != nil {
		return err
	}
	if err := f.Chmod(0o644); err != nil { // CreateTemp made it private
		return err
	}
	return f.Sync()
}

// syncFolder makes the names in dir survive a power failure.
func syncFolder(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// shardPath is the file of shard h.
func (s *Sweep) shardPath(h Shard) string {
	return filepath.Join(s.Dir, shardFolder, h.fileName())
}

// shards lists the shards that have a file, sorted by count and index.
func (s *Sweep) shards() ([]Shard, error) {
	entries, err := os.ReadDir(filepath.Join(s.Dir, shardFolder))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var found []Shard
	for _, e := range entries {
		if h, ok := parseFileName(e.Name()); ok {
			found = append(found, h)
		}
	}
	slices.SortFunc(found, func(a, b Shard) int {
		if a.Count != b.Count {
			return a.Count - b.Count
		}
		return a.Index - b.Index
	})
	return found, nil
}

// readFile reads the file of shard h without locking it: a record that its
// writer is just appending looks torn and is left out.
func (s *Sweep) readFile(h Shard, visit func(line int, o outcome) error) (shardContent, error) {
	path := s.shardPath(h)
	f, err := os.Open(path)
	if err != nil {
		return shardContent{}, err
	}
	defer f.Close()
	return s.readShard(f, path, h, visit)
}
