package netlist

import (
	"errors"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"engram/circuit"
)

// circuitFile is a small language with every kind of field.
type circuitFile struct {
	Title  string                `key:"title" default:""`
	Seed   uint64                `key:"seed" default:"1"`
	Clock  clock                 `key:"clock"`
	Device map[string]capacitor  `key:"device"`
	Tile   []crossbar            `key:"tile"`
	Option *option               `key:"option"`
	Raw    *Node                 `key:"raw"`
	Sweep  sweep                 `key:"sweep"`
	Hidden int                   // no key: left alone
	Nested map[string]*option    `key:"nested"`
	Free   map[string][]crossbar // no key
}

type clock struct {
	Period circuit.Time `key:"period" unit:"s" range:"(0,1]" default:"1 ns"`
}

type leak struct {
	Tau float64 `key:"leak-tau" unit:"s" range:"(0,inf]" default:"5.26 ms"`
}

type capacitor struct {
	C float64 `key:"c" unit:"F" range:"(0,1e-9]"`
	leak
	Extra  leakExtra `key:",inline"`
	Noise  bool      `key:"noise" default:"true"`
	Spread float64   `key:"spread" default:"30 %"`
}

type leakExtra struct {
	To float64 `key:"leak-to" unit:"V" range:"[-5,5]" default:"0.5 V"`
}

type crossbar struct {
	Name    string    `key:"name"`
	Mode    mode      `key:"mode" oneof:"blocking|interleaved" default:"blocking"`
	Rows    int       `key:"rows" range:"[1,1e9]" default:"10"`
	Pulses  []float64 `key:"pulses" unit:"A" range:"[0,1]" default:"70 uA, 80 uA"`
	Tags    []string  `key:"tags" default:""`
	Counts  []int     `key:"counts" default:""`
	Value   float64   `key:"value" unit:"*" default:"0"`
	Current float64   `key:"current" unit:"A" default:"0 A"`
}

type mode string

type option struct {
	Level float64 `key:"level" unit:"V" default:"1 V"`
}

type sweep struct {
	Repeat int              `key:"repeat" default:"1"`
	Values map[string]*Node `key:"*"`
}

