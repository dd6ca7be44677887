package netlist

import (
	"math"
	"slices"
	"strconv"
	"testing"
)

// efficiency returns the estimate of the article's system in GOP/s/W under
// settings.
func efficiency(t *testing.T, settings ...Setting) float64 {
	t.Helper()
	_, d, err := Open(LibraryPrefix+"article.toml", settings)
	if err != nil {
		t.Fatal(err)
	}
	l, err := d.Estimate(DefaultActivities(d), 1e6)
	if err != nil {
		t.Fatal(err)
	}
	return d.EnergyReport(l, 1e6).Total.GOPSPerWatt
}

// What Require says of the article's system comes true when it is set so.
func TestRequirementsMeetTheFigure(t *testing.T) {
	n, d, err := Open(LibraryPrefix+"article.toml", nil)
	if err != nil {
		t.Fatal(err)
	}
	act := DefaultActivities(d)
	all, err := Assumptions(n, act)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.IsSortedFunc(all, func(a, b Assumption) int {
		return int(math.Copysign(1, math.Abs(b.Elasticity)-math.Abs(a.Elasticity)))
	}) {
		t.Error("assumptions are not in the order of their weight")
	}
	figure := PublishedDesigns()[0].Low
	required, err := Require(n, act, all[:3], figure)
	if err != nil {
		t.Fatal(err)
	}
	if len(required) != 3 {
		t.Fatalf("%+v, want one each for %+v", required, all[:3])
	}
	for _, r := range required {
		t.Logf("%s = %s, here %s: %.0f GOP/s/W", r.Path, r.Value, r.Here, r.GOPSPerWatt)
		switch r.Path {
		case "adc.array.figure-of-merit":
			if got := efficiency(t, Setting{r.Path, r.Value}); math.Abs(got/figure-1) > 0.01 {
				t.Errorf("%s = %s gives %g GOP/s/W", r.Path, r.Value, got)
			}
		case "adc.array.bits":
			bits, err := strconv.Atoi(r.Value)
			if err != nil {
				t.Fatal(err)
			}
			passes, misses := efficiency(t, Setting{r.Path, r.Value}), efficiency(t, Setting{r.Path, strconv.Itoa(bits - 1)})
			if passes > figure || misses < figure {
				t.Errorf("%d bits give %g GOP/s/W, one less %g", bits, passes, misses)
			}
		case "layer[].width":
			got := efficiency(t, Setting{"layer.array1.width", r.Value}, Setting{"layer.array2.width", r.Value}, Setting{"layer.array3.width", r.Value})
			if math.Abs(got/figure-1) > 0.02 {
				t.Errorf("%s = %s gives %g GOP/s/W", r.Path, r.Value, got)
			}
		default:
			t.Errorf("%s is not known to this test", r.Path)
		}
	}
	// A tenth of the energy is out of reach of the third of them.
	required, err = Require(n, act, all[2:3], 10*efficiency(t))
	if err != nil || len(required) != 0 {
		t.Errorf("%+v, %v: want nothing", required, err)
	}
}

// What is not listed as an assumption does not matter.
func TestAssumptionsAreAllOfThem(t *testing.T) {
	n, d, err := Open(LibraryPrefix+"article.toml", nil)
	if err != nil {
		t.Fatal(err)
	}
	all, err := Assumptions(n, DefaultActivities(d))
	if err != nil {
		t.Fatal(err)
	}
	elasticity := map[string]float64{}
	for _, a := range all {
		elasticity[a.Path] = a.Elasticity
	}
	for _, path := range []string{
		"transfer.interval", "layer[].width", "input.width", "dac.array.bits", "clock.period", "pulser.array.slots",
		"adc.array.time", "pulser.array.period", "transfer.reset-width",
	} {
		if _, ok := elasticity[path]; !ok {
			t.Errorf("%s is not listed", path)
		}
	}
	base := efficiency(t)
	for path, value := range map[string]string{
		"cell.synapse.up-gate": "0.57 V", "cell.synapse.pulse": "1.1 ns", "fet.up.vt": "0.51 V", "fet.down.w": "0.26 um",
		"capacitor.storage.leak-to": "0.6 V", "integrator.integrator.range": "20",
	} {
		if _, ok := elasticity[path]; ok {
			t.Errorf("%s is listed", path)
		}
		if got := efficiency(t, Setting{path, value}); math.Abs(got/base-1) > 1e-4 {
			t.Errorf("%s = %s gives %g instead of %g GOP/s/W, but is not listed", path, value, got, base)
		}
	}
}
