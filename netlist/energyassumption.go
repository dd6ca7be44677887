package netlist

import (
	"cmp"
	"errors"
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
	// AreaElasticity is the same for the area.
	AreaElasticity float64 `json:"area_elasticity"`
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

// Assumptions lists every parameter of n and of the activities that is used and
// has a source, with the sensitivity of the estimate, that of the energy per
// example falling.
func Assumptions(n *Netlist, a Activities) ([]Assumption, error) {
	n = used(n)
	base, err := estimatePerExample(n, a)
	if err != nil {
		return nil, err
	}
	var all []Assumption
	add := func(path string, f *field, v reflect.Value) {
		if !slices.ContainsFunc(all, func(o Assumption) bool { return o.Path == path }) {
			value, source := f.valueAndSource(v)
			all = append(all, Assumption{Path: path, Value: value, Source: source, Whole: isInteger(v.Type())})
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
		return cmp.Or(cmp.Compare(math.Abs(y.Elasticity), math.Abs(x.Elasticity)),
			cmp.Compare(math.Abs(y.AreaElasticity), math.Abs(x.AreaElasticity)))
	})
	return all, nil
}

// valueAndSource returns the text of a value and where it comes from.
func (f *field) valueAndSource(v reflect.Value) (value, source string) {
	value = strings.Trim(f.format(v), `"`)
	if !f.Optional {
		return value, f.Source
	}
	standard := reflect.New(v.Type()).Elem()
	if f.setDefault(standard); standard.Equal(v) {
		return f.Default, f.Source
	}
	return value, fmt.Sprintf("set in the netlist or from a run; the default is %s: %s", f.Default, f.Source)
}

// used returns n without the circuits that no tile, neuron or layer names.
func used(n *Netlist) *Netlist {
	n = clone(n)
	named := map[string]bool{}
	drive := func(d *DriveSpec) {
		for _, name := range []string{"cell." + d.Cell, "dac." + d.RowDAC, "dac." + d.ColumnDAC, "pulser." + d.Pulser} {
			named[name] = true
		}
	}
	sense := func(s *SenseSpec) { named["integrator."+s.Integrator], named["adc."+s.ADC] = true, true }
	for i := range n.Tiles {
		drive(&n.Tiles[i].DriveSpec)
	}
	for i := range n.Neurons {
		sense(&n.Neurons[i].SenseSpec)
	}
	for i := range n.Layers {
		drive(&n.Layers[i].DriveSpec)
		sense(&n.Layers[i].SenseSpec)
	}
	keep(n.Cells, "cell.", named)
	keep(n.DACs, "dac.", named)
	keep(n.Pulsers, "pulser.", named)
	keep(n.Integrators, "integrator.", named)
	keep(n.ADCs, "adc.", named)
	return n
}

func keep[T any](m map[string]T, table string, named map[string]bool) {
	maps.DeleteFunc(m, func(name string, _ T) bool { return !named[table+name] })
}

// measure fills in the sensitivity.
func (s *Assumption) measure(n *Netlist, a Activities, base estimate) error {
	for _, step := range []struct {
		factor float64
		into   func(e estimate, ratio float64)
	}{
		{0.99, func(e estimate, ratio float64) {
			s.Elasticity = elasticity(e.energy/base.energy, ratio)
			s.AreaElasticity = elasticity(e.area/base.area, ratio)
		}},
		{0.9, func(e estimate, _ float64) { s.Change = e.energy/base.energy - 1 }},
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

// elasticity is the relative change of a result over that of its cause, both
// given as ratios.
func elasticity(result, cause float64) float64 {
	if result == 1 {
		return 0 // and not -0
	}
	return math.Log(result) / math.Log(cause)
}

// An estimate is the energy of an example in J and the area in m^2.
type estimate struct{ energy, area float64 }

// estimatePerExample elaborates n and estimates.
func estimatePerExample(n *Netlist, a Activities) (estimate, error) {
	var faults []string
	d := elaborate(n, true, func(path, format string, args ...any) {
		faults = append(faults, path+": "+fmt.Sprintf(format, args...))
	})
	if len(faults) > 0 {
		return estimate{}, errors.New(strings.Join(faults, "; "))
	}
	l, err := d.Estimate(a, estimateExamples)
	if err != nil {
		return estimate{}, err
	}
	e := estimate{energy: l.Total() / estimateExamples}
	for _, c := range d.circuits() {
		e.area += c.count * c.area
	}
	return e, nil
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
