package report

import (
	"bytes"
	"regexp"
	"strings"
	"testing"
)

func written(t *testing.T, r *Report) string {
	t.Helper()
	var b bytes.Buffer
	if err := r.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestWrite(t *testing.T) {
	page := written(t, sampleReport(t))
	if written(t, sampleReport(t)) != page {
		t.Error("two pages of the same report differ")
	}
	for _, want := range []string{
		"<h1>Leakage against transfer interval</h1>",
		"<p class=\"lead\">Beyond a ratio of 0.3 the loss exceeds 1 point.</p>",
		"<td class=\"number\">97.60</td>",
		"title = &#34;MNIST &lt;perceptron&gt; &amp; more&#34;",
		"<td>threshold mismatch AVT</td>",
		"M. J. M. Pelgrom, A. C. J. Duinmaijer, A. P. G. Welbers: Matching properties of MOS transistors.",
		"<a href=\"https://doi.org/10.1038/s41586-018-0180-5\" rel=\"noreferrer\">",
		`<meta name="viewport" content="width=device-width, initial-scale=1">`,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("page lacks %s", want)
		}
	}
	checkBalanced(t, page)
	checkSelfContained(t, page)
}

// checkBalanced walks the tags and checks that each is closed by its own.
func checkBalanced(t *testing.T, page string) {
	t.Helper()
	void := map[string]bool{"meta": true, "link": true, "!DOCTYPE": true}
	var open []string
	// Script-free pages have "<" in tags only; everything else is escaped.
	for _, m := range regexp.MustCompile(`<(/?)([!a-zA-Z][a-zA-Z0-9]*)((?:"[^"]*"|[^">])*)>`).FindAllStringSubmatch(page, -1) {
		switch {
		case void[m[2]]:
		case m[1] == "":
			open = append(open, m[2])
		case len(open) == 0 || open[len(open)-1] != m[2]:
			t.Fatalf("</%s> closes %v", m[2], open)
		default:
			open = open[:len(open)-1]
		}
	}
	if len(open) > 0 {
		t.Errorf("never closed: %v", open)
	}
}

// checkSelfContained looks for anything a browser would load, for identifiers
// used twice, and for images without size or text alternative.
func checkSelfContained(t *testing.T, page string) {
	t.Helper()
	for _, bad := range []string{`src=`, `<script`, `@import`, `<img`, `<iframe`, `<object`, `<embed`, `url(h`, `url(/`, `javascript:`, "xlink:href"} {
		if strings.Contains(page, bad) {
			t.Errorf("page contains %q", bad)
		}
	}
	for _, link := range regexp.MustCompile(`<link[^>]*>`).FindAllString(page, -1) {
		if link != `<link rel="icon" href="data:,">` {
			t.Errorf("page links %s", link)
		}
	}
	for _, href := range regexp.MustCompile(`<[^a][^>]*href="http[^>]*>`).FindAllString(page, -1) {
		t.Errorf("an element other than a link refers to the web: %s", href)
	}
	seen := map[string]bool{}
	for _, m := range regexp.MustCompile(` id="([^"]*)"`).FindAllStringSubmatch(page, -1) {
		if seen[m[1]] {
			t.Errorf("id %q is used twice", m[1])
		}
		seen[m[1]] = true
	}
	svgs := regexp.MustCompile(`<svg[^>]*>`).FindAllString(page, -1)
	if len(svgs) != 3 {
		t.Errorf("%d figures, want 3", len(svgs))
	}
	for _, s := range svgs {
		for _, attr := range []string{` role="img"`, ` aria-label="`, ` viewBox="`, ` width="`, ` height="`} {
			if strings.Count(s, attr) != 1 {
				t.Errorf("%d times%s in %.200s", strings.Count(s, attr), attr, s)
			}
		}
	}
}

func TestWriteMinimal(t *testing.T) {
	page := written(t, &Report{Title: `A & B <i>"x"</i>`})
	if !strings.Contains(page, "<h1>A &amp; B &lt;i&gt;&#34;x&#34;&lt;/i&gt;</h1>") {
		t.Errorf("title is not escaped:\n%s", page)
	}
	if strings.Contains(page, "<section") {
		t.Error("an empty report has sections")
	}
	checkBalanced(t, page)
}

const box = `<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1" viewBox="0 0 1 1">`

