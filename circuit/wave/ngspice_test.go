package wave

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// ngspice runs control commands in batch mode, without init files, in the
// folder of the rawfile, which the commands know as "wave.raw". It returns what
// ngspice printed.
func ngspice(t *testing.T, raw string, commands ...string) string {
	t.Helper()
	if _, err := exec.LookPath("ngspice"); err != nil {
		t.Skipf("ngspice is not installed: %v", err)
	}
	deck := "* waveform\n.control\n" + strings.Join(commands, "\n") + "\n.endc\n.end\n"
	file := filepath.Join(t.TempDir(), "deck.sp")
	must(t, os.WriteFile(file, []byte(deck), 0o644))
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, "ngspice", "-n", "-b", file)
	cmd.Dir = filepath.Dir(raw)
	out, err := cmd.CombinedOutput()
	// In batch mode a deck without an analysis of its own ends with status 1.
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return string(out)
}

// answer finds "name = number" in what ngspice printed.
func answer(t *testing.T, output, name string) float64 {
	t.Helper()
	m := regexp.MustCompile(`(?m)^` + regexp.QuoteMeta(name) + `\s*=\s*(\S+)`).FindStringSubmatch(output)
	if m == nil {
		t.Fatalf("ngspice does not answer %s:\n%s", name, output)
	}
	v, err := strconv.ParseFloat(m[1], 64)
	must(t, err)
	return v
}

func TestNgspiceLoadsEveryType(t *testing.T) {
	f := create(t, "wave.raw")
	rec := writeBench(t, NewRaw(f, RawOptions{Title: "bench"}))
	commands := []string{"load wave.raw", "display"}
	const at = "53n" // between samples
	for i, s := range bench {
		commands = append(commands, fmt.Sprintf("meas tran m%d find %s at=%s", i, RawName(s), at))
		commands = append(commands, fmt.Sprintf("let x%d = 2 * %s", i, RawName(s)), fmt.Sprintf("meas tran n%d find x%d at=%s", i, i, at))
	}
	out := ngspice(t, f.Name(), commands...)
	if !strings.Contains(out, fmt.Sprintf("g(hidden1.r3_c7.g)  : admittance, real, %d long", benchSamples)) {
		t.Errorf("display lacks the conductance:\n%s", out)
	}
	for i, s := range bench {
		spec := Spec{Kind: "find", Signal: s.Name, At: 53e-9}
		want, err := spec.Measure(rec)
		must(t, err)
		if got := answer(t, out, fmt.Sprintf("m%d", i)); math.Abs(got-want) > 1e-6*math.Abs(want) {
			t.Errorf("ngspice finds %s = %g, want %g", s.Name, got, want)
		}
		if got := answer(t, out, fmt.Sprintf("n%d", i)); math.Abs(got-2*want) > 2e-6*math.Abs(want) {
			t.Errorf("ngspice finds 2 * %s = %g, want %g", s.Name, got, 2*want)
		}
	}
}

// A file whose run was cut short loads up to the last Flush.
func TestNgspiceLoadsAnUnfinishedFile(t *testing.T) {
	f := create(t, "wave.raw")
	w := NewRaw(f, RawOptions{})
	must(t, w.Begin([]Signal{{Name: "v"}}))
	for k := range 7 {
		must(t, w.Sample(float64(k), []float64{float64(k)}))
	}
	must(t, w.Flush())
	must(t, w.Sample(7, []float64{7}))
	out := ngspice(t, f.Name(), "load wave.raw", "meas tran top max v(v)")
	if got := answer(t, out, "top"); got != 6 {
		t.Errorf("greatest value is %g, want 6:\n%s", got, out)
	}
}

// What ngspice executes in a hand-made file, it does not in one of ours.
func TestNgspiceExecutesNothing(t *testing.T) {
	const injected = "INJECTED"
	f := create(t, "wave.raw")
	_, err := f.WriteString("Title: t\nCommand: echo " + injected + "\n" + strings.TrimPrefix(rawText("2", "1", "Values:\n0\t1\n\t2\n"), "Title: t\n"))
	must(t, err)
	if out := ngspice(t, f.Name(), "load wave.raw"); !strings.Contains(out, injected) {
		t.Logf("this ngspice does not run commands of a rawfile:\n%s", out)
	}
	var signals []Signal
	for _, s := range hostile {
		signals = append(signals, Signal{Name: strings.ReplaceAll(s, "/tmp/x", injected)})
	}
	for _, title := range hostile[:4] {
		f := create(t, "wave.raw")
		w := NewRaw(f, RawOptions{Title: title})
		must(t, w.Begin(signals))
		must(t, w.Sample(0, make([]float64, len(signals))))
		must(t, w.Close())
		out := ngspice(t, f.Name(), "load wave.raw", "echo COUNT = $&tran1.time")
		if !strings.Contains(out, "COUNT = 0") {
			t.Errorf("title %q does not load:\n%s", title, out)
		}
		if regexp.MustCompile(`(?m)^` + injected).MatchString(out) {
			t.Errorf("title %q was executed:\n%s", title, out)
		}
	}
}

