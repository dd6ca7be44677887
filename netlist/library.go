package netlist

import (
	"embed"
	"io/fs"
	"strings"
)

//go:embed library
var embedded embed.FS

// Library returns the bundled netlists and cells; their names in it are those
// behind [LibraryPrefix].
func Library() fs.FS {
	sub, err := fs.Sub(embedded, "library")
	if err != nil {
		panic(err) // the folder is part of the program
	}
	return sub
}

// A Setting overrides the value at a path of a document.
type Setting struct{ Path, Value string }

// Open reads, checks and elaborates a netlist file, or a bundled one, with
// settings applied. An error is of type [Diagnostics] where it is about what
// the files say.
func Open(file string, settings []Setting) (*Netlist, *Design, error) {
	doc, err := Load(file, Library())
	if err != nil {
		return nil, nil, err
	}
	for _, s := range settings {
		if err := doc.Set(s.Path, s.Value); err != nil {
			return nil, nil, err
		}
	}
	n := new(Netlist)
	doc.Decode("", n)
	d := Elaborate(n, doc)
	if err := doc.Err(); err != nil {
		return nil, nil, err
	}
	return n, d, nil
}

// Elaborate resolves n, decoded from doc, into a design. What is wrong is left
// in doc. Where a table that says what is connected to what was not decoded
// well, nothing is attempted; other faults do not hide those of the nets.
func Elaborate(n *Netlist, doc *Document) *Design {
	for _, d := range doc.diagnostics {
		switch head, _, _ := strings.Cut(strings.TrimRight(d.Path, "]0123456789["), "."); head {
		case "", "include", "input", "tile", "neuron", "layer":
			return nil
		}
	}
	return elaborate(n, len(doc.diagnostics) == 0, doc.Errorf)
}
