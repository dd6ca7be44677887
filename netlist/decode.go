package netlist

import (
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"

	"engram/circuit"
)

// Decode fills the struct that dst points to from the table at a path (empty for
// the whole document) and reports whether nothing was wrong. All that is wrong
// is left in the document, under the path of the key that it concerns: unknown
// and missing keys, other types, wrong or missing units, values out of range or
// not finite. An absent table decodes as an empty one.
//
// The tags of a field say what it takes:
//
//	key      the key; "*" on a map[string]*Node takes all keys left over,
//	         ",inline" on a struct takes its fields as if they stood here,
//	         as an embedded struct does without a tag
//	unit     the SI unit of a number; absent or "" for plain numbers,
//	         "*" ([AnyUnit]) for a quantity of any unit
//	range    an interval in that unit, as "(0,1e-9]"; infinity only where the
//	         interval includes it, NaN never
//	default  what an absent key stands for, written as in a document;
//	         a list separates its elements by commas. Without, the key is
//	         required (unless it holds tables)
//	oneof    the texts allowed, as "blocking|interleaved"
//
// Fields are float64, int, int64, uint64, bool and string types,
// [circuit.Time] (whole picoseconds, unit "s"), lists of these, structs (tables),
// pointers to structs (tables that may be absent: nil), lists of structs (arrays
// of tables; the key "name", if the struct has it, names each uniquely), maps
// from string to struct (tables whose keys are names given by the user) and
// *[Node], which takes any value as it is. Fields without a key are left alone.
//
// It panics if dst is not a pointer to a struct of such fields.
func (d *Document) Decode(path string, dst any) bool {
	v := reflect.ValueOf(dst)
	if v.Kind() != reflect.Pointer || v.Elem().Kind() != reflect.Struct {
		panic(fmt.Sprintf("netlist: Decode into a %T", dst))
	}
	before := len(d.diagnostics)
	n := d.Find(path)
	if n == nil {
		n = newTable(d.Position(path))
	}
	dec := decoder{&d.diagnostics}
	dec.table(n, path, v.Elem())
	return len(d.diagnostics) == before
}

type decoder struct{ diagnostics *Diagnostics }

func (d decoder) errorf(n *Node, path, format string, args ...any) {
	d.diagnostics.add(n.Pos, path, format, args...)
}

// table fills a struct from a table.
func (d decoder) table(n *Node, path string, v reflect.Value) {
	if n.kind != tableNode {
		d.errorf(n, path, "is %s; expected a table", n.describe())
		return
	}
	fields := fieldsOf(v.Type())
	known := map[string]bool{}
	var rest *field
	for i := range fields {
		f := &fields[i]
		if f.Key == restKey {
			rest = f
			continue
		}
		known[f.Key] = true
		at := JoinPath(path, f.Key)
		if child := n.Child(f.Key); child != nil {
			d.value(child, at, f, v.FieldByIndex(f.Index))
		} else {
			d.absent(n, at, f, v.FieldByIndex(f.Index))
		}
	}
	var left map[string]*Node
	for _, key := range n.keys {
		switch {
		case known[key]:
		case rest == nil:
			d.errorf(n.table[key], JoinPath(path, key), "unknown key%s", suggest(key, fieldKeys(fields)))
		default:
			if left == nil {
				left = map[string]*Node{}
			}
			left[key] = n.table[key]
		}
	}
	if rest != nil {
		v.FieldByIndex(rest.Index).Set(reflect.ValueOf(left))
	}
}

// absent gives a field whose key is not in the table n its default.
func (d decoder) absent(n *Node, path string, f *field, v reflect.Value) {
	switch {
	case f.isScalar() && f.Optional:
		f.setDefault(v)
	case f.isScalar():
		d.errorf(n, path, "missing; expected %s", f.expected())
	case v.Kind() == reflect.Struct:
		d.table(newTable(n.Pos), path, v)
	default:
		v.SetZero()
	}
}

