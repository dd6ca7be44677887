package testbench

import (
	"os"
	"testing"

	"engram/testbench/internal/runtest"
)

func TestMain(m *testing.M) {
	runtest.TempInMemory()
	os.Exit(m.Run())
}
