//go:build unix

package netlist

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/fstest"
	"time"
)

// folder writes files into a new folder and returns its path.
func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

var testLibrary = fstest.MapFS{
	"cells/a.toml": {Data: []byte("title = 'cell'\ninclude = ['cells/b.toml']\n[device.a]\nc = '1 fF'\n")},
	"cells/b.toml": {Data: []byte("[device.b]\nc = '2 fF'\n")},
	"net.toml":     {Data: []byte("title = 'net'\ninclude = ['cells/a.toml']\n[[tile]]\nname = 'x'\n")},
	"loop.toml":    {Data: []byte("include = ['./loop.toml']\n")},
	"out.toml":     {Data: []byte("include = ['../out.toml']\n")},
}

func TestInclude(t *testing.T) {
	dir := folder(t, map[string]string{
		"main.toml": `title = "main"
include = ["cells/one.toml", "cells/two.toml", "library:cells/a.toml"]
[clock]
period = "2 ns"
[[tile]]
name = "m"
`,
		"cells/one.toml": "title = 'one'\ninclude = ['cells/two.toml']\n[device.one]\nc = '1 pF'\n[[tile]]\nname = 'o'\n",
		"cells/two.toml": "[device.two]\nc = '2 pF'\n[clock]\n",
	})
	d, err := Load(filepath.Join(dir, "main.toml"), testLibrary)
	if err != nil {
		t.Fatal(err)
	}
	var c circuitFile
	d.Decode("", &c)
	if err := d.Err(); err != nil {
		t.Fatal(err)
	}
	if c.Title != "main" || c.Clock.Period != 2000 || len(c.Device) != 4 || len(c.Tile) != 2 || c.Tile[0].Name != "o" || c.Tile[1].Name != "m" {
		t.Errorf("joined as %+v", c)
	}
	want := []string{filepath.Join(dir, "main.toml"), filepath.Join(dir, "cells/one.toml"), filepath.Join(dir, "cells/two.toml"), "library:cells/a.toml", "library:cells/b.toml"}
	if fmt.Sprint(d.Files) != fmt.Sprint(want) {
		t.Errorf("files %v, want %v", d.Files, want)
	}
	for path, pos := range map[string]Position{
		"device.two.c": {want[2], 2}, "tile.m.name": {want[0], 6}, "tile.o.name": {want[1], 6}, "device.b": {want[4], 1},
	} {
		if d.Position(path) != pos {
			t.Errorf("%s at %v, want %v", path, d.Position(path), pos)
		}
	}
}

func TestIncludeFromLibrary(t *testing.T) {
	d, err := Load("library:net.toml", testLibrary)
	if err != nil {
		t.Fatal(err)
	}
	var c circuitFile
	if !d.Decode("", &c) || c.Title != "net" || len(c.Device) != 2 {
		t.Errorf("decoded %+v, %v", c, d.Err())
	}
}

// errorsOf loads the file main.toml of a folder and returns its diagnostics,
// without the folder.
func errorsOf(t *testing.T, dir string) string {
	t.Helper()
	d, err := Load(filepath.Join(dir, "main.toml"), testLibrary)
	if err == nil {
		err = d.Err()
	}
	if err == nil {
		return ""
	}
	return strings.ReplaceAll(err.Error(), dir+string(filepath.Separator), "")
}

func TestDuplicatesOverFiles(t *testing.T) {
	dir := folder(t, map[string]string{
		"main.toml": "include = ['a.toml', 'b.toml']\nseed = 1\n[device.x]\nc = '1 fF'\n[tile]\n[clock]\nperiod = '1 ns'\n",
		"a.toml":    "[device.x]\nc = '1 fF'\n[clock]\nperiod = '1 ns'\n",
		"b.toml":    "seed = 2\n[[tile]]\n",
	})
	const want = "main.toml:2: seed: also defined at b.toml:1\n" +
		"main.toml:3: device.x: also defined at a.toml:1\n" +
		"main.toml:5: tile: also defined at b.toml:2\n" +
		"main.toml:7: clock.period: also defined at a.toml:4"
	if got := errorsOf(t, dir); got != want {
		t.Errorf("errors\n%s\nwant\n%s", got, want)
	}
}

