package netlist

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestPositions(t *testing.T) {
	const text = "\ufefftitle = \"a\" # comment [x]\r\n" + // 1
		"[clock] # c\n" + // 2
		"period = '''\n" + // 3
		"[no.table]\n" + // 4
		"x = 1'''\n" + // 5
		"[[tile]]\n" + // 6
		"name = 't0'\n" + // 7
		"list = [\n" + // 8
		"  1, # one\n" + // 9
		"  [2, 3],\n" + // 10
		"  { a = 1, b.c = \"\\\"}\" },\n" + // 11
		"]\n" + // 12
		"\"quoted.key\" = 1\n" + // 13
		"[[ tile ]]\n" + // 14
		"name = \"t1\"\n" + // 15
		"[tile.sub . deep]\n" + // 16
		"k.l = true\n" + // 17
		"when = 1979-05-27 07:32:00\n" + // 18
		"text = \"\"\"a\\\n" + // 19
		"  b\"\"\"\"\"\n" + // 20
		"last = inf"
	d, err := Parse("f.toml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	for path, line := range map[string]int{
		"": 1, "title": 1, "clock": 2, "clock.period": 3,
		"tile": 6, "tile[0]": 6, "tile[0].name": 7, "tile.t0.list": 8,
		"tile[0].list[0]": 9, "tile[0].list[1]": 10, "tile[0].list[1][1]": 10,
		"tile[0].list[2].b.c": 11, `tile[0]."quoted.key"`: 13,
		"tile[1]": 14, "tile.t1": 14, "tile[1].name": 15, "tile.t1.sub.deep": 16,
		"tile[1].sub.deep.k.l": 17, "tile[1].sub.deep.when": 18,
		"tile[1].sub.deep.text": 19, "tile[1].sub.deep.last": 21,
	} {
		if n := d.Find(path); n == nil || d.Position(path) != (Position{"f.toml", line}) {
			t.Errorf("%q: %v at %v, want line %d", path, n, d.Position(path), line)
		}
	}
	// What is absent is placed at the nearest table around it.
	for path, line := range map[string]int{"tile[1].sub.deep.x": 16, "tile[7].name": 6, "clock.x.y": 2, "no.such": 1, "bad..path": 1} {
		if n := d.Find(path); n != nil || d.Position(path).Line != line {
			t.Errorf("%q: %v at %v, want nothing, at line %d", path, n, d.Position(path), line)
		}
	}
	if got := d.Find("tile[0].list[2].b.c").Text(); got != `"}` {
		t.Errorf("string is %q", got)
	}
	if got := d.Find("tile[1].sub.deep.text").Text(); got != `ab""` {
		t.Errorf("multi-line string is %q", got)
	}
}

func TestSyntaxErrors(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"a = 1\nb = [1\n", `f:3: expected "," or "]" in a list, not the end of the file`},
		{"a = {x = 1\n]", `f:2: expected "," or "}" in a table, not "]"`},
		{"a = \"x\nb = 1", "f:1: a string is not closed"},
		{"a = \"\\", "f:1: a string is not closed"},
		{"a = \"\\\nb\"", "f:1: a string is not closed"},
		{"a = 1\nb = '''\n\n", "f:2: a string is not closed"},
		{"'a = 1", "f:1: a quoted key is not closed"},
		{"\"a\\u0041\" = 1", "f:1: a backslash in a key"},
		{"a 1", `f:1: expected "=" after the key "a"`},
		{"\n= 1", `f:2: expected a key, not "="`},
		{"a =\n", "f:1: expected a value, not the end of the line"},
		{"a = 1 2\n", "f:1: "},
		{"a = 1 ]\n", `f:1: expected the end of the line, not "]"`},
		{"[a\n", `f:1: expected "]" after the name of the table, not the end of the line`},
		{"[[a] ]\n", `f:1: expected "]]" after the name of the table, not "]"`},
		{"a = 1\na = 2", "f:2: a: defined twice; first on line 1"},
		{"a = 1\n[a]\n", "f:2: a: defined twice; first on line 1"},
		{"a = 1\n[a.b]\n", "f:2: a: defined twice; first on line 1"},
		{"[a]\n[a]\n", "f:2: a: "}, // found by the library
		{"[[a]]\n[a]\n", "f:2: a: defined twice; first on line 1"},
		{"[a]\n[[a]]\n", "f:2: a: defined twice; first on line 1"},
		{"a = 08\n", "f:1: "},
		{"a = 0 1\n", "f:1: "},
		{"a = \"\\q\"\n", "f:1: "},
		{"a = 1\x00\n", "f:1: a control character"},
		{"a = 1\n# \x07\n", "f:2: a control character"},
		{"a = 1\rb = 2\n", "f:1: a control character"},
		{"a = \"\xff\"\n", "f:1: not UTF-8"},
		{"a = 1" + strings.Repeat(" ", maxLine), "f:1: a line longer than 64 KiB"},
		{strings.Repeat("k", maxKeyBytes+1) + " = 1", "f:1: a key of more than 128 bytes"},
		{"\xff\xfea\x00", "f:1: not UTF-8"},
	} {
		_, err := Parse("f", []byte(test.text))
		var all Diagnostics
		if !errors.As(err, &all) || len(all) != 1 || !strings.HasPrefix(err.Error(), test.want) {
			t.Errorf("%.40q: error %v, want %q", test.text, err, test.want)
		}
	}
}

