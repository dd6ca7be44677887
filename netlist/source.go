package netlist

import (
	"bytes"
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/BurntSushi/toml"
)

// Limits of a document. The TOML library overflows its stack or takes minutes on
// small hostile texts, so a text is held to these before the library sees it.
// Netlists written by people stay far below all of them (all assumed).
const (
	maxBytes    = 1 << 20  // of a netlist with all its includes
	maxLine     = 64 << 10 // bytes of a line
	maxDepth    = 32       // levels of tables and lists
	maxKeyParts = 16       // of a dotted key
	maxKeyBytes = 128      // of a part of a key
	maxEntries  = 20_000   // parts of keys and list elements of a file
)

// parse reads a TOML text. The file is its name in diagnostics. The first error
// of syntax ends it: what follows could not be understood.
func parse(file string, data []byte) (*Node, error) {
	if d := guard(file, data); d != nil {
		return nil, Diagnostics{*d}
	}
	text := strings.ReplaceAll(string(bytes.TrimPrefix(data, []byte("\ufeff"))), "\r\n", "\n")
	s := scanner{text: text, file: file, line: 1}
	if err := s.document(); err != nil {
		d := Diagnostic{Position: s.here(), Message: err.Error()}
		if e := new(scanError); errors.As(err, &e) {
			d.Path = e.Path
		}
		return nil, Diagnostics{earlier(file, text[:s.start], d)}
	}
	var root map[string]any
	if _, err := toml.Decode(text, &root); err != nil {
		return nil, Diagnostics{libraryError(file, err)}
	}
	s.root.fill(root)
	return s.root, nil
}

// earlier returns what the TOML library finds wrong in the text that passed the
// scan before the error d, or d.
func earlier(file, text string, d Diagnostic) Diagnostic {
	var root map[string]any
	if _, err := toml.Decode(text, &root); err != nil {
		return libraryError(file, err)
	}
	return d
}

// libraryError is a diagnostic for an error of the TOML library, of which only
// the line can be relied on, not the column.
func libraryError(file string, err error) Diagnostic {
	d := Diagnostic{Position: Position{file, 1}, Message: err.Error()}
	if e := (toml.ParseError{}); errors.As(err, &e) {
		d.Line, d.Message = max(1, e.Position.Line), e.Message
		d.Path = e.LastKey
	}
	return d
}

// guard checks the limits that concern bytes and lines.
func guard(file string, data []byte) *Diagnostic {
	refuse := func(line int, message string) *Diagnostic {
		return &Diagnostic{Position{file, line}, "", message}
	}
	if len(data) > maxBytes {
		return refuse(1, "larger than 1 MiB")
	}
	number := 0
	for line := range bytes.Lines(data) {
		number++
		line = bytes.TrimSuffix(bytes.TrimSuffix(line, []byte("\n")), []byte("\r"))
		switch {
		case len(line) > maxLine:
			return refuse(number, "a line longer than 64 KiB")
		case !utf8.Valid(line):
			return refuse(number, "not UTF-8")
		case bytes.ContainsFunc(line, isControl):
			return refuse(number, "a control character")
		}
	}
	return nil
}

// isControl reports whether TOML forbids the character everywhere in a line.
func isControl(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }
