package netlist

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
)

// LibraryPrefix in front of a name makes it one of the bundled library:
// "library:cells/2pcm3t1c-90nm.toml".
const LibraryPrefix = "library:"

// Limits of includes (assumed).
const (
	maxIncludeDepth = 8
	maxFiles        = 64
)

// Load reads the file at a path of the file system, or of the library where it
// starts with [LibraryPrefix], with everything it includes.
//
// The key "include" of a file is a list of names, relative to the folder of the
// first file, whichever file includes them, and within that folder: a name that
// is absolute or has "..", a symbolic link that leads out, and anything that is
// not a regular file are errors. Files of the library include each other by
// their names in it, with or without the prefix. A file that is included twice
// counts once; one that includes itself, directly or not, is an error.
//
// Tables at the top level, such as [device] or [clock], are joined over the
// files; lists are concatenated, the included files' elements first. Anything
// else defined in two files, such as one device or one key of [clock], is an
// error that names both places. Only the title of the first file counts.
//
// An error means that the first file cannot be read or parsed; it is of type
// [Diagnostics] in the latter case. Errors in includes are left in the document.
func Load(file string, library fs.FS) (*Document, error) {
	l := loader{library: library}
	name := file
	if !strings.HasPrefix(file, LibraryPrefix) {
		l.folder, name = filepath.Dir(file), filepath.Base(file)
		root, err := os.OpenRoot(l.folder)
		if err != nil {
			return nil, fmt.Errorf("netlist %s: %w", file, err)
		}
		defer root.Close()
		l.root = root
	}
	data, err := l.read(name)
	if err != nil {
		return nil, fmt.Errorf("netlist %s: %w", file, err)
	}
	l.document.Root = newTable(Position{l.display(name), 1})
	l.document.Files = []string{l.display(name)}
	if err := l.add(name, data); err != nil {
		return nil, err
	}
	return &l.document, nil
}

// A loader reads a document and its includes.
type loader struct {
	folder   string   // of the first file, for diagnostics
	root     *os.Root // nil where the first file is of the library
	library  fs.FS
	document Document
	stack    []string // files being read
	bytes    int      // read so far
}

// add parses a file and joins it, after its includes, to the document. The error
// is of syntax; the document is then as it was.
func (l *loader) add(name string, data []byte) error {
	root, err := parse(l.display(name), data)
	if err != nil {
		return err
	}
	l.stack = append(l.stack, name)
	l.includes(name, root)
	l.stack = l.stack[:len(l.stack)-1]
	if len(l.stack) > 0 {
		root.remove("title")
	}
	l.join(root)
	return nil
}

// includes reads what the root table of a file includes.
func (l *loader) includes(from string, root *Node) {
	n := root.Child("include")
	if n == nil {
		return
	}
	root.remove("include")
	complain := func(n *Node, path, format string, args ...any) {
		l.document.diagnostics.add(n.Pos, path, format, args...)
	}
	if n.kind != listNode {
		complain(n, "include", "is %s; expected a list of file names", n.describe())
		return
	}
	for i, e := range n.list {
		path := IndexPath("include", i)
		name, ok := e.value.(string)
		if !ok {
			complain(e, path, "is %s; expected a file name", e.describe())
			continue
		}
		if err := l.include(from, name); err != nil {
			if syntax := (Diagnostics{}); errors.As(err, &syntax) {
				l.document.diagnostics = append(l.document.diagnostics, syntax...)
			} else {
				complain(e, path, "%s: %v", quote(name), err)
			}
		}
	}
}

// include reads the file that another one includes under a name.
func (l *loader) include(from, name string) error {
	name, err := resolve(from, name)
	if err != nil {
		return err
	}
	if i := slices.Index(l.stack, name); i >= 0 {
		return fmt.Errorf("includes itself: %s", strings.Join(append(l.stack[i:], name), " -> "))
	}
	if slices.Contains(l.document.Files, l.display(name)) {
		return nil
	}
	if len(l.stack) > maxIncludeDepth {
		return fmt.Errorf("included more than %d deep", maxIncludeDepth)
	}
	if len(l.document.Files) == maxFiles {
		return fmt.Errorf("more than %d files", maxFiles)
	}
	data, err := l.read(name)
	if err != nil {
		return err
	}
	l.document.Files = append(l.document.Files, l.display(name))
	return l.add(name, data)
}

