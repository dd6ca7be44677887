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
	// Elasticity is the relative change of the energy per operation over that
	// of the parameter: 1 where they are proportional. It is that of Change
	// for small whole numbers, and for times that a hundredth less rounds up
	// to the same number of clock periods, else of a fall by a hundredth.
	Elasticity float64 `json:"elasticity"`
	// DensityElasticity is the same for the operations per time and area of
	// the pipelined system.
	DensityElasticity float64 `json:"density_elasticity"`
	// Change is the relative change of the energy per operation when the
	// parameter falls by a tenth, or by 1 for small whole numbers;
	// DensityChange is the same for the operations per time and area.
	Change        float64 `json:"change"`
	DensityChange float64 `json:"density_change"`
	Whole         bool    `json:"whole_number,omitempty"` // a small one
}

// Step says what Change is for: "a tenth less".
func (s *Assumption) Step() string {
	if s.Whole {
		return "one less"
	}
	return "a tenth less"
}

// smallWhole is the least whole number that may be changed by a hundredth.
const smallWhole = 50

// negligible is an elasticity that is not worth a line.
const negligible = 5e-5

// Assumptions lists the parameters of n and of the activities that the estimate
// of energy and area depends on, that of the energy per operation most first.
// Those with a source are listed in any case. Those without one are if they
// matter, but for the cards of devices and cells, which are fitted to data.
func Assumptions(n *Netlist, a Activities) ([]Assumption, error) {
	n = used(n)
	base, err := estimateOf(n, a)
	if err != nil {
		return nil, err
	}
	var all []Assumption
	for _, s := range candidates(n, a) {
		sourced := s.Source != ""
		err := s.measure(n, a, base)
		switch {
		case err != nil && sourced:
			return nil, err
		case err != nil: // the netlist does not allow for another value
			continue
		case !sourced && math.Abs(s.Elasticity) < negligible && math.Abs(s.DensityElasticity) < negligible:
			continue
		case !sourced:
			s.Source = "set in the netlist, or the default"
		}
		all = append(all, s)
	}
	slices.SortStableFunc(all, func(x, y Assumption) int {
		return cmp.Or(cmp.Compare(math.Abs(y.Elasticity), math.Abs(x.Elasticity)),
			cmp.Compare(math.Abs(y.DensityElasticity), math.Abs(x.DensityElasticity)))
	})
	return all, nil
}

// candidates returns the parameters that Assumptions looks at, each once.
func candidates(n *Netlist, a Activities) []Assumption {
	var all []Assumption
	add := func(path string, f *field, v reflect.Value) {
		table, _, _ := strings.Cut(path, ".")
		card := slices.Contains([]string{"capacitor", "fet", "pcm", "cell"}, table)
		known := slices.ContainsFunc(all, func(o Assumption) bool { return o.Path == path })
		if known || f.Source == "" && card {
			return
		}
		value, source := f.valueAndSource(v)
		all = append(all, Assumption{
			Path: path, Value: value, Source: source,
			Whole: isInteger(v.Type()) && v.Int() < smallWhole,
		})
	}
	visit("", reflect.ValueOf(clone(n)).Elem(), add)
	for _, name := range slices.Sorted(maps.Keys(a)) {
		act := a[name]
		visit("activity", reflect.ValueOf(&act).Elem(), add)
	}
	return all
}

// valueAndSource returns the text of a value and where it comes from, empty
// where that is not said.
func (f *field) valueAndSource(v reflect.Value) (value, source string) {
	value = f.text(v)
	if !f.Optional || f.Source == "" {
		return value, f.Source
	}
	standard := reflect.New(v.Type()).Elem()
	if f.setDefault(standard); standard.Equal(v) {
		return f.Default, f.Source
	}
	return value, fmt.Sprintf("set in the netlist or from a run; the default is %s: %s", f.Default, f.Source)
}

// text is a value as in a document, without quotes.
func (f *field) text(v reflect.Value) string { return strings.Trim(f.format(v), `"`) }

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
	fine, coarse := times(0.99), times(0.9)
	if s.Whole {
		fine, coarse = plus(-1), plus(-1)
	}
	for _, c := range []change{fine, coarse} {
		e, ratio, err := s.changed(n, a, c)
		if err != nil {
			return err
		}
		if ratio == 1 || ratio == 0 { // of 0, or the only value
			return nil
		}
		if s.Elasticity == 0 && s.DensityElasticity == 0 {
			s.Elasticity = elasticity(e.operation/base.operation, ratio)
			s.DensityElasticity = elasticity(e.density/base.density, ratio)
		}
		s.Change, s.DensityChange = e.operation/base.operation-1, e.density/base.density-1
	}
	return nil
}

// A change makes another value of a parameter out of one.
type change func(old float64) float64

func times(factor float64) change { return func(old float64) float64 { return old * factor } }
func plus(d float64) change       { return func(old float64) float64 { return old + d } }

// changed estimates with the parameter changed, and returns the factor that this
// came to be.
func (s *Assumption) changed(n *Netlist, a Activities, c change) (e estimate, ratio float64, err error) {
	n, a, ratio = changed(n, a, s.Path, c)
	if e, err = estimateOf(n, a); err != nil {
		err = fmt.Errorf("%s times %g: %w", s.Path, ratio, err)
	}
	return e, ratio, err
}

// changed returns n and a with the parameter at path changed, to the next whole
// number where it is one, but not to 0, and the factor that this came to be.
func changed(n *Netlist, a Activities, path string, c change) (*Netlist, Activities, float64) {
	n, a = clone(n), maps.Clone(a)
	ratio := 1.0
	set := func(p string, _ *field, v reflect.Value) {
		if p != path {
			return
		}
		if v.CanFloat() {
			if old := v.Float(); old != 0 {
				v.SetFloat(c(old))
				ratio = v.Float() / old
			}
			return
		}
		if old := v.Int(); old != 0 {
			v.SetInt(max(1, int64(math.Round(c(float64(old))))))
			ratio = float64(v.Int()) / float64(old)
		}
	}
	visit("", reflect.ValueOf(n).Elem(), set)
	for name, act := range a {
		visit("activity", reflect.ValueOf(&act).Elem(), set)
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

// visit calls f for every number and time within v, in order.
func visit(path string, v reflect.Value, f func(path string, f *field, v reflect.Value)) {
	for _, fl := range fieldsOf(v.Type()) {
		x, at := v.FieldByIndex(fl.Index), JoinPath(path, fl.Key)
		switch {
		case fl.isScalar():
			if x.CanFloat() || x.CanInt() {
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

// An estimate is the energy of an operation in J, and the operations per second
// and m^2 of the pipelined system.
type estimate struct{ operation, density float64 }

// estimateOf elaborates n and estimates.
func estimateOf(n *Netlist, a Activities) (estimate, error) {
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
	area := 0.0
	for _, c := range d.circuits() {
		area += c.count * c.area
	}
	operations := OperationsPerSynapse * float64(d.Synapses())
	return estimate{
		operation: l.Total() / estimateExamples / operations,
		density:   over(operations, area*d.busiest().Seconds()),
	}, nil
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
