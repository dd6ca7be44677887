package netlist

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// A Position is a line of a file; the line is 0 where there is none, as for a
// value given on the command line.
type Position struct {
	File string
	Line int
}

// String returns "file:line".
func (p Position) String() string {
	if p.Line == 0 {
		return p.File
	}
	return p.File + ":" + strconv.Itoa(p.Line)
}

// A Diagnostic is one thing wrong with a document.
type Diagnostic struct {
	Position
	Path    string // of the key, as "tile[2].in"; empty for the file as a whole
	Message string
}

// String returns "file:line: path: message".
func (d Diagnostic) String() string {
	if d.Path == "" {
		return d.Position.String() + ": " + d.Message
	}
	return d.Position.String() + ": " + d.Path + ": " + d.Message
}

// Diagnostics is all that is wrong with a document, as one error. The functions
// of this package that return it as an error return it sorted by file, line and
// path, without repetition and never empty.
type Diagnostics []Diagnostic

// Error lists the diagnostics, one a line.
func (d Diagnostics) Error() string {
	var b strings.Builder
	for i, e := range d {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(e.String())
	}
	return b.String()
}

// err returns the sorted diagnostics, or nil if there are none.
func (d Diagnostics) err() error {
	if len(d) == 0 {
		return nil
	}
	sorted := slices.Clone(d)
	slices.SortFunc(sorted, compareDiagnostics)
	return slices.Compact(sorted)
}

func compareDiagnostics(a, b Diagnostic) int {
	return cmp.Or(
		cmp.Compare(a.File, b.File),
		cmp.Compare(a.Line, b.Line),
		cmp.Compare(a.Path, b.Path),
		cmp.Compare(a.Message, b.Message),
	)
}

func (d *Diagnostics) add(pos Position, path, format string, args ...any) {
	*d = append(*d, Diagnostic{pos, path, fmt.Sprintf(format, args...)})
}

// quote quotes a user's text for a message, shortened where it is long.
func quote(text string) string {
	const limit = 60
	if len(text) > limit {
		text = strings.ToValidUTF8(text[:limit], "") + "..."
	}
	return strconv.Quote(text)
}
