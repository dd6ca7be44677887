package wave

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

const mebi = 1 << 20

func TestRawRoundTrip(t *testing.T) {
	f := &memFile{}
	rec := writeBench(t, NewRaw(f, RawOptions{Title: "bench"}))
	plots, err := ReadRaw(bytes.NewReader(f.b), mebi)
	must(t, err)
	if len(plots) != 1 {
		t.Fatalf("%d plots", len(plots))
	}
	p := plots[0]
	if p.Title != "bench" || p.Name != "Transient Analysis" || p.Date != "" {
		t.Errorf("title %q, name %q, date %q", p.Title, p.Name, p.Date)
	}
	if d := cmp.Diff(rec.Time, p.Time); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff(rec.Values, p.Values); d != "" {
		t.Error(d)
	}
	for i, s := range bench {
		got := p.Signals[i]
		want := Signal{Name: RawName(s), Type: s.Type}
		if !s.Type.analogue() {
			want.Type = Number
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Error(d)
		}
		if _, err := p.Trace(s.Name); err != nil {
			t.Error(err)
		}
	}
}

func TestRawKeepsSpecialValues(t *testing.T) {
	f := &memFile{}
	w := NewRaw(f, RawOptions{})
	values := []float64{math.NaN(), math.Inf(1), math.Inf(-1), math.SmallestNonzeroFloat64, -math.MaxFloat64}
	must(t, w.Begin([]Signal{{Name: "v"}}))
	for i, v := range values {
		must(t, w.Sample(float64(i), []float64{v}))
	}
	must(t, w.Close())
	plots, err := ReadRaw(bytes.NewReader(f.b), mebi)
	must(t, err)
	if d := cmp.Diff(values, plots[0].Values[0], cmpopts.EquateNaNs()); d != "" {
		t.Error(d)
	}
}

// At every moment the file on disk is valid, and the writer's memory is bounded.
func TestRawIsValidAfterEveryFlush(t *testing.T) {
	f := &memFile{}
	w := NewRaw(f, RawOptions{})
	must(t, w.Begin(bench[:2]))
	points := func() int {
		plots, err := ReadRaw(bytes.NewReader(f.b), 64*mebi)
		must(t, err)
		return len(plots[0].Time)
	}
	if n := points(); n != 0 {
		t.Errorf("%d points after Begin", n)
	}
	must(t, w.Sample(1, []float64{0, 0}))
	if n := points(); n != 0 {
		t.Errorf("%d points before Flush", n)
	}
	must(t, w.Flush())
	if n := points(); n != 1 {
		t.Errorf("%d points after Flush", n)
	}
	const n = 10000
	for k := 2; k <= n; k++ {
		must(t, w.Sample(float64(k), []float64{0, 0}))
		if k%1500 == 0 {
			if got := points(); got > k || got < k-rawBuffer/24-1 {
				t.Errorf("%d points after %d samples", got, k)
			}
		}
	}
	if cap(w.buf) > 2*rawBuffer {
		t.Errorf("buffer grew to %d bytes", cap(w.buf))
	}
	must(t, w.Close())
	if got := points(); got != n {
		t.Errorf("%d points after Close", got)
	}
}

// headerKeys are the lines that a header may consist of.
var headerKeys = regexp.MustCompile(`^(Title: .*|Date: .*|Plotname: Transient Analysis|Flags: real|No\. Variables: \d+|No\. Points: \d+ *|Variables:|\t\d+\t(time|[viqgxds]\([A-Za-z][A-Za-z0-9._:]*\))\t[a-z]+|Binary:)$`)

// checkRawHeader fails where the header has any line but those the format asks
// for, each once and in order.
func checkRawHeader(t *testing.T, file []byte, signals int) {
	t.Helper()
	header, _, ok := bytes.Cut(file, []byte("\nBinary:\n")) // a title may end in it
	if !ok {
		t.Fatal("no Binary line")
	}
	lines := strings.Split(string(header), "\n")
	// Title, Plotname, Flags, two counts, Variables, the variables.
	if want := 6 + 1 + signals; len(lines) != want {
		t.Fatalf("header has %d lines, want %d:\n%s", len(lines), want, header)
	}
	names := map[string]bool{}
	for i, line := range lines {
		if len(line) >= 512 {
			t.Errorf("line %d has %d bytes", i+1, len(line))
		}
		if !headerKeys.MatchString(line) {
			t.Errorf("line %d: %q", i+1, line)
		}
		for _, c := range []byte(line) {
			if c < ' ' && c != '\t' || c == 0x7f {
				t.Errorf("line %d holds control character %#x: %q", i+1, c, line)
			}
		}
		if f := strings.Split(line, "\t"); len(f) == 4 {
			name := strings.ToLower(f[2])
			if names[name] {
				t.Errorf("name %q comes twice", name)
			}
			names[name] = true
		}
	}
}

