package netlist

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"reflect"
	"slices"
	"strings"
)

// An Assumption is a parameter that energy or area follows from, with what is
// said of its source.
type Assumption struct {
	Path   string `json:"path"` // "adc.adc.bits"; "layer[].route-energy" is that of all layers; "activity.steps" of all tiles
	Value  string `json:"value"`
	Source string `json:"source"` // of the value, or that the netlist sets it
	// Elasticity is the relative change of the energy per example over that
	// of the parameter: 1 where they are proportional. It is a difference of
	// 1 % downwards, or of 1 for whole numbers.
	Elasticity float64 `json:"elasticity"`
	// Change is the relative change of the energy per example when the
	// parameter falls by a tenth, or by 1 for whole numbers.
	Change float64 `json:"change"`
	Whole  bool    `json:"whole_number,omitempty"`
}

// Step says what Change is for: "a tenth less".
func (s *Assumption) Step() string {
	if s.Whole {
		return "one less"
	}
	return "a tenth less"
}

// Assumptions lists every parameter of n and of the activities that has a
// source, with the sensitivity of the estimated energy per example, the most
// sensitive first.
func Assumptions(n *Netlist, a Activities) ([]Assumption, error) {
	base, err := estimatePerExample(n, a)
	if err != nil {
		return nil, err
	}
	var all []Assumption
	add := func(path string, f *field, v reflect.Value) {
		if !slices.ContainsFunc(all, func(o Assumption) bool { return o.Path == path }) {
			all = append(all, Assumption{Path: path, Value: strings.Trim(f.format(v), `"`), Source: f.sourceOf(v), Whole: isInteger(v.Type())})
		}
	}
	visit("", reflect.ValueOf(clone(n)).Elem(), add)
	for _, name := range slices.Sorted(maps.Keys(a)) {
		act := a[name]
		visit("activity", reflect.ValueOf(&act).Elem(), add)
	}
	for i := range all {
		if err := all[i].measure(n, a, base); err != nil {
			return nil, err
		}
	}
	slices.SortStableFunc(all, func(x, y Assumption) int {
		return cmp.Compare(math.Abs(y.Elasticity), math.Abs(x.Elasticity))
	})
	return all, nil
}

// sourceOf says where a value comes from.
func (f *field) sourceOf(v reflect.Value) string {
	if !f.Optional {
		return f.Source
	}
	standard := reflect.New(v.Type()).Elem()
	if f.setDefault(standard); standard.Equal(v) {
		return f.Source
	}
	return fmt.Sprintf("set here; the default is %s: %s", f.Default, f.Source)
}

// measure fills in the sensitivity.
func (s *Assumption) measure(n *Netlist, a Activities, base float64) error {
	for _, step := range []struct {
		factor float64
		into   func(energy, ratio float64)
	}{
		{0.99, func(e, ratio float64) { s.Elasticity = over(math.Log(e/base), math.Log(ratio)) }},
		{0.9, func(e, _ float64) { s.Change = e/base - 1 }},
	} {
		m, b, ratio := scaled(n, a, s.Path, step.factor)
		if ratio == 1 || ratio == 0 {
			continue // of 0, or the only value
		}
		e, err := estimatePerExample(m, b)
		if err != nil {
			return fmt.Errorf("%s times %g: %w", s.Path, ratio, err)
		}
		step.into(e, ratio)
	}
	return nil
}

// scaled returns n and a with the parameter at path multiplied by factor, or
// less 1 where it is a whole number, and the factor that it came to be.
func scaled(n *Netlist, a Activities, path string, factor float64) (*Netlist, Activities, float64) {
	n, a = clone(n), maps.Clone(a)
	ratio := 1.0
	scale := func(p string, _ *field, v reflect.Value) {
		if p != path {
			return
		}
		switch {
		case v.Kind() == reflect.Float64 && v.Float() != 0:
			v.SetFloat(v.Float() * factor)
			ratio = factor
		case v.Type() == timeType:
			before := v.Int()
			v.SetInt(int64(math.Round(float64(before) * factor)))
			ratio = float64(v.Int()) / float64(before)
		case isInteger(v.Type()) && v.Int() > 1:
			ratio = float64(v.Int()-1) / float64(v.Int())
			v.SetInt(v.Int() - 1)
		}
	}
	visit("", reflect.ValueOf(n).Elem(), scale)
	for name, act := range a {
		visit("activity", reflect.ValueOf(&act).Elem(), scale)
		a[name] = act
	}
	return n, a, ratio
}

// clone copies n as deep as parameters with a source lie.
func clone(n *Netlist) *Netlist {
	c := *n
	v := reflect.ValueOf(&c).Elem()
	for i := range v.NumField() {
		switch f := v.Field(i); f.Kind() {
		case reflect.Map:
			if f.IsNil() {
				continue
			}
			m := reflect.MakeMap(f.Type())
			for _, k := range f.MapKeys() {
				m.SetMapIndex(k, f.MapIndex(k))
			}
			f.Set(m)
		case reflect.Slice:
			f.Set(reflect.AppendSlice(reflect.MakeSlice(f.Type(), 0, f.Len()), f))
		}
	}
	return &c
}

// visit calls f for every field with a source within v, in order.
func visit(path string, v reflect.Value, f func(path string, f *field, v reflect.Value)) {
	for _, fl := range fieldsOf(v.Type()) {
		x, at := v.FieldByIndex(fl.Index), JoinPath(path, fl.Key)
		switch {
		case fl.isScalar():
			if fl.Source != "" {
				f(at, &fl, x)
			}
		case x.Kind() == reflect.Struct:
			visit(at, x, f)
		case x.Kind() == reflect.Map:
			for _, key := range slices.SortedFunc(slices.Values(x.MapKeys()), func(a, b reflect.Value) int {
				return strings.Compare(a.String(), b.String())
			}) {
				e := reflect.New(x.Type().Elem()).Elem()
				e.Set(x.MapIndex(key))
				visit(JoinPath(at, key.String()), e, f)
				x.SetMapIndex(key, e)
			}
		case x.Kind() == reflect.Slice:
			for i := range x.Len() {
				visit(at+"[]", x.Index(i), f)
			}
		}
	}
}

// estimatePerExample elaborates n and returns the energy in J of an example.
func estimatePerExample(n *Netlist, a Activities) (float64, error) {
	var faults []string
	d := elaborate(n, true, func(path, format string, args ...any) {
		faults = append(faults, path+": "+fmt.Sprintf(format, args...))
	})
	if len(faults) > 0 {
		return 0, fmt.Errorf("%s", strings.Join(faults, "; "))
	}
	l, err := d.Estimate(a, estimateExamples)
	if err != nil {
		return 0, err
	}
	return l.Total() / estimateExamples, nil
}

// checkRanges fails with the first field of a struct that is out of its range.
func checkRanges(spec any) error {
	v := reflect.ValueOf(spec).Elem()
	for _, f := range fieldsOf(v.Type()) {
		if x := v.FieldByIndex(f.Index); x.Kind() == reflect.Float64 && !f.Range.contains(x.Float()) {
			return fmt.Errorf("%s: %w", f.Key, f.outside(x.Float()))
		}
	}
	return nil
}
