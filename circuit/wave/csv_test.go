package wave

import (
	"encoding/csv"
	"math"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestCSVText(t *testing.T) {
	var b strings.Builder
	w := NewCSV(&b, Property{"seed", "1"}, Property{"a=b\n", "x\ny"})
	must(t, w.Begin([]Signal{
		{Name: "hidden1.r3_c7.v"},
		{Name: "hidden1.R3_c7.v"},
		{Name: "g", Type: Conductance},
		{Name: "adc.code", Type: Code, Bits: 3, Signed: true},
		{Name: "phase", Type: Text, Labels: []string{"for,ward", "XFER"}},
		{Name: "time"},
	}))
	must(t, w.Sample(0, []float64{0.1, -0.5, 25e-6, -4, 0, 0}))
	must(t, w.Sample(1e-9, []float64{1 / 3.0, 0, math.NaN(), math.NaN(), 1, math.Inf(1)}))
	must(t, w.Close())
	want := `# seed=1
# a_b=x y
time_s,hidden1_r3_c7_v_V,hidden1_R3_c7_v_V_2,g_S,adc_code,phase,time_V
0,0.1,-0.5,2.5e-05,-4,"for,ward",0
1e-09,0.3333333333333333,0,NaN,,XFER,+Inf
`
	if d := cmp.Diff(want, b.String()); d != "" {
		t.Error(d)
	}
}

func TestCSVRoundTrip(t *testing.T) {
	f := &memFile{}
	rec := writeBench(t, NewCSV(f, Property{"title", "bench"}))
	r := csv.NewReader(strings.NewReader(string(f.b)))
	r.Comment = '#'
	rows, err := r.ReadAll()
	must(t, err)
	if len(rows) != 1+benchSamples {
		t.Fatalf("%d rows", len(rows))
	}
	for k, row := range rows[1:] {
		want := []float64{rec.Time[k]}
		for i := range rec.Values {
			want = append(want, rec.Values[i][k])
		}
		for i, field := range row {
			if i == len(row)-1 {
				if label := bench[i-1].Labels[int(want[i])]; field != label {
					t.Errorf("row %d: phase %q, want %q", k, field, label)
				}
				continue
			}
			if v, err := strconv.ParseFloat(field, 64); err != nil || v != want[i] {
				t.Errorf("row %d, column %s: %q, want %g", k, rows[0][i], field, want[i])
			}
		}
	}
}

// Neither preamble nor names nor labels break out of their line or field.
func TestCSVCannotBeSmuggledInto(t *testing.T) {
	var signals []Signal
	for _, name := range hostile {
		signals = append(signals, Signal{Name: name, Type: Text, Labels: []string{name}})
	}
	for _, text := range hostile {
		f := &memFile{}
		w := NewCSV(f, Property{text, text})
		must(t, w.Begin(signals))
		must(t, w.Sample(0, make([]float64, len(signals))))
		must(t, w.Close())
		lines := strings.Split(strings.TrimSuffix(string(f.b), "\n"), "\n")
		if len(lines) != 3 || !strings.HasPrefix(lines[0], "# ") {
			t.Errorf("%.20q: %d lines:\n%s", text, len(lines), f.b)
		}
		rows, err := csv.NewReader(strings.NewReader(strings.Join(lines[1:], "\n"))).ReadAll()
		must(t, err)
		if len(rows) != 2 || len(rows[1]) != 1+len(signals) {
			t.Errorf("%.20q: rows %v", text, rows)
		}
	}
}
