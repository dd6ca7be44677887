//go:build unix

package netlist

import "syscall"

// processorSeconds returns the processor time that this process has used.
func processorSeconds() (s float64, ok bool) {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0, false
	}
	return float64(u.Utime.Nano()+u.Stime.Nano()) / 1e9, true
}
