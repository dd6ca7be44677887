package runtest

import "os"

// TempInMemory puts temporary folders of the process into memory where it can:
// the tests of runs sync thousands of files, and none of them pulls a plug.
func TempInMemory() {
	const memory = "/dev/shm"
	if os.Getenv("TMPDIR") != "" {
		return
	}
	if probe, err := os.MkdirTemp(memory, "engram-test-"); err == nil {
		os.Remove(probe)
		os.Setenv("TMPDIR", memory)
	}
}
