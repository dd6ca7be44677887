package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"engram/testbench/internal/runtest"
)

// asCommand in the environment makes the test binary the command itself, for
// tests that run it as a process of its own.
const asCommand = "ENGRAM_TEST_AS_COMMAND"

func TestMain(m *testing.M) {
	if os.Getenv(asCommand) != "" {
		main()
	}
	runtest.TempInMemory()
	os.Exit(m.Run())
}

// commandFolder returns a folder that holds the command under its name.
func commandFolder(t *testing.T) string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.Symlink(self, filepath.Join(dir, "engram")); err != nil {
		t.Fatal(err)
	}
	return dir
}

// codeOf returns the exit code in an error of exec, as a text; "0" for none,
// "-1" for a process that a signal ended.
func codeOf(err error) string {
	var exit *exec.ExitError
	switch {
	case err == nil:
		return "0"
	case errors.As(err, &exit):
		return strconv.Itoa(exit.ExitCode())
	}
	return err.Error()
}
