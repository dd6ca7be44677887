package sweep

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

func TestMissingPointsAreNamed(t *testing.T) {
	s := create(t, t.TempDir(), spec(8))
	for i := range 8 {
		if i != 3 {
			run(t, s, Shard{i, 8}, value, Options{})
		}
	}
	// Shard 3 lacks points 11 and 43 to 195.
	writeShard(t, s, Shard{3, 8}, strings.Join(lines(t, s, Shard{3, 8}, 3, 19, 27, 35), ""))
	_, err := s.Merge()
	m := as[*MissingError](t, err)
	want := []int{11}
	for n := 43; n < 200; n += 8 {
		want = append(want, n)
	}
	if !slices.Equal(m.Points, want) || !slices.Equal(m.Shards, []Shard{{3, 8}}) || m.Total != 200 {
		t.Errorf("missing %v of %d in %v, want %v in 3/8", m.Points, m.Total, m.Shards, want)
	}
	if text := m.Error(); !strings.Contains(text, "21 of 200 points are missing: 11,43,51,") || !strings.Contains(text, "(shards 3 of 8)") {
		t.Errorf("message %q", text)
	}
	for _, name := range []string{ResultsCSV, ResultsJSON} {
		if _, err := os.Stat(filepath.Join(s.Dir, name)); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s was written", name)
		}
	}
	st, err := s.Status()
	if err != nil {
		t.Fatal(err)
	}
	h := st.Shards[3]
	if !slices.Equal(st.Missing, want) || !slices.Equal(h.Missing, want) || h.Points != 25 || h.Done != 3 || h.Failed != 1 {
		t.Errorf("status of shard 3: %+v", h)
	}
	if st.Done+st.Failed != 179 || !slices.Equal(st.Unfinished(), []int{3}) || !strings.Contains(h.Writer, "process ") {
		t.Errorf("status: %d done, %d failed, unfinished %v, writer %q", st.Done, st.Failed, st.Unfinished(), h.Writer)
	}
}

func TestEmptyFolder(t *testing.T) {
	s := create(t, t.TempDir(), spec(8))
	_, err := s.Merge()
	if m := as[*MissingError](t, err); len(m.Points) != 200 || len(m.Shards) != 8 || !strings.Contains(m.Error(), ": 0-199 (shards 0-7 of 8)") {
		t.Errorf("%v", m)
	}
}

// A point may be recorded twice, in one file or in two, if the results agree.
func TestDuplicates(t *testing.T) {
	want := local(t)
	s := create(t, t.TempDir(), spec(8))
	for i := range 8 {
		run(t, s, Shard{i, 8}, value, Options{})
	}
	// Another division, as of a run without a shard that overlooked the files.
	text := strings.Join(lines(t, s, Shard{1, 3}, 1, 4, 7, 1, 13), "")
	writeShard(t, s, Shard{1, 3}, text+text)
	if merged(t, s) != want {
		t.Error("other bytes")
	}

	p := s.Plan.Point(4)
	o := newOutcome(p, Result{{"accuracy_percent", 1}}, nil)
	other, err := encodeLine(record{Point: &o})
	if err != nil {
		t.Fatal(err)
	}
	writeShard(t, s, Shard{1, 3}, lines(t, s, Shard{1, 3})[0]+string(other))
	_, err = s.Merge()
	c := as[*ConflictError](t, err)
	if c.Point != 4 || c.First != s.shardPath(Shard{1, 3})+":2" || !strings.HasPrefix(c.Second, s.shardPath(Shard{4, 8})+":") {
		t.Errorf("%v", c)
	}
}

