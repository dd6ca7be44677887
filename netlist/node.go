package netlist

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// A Node is a value of a document and where it stands: a table, a list or a
// scalar.
type Node struct {
	// Pos is where the value's key first appears.
	Pos Position

	kind  nodeKind
	named bool             // a table that a header "[a.b]" names
	value any              // of a scalar: string, int64, float64, bool or a time.Time
	keys  []string         // of a table, in order of appearance
	table map[string]*Node // of a table
	list  []*Node          // of a list
}

type nodeKind uint8

const (
	scalarNode nodeKind = iota
	tableNode
	listNode
)

func newTable(pos Position) *Node {
	return &Node{Pos: pos, kind: tableNode, table: map[string]*Node{}}
}

// Keys returns the keys of a table in order of appearance, nil for other nodes.
func (n *Node) Keys() []string { return n.keys }

// Child returns the value under a key of a table, or nil.
func (n *Node) Child(key string) *Node {
	if n == nil {
		return nil
	}
	return n.table[key]
}

// List returns the elements of a list, nil for other nodes.
func (n *Node) List() []*Node {
	if n == nil {
		return nil
	}
	return n.list
}

// Text returns a scalar as [Document.Set] would take it: a string as it is,
// anything else as in TOML. It is empty for tables, lists and nil.
func (n *Node) Text() string {
	if n == nil || n.kind != scalarNode {
		return ""
	}
	if s, ok := n.value.(string); ok {
		return s
	}
	return formatScalar(n.value)
}

// describe says what a node is, as "a list".
func (n *Node) describe() string {
	switch n.kind {
	case tableNode:
		return "a table"
	case listNode:
		return "a list"
	}
	switch v := n.value.(type) {
	case string:
		return "the text " + quote(v)
	case int64, float64:
		return "the number " + formatScalar(v)
	case bool:
		return formatScalar(v)
	}
	return "a date"
}

// put sets the value under a key of a table.
func (n *Node) put(key string, child *Node) {
	if _, ok := n.table[key]; !ok {
		n.keys = append(n.keys, key)
	}
	n.table[key] = child
}

// remove takes a key out of a table.
func (n *Node) remove(key string) {
	delete(n.table, key)
	if i := slices.Index(n.keys, key); i >= 0 {
		n.keys = slices.Delete(n.keys, i, i+1)
	}
}

// fill gives n the value that the TOML library decoded in its place. Positions
// that n has already are kept; a value without one takes that of its parent.
func (n *Node) fill(v any) {
	switch v := v.(type) {
	case map[string]any:
		if n.kind != tableNode {
			*n = *newTable(n.Pos)
		}
		for key, x := range v {
			child := n.table[key]
			if child == nil {
				child = &Node{Pos: n.Pos}
				n.put(key, child)
			}
			child.fill(x)
		}
	case []map[string]any:
		n.kind = listNode
		for i, x := range v {
			n.element(i).fill(x)
		}
	case []any:
		n.kind = listNode
		for i, x := range v {
			n.element(i).fill(x)
		}
	default:
		n.kind, n.value = scalarNode, v
	}
}

// element returns the i-th element of a list, adding it if it is the next one.
func (n *Node) element(i int) *Node {
	if i == len(n.list) {
		n.list = append(n.list, &Node{Pos: n.Pos})
	}
	return n.list[i]
}

// find returns the element of a list that a part of a path names: by the value
// of its key "name", or by its index.
func (n *Node) find(part string) *Node {
	for _, e := range n.list {
		if name := e.Child("name").Text(); name != "" && name == part {
			return e
		}
	}
	if i, err := strconv.Atoi(part); err == nil && 0 <= i && i < len(n.list) {
		return n.list[i]
	}
	return nil
}

// names returns the values of "name" in the elements of a list.
func (n *Node) names() []string {
	var names []string
	for _, e := range n.list {
		if name := e.Child("name").Text(); name != "" {
			names = append(names, name)
		}
	}
	return names
}

// step returns the node under one part of a path, or nil.
func (n *Node) step(part string) *Node {
	if n.kind == listNode {
		return n.find(part)
	}
	return n.Child(part)
}

// JoinPath returns the path of a key in the table at path: the key after a
// point, quoted unless it is a bare TOML key.
func JoinPath(path, key string) string {
	if !isBareKey(key) {
		key = strconv.Quote(key)
	}
	if path == "" {
		return key
	}
	return path + "." + key
}

// IndexPath returns the path of element i of the list at path: "tile[2]".
func IndexPath(path string, i int) string {
	return path + "[" + strconv.Itoa(i) + "]"
}

// splitPath splits a path such as `tile[2].in`, `tile.hidden1.in` or
// `sweep."transfer.interval"` into its parts.
func splitPath(path string) ([]string, error) {
	var parts []string
	for rest := path; ; {
		part, after, err := cutPart(rest)
		if err != nil {
			return nil, fmt.Errorf("bad path %s: %w", quote(path), err)
		}
		parts = append(parts, part)
		if len(parts) > maxKeyParts {
			return nil, fmt.Errorf("bad path %s: more than %d parts", quote(path), maxKeyParts)
		}
		switch {
		case after == "":
			return parts, nil
		case after[0] == '.':
			rest = after[1:]
		case after[0] == '[':
			rest = after
		default:
			return nil, fmt.Errorf("bad path %s: expected %q, not %q", quote(path), ".", after[:1])
		}
	}
}

// cutPart splits the first part off a path.
func cutPart(path string) (part, rest string, err error) {
	switch {
	case path == "":
		return "", "", fmt.Errorf("a part is empty")
	case path[0] == '"':
		quoted, err := strconv.QuotedPrefix(path)
		if err != nil {
			return "", "", fmt.Errorf("a quote is not closed")
		}
		part, err = strconv.Unquote(quoted)
		return part, path[len(quoted):], err
	case path[0] == '[':
		i := strings.IndexByte(path, ']')
		if i < 0 || digits(path[1:]) != i-1 || i == 1 {
			return "", "", fmt.Errorf("expected an index such as [2]")
		}
		return path[1:i], path[i+1:], nil
	}
	i := strings.IndexAny(path, ".[")
	if i < 0 {
		i = len(path)
	}
	switch part = path[:i]; {
	case part == "":
		return "", "", fmt.Errorf("a part is empty")
	case !isBareKey(part):
		return "", "", fmt.Errorf("%s is not a key", quote(part))
	}
	return part, path[i:], nil
}

// isBareKey reports whether TOML takes the key without quotes.
func isBareKey(key string) bool {
	for i := range len(key) {
		if !isBare(key[i]) {
			return false
		}
	}
	return key != ""
}

func isBare(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-' || c == '_'
}
