//go:build !(linux || darwin || dragonfly || freebsd || netbsd || openbsd)

package sweep

import (
	"errors"
	"os"
)

// errLocked says that another process holds the lock.
var errLocked = errors.New("locked")

// lock refuses: without flock(2) one writer per shard file cannot be promised.
func lock(*os.File) error { return errors.ErrUnsupported }
