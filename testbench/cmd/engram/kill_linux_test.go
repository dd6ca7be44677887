package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"engram/testbench/internal/runtest"
)

// times returns how often to try: under -short, else, and in the long form that
// RELIABILITY.md describes.
func times(short, usual, long int) int {
	switch {
	case os.Getenv("ENGRAM_LONG") != "":
		return long
	case testing.Short():
		return short
	}
	return usual
}

const killedNetlist = `title   = "to be killed"
include = ["library:cells/2pcm3t1c-90nm.toml"]
[stimulus]
dataset = "idx"
folder  = %q
name    = "drawings"
classes = 4
epochs  = 6
[transfer]
interval = 300
[input]
name  = "pixels"
width = 64
[[layer]]
name       = "hidden"
in         = "pixels"
width      = 12
activation = "logistic"
[[layer]]
name       = "output"
in         = "hidden"
width      = 4
activation = "logistic"
`

// A victim is a run that is to be interrupted.
type victim struct {
	t         *testing.T
	file, dir string
	want      string        // outcome of a run that was not
	takes     time.Duration // how long that took
}

func newVictim(t *testing.T) *victim {
	t.Helper()
	data := t.TempDir()
	if err := runtest.WriteDrawings(data, 400, 40); err != nil {
		t.Fatal(err)
	}
	v := &victim{t: t, file: filepath.Join(data, "killed.toml")}
	if err := os.WriteFile(v.file, fmt.Appendf(nil, killedNetlist, data), 0o666); err != nil {
		t.Fatal(err)
	}
	v.dir = filepath.Join(data, "whole")
	start := time.Now()
	if out, err := v.start().CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	v.takes = time.Since(start)
	v.want = v.outcome()
	v.dir = filepath.Join(data, "run")
	return v
}

// start returns the command that runs the victim, or resumes it. With a
// checkpoint every few examples it spends much of its time in writing them.
func (v *victim) start() *exec.Cmd {
	args := []string{"run", "--checkpoint-every=20", "--out", v.dir, v.file}
	if _, err := os.Stat(filepath.Join(v.dir, "resolved.toml")); err == nil {
		args = []string{"run", "--checkpoint-every=20", "--resume", v.dir}
	}
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(os.Environ(), asCommand+"=1")
	return cmd
}

// outcome is what a finished run leaves but the time it took.
func (v *victim) outcome() string {
	v.t.Helper()
	metrics, err := os.ReadFile(filepath.Join(v.dir, "metrics.csv"))
	if err != nil {
		v.t.Fatal(err)
	}
	data, err := os.ReadFile(filepath.Join(v.dir, "summary.json"))
	if err != nil {
		v.t.Fatal(err)
	}
	var summary map[string]any
	if err := json.Unmarshal(data, &summary); err != nil {
		v.t.Fatal(err)
	}
	for _, key := range []string{"wall_seconds", "examples_per_second", "peak_rss_bytes"} {
		delete(summary, key)
	}
	return fmt.Sprintf("%s\n%v", metrics, summary)
}

// finished checks a run that came to its end, and makes room for another.
func (v *victim) finished() {
	v.t.Helper()
	if got := v.outcome(); got != v.want {
		v.t.Fatalf("other results:\n%s\nwant\n%s", got, v.want)
	}
	if err := os.RemoveAll(v.dir); err != nil {
		v.t.Fatal(err)
	}
}

// A process that is killed with SIGKILL, at any moment, loses nothing: resumed,
// killed again and resumed, the run comes to the same bytes.
func TestKill(t *testing.T) {
	v := newVictim(t)
	kills, want, finished := 0, times(5, 25, 200), 0
	for kills < want {
		for inThisRun := 0; ; inThisRun++ {
			after := time.Duration(rand.Int64N(int64(v.takes)))
			if inThisRun == 5 {
				after = time.Hour // let it finish
			}
			if !v.killAfter(after) {
				break
			}
			kills++
		}
		v.finished()
		finished++
	}
	t.Logf("%d kills in %d runs, all of which came to the same bytes", kills, finished)
}

// killAfter runs or resumes the victim for a while, and reports whether it had to
// be killed.
func (v *victim) killAfter(while time.Duration) bool {
	v.t.Helper()
	cmd := v.start()
	var out bytes.Buffer
	cmd.Stderr = &out
	if err := cmd.Start(); err != nil {
		v.t.Fatal(err)
	}
	kill := time.AfterFunc(while, func() { cmd.Process.Kill() })
	err := cmd.Wait()
	kill.Stop()
	if codeOf(err) == "-1" { // ended by a signal
		return true
	}
	if err != nil {
		v.t.Fatalf("%v: %s", err, &out)
	}
	return false
}

