package netlist

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"

	"engram/circuit"
)

// A field is a struct field that a key of a table fills.
type field struct {
	Index    []int // for reflect.Value.FieldByIndex
	Type     reflect.Type
	Key      string
	Unit     string
	Range    bounds
	Default  string
	Optional bool // it has a default
	Choices  []string
	Source   string // of the default: who says so, or "assumed"
}

// restKey marks the map that takes the keys no other field takes.
const restKey = "*"

var (
	nodeType = reflect.TypeFor[*Node]()
	timeType = reflect.TypeFor[circuit.Time]()
)

// fieldsOf returns the fields of a struct in order, those of embedded structs
// and of fields with the key ",inline" in their place. The tags are the
// programmer's, so it panics where they make no sense.
func fieldsOf(t reflect.Type) []field {
	var fields []field
	for i := range t.NumField() {
		f := t.Field(i)
		key, tagged := f.Tag.Lookup("key")
		switch {
		case f.Type.Kind() == reflect.Struct && (f.Anonymous && !tagged || key == ",inline"):
			for _, inner := range fieldsOf(f.Type) {
				inner.Index = append([]int{i}, inner.Index...)
				fields = append(fields, inner)
			}
		case tagged && f.IsExported():
			fields = append(fields, newField(f, i, key))
		}
	}
	return fields
}

func newField(f reflect.StructField, index int, key string) field {
	out := field{
		Index: []int{index}, Type: f.Type, Key: key,
		Unit: f.Tag.Get("unit"), Range: everything, Source: f.Tag.Get("source"),
	}
	out.Default, out.Optional = f.Tag.Lookup("default")
	if text, ok := f.Tag.Lookup("oneof"); ok {
		out.Choices = strings.Split(text, "|")
	}
	if text, ok := f.Tag.Lookup("range"); ok {
		b, err := parseBounds(text)
		if err != nil {
			panic(fmt.Sprintf("netlist: field %s: %v", f.Name, err))
		}
		out.Range = b
	}
	return out
}

// fieldKeys returns the keys of the fields, for suggestions.
func fieldKeys(fields []field) []string {
	var keys []string
	for _, f := range fields {
		if f.Key != restKey {
			keys = append(keys, f.Key)
		}
	}
	return keys
}

// elem is the type of the field's values: that of its elements for a list.
func (f *field) elem() reflect.Type {
	if f.Type.Kind() == reflect.Slice {
		return f.Type.Elem()
	}
	return f.Type
}

// isScalar reports whether the field holds one value or a list of such.
func (f *field) isScalar() bool {
	switch f.elem().Kind() {
	case reflect.Struct, reflect.Pointer, reflect.Map:
		return false
	}
	return true
}

// expected says what the field takes, for messages.
func (f *field) expected() string {
	t := f.elem()
	what := expected(f.Unit)
	switch {
	case f.Unit == AnyUnit:
		what = "a quantity or a plain number"
	case len(f.Choices) > 0:
		what = "one of " + strings.Join(f.Choices, ", ")
	case t.Kind() == reflect.String:
		what = "a text"
	case t.Kind() == reflect.Bool:
		what = "true or false"
	case isInteger(t):
		what = "a whole number"
	}
	if f.isList() {
		return "a list, each " + what
	}
	return what
}

func (f *field) isList() bool { return f.Type.Kind() == reflect.Slice }

func isInteger(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Int, reflect.Int64, reflect.Uint64:
		return t != timeType
	}
	return false
}

// bounds is an interval.
type bounds struct {
	low, high         float64
	openLow, openHigh bool
}

var everything = bounds{low: math.Inf(-1), high: math.Inf(1)}

// parseBounds reads an interval such as "(0,1e-9]" or "[0,inf)"; its ends are in
// the SI unit.
func parseBounds(text string) (bounds, error) {
	var b bounds
	var open, end byte
	if n, err := fmt.Sscanf(text, "%c%g,%g%c", &open, &b.low, &b.high, &end); n != 4 || err != nil ||
		!slices.Contains([]byte("(["), open) || !slices.Contains([]byte(")]"), end) || !(b.low <= b.high) {
		return b, fmt.Errorf("bad range %q", text)
	}
	b.openLow, b.openHigh = open == '(', end == ')'
	return b, nil
}

func (b bounds) contains(v float64) bool {
	return (v > b.low || v == b.low && !b.openLow) && (v < b.high || v == b.high && !b.openHigh)
}

// format writes the interval with its ends in a unit; "" if it is everything.
func (b bounds) format(unit string) string {
	if b == everything {
		return ""
	}
	open, end := "[", "]"
	if b.openLow {
		open = "("
	}
	if b.openHigh {
		end = ")"
	}
	return open + FormatQuantity(b.low, unit) + ", " + FormatQuantity(b.high, unit) + end
}