func decode(t *testing.T, text string) (circuitFile, error) {
	t.Helper()
	d, err := Parse("f", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	var c circuitFile
	if ok := d.Decode("", &c); ok != (d.Err() == nil) {
		t.Errorf("Decode reports %v, diagnostics %v", ok, d.Err())
	}
	return c, d.Err()
}

func TestDecode(t *testing.T) {
	got, err := decode(t, `
title = "t"
seed = 12
[clock]
period = "2.5 ns"
[device.a]
c = "40 fF"
leak-tau = "inf s"
leak-to = "-1 V"
noise = false
spread = 1
[device.b]
c = "1 pF"
[[tile]]
name = "x"
mode = "interleaved"
rows = 1000000000
pulses = ["1 uA", "0 A"]
tags = ["p", "q"]
counts = [1, 2]
value = "3 mV"
[[tile]]
name = "y"
value = 2
[option]
[raw]
anything = [1, "2"]
[sweep]
repeat = 3
"transfer.interval" = [500, 2000]
tau = ["1 ms", inf]
[nested.n]
level = "2 V"
`)
	if err != nil {
		t.Fatal(err)
	}
	want := circuitFile{
		Title: "t", Seed: 12, Clock: clock{2500},
		Device: map[string]capacitor{
			"a": {C: 40e-15, leak: leak{math.Inf(1)}, Extra: leakExtra{-1}, Spread: 1},
			"b": {C: 1e-12, leak: leak{5.26e-3}, Extra: leakExtra{0.5}, Noise: true, Spread: 0.3},
		},
		Tile: []crossbar{
			{Name: "x", Mode: "interleaved", Rows: 1e9, Pulses: []float64{1e-6, 0}, Tags: []string{"p", "q"}, Counts: []int{1, 2}, Value: 3e-3},
			{Name: "y", Mode: "blocking", Rows: 10, Pulses: []float64{70e-6, 80e-6}, Value: 2},
		},
		Option: &option{1},
		Raw:    got.Raw,
		Sweep:  sweep{3, got.Sweep.Values},
		Nested: map[string]*option{"n": {2}},
	}
	diff := cmp.Diff(want, got, cmp.AllowUnexported(capacitor{}, Node{}))
	if diff != "" {
		t.Errorf("decoded wrong (-want +got):\n%s", diff)
	}
	if n := got.Raw.Child("anything").List(); len(n) != 2 || n[0].Text() != "1" || n[1].Text() != "2" {
		t.Errorf("raw node is %v", got.Raw.toml())
	}
	if s := got.Sweep.Values["transfer.interval"].toml() + got.Sweep.Values["tau"].toml(); s != `[500, 2000]["1 ms", inf]` {
		t.Errorf("sweep is %s", s)
	}
}

// A decoded struct that is encoded decodes as itself.
func TestEncode(t *testing.T) {
	first, err := decode(t, `
title = "a \"quoted\"\ttitle"
seed = 9007199254740993
clock.period = "1.000001 us"
device.a.c = "0.1 fF"
device.b = { c = "12.345 fF", leak-tau = "inf s" }
tile = [{name = "x", tags = ["a,b"], pulses = []}, {name = "y", value = 1e-30}]
option.level = "-1e-20 V"
raw = { z = [1.0, inf], a = "text" }
sweep = { repeat = 2, "a.b" = [1] }
nested.n = {}
`)
	if err != nil {
		t.Fatal(err)
	}
	text := string(Encode("", &first))
	again, err := decode(t, text)
	if err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	// Positions and the order of keys of raw nodes are not the point.
	nodes := cmp.Comparer(func(a, b *Node) bool { return a.toml() == b.toml() })
	if diff := cmp.Diff(first, again, cmp.AllowUnexported(capacitor{}), nodes, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("round trip (-first +again):\n%s\nin\n%s", diff, text)
	}
	if s := string(Encode("device.a", first.Device["a"])); s != `[device.a]
c = "1e-16 F"
leak-tau = "5.26 ms"
leak-to = "500 mV"
noise = true
spread = 0.3
` {
		t.Errorf("encoded as\n%s", s)
	}
}

func TestEncodeTime(t *testing.T) {
	for _, v := range []circuit.Time{0, 1, -1, 999, 1000, 1e12, 5_260_000_001, 123_456_789_012_345_677, math.MaxInt64 / 4} {
		text := string(Encode("", clock{v}))
		var c clock
		d, err := Parse("f", []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		d.Decode("", &c)
		if v > 0 && v <= circuit.Second && (c.Period != v || d.Err() != nil) {
			t.Errorf("%d ps encodes as %s and decodes as %d ps: %v", int64(v), text, int64(c.Period), d.Err())
		}
	}
}

func TestDescribe(t *testing.T) {
	all := Describe(circuitFile{})
	find := func(key string) Parameter {
		i := slices.IndexFunc(all, func(p Parameter) bool { return p.Key == key })
		if i < 0 {
			t.Fatalf("no parameter %s in %v", key, all)
		}
		return all[i]
	}
	for _, want := range []Parameter{
		{Key: "clock.period", Type: "time", Unit: "s", Range: "(0 s, 1 s]", Default: "1 ns"},
		{Key: "device.NAME.c", Type: "number", Unit: "F", Range: "(0 F, 1 nF]", Required: true},
		{Key: "device.NAME.leak-to", Type: "number", Unit: "V", Range: "[-5 V, 5 V]", Default: "0.5 V"},
		{Key: "tile[].mode", Type: "text", Default: "blocking", Choices: []string{"blocking", "interleaved"}},
		{Key: "tile[].pulses", Type: "list of numbers", Unit: "A", Range: "[0 A, 1 A]", Default: "70 uA, 80 uA"},
		{Key: "option.level", Type: "number", Unit: "V", Default: "1 V"},
		{Key: "raw", Type: "any"},
		{Key: "sweep.NAME", Type: "any"},
		{Key: "nested.NAME.level", Type: "number", Unit: "V", Default: "1 V"},
	} {
		if diff := cmp.Diff(want, find(want.Key)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", want.Key, diff)
		}
	}
}

func TestDecodePanics(t *testing.T) {
	d, err := Parse("f", nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, dst := range map[string]any{
		"no pointer": clock{},
		"range": new(struct {
			X float64 `key:"x" range:"1,2" default:"1"`
		}),
		"default unit": new(struct {
			X float64 `key:"x" unit:"F" default:"1 S"`
		}),
		"default range": new(struct {
			X float64 `key:"x" range:"[0,1]" default:"2"`
		}),
		"default choice": new(struct {
			X string `key:"x" oneof:"a|b" default:"c"`
		}),
		"type": new(struct {
			X complex128 `key:"x" default:"1"`
		}),
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			d.Decode("", dst)
		}()
	}
}

// The files of testdata/bad carry their errors in place: on a line, a comment
//
//	# ERROR "path: message" ["path: message"]...
//
// for each diagnostic of that line, as regular expressions for its text behind
// the position. Nothing else may be reported.
func TestBadFiles(t *testing.T) {
	files, err := filepath.Glob("testdata/bad/*.toml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no files: %v", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			d, err := Load(file, nil)
			if err == nil {
				d.Decode("", new(circuitFile))
				err = d.Err()
			}
			checkErrors(t, file, err)
		})
	}
}

// checkErrors holds the diagnostics of a file against those it carries in place.
func checkErrors(t *testing.T, file string, err error) {
	t.Helper()
	var all Diagnostics
	if !errors.As(err, &all) {
		t.Fatalf("error %v", err)
	}
	want := wantedErrors(t, file)
	for _, e := range all {
		if filepath.Base(e.File) != filepath.Base(file) {
			t.Errorf("file of %v", e)
		}
		text := strings.TrimPrefix(e.String(), e.Position.String()+": ")
		i := slices.IndexFunc(want[e.Line], func(r *regexp.Regexp) bool { return r.MatchString(text) })
		if i < 0 {
			t.Errorf("unexpected: %v", e)
			continue
		}
		want[e.Line] = slices.Delete(want[e.Line], i, i+1)
	}
	for line, missed := range want {
		for _, r := range missed {
			t.Errorf("%s:%d: no error %q", file, line, r)
		}
	}
	if !slices.IsSortedFunc(all, compareDiagnostics) {
		t.Errorf("not sorted:\n%v", all)
	}
}

var quotedText = regexp.MustCompile("^ *(\"(?:[^\"\\\\]|\\\\.)*\"|`[^`]*`)")

func wantedErrors(t *testing.T, file string) map[int][]*regexp.Regexp {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	want := map[int][]*regexp.Regexp{}
	for i, line := range strings.Split(string(data), "\n") {
		_, rest, _ := strings.Cut(line, "# ERROR")
		for m := quotedText.FindStringSubmatch(rest); m != nil; m = quotedText.FindStringSubmatch(rest) {
			text, err := strconv.Unquote(m[1])
			if err != nil {
				t.Fatal(err)
			}
			want[i+1] = append(want[i+1], regexp.MustCompile("^"+text))
			rest = rest[len(m[0]):]
		}
	}
	return want
}