var hostile = []string{
	"x\nCommand: shell touch /tmp/x",
	"x\r\nCommand: echo INJECTED",
	"Command: echo INJECTED",
	"\x00\x01\x1b[31m\x7f\u0085\u2028Command: echo INJECTED",
	"v(a)\tvoltage\nOption: x",
	"a b\tc) voltage dims=1,2",
	"Binary:\n" + strings.Repeat("A", 5000),
	strings.Repeat("é", 5000),
	"\xff\xfe\nVariables:\n",
	"$end $enddefinitions $end\n#0\n$upscope $end",
	"time",
	"TIME",
	"...",
	"a[3]", "a(3)", "A_3_", "a{3}",
	"=cmd|' /C calc'!A0", "\"", ",",
}

func TestRawHeaderCannotBeSmuggledInto(t *testing.T) {
	signals := make([]Signal, len(hostile))
	for i, name := range hostile {
		signals[i] = Signal{Name: name, Type: Type(i % int(Code))}
	}
	for _, title := range hostile {
		f := &memFile{}
		w := NewRaw(f, RawOptions{Title: title})
		must(t, w.Begin(signals))
		must(t, w.Sample(0, make([]float64, len(signals))))
		must(t, w.Close())
		checkRawHeader(t, f.b, len(signals))
		plots, err := ReadRaw(bytes.NewReader(f.b), mebi)
		must(t, err)
		if n := len(plots[0].Signals); len(plots) != 1 || n != len(signals) {
			t.Errorf("title %.20q: %d plots, %d signals", title, len(plots), n)
		}
	}
}

func FuzzRawHeader(f *testing.F) {
	for _, s := range hostile {
		f.Add(s, s, "b")
	}
	f.Fuzz(func(t *testing.T, title, a, b string) {
		file := &memFile{}
		w := NewRaw(file, RawOptions{Title: title})
		if err := w.Begin([]Signal{{Name: a}, {Name: b}}); err != nil {
			if a != "" && b != "" && a != b {
				t.Error(err)
			}
			return
		}
		must(t, w.Close())
		checkRawHeader(t, file.b, 2)
	})
}

func TestRawDate(t *testing.T) {
	f := &memFile{}
	w := NewRaw(f, RawOptions{Date: time.Date(2018, 6, 7, 1, 2, 3, 0, time.UTC)})
	must(t, w.Begin(bench))
	must(t, w.Close())
	plots, err := ReadRaw(bytes.NewReader(f.b), mebi)
	must(t, err)
	if got, want := plots[0].Date, "Thu Jun  7 01:02:03 2018"; got != want {
		t.Errorf("date %q, want %q", got, want)
	}
}

// Files that ngspice 39 wrote: the same RC decay in both encodings, and
// an operating point with a sweep after it (testdata/README).
func TestReadRawOfNgspice(t *testing.T) {
	read := func(name string) []*Plot {
		f, err := os.Open(filepath.Join("testdata", name))
		must(t, err)
		defer f.Close()
		plots, err := ReadRaw(f, mebi)
		must(t, err)
		return plots
	}
	binary, ascii := read("rc.raw"), read("rc-ascii.raw")
	// %.15e keeps 16 significant digits, one less than a float64 may need.
	if d := cmp.Diff(binary[0].Record, ascii[0].Record, cmpopts.EquateApprox(1e-15, 0)); d != "" {
		t.Error(d)
	}
	v, err := binary[0].Trace("v(out)")
	must(t, err)
	for i, at := range v.T {
		if want := math.Exp(-at / 1e-6); math.Abs(v.V[i]-want) > 1e-4 {
			t.Errorf("v(out) = %g at %g s, want %g", v.V[i], at, want)
		}
	}
	several := read("op-dc.raw")
	if len(several) != 2 || several[0].Name != "Operating Point" || several[1].Name != "DC transfer characteristic" {
		t.Fatalf("plots are %v", several)
	}
	if d := cmp.Diff([]float64{0, 0.5, 1}, several[1].Time); d != "" {
		t.Error(d)
	}
}

func rawText(variables, points, data string) string {
	return "Title: t\nPlotname: p\nFlags: real\nNo. Variables: " + variables +
		"\nNo. Points: " + points + "\nVariables:\n\t0\ttime\ttime\n\t1\tv(a)\tvoltage\n" + data
}

