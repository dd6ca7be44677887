//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

package testbench

import (
	"fmt"
	"os"
	"syscall"
)

// lockFolder takes the exclusive lock of a folder without waiting. It lasts
// until the file is closed or the process ends, however it ends.
func lockFolder(dir string) (*os.File, error) {
	f, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	for {
		err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err != syscall.EINTR {
			break
		}
	}
	if err == syscall.EWOULDBLOCK {
		err = fmt.Errorf("run folder %s is in use by another engram; wait for it or name another folder", dir)
	} else if err != nil {
		err = fmt.Errorf("locking %s: %w", dir, err)
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}
