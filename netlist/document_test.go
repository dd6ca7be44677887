package netlist

import (
	"errors"
	"math"
	"testing"
)

const setText = `
seed = 1
[clock]
[device.storage]
c = "40 fF"
[device.other]
c = "1 fF"
[[tile]]
name = "hidden1"
counts = [1, 2]
[[tile]]
name = "hidden2"
`

func TestSet(t *testing.T) {
	d, err := Parse("f", []byte(setText))
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []struct{ path, value string }{
		{"clock.period", "5 ns"}, {"seed", "42"}, {"device.storage.leak-tau", "inf s"},
		{"device.storage.noise", "false"}, {"device.other.c", `"2 pF"`},
		{"tile.hidden1.rows", "7"}, {"tile[1].rows", "8"}, {"tile.hidden1.counts[1]", "9"},
		{"tile.hidden2.tags", `["a", "b"]`}, {"option.level", "3 V"},
		{"title", "x = 1\ny"}, // not a TOML value, though it looks like a document
		{`sweep."a.b"`, "[1.5]"}, {"clock.period", "6 ns"},
	} {
		if err := d.Set(s.path, s.value); err != nil {
			t.Errorf("Set(%q, %q): %v", s.path, s.value, err)
		}
	}
	var c circuitFile
	d.Decode("", &c)
	if err := d.Err(); err != nil {
		t.Fatal(err)
	}
	s := c.Device["storage"]
	if c.Clock.Period != 6000 || c.Seed != 42 || !math.IsInf(s.Tau, 1) || s.Noise || c.Device["other"].C != 2e-12 ||
		c.Tile[0].Rows != 7 || c.Tile[1].Rows != 8 || c.Tile[0].Counts[1] != 9 || len(c.Tile[1].Tags) != 2 ||
		c.Option.Level != 3 || c.Title != "x = 1\ny" || c.Sweep.Values["a.b"].toml() != "[1.5]" {
		t.Errorf("decoded %+v", c)
	}
}

// An override that means nothing is an error, at the latest when the document is
// decoded.
func TestSetErrors(t *testing.T) {
	for _, test := range []struct{ path, value, want string }{
		{"clok.period", "5 ns", `--set: clok: unknown key (did you mean "clock"?)`},
		{"clock.perod", "5 ns", `--set: clock.perod: unknown key (did you mean "period"?)`},
		{"clock.period", "5 nF", `--set: clock.period: 5 nF is a capacitance; expected a time such as "5 ms"`},
		{"clock.period", "5", `--set: clock.period: 5 has no unit; expected a time such as "5 ms"`},
		{"clock", "5", "--set: clock: is the number 5; expected a table"},
		{"device.storge.leak-tau", "5 ms", `--set: device.storge: there is no "storge" (did you mean "storage"?)`},
		{"tile.hiden1.rows", "5", `--set tile.hiden1.rows: there is no "hiden1" (did you mean "hidden1"?)`},
		{"tile[5].rows", "5", `--set tile[5].rows: there is no "5"`},
		{"tile.hidden1.rws", "5", `--set: tile[0].rws: unknown key (did you mean "rows"?)`},
		{"seed.x", "5", "--set seed.x: there is nothing below the number 1"},
		{"tile.hidden1.counts[2]", "5", `--set tile.hidden1.counts[2]: there is no "2"`},
		{"", "5", `bad path "": a part is empty`},
		{"a..b", "5", `bad path "a..b": a part is empty`},
		{"a b", "5", `bad path "a b": "a b" is not a key`},
		{"a[x]", "5", `bad path "a[x]": expected an index such as [2]`},
		{`"a`, "5", `bad path "\"a": a quote is not closed`},
		{`"a"b`, "5", `bad path "\"a\"b": expected ".", not "b"`},
		{"a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a", "5", `bad path "a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a": more than 16 parts`},
	} {
		d, err := Parse("f", []byte(setText))
		if err != nil {
			t.Fatal(err)
		}
		err = d.Set(test.path, test.value)
		if err == nil {
			d.Decode("", new(circuitFile))
			err = d.Err()
		}
		if err == nil || err.Error() != test.want {
			t.Errorf("Set(%q, %q): error\n\t%v, want\n\t%s", test.path, test.value, err, test.want)
		}
	}
}

func TestDocumentErrorf(t *testing.T) {
	d, err := Parse("f", []byte(setText))
	if err != nil {
		t.Fatal(err)
	}
	if d.Err() != nil {
		t.Fatalf("fresh document has %v", d.Err())
	}
	d.Errorf("tile[1].in", "net %q is not driven", "h1")
	d.Errorf("device.storage.c", "b")
	d.Errorf("device.storage.c", "a")
	d.Errorf("device.storage.c", "a")
	d.Errorf("", "no outputs")
	const want = `f:1: no outputs
f:5: device.storage.c: a
f:5: device.storage.c: b
f:11: tile[1].in: net "h1" is not driven`
	var all Diagnostics
	if err := d.Err(); !errors.As(err, &all) || len(all) != 4 || err.Error() != want {
		t.Errorf("errors\n%v\nwant\n%s", err, want)
	}
}

func TestSuggest(t *testing.T) {
	candidates := []string{"leak-tau", "leak-to", "c", "interval"}
	for word, want := range map[string]string{
		"leak_tau": "leak-tau", "leek-tau": "leak-tau", "interavl": "interval", "intervall": "interval",
		"C": "c", "zzz": "", "": "c", "completely-different": "",
	} {
		got := suggest(word, candidates)
		if want != "" {
			want = ` (did you mean "` + want + `"?)`
		}
		if got != want {
			t.Errorf("suggest(%q) = %q, want %q", word, got, want)
		}
	}
}
