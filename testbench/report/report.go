package report

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"os"
	"strings"
	"unicode/utf8"
)

// A Report is the content of one page. Everything but Title may be empty;
// empty sections are left out.
type Report struct {
	Title string
	// Command is the command line that made the results.
	Command string
	// Lead is the result in a sentence or two.
	Lead string
	// Summary is the table at the top, usually name and value.
	Summary Table
	Tables  []Table
	Figures []Figure
	// Netlist is the resolved netlist, shown folded.
	Netlist     string
	Assumptions []Assumption
	// References are keys of the registry, in the order to list them.
	References []string
}

// A Table has a heading, an optional note and rows as wide as its header. A
// header may be nil. Columns that hold numbers only are aligned right.
type Table struct {
	Title  string
	Note   string
	Header []string
	Rows   [][]string
}

// A Figure is an SVG document with what it shows said in words.
type Figure struct {
	Title   string
	Alt     string // text alternative; required
	Caption string // shown below; may be empty
	SVG     []byte
}

// A Drawing is a figure as package plot makes it.
type Drawing interface {
	Title() string
	Alt() string
	SVG(io.Writer) error
}

// NewFigure renders a drawing for the page.
func NewFigure(d Drawing, caption string) (Figure, error) {
	var b bytes.Buffer
	if err := d.SVG(&b); err != nil {
		return Figure{}, fmt.Errorf("report: %w", err)
	}
	return Figure{Title: d.Title(), Alt: d.Alt(), Caption: caption, SVG: b.Bytes()}, nil
}

// An Assumption is a value the results rest on, and where it comes from.
type Assumption struct {
	What   string
	Value  string
	Source string // a citation, or "assumed"
}

//go:embed report.html
var pageText string

//go:embed report.css
var styleText string

// page is what the template sees.
type page struct {
	*Report
	Style   template.CSS
	Drawn   []drawn
	Cited   []Reference
	Assumed Table
}

type drawn struct {
	Figure
	ID  string
	SVG template.HTML
}

// Write writes the page. It returns an error that names the table, figure or
// key if a row's width differs from its header's, a figure lacks a text
// alternative or is not self-contained SVG, or a reference is unknown.
func (r *Report) Write(w io.Writer) error {
	t, err := template.New("report").Funcs(template.FuncMap{"numeric": numericColumns, "paragraphs": paragraphs}).Parse(pageText)
	if err != nil {
		return fmt.Errorf("report: %w", err)
	}
	p := page{Report: r, Style: template.CSS(styleText), Assumed: assumptionTable(r.Assumptions)}
	if strings.TrimSpace(r.Title) == "" {
		return fmt.Errorf("report: no title")
	}
	for _, table := range append([]Table{r.Summary}, r.Tables...) {
		if err := table.check(); err != nil {
			return err
		}
	}
	for i, f := range r.Figures {
		d, err := draw(f, fmt.Sprintf("fig%d", i+1))
		if err != nil {
			return err
		}
		p.Drawn = append(p.Drawn, d)
	}
	for _, key := range r.References {
		ref, ok := Lookup(key)
		if !ok {
			return fmt.Errorf("report: no reference with key %q", key)
		}
		p.Cited = append(p.Cited, ref)
	}
	var b bytes.Buffer
	if err := t.Execute(&b, p); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	_, err = w.Write(b.Bytes())
	return err
}

// Save writes the page to a file.
func (r *Report) Save(path string) error {
	var b bytes.Buffer
	if err := r.Write(&b); err != nil {
		return err
	}
	if err := os.WriteFile(path, b.Bytes(), 0o666); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	return nil
}

// draw checks a figure and makes its SVG fit to stand in a page beside others.
func draw(f Figure, id string) (drawn, error) {
	if strings.TrimSpace(f.Alt) == "" {
		return drawn{}, fmt.Errorf("report: figure %q has no text alternative", f.Title)
	}
	svg, err := inline(f.SVG, id+"-", f.Alt)
	if err != nil {
		return drawn{}, fmt.Errorf("report: figure %q: %w", f.Title, err)
	}
	return drawn{Figure: f, ID: id, SVG: template.HTML(svg)}, nil
}

func (t Table) check() error {
	width := len(t.Header)
	for i, row := range t.Rows {
		if width == 0 {
			width = len(row)
		}
		if len(row) != width {
			return fmt.Errorf("report: table %q: row %d has %d cells, want %d", t.Title, i, len(row), width)
		}
	}
	return nil
}

// numericColumns tells which columns hold numbers (or nothing) in every row.
func numericColumns(t Table) []bool {
	if len(t.Rows) == 0 {
		return make([]bool, len(t.Header))
	}
	columns := make([]bool, len(t.Rows[0]))
	for c := range columns {
		filled := false
		columns[c] = true
		for _, row := range t.Rows {
			if row[c] == "" {
				continue
			}
			filled = true
			columns[c] = columns[c] && startsNumber(row[c])
		}
		columns[c] = columns[c] && filled
	}
	return columns
}

func startsNumber(s string) bool {
	s = strings.TrimLeft(s, "+-−±~<>≤≥ .")
	r, _ := utf8.DecodeRuneInString(s)
	return r >= '0' && r <= '9'
}

// paragraphs splits a text at blank lines.
func paragraphs(s string) []string {
	var out []string
	for p := range strings.SplitSeq(s, "\n\n") {
		if p = strings.TrimSpace(p); p != "" {
			out = append(out, p)
		}
	}
	return out
}

func assumptionTable(as []Assumption) Table {
	t := Table{Header: []string{"What", "Value", "Source"}}
	for _, a := range as {
		t.Rows = append(t.Rows, []string{a.What, a.Value, a.Source})
	}
	return t
}
