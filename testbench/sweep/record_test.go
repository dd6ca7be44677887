package sweep

import (
	"bytes"
	"errors"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
)

// lines encodes an opening of s for shard h and the given points; the same
// arguments give the same bytes.
func lines(t testing.TB, s *Sweep, h Shard, numbers ...int) []string {
	t.Helper()
	open := opening{Plan: s.Plan.ID, Shard: h, Host: "node7", PID: 4711, Job: "Slurm 12, task 3", Time: time.Unix(1.8e9, 0).UTC()}
	recs := []record{{Open: &open}}
	for _, n := range numbers {
		p := s.Plan.Point(n)
		r := compute(t.Context(), p, value)
		if r.err == nil {
			r.err = r.result.check()
		}
		o := newOutcome(p, r.result, r.err)
		recs = append(recs, record{Point: &o})
	}
	var out []string
	for _, rec := range recs {
		l, err := encodeLine(rec)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, string(l))
	}
	return out
}

// writeShard puts a shard file into the folder of s and returns its path.
func writeShard(t testing.TB, s *Sweep, h Shard, text string) string {
	t.Helper()
	path := s.shardPath(h)
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	os.Remove(path) // ext4 waits for the disk when a file is cut to nothing and written again
	write(t, path, text)
	return path
}

// patient is a disk that does not wait for itself, for tests that run often.
type patient struct{ journalFile }

func (patient) Sync() error { return nil }

// A file cut at any byte, as by a crash, loses at most the record that was cut,
// and a rerun makes it whole.
func TestTornAtEachByte(t *testing.T) {
	sp := spec(1)
	sp.Parameters, sp.Repeat = sp.Parameters[:1], 1 // two points
	s := create(t, t.TempDir(), sp)
	s.wrap = func(f journalFile) journalFile { return patient{f} }
	run(t, s, Whole, value, Options{})
	want, err := s.Rows()
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Join(lines(t, s, Whole, 0, 1), "")
	for cut := range len(text) + 1 {
		writeShard(t, s, Whole, text[:cut])
		whole := strings.Count(text[:cut], "\n")
		out := run(t, s, Whole, value, Options{})
		if kept := max(whole-1, 0); out.Skipped != kept || out.Computed != 2-kept {
			t.Fatalf("cut at %d: %+v, want %d points kept", cut, out, kept)
		}
		if got, err := s.Rows(); err != nil || !reflect.DeepEqual(got, want) {
			t.Fatalf("cut at %d: %v (%v), want %v", cut, got, err, want)
		}
	}
}

// One wrong byte is found wherever it is: in the last line it costs that line,
// before it the run and the merge stop and name file and line.
func TestFlippedByte(t *testing.T) {
	sp := spec(1)
	sp.Parameters, sp.Repeat = sp.Parameters[:1], 2
	s := create(t, t.TempDir(), sp)
	s.wrap = func(f journalFile) journalFile { return patient{f} }
	all := lines(t, s, Whole, 0, 1)
	text := strings.Join(all, "")
	last := len(all[0]) + len(all[1]) - 1 // without this newline two records are one last line
	for i := range text {
		b := []byte(text)
		b[i] ^= 1
		path := writeShard(t, s, Whole, string(b))
		_, err := s.Run(t.Context(), Whole, value, Options{})
		if i >= last {
			if err != nil {
				t.Fatalf("byte %d of the last record: %v", i-last, err)
			}
			continue
		}
		line := strings.Count(text[:i], "\n") + 1
		if d := as[*DamageError](t, err); d.File != path || d.Line != line {
			t.Fatalf("byte %d: reported at %s:%d, want %s:%d", i, d.File, d.Line, path, line)
		}
		_, err = s.Merge()
		as[*DamageError](t, err)
		if read(t, path) != string(b) {
			t.Fatalf("byte %d: the damaged file was changed", i)
		}
	}
}

// Records with a right checksum that do not belong into the file.
func TestForeignRecords(t *testing.T) {
	s := create(t, t.TempDir(), spec(8))
	other := spec(8)
	other.Seed++
	o := create(t, t.TempDir(), other)
	h, g := Shard{1, 8}, Shard{2, 8}
	moved := lines(t, s, g, 2)
	renumbered := s.Plan.Point(9)
	renumbered.Number = 17
	bad := newOutcome(renumbered, nil, nil)
	beyond := outcome{Number: 100001, ID: renumbered.ID}
	line := func(rec record) string {
		l, err := encodeLine(rec)
		if err != nil {
			t.Fatal(err)
		}
		return string(l)
	}
	open := lines(t, s, h)[0]
	for _, c := range []struct{ name, text, want string }{
		{"other plan", lines(t, o, h)[0], "written for plan"},
		{"other shard", moved[0] + moved[1], "written for shard 2/8"},
		{"point of another shard", open + moved[1], "does not belong to shard"},
		{"id of another point", open + line(record{Point: &bad}), "has id"},
		{"no such point", open + line(record{Point: &beyond}), "point 100001"},
		{"no opening", lines(t, s, h, 1)[1], "before the first opening"},
		{"empty record", open + line(record{}), "want one of"},
	} {
		t.Run(c.name, func(t *testing.T) {
			writeShard(t, s, h, c.text)
			_, err := s.Merge()
			if d := as[*DamageError](t, err); !strings.Contains(d.Error(), c.want) {
				t.Errorf("error %v, want %q", err, c.want)
			}
		})
	}
}

