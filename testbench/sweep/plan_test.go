package sweep

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestCrossProduct(t *testing.T) {
	p, err := spec(1).Freeze()
	if err != nil {
		t.Fatal(err)
	}
	if p.Points != 2*5*4*5 {
		t.Fatalf("%d points", p.Points)
	}
	ids := make(map[ID]int)
	seeds := make(map[uint64]int)
	combos := make(map[string]int)
	for n := range p.Points {
		pt := p.Point(n)
		if pt.Number != n || pt.Repeat != n%5 {
			t.Errorf("point %d: number %d, repeat %d", n, pt.Number, pt.Repeat)
		}
		if m, ok := ids[pt.ID]; ok {
			t.Errorf("points %d and %d have one id", m, n)
		}
		if m, ok := seeds[pt.Seed]; ok {
			t.Errorf("points %d and %d have one seed", m, n)
		}
		ids[pt.ID], seeds[pt.Seed] = n, n
		combos[fmt.Sprint(pt.Settings)]++
	}
	if len(combos) != 40 {
		t.Errorf("%d combinations, want 40", len(combos))
	}
	for c, k := range combos {
		if k != 5 {
			t.Errorf("%s: %d repeats", c, k)
		}
	}
	// The last parameter varies fastest.
	if got := p.Point(5).Settings[2].Value; got != "2000" {
		t.Errorf("second combination has interval %s", got)
	}
}

// A point keeps its id and seed when others are added, and changes them with
// anything that it is computed from.
func TestPointIdentity(t *testing.T) {
	find := func(s Spec) Point {
		p, err := s.Freeze()
		if err != nil {
			t.Fatal(err)
		}
		for n := range p.Points {
			pt := p.Point(n)
			if text := fmt.Sprint(pt.Settings); pt.Repeat == 1 && strings.Contains(text, "5.26 ms") &&
				strings.Contains(text, "8000") && strings.Contains(text, "on}") {
				return pt
			}
		}
		t.Fatal("point not found")
		return Point{}
	}
	base := find(spec(1))

	more := spec(8)
	more.Tool = "test 2"
	more.Repeat = 9
	more.Parameters[0], more.Parameters[2] = more.Parameters[2], more.Parameters[0]
	more.Parameters[1].Values = []string{"9 ms", "5.26 ms"}
	if got := find(more); got.ID != base.ID || got.Seed != base.Seed {
		t.Error("other points, order, shards or tool change a point's id or seed")
	}

	seed := spec(1)
	seed.Seed++
	if got := find(seed); got.ID != base.ID || got.Seed == base.Seed {
		t.Error("the plan's seed must change the point's seed and not its id")
	}
	inputs := spec(1)
	inputs.Inputs = []byte("another netlist")
	if got := find(inputs); got.ID == base.ID || got.Seed == base.Seed {
		t.Error("other inputs, same id or seed")
	}
}

// The format promises that ids and seeds stay as they are: results of old
// folders depend on them. The id was computed apart from this package, by the
// rule in the comment of pointID with Python's hashlib; the seed is the value of
// the first version.
func TestIdentityIsFrozen(t *testing.T) {
	p, err := spec(1).Freeze()
	if err != nil {
		t.Fatal(err)
	}
	pt := p.Point(123)
	const want = "0cd1a7ad"
	if got := pt.ID.String()[:8]; got != want {
		t.Errorf("id of point 123 starts with %s, want %s", got, want)
	}
	const seed uint64 = 4873613091972421347
	if pt.Seed != seed {
		t.Errorf("seed of point 123 is %d, want %d", pt.Seed, seed)
	}
}

func TestImpossibleSweeps(t *testing.T) {
	values := func(n int) []string {
		v := make([]string, n)
		for i := range v {
			v[i] = fmt.Sprint(i)
		}
		return v
	}
	axes := func(n, each int) []Parameter {
		var p []Parameter
		for i := range n {
			p = append(p, Parameter{fmt.Sprintf("p%d", i), values(each)})
		}
		return p
	}
	for _, c := range []struct {
		name, want string
		spec       Spec
	}{
		{"1e9 points", "sweep of 1000000000 points", Spec{Parameters: axes(9, 10), Repeat: 1}},
		{"1e60 points", "sweep of more than", Spec{Parameters: axes(60, 10), Repeat: 1}},
		{"1e9 repeats", "sweep of 1000000000 points", Spec{Repeat: 1e9}},
		{"overflow to 0", "sweep of more than", Spec{Parameters: axes(64, 2), Repeat: 1}},
		{"no repeats", "repeat is 0", Spec{Parameters: axes(1, 2)}},
		{"no values", "has no values", Spec{Parameters: axes(1, 0), Repeat: 1}},
		{"65 axes", "65 parameters", Spec{Parameters: axes(65, 1), Repeat: 1}},
		{"same path", "given twice", Spec{Parameters: append(axes(1, 2), axes(1, 2)...), Repeat: 1}},
		{"same value", "value \"1\" twice", Spec{Parameters: []Parameter{{"a", []string{"1", "1"}}}, Repeat: 1}},
		{"no path", "without a path", Spec{Parameters: []Parameter{{"", []string{"1"}}}, Repeat: 1}},
		{"seed", "set by the sweep", Spec{Parameters: []Parameter{{"seed", []string{"1"}}}, Repeat: 1}},
		{"not UTF-8", "not valid UTF-8", Spec{Parameters: []Parameter{{"a", []string{"\xff"}}}, Repeat: 1}},
		{"long", "5000 bytes", Spec{Parameters: []Parameter{{"a", []string{strings.Repeat("x", 5000)}}}, Repeat: 1}},
		{"-1 shards", "-1 shards", Spec{Repeat: 1, Shards: -1}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, err := c.spec.Freeze()
			runtime.ReadMemStats(&after)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want %q", err, c.want)
			}
			if used := after.TotalAlloc - before.TotalAlloc; used > 1<<20 {
				t.Errorf("%d bytes allocated to refuse", used)
			}
		})
	}
}

