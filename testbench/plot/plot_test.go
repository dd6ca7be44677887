package plot

import (
	"bytes"
	"encoding/xml"
	"errors"
	"flag"
	"image/png"
	"io"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	gplot "gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/recorder"
)

var save = flag.String("save", "", "write every sample figure to this folder, to look at")

func svg(t *testing.T, f *Figure) string {
	t.Helper()
	var b bytes.Buffer
	if err := f.SVG(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestFigures(t *testing.T) {
	for _, s := range samples() {
		t.Run(s.name, func(t *testing.T) {
			f := mustDraw(t, s)
			first := svg(t, f)
			if again := svg(t, mustDraw(t, s)); again != first {
				t.Error("two drawings of the same data differ")
			}
			checkSVG(t, first)
			texts := svgTexts(t, first)
			for _, w := range append(s.want, f.Title()) {
				if !strings.Contains(texts, w) {
					t.Errorf("SVG lacks the text %q", w)
				}
			}
			if !strings.HasPrefix(f.Alt(), f.Title()) || len(f.Alt()) < len(f.Title())+20 {
				t.Errorf("text alternative says too little: %q", f.Alt())
			}
			if *save != "" {
				if err := f.Save(filepath.Join(*save, s.name)); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// checkSVG parses the document and looks for numbers that are not finite,
// references, and the root's attributes.
func checkSVG(t *testing.T, s string) {
	t.Helper()
	if m := regexp.MustCompile(`NaN|[+-]?Inf\b`).FindString(s); m != "" {
		t.Errorf("SVG contains %s", m)
	}
	for _, bad := range []string{"href=", "url(", "<script", "<image"} {
		if strings.Contains(s, bad) {
			t.Errorf("SVG contains %q", bad)
		}
	}
	d := xml.NewDecoder(strings.NewReader(s))
	root := map[string]string{}
	paths := 0
	for {
		tok, err := d.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatalf("SVG is not well-formed: %v", err)
		}
		e, ok := tok.(xml.StartElement)
		if !ok {
			continue
		}
		switch e.Name.Local {
		case "svg":
			for _, a := range e.Attr {
				root[a.Name.Local] = a.Value
			}
		case "path":
			paths++
		}
	}
	if root["role"] != "img" || root["aria-label"] == "" || root["viewBox"] == "" || root["width"] == "" {
		t.Errorf("root element is %v", root)
	}
	if paths < 10 {
		t.Errorf("only %d paths drawn", paths)
	}
}

// svgTexts is everything written in the figure, with wrapped lines joined.
func svgTexts(t *testing.T, s string) string {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(s))
	var texts []string
	inText := false
	for {
		tok, err := d.Token()
		if err == io.EOF {
			return strings.Join(texts, " ")
		}
		if err != nil {
			t.Fatal(err)
		}
		switch e := tok.(type) {
		case xml.StartElement:
			inText = e.Name.Local == "text"
		case xml.EndElement:
			inText = false
		case xml.CharData:
			if inText {
				texts = append(texts, string(e))
			}
		}
	}
}

// TestWithinCanvas replays each figure through a recorder and checks that no
// text begins or ends outside the page.
func TestWithinCanvas(t *testing.T) {
	for _, s := range samples() {
		f := mustDraw(t, s)
		for _, box := range textBoxes(f) {
			if box.Min.X < 0 || box.Min.Y < -1 || box.Max.X > figureWidth || box.Max.Y > f.height {
				t.Errorf("%s: text at %.0f..%.0f, %.0f..%.0f leaves the %g x %g page",
					s.name, box.Min.X, box.Max.X, box.Min.Y, box.Max.Y, figureWidth, f.height)
			}
		}
	}
}

// textBoxes are the extents of all horizontal text of a figure.
func textBoxes(f *Figure) []vg.Rectangle {
	var rec recorder.Canvas
	f.draw(draw.NewCanvas(&rec, figureWidth, f.height))
	var boxes []vg.Rectangle
	shifts, depth := []vg.Point{{}}, []bool{false}
	for _, a := range rec.Actions {
		switch a := a.(type) {
		case *recorder.Push:
			shifts, depth = append(shifts, shifts[len(shifts)-1]), append(depth, depth[len(depth)-1])
		case *recorder.Pop:
			shifts, depth = shifts[:len(shifts)-1], depth[:len(depth)-1]
		case *recorder.Rotate:
			depth[len(depth)-1] = true
		case *recorder.FillString:
			if depth[len(depth)-1] {
				continue
			}
			sty := textStyle(a.Size)
			boxes = append(boxes, vg.Rectangle{Min: a.Point,
				Max: a.Point.Add(vg.Point{X: sty.Width(a.String), Y: a.Size * 0.7})})
		}
	}
	return boxes
}

func TestPNG(t *testing.T) {
	s := samples()[0]
	var a, b bytes.Buffer
	if err := mustDraw(t, s).PNG(&a); err != nil {
		t.Fatal(err)
	}
	if err := mustDraw(t, s).PNG(&b); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(a.Bytes(), b.Bytes()) {
		t.Error("two PNGs of the same data differ")
	}
	cfg, err := png.DecodeConfig(&a)
	if err != nil {
		t.Fatal(err)
	}
	if want := int(math.Round(float64(figureWidth) / 72 * pngDPI)); cfg.Width != want {
		t.Errorf("PNG is %d pixels wide, want %d", cfg.Width, want)
	}
}

func TestSave(t *testing.T) {
	base := filepath.Join(t.TempDir(), "figure")
	if err := mustDraw(t, samples()[0]).Save(base); err != nil {
		t.Fatal(err)
	}
	for _, ext := range []string{".svg", ".png"} {
		if st, err := os.Stat(base + ext); err != nil || st.Size() < 1000 {
			t.Errorf("%s: %v, %v", ext, st, err)
		}
	}
	if err := mustDraw(t, samples()[0]).Save(filepath.Join(base, "no", "such")); err == nil {
		t.Error("saving into a folder that does not exist succeeded")
	}
}

func TestEmpty(t *testing.T) {
	for name, draw := range map[string]func() (*Figure, error){
		"training":     func() (*Figure, error) { return Training(TrainingData{Title: "T"}) },
		"empty curve":  func() (*Figure, error) { return Training(TrainingData{Title: "T", Curves: []Curve{{Name: "a"}}}) },
		"heat map":     func() (*Figure, error) { return HeatMap(HeatMapData{Title: "T"}) },
		"collapse":     func() (*Figure, error) { return Collapse(CollapseData{Title: "T"}) },
		"energy":       func() (*Figure, error) { return Energy(EnergyData{Title: "T"}) },
		"zero energy":  func() (*Figure, error) { return Energy(EnergyData{Title: "T", Rows: []EnergyRow{{"a", "b", 0}}}) },
		"scatter":      func() (*Figure, error) { return EnergyAccuracy(EnergyAccuracyData{Title: "T"}) },
		"histogram":    func() (*Figure, error) { return Histogram(HistogramData{Title: "T"}) },
		"empty sample": func() (*Figure, error) { return Histogram(HistogramData{Title: "T", Samples: []Sample{{Name: "a"}}}) },
		"device":       func() (*Figure, error) { return Device(DeviceData{Title: "T"}) },
		"ageing":       func() (*Figure, error) { return Ageing(AgeingData{Title: "T"}) },
		"ablation":     func() (*Figure, error) { return Ablation(AblationData{Title: "T"}) },
		"scaling":      func() (*Figure, error) { return Scaling(ScalingData{Title: "T"}) },
		"missing cells": func() (*Figure, error) {
			return HeatMap(HeatMapData{Title: "T", Xs: []float64{1}, Ys: []float64{1}, Accuracy: [][]float64{{math.NaN()}}})
		},
	} {
		if _, err := draw(); !errors.Is(err, ErrNoData) || !strings.Contains(err.Error(), "plot: T: ") {
			t.Errorf("%s: error is %v, want ErrNoData that names the figure", name, err)
		}
	}
}

func TestSinglePoint(t *testing.T) {
	one := []Curve{{Name: "a", X: []float64{3}, Y: []float64{97}, SD: []float64{0.5}}}
	q := Quantity{Name: "x", Unit: "s"}
	for name, draw := range map[string]func() (*Figure, error){
		"training": func() (*Figure, error) { return Training(TrainingData{Title: "T", Curves: one}) },
		"error":    func() (*Figure, error) { return Training(TrainingData{Title: "T", Curves: one, Error: true}) },
		"heat map": func() (*Figure, error) {
			return HeatMap(HeatMapData{Title: "T", Xs: []float64{1}, Ys: []float64{2}, Accuracy: [][]float64{{50}}})
		},
		"collapse": func() (*Figure, error) {
			return Collapse(CollapseData{Title: "T", Taus: []TauCurve{{Tau: 1, Interval: []float64{1}, Accuracy: []float64{5}}}})
		},
		"energy": func() (*Figure, error) { return Energy(EnergyData{Title: "T", Rows: []EnergyRow{{"a", "b", 1e-12}}}) },
		"scatter": func() (*Figure, error) {
			return EnergyAccuracy(EnergyAccuracyData{Title: "T", Points: []EnergyPoint{{Label: "a", Joules: 1, Accuracy: 5}}})
		},
		"histogram": func() (*Figure, error) {
			return Histogram(HistogramData{Title: "T", X: q, Samples: []Sample{{Name: "a", Values: []float64{0}}}})
		},
		"log histogram": func() (*Figure, error) {
			return Histogram(HistogramData{Title: "T", X: q, LogY: true, Samples: []Sample{{Name: "a", Values: []float64{1, 1}}}})
		},
		"device": func() (*Figure, error) {
			return Device(DeviceData{Title: "T", X: q, Y: q, Curves: one, References: one})
		},
		"ageing": func() (*Figure, error) { return Ageing(AgeingData{Title: "T", Curves: one}) },
		"ablation": func() (*Figure, error) {
			return Ablation(AblationData{Title: "T", Reference: "b", Bars: []AblationBar{{"a", 0, 0, 97}}})
		},
		"scaling": func() (*Figure, error) { return Scaling(ScalingData{Title: "T", X: q, Y: q, Curves: one}) },
	} {
		f, err := draw()
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if s := svg(t, f); strings.Contains(s, "NaN") || strings.Contains(s, "Inf") {
			t.Errorf("%s: SVG has numbers that are not finite", name)
		}
	}
}

func TestRefuses(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	curve := func(x, y, sd float64) []Curve {
		return []Curve{{Name: "c", X: []float64{1, x}, Y: []float64{1, y}, SD: []float64{0, sd}}}
	}
	for _, tc := range []struct {
		want string
		draw func() (*Figure, error)
	}{
		{`"c", point 1: x is NaN`, func() (*Figure, error) { return Training(TrainingData{Curves: curve(nan, 1, 0)}) }},
		{`"c", point 1: y is +Inf`, func() (*Figure, error) { return Training(TrainingData{Curves: curve(1, inf, 0)}) }},
		{`"c", point 1: half-length is -1`, func() (*Figure, error) { return Training(TrainingData{Curves: curve(1, 1, -1)}) }},
		{`"c", point 1: y is 0, on a log axis`, func() (*Figure, error) { return Training(TrainingData{Error: true, Curves: curve(1, 100, 0)}) }},
		{`"c", point 1: x is 0, on a log axis`, func() (*Figure, error) { return Ageing(AgeingData{Curves: curve(0, 1, 0)}) }},
		{`"c" has 1 x and 2 y values`, func() (*Figure, error) {
			return Device(DeviceData{Curves: []Curve{{Name: "c", X: []float64{1}, Y: []float64{1, 2}}}})
		}},
		{"transfer 0: epoch is NaN", func() (*Figure, error) {
			return Training(TrainingData{Curves: curve(2, 1, 0), Transfers: []float64{nan}})
		}},
		{"tau of curve 0 is 0", func() (*Figure, error) { return Collapse(CollapseData{Taus: []TauCurve{{}}}) }},
		{"row 0 (a, b): energy is -1 J", func() (*Figure, error) { return Energy(EnergyData{Rows: []EnergyRow{{"a", "b", -1}}}) }},
		{"x values must ascend, but 1 follows 2", func() (*Figure, error) {
			return HeatMap(HeatMapData{Xs: []float64{2, 1}, Ys: []float64{1}, Accuracy: [][]float64{{1, 2}}})
		}},
		{"row 0 has 1 accuracies for 2 x values", func() (*Figure, error) {
			return HeatMap(HeatMapData{Xs: []float64{1, 2}, Ys: []float64{1}, Accuracy: [][]float64{{1}}})
		}},
		{"column 0 is 101 %", func() (*Figure, error) {
			return HeatMap(HeatMapData{Xs: []float64{1}, Ys: []float64{1}, Accuracy: [][]float64{{101}}})
		}},
		{`mark "m": coordinate is 0`, func() (*Figure, error) {
			return HeatMap(HeatMapData{Xs: []float64{1}, Ys: []float64{1}, Accuracy: [][]float64{{1}}, Marks: []Mark{{Label: "m"}}})
		}},
	} {
		if _, err := tc.draw(); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("error is %v, want %q", err, tc.want)
		}
	}
}

// TestLegendAboveData checks that all legend text lies above the data area.
func TestLegendAboveData(t *testing.T) {
	for _, s := range samples() {
		f := mustDraw(t, s)
		if len(f.legend) == 0 {
			continue
		}
		var rec recorder.Canvas
		c := draw.NewCanvas(&rec, figureWidth, f.height)
		c = draw.Crop(c, margin, -margin, margin, -margin)
		c.Max.Y -= drawTitle(c, f.title)
		n := len(rec.Actions)
		used := f.legend.draw(c)
		for _, a := range rec.Actions[n:] {
			if txt, ok := a.(*recorder.FillString); ok && txt.Point.Y < c.Max.Y-used {
				t.Errorf("%s: legend text %q at %.0f reaches below %.0f", s.name, txt.String, txt.Point.Y, c.Max.Y-used)
			}
		}
	}
}

func TestNumber(t *testing.T) {
	for _, tc := range []struct {
		v      float64
		digits int
		want   string
	}{
		{0, 3, "0"}, {5.26, 3, "5.26"}, {0.1 + 0.2, 3, "0.3"}, {-40, 3, "−40"}, {8000, 4, "8,000"},
		{12345, 3, "12,300"}, {1234567, 7, "1,234,567"}, {-65536, 5, "−65,536"},
		{1e-9, 3, "1e−9"}, {2.5e12, 3, "2.5e12"}, {0.0004, 2, "0.0004"}, {99.996, 4, "100"},
	} {
		if got := number(tc.v, tc.digits); got != tc.want {
			t.Errorf("number(%g, %d) = %q, want %q", tc.v, tc.digits, got, tc.want)
		}
	}
}

func TestQuantityFormat(t *testing.T) {
	for _, tc := range []struct {
		q    Quantity
		v    float64
		want string
	}{
		{Quantity{Unit: "s"}, 5.26e-3, "5.26 ms"}, {Quantity{Unit: "s"}, 240e-9, "240 ns"}, {Quantity{Unit: "s"}, 1, "1 s"},
		{Quantity{Unit: "S"}, 25e-6, "25 µS"}, {Quantity{Unit: "J"}, 35.6e-15, "35.6 fJ"}, {Quantity{Unit: "V"}, -0.35e-3, "−350 µV"},
		{Quantity{Unit: "examples"}, 16000, "16,000 examples"}, {Quantity{Unit: "%"}, 97.4, "97.4 %"}, {Quantity{}, 0.5, "0.5"},
		{Quantity{Unit: "J"}, 1e-3, "1 mJ"}, {Quantity{Unit: "J"}, 0, "0 J"}, {Quantity{Unit: "W"}, 3e14, "300 TW"},
	} {
		if got := tc.q.Format(tc.v); got != tc.want {
			t.Errorf("%+v.Format(%g) = %q, want %q", tc.q, tc.v, got, tc.want)
		}
	}
}

// TestTicks checks over many ranges that ticks are in range, ascend, and carry
// between two and twelve distinct labels.
func TestTicks(t *testing.T) {
	check := func(name string, ticks []gplot.Tick, lo, hi float64) {
		t.Helper()
		labels := map[string]bool{}
		n := 0
		for i, k := range ticks {
			if k.Value < lo-1e-6*(hi-lo) || k.Value > hi+1e-6*(hi-lo) {
				t.Errorf("%s: tick %g outside", name, k.Value)
			}
			if i > 0 && k.Value <= ticks[i-1].Value {
				t.Errorf("%s: tick %g after %g", name, k.Value, ticks[i-1].Value)
			}
			if k.Label != "" {
				n++
				labels[k.Label] = true
			}
		}
		if n < 2 || n > 12 || len(labels) != n {
			t.Errorf("%s over %g..%g: %d labels, %d distinct", name, lo, hi, n, len(labels))
		}
	}
	for lo := -3.0; lo < 100; lo += 7.3 {
		for span := 1e-3; span < 1e6; span *= 3.7 {
			check("linear", linearTicks(lo, lo+span, 5), lo, lo+span)
		}
	}
	for lo := 1e-12; lo < 1e6; lo *= 13.7 {
		for ratio := 1.2; ratio < 1e15; ratio *= 2.9 {
			check("log", logTicks(lo, lo*ratio), lo, lo*ratio)
		}
	}
}

func TestPowerLaw(t *testing.T) {
	x := []float64{1, 10, 100, 1000}
	y := apply(x, func(v float64) float64 { return 3 * math.Pow(v, -1.5) })
	e, f, ok := PowerLaw(x, y)
	if !ok || math.Abs(e+1.5) > 1e-12 || math.Abs(f-3) > 1e-11 {
		t.Errorf("PowerLaw = %g, %g, %v; want -1.5, 3, true", e, f, ok)
	}
	for _, bad := range [][2][]float64{
		{{1, 2}, {1, 2}}, {{1, 1, 1}, {1, 2, 3}}, {{1, 2, 3}, {1, 0, 2}}, {{1, 2, 3}, {1, 2}}, {{1, 2, math.NaN()}, {1, 2, 3}},
	} {
		if _, _, ok := PowerLaw(bad[0], bad[1]); ok {
			t.Errorf("PowerLaw(%v, %v) found a fit", bad[0], bad[1])
		}
	}
}

func TestBinShares(t *testing.T) {
	edges := binEdges(extent{0, 4}, 4)
	got := binShares([]float64{0, 0.5, 1, 3.9, 4}, edges)
	for i, want := range []float64{40, 20, 0, 40} {
		if math.Abs(got[i]-want) > 1e-12 {
			t.Errorf("shares = %v, want 40 20 0 40", got)
			break
		}
	}
}

func TestFolded(t *testing.T) {
	bars := make([]bar, 30)
	for i := range bars {
		bars[i].value = float64(30 - i)
	}
	got := folded(bars, 20)
	sum := 0.0
	for _, b := range got {
		sum += b.value
	}
	if len(got) != 20 || sum != 465 || got[19].name != "11 smaller rows" {
		t.Errorf("%d bars that sum to %g, the last %q", len(got), sum, got[19].name)
	}
}

// TestLooksDiffer checks that the first twenty series differ from one another
// in dash or marker, as a grey print needs.
func TestLooksDiffer(t *testing.T) {
	type key struct {
		dash   int
		marker draw.GlyphDrawer
	}
	seen := map[key]int{}
	for i := range 18 {
		k := key{i % len(dashes), seriesMarker(i).Shape}
		if j, dup := seen[k]; dup {
			t.Errorf("series %d and %d look alike in grey", j, i)
		}
		seen[k] = i
	}
}

// TestRampLightness checks that the heat map's colours grow in luminance, so
// that a grey print keeps their order.
func TestRampLightness(t *testing.T) {
	last := -1.0
	for i := range 101 {
		c := ramp(float64(i) / 100)
		l := 0.2126*math.Pow(float64(c.R)/255, 2.2) + 0.7152*math.Pow(float64(c.G)/255, 2.2) + 0.0722*math.Pow(float64(c.B)/255, 2.2)
		if l <= last {
			t.Fatalf("luminance falls from %g to %g at %d %%", last, l, i)
		}
		last = l
	}
}

func TestLogTicksAreOfOneStyle(t *testing.T) {
	for _, c := range []struct {
		min, max float64
		want     string
	}{
		{5e3, 2e7, "1e4 1e5 1e6 1e7"},
		{5e3, 2e6, "10,000 100,000 1,000,000"},
		{5e-6, 2e-2, "1e−5 1e−4 1e−3 1e−2"},
		{0.05, 20, "0.1 1 10"},
	} {
		var labels []string
		for _, tick := range logTicks(c.min, c.max) {
			if tick.Label != "" {
				labels = append(labels, tick.Label)
			}
		}
		if got := strings.Join(labels, " "); got != c.want {
			t.Errorf("ticks from %g to %g are %q, want %q", c.min, c.max, got, c.want)
		}
	}
}
