package testbench

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"engram/circuit"
)

// Files of a run folder.
const (
	resolvedFile     = "resolved.toml"
	runFile          = "run.json"
	metricsFile      = "metrics.csv"
	summaryFile      = "summary.json"
	checkpointFolder = "checkpoint"
)

// A runRecord is run.json: what a resume has to know beside resolved.toml.
type runRecord struct {
	Testbench string `json:"testbench"` // as the user named it
	Level     string `json:"level"`
	Data      string `json:"data,omitempty"` // folder of the raw data sets, absolute
}

// A folder is a run folder being written by this process alone.
type folder struct {
	dir        string
	disk       disk
	lock       *os.File
	netlistSum [sha256.Size]byte // of resolved.toml
	metrics    *metrics
}

// newFolder makes the run folder of b. resolved.toml is written last: a folder
// without it holds no run yet.
func newFolder(d disk, dir string, b *Bench, rec runRecord) (*folder, error) {
	if err := os.MkdirAll(filepath.Join(dir, checkpointFolder), 0o777); err != nil {
		return nil, err
	}
	f := &folder{dir: dir, disk: d}
	err := f.open()
	if err == nil {
		err = f.checkVacant()
	}
	if err == nil {
		err = f.writeJSON(runFile, rec)
	}
	if err == nil {
		f.metrics, err = newMetrics(d, f.path(metricsFile))
	}
	if err == nil {
		resolved := b.Resolved()
		f.netlistSum = sha256.Sum256(resolved)
		err = f.replace(resolvedFile, func(w io.Writer) error { _, err := w.Write(resolved); return err })
	}
	if err != nil {
		f.close()
		return nil, err
	}
	return f, nil
}

func (f *folder) open() (err error) {
	f.lock, err = lockFolder(f.dir)
	return err
}

func (f *folder) path(name string) string { return filepath.Join(f.dir, name) }

// checkVacant fails where the folder holds anything but the beginnings of a
// run that ended before it began.
func (f *folder) checkVacant() error {
	entries, err := os.ReadDir(f.dir)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(entries, func(e os.DirEntry) bool { return e.Name() == resolvedFile }) {
		return fmt.Errorf("run folder %s holds a run already; continue it with --resume %s, or name another folder with --out", f.dir, f.dir)
	}
	for _, e := range entries {
		name := e.Name()
		if name != runFile && name != metricsFile && name != checkpointFolder && !strings.HasSuffix(name, ".tmp") {
			return fmt.Errorf("run folder %s is not empty (%s); name another with --out", f.dir, name)
		}
	}
	return nil
}

// replace gives a file of the folder new content, all of it or none.
func (f *folder) replace(name string, fill func(io.Writer) error) error {
	return replaceFile(f.disk, f.path(name), fill)
}

func (f *folder) writeJSON(name string, v any) error {
	data, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	return f.replace(name, func(w io.Writer) error { _, err := w.Write(append(data, '\n')); return err })
}

func (f *folder) close() {
	if f.metrics != nil {
		f.metrics.file.Close() // all that counts was synced before
	}
	if f.lock != nil {
		f.lock.Close()
	}
}

// openRun reads what a run folder says about its run.
func openRun(dir string) (*Bench, runRecord, error) {
	var rec runRecord
	resolved := filepath.Join(dir, resolvedFile)
	if _, err := os.Stat(resolved); errors.Is(err, fs.ErrNotExist) {
		return nil, rec, fmt.Errorf("%s holds no run: there is no %s", dir, resolvedFile)
	} else if err != nil {
		return nil, rec, err
	}
	data, err := os.ReadFile(filepath.Join(dir, runFile))
	if err != nil {
		return nil, rec, err
	}
	if err := json.Unmarshal(data, &rec); err != nil {
		return nil, rec, fmt.Errorf("%s: %w", filepath.Join(dir, runFile), err)
	}
	b, err := Open(resolved, nil)
	if err != nil {
		return nil, rec, err
	}
	b.Name = rec.Testbench
	return b, rec, nil
}

// ParseLevel reads a level of fidelity, phase or clock.
func ParseLevel(s string) (circuit.Level, error) {
	switch s {
	case "phase":
		return circuit.PhaseLevel, nil
	case "clock":
		return circuit.ClockLevel, nil
	}
	return 0, fmt.Errorf("level %q: expected phase or clock", s)
}

func levelName(l circuit.Level) string {
	if l == circuit.ClockLevel {
		return "clock"
	}
	return "phase"
}

// checkpointName names the checkpoint after n examples, so that names sort by
// age.
func checkpointName(n int) string { return fmt.Sprintf("%012d.ckpt", n) }

const damagedSuffix = ".damaged"

// checkpoints lists the checkpoints of a run folder, newest first.
func checkpoints(dir string) ([]string, error) {
	names, err := filepath.Glob(filepath.Join(dir, checkpointFolder, "*.ckpt"))
	if err != nil {
		return nil, err
	}
	slices.Sort(names)
	slices.Reverse(names)
	return names, nil
}

// checkpoint saves the training, and keeps the checkpoint before it.
func (f *folder) checkpoint(t *Trainer, transfer circuit.Time, wall time.Duration) error {
	p := position{TransferTime: int64(transfer), WallTime: int64(wall)}
	var err error
	if p.MetricsBytes, p.MetricsSum, err = f.metrics.sync(); err != nil {
		return err
	}
	name := f.path(filepath.Join(checkpointFolder, checkpointName(t.done)))
	if err := replaceFile(f.disk, name, func(w io.Writer) error { return t.save(w, f.netlistSum, p) }); err != nil {
		return err
	}
	names, err := checkpoints(f.dir)
	if err != nil {
		return err
	}
	const kept = 2
	for _, old := range names[min(kept, len(names)):] {
		if err := f.disk.Remove(old); err != nil {
			return err
		}
	}
	return nil
}

// restored says where a resume began.
type restored struct {
	position
	File    string  // checkpoint, "" for none
	Damaged []error // newer ones that could not be used
}

// restore brings t to the newest checkpoint in dir that is intact. Without
// any checkpoint t stays at its beginning.
func restore(dir string, t *Trainer, netlistSum [sha256.Size]byte) (restored, error) {
	var r restored
	names, err := checkpoints(dir)
	if err != nil {
		return r, err
	}
	for _, name := range names {
		r.position, err = restoreFile(dir, name, t, netlistSum)
		if err == nil {
			r.File = name
			return r, nil
		}
		err = fmt.Errorf("%s: %w", name, err)
		if !errors.Is(err, errDamaged) {
			return r, err
		}
		r.Damaged = append(r.Damaged, err)
	}
	if len(names) > 0 {
		return r, fmt.Errorf("no checkpoint can be used, begin anew in another folder: %w", errors.Join(r.Damaged...))
	}
	return r, nil
}

func restoreFile(dir, name string, t *Trainer, netlistSum [sha256.Size]byte) (position, error) {
	f, err := os.Open(name)
	if err != nil {
		return position{}, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return position{}, err
	}
	p, err := t.restore(f, info.Size(), netlistSum)
	if err != nil {
		return position{}, err
	}
	return p, checkMetrics(filepath.Join(dir, metricsFile), p)
}

// checkMetrics fails where metrics.csv does not begin with the bytes it had at
// a checkpoint.
func checkMetrics(name string, p position) error {
	h, err := hashHead(name, p.MetricsBytes)
	if err != nil {
		return fmt.Errorf("%w: %s: %w", errDamaged, name, err)
	}
	if !bytes.Equal(h.Sum(nil), p.MetricsSum[:]) {
		return fmt.Errorf("%w: %s is not the one it was written beside", errDamaged, name)
	}
	return nil
}

// hashHead hashes the first n bytes of a file.
func hashHead(name string, n int64) (hash.Hash, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.CopyN(h, f, n); err != nil {
		return nil, fmt.Errorf("shorter than the %d bytes it had: %w", n, err)
	}
	return h, nil
}

// resumeFolder opens the run folder of b and brings t to where it ended.
func resumeFolder(d disk, dir string, b *Bench, t *Trainer) (*folder, restored, error) {
	f := &folder{dir: dir, disk: d, netlistSum: sha256.Sum256(b.Resolved())}
	r, err := f.resume(t)
	if err != nil {
		f.close()
		return nil, r, err
	}
	return f, r, nil
}

func (f *folder) resume(t *Trainer) (r restored, err error) {
	if err := f.open(); err != nil {
		return r, err
	}
	if r, err = restore(f.dir, t, f.netlistSum); err != nil {
		return r, err
	}
	if err := f.setAside(r); err != nil {
		return r, err
	}
	if r.File == "" {
		f.metrics, err = newMetrics(f.disk, f.path(metricsFile))
		return r, err
	}
	f.metrics, err = continueMetrics(f.disk, f.path(metricsFile), r.MetricsBytes)
	return r, err
}

// setAside renames checkpoints that could not be used: by their names they are
// newer than those that will follow. It removes what was never finished.
func (f *folder) setAside(r restored) error {
	half, err := filepath.Glob(f.path(filepath.Join(checkpointFolder, "*.tmp")))
	if err != nil {
		return err
	}
	for _, name := range half {
		if err := f.disk.Remove(name); err != nil {
			return err
		}
	}
	names, err := checkpoints(f.dir)
	if err != nil {
		return err
	}
	for _, name := range names {
		if name == r.File {
			break
		}
		if err := f.disk.Rename(name, name+damagedSuffix); err != nil {
			return err
		}
	}
	return f.disk.SyncFolder(f.path(checkpointFolder))
}
