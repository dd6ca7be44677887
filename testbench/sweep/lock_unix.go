//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

package sweep

import (
	"os"
	"syscall"
)

// errLocked says that another process holds the lock.
var errLocked error = syscall.EWOULDBLOCK

// lock takes the exclusive lock of f without waiting. The system releases it
// when the process ends, however it ends.
func lock(f *os.File) error {
	for {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err != syscall.EINTR {
			return err
		}
	}
}
