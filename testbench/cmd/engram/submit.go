package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"engram/testbench/sweep"
)

// A submission is how a sweep goes to a cluster.
type submission struct {
	kind      string // "", slurm or kubernetes
	yes       bool
	cpus      int
	time      string
	memory    string
	partition string
	account   string
	image     string
	claim     string
	mount     string
	parallel  int
}

func (u *submission) flags(c *cobra.Command) {
	g := c.Flags()
	g.StringVar(&u.kind, "submit", "", "write the jobs of a cluster instead of computing: slurm or kubernetes")
	g.BoolVar(&u.yes, "yes", false, "also submit them")
	g.IntVar(&u.cpus, "cpus", 1, "cores per task")
	g.StringVar(&u.time, "time", "", "slurm: time limit of a task, such as 2:00:00")
	g.StringVar(&u.memory, "memory", "", "memory per task, such as 4G (slurm) or 4Gi (kubernetes)")
	g.StringVar(&u.partition, "partition", "", "slurm: partition")
	g.StringVar(&u.account, "account", "", "slurm: account")
	g.StringVar(&u.image, "image", "", "kubernetes: container image with this program")
	g.StringVar(&u.claim, "claim", "", "kubernetes: persistent volume claim that holds the folder of the sweep")
	g.StringVar(&u.mount, "mount", "", "kubernetes: where the claim is mounted, a folder above that of the sweep")
	g.IntVar(&u.parallel, "parallel", 0, "kubernetes: pods at a time (default: all)")
}

// submit writes the jobs of a cluster, and submits them where the user said
// yes. command holds the arguments that compute a shard.
func (u *submission) submit(c *cobra.Command, s *sweep.Sweep, command []string) error {
	switch u.kind {
	case "slurm":
		return u.slurm(c, s, command)
	case "kubernetes":
		return u.kubernetes(c, s, command)
	}
	return usageError{fmt.Errorf("--submit %s: expected slurm or kubernetes", u.kind)}
}

func (u *submission) slurm(c *cobra.Command, s *sweep.Sweep, command []string) error {
	exe, err := os.Executable()
	if err != nil {
		return err
	}
	here, dir := withPaths(command), absolute(s.Dir)
	script, err := s.WriteSlurm(sweep.SlurmJob{
		Name: jobName(dir), Run: append([]string{exe}, here...), Merge: []string{exe, "merge", dir},
		CPUs: u.cpus, Time: u.time, Memory: u.memory, Partition: u.partition, Account: u.account,
	})
	if err != nil {
		return usageError{err}
	}
	if !u.yes {
		_, err := fmt.Fprintf(c.OutOrStdout(), "written: %s; run it, or say --yes, to submit\n", script)
		return err
	}
	text, err := sweep.SubmitSlurm(c.Context(), script)
	if err != nil {
		return err
	}
	_, err = fmt.Fprint(c.OutOrStdout(), text)
	return err
}

// withPaths makes the file and the folder of a sweep command absolute.
func withPaths(command []string) []string {
	words := append([]string(nil), command...)
	const name, folder = 1, 3 // sweep NAME --out DIR
	if _, err := os.Stat(words[name]); err == nil {
		words[name] = absolute(words[name])
	}
	words[folder] = absolute(words[folder])
	return words
}

// jobName makes a name of the folder that every cluster takes.
func jobName(dir string) string {
	clean := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			return r
		case r >= 'A' && r <= 'Z':
			return r - 'A' + 'a'
		}
		return '-'
	}, filepath.Base(dir))
	name := strings.Trim("engram-"+clean, "-")
	const longest = 63 // RFC 1123
	return strings.TrimRight(name[:min(len(name), longest)], "-")
}

// kubernetes writes the manifest of an indexed Job. The folder of the sweep,
// and a testbench file, must lie on the volume, below its mount.
func (u *submission) kubernetes(c *cobra.Command, s *sweep.Sweep, command []string) error {
	pods := u.parallel
	if pods == 0 {
		pods = s.Plan.Shards
	}
	cpus := ""
	if u.cpus > 0 {
		cpus = fmt.Sprint(u.cpus)
	}
	text, err := s.KubernetesManifest(sweep.KubernetesJob{
		Name: jobName(s.Dir), Image: u.image, Run: append([]string{"engram"}, withPaths(command)...),
		Claim: u.claim, Mount: u.mount, Parallel: pods, CPU: cpus, Memory: u.memory,
	})
	if err != nil {
		return usageError{err}
	}
	if rel, err := filepath.Rel(u.mount, absolute(s.Dir)); err != nil || !filepath.IsLocal(rel) {
		return usageError{fmt.Errorf("the folder %s is not below the mount %s, so no pod would see it", absolute(s.Dir), u.mount)}
	}
	file := filepath.Join(s.Dir, "kubernetes.json")
	if err := os.WriteFile(file, text, 0o644); err != nil {
		return err
	}
	if !u.yes {
		_, err := fmt.Fprintf(c.OutOrStdout(), "written: %s; submit with kubectl apply -f, or say --yes, and merge when it has ended\n", file)
		return err
	}
	return apply(c.Context(), c, file)
}

func apply(ctx context.Context, c *cobra.Command, file string) error {
	kubectl := exec.CommandContext(ctx, "kubectl", "apply", "-f", file)
	kubectl.Stdout, kubectl.Stderr = c.OutOrStdout(), c.ErrOrStderr()
	if err := kubectl.Run(); err != nil {
		if errors.Is(err, exec.ErrNotFound) {
			return usageError{err}
		}
		return fmt.Errorf("kubectl apply -f %s: %w", file, err)
	}
	return nil
}
