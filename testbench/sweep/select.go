package sweep

import "fmt"

// A scheduler names the environment variables by which a cluster tells a task
// which part of an array it is.
type scheduler struct {
	name    string
	index   string // the task's index
	last    string // the array's largest index, or ""
	none    string // value of index outside of an array
	first   int    // the index of shard 0
	restart string // how often the task was started before, or ""
	job     string // the job's id, for the record only: ids are given out again
}

// Sources: man sbatch (22.05); Kubernetes, "Indexed Job for parallel
// processing"; IBM Spectrum LSF 10.1, "Environment variables set for job
// execution"; man qsub of Grid Engine 8.
var schedulers = []scheduler{
	{name: "Slurm", index: "SLURM_ARRAY_TASK_ID", last: "SLURM_ARRAY_TASK_MAX", restart: "SLURM_RESTART_COUNT", job: "SLURM_JOB_ID"},
	{name: "Kubernetes", index: "JOB_COMPLETION_INDEX", job: "HOSTNAME"},
	{name: "LSF", index: "LSB_JOBINDEX", none: "0", first: 1, restart: "LSB_RESTART", job: "LSB_JOBID"},
	{name: "Grid Engine", index: "SGE_TASK_ID", last: "SGE_TASK_LAST", none: "undefined", first: 1, restart: "RESTARTED", job: "JOB_ID"},
}

// A Choice is a shard and where it came from.
type Choice struct {
	Shard  Shard
	Source string // for people: "--shard" or "SLURM_ARRAY_TASK_ID=3 (Slurm)"
}

// String is the line to print before the work starts.
func (c Choice) String() string { return fmt.Sprintf("shard %v, from %s", c.Shard, c.Source) }

// Select decides which shard this process computes: flag ("i/N", or "" for
// none), or else the array index that a scheduler put in the environment, or
// else all points. shards is the number of shards of the plan.
//
// N is never taken from the environment, and sources that contradict each other
// are an error: two schedulers with two indices, a flag and an array index, a
// flag and the plan, an array whose last index lies beyond the plan. A Slurm
// array must count from 0, so that a part of it can be submitted again
// (--array=3,5) and mean the same shards. The flag 0/1 contradicts no plan: it
// computes whatever is left.
func Select(flag string, shards int, getenv func(string) string) (Choice, error) {
	found, err := fromSchedulers(shards, getenv)
	if err != nil {
		return Choice{}, err
	}
	if flag == "" {
		if found.Source == "" {
			return Choice{Whole, "neither --shard nor a job array: all points"}, nil
		}
		return found, nil
	}
	s, err := ParseShard(flag)
	switch {
	case err != nil:
		return Choice{}, err
	case s.Count != shards && s != Whole:
		return Choice{}, fmt.Errorf("--shard %v contradicts the plan, which has %d shards", s, shards)
	case found.Source != "" && s != found.Shard:
		return Choice{}, fmt.Errorf("--shard %v contradicts %s, which is shard %v", s, found.Source, found.Shard)
	}
	return Choice{s, "--shard"}, nil
}

// fromSchedulers returns the shard that the environment names, or the zero
// Choice outside of every array.
func fromSchedulers(shards int, getenv func(string) string) (Choice, error) {
	var found Choice
	for _, c := range schedulers {
		text := getenv(c.index)
		if text == "" || text == c.none {
			continue
		}
		s, err := c.shard(text, shards, getenv)
		if err != nil {
			return Choice{}, err
		}
		source := fmt.Sprintf("%s=%s (%s)", c.index, text, c.name)
		if found.Source != "" && found.Shard != s {
			return Choice{}, fmt.Errorf("%s and %s contradict each other; give --shard and unset one", found.Source, source)
		}
		if found.Source == "" {
			found = Choice{s, source}
		}
	}
	return found, nil
}

// shard turns the index text of c into a shard of the plan's count.
func (c scheduler) shard(text string, shards int, getenv func(string) string) (Shard, error) {
	n, err := parseIndex(text)
	if err != nil {
		return Shard{}, fmt.Errorf("%s=%q is no array index", c.index, text)
	}
	want := fmt.Sprintf("the array of a sweep of %d shards must be %d-%d", shards, c.first, c.first+shards-1)
	s := Shard{n - c.first, shards}
	if err := s.check(); err != nil {
		return Shard{}, fmt.Errorf("%s=%s: %s", c.index, text, want)
	}
	if c.last == "" || getenv(c.last) == "" {
		return s, nil
	}
	if last, err := parseIndex(getenv(c.last)); err != nil || last-c.first >= shards {
		return Shard{}, fmt.Errorf("%s=%s: %s", c.last, getenv(c.last), want)
	}
	return s, nil
}

// currentJob says which job this process belongs to and how often the scheduler
// started it before, or two empty strings outside of every array.
func currentJob(getenv func(string) string) (job, restart string) {
	for _, c := range schedulers {
		text := getenv(c.index)
		if text == "" || text == c.none {
			continue
		}
		if c.restart != "" {
			restart = getenv(c.restart)
		}
		return fmt.Sprintf("%s %s, task %s", c.name, getenv(c.job), text), restart
	}
	return "", ""
}
