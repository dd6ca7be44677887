package wave

import (
	"bufio"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestVCDText(t *testing.T) {
	var b strings.Builder
	w := NewVCD(&b, "a $end of\n#7")
	must(t, w.Begin([]Signal{
		{Name: "t0.r3_c7.v"},
		{Name: "phase", Type: Text, Labels: []string{"for ward", "XFER"}},
		{Name: "t0.adc.code", Type: Code, Bits: 4, Signed: true},
		{Name: "t0.on", Type: Code, Bits: 1},
	}))
	must(t, w.Sample(0, []float64{0.998, 0, math.NaN(), 1}))
	must(t, w.Sample(2e-9, []float64{0.998, 0, -3, 1}))
	must(t, w.Sample(2.0004e-9, []float64{1e-300, 1, -3, 0})) // the same picosecond
	must(t, w.Sample(1e-5, []float64{math.Inf(-1), 1, 5, 0}))
	must(t, w.Close())
	want := `$version Engram $end
$comment a _end of #7 $end
$timescale 1 ps $end
$var string 1 " phase $end
$scope module t0 $end
$var wire 1 $ on $end
$scope module r3_c7 $end
$var real 64 ! v $end
$upscope $end
$scope module adc $end
$var wire 4 # code $end
$upscope $end
$upscope $end
$enddefinitions $end
#0
$dumpvars
r0.998 !
sfor_ward "
bx #
b1 $
$end
#2000
r0.998 !
b1101 #
r1e-300 !
sXFER "
b0 $
#10000000
r-Inf !
b101 #
`
	if d := cmp.Diff(want, b.String()); d != "" {
		t.Error(d)
	}
}

// A file without analogue signals still ends at the time of its last sample.
func TestVCDMarksTheEnd(t *testing.T) {
	var b strings.Builder
	w := NewVCD(&b, "")
	must(t, w.Begin([]Signal{{Name: "c", Type: Code, Bits: 1}}))
	must(t, w.Sample(0, []float64{1}))
	must(t, w.Sample(3e-12, []float64{1}))
	must(t, w.Close())
	if !strings.HasSuffix(b.String(), "#0\n$dumpvars\nb1 !\n$end\n#3\n") {
		t.Errorf("file ends with %q", b.String()[max(0, b.Len()-40):])
	}
	w = NewVCD(io.Discard, "")
	must(t, w.Begin(nil))
	must(t, w.Sample(1e3, nil))
	wantError(t, "past the last stamp", w.Sample(1e4, nil), "past the last time stamp")
}

func TestVCDIdentifiersAreDistinct(t *testing.T) {
	seen := map[string]bool{}
	for i := range 94*94 + 94 + 10 {
		id := vcdID(i)
		for _, c := range []byte(id) {
			if c < '!' || c > '~' {
				t.Fatalf("id %d is %q", i, id)
			}
		}
		if seen[id] {
			t.Fatalf("id %q comes twice", id)
		}
		seen[id] = true
	}
	if a, b, c := vcdID(0), vcdID(93), vcdID(94); a != "!" || b != "~" || c != "!!" {
		t.Errorf("ids 0, 93, 94 are %q, %q, %q", a, b, c)
	}
}

// Every picosecond of the engine's clock keeps its own time stamp.
func TestVCDTicksAreExact(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 100000 {
		want := random.Int64N(maxTick + 1)
		if got := ticks(float64(want) * 1e-12); got != want {
			t.Fatalf("%d ps becomes %d ps", want, got)
		}
	}
}

// A change is one value of a VCD file as text, by path.
type change struct {
	tick  int64
	value string
}

// parseVCD returns the changes by path. It fails on time stamps that do not
// increase and on undeclared identifiers.
func parseVCD(r io.Reader) (map[string][]change, error) {
	names := map[string]string{}
	changes := map[string][]change{}
	var scopes []string
	tick := int64(-1)
	remark := false // inside $date, $version, $comment or $timescale
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		f := strings.Fields(lines.Text())
		switch {
		case len(f) == 0:
		case remark, f[0] == "$date", f[0] == "$version", f[0] == "$comment", f[0] == "$timescale":
			remark = f[len(f)-1] != "$end"
		case f[0] == "$scope":
			scopes = append(scopes, f[2])
		case f[0] == "$upscope":
			scopes = scopes[:len(scopes)-1]
		case f[0] == "$var":
			name := strings.Join(append(scopes[:len(scopes):len(scopes)], f[4]), ".")
			names[f[3]] = name
		case f[0][0] == '$' && len(f[0]) > 1:
		case f[0][0] == '#':
			next, err := strconv.ParseInt(f[0][1:], 10, 64)
			if err != nil || next <= tick {
				return nil, fmt.Errorf("time stamp %s after %d", f[0], tick)
			}
			tick = next
		default:
			value, id := f[0][:1], f[0][1:]
			if len(f) == 2 {
				value, id = f[0], f[1]
			}
			name, ok := names[id]
			if !ok {
				return nil, fmt.Errorf("unknown identifier in %q", lines.Text())
			}
			changes[name] = append(changes[name], change{tick, value})
		}
	}
	return changes, lines.Err()
}

