package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"engram/testbench/internal/runtest"
)

// The scripts are what a user types and sees.
func TestScripts(t *testing.T) {
	bin := commandFolder(t)
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("testdata", "script"),
		RequireExplicitExec: true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("PATH", bin+string(os.PathListSeparator)+env.Getenv("PATH"))
			env.Setenv(asCommand, "1")
			return nil
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"drawings": scriptDrawings, "exits": scriptExits, "cut": scriptCut,
		},
	})
}

// drawings DIR writes a small data set.
func scriptDrawings(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: drawings DIR")
	}
	dir := ts.MkAbs(args[0])
	ts.Check(os.MkdirAll(dir, 0o777))
	ts.Check(runtest.WriteDrawings(dir, 96, 40))
}

// exits CODE ARG... runs engram and wants an exit code.
func scriptExits(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) < 2 {
		ts.Fatalf("usage: exits CODE ARG...")
	}
	err := ts.Exec("engram", args[1:]...)
	if got := codeOf(err); got != args[0] {
		ts.Fatalf("engram %v exits with %s, want %s", args[1:], got, args[0])
	}
}

// cut FILE removes the second half of a file.
func scriptCut(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: cut FILE")
	}
	name := ts.MkAbs(args[0])
	info, err := os.Stat(name)
	ts.Check(err)
	ts.Check(os.Truncate(name, info.Size()/2))
}
