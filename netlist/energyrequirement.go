package netlist

import (
	"math"
	"reflect"
	"strconv"
)

// A Published figure is what others report, to be seen beside one's own.
type Published struct {
	Design string `json:"design"`
	// Low and High are the ends of the range reported, equal where it is one
	// figure, 1e9 operations per joule.
	Low  float64 `json:"gops_per_watt_low"`
	High float64 `json:"gops_per_watt_high"`
	// TOPSPerMM2 is 0 where nothing is reported.
	TOPSPerMM2 float64 `json:"tops_per_mm2,omitempty"`
	Source     string  `json:"source"`
}

// PublishedDesigns are the article and its successors.
func PublishedDesigns() []Published {
	const chang = "Chang et al., IBM J. Res. Dev. 63 (2019)"
	return []Published{
		{"2PCM+3T1C, estimate", 28065, 28065, 3.6, "Ambrogio et al., Nature 558, 60 (2018)"},
		{"fully CMOS 90 nm, circuit simulation", 12e3, 14e3, 0, chang},
		{"the same, projected to a scaled node", 250e3, 250e3, 0, chang},
	}
}

// Operation returns the energy in J of one operation at an efficiency in 1e9
// operations per joule.
func Operation(gopsPerWatt float64) float64 { return 1e-9 / gopsPerWatt }

// A Requirement is another value of one parameter that alone would make the
// estimate meet an efficiency, or pass it for small whole numbers.
type Requirement struct {
	Path        string  `json:"path"`
	Value       string  `json:"value"` // to three digits
	Here        string  `json:"here"`  // the value of the estimate
	GOPSPerWatt float64 `json:"gops_per_watt"`
}

// Require returns, for each assumption that can do it within a hundredth and a
// hundred times its value, what it would have to be for an efficiency in 1e9
// operations per joule.
func Require(n *Netlist, a Activities, assumptions []Assumption, gopsPerWatt float64) ([]Requirement, error) {
	n = used(n)
	base, err := estimateOf(n, a)
	if err != nil {
		return nil, err
	}
	all := []Requirement{}
	for i := range assumptions {
		s := &assumptions[i]
		solve := s.solve
		if s.Whole {
			solve = s.count
		}
		c, e, ok := solve(n, a, base, Operation(gopsPerWatt))
		if !ok {
			continue
		}
		all = append(all, Requirement{Path: s.Path, Value: s.valueAfter(n, a, c), Here: s.Value, GOPSPerWatt: 1e-9 / e.operation})
	}
	return all, nil
}

// solve looks for the factor of the parameter that gives the energy of an
// operation, by the secant method between logarithms. A whole number, or a time
// of whole clock periods, does within a hundredth.
func (s *Assumption) solve(n *Netlist, a Activities, base estimate, target float64) (change, estimate, bool) {
	const steps, widest, near, enough = 20, 100, 1e-5, 1e-2
	x0, y0, slope := 0.0, math.Log(base.operation/target), s.Elasticity
	for range steps {
		x := x0 - y0/slope
		if !(math.Abs(x) <= math.Log(widest)) {
			break
		}
		c := times(math.Exp(x))
		e, ratio, err := s.changed(n, a, c)
		if err != nil || ratio == 1 {
			break
		}
		y := math.Log(e.operation / target)
		if math.Abs(y) < near || y == y0 && math.Abs(y) < enough {
			return c, e, true
		}
		slope, x0, y0 = (y-y0)/(x-x0), x, y
	}
	return nil, estimate{}, false
}

// count looks for the first whole number that passes the energy of an operation.
func (s *Assumption) count(n *Netlist, a Activities, base estimate, target float64) (change, estimate, bool) {
	up := target > base.operation
	step := 1.0
	if up != (s.Elasticity > 0) {
		step = -1
	}
	for k := 1.0; k <= smallWhole; k++ {
		c := plus(k * step)
		e, ratio, err := s.changed(n, a, c)
		if err != nil || ratio == 1 {
			break
		}
		if (e.operation >= target) == up {
			return c, e, true
		}
	}
	return nil, estimate{}, false
}

// valueAfter returns the text of the parameter after a change, to three digits.
func (s *Assumption) valueAfter(n *Netlist, a Activities, c change) string {
	rounded := func(old float64) float64 {
		x, err := strconv.ParseFloat(strconv.FormatFloat(c(old), 'g', 3, 64), 64)
		if err != nil {
			return c(old)
		}
		return x
	}
	n, a, _ = changed(n, a, s.Path, rounded)
	var value string
	look := func(path string, f *field, v reflect.Value) {
		if path == s.Path && value == "" {
			value = f.text(v)
		}
	}
	visit("", reflect.ValueOf(n).Elem(), look)
	for _, act := range a {
		visit("activity", reflect.ValueOf(&act).Elem(), look)
	}
	return value
}
