package testbench

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"engram/netlist"
)

// finished returns the folder of a run of two layers on drawings.
func finished(t *testing.T, settings ...netlist.Setting) string {
	t.Helper()
	dir := t.TempDir()
	writeDrawings(t, dir)
	out := filepath.Join(dir, "run")
	if _, err := Run(t.Context(), openSmall(t, dir, twoLayers, settings), RunOptions{Out: out}); err != nil {
		t.Fatal(err)
	}
	return out
}

func contents(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		all[path] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// Without drift and noise every age is the programmed state; the run folder
// stays as it was.
func TestInferWithoutAgeing(t *testing.T) {
	dir := finished(t, append(set("pcm.mushroom.drift", "false"), set("pcm.mushroom.read-noise", "false")...)...)
	before := contents(t, dir)
	r, err := Infer(t.Context(), dir, InferOptions{Times: []float64{1, 1e8}, Seeds: 2, Compensate: true})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, contents(t, dir)); diff != "" {
		t.Errorf("the run folder changed:\n%s", diff)
	}
	s, err := readSummary(dir)
	if err != nil {
		t.Fatal(err)
	}
	if r.CellAccuracy != s.TestAccuracy || *r.FloatAccuracy != *s.FloatAccuracy || r.Examples != s.Examples {
		t.Errorf("%v %% and %v %% after %d examples, the run ended at %v %% and %v %% after %d",
			r.CellAccuracy, *r.FloatAccuracy, r.Examples, s.TestAccuracy, *s.FloatAccuracy, s.Examples)
	}
	if len(r.Ages) != 4 || !reflect.DeepEqual(r.Layers, []string{"hidden", "output"}) {
		t.Fatalf("%d ages of layers %v", len(r.Ages), r.Layers)
	}
	for _, a := range r.Ages {
		if a.Mean != r.ProgrammedAccuracy || a.Half != 0 {
			t.Errorf("%v +- %v %% after %v s, programmed to %v %%", a.Mean, a.Half, a.Seconds, r.ProgrammedAccuracy)
		}
		for l, e := range a.WeightErrors {
			if p := r.ProgrammedErrors[l]; p <= 0 || math.Abs(e/p-1) > 1e-5 {
				t.Errorf("%s: weight error %v after %v s, %v as programmed", r.Layers[l], e, a.Seconds, p)
			}
		}
	}
}

// With them, errors grow with time, and less so with compensation; the files
// say what the result does.
func TestInferOverYears(t *testing.T) {
	dir := finished(t)
	r, err := Infer(t.Context(), dir, InferOptions{Times: []float64{20, 86400, 3e8}, Seeds: 3, Compensate: true})
	if err != nil {
		t.Fatal(err)
	}
	for l := range r.Layers {
		for i := range 2 {
			if a, b := r.Ages[i].WeightErrors[l], r.Ages[i+1].WeightErrors[l]; !(a < b) {
				t.Errorf("%s: weight error falls from %v to %v", r.Layers[l], a, b)
			}
		}
		if a, b := r.Ages[2].WeightErrors[l], r.Ages[5].WeightErrors[l]; !(b < a) {
			t.Errorf("%s: weight error %v with compensation, %v without", r.Layers[l], b, a)
		}
	}
	if err := r.Write(dir); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(filepath.Join(dir, "infer.json"))
	if err != nil {
		t.Fatal(err)
	}
	var back Inference
	if err := json.Unmarshal(data, &back); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(back.Ages, r.Ages) {
		t.Errorf("infer.json reads back as %+v", back.Ages)
	}
	table, err := os.Open(filepath.Join(dir, "infer.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer table.Close()
	rows, err := csv.NewReader(table).ReadAll()
	if err != nil || len(rows) != 7 || rows[0][5] != "weight_error_hidden" {
		t.Errorf("infer.csv is %v (error %v)", rows, err)
	}
	svg, err := os.ReadFile(filepath.Join(dir, "infer.svg"))
	if err != nil || !strings.Contains(string(svg), "global drift compensation") {
		t.Errorf("infer.svg does not show compensation (error %v)", err)
	}
}

func TestInferRefuses(t *testing.T) {
	for name, o := range map[string]InferOptions{
		"no time":          {Seeds: 2},
		"one seed":         {Times: []float64{1}, Seeds: 1},
		"before a second":  {Times: []float64{0.5}, Seeds: 2},
		"after 10 years":   {Times: []float64{1, 4e8}, Seeds: 2},
		"no run in folder": {Times: []float64{1}, Seeds: 2},
	} {
		_, err := Infer(t.Context(), t.TempDir(), o)
		var input *InputError
		if !errors.As(err, &input) {
			t.Errorf("%s: error %v, want an InputError", name, err)
		}
	}
}

// The interval of 1, 2, 3 is 4.3027 standard errors of Student's t with two
// degrees of freedom (table value) to either side of 2.
func TestAgedInterval(t *testing.T) {
	a := Aged{Accuracies: []float64{1, 2, 3}, WeightErrors: []float64{0.25}}
	a.summarise()
	if want := 4.3027 / math.Sqrt(3); a.Mean != 2 || math.Abs(a.Half-want) > 1e-4 || a.WeightErrors[0] != 0.5 {
		t.Errorf("%v +- %v with weight error %v, want 2 +- %v and 0.5", a.Mean, a.Half, a.WeightErrors[0], want)
	}
}

func TestAges(t *testing.T) {
	for _, c := range []struct {
		text    string
		seconds float64
		format  string
	}{
		{"1s", 1, "1 s"}, {"90 s", 90, "1.5 min"}, {"5min", 300, "5 min"}, {"1h", 3600, "1 h"},
		{" 30 d ", 30 * 86400, "30 d"}, {"10y", 315576000, "10 y"}, {"0.5h", 1800, "30 min"},
	} {
		got, err := ParseAge(c.text)
		if err != nil || got != c.seconds {
			t.Errorf("%q is %v s (error %v), want %v", c.text, got, err, c.seconds)
		}
		if f := FormatAge(got); f != c.format {
			t.Errorf("%v s is written %q, want %q", got, f, c.format)
		}
	}
	for _, text := range []string{"", "s", "1", "1 m", "-1s", "0h", "1e400y", "NaN s", "1 h d"} {
		if got, err := ParseAge(text); err == nil {
			t.Errorf("%q accepted as %v s", text, got)
		}
	}
}

// What ParseAge accepts is a positive time that FormatAge writes so that
// ParseAge reads it back to four digits.
func FuzzParseAge(f *testing.F) {
	for _, text := range []string{"1s", "30 d", "1.5e3 min", "10y", "Inf h", "0x1p-2 s", "1__0d"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := ParseAge(text)
		if err != nil {
			return
		}
		if !(s > 0) {
			t.Fatalf("%q is %v s", text, s)
		}
		if s < 1 || s > 1e12 {
			return // written in powers of ten
		}
		back, err := ParseAge(FormatAge(s))
		if err != nil || math.Abs(back/s-1) > 1e-3 {
			t.Fatalf("%q is %v s, written %q, read back as %v (error %v)", text, s, FormatAge(s), back, err)
		}
	})
}