func TestReadRawRefuses(t *testing.T) {
	row := strings.Repeat("\x00", 16)
	for _, c := range []struct{ name, file, want string }{
		{"truncated", rawText("2", "2", "Binary:\n"+row), "point 1 of 2: unexpected EOF"},
		{"promised too much", rawText("2", "4611686018427387904", "Binary:\n"+row), "unexpected EOF"},
		{"negative count", rawText("2", "-1", "Binary:\n"), `"-1" is not a count`},
		{"count too large", rawText("2", "99999999999999999999", "Binary:\n"), "is not a count"},
		{"no variables", rawText("0", "1000000000000", "Binary:\n"), "number of variables is missing or zero"},
		{"too many variables", rawText("3", "1", "Binary:\n"+row), "want index, name and type"},
		{"too few variables", rawText("1", "1", "Binary:\n"+row), "strange line"},
		{"complex", "Plotname: p\nFlags: complex\n", "complex plots cannot be read"},
		{"unpadded", "Plotname: p\nFlags: real unpadded\n", "unpadded plots cannot be read"},
		{"no header", "Binary:\n" + row, "values before plotname"},
		{"header only", "Title: t\nPlotname: p\n", "unexpected EOF"},
		{"strange", "hello\n", "strange line"},
		{"strange key", "Hello: you\n", "strange line"},
		{"long line", "Title: " + strings.Repeat("x", 5000) + "\n", "longer than 512"},
		{"variables first", "No. Variables: 1\nVariables:\n", "before plotname"},
		{"variables twice", rawText("2", "1", "Variables:\n"), "variables comes twice"},
		{"two names", "Plotname: p\nPlotname: q\n", "plotname comes twice"},
		{"trailing rubbish", rawText("2", "1", "Binary:\n"+row+"\x00\x00"), "strange line"},
		{"index skipped", rawText("2", "2", "Values:\n0\t1\n\t2\n2\t3\n\t4\n"), `index is "2"`},
		{"no number", rawText("2", "1", "Values:\n0\t1\n\ttwo\n"), `"two" is not a number`},
		{"endless number", rawText("2", "1", "Values:\n0\t"+strings.Repeat("1", 5000)), "number is too long"},
		{"complex value", rawText("2", "1", "Values:\n0\t1,2\n\t2,3\n"), "is not a number"},
	} {
		_, err := ReadRaw(strings.NewReader(c.file), mebi)
		wantError(t, c.name, err, c.want)
	}
}

func TestReadRawLimit(t *testing.T) {
	f := &memFile{}
	writeBench(t, NewRaw(f, RawOptions{}))
	if _, err := ReadRaw(bytes.NewReader(f.b), int64(len(f.b)/2)); !errors.Is(err, ErrRawLimit) {
		t.Errorf("error %v, want %v", err, ErrRawLimit)
	}
	var many strings.Builder
	fmt.Fprintf(&many, "Plotname: p\nNo. Variables: 100000\nVariables:\n")
	many.WriteString(strings.Repeat("0 a voltage\n", 100000))
	if _, err := ReadRaw(strings.NewReader(many.String()), mebi); !errors.Is(err, ErrRawLimit) {
		t.Errorf("many variables: error %v, want %v", err, ErrRawLimit)
	}
}

// Commands of a file are not run, and not kept either.
func TestReadRawSkipsCommands(t *testing.T) {
	file := strings.Replace(rawText("2", "1", "Values:\n0\t1\n\t2\n\n"), "Flags:", "Command: shell false\nOption: x=1\nDimensions: 1\nFlags:", 1)
	plots, err := ReadRaw(strings.NewReader(file+file), mebi)
	must(t, err)
	want := Record{Title: "t", Signals: []Signal{{Name: "v(a)"}}, Time: []float64{1}, Values: [][]float64{{2}}}
	for _, p := range plots {
		if d := cmp.Diff(want, p.Record); d != "" {
			t.Error(d)
		}
	}
	if len(plots) != 2 {
		t.Errorf("%d plots, want 2", len(plots))
	}
}

// Whatever the file, the reader returns plots that are whole and within the
// limit, or an error.
func FuzzReadRaw(f *testing.F) {
	for _, name := range []string{"rc.raw", "rc-ascii.raw", "op-dc.raw"} {
		b, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Add([]byte(rawText("2", "1", "Values:\n0\t1e999\n\tnan\n")))
	f.Add([]byte(rawText("0", "1000000000000", "Binary:\n")))
	f.Add([]byte(rawText("2", "4611686018427387904", "Binary:\n")))
	f.Fuzz(func(t *testing.T, file []byte) {
		const limit = 64 << 10
		plots, err := ReadRaw(bytes.NewReader(file), limit)
		if err != nil {
			return
		}
		total := 0
		for _, p := range plots {
			if len(p.Signals) != len(p.Values) {
				t.Fatalf("%d signals with %d columns", len(p.Signals), len(p.Values))
			}
			for _, column := range p.Values {
				if len(column) != len(p.Time) {
					t.Fatalf("column of %d values, %d times", len(column), len(p.Time))
				}
			}
			total += 8 * len(p.Time) * (1 + len(p.Values))
			for _, s := range p.Signals {
				tr, err := p.Trace(s.Name)
				if err != nil {
					continue // the file may give two signals one name
				}
				if c, err := tr.Clip(0, 1); err == nil {
					c.Slope(c.T[0])
					MaxDiff(c, tr)
				}
			}
		}
		if total > limit {
			t.Fatalf("%d bytes of values within a limit of %d", total, limit)
		}
	})
}