// Nothing outside the netlist's folder is read, and nothing but regular files.
func TestIncludeConfined(t *testing.T) {
	dir := folder(t, map[string]string{
		"secret.toml":        "seed = 7\n",
		"net/cells/in.toml":  "[clock]\nperiod = '3 ns'\n",
		"net/cells/bad.toml": "x = \n",
	})
	net := filepath.Join(dir, "net")
	link := func(to, name string) {
		t.Helper()
		if err := os.Symlink(to, filepath.Join(net, name)); err != nil {
			t.Skip(err)
		}
	}
	link("../secret.toml", "out.toml")
	link(filepath.Join(dir, "secret.toml"), "abs.toml")
	link("..", "up")
	link("cells/in.toml", "inside.toml")
	link("self.toml", "self.toml")
	link("/dev/zero", "zero.toml")
	if err := syscall.Mkfifo(filepath.Join(net, "fifo.toml"), 0o600); err != nil {
		t.Skip(err)
	}
	for name, want := range map[string]string{
		"inside.toml":                        "", // a link that stays within
		"./cells/in.toml":                    "",
		"../secret.toml":                     "leaves the netlist's folder",
		"cells/../../secret.toml":            "leaves the netlist's folder",
		"cells/../cells/in.toml":             "leaves the netlist's folder",
		filepath.Join(dir, "secret.toml"):    "leaves the netlist's folder",
		"/dev/zero":                          "leaves the netlist's folder",
		"out.toml":                           "leaves the netlist's folder",
		"abs.toml":                           "leaves the netlist's folder",
		"up/secret.toml":                     "leaves the netlist's folder",
		"zero.toml":                          "leaves the netlist's folder",
		"self.toml":                          "too many levels of symbolic links",
		"fifo.toml":                          "not a regular file",
		"cells":                              "not a regular file",
		".":                                  "not a regular file",
		"":                                   "not a file name",
		`cells\\in.toml`:                     "not a file name",
		`cells/in.toml\u0000`:                "not a file name",
		"none.toml":                          "no such file or directory",
		"cells/in.toml/x":                    "not a directory",
		strings.Repeat("n", 300) + ".toml":   "file name too long",
		"library:none.toml":                  "file does not exist",
		"library:../out.toml":                "leaves the netlist's folder",
		"library:/out.toml":                  "leaves the netlist's folder",
		"library:loop.toml":                  "includes itself",
		"library:out.toml":                   "leaves the netlist's folder",
		"library:cells":                      "not a regular file",
		"main.toml":                          "includes itself: main.toml -> main.toml",
		"./main.toml":                        "includes itself: main.toml -> main.toml",
		"library:library:net.toml":           "file does not exist",
		"cells/bad.toml":                     "expected a value",
		strings.Repeat("cells/", 50) + "x":   "no such file or directory",
		"http://example.com/x.toml":          "no such file or directory",
		"cells/in.toml\", \"cells/none.toml": "no such file or directory",
	} {
		if err := os.WriteFile(filepath.Join(net, "main.toml"), []byte("seed = 1\ninclude = [\""+name+"\"]\nunknown = 1\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		got := errorsOf(t, net)
		if want == "" && got != "" || want != "" && (!strings.Contains(got, want) || strings.Contains(got, "secret.toml:")) {
			t.Errorf("include %.60q: errors %q, want %q", name, got, want)
		}
		if want != "" && !strings.HasPrefix(got, "main.toml:2: include[") && !strings.Contains(got, ".toml:1: ") {
			t.Errorf("include %.60q: no position in %q", name, got)
		}
		if took := time.Since(start); took > 10*time.Second {
			t.Errorf("include %.60q took %v", name, took)
		}
	}
}

func TestIncludeLimits(t *testing.T) {
	chain := map[string]string{"main.toml": "include = ['1.toml']\n"}
	for i := range 40 {
		chain[fmt.Sprintf("%d.toml", i)] = fmt.Sprintf("include = ['%d.toml']\n", i+1)
	}
	many := map[string]string{"main.toml": "include = [\n" + repeat(100, "'%d.toml',\n") + "]\n"}
	large := maps.Clone(many)
	for i := range 100 {
		many[fmt.Sprintf("%d.toml", i)] = ""
		large[fmt.Sprintf("%d.toml", i)] = strings.Repeat("# 16 bytes long\n", 2000)
	}
	for want, files := range map[string]map[string]string{
		`8.toml:1: include[0]: "9.toml": included more than 8 deep`:                                           chain,
		"main.toml:65: include[63]: \"63.toml\": more than 64 files":                                          many,
		"main.toml:34: include[32]: \"32.toml\": a netlist with all its includes is at most 1 MiB":            large,
		"b.toml:1: include[0]: \"a.toml\": includes itself: a.toml -> b.toml -> a.toml":                       {"main.toml": "include=['a.toml']", "a.toml": "include=['b.toml']", "b.toml": "include=['a.toml']"},
		"main.toml:1: include: is the text \"a.toml\"; expected a list of file names":                         {"main.toml": "include = 'a.toml'"},
		"main.toml:1: include[0]: is the number 1; expected a file name":                                      {"main.toml": "include = [1]"},
		"main.toml:1: include[0]: \"a.toml\": no such file or directory\nmain.toml:2: include[1]: \"b.toml\"": {"main.toml": "include = ['a.toml',\n'b.toml']"},
	} {
		if got := errorsOf(t, folder(t, files)); !strings.HasPrefix(got, want) {
			t.Errorf("errors %.200q, want %q", got, want)
		}
	}
}

func TestLoadErrors(t *testing.T) {
	dir := folder(t, map[string]string{"bad.toml": "a = \n", "large.toml": strings.Repeat("#", maxBytes+1)})
	if _, err := Load(filepath.Join(dir, "none.toml"), nil); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("absent file: %v", err)
	}
	if _, err := Load(filepath.Join(dir, "none", "x.toml"), nil); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("absent folder: %v", err)
	}
	if _, err := Load(dir, nil); err == nil || !strings.Contains(err.Error(), "not a regular file") {
		t.Errorf("folder: %v", err)
	}
	if _, err := Load("library:net.toml", nil); err == nil || !strings.Contains(err.Error(), "there is no library") {
		t.Errorf("no library: %v", err)
	}
	if _, err := Load(filepath.Join(dir, "large.toml"), nil); err == nil || !strings.Contains(err.Error(), "at most 1 MiB") {
		t.Errorf("large file: %v", err)
	}
	var all Diagnostics
	if _, err := Load(filepath.Join(dir, "bad.toml"), nil); !errors.As(err, &all) || all[0].Line != 1 {
		t.Errorf("syntax: %v", err)
	}
}
