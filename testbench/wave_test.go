package testbench

import (
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"engram/circuit"
	"engram/circuit/wave"
)

func openQuick(t *testing.T) *Bench {
	t.Helper()
	b, err := Open("quick", nil)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// A lone cell climbs by its steps of about 0.55 mV, comes down again, and sees
// the pulses on its gates.
func TestTransistorWave(t *testing.T) {
	b := openQuick(t)
	b.Spec.Measures = []wave.Spec{
		{Name: "top", Kind: "find", Signal: "synapse.v", At: 21.8e-9}, // before the first pulse down
		{Name: "end", Kind: "find", Signal: "synapse.v", At: 50e-9},
		{Name: "pulse", Kind: "min", Signal: "synapse.gu"},
		{Name: "elsewhere", Kind: "max", Signal: "hidden1.col0.charge"},
	}
	var rec wave.Recorder
	o := TransistorOptions{Probes: []string{"synapse.v"}, Pulses: 20, Idle: circuit.Microsecond}
	if err := b.TransistorWave(t.Context(), o, WaveTee{&rec}); err != nil {
		t.Fatal(err)
	}
	results, err := b.Measure(rec.Record())
	if !errors.Is(err, ErrMeasure) || len(results) != 4 || results[3].Value != nil || results[3].Error == "" {
		t.Errorf("a measurement of what is not recorded: error %v, results %v", err, results)
	}
	for k, want := range []struct{ value, tolerance float64 }{
		{0.5 + 10*0.545e-3, 0.3e-3},
		{0.5, 0.2e-3},
		{0.5665, 1e-9}, // the gate voltage of a pulse
	} {
		if m := results[k]; m.Value == nil || math.Abs(*m.Value-want.value) > want.tolerance || m.Unit != "V" {
			t.Errorf("%s = %s, want %g V", m.Name, formatValue(m), want.value)
		}
	}
}

func TestTransistorWaveTakesTheMismatchOfTheTile(t *testing.T) {
	b := openQuick(t)
	var rec wave.Recorder
	o := TransistorOptions{Probes: []string{"output.r9_c2.v", "output.r4_c7.v"}, Pulses: 40}
	if err := b.TransistorWave(t.Context(), o, &rec); err != nil {
		t.Fatal(err)
	}
	r := rec.Record()
	last := len(r.Time) - 1
	if r.Values[0][last] == r.Values[1][last] {
		t.Errorf("two cells end at the same %g V", r.Values[0][last])
	}
}

func TestWaveFileOfEveryFormat(t *testing.T) {
	b := openQuick(t)
	for _, format := range WaveFormats {
		path := filepath.Join(t.TempDir(), "a."+format)
		f, err := b.NewWaveFile(path, format)
		if err != nil {
			t.Fatal(err)
		}
		if err := b.TransistorWave(t.Context(), TransistorOptions{Probes: []string{"synapse.v"}, Pulses: 2}, f); err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		want := map[string]string{"raw": "v(synapse.v)", "vcd": "$var real 64", "csv": "time_s,synapse_v_V\n0,0.5\n"}[format]
		if !strings.Contains(string(text), want) {
			t.Errorf("%s file lacks %q:\n%.300s", format, want, text)
		}
	}
	if _, err := b.NewWaveFile(filepath.Join(t.TempDir(), "a"), "fst"); err == nil {
		t.Error("format fst is taken")
	}
}

func formatValue(m Measurement) string {
	if m.Value == nil {
		return m.Error
	}
	return fmt.Sprintf("%g %s", *m.Value, m.Unit)
}