// What merge makes of two records of a point does not depend on their order.
func TestFailuresAndResultsTogether(t *testing.T) {
	sp := Spec{Parameters: []Parameter{{"a", []string{"1"}}}, Repeat: 1}
	s := create(t, t.TempDir(), sp)
	p := s.Plan.Point(0)
	good := newOutcome(p, Result{{"m", 1}}, nil)
	failA := newOutcome(p, nil, errors.New("disk full on a"))
	failB := newOutcome(p, nil, errors.New("disk full on b"))
	for _, c := range []struct {
		records []outcome
		want    string
	}{
		{[]outcome{failA, good}, ""},
		{[]outcome{good, failA}, ""},
		{[]outcome{failA, failB}, "disk full on a"},
		{[]outcome{failB, failA}, "disk full on a"},
		{[]outcome{failB, good, failA}, ""},
	} {
		text := lines(t, s, Whole)[0]
		for _, o := range c.records {
			l, err := encodeLine(record{Point: &o})
			if err != nil {
				t.Fatal(err)
			}
			text += string(l)
		}
		writeShard(t, s, Whole, text)
		rows, err := s.Rows()
		if err != nil || rows[0].Error != c.want || (c.want == "") != rows[0].Result.same(good.Result) {
			t.Errorf("%v: row %+v, %v", c.records, rows, err)
		}
	}
}

// Both merged files hold the rows, to the last bit.
func TestMergedFiles(t *testing.T) {
	s := create(t, t.TempDir(), spec(1))
	run(t, s, Whole, value, Options{})
	merged(t, s)
	rows, err := s.Rows()
	if err != nil {
		t.Fatal(err)
	}
	table, err := csv.NewReader(strings.NewReader(read(t, filepath.Join(s.Dir, ResultsCSV)))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	head := []string{"point", "id", "repeat", "seed", "tile.polarity", "device.leak.tau", "transfer.interval",
		"accuracy_percent", "energy_J", "inversions", "error"}
	if !slices.Equal(table[0], head) {
		t.Errorf("columns %q", table[0])
	}
	var file struct {
		Seed   uint64 `json:"seed,string"`
		Points []struct {
			Number   int `json:"point"`
			ID       ID
			Repeat   int
			Seed     uint64 `json:"seed,string"`
			Settings map[string]string
			Result   Result
			Error    string
		}
	}
	if err := json.Unmarshal([]byte(read(t, filepath.Join(s.Dir, ResultsJSON))), &file); err != nil {
		t.Fatal(err)
	}
	if len(table) != 201 || len(file.Points) != 200 || file.Seed != 7 {
		t.Fatalf("%d lines, %d points, seed %d", len(table), len(file.Points), file.Seed)
	}
	for n, r := range rows {
		line, point := table[n+1], file.Points[n]
		if line[0] != strconv.Itoa(n) || line[1] != r.Point.ID.String() || line[3] != strconv.FormatUint(r.Point.Seed, 10) ||
			line[5] != r.Point.Settings[1].Value || line[10] != r.Error {
			t.Errorf("line %q of row %+v", line, r)
		}
		if point.Number != n || point.ID != r.Point.ID || point.Seed != r.Point.Seed || point.Repeat != r.Point.Repeat ||
			point.Settings["device.leak.tau"] != r.Point.Settings[1].Value || !point.Result.same(r.Result) || point.Error != r.Error {
			t.Errorf("point %+v of row %+v", point, r)
		}
		for _, m := range r.Result {
			got, err := strconv.ParseFloat(line[slices.Index(head, m.Name)], 64)
			if err != nil || got != m.Value {
				t.Errorf("point %d: %s is %v (%v), want %v", n, m.Name, got, err, m.Value)
			}
		}
	}
}

func TestRanges(t *testing.T) {
	for _, c := range []struct {
		want    string
		numbers []int
	}{
		{"", nil}, {"5", []int{5}}, {"0-3,7,9-10", []int{0, 1, 2, 3, 7, 9, 10}},
	} {
		if got := Ranges(c.numbers); got != c.want {
			t.Errorf("Ranges(%v) = %q, want %q", c.numbers, got, c.want)
		}
	}
	var odd []int
	for n := 1; n < 100; n += 2 {
		odd = append(odd, n)
	}
	if got := shortRanges(odd); !strings.HasSuffix(got, ",39,...") {
		t.Errorf("long list ends as %q", got)
	}
}