// hostile returns small texts on which TOML readers overflow their stack, or
// take time or memory out of proportion, and the error each must give.
func hostile() map[string]struct{ text, want string } {
	nested := func(open, end string, n int) string {
		return "a = " + strings.Repeat(open, n) + "1" + strings.Repeat(end, n)
	}
	lines := func(n int, format string) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, format, i)
		}
		return b.String()
	}
	return map[string]struct{ text, want string }{
		"5 MB of [":              {strings.Repeat("[", 5<<20), "h:1: larger than 1 MiB"},
		"1 MiB of [":             {strings.Repeat("[", 1<<20), "h:1: a line longer than 64 KiB"},
		"60 KB of [":             {strings.Repeat("[", 60_000), "h:1: expected a key"},
		"60 KB of nested lists":  {nested("[", "]", 30_000), "h:1: nested more than 32 deep"},
		"lists nested over 1 MB": {"a = " + strings.Repeat("[\n", 500_000), "h:33: nested more than 32 deep"},
		"inline tables":          {nested("{a=", "}", 10_000), "h:1: nested more than 32 deep"},
		"dotted inline tables":   {nested("{a.b.c.d=", "}", 5_000), "h:1: nested more than 32 deep"},
		"lists in tables":        {nested("[{a=", "}]", 8_000), "h:1: nested more than 32 deep"},
		"20 KB dotted key":       {strings.Repeat("a.", 10_000) + "a = 1", "h:1: a key of more than 16 parts"},
		"quoted dotted key":      {strings.Repeat("''.", 10_000) + "a = 1", "h:1: a key of more than 16 parts"},
		"100 k-part header":      {"[" + strings.Repeat("a.\n", 100_000) + "a]", "h:1: expected a key"},
		"30 k-part header":       {"[" + strings.Repeat("a.", 30_000) + "a]", "h:1: a key of more than 16 parts"},
		"50 k keys":              {lines(50_000, "k%d = 1\n"), "h:20001: more than 20000 keys and list elements"},
		"50 k headers":           {lines(50_000, "[k%d]\n"), "h:20001: more than 20000 keys and list elements"},
		"50 k tables of a list":  {strings.Repeat("[[a]]\n", 50_000), "h:20001: more than 20000 keys and list elements"},
		"400 k list elements":    {"a = [\n" + strings.Repeat("1,\n", 300_000) + "]", "h:20001: more than 20000 keys and list elements"},
		"long key":               {strings.Repeat("k", 60_000) + " = 1", "h:1: a key of more than 128 bytes"},
		"open string":            {"a = \"\"\"" + strings.Repeat("\n\"\"", 300_000), "h:1: a string is not closed"},
		"backslashes":            {"a = \"" + strings.Repeat("\\", 60_000), "h:1: a string is not closed"},
		"quotes":                 {"a = " + strings.Repeat("\"\"", 30_000), "h:1: expected the end of the line"},
		"NUL":                    {strings.Repeat("\x00", 1<<20), "h:1: a line longer"},
		"bytes":                  {strings.Repeat("\xff\n", 1<<19), "h:1: not UTF-8"},
		"duplicate keys":         {"a = 1\n" + strings.Repeat("a = 1\n", 10_000), "h:2: a: defined twice"},
		"append to a scalar":     {"a = 1\n" + strings.Repeat("[a.b]\n", 10_000), "h:2: a: defined twice"},
	}
}

func TestHostileSources(t *testing.T) {
	for name, test := range hostile() {
		t.Run(name, func(t *testing.T) {
			seconds, bytes := measure(func() {
				if _, err := Parse("h", []byte(test.text)); err == nil || !strings.HasPrefix(err.Error(), test.want) {
					t.Errorf("error %v, want %q", err, test.want)
				}
			})
			if seconds > 10 || bytes > 256<<20 {
				t.Errorf("took %.2f s and %d MiB", seconds, bytes>>20)
			}
		})
	}
}

