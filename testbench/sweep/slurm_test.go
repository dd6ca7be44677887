package sweep

import (
	"context"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// job runs this test binary as worker and merger of a sweep in dir.
func job(dir string, delay time.Duration) SlurmJob {
	exe, err := os.Executable()
	if err != nil {
		panic(err)
	}
	return SlurmJob{
		Name:  "test",
		Run:   []string{"env", workerEnv + "=" + dir, delayEnv + "=" + delay.String(), exe},
		Merge: []string{"env", mergeEnv + "=" + dir, exe},
		CPUs:  1,
	}
}

func TestSlurmScripts(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "it's a $HOME `sweep`")
	s := create(t, dir, spec(8))
	j := job(dir, 0)
	j.Time, j.Memory, j.Partition = "1-02:00:00", "4G", "short"
	submit, err := s.WriteSlurm(j)
	if err != nil {
		t.Fatal(err)
	}
	array := read(t, filepath.Join(dir, "slurm/array.sh"))
	for _, want := range []string{
		"#!/bin/sh\n", "\n#SBATCH --array=0-7\n", "\n#SBATCH --requeue\n", "\n#SBATCH --signal=B:TERM@60\n",
		"\n#SBATCH --open-mode=append\n", "\n#SBATCH --time=1-02:00:00\n", "\n#SBATCH --mem=4G\n",
		"\n#SBATCH --partition=short\n", "\nexec 'env' '",
	} {
		if !strings.Contains(array, want) {
			t.Errorf("array.sh lacks %q:\n%s", want, array)
		}
	}
	if merge := read(t, filepath.Join(dir, "slurm/merge.sh")); !strings.Contains(merge, "\n#SBATCH --kill-on-invalid-dep=yes\n") {
		t.Errorf("merge.sh:\n%s", merge)
	}
	if text := read(t, submit); !strings.Contains(text, `--dependency="afterany:$array"`) {
		t.Errorf("submit.sh:\n%s", text)
	}
	// The scripts run, with a stand-in for sbatch that prints what it was given.
	bin := t.TempDir()
	if err := os.WriteFile(filepath.Join(bin, "sbatch"), []byte("#!/bin/sh\necho \"$@\" >>\"$PWD/calls\"\necho '42;cluster'\n"), 0o777); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", bin+":"+os.Getenv("PATH"))
	out, err := SubmitSlurm(t.Context(), submit)
	if err != nil || out != "array 42\nmerge 42\n" {
		t.Errorf("submit prints %q, %v", out, err)
	}
	const calls = "--parsable --output=slurm/%x.%A_%a.out slurm/array.sh\n" +
		"--parsable --output=slurm/%x.%j.out --dependency=afterany:42 slurm/merge.sh\n"
	if got := read(t, filepath.Join(dir, "calls")); got != calls {
		t.Errorf("sbatch was called with\n%s", got)
	}
	// And the command survives its quoting.
	cmd := exec.Command("/bin/sh", filepath.Join(dir, "slurm/array.sh"))
	cmd.Env = append(os.Environ(), "SLURM_ARRAY_TASK_ID=3")
	if text, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(text), "shard 3/8, from SLURM_ARRAY_TASK_ID=3 (Slurm)") {
		t.Errorf("array.sh prints %s (%v)", text, err)
	}
}

func TestSlurmRefuses(t *testing.T) {
	s := create(t, t.TempDir(), spec(8))
	for _, c := range []struct {
		want string
		edit func(*SlurmJob)
	}{
		{"name", func(j *SlurmJob) { j.Name = "" }},
		{"name", func(j *SlurmJob) { j.Name = "a\n#SBATCH --uid=0" }},
		{"partition", func(j *SlurmJob) { j.Partition = "a b" }},
		{"time limit", func(j *SlurmJob) { j.Time = "soon" }},
		{"memory", func(j *SlurmJob) { j.Memory = "4 GB" }},
		{"CPUs", func(j *SlurmJob) { j.CPUs = 0 }},
		{"without a command", func(j *SlurmJob) { j.Run = nil }},
	} {
		j := job(s.Dir, 0)
		c.edit(&j)
		if _, err := s.WriteSlurm(j); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v, want %q", err, c.want)
		}
	}
	big := create(t, t.TempDir(), spec(2000))
	if _, err := big.WriteSlurm(job(big.Dir, 0)); err == nil || !strings.Contains(err.Error(), "at most 1000") {
		t.Errorf("array of 2000: %v", err)
	}
}

// A failing sbatch is an error with what it said.
func TestSlurmSubmitFails(t *testing.T) {
	s := create(t, t.TempDir(), spec(8))
	submit, err := s.WriteSlurm(job(s.Dir, 0))
	if err != nil {
		t.Fatal(err)
	}
	bin := t.TempDir()
	if err := os.WriteFile(filepath.Join(bin, "sbatch"), []byte("#!/bin/sh\necho 'invalid partition' >&2\nexit 1\n"), 0o777); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", bin+":"+os.Getenv("PATH"))
	if _, err := SubmitSlurm(t.Context(), submit); err == nil || !strings.Contains(err.Error(), "invalid partition") {
		t.Errorf("error %v", err)
	}
}

// slurmEnv asks for the test on a real Slurm, which no test should start unasked:
// it runs daemons as root and may add the host to /etc/hosts.
const slurmEnv = "ENGRAM_TEST_SLURM"

