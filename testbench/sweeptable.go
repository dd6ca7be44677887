package testbench

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"engram/netlist"
	"engram/testbench/sweep"
)

// A sweepTable is the result of a sweep, averaged over the repeats.
type sweepTable struct {
	axes   []sweepAxis
	cells  []sweepCell // the combinations of the plan, in its order
	failed int         // points
}

// A sweepAxis is a swept parameter with the meaning of its values.
type sweepAxis struct {
	path    string
	values  []string
	unit    string    // SI
	numbers []float64 // of values, in unit; nil unless all are numbers
}

// A sweepCell is one combination of values.
type sweepCell struct {
	at       []int // index of the value on each axis
	settings []sweep.Setting
	points   int // that did not fail
	measures map[string]statistic
}

// A statistic is a measure over the repeats of a combination.
type statistic struct {
	n        int
	mean, sd float64 // sd is 0 for one repeat
}

// newSweepTable averages the rows of a plan.
func newSweepTable(plan *sweep.Plan, rows []sweep.Row) *sweepTable {
	t := &sweepTable{}
	for _, p := range plan.Parameters {
		t.axes = append(t.axes, newSweepAxis(p))
	}
	for group := range slices.Chunk(rows, plan.Repeat) {
		c := sweepCell{settings: group[0].Point.Settings, measures: map[string]statistic{}}
		for i, s := range c.settings {
			c.at = append(c.at, slices.Index(t.axes[i].values, s.Value))
		}
		samples := map[string][]float64{}
		for _, r := range group {
			if r.Error != "" {
				t.failed++
				continue
			}
			c.points++
			for _, m := range r.Result {
				samples[m.Name] = append(samples[m.Name], m.Value)
			}
			if loss, ok := lossOf(r.Result); ok {
				samples[lossMeasure] = append(samples[lossMeasure], loss)
			}
		}
		for name, values := range samples {
			c.measures[name] = newStatistic(values)
		}
		t.cells = append(t.cells, c)
	}
	return t
}

// lossMeasure is the accuracy of a point's float twin less its own, in points:
// of the same seed, whose weights and examples both began with.
const lossMeasure = "loss_points"

func lossOf(r sweep.Result) (loss float64, ok bool) {
	var accuracy, twin float64
	for _, m := range r {
		switch m.Name {
		case accuracyMeasure:
			accuracy = m.Value
		case floatMeasure:
			twin, ok = m.Value, true
		}
	}
	return twin - accuracy, ok
}

// newStatistic returns the mean and the sample standard deviation.
func newStatistic(values []float64) statistic {
	s := statistic{n: len(values)}
	for _, v := range values {
		s.mean += v / float64(s.n)
	}
	if s.n > 1 {
		for _, v := range values {
			s.sd += float64((v - s.mean) * (v - s.mean))
		}
		s.sd = math.Sqrt(s.sd / float64(s.n-1))
	}
	return s
}

func newSweepAxis(p sweep.Parameter) sweepAxis {
	a := sweepAxis{path: p.Path, values: p.Values, unit: unitOf(p.Path)}
	for _, v := range p.Values {
		x, err := netlist.ParseQuantity(v, a.unit)
		if err != nil {
			a.numbers = nil
			return a
		}
		a.numbers = append(a.numbers, x)
	}
	return a
}

// unitOf returns the SI unit of the value at a path, "" for plain numbers.
func unitOf(path string) string {
	for _, p := range netlist.Describe(whole{}) {
		if matchKey(p.Key, path) {
			return p.Unit
		}
	}
	return ""
}

// matchKey reports whether a path names the parameter key, in which NAME
// stands for any name and "layer[]" for an element of the list.
func matchKey(key, path string) bool {
	path = strings.ReplaceAll(path, "[", ".[")
	k := strings.Split(strings.ReplaceAll(key, "[]", ".NAME"), ".")
	p := strings.Split(path, ".")
	return slices.EqualFunc(k, p, func(k, p string) bool { return k == "NAME" || k == p })
}

// last is the last key of the axis's path: "leak-tau".
func (a *sweepAxis) last() string { return a.path[strings.LastIndexByte(a.path, '.')+1:] }

// positive reports whether the axis may be logarithmic.
func (a *sweepAxis) positive() bool {
	return a.numbers != nil && !slices.ContainsFunc(a.numbers, func(x float64) bool { return !(x > 0) })
}

// order returns the indices of the values by ascending number.
func (a *sweepAxis) order() []int {
	order := make([]int, len(a.values))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(i, j int) int {
		switch {
		case a.numbers[i] < a.numbers[j]:
			return -1
		case a.numbers[i] > a.numbers[j]:
			return 1
		}
		return 0
	})
	return order
}

// reference is the mean accuracy of the float twins, 0 without any.
func (t *sweepTable) reference() float64 {
	var sum float64
	var n int
	for _, c := range t.cells {
		if s, ok := c.measures[floatMeasure]; ok {
			sum += float64(s.mean * float64(s.n))
			n += s.n
		}
	}
	if n == 0 {
		return 0
	}
	return sum / float64(n)
}

// best is the combination of the highest accuracy, nil if all points failed.
func (t *sweepTable) best() *sweepCell {
	var best *sweepCell
	for i := range t.cells {
		c := &t.cells[i]
		if a, ok := c.measures[accuracyMeasure]; ok && (best == nil || a.mean > best.measures[accuracyMeasure].mean) {
			best = c
		}
	}
	return best
}

// name lists the values of a combination: "capacitor.storage.leak-tau 1 ms".
func (c *sweepCell) name() string {
	var parts []string
	for _, s := range c.settings {
		parts = append(parts, s.Path+" "+s.Value)
	}
	return strings.Join(parts, ", ")
}

// format writes a statistic with its standard deviation, to a number of
// decimals, "-" where there is none.
func (s statistic) format(decimals int) string {
	switch {
	case s.n == 0:
		return "-"
	case s.n == 1:
		return fmt.Sprintf("%.*f", decimals, s.mean)
	}
	return fmt.Sprintf("%.*f ± %.*f", decimals, s.mean, decimals, s.sd)
}