func TestResultRoundTrip(t *testing.T) {
	want := Result{
		{"z", math.Copysign(0, -1)}, {"a", 1.0 / 3}, {"m", math.SmallestNonzeroFloat64},
		{"<&>\"\u2028é", math.MaxFloat64}, {"energy_J", 5.26e-21},
	}
	text, err := want.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	var got Result
	if err := got.UnmarshalJSON(text); err != nil || !got.same(want) {
		t.Errorf("%s reads back as %v (%v)", text, got, err)
	}
	for _, bad := range []string{"", "[]", "1", `{"a":"1"}`, `{"a":1,"a":2}`, `{"":1}`, `{"a":{}}`, `{"a":1`, `{"seed":1}`} {
		if err := got.UnmarshalJSON([]byte(bad)); err == nil {
			t.Errorf("%s gives %v", bad, got)
		}
	}
}

// The largest result that check lets through fits into a line.
func TestLargestResultFits(t *testing.T) {
	var r Result
	for i := range maxMeasures {
		name := strings.Repeat("\x01", maxName-4) + string(rune('a'+i/26)) + string(rune('a'+i%26))
		r = append(r, Measure{name, -1.7976931348623157e-308})
	}
	if err := r.check(); err != nil {
		t.Fatal(err)
	}
	o := outcome{Result: r}
	if _, err := encodeLine(record{Point: &o}); err != nil {
		t.Error(err)
	}
	o = newOutcome(Point{}, nil, errors.New(strings.Repeat("\xff\x01é", 1<<20)))
	if _, err := encodeLine(record{Point: &o}); err != nil {
		t.Error(err)
	}
}

// checkRead reads text as a file of shard h and fails unless the outcome is one
// that the package promises: what is accepted up to end reads back as the same
// records, and the rest is an error or one torn last line.
func checkRead(t *testing.T, s *Sweep, h Shard, text []byte) {
	t.Helper()
	scan := func(text []byte) (end int64, outcomes []outcome, err error) {
		c, err := s.readShard(bytes.NewReader(text), "file", h, func(_ int, o outcome) error {
			outcomes = append(outcomes, o)
			return nil
		})
		return c.end, outcomes, err
	}
	start := time.Now()
	end, first, err := scan(text)
	if d := time.Since(start); d > 20*time.Second {
		t.Errorf("%d bytes took %v", len(text), d)
	}
	if end < 0 || end > int64(len(text)) {
		t.Fatalf("end %d of %d bytes", end, len(text))
	}
	if err == nil && bytes.Count(text[end:], []byte("\n")) > 1 {
		t.Errorf("two lines left out behind %d", end)
	}
	again, second, err := scan(text[:end])
	if err != nil || again != end || !reflect.DeepEqual(first, second) {
		t.Errorf("the good part reads as %d records up to %d (%v), first as %d up to %d", len(second), again, err, len(first), end)
	}
}

// FuzzReadShard reads arbitrary bytes; their checksums are mostly wrong.
func FuzzReadShard(f *testing.F) {
	s := create(f, f.TempDir(), spec(8))
	h := Shard{1, 8}
	all := lines(f, s, h, 1, 9, 17, 33, 81)
	text := strings.Join(all, "")
	f.Add([]byte(text))
	f.Add([]byte(text[:len(text)-1]))
	f.Add([]byte(all[0] + "torn"))
	f.Add([]byte(all[0] + "\n" + all[1]))
	f.Add([]byte(all[0] + lineHead + "00000000" + lineMid + lineTail))
	f.Add(bytes.Repeat([]byte{0}, 4096))
	f.Fuzz(func(t *testing.T, text []byte) { checkRead(t, s, h, text) })
}

// FuzzReadSigned gives each line of the input a right checksum, to get behind
// the check of it. A result that is accepted survives being written again.
func FuzzReadSigned(f *testing.F) {
	s := create(f, f.TempDir(), spec(8))
	h := Shard{1, 8}
	var bodies [][]byte
	for _, l := range lines(f, s, h, 1, 9, 33, 81) {
		body, err := checkedBody([]byte(l))
		if err != nil {
			f.Fatal(err)
		}
		bodies = append(bodies, body)
	}
	f.Add(bytes.Join(bodies, []byte("\n")))
	f.Add(append(bytes.Clone(bodies[0]), "\n{\"point\":{\"number\":-1}}"...))
	f.Add(append(bytes.Clone(bodies[0]), "\n{\"open\":null,\"point\":null}"...))
	f.Add(bytes.Replace(bytes.Join(bodies, []byte("\n")), []byte(`"energy_J":`), []byte(`"accuracy_percent":`), 1))
	f.Add(bytes.Repeat([]byte("["), 100000))
	f.Fuzz(func(t *testing.T, text []byte) {
		var signed []byte
		for body := range bytes.SplitSeq(text, []byte("\n")) {
			signed = append(signed, lineHead+sumText(body)+lineMid...)
			signed = append(append(signed, body...), lineTail...)
			rec, err := decodeBody(body)
			if err != nil || rec.Point == nil {
				continue
			}
			line, err := encodeLine(rec)
			if err != nil {
				t.Fatalf("%s is read but not written: %v", body, err)
			}
			if body, err = checkedBody(line); err != nil {
				t.Fatal(err)
			}
			if again, err := decodeBody(body); err != nil || !again.Point.Result.same(rec.Point.Result) {
				t.Errorf("%v reads back as %v (%v)", rec.Point, again.Point, err)
			}
		}
		checkRead(t, s, h, signed)
	})
}
