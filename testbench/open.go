package testbench

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"engram/netlist"
)

//go:embed library
var library embed.FS

// A Bench is a testbench with its netlist, checked and elaborated; nothing is
// allocated yet.
type Bench struct {
	Name    string // of the bundled testbench, or the file
	Spec    Spec
	Netlist *netlist.Netlist
	Design  *netlist.Design
}

// Names returns the bundled testbenches.
func Names() []string { return names(library, "library/*.toml") }

// netlistNames returns the bundled netlists that are whole systems.
func netlistNames() []string { return names(netlist.Library(), "*.toml") }

func names(files fs.FS, pattern string) []string {
	entries, err := fs.Glob(files, pattern)
	if err != nil {
		panic(err) // the pattern is well-formed
	}
	for i, e := range entries {
		entries[i] = strings.TrimSuffix(path.Base(e), ".toml")
	}
	return entries
}

// Open reads a bundled testbench or netlist, or a file, with its netlist. Settings go to
// the testbench where their path starts with one of its tables, else to the
// netlist. A file that holds a netlist and no key "netlist" is its own.
func Open(name string, settings []netlist.Setting) (*Bench, error) {
	return open(name, settings, false)
}

// open is Open; expanded says that the settings include those of the variant
// in use.
func open(name string, settings []netlist.Setting, expanded bool) (*Bench, error) {
	doc, err := load(name)
	if err != nil {
		return nil, err
	}
	b := &Bench{Name: name}
	own, foreign := split(settings)
	if doc.Find("netlist") == nil {
		return b, b.decodeWhole(doc, settings)
	}
	if err := apply(doc, own); err != nil {
		return nil, err
	}
	doc.Decode("", &b.Spec)
	checkMeasures(doc, b.Spec.Measures)
	if err := doc.Err(); err != nil {
		return nil, err
	}
	if !expanded && b.Spec.Use != "" {
		own, err := b.Spec.variant()
		if err != nil {
			return nil, err
		}
		return open(name, append(own, settings...), true) // the user's come last and win
	}
	file, err := b.netlistFile(name)
	if err != nil {
		return nil, err
	}
	b.Netlist, b.Design, err = netlist.Open(file, foreign)
	return b, err
}

// load reads a bundled testbench, a bundled netlist or a file.
func load(name string) (*netlist.Document, error) {
	if slices.Contains(Names(), name) {
		file := "library/" + name + ".toml"
		data, err := library.ReadFile(file)
		if err != nil {
			return nil, err
		}
		return netlist.Parse("testbench:"+name+".toml", data)
	}
	if slices.Contains(netlistNames(), name) {
		return netlist.Load(netlist.LibraryPrefix+name+".toml", netlist.Library())
	}
	doc, err := netlist.Load(name, netlist.Library())
	if errors.Is(err, fs.ErrNotExist) && !strings.ContainsAny(name, "./") {
		return nil, fmt.Errorf("no file and no bundled testbench or netlist %q; bundled are %s; and %s",
			name, strings.Join(Names(), ", "), strings.Join(netlistNames(), ", "))
	}
	return doc, err
}

// whole is a file that holds both a testbench and its netlist: what
// resolved.toml is.
type whole struct {
	Bench   Inline          `key:",inline"`
	Sweep   *SweepSpec      `key:"sweep"`
	Netlist netlist.Netlist `key:",inline"`
}

func (b *Bench) decodeWhole(doc *netlist.Document, settings []netlist.Setting) error {
	if err := apply(doc, settings); err != nil {
		return err
	}
	var w whole
	doc.Decode("", &w)
	checkMeasures(doc, w.Bench.Measures)
	d := netlist.Elaborate(&w.Netlist, doc)
	if err := doc.Err(); err != nil {
		return err
	}
	b.Spec.Inline, b.Spec.Sweep, b.Netlist, b.Design = w.Bench, w.Sweep, &w.Netlist, d
	return nil
}

// netlistFile returns the netlist's name for netlist.Open: that of the library,
// or a file beside the testbench's.
func (b *Bench) netlistFile(name string) (string, error) {
	file := b.Spec.Netlist
	if strings.HasPrefix(file, netlist.LibraryPrefix) {
		return file, nil
	}
	if !fs.ValidPath(file) {
		return "", netlist.Diagnostics{{Position: netlist.Position{File: name}, Path: "netlist",
			Message: fmt.Sprintf("%q leaves the testbench's own folder; expected a file in it or %sNAME", file, netlist.LibraryPrefix)}}
	}
	return path.Join(path.Dir(name), file), nil
}

func apply(doc *netlist.Document, settings []netlist.Setting) error {
	for _, s := range settings {
		if err := doc.Set(s.Path, s.Value); err != nil {
			return err
		}
	}
	return nil
}

// split parts settings into those of the testbench and those of the netlist.
func split(settings []netlist.Setting) (own, foreign []netlist.Setting) {
	for _, s := range settings {
		switch head, _, _ := strings.Cut(strings.ReplaceAll(s.Path, "[", "."), "."); head {
		case "stimulus", "learning", "baseline", "measure", "seed", "netlist", "sweep", "use", "variant":
			own = append(own, s)
		default:
			foreign = append(foreign, s)
		}
	}
	return own, foreign
}

// Resolved returns the testbench and its netlist as one file, every default
// written out, that Open reads back to the same. What it sweeps is left out.
func (b *Bench) Resolved() []byte {
	return bytes.TrimLeft(netlist.Encode("", &whole{Bench: b.Spec.Inline, Netlist: *b.Netlist}), "\n")
}
