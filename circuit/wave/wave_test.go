package wave

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// bench is a waveform with one signal of every type.
var bench = []Signal{
	{Name: "hidden1.r3_c7.v", Type: Voltage},
	{Name: "hidden1.col7.i", Type: Current},
	{Name: "hidden1.col7.charge", Type: Charge},
	{Name: "hidden1.r3_c7.g", Type: Conductance},
	{Name: "hidden1.rate", Type: Number},
	{Name: "hidden1.adc7.code", Type: Code, Bits: 8, Signed: true},
	{Name: "phase", Type: Text, Labels: []string{"forward", "update"}},
}

// benchSample returns sample k: a decay, a ramp, a sine, a square, a code that
// follows the sine and a phase that alternates. Times are unevenly spaced.
func benchSample(k int) (t float64, values []float64) {
	t = float64(k)*1e-9 + 0.2e-9*math.Sin(float64(k))
	if k == 0 {
		t = 0
	}
	sine := math.Sin(2 * math.Pi * t / 50e-9)
	return t, []float64{
		math.Exp(-t / 40e-9),
		1e-6 * t / 1e-9,
		1e-15 * sine,
		25e-6 * float64(k/10%2),
		1 / 3.0,
		math.Round(100 * sine),
		float64(k / 20 % 2),
	}
}

const benchSamples = 200

// writeBench sends the bench waveform through w and the same to a Recorder.
func writeBench(t *testing.T, w Writer) *Record {
	t.Helper()
	var rec Recorder
	for _, w := range []Writer{w, &rec} {
		must(t, w.Begin(bench))
		for k := range benchSamples {
			at, values := benchSample(k)
			must(t, w.Sample(at, values))
		}
		must(t, w.Close())
	}
	return rec.Record()
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// create opens a new file that is closed with the test.
func create(t *testing.T, name string) *os.File {
	t.Helper()
	f, err := os.Create(filepath.Join(t.TempDir(), name))
	must(t, err)
	t.Cleanup(func() { f.Close() })
	return f
}

// memFile is an io.WriterAt and an io.Writer in memory.
type memFile struct{ b []byte }

func (m *memFile) WriteAt(p []byte, off int64) (int, error) {
	if need := int(off) + len(p); need > len(m.b) {
		m.b = append(m.b, make([]byte, need-len(m.b))...)
	}
	return copy(m.b[off:], p), nil
}

func (m *memFile) Write(p []byte) (int, error) { return m.WriteAt(p, int64(len(m.b))) }

func TestWritersRefuse(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	signals := []Signal{{Name: "v"}, {Name: "n", Type: Code, Bits: 2}, {Name: "s", Type: Text, Labels: []string{"a", "b"}}}
	writers := map[string]func() Writer{
		"raw":    func() Writer { return NewRaw(&memFile{}, RawOptions{}) },
		"vcd":    func() Writer { return NewVCD(&memFile{}, "") },
		"csv":    func() Writer { return NewCSV(&memFile{}) },
		"record": func() Writer { return new(Recorder) },
	}
	samples := []struct {
		name   string
		t      float64
		values []float64
		want   string
	}{
		{"earlier", 1, []float64{0, 0, 0}, "after one at 1 s"},
		{"NaN time", nan, []float64{0, 0, 0}, "after one"},
		{"infinite time", inf, []float64{0, 0, 0}, "after one"},
		{"few values", 2, []float64{0}, "1 values for 3 signals"},
		{"wide code", 2, []float64{0, 4, 0}, `code "n" cannot be 4`},
		{"negative code", 2, []float64{0, -1, 0}, `code "n" cannot be -1`},
		{"fractional code", 2, []float64{0, 0.5, 0}, `code "n" cannot be 0.5`},
		{"no such label", 2, []float64{0, 0, 2}, `text "s" cannot be 2`},
		{"NaN label", 2, []float64{0, 0, nan}, `text "s" cannot be NaN`},
	}
	declarations := []struct {
		signals []Signal
		want    string
	}{
		{[]Signal{{}}, "without a name"},
		{[]Signal{{Name: "a"}, {Name: "a"}}, `called "a"`},
		{[]Signal{{Name: "a", Type: 99}}, "unknown type 99"},
		{[]Signal{{Name: "a", Type: Code}}, "0 bits"},
		{[]Signal{{Name: "a", Type: Code, Bits: 54}}, "54 bits"},
		{[]Signal{{Name: "a", Type: Text}}, "no labels"},
	}
	for name, open := range writers {
		w := open()
		wantError(t, name+": sample before begin", w.Sample(0, nil), "not begun")
		wantError(t, name+": close before begin", w.Close(), "not begun")
		for _, d := range declarations {
			wantError(t, name, open().Begin(d.signals), d.want)
		}
		must(t, w.Begin(signals))
		wantError(t, name+": begin twice", w.Begin(signals), "twice")
		wantError(t, name+": negative time", w.Sample(-1, []float64{0, 0, 0}), "sample at -1 s")
		must(t, w.Sample(1, []float64{nan, nan, 1}))
		for _, s := range samples {
			wantError(t, name+": "+s.name, w.Sample(s.t, s.values), s.want)
		}
		must(t, w.Sample(2, []float64{inf, 3, 0}))
		must(t, w.Close())
		wantError(t, name+": sample after close", w.Sample(3, []float64{0, 0, 0}), "closed")
		wantError(t, name+": close twice", w.Close(), "closed")
	}
}

func wantError(t *testing.T, what string, err error, part string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), part) {
		t.Errorf("%s: error %v, want one with %q", what, err, part)
	}
}