// replay turns the changes of one signal into its value at each tick: numbers
// for reals and codes, the text for strings.
func replay(changes []change, ticks []int64) []any {
	var out []any
	i := 0
	for _, tick := range ticks {
		for i < len(changes) && changes[i].tick <= tick {
			i++
		}
		if i == 0 {
			out = append(out, nil)
			continue
		}
		text := changes[i-1].value
		switch text[0] {
		case 'r':
			v, _ := strconv.ParseFloat(text[1:], 64)
			out = append(out, v)
		case 's':
			out = append(out, text[1:])
		default:
			v, _ := strconv.ParseUint(strings.TrimPrefix(text, "b"), 2, 64)
			out = append(out, float64(v))
		}
	}
	return out
}

// checkReplay compares the changes with the bench record.
func checkReplay(t *testing.T, rec *Record, changes map[string][]change) {
	t.Helper()
	var ticks []int64
	for _, at := range rec.Time {
		ticks = append(ticks, int64(math.Round(at*1e12)))
	}
	for i, s := range rec.Signals {
		var want []any
		for _, v := range rec.Values[i] {
			switch {
			case s.Type == Text:
				want = append(want, s.Labels[int(v)])
			case s.Type == Code && v < 0:
				want = append(want, v+math.Ldexp(1, s.Bits)) // two's complement
			default:
				want = append(want, v)
			}
		}
		if d := cmp.Diff(want, replay(changes[s.Name], ticks), cmpopts.EquateApprox(1e-15, 0)); d != "" {
			t.Errorf("%s: %s", s.Name, d)
		}
	}
}

func TestVCDRoundTrip(t *testing.T) {
	f := &memFile{}
	rec := writeBench(t, NewVCD(f, "bench"))
	changes, err := parseVCD(strings.NewReader(string(f.b)))
	must(t, err)
	checkReplay(t, rec, changes)
	for _, s := range bench {
		if n := len(changes[s.Name]); s.Type.analogue() && n != benchSamples {
			t.Errorf("%s: %d changes for %d samples", s.Name, n, benchSamples)
		}
	}
}

// GTKWave's converters read the file and give the same values back.
func TestVCDThroughFST(t *testing.T) {
	for _, tool := range []string{"vcd2fst", "fst2vcd"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%s (GTKWave) is not installed: %v", tool, err)
		}
	}
	f := create(t, "bench.vcd")
	rec := writeBench(t, NewVCD(f, "bench"))
	fst := filepath.Join(t.TempDir(), "bench.fst")
	if out, err := exec.Command("vcd2fst", f.Name(), fst).CombinedOutput(); err != nil {
		t.Fatalf("vcd2fst: %v\n%s", err, out)
	}
	out, err := exec.Command("fst2vcd", fst).Output()
	must(t, err)
	changes, err := parseVCD(strings.NewReader(string(out)))
	must(t, err)
	if len(changes) != len(bench) {
		t.Fatalf("%d signals came back, want %d", len(changes), len(bench))
	}
	checkReplay(t, rec, changes)
}

// No name or title adds a line, a scope or an end to the header.
func TestVCDHeaderCannotBeSmuggledInto(t *testing.T) {
	var signals []Signal
	for _, name := range hostile {
		signals = append(signals, Signal{Name: "top." + strings.ReplaceAll(name, ".", ":"), Type: Text, Labels: []string{name}})
	}
	for _, title := range hostile {
		f := &memFile{}
		w := NewVCD(f, title)
		must(t, w.Begin(signals))
		must(t, w.Sample(0, make([]float64, len(signals))))
		must(t, w.Close())
		// Three lines before the scope, four around the variables, #0,
		// $dumpvars and its end, and two lines for every signal.
		if lines := strings.Count(string(f.b), "\n"); lines != 3+3+3+2*len(signals) {
			t.Errorf("title %.20q: %d lines:\n%s", title, lines, f.b)
		}
		changes, err := parseVCD(strings.NewReader(string(f.b)))
		must(t, err)
		if len(changes) != len(signals) {
			t.Errorf("title %.20q: %d signals, want %d", title, len(changes), len(signals))
		}
	}
}