// The largest texts that pass the guard must not be expensive either.
func TestLargestSources(t *testing.T) {
	deep := strings.Repeat("{"+"k."+"k=", 15) + "1" + strings.Repeat("}", 15)
	header := strings.Repeat(strings.Repeat("k", 50)+".", 15)
	for name, text := range map[string]string{
		"keys":     repeat(19_999, "k%d = \"some text\"\n"),
		"headers":  repeat(1_100, "["+header+"k%d]\nx = 1\n"),
		"elements": "a = [" + repeat(19_000, "%d,\n") + "]",
		"nested":   repeat(640, "k%d = "+deep+"\n"),
		"lists":    repeat(600, "k%d = "+strings.Repeat("[", 30)+strings.Repeat("]", 30)+"\n"),
		"text":     "a = '''" + strings.Repeat("text\n", 200_000) + "'''",
		"comments": strings.Repeat("#\n", 500_000),
		"tables":   repeat(9_999, "[[a]] # %d\nname = 'x'\n"),
	} {
		t.Run(name, func(t *testing.T) {
			text := text[:strings.LastIndexByte(text, '\n')+1] // whole lines
			if name == "elements" || name == "text" {
				text += map[string]string{"elements": "]", "text": "'''"}[name]
			}
			seconds, bytes := measure(func() {
				if _, err := Parse("l", []byte(text)); err != nil {
					t.Error(err)
				}
			})
			if seconds > 10 || bytes > 256<<20 {
				t.Errorf("took %.2f s and %d MiB", seconds, bytes>>20)
			}
		})
	}
}

func repeat(n int, format string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, format, i)
	}
	return b.String()
}

// measure returns the seconds that f takes and the bytes that it allocates. Of
// the time that passes, only what this process computes counts, so that a machine
// busy with other work changes nothing; the race detector's share does not count.
func measure(f func()) (seconds float64, allocated uint64) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := time.Now()
	busy, known := processorSeconds()
	f()
	seconds = time.Since(start).Seconds()
	if end, _ := processorSeconds(); known {
		seconds = min(seconds, end-busy)
	}
	if underRace() {
		seconds /= raceSlowdown
	}
	runtime.ReadMemStats(&after)
	return seconds, after.TotalAlloc - before.TotalAlloc
}

// raceSlowdown is the largest factor by which the race detector slows a program
// down, according to its manual (go.dev/doc/articles/race_detector).
const raceSlowdown = 20

// underRace reports whether the test was built with -race.
func underRace() bool {
	info, ok := debug.ReadBuildInfo()
	return ok && slices.Contains(info.Settings, debug.BuildSetting{Key: "-race", Value: "true"})
}

// What parses is written back as TOML that parses as the same tree.
func FuzzParse(f *testing.F) {
	for _, text := range []string{
		"title = \"a\"\n[clock]\nperiod = '1 ns' # c\n[[tile]]\nname = 'x'\nlist = [1, [2.5], {a.b = true}]\n",
		"a = '''\nb'''\nc = \"\"\"d\\\n e\"\"\"\"\"\n'q.k' = inf\n\"\" = nan\nd = 1979-05-27T07:32:00Z\n",
		"[a.b]\nc.d = 1\n[a]\n[[a.e]]\n[a.e.f]\n", "\ufeffa = \"\\u0041\\\"\"\r\n", "a = 0x1F\nb = 1_000\nc = 0b1\nd = +0.0\n",
	} {
		f.Add([]byte(text))
	}
	files, err := os.ReadDir("testdata/bad")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		if data, err := os.ReadFile("testdata/bad/" + file.Name()); err == nil {
			f.Add(data)
		}
	}
	for _, h := range hostile() {
		if len(h.text) < 1000 {
			f.Add([]byte(h.text))
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		start := time.Now()
		d, err := Parse("f", data)
		if took := time.Since(start); took > 20*time.Second {
			t.Errorf("took %v", took)
		}
		if err != nil {
			var all Diagnostics
			if !errors.As(err, &all) || all[0].Line < 1 || all[0].Line > 1+bytes.Count(data, []byte("\n")) {
				t.Errorf("bad error %v", err)
			}
			return
		}
		d.Decode("", new(circuitFile))
		for _, e := range d.diagnostics {
			if e.Line < 1 {
				t.Errorf("no line in %v", e)
			}
		}
		text := writeTree(d.Root)
		again, err := Parse("f", []byte(text))
		if err != nil || writeTree(again.Root) != text {
			// Dates have more forms than we write, and some keys need escapes.
			if !strings.ContainsAny(text, `\:`) && !hasDate(d.Root) && len(text) < maxLine {
				t.Errorf("wrote %q, which reads as %v", text, err)
			}
		}
	})
}

func writeTree(root *Node) string {
	var b strings.Builder
	for _, key := range root.keys {
		fmt.Fprintf(&b, "%s = %s\n", JoinPath("", key), root.table[key].toml())
	}
	return b.String()
}

func hasDate(n *Node) bool {
	if _, ok := n.value.(time.Time); ok {
		return true
	}
	for _, c := range n.table {
		if hasDate(c) {
			return true
		}
	}
	for _, c := range n.list {
		if hasDate(c) {
			return true
		}
	}
	return false
}