// setDefault sets a field to the default in its tag.
func (f *field) setDefault(v reflect.Value) {
	if !f.isList() {
		f.mustParse(f.Default, v)
		return
	}
	v.SetZero()
	if f.Default == "" {
		return
	}
	for text := range strings.SplitSeq(f.Default, ",") {
		e := reflect.New(v.Type().Elem()).Elem()
		f.mustParse(strings.TrimSpace(text), e)
		v.Set(reflect.Append(v, e))
	}
}

func (f *field) mustParse(text string, v reflect.Value) {
	if err := f.setScalar(defaultValue(text, v.Type()), v); err != nil {
		panic(fmt.Sprintf("netlist: default of key %q: %v", f.Key, err))
	}
}

// defaultValue is a default as the TOML library would have decoded it.
func defaultValue(text string, t reflect.Type) any {
	switch {
	case t.Kind() == reflect.Bool:
		if b, err := strconv.ParseBool(text); err == nil {
			return b
		}
	case isInteger(t):
		if i, err := strconv.ParseInt(text, 10, 64); err == nil {
			return i
		}
	}
	return text
}

// value fills a field from the value n of its key.
func (d decoder) value(n *Node, path string, f *field, v reflect.Value) {
	switch t := f.Type; {
	case t == nodeType:
		v.Set(reflect.ValueOf(n))
	case t.Kind() == reflect.Struct:
		d.table(n, path, v)
	case t.Kind() == reflect.Pointer:
		v.Set(reflect.New(t.Elem()))
		d.table(n, path, v.Elem())
	case t.Kind() == reflect.Map:
		d.named(n, path, v)
	case t.Kind() == reflect.Slice:
		d.list(n, path, f, v)
	default:
		d.scalar(n, path, f, v)
	}
}

func (d decoder) scalar(n *Node, path string, f *field, v reflect.Value) {
	if n.kind != scalarNode {
		d.errorf(n, path, "is %s; expected %s", n.describe(), f.expected())
		return
	}
	if err := f.setScalar(n.value, v); err != nil {
		d.errorf(n, path, "%v", err)
	}
}

// list fills a slice from a list.
func (d decoder) list(n *Node, path string, f *field, v reflect.Value) {
	if n.kind != listNode {
		d.errorf(n, path, "is %s; expected a list", n.describe())
		return
	}
	v.Set(reflect.MakeSlice(v.Type(), len(n.list), len(n.list)))
	for i, e := range n.list {
		switch elem := v.Type().Elem(); {
		case elem == nodeType:
			v.Index(i).Set(reflect.ValueOf(e))
		case elem.Kind() == reflect.Struct:
			d.table(e, IndexPath(path, i), v.Index(i))
		default:
			d.scalar(e, IndexPath(path, i), f, v.Index(i))
		}
	}
	if v.Type().Elem().Kind() == reflect.Struct && hasName(v.Type().Elem()) {
		d.unique(n, path)
	}
}

func hasName(t reflect.Type) bool {
	for _, f := range fieldsOf(t) {
		if f.Key == "name" && f.Type.Kind() == reflect.String {
			return true
		}
	}
	return false
}

// unique checks the names of the elements of an array of tables.
func (d decoder) unique(n *Node, path string) {
	first := map[string]*Node{}
	for i, e := range n.list {
		node := e.Child("name")
		name := node.Text()
		if name == "" {
			continue
		}
		at := IndexPath(path, i) + ".name"
		if other := first[name]; other != nil {
			d.errorf(node, at, "duplicate name %s, first at %s", quote(name), other.Pos)
			continue
		}
		first[name] = node
		d.name(node, at, name)
	}
}

