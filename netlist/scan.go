package netlist

import (
	"errors"
	"fmt"
	"strings"
)

// A scanner reads the structure of a TOML text in one pass, without recursion
// deeper than maxDepth: which keys, tables and lists there are and on which
// lines. It leaves the meaning of scalars, and the finer rules of what may be
// defined twice, to the TOML library, which sees only texts that pass. So it
// must not accept a structure that it does not understand.
type scanner struct {
	text string
	file string
	pos  int // in text
	line int // of pos, from 1

	root    *Node
	current *Node  // the table of the last header
	path    string // of current, for messages
	depth   int    // of current
	start   int    // where in text the current key or header starts
	entries int    // parts of keys and list elements so far
}

// A scanError stops a scan at the scanner's position.
type scanError struct {
	Path    string
	Message string
}

func (e *scanError) Error() string { return e.Message }

func errorf(format string, args ...any) error {
	return &scanError{Message: fmt.Sprintf(format, args...)}
}

// document scans the whole text.
func (s *scanner) document() error {
	s.root = newTable(Position{s.file, 1})
	s.current = s.root
	for {
		s.blank()
		if s.pos == len(s.text) {
			return nil
		}
		s.start = s.pos
		if s.peek() == '[' {
			if err := s.header(); err != nil {
				return err
			}
		} else if err := s.keyValue(s.current, s.depth); err != nil {
			return within(s.path, err)
		}
		if err := s.endOfLine(); err != nil {
			return err
		}
	}
}

// header scans "[a.b]" or "[[a.b]]".
func (s *scanner) header() error {
	s.pos++
	array := s.take('[')
	parts, err := s.key()
	if err != nil {
		return err
	}
	closing := "]"
	if array {
		closing = "]]"
	}
	if !strings.HasPrefix(s.text[s.pos:], closing) {
		return errorf("expected %q after the name of the table, not %s", closing, s.found())
	}
	s.pos += len(closing)
	n, err := s.descend(s.root, parts[:len(parts)-1])
	if err != nil {
		return err
	}
	last := parts[len(parts)-1]
	child := n.Child(last)
	switch {
	case child == nil && array:
		child = &Node{Pos: s.here(), kind: listNode}
		n.put(last, child)
	case child == nil:
		child = newTable(s.here())
		n.put(last, child)
	case array && child.kind != listNode, !array && (child.kind != tableNode || child.named):
		return s.redefined(parts, child)
	}
	child.named = true
	if array {
		child.list = append(child.list, newTable(s.here()))
		child = child.list[len(child.list)-1]
	}
	s.current, s.depth, s.path = child, len(parts), joinParts(parts)
	return s.count(len(parts))
}

// keyValue scans `a.b = value` into a table, depth levels below the root.
func (s *scanner) keyValue(n *Node, depth int) error {
	pos := s.here()
	parts, err := s.key()
	if err != nil {
		return err
	}
	if !s.take('=') {
		return errorf("expected \"=\" after the key %s", quote(joinParts(parts)))
	}
	if n, err = s.descend(n, parts[:len(parts)-1]); err != nil {
		return err
	}
	last := parts[len(parts)-1]
	if child := n.Child(last); child != nil {
		return s.redefined(parts, child)
	}
	child := &Node{Pos: pos}
	n.put(last, child)
	if err := s.count(len(parts)); err != nil {
		return err
	}
	s.spaces()
	if err := s.value(child, depth+len(parts)); err != nil {
		return within(joinParts(parts), err)
	}
	return nil
}

// descend returns the table that the parts of a key lead to from n, making the
// tables on the way. In a list, it is the last element.
func (s *scanner) descend(n *Node, parts []string) (*Node, error) {
	for i, part := range parts {
		child := n.Child(part)
		if child == nil {
			child = newTable(s.here())
			n.put(part, child)
		}
		if child.kind == listNode && len(child.list) > 0 {
			child = child.list[len(child.list)-1]
		}
		if child.kind != tableNode {
			return nil, s.redefined(parts[:i+1], child)
		}
		n = child
	}
	return n, nil
}

func (s *scanner) redefined(parts []string, first *Node) error {
	return &scanError{joinParts(parts), fmt.Sprintf("defined twice; first on line %d", first.Pos.Line)}
}

// within puts the path of a table, or of a list element, in front of that of an
// error in it, if it has one.
func within(path string, err error) error {
	if e := new(scanError); errors.As(err, &e) && e.Path != "" && path != "" {
		if e.Path[0] != '[' {
			path += "."
		}
		e.Path = path + e.Path
	}
	return err
}

func joinParts(parts []string) string {
	path := ""
	for _, part := range parts {
		path = JoinPath(path, part)
	}
	return path
}

// key scans the parts of a dotted key and the blanks behind it.
func (s *scanner) key() ([]string, error) {
	var parts []string
	for {
		s.spaces()
		part, err := s.keyPart()
		if err != nil {
			return nil, err
		}
		if parts = append(parts, part); len(parts) > maxKeyParts {
			return nil, errorf("a key of more than %d parts", maxKeyParts)
		}
		s.spaces()
		if !s.take('.') {
			return parts, nil
		}
	}
}

func (s *scanner) keyPart() (string, error) {
	start := s.pos
	if q := s.peek(); q == '"' || q == '\'' {
		end := strings.IndexAny(s.text[start+1:], string(q)+"\n")
		if end < 0 || s.text[start+1+end] != q {
			return "", errorf("a quoted key is not closed")
		}
		s.pos += end + 2
		part := s.text[start+1 : s.pos-1]
		if strings.ContainsRune(part, '\\') {
			return "", errorf("a backslash in a key")
		}
		return part, s.checkPart(part)
	}
	for s.pos < len(s.text) && isBare(s.text[s.pos]) {
		s.pos++
	}
	if s.pos == start {
		return "", errorf("expected a key, not %s", s.found())
	}
	return s.text[start:s.pos], s.checkPart(s.text[start:s.pos])
}