func TestWriteRefuses(t *testing.T) {
	figure := func(svg string) *Report {
		return &Report{Title: "T", Figures: []Figure{{Title: "F", Alt: "a", SVG: []byte(svg)}}}
	}
	for _, tc := range []struct {
		r    *Report
		want string
	}{
		{&Report{}, "no title"},
		{&Report{Title: "T", References: []string{"nobody1900"}}, `no reference with key "nobody1900"`},
		{&Report{Title: "T", Tables: []Table{{Title: "X", Header: []string{"a", "b"}, Rows: [][]string{{"1"}}}}}, `table "X": row 0 has 1 cells, want 2`},
		{&Report{Title: "T", Summary: Table{Rows: [][]string{{"1", "2"}, {"1"}}}}, "row 1 has 1 cells, want 2"},
		{&Report{Title: "T", Figures: []Figure{{Title: "F", SVG: []byte(box + "</svg>")}}}, `figure "F" has no text alternative`},
		{figure(""), "no svg element"},
		{figure(box), "unclosed"},
		{figure(`<svg></svg>`), "no width, height or viewBox"},
		{figure(`<p></p>`), "element p is not allowed"},
		{figure(box + `<script>1</script></svg>`), "element script is not allowed"},
		{figure(box + `<image href="http://x/y.png"/></svg>`), "element image is not allowed"},
		{figure(box + `<use href="http://x/y.svg#a"/></svg>`), `reference to "http://x/y.svg#a"`},
		{figure(box + `<g onclick="1"/></svg>`), "attribute onclick is not allowed"},
		{figure(box + `<g style="fill:url(http://x)"/></svg>`), "reference to url(http://x)"},
		{figure(box + `<g style="fill:u\72l(http://x)"/></svg>`), "backslash"},
		{figure(box + `</svg>` + box + `</svg>`), "outside the svg element"},
		{figure(box + `<g></svg>`), "SVG"},
	} {
		var b bytes.Buffer
		err := tc.r.Write(&b)
		if err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("error is %v, want %q", err, tc.want)
		}
		if b.Len() > 0 {
			t.Errorf("%q: a page was written all the same", tc.want)
		}
	}
}

// TestInlineIDs puts the same document into a page twice: its identifiers and
// the references to them must not clash.
func TestInlineIDs(t *testing.T) {
	svg := `<?xml version="1.0"?><!-- c -->` + box +
		`<defs><clipPath id="a"><path d="M0,0"/></clipPath></defs><g clip-path="url(#a)" style="fill:URL(#a);mask:url(#a)"/>` +
		`<use href="#a"/><text>1 &lt; 2</text></svg>`
	got, err := inline([]byte(svg), "f2-", `x "y"`)
	if err != nil {
		t.Fatal(err)
	}
	want := `<svg role="img" aria-label="x &#34;y&#34;" xmlns="http://www.w3.org/2000/svg" width="1" height="1" viewBox="0 0 1 1">` +
		`<defs><clipPath id="f2-a"><path d="M0,0"></path></clipPath></defs>` +
		`<g clip-path="url(#f2-a)" style="fill:url(#f2-a);mask:url(#f2-a)"></g>` +
		`<use href="#f2-a"></use><text>1 &lt; 2</text></svg>`
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func FuzzInline(f *testing.F) {
	f.Add(box + `<g id="a" style="fill:url(#a)"/></svg>`)
	f.Add(box + `<use xlink:href="#x"/></svg>`)
	f.Add(`<svg><script/></svg>`)
	f.Add(`<!DOCTYPE svg [<!ENTITY a "b">]>` + box + `&a;</svg>`)
	f.Fuzz(func(t *testing.T, doc string) {
		got, err := inline([]byte(doc), "p-", "label")
		if err != nil {
			return
		}
		if strings.Contains(strings.ToLower(got), "<script") || !strings.HasPrefix(got, `<svg role="img" aria-label="label"`) {
			t.Errorf("%q became %q", doc, got)
		}
		// What was accepted once is accepted again.
		if _, err := inline([]byte(got), "q-", "label"); err != nil {
			t.Errorf("%q became %q, then: %v", doc, got, err)
		}
	})
}

func TestNumericColumns(t *testing.T) {
	got := numericColumns(Table{Rows: [][]string{
		{"a1", "−0.5", "", "", "±3 %", "< 1"},
		{"b", "12,000", "7", "", "4", "~2"},
	}})
	want := []bool{false, true, true, false, true, true}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("column %d: numeric is %v, want %v", i, got[i], want[i])
		}
	}
}