// SIGINT and SIGTERM end a run with exit code 75 within ten seconds, at any
// moment, and the run can be resumed.
func TestStopBySignal(t *testing.T) {
	v := newVictim(t)
	stops, want, finished := 0, times(3, 10, 100), 0
	var slowest time.Duration
	for stops < want || finished == 0 {
		took, stopped := v.stopOnce()
		if !stopped {
			v.finished()
			finished++
			continue
		}
		stops++
		slowest = max(slowest, took)
	}
	if slowest > 10*time.Second {
		t.Errorf("the slowest stop took %v", slowest)
	}
	t.Logf("%d safe stops in %d runs, the slowest after %v", stops, finished, slowest)
}

// stopOnce runs or resumes the victim, sends it a signal after a random time,
// and returns how long it took to stop.
func (v *victim) stopOnce() (took time.Duration, stopped bool) {
	v.t.Helper()
	cmd := v.start()
	var out bytes.Buffer
	cmd.Stderr = &out
	if err := cmd.Start(); err != nil {
		v.t.Fatal(err)
	}
	signal := []os.Signal{syscall.SIGINT, syscall.SIGTERM}[rand.IntN(2)]
	sent := make(chan time.Time, 1)
	go func() {
		defer close(sent)
		v.awaitRun(cmd)
		time.Sleep(time.Duration(rand.Int64N(int64(300 * time.Millisecond))))
		sent <- time.Now()
		cmd.Process.Signal(signal) // in vain where it has ended
	}()
	err := cmd.Wait()
	end := time.Now()
	at := <-sent
	switch codeOf(err) {
	case "0":
		return 0, false
	case strconv.Itoa(exitStopped):
		if !bytes.Contains(out.Bytes(), []byte("--resume")) {
			v.t.Errorf("the message does not say how to resume: %s", &out)
		}
		return end.Sub(at), true
	}
	v.t.Fatalf("%v after %v: %s", err, signal, &out)
	return 0, false
}

// awaitRun waits until a process has locked its run folder, or is gone: before
// that it has nothing to save.
func (v *victim) awaitRun(cmd *exec.Cmd) {
	for range 60_000 {
		if locks(v.t, cmd.Process.Pid) || cmd.Process.Signal(syscall.Signal(0)) != nil {
			return
		}
		time.Sleep(time.Millisecond)
	}
	v.t.Errorf("process %d holds no run folder after a minute", cmd.Process.Pid)
}

// The second signal ends the process at once.
func TestSecondSignal(t *testing.T) {
	v := newVictim(t)
	v.file = slowVictim(t, v.file)
	cmd := v.start()
	var out bytes.Buffer
	cmd.Stderr = &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	v.awaitRun(cmd)
	start := time.Now()
	done := make(chan struct{})
	go func() {
		defer close(done)
		// Every signal after the first finds no handler.
		for cmd.Process.Signal(syscall.SIGTERM) == nil {
			time.Sleep(10 * time.Millisecond)
		}
	}()
	err := cmd.Wait()
	<-done
	if codeOf(err) != "-1" {
		t.Errorf("exit code %s, want death by the signal: %s", codeOf(err), &out)
	}
	if d := time.Since(start); d > 20*time.Second {
		t.Errorf("it took %v", d)
	}
}

// slowVictim is a netlist with enough cells that a safe stop takes a while.
func slowVictim(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	slow := bytes.Replace(text, []byte("width      = 12"), []byte("width      = 3000"), 1)
	if bytes.Equal(slow, text) {
		t.Fatal("the netlist has no layer to widen")
	}
	name := filepath.Join(filepath.Dir(file), "slow.toml")
	if err := os.WriteFile(name, slow, 0o666); err != nil {
		t.Fatal(err)
	}
	return name
}

// locks reports whether a process holds a lock of flock(2). A line of
// /proc/locks is "1: FLOCK  ADVISORY  WRITE 4711 fe:00:1234 0 EOF".
func locks(t *testing.T, pid int) bool {
	t.Helper()
	text, err := os.ReadFile("/proc/locks")
	if err != nil {
		t.Fatal(err)
	}
	for line := range bytes.Lines(text) {
		if f := bytes.Fields(line); len(f) > 4 && string(f[1]) == "FLOCK" && string(f[4]) == strconv.Itoa(pid) {
			return true
		}
	}
	return false
}
