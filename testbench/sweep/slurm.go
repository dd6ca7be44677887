package sweep

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
)

// slurmFolder holds the scripts and the output of the jobs.
const slurmFolder = "slurm"

// maxArray is the largest array that Slurm takes unless its site says
// otherwise: MaxArraySize is 1001 by default (man slurm.conf), and indices stay
// below it. A shard computes many points, so this bounds no sweep.
const maxArray = 1001

// warnSeconds before its time limit a task gets SIGTERM: time to stop and be
// recorded. Assumed; sbatch may be up to 60 s late or early.
const warnSeconds = 60

// A SlurmJob says how to run a sweep as an array job, with one more job that
// merges when the array has ended, however it ended.
type SlurmJob struct {
	Name      string   // of the jobs: letters, digits, '.', '_', '-'
	Run       []string // program and arguments that compute the shard which Select finds
	Merge     []string // program and arguments that merge
	CPUs      int      // per task; >= 1
	Time      string   // limit as Slurm writes it ("2:00:00"), or ""; see WriteSlurm
	Memory    string   // per task ("4G"), or ""
	Partition string   // or ""
	Account   string   // or ""
}

var (
	slurmName   = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*$`)
	slurmTime   = regexp.MustCompile(`^[0-9]+([:-][0-9]+)*$`)
	slurmMemory = regexp.MustCompile(`^[0-9]+[KMGT]?$`)
)

// check refuses what would not mean itself in a comment of a shell script.
func (j SlurmJob) check() error {
	for _, c := range []struct {
		what, text string
		ok         *regexp.Regexp
	}{
		{"name", j.Name, slurmName},
		{"time limit", j.Time, slurmTime},
		{"memory", j.Memory, slurmMemory},
		{"partition", j.Partition, slurmName},
		{"account", j.Account, slurmName},
	} {
		if !c.ok.MatchString(c.text) && (c.text != "" || c.what == "name") {
			return fmt.Errorf("slurm %s %q: want %v", c.what, c.text, c.ok)
		}
	}
	switch {
	case len(j.Run) == 0 || len(j.Merge) == 0:
		return errors.New("slurm job without a command to run or to merge")
	case j.CPUs < 1:
		return fmt.Errorf("slurm job of %d CPUs a task, must be at least 1", j.CPUs)
	}
	return nil
}

// WriteSlurm writes array.sh, merge.sh and submit.sh into the folder slurm/ and
// returns the path of submit.sh, which submits the other two. The commands run
// in the folder of the sweep.
//
// A minute before its time limit a task gets SIGTERM. Where the site requeues
// the exit status 75 (RequeueExit) it then goes on in a new task, and elsewhere
// when submit.sh is run again; so a limit must leave a minute more than one
// point takes, unless the Func resumes a cancelled point itself.
func (s *Sweep) WriteSlurm(j SlurmJob) (submit string, err error) {
	if err := j.check(); err != nil {
		return "", err
	}
	if s.Plan.Shards >= maxArray {
		return "", fmt.Errorf("slurm array of %d tasks, at most %d are possible; a shard computes many points", s.Plan.Shards, maxArray-1)
	}
	dir, err := filepath.Abs(s.Dir)
	if err != nil {
		return "", err
	}
	folder := filepath.Join(dir, slurmFolder)
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return "", err
	}
	for _, f := range []struct{ name, text string }{
		{"array.sh", j.arrayScript(s.Plan.Shards)},
		{"merge.sh", j.mergeScript()},
		{"submit.sh", submitScript(dir)},
	} {
		// Not replaceFile: a crash here loses nothing that a repetition would not make.
		if err := os.WriteFile(filepath.Join(folder, f.name), []byte(f.text), 0o777); err != nil {
			return "", err
		}
	}
	return filepath.Join(folder, "submit.sh"), nil
}

// SubmitSlurm runs a script of [Sweep.WriteSlurm] and returns what it printed:
// the ids of the two jobs.
func SubmitSlurm(ctx context.Context, submit string) (string, error) {
	var out, problems bytes.Buffer
	cmd := exec.CommandContext(ctx, "/bin/sh", submit)
	cmd.Stdout, cmd.Stderr = &out, &problems
	if err := cmd.Run(); err != nil {
		return out.String(), fmt.Errorf("%s: %w: %s", submit, err, bytes.TrimSpace(problems.Bytes()))
	}
	return out.String(), nil
}

// arrayScript is the task of one shard. exec makes the command the process that
// Slurm knows as the batch script, so that --signal=B: and a requeue reach it.
func (j SlurmJob) arrayScript(shards int) string {
	var b strings.Builder
	b.WriteString("#!/bin/sh\n")
	fmt.Fprintf(&b, "#SBATCH --array=0-%d\n", shards-1)
	b.WriteString("#SBATCH --requeue\n")
	fmt.Fprintf(&b, "#SBATCH --signal=B:TERM@%d\n", warnSeconds)
	j.writeOptions(&b, j.Name, j.CPUs)
	fmt.Fprintf(&b, "exec %s\n", shellWords(j.Run))
	return b.String()
}

// mergeScript runs on one CPU under the array's limits.
func (j SlurmJob) mergeScript() string {
	var b strings.Builder
	b.WriteString("#!/bin/sh\n#SBATCH --kill-on-invalid-dep=yes\n")
	j.writeOptions(&b, j.Name+"-merge", 1)
	fmt.Fprintf(&b, "exec %s\n", shellWords(j.Merge))
	return b.String()
}

func (j SlurmJob) writeOptions(b *strings.Builder, name string, cpus int) {
	fmt.Fprintf(b, "#SBATCH --job-name=%s\n", name)
	fmt.Fprintf(b, "#SBATCH --ntasks=1\n#SBATCH --cpus-per-task=%d\n", cpus)
	b.WriteString("#SBATCH --open-mode=append\n") // a requeued task keeps its first output
	for _, o := range []struct{ option, value string }{
		{"time", j.Time}, {"mem", j.Memory}, {"partition", j.Partition}, {"account", j.Account},
	} {
		if o.value != "" {
			fmt.Fprintf(b, "#SBATCH --%s=%s\n", o.option, o.value)
		}
	}
}

// submitScript submits both jobs. Paths stand here and not in the other
// scripts, because the shell quotes them and #SBATCH lines cannot. Arguments of
// submit.sh go to the array: --array=3,5 runs two shards again.
//
// The merge waits for afterany: whether a point is missing is decided by the
// files, and an afterok merge would wait for ever behind a failed task.
func submitScript(dir string) string {
	return fmt.Sprintf(`#!/bin/sh
set -eu
cd %s
array=$(sbatch --parsable --output=%s/%%x.%%A_%%a.out "$@" %[2]s/array.sh)
array=${array%%%%;*}
merge=$(sbatch --parsable --output=%[2]s/%%x.%%j.out --dependency="afterany:$array" %[2]s/merge.sh)
echo "array $array"
echo "merge ${merge%%%%;*}"
`, shellWords([]string{dir}), slurmFolder)
}

// shellWords quotes words for a POSIX shell.
func shellWords(words []string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = "'" + strings.ReplaceAll(w, "'", `'\''`) + "'"
	}
	return strings.Join(quoted, " ")
}
