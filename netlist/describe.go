package netlist

import (
	"reflect"
	"strings"
)

// A Parameter is what is known of a key: for documentation and for lists of what
// a user may set.
type Parameter struct {
	Key      string   // of a table within: "storage.leak-tau"; "NAME" and "[]" stand for names and indices
	Type     string   // "number", "time", "whole number", "text", "truth value", "any"; "list of" such
	Unit     string   // SI unit of a number; "" for plain numbers
	Range    string   // as "(0 F, 1 nF]"; "" for all finite numbers
	Default  string   // as written in a document
	Choices  []string // of a text
	Required bool     // it has no default
	Source   string   // of the default, where energy and area depend on it
}

// Describe lists the parameters of a struct, or of what it points to, in the
// order of its fields.
func Describe(spec any) []Parameter {
	t := reflect.TypeOf(spec)
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return describe(nil, t, "")
}

func describe(to []Parameter, t reflect.Type, path string) []Parameter {
	for _, f := range fieldsOf(t) {
		at := path + f.Key
		if f.Key == restKey {
			at = path + "NAME"
		}
		inner := f.Type
		switch {
		case inner == nodeType:
			to = append(to, Parameter{Key: at, Type: "any"})
			continue
		case f.isScalar():
			to = append(to, f.describe(at))
			continue
		case inner.Kind() == reflect.Map:
			if inner, at = inner.Elem(), strings.TrimSuffix(at, "NAME"); f.Key != restKey {
				at += "."
			}
			at += "NAME"
		case inner.Kind() == reflect.Slice:
			inner, at = inner.Elem(), at+"[]"
		}
		if inner.Kind() == reflect.Pointer && inner != nodeType {
			inner = inner.Elem()
		}
		if inner == nodeType {
			to = append(to, Parameter{Key: at, Type: "any"})
			continue
		}
		to = describe(to, inner, at+".")
	}
	return to
}

func (f *field) describe(key string) Parameter {
	p := Parameter{
		Key: key, Type: typeName(f.elem()), Unit: f.Unit, Range: f.Range.format(f.Unit),
		Default: f.Default, Choices: f.Choices, Required: !f.Optional, Source: f.Source,
	}
	if f.isList() {
		p.Type = "list of " + p.Type + "s"
	}
	return p
}

func typeName(t reflect.Type) string {
	switch {
	case t == timeType:
		return "time"
	case isInteger(t):
		return "whole number"
	case t.Kind() == reflect.Bool:
		return "truth value"
	case t.Kind() == reflect.String:
		return "text"
	}
	return "number"
}