// measurements in both languages. Windows start and end on samples, where
// ngspice's avg, min, max and pp agree with straight lines.
var measurements = []struct {
	meas string
	spec Spec
}{
	{"find v(decay) at=1.7713n", Spec{Kind: "find", Signal: "decay", At: 1.7713e-9}},
	{"find v(decay) when v(sine)=0.3 fall=2", Spec{Kind: "find", Signal: "decay", When: crossing("sine", 0.3, Fall, 2)}},
	{"when v(decay)=0.5", Spec{Kind: "when", When: crossing("decay", 0.5, Cross, 1)}},
	{"when v(sine)=0.5 rise=2", Spec{Kind: "when", When: crossing("sine", 0.5, Rise, 2)}},
	{"when v(sine)=-0.5 fall=1", Spec{Kind: "when", When: crossing("sine", -0.5, Fall, 1)}},
	{"when v(sine)=0.2 cross=3", Spec{Kind: "when", When: crossing("sine", 0.2, Cross, 3)}},
	{"when v(sine)=0.2 cross=last", Spec{Kind: "when", When: crossing("sine", 0.2, Cross, Last)}},
	{"when v(sine)=0.2 rise=last", Spec{Kind: "when", When: crossing("sine", 0.2, Rise, Last)}},
	{"when v(sine)=0.2 td=3n cross=1", Spec{Kind: "when", When: Event{Signal: "sine", Value: 0.2, Edge: Cross, Count: 1, Delay: 3e-9}}},
	{"when v(sine)=v(decay) cross=2", Spec{Kind: "when", When: Event{Signal: "sine", Against: "decay", Edge: Cross, Count: 2}}},
	{"trig v(sine) val=0.5 rise=1 targ v(decay) val=0.3 fall=1", Spec{Kind: "delay", Trig: crossing("sine", 0.5, Rise, 1), Targ: crossing("decay", 0.3, Fall, 1)}},
	{"trig at=1n targ v(sine) val=0.1 fall=2", Spec{Kind: "delay", At: 1e-9, Targ: crossing("sine", 0.1, Fall, 2)}},
	{"avg v(decay) from=2n to=8n", Spec{Kind: "avg", Signal: "decay", From: 2e-9, To: 8e-9}},
	{"avg v(sine)", Spec{Kind: "avg", Signal: "sine"}},
	{"rms v(sine) from=1n to=7n", Spec{Kind: "rms", Signal: "sine", From: 1e-9, To: 7e-9}},
	{"rms v(decay)", Spec{Kind: "rms", Signal: "decay"}},
	{"integ v(decay) from=1.00007n to=7.00009n", Spec{Kind: "integ", Signal: "decay", From: 1.00007e-9, To: 7.00009e-9}},
	{"integ v(sine) to=2n", Spec{Kind: "integ", Signal: "sine", To: 2e-9}},
	{"min v(decay) from=2n to=8n", Spec{Kind: "min", Signal: "decay", From: 2e-9, To: 8e-9}},
	{"max v(sine) from=2n to=5n", Spec{Kind: "max", Signal: "sine", From: 2e-9, To: 5e-9}},
	{"min_at v(sine)", Spec{Kind: "min-at", Signal: "sine"}},
	{"max_at v(sine)", Spec{Kind: "max-at", Signal: "sine"}},
	{"pp v(decay) from=2n to=8n", Spec{Kind: "pp", Signal: "decay", From: 2e-9, To: 8e-9}},
}

// The same measurements, by ngspice and by us, of the same file. The samples
// lie 1 ps apart on average and are jittered, so that ngspice's Simpson rule
// stays out; rms is the one kind with another quadrature. ngspice prints seven
// digits of most kinds.
func TestMeasureAgreesWithNgspice(t *testing.T) {
	f := create(t, "wave.raw")
	raw := NewRaw(f, RawOptions{Title: "measure"})
	var rec Recorder
	for _, w := range []Writer{raw, &rec} {
		must(t, w.Begin([]Signal{{Name: "decay"}, {Name: "sine"}}))
		for k := range 10001 {
			at := float64(k) * 1e-12
			if k%1000 != 0 {
				at += 0.3e-12 * math.Sin(float64(k))
			}
			must(t, w.Sample(at, []float64{math.Exp(-at / 3e-9), math.Sin(2 * math.Pi * at / 4.7e-9)}))
		}
		must(t, w.Close())
	}
	t.Setenv("NGSPICE_MEAS_PRECISION", "12")
	commands := []string{"load wave.raw"}
	for i, m := range measurements {
		commands = append(commands, fmt.Sprintf("meas tran m%d %s", i, m.meas))
	}
	out := ngspice(t, f.Name(), commands...)
	for i, m := range measurements {
		got, err := m.spec.Measure(rec.Record())
		if err != nil {
			t.Errorf("%s: %v", m.meas, err)
			continue
		}
		want := answer(t, out, fmt.Sprintf("m%d", i))
		if math.Abs(got-want) > 1e-6*math.Abs(want) {
			t.Errorf("%s: %.9g, ngspice has %.9g", m.meas, got, want)
		}
	}
}