// resolve returns the clean name of what a file includes under a name.
func resolve(from, name string) (string, error) {
	bundled, ok := strings.CutPrefix(name, LibraryPrefix)
	if err := confined(bundled); err != nil {
		return "", err
	}
	name = path.Clean(bundled)
	if ok || strings.HasPrefix(from, LibraryPrefix) {
		name = LibraryPrefix + name
	}
	return name, nil
}

// display is the name of a file in diagnostics.
func (l *loader) display(name string) string {
	if strings.HasPrefix(name, LibraryPrefix) {
		return name
	}
	return filepath.Join(l.folder, filepath.FromSlash(name))
}

// read returns the content of a file, at most what is left of maxBytes.
func (l *loader) read(name string) ([]byte, error) {
	f, err := l.open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if err := regular(f.Stat()); err != nil {
		return nil, err
	}
	data, err := io.ReadAll(io.LimitReader(f, int64(maxBytes-l.bytes)+1))
	if err != nil {
		return nil, reason(err)
	}
	if l.bytes += len(data); l.bytes > maxBytes {
		return nil, errors.New("a netlist with all its includes is at most 1 MiB")
	}
	return data, nil
}

// open opens a file of the library or of the folder. What is not a regular file
// is refused before it is opened, since to open a FIFO or a device may block or
// act; the caller looks again at what was opened.
func (l *loader) open(name string) (fs.File, error) {
	if bundled, ok := strings.CutPrefix(name, LibraryPrefix); ok {
		if l.library == nil {
			return nil, errors.New("there is no library")
		}
		f, err := l.library.Open(bundled)
		return f, reason(err)
	}
	if l.root == nil {
		return nil, errors.New("not in the library")
	}
	if err := regular(l.root.Stat(name)); err != nil {
		return nil, err
	}
	f, err := l.root.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, reason(err)
	}
	return f, nil
}

// confined refuses names that could lead out of a folder on any system.
func confined(name string) error {
	switch {
	case name == "" || strings.ContainsAny(name, "\\\x00"):
		return errors.New("not a file name; expected a path with /, below the netlist's folder")
	case path.IsAbs(name) || !filepath.IsLocal(filepath.FromSlash(name)) || slices.Contains(strings.Split(name, "/"), ".."):
		return errors.New("leaves the netlist's folder")
	}
	return nil
}

func regular(info fs.FileInfo, err error) error {
	if err != nil {
		return reason(err)
	}
	if !info.Mode().IsRegular() {
		return errors.New("not a regular file")
	}
	return nil
}

// reason strips the operation and the path, which the diagnostic has already.
func reason(err error) error {
	if e := (*fs.PathError)(nil); errors.As(err, &e) {
		if e.Err.Error() == "path escapes from parent" {
			return errors.New("leaves the netlist's folder")
		}
		return e.Err
	}
	return err
}

// join adds the tables of a file to the document.
func (l *loader) join(root *Node) {
	for _, key := range root.keys {
		n, have := root.table[key], l.document.Root.Child(key)
		switch {
		case have == nil:
			l.document.Root.put(key, n)
		case have.kind == listNode && n.kind == listNode && isTables(have) && isTables(n):
			have.list = append(have.list, n.list...)
		case have.kind == tableNode && n.kind == tableNode:
			for _, k := range n.keys {
				if first := have.Child(k); first != nil {
					l.duplicate(JoinPath(JoinPath("", key), k), first, n.table[k])
				} else {
					have.put(k, n.table[k])
				}
			}
		default:
			l.duplicate(JoinPath("", key), have, n)
		}
	}
}

// isTables reports whether n is an array of tables.
func isTables(n *Node) bool {
	return !slices.ContainsFunc(n.list, func(e *Node) bool { return e.kind != tableNode })
}

func (l *loader) duplicate(path string, first, second *Node) {
	l.document.diagnostics.add(second.Pos, path, "also defined at %s", first.Pos)
}
