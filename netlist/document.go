package netlist

import (
	"fmt"
	"slices"
)

// A Document is a TOML file with everything it includes, as one tree, and what
// has been found wrong with it so far. Diagnostics pile up while a document is
// loaded, decoded and elaborated; [Document.Err] gives them all. A Document is
// not safe for use by several goroutines.
type Document struct {
	// Root is the top-level table.
	Root *Node
	// Files are the names of the files read, the document's own first, as
	// they appear in diagnostics.
	Files []string

	diagnostics Diagnostics
}

// Parse reads a document from data, without includes. The file is its name in
// diagnostics. An error is of type [Diagnostics].
func Parse(file string, data []byte) (*Document, error) {
	root, err := parse(file, data)
	if err != nil {
		return nil, err
	}
	return &Document{Root: root, Files: []string{file}}, nil
}

// Errorf adds a diagnostic about the value at a path: at its position, or where
// it is absent at that of the nearest table around it.
func (d *Document) Errorf(path, format string, args ...any) {
	d.diagnostics.add(d.Position(path), path, format, args...)
}

// Err returns all diagnostics so far as an error of type [Diagnostics], sorted
// by file, line and path; nil if there are none.
func (d *Document) Err() error { return d.diagnostics.err() }

// Find returns the value at a path, or nil. A path is keys joined by points, as
// [JoinPath] makes them; an element of a list is named by its index,
// "tile[2].in", or by the value of its key "name", "tile.hidden1.in". The empty
// path is the root.
func (d *Document) Find(path string) *Node {
	n, rest, err := d.walk(path)
	if err != nil || len(rest) > 0 {
		return nil
	}
	return n
}

// Position returns where the value at a path stands, or the nearest table around
// it if it is absent.
func (d *Document) Position(path string) Position {
	n, _, _ := d.walk(path)
	if n == d.Root {
		return Position{d.Files[0], 1}
	}
	return n.Pos
}

// walk follows a path as far as it exists; rest is what does not.
func (d *Document) walk(path string) (n *Node, rest []string, err error) {
	n = d.Root
	if path == "" {
		return n, nil, nil
	}
	rest, err = splitPath(path)
	for len(rest) > 0 {
		next := n.step(rest[0])
		if next == nil {
			break
		}
		n, rest = next, rest[1:]
	}
	return n, rest, err
}

// SetFile is the file name of values given by [Document.Set] in diagnostics.
const SetFile = "--set"

// Set overrides or adds the value at a path, as in "transfer.interval" or
// "device.storage.leak-tau". A value is read as TOML if it is a TOML value
// ("2000", "true", "[1, 2]"), else as text ("5 ms"). Elements of lists go by
// name or index and must exist; whether the rest of the path means anything
// shows when the document is decoded, in a diagnostic of the file [SetFile].
func (d *Document) Set(path, value string) error {
	n, rest, err := d.walk(path)
	if err != nil {
		return err
	}
	parts, err := splitPath(path)
	if err != nil {
		return err
	}
	if len(rest) == 0 { // replace: back to the parent
		rest = parts[len(parts)-1:]
		n = d.parent(parts)
	}
	for i, part := range rest {
		if len(part) > maxKeyBytes {
			return fmt.Errorf("%s %s: a key of more than %d bytes", SetFile, quote(path), maxKeyBytes)
		}
		last := i == len(rest)-1
		switch {
		case n.kind == listNode && (!last || n.find(part) == nil):
			return fmt.Errorf("%s %s: there is no %s%s", SetFile, path, quote(part), suggest(part, n.names()))
		case n.kind == scalarNode:
			return fmt.Errorf("%s %s: there is nothing below %s", SetFile, path, n.describe())
		case last:
			n.replace(part, parseValue(value))
		default:
			child := newTable(Position{File: SetFile})
			n.put(part, child)
			n = child
		}
	}
	return nil
}

// parent returns the node that holds an existing path.
func (d *Document) parent(parts []string) *Node {
	n := d.Root
	for _, part := range parts[:len(parts)-1] {
		n = n.step(part)
	}
	return n
}

// replace sets a key of a table, or an existing element of a list.
func (n *Node) replace(part string, v *Node) {
	if n.kind == listNode {
		n.list[slices.Index(n.list, n.find(part))] = v
		return
	}
	n.put(part, v)
}

// parseValue reads a value of the command line.
func parseValue(text string) *Node {
	const key = "value"
	if root, err := parse(SetFile, []byte(key+" = "+text)); err == nil && len(root.keys) == 1 && root.Child(key) != nil {
		n := root.Child(key)
		n.unplace()
		return n
	}
	return &Node{Pos: Position{File: SetFile}, value: text}
}

// unplace takes the line numbers off the values of a command line.
func (n *Node) unplace() {
	n.Pos.Line = 0
	for _, c := range n.table {
		c.unplace()
	}
	for _, c := range n.list {
		c.unplace()
	}
}
