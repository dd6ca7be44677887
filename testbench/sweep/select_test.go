package sweep

import (
	"strings"
	"testing"
)

func TestParseShard(t *testing.T) {
	for _, good := range []string{"0/1", "0/8", "7/8", "199/200"} {
		s, err := ParseShard(good)
		if err != nil || s.String() != good {
			t.Errorf("%q gives %v, %v", good, s, err)
		}
		if u, ok := parseFileName(s.fileName()); !ok || u != s {
			t.Errorf("file name %s gives %v, %v", s.fileName(), u, ok)
		}
	}
	for _, bad := range []string{"", "3", "/", "1/", "/1", "8/8", "-1/8", "+1/8", " 1/8", "1/8 ", "0/0", "1/2/3", "0/99999999999", "0x1/8"} {
		if s, err := ParseShard(bad); err == nil {
			t.Errorf("%q gives %v", bad, s)
		}
	}
	for _, other := range []string{"0-of-1.jsonl~", "00-of-1.jsonl", "0/1.jsonl", "notes.txt", ".0-of-1.jsonl"} {
		if s, ok := parseFileName(other); ok {
			t.Errorf("file %q is taken for shard %v", other, s)
		}
	}
}

func TestSelect(t *testing.T) {
	type env map[string]string
	slurm := func(id, first, last, count string) env {
		return env{"SLURM_ARRAY_TASK_ID": id, "SLURM_ARRAY_TASK_MIN": first, "SLURM_ARRAY_TASK_MAX": last, "SLURM_ARRAY_TASK_COUNT": count}
	}
	for _, c := range []struct {
		name   string
		flag   string
		shards int
		env    env
		want   string // shard, or "!" and a part of the error
		source string
	}{
		{"nothing", "", 8, nil, "0/1", "all points"},
		{"flag", "3/8", 8, nil, "3/8", "--shard"},
		{"flag for the rest", "0/1", 8, nil, "0/1", "--shard"},
		{"flag against plan", "3/4", 8, nil, "!contradicts the plan", ""},
		{"bad flag", "8/8", 8, nil, "!index must be 0 to 7", ""},

		{"slurm", "", 8, slurm("3", "0", "7", "8"), "3/8", "SLURM_ARRAY_TASK_ID=3 (Slurm)"},
		{"slurm, two tasks again", "", 8, slurm("5", "3", "5", "2"), "5/8", "SLURM_ARRAY_TASK_ID=5"},
		{"slurm, one task again", "", 8, slurm("3", "3", "3", "1"), "3/8", "SLURM"},
		{"slurm from 1, first", "", 8, slurm("1", "1", "8", "8"), "!must be 0-7", ""},
		{"slurm from 1, last", "", 8, slurm("8", "1", "8", "8"), "!must be 0-7", ""},
		{"slurm array too long", "", 8, slurm("3", "0", "9", "10"), "!must be 0-7", ""},
		{"slurm and same flag", "3/8", 8, slurm("3", "0", "7", "8"), "3/8", "--shard"},
		{"slurm and other flag", "2/8", 8, slurm("3", "0", "7", "8"), "!contradicts SLURM_ARRAY_TASK_ID=3", ""},
		{"slurm, no number", "", 8, slurm("x", "", "", ""), "!no array index", ""},

		{"kubernetes", "", 8, env{"JOB_COMPLETION_INDEX": "7"}, "7/8", "(Kubernetes)"},
		{"kubernetes too large", "", 8, env{"JOB_COMPLETION_INDEX": "8"}, "!must be 0-7", ""},
		{"lsf", "", 8, env{"LSB_JOBINDEX": "8"}, "7/8", "(LSF)"},
		{"lsf, no array", "", 8, env{"LSB_JOBINDEX": "0"}, "0/1", "all points"},
		{"lsf too large", "", 8, env{"LSB_JOBINDEX": "9"}, "!must be 1-8", ""},
		{"grid engine", "", 8, env{"SGE_TASK_ID": "1", "SGE_TASK_LAST": "8"}, "0/8", "(Grid Engine)"},
		{"grid engine, no array", "", 8, env{"SGE_TASK_ID": "undefined", "SGE_TASK_LAST": "undefined"}, "0/1", "all points"},
		{"grid engine too long", "", 8, env{"SGE_TASK_ID": "1", "SGE_TASK_LAST": "9"}, "!must be 1-8", ""},
		{"two agree", "", 8, env{"SLURM_ARRAY_TASK_ID": "2", "JOB_COMPLETION_INDEX": "2"}, "2/8", "(Slurm)"},
		{"two disagree", "", 8, env{"SLURM_ARRAY_TASK_ID": "2", "JOB_COMPLETION_INDEX": "3"}, "!contradict each other", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := Select(c.flag, c.shards, func(k string) string { return c.env[k] })
			if part, bad := strings.CutPrefix(c.want, "!"); bad {
				if err == nil || !strings.Contains(err.Error(), part) {
					t.Fatalf("gives %v, error %v, want %q", got, err, part)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got.Shard.String() != c.want || !strings.Contains(got.Source, c.source) {
				t.Errorf("gives %v from %q, want %s from %q", got.Shard, got.Source, c.want, c.source)
			}
		})
	}
}