// On a real Slurm: an array job of four shards, of which one task is killed and
// requeued and one is requeued while it runs; the merge job's result equals the
// local one. About 20 s.
func TestSlurm(t *testing.T) {
	if os.Getenv(slurmEnv) == "" {
		t.Skipf("%s=1 runs this on a Slurm of its own, as root", slurmEnv)
	}
	for _, program := range []string{"slurmctld", "slurmd", "munged", "sbatch", "scontrol"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Fatalf("no Slurm (Debian: apt-get install --no-install-recommends slurm-wlm munge): %v", err)
		}
	}
	c := startSlurm(t)
	s := create(t, t.TempDir(), spec(4))
	submit, err := s.WriteSlurm(job(s.Dir, 60*time.Millisecond))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	out, err := SubmitSlurm(ctx, submit)
	if err != nil {
		t.Fatal(err)
	}
	ids := regexp.MustCompile(`^array (\d+)\nmerge (\d+)\n$`).FindStringSubmatch(out)
	if ids == nil {
		t.Fatalf("submit prints %q", out)
	}
	c.waitPoints(s, 1, 5)
	c.waitPoints(s, 2, 5)
	c.killTask(ids[1] + "_1")
	c.scontrol("requeue", ids[1]+"_2")
	c.waitState(ids[1]+"_1", "FAILED")
	c.scontrol("requeue", ids[1]+"_1")

	c.waitState(ids[2], "COMPLETED")
	got := read(t, filepath.Join(s.Dir, ResultsCSV)) + read(t, filepath.Join(s.Dir, ResultsJSON))
	if got != local(t) {
		t.Error("the merged result differs from the local one")
	}
	// The requeue of the running task sent SIGTERM to the worker itself.
	if text := read(t, filepath.Join(s.Dir, "slurm", "test."+ids[1]+"_2.out")); !strings.Contains(text, "Stopped:true") {
		t.Errorf("task 2 did not stop safely:\n%s", text)
	}
	st, err := s.Status()
	if err != nil {
		t.Fatal(err)
	}
	for i, h := range st.Shards {
		restarted := strings.HasSuffix(h.Writer, "restart 1")
		if want := i == 1 || i == 2; restarted != want || len(h.Missing) > 0 {
			t.Errorf("shard %d was written by %s, %d points missing", i, h.Writer, len(h.Missing))
		}
	}
}

// A cluster is a Slurm of one node that lives as long as its test.
type cluster struct {
	t *testing.T
}

func startSlurm(t *testing.T) cluster {
	t.Helper()
	dir, err := os.MkdirTemp("", "slurm") // short: a socket's path has at most 107 bytes
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("SLURM_CONF", filepath.Join(dir, "slurm.conf"))
	t.Setenv("SLURMCTLD_PORT", freePort(t))
	t.Setenv("SLURMD_PORT", freePort(t))
	t.Cleanup(func() {
		if text, err := exec.Command("testdata/slurm-up.sh", "down", dir).CombinedOutput(); err != nil {
			t.Errorf("slurm-up.sh down: %v\n%s", err, text)
		}
		os.RemoveAll(dir)
	})
	if text, err := exec.Command("testdata/slurm-up.sh", "up", dir).CombinedOutput(); err != nil {
		t.Fatalf("slurm-up.sh up: %v\n%s", err, text)
	}
	return cluster{t}
}

// freePort returns a port that nobody listens on, so that two tests at a time
// do not meet.
func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return port
}

func (c cluster) scontrol(args ...string) string {
	c.t.Helper()
	text, err := exec.Command("scontrol", args...).CombinedOutput()
	if err != nil {
		c.t.Fatalf("scontrol %v: %v\n%s", args, err, text)
	}
	return string(text)
}

// field returns a field of what Slurm says about a job.
func (c cluster) field(job, name string) string {
	c.t.Helper()
	_, rest, _ := strings.Cut(" "+c.scontrol("show", "job", job, "-o"), " "+name+"=")
	value, _, _ := strings.Cut(rest, " ")
	return value
}

// wait polls until ok, for at most a minute.
func (c cluster) wait(what string, ok func() bool) {
	c.t.Helper()
	for deadline := time.Now().Add(time.Minute); !ok(); time.Sleep(100 * time.Millisecond) {
		if time.Now().After(deadline) {
			text, _ := exec.Command("scontrol", "show", "job").CombinedOutput()
			c.t.Fatalf("no %s within a minute\n%s", what, text)
		}
	}
}

func (c cluster) waitState(job, state string) {
	c.t.Helper()
	c.wait(job+" "+state, func() bool { return c.field(job, "JobState") == state })
}

// waitPoints waits until a shard has recorded some points.
func (c cluster) waitPoints(s *Sweep, shard, points int) {
	c.t.Helper()
	c.wait("points", func() bool {
		st, err := s.Status()
		if err != nil {
			c.t.Fatal(err)
		}
		return st.Shards[shard].Done+st.Shards[shard].Failed >= points
	})
}

// killTask kills the batch process of a task, which is the worker itself.
func (c cluster) killTask(task string) {
	c.t.Helper()
	for line := range strings.Lines(c.scontrol("listpids", c.field(task, "JobId"))) {
		f := strings.Fields(line) // PID JOBID STEPID LOCALID GLOBALID
		if len(f) < 4 || f[3] != "0" {
			continue
		}
		if text, err := exec.Command("kill", "-KILL", f[0]).CombinedOutput(); err != nil {
			c.t.Fatalf("kill %s: %v\n%s", f[0], err, text)
		}
		return
	}
	c.t.Fatalf("no process of task %s", task)
}