func TestFolderKeepsItsPlan(t *testing.T) {
	dir := t.TempDir()
	first := create(t, dir, spec(8))
	text := read(t, filepath.Join(dir, planFile))

	same := spec(0) // takes the folder's number of shards
	if s := create(t, dir, same); s.Plan.ID != first.Plan.ID || s.Plan.Shards != 8 {
		t.Errorf("reopened with plan %v, %d shards", s.Plan.ID, s.Plan.Shards)
	}
	if _, err := Create(dir, spec(3)); err == nil || !strings.Contains(err.Error(), "planned for 8 shards, not 3") {
		t.Errorf("other shards: %v", err)
	}
	other := spec(8)
	other.Seed++
	if _, err := Create(dir, other); err == nil || !strings.Contains(err.Error(), "holds another sweep") {
		t.Errorf("other plan: %v", err)
	}
	if read(t, filepath.Join(dir, planFile)) != text {
		t.Error("plan.json changed")
	}
}

// All tasks of an array may create the folder at once.
func TestConcurrentCreate(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new")
	var group sync.WaitGroup
	for range 16 {
		group.Go(func() {
			if _, err := Create(dir, spec(8)); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 {
		t.Errorf("%d files (%v), want plan.json alone", len(entries), err)
	}
}

func TestBadPlans(t *testing.T) {
	p, err := spec(8).Freeze()
	if err != nil {
		t.Fatal(err)
	}
	b, err := p.encode()
	if err != nil {
		t.Fatal(err)
	}
	good := string(b)
	for _, c := range []struct{ name, old, new, want string }{
		{"value", "5.26 ms", "5.27 ms", "was changed"},
		{"seed", `"seed": 7`, `"seed": 8`, "was changed"},
		{"points", `"points": 200`, `"points": 100`, "parameters give 200"},
		{"repeat", `"repeat": 5`, `"repeat": 1000000000`, "at most"},
		{"format", `"format": 1`, `"format": 2`, "format 2"},
		{"unknown key", `"tool"`, `"tolo"`, "unknown field"},
		{"short id", p.ID.String(), "ab", "id of 2 digits"},
		{"trailing text", "\n}", "\n}{}", "text after"},
		{"empty", good, "", "EOF"},
		{"large", "{", "{" + strings.Repeat(" ", maxPlanFile), "larger than"},
	} {
		t.Run(c.name, func(t *testing.T) {
			text := strings.Replace(good, c.old, c.new, 1)
			if text == good {
				t.Fatal("the case changes nothing")
			}
			_, err := readPlan(strings.NewReader(text))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want %q", err, c.want)
			}
		})
	}
}

// A plan that is read is the plan that was written, and any other text is an
// error in good time.
func FuzzReadPlan(f *testing.F) {
	p, err := spec(8).Freeze()
	if err != nil {
		f.Fatal(err)
	}
	text, err := p.encode()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	f.Add([]byte(strings.Replace(string(text), `"repeat": 5`, `"repeat": 1e9`, 1)))
	f.Add([]byte(`{"format":1,"parameters":[{"path":"a","values":[]}]}`))
	f.Add([]byte(strings.Repeat("[", 100000)))
	f.Fuzz(func(t *testing.T, text []byte) {
		start := time.Now()
		p, err := readPlan(bytes.NewReader(text))
		if d := time.Since(start); d > 20*time.Second {
			t.Errorf("%d bytes took %v", len(text), d)
		}
		if err != nil {
			return
		}
		again, err := p.encode()
		if err != nil {
			t.Fatal(err)
		}
		q, err := readPlan(bytes.NewReader(again))
		if err != nil || q.ID != p.ID || q.Points != p.Points {
			t.Errorf("plan %v of %d points reads back as %v (%v)", p.ID, p.Points, q, err)
		}
		p.Point(p.Points - 1)
	})
}