// named fills a map from a table whose keys are the user's names.
func (d decoder) named(n *Node, path string, v reflect.Value) {
	if n.kind != tableNode {
		d.errorf(n, path, "is %s; expected a table", n.describe())
		return
	}
	v.Set(reflect.MakeMap(v.Type()))
	for i, key := range n.keys {
		child, at := n.table[key], JoinPath(path, key)
		if child.kind == tableNode && child.Pos.File == SetFile && i > 0 {
			d.errorf(child, at, "there is no %s%s", quote(key), suggest(key, n.keys[:i]))
			continue
		}
		d.name(child, at, key)
		e := reflect.New(v.Type().Elem()).Elem()
		d.value(child, at, &field{Type: e.Type(), Key: key, Range: everything}, e)
		v.SetMapIndex(reflect.ValueOf(key), e)
	}
}

// name checks a name given by the user.
func (d decoder) name(n *Node, path, name string) {
	if !isBareKey(name) {
		d.errorf(n, path, "%s is not a name; expected letters, digits, - and _", quote(name))
	}
}

// setScalar sets v to a value as the TOML library decodes it: a string, an
// int64, a float64, a bool or a date.
func (f *field) setScalar(value any, v reflect.Value) error {
	switch {
	case v.Kind() == reflect.String:
		return f.setText(value, v)
	case v.Kind() == reflect.Bool:
		b, ok := value.(bool)
		if !ok {
			return f.mismatch(value)
		}
		v.SetBool(b)
	case isInteger(v.Type()):
		return f.setInteger(value, v)
	case v.Type() == timeType || v.Kind() == reflect.Float64:
		x, err := f.number(value)
		if err != nil {
			return err
		}
		return setNumber(x, v)
	default:
		panic(fmt.Sprintf("netlist: field of type %v for key %q", v.Type(), f.Key))
	}
	return nil
}

func setNumber(x float64, v reflect.Value) error {
	if v.Type() != timeType {
		v.SetFloat(x)
		return nil
	}
	t, err := circuit.FromSeconds(x)
	if err != nil {
		return fmt.Errorf("is off the clock's grid: %w", err)
	}
	v.SetInt(int64(t))
	return nil
}

func (f *field) mismatch(value any) error {
	return fmt.Errorf("is %s; expected %s", (&Node{value: value}).describe(), f.expected())
}

func (f *field) setText(value any, v reflect.Value) error {
	s, ok := value.(string)
	if !ok {
		return f.mismatch(value)
	}
	v.SetString(s)
	for _, c := range f.Choices {
		if s == c {
			return nil
		}
	}
	if len(f.Choices) == 0 {
		return nil
	}
	return fmt.Errorf("%s is not %s%s", quote(s), f.expected(), suggest(s, f.Choices))
}

func (f *field) setInteger(value any, v reflect.Value) error {
	i, ok := value.(int64)
	switch {
	case !ok:
		return f.mismatch(value)
	case v.Kind() == reflect.Uint64 && i < 0:
		return fmt.Errorf("%d is negative; expected a whole number from 0", i)
	case !f.Range.contains(float64(i)):
		return fmt.Errorf("%d is out of range; expected %s", i, f.Range.format(f.Unit))
	case v.Kind() == reflect.Uint64:
		v.SetUint(uint64(i))
	default:
		v.SetInt(i)
	}
	return nil
}

// number returns the value of a quantity or a plain number within the range.
func (f *field) number(value any) (float64, error) {
	var x float64
	switch value := value.(type) {
	case string:
		var err error
		if x, err = ParseQuantity(value, f.Unit); err != nil {
			return 0, err
		}
	case int64:
		x = float64(value)
	case float64:
		x = value
	default:
		return 0, f.mismatch(value)
	}
	if _, ok := value.(string); !ok && f.Unit != "" && f.Unit != AnyUnit {
		return 0, fmt.Errorf("%s has no unit; expected %s", formatScalar(value), f.expected())
	}
	if math.IsNaN(x) || !f.Range.contains(x) || math.IsInf(x, 0) && f.Range == everything {
		return 0, f.outside(x)
	}
	return x, nil
}

func (f *field) outside(x float64) error {
	want := f.Range.format(f.Unit)
	if want == "" {
		want = "a finite number"
	}
	return fmt.Errorf("%s is out of range; expected %s", FormatQuantity(x, f.Unit), want)
}
