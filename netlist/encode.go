package netlist

import (
	"bytes"
	"fmt"
	"maps"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"engram/circuit"
)

// Encode returns the TOML text of the table at a path (empty for the top level)
// that [Document.Decode] reads back as the same struct: every key in the order
// of the fields, defaults included, tables after the keys of the table around
// them, maps in the order of their keys. Nil pointers, empty lists of tables and
// empty maps are left out. The struct is given by value or by pointer.
func Encode(path string, spec any) []byte {
	var e encoder
	e.table(path, reflect.Indirect(reflect.ValueOf(spec)), path != "")
	return bytes.TrimLeft(e.out.Bytes(), "\n")
}

type encoder struct{ out bytes.Buffer }

// table writes a struct, under a header if it is to have one.
func (e *encoder) table(path string, v reflect.Value, header bool) {
	if header {
		fmt.Fprintf(&e.out, "\n[%s]\n", path)
	}
	var later []field
	for _, f := range fieldsOf(v.Type()) {
		if x := v.FieldByIndex(f.Index); f.isScalar() {
			fmt.Fprintf(&e.out, "%s = %s\n", JoinPath("", f.Key), f.format(x))
		} else if !e.inline(&f, x) {
			later = append(later, f)
		}
	}
	for _, f := range later {
		e.tables(JoinPath(path, f.Key), &f, v.FieldByIndex(f.Index))
	}
}

// inline writes the nodes of a field that are not tables of their own, and
// reports whether that was all of it.
func (e *encoder) inline(f *field, v reflect.Value) bool {
	switch x := v.Interface().(type) {
	case *Node:
		if x != nil {
			fmt.Fprintf(&e.out, "%s = %s\n", JoinPath("", f.Key), x.toml())
		}
		return true
	case map[string]*Node:
		if f.Key != restKey {
			return false
		}
		for _, key := range slices.Sorted(maps.Keys(x)) {
			fmt.Fprintf(&e.out, "%s = %s\n", JoinPath("", key), x[key].toml())
		}
		return true
	}
	return false
}

// tables writes a field that holds tables.
func (e *encoder) tables(path string, f *field, v reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		e.table(path, v, true)
	case reflect.Pointer:
		if !v.IsNil() {
			e.table(path, v.Elem(), true)
		}
	case reflect.Slice:
		for i := range v.Len() {
			fmt.Fprintf(&e.out, "\n[[%s]]\n", path)
			e.table(path, v.Index(i), false)
		}
	case reflect.Map:
		for _, key := range slices.SortedFunc(slices.Values(v.MapKeys()), func(a, b reflect.Value) int {
			return strings.Compare(a.String(), b.String())
		}) {
			e.entry(path, key.String(), v.MapIndex(key))
		}
	default:
		panic(fmt.Sprintf("netlist: field of type %v for key %q", f.Type, f.Key))
	}
}

// entry writes one entry of a map.
func (e *encoder) entry(path, key string, v reflect.Value) {
	n, ok := v.Interface().(*Node)
	if !ok {
		e.tables(JoinPath(path, key), &field{Type: v.Type(), Key: key}, v)
		return
	}
	fmt.Fprintf(&e.out, "\n[%s]\n", JoinPath(path, key))
	for _, k := range n.keys {
		fmt.Fprintf(&e.out, "%s = %s\n", JoinPath("", k), n.table[k].toml())
	}
}

// format writes the value of a scalar field or of a list of scalars in TOML.
func (f *field) format(v reflect.Value) string {
	if v.Kind() == reflect.Slice {
		elems := make([]string, v.Len())
		for i := range elems {
			elems[i] = f.format(v.Index(i))
		}
		return "[" + strings.Join(elems, ", ") + "]"
	}
	switch {
	case v.Type() == timeType:
		return strconv.Quote(formatTime(circuit.Time(v.Int())))
	case v.Kind() == reflect.Float64:
		if f.Unit == "" || f.Unit == AnyUnit {
			return formatScalar(v.Float())
		}
		return strconv.Quote(FormatQuantity(v.Float(), f.Unit))
	case v.Kind() == reflect.String:
		return quoteTOML(v.String())
	}
	return fmt.Sprint(v.Interface())
}

// formatTime writes a time exactly: its picoseconds in decimal, with the prefix
// that leaves one to three whole digits.
func formatTime(t circuit.Time) string {
	text := strconv.FormatInt(int64(t), 10)
	v, err := shift(text, -12)
	if err == nil {
		s := FormatQuantity(v, "s")
		if x, err := ParseQuantity(s, "s"); err == nil {
			if back, err := circuit.FromSeconds(x); err == nil && back == t {
				return s
			}
		}
	}
	return text + " ps"
}

// toml writes a node in one line.
func (n *Node) toml() string {
	switch n.kind {
	case listNode:
		elems := make([]string, len(n.list))
		for i, e := range n.list {
			elems[i] = e.toml()
		}
		return "[" + strings.Join(elems, ", ") + "]"
	case tableNode:
		pairs := make([]string, len(n.keys))
		for i, k := range n.keys {
			pairs[i] = JoinPath("", k) + " = " + n.table[k].toml()
		}
		return "{" + strings.Join(pairs, ", ") + "}"
	}
	if s, ok := n.value.(string); ok {
		return quoteTOML(s)
	}
	return formatScalar(n.value)
}

// formatScalar writes a number, a truth value or a date in TOML.
func formatScalar(v any) string {
	switch v := v.(type) {
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return strings.ToLower(strings.TrimPrefix(strconv.FormatFloat(v, 'g', -1, 64), "+"))
		}
		s := strconv.FormatFloat(v, 'g', -1, 64)
		if !strings.ContainsAny(s, ".e") {
			s += ".0"
		}
		return s
	case time.Time:
		return v.Format(time.RFC3339Nano)
	}
	return fmt.Sprint(v)
}

// quoteTOML quotes a text as a basic string of TOML.
func quoteTOML(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r < ' ' || r == 0x7f:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}