func (s *scanner) checkPart(part string) error {
	if len(part) > maxKeyBytes {
		return errorf("a key of more than %d bytes", maxKeyBytes)
	}
	return nil
}

// value scans a value into n; depth is its number of levels below the root.
func (s *scanner) value(n *Node, depth int) error {
	if depth > maxDepth {
		return errorf("nested more than %d deep", maxDepth)
	}
	switch s.peek() {
	case '"', '\'':
		return s.quoted()
	case '[':
		return s.array(n, depth)
	case '{':
		return s.inlineTable(n, depth)
	}
	start := s.pos
	for s.pos < len(s.text) && isScalar(s.text[s.pos]) {
		s.pos++
	}
	if s.pos == start {
		return errorf("expected a value, not %s", s.found())
	}
	return nil
}

// isScalar reports whether c may be part of a number, a truth value or a date.
func isScalar(c byte) bool {
	return isBare(c) || c == '+' || c == '.' || c == ':' || c == ' ' || c == '\t'
}

func (s *scanner) array(n *Node, depth int) error {
	n.kind = listNode
	s.pos++
	for {
		s.blank()
		if s.take(']') {
			return nil
		}
		e := &Node{Pos: s.here()}
		n.list = append(n.list, e)
		if err := s.count(1); err != nil {
			return err
		}
		if err := s.value(e, depth+1); err != nil {
			return within(IndexPath("", len(n.list)-1), err)
		}
		s.blank()
		if !s.take(',') && s.peek() != ']' {
			return errorf("expected \",\" or \"]\" in a list, not %s", s.found())
		}
	}
}

func (s *scanner) inlineTable(n *Node, depth int) error {
	*n = *newTable(n.Pos)
	s.pos++
	for {
		s.blank()
		if s.take('}') {
			return nil
		}
		if err := s.keyValue(n, depth); err != nil {
			return err
		}
		s.blank()
		if !s.take(',') && s.peek() != '}' {
			return errorf("expected \",\" or \"}\" in a table, not %s", s.found())
		}
	}
}

// quoted scans a string of any of the four kinds.
func (s *scanner) quoted() error {
	quote := s.text[s.pos : s.pos+1]
	if triple := strings.Repeat(quote, 3); strings.HasPrefix(s.text[s.pos:], triple) {
		return s.multiline(triple)
	}
	for s.pos++; s.pos < len(s.text) && s.peek() != '\n'; s.pos++ {
		switch c := s.peek(); {
		case c == quote[0]:
			s.pos++
			return nil
		case c == '\\' && quote == `"` && !strings.HasPrefix(s.text[s.pos+1:], "\n"):
			s.pos = min(s.pos+1, len(s.text)-1)
		}
	}
	return errorf("a string is not closed")
}

func (s *scanner) multiline(quote string) error {
	start := s.line
	s.pos += len(quote)
	for s.pos < len(s.text) {
		switch {
		case strings.HasPrefix(s.text[s.pos:], quote):
			s.pos += len(quote)
			// Up to two quotes of the text may touch the closing ones.
			for range 2 {
				s.take(quote[0])
			}
			return nil
		case s.peek() == '\\' && quote[0] == '"' && s.pos+1 < len(s.text) && s.text[s.pos+1] != '\n':
			s.pos++
		case s.peek() == '\n':
			s.line++
		}
		s.pos++
	}
	s.line = start
	return errorf("a string is not closed")
}

// endOfLine scans what may follow a value or a header on its line.
func (s *scanner) endOfLine() error {
	s.spaces()
	s.comment()
	if s.pos < len(s.text) && s.peek() != '\n' {
		return errorf("expected the end of the line, not %s", s.found())
	}
	return nil
}

// blank skips blanks, comments and line ends.
func (s *scanner) blank() {
	for {
		s.spaces()
		s.comment()
		if !s.take('\n') {
			return
		}
		s.line++
	}
}

func (s *scanner) spaces() {
	for s.pos < len(s.text) && (s.text[s.pos] == ' ' || s.text[s.pos] == '\t') {
		s.pos++
	}
}

func (s *scanner) comment() {
	if s.peek() != '#' {
		return
	}
	if i := strings.IndexByte(s.text[s.pos:], '\n'); i >= 0 {
		s.pos += i
	} else {
		s.pos = len(s.text)
	}
}

// count counts keys and list elements against their limit.
func (s *scanner) count(n int) error {
	if s.entries += n; s.entries > maxEntries {
		return errorf("more than %d keys and list elements", maxEntries)
	}
	return nil
}

// peek returns the next byte, or 0 at the end; the text holds no NUL.
func (s *scanner) peek() byte {
	if s.pos < len(s.text) {
		return s.text[s.pos]
	}
	return 0
}

// take skips the next byte if it is c.
func (s *scanner) take(c byte) bool {
	if s.pos < len(s.text) && s.text[s.pos] == c {
		s.pos++
		return true
	}
	return false
}

func (s *scanner) here() Position { return Position{s.file, s.line} }

// found names what stands at the scanner's position, for a message.
func (s *scanner) found() string {
	switch c := s.peek(); {
	case s.pos == len(s.text):
		return "the end of the file"
	case c == '\n':
		return "the end of the line"
	}
	for _, r := range s.text[s.pos:] {
		return quote(string(r))
	}
	return ""
}
