package testbench

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// A disk is what a run folder is written through. Tests put one that fails
// behind it.
type disk interface {
	// Open opens a file for writing, made if it is absent, cut to size bytes
	// and positioned behind them.
	Open(name string, size int64) (diskFile, error)
	Rename(from, to string) error
	Remove(name string) error
	// SyncFolder makes the names in a folder survive a power failure.
	SyncFolder(name string) error
}

// A diskFile is a file open for writing.
type diskFile interface {
	io.WriteCloser
	Sync() error
}

// realDisk is the disk of the operating system.
type realDisk struct{}

func (realDisk) Open(name string, size int64) (diskFile, error) {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE, 0o666)
	if err != nil {
		return nil, err
	}
	if err := cut(f, size); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

func cut(f *os.File, size int64) error {
	if err := f.Truncate(size); err != nil {
		return err
	}
	_, err := f.Seek(size, io.SeekStart)
	return err
}

func (realDisk) Rename(from, to string) error { return os.Rename(from, to) }

func (realDisk) Remove(name string) error { return os.Remove(name) }

func (realDisk) SyncFolder(name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// replaceFile gives the file name the content that fill writes. A crash or a
// full disk at any point leaves the old file or the new one. The caller is the
// folder's only writer.
func replaceFile(d disk, name string, fill func(io.Writer) error) error {
	temp := name + ".tmp"
	err := fillFile(d, temp, fill)
	if err == nil {
		err = d.Rename(temp, name)
	}
	if err != nil {
		d.Remove(temp) // the first error is the one to report
		return fmt.Errorf("writing %s: %w", name, err)
	}
	if err := d.SyncFolder(filepath.Dir(name)); err != nil {
		return fmt.Errorf("writing %s: %w", name, err)
	}
	return nil
}

// fillFile writes and syncs a new file.
func fillFile(d disk, name string, fill func(io.Writer) error) error {
	f, err := d.Open(name, 0)
	if err != nil {
		return err
	}
	buf := bufio.NewWriterSize(f, 64<<10)
	err = fill(buf)
	if err == nil {
		err = buf.Flush()
	}
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}