// failing refuses every write after the first n bytes.
type failing struct{ n int64 }

func (f *failing) Write(p []byte) (int, error) {
	if f.n -= int64(len(p)); f.n < 0 {
		return 0, os.ErrDeadlineExceeded
	}
	return len(p), nil
}

func (f *failing) WriteAt(p []byte, _ int64) (int, error) { return f.Write(p) }

func TestWritersReportFailedWrites(t *testing.T) {
	for name, open := range map[string]func(f *failing) Writer{
		"raw": func(f *failing) Writer { return NewRaw(f, RawOptions{}) },
		"vcd": func(f *failing) Writer { return NewVCD(f, "") },
		"csv": func(f *failing) Writer { return NewCSV(f) },
	} {
		w := open(&failing{n: 300})
		err := w.Begin(bench[:1])
		for k := 0; err == nil && k < 1e5; k++ {
			err = w.Sample(float64(k), []float64{0.1})
		}
		wantError(t, name, err, os.ErrDeadlineExceeded.Error())
		if err := w.Close(); err == nil {
			t.Errorf("%s: Close after a failed write reports success", name)
		}
	}
}

func TestNamesAreSafeAndUnique(t *testing.T) {
	for in, want := range map[string]string{
		"hidden1.r3_c7.v": "hidden1.r3_c7.v",
		"r[3].x y-z/w":    "r_3_.x_y_z_w",
		"3x":              "n3x",
		"\nCommand: ls":   "n_Command:_ls",
		"µ":               "n_",
	} {
		if got := safeName(in, rawRunes); got != want {
			t.Errorf("safeName(%q) = %q, want %q", in, got, want)
		}
	}
	if n := len(safeName(strings.Repeat("é", 1000), "")); n > maxName+1 {
		t.Errorf("a long name keeps %d bytes", n)
	}
	var n namer
	for _, c := range [][2]string{{"a", "a"}, {"A", "A_2"}, {"a_2", "a_2_2"}, {"a", "a_3"}} {
		if got := n.unique(c[0]); got != c[1] {
			t.Errorf("unique(%q) = %q, want %q", c[0], got, c[1])
		}
	}
}

func TestCleanText(t *testing.T) {
	for in, want := range map[string]string{
		"plain µ":                  "plain µ",
		"a\nCommand: ls\r\x00":     "a Command: ls",
		"a\u2028b\u202ec\x85d\xff": "a b c d",
		strings.Repeat("é", 300):   strings.Repeat("é", 200),
	} {
		if got := cleanText(in, maxTitle); got != want {
			t.Errorf("cleanText(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestTraceByName(t *testing.T) {
	r := &Record{
		Signals: []Signal{{Name: "v(a.x)"}, {Name: "i(a.x)", Type: Current}, {Name: "q(B.y)", Type: Charge}, {Name: "b.code", Type: Code, Bits: 1}},
		Time:    []float64{0},
		Values:  [][]float64{{0}, {1}, {2}, {3}},
	}
	for name, want := range map[string]float64{"v(a.x)": 0, "I(A.X)": 1, "b.y": 2, "q(b.y)": 2, "d(b.code)": 3, "B.code": 3} {
		tr, err := r.Trace(name)
		must(t, err)
		if tr.V[0] != want {
			t.Errorf("Trace(%q) is signal %g, want %g", name, tr.V[0], want)
		}
	}
	_, err := r.Trace("a.x")
	wantError(t, "two signals of one path", err, `"v(a.x)" or "i(a.x)"`)
	_, err = r.Trace("c")
	wantError(t, "unknown signal", err, `no signal "c"`)
}
