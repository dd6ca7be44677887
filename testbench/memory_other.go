//go:build !linux

package testbench

// MachineMemory is not known here.
func MachineMemory() int64 { return 0 }
