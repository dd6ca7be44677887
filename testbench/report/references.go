package report

import (
	"fmt"
	"io"
	"strings"
)

// A Reference is one paper. Fields that a kind does not have are empty.
type Reference struct {
	Key     string // "ambrogio2018"
	Kind    string // BibTeX entry type: "article", "inproceedings", "techreport"
	Authors []string
	Title   string
	Venue   string // journal, proceedings or institution
	Volume  string
	Number  string
	Pages   string
	Year    int
	DOI     string
	// For says what in Engram rests on it.
	For string
}

// References returns the registry, in alphabetical order of its keys. The
// slice is the caller's own.
func References() []Reference { return registry() }

// Lookup finds a reference by key.
func Lookup(key string) (Reference, bool) {
	for _, r := range registry() {
		if r.Key == key {
			return r, true
		}
	}
	return Reference{}, false
}

// Citation is the reference as plain text, without its DOI.
func (r Reference) Citation() string {
	s := listed(r.Authors) + ": " + r.Title + ". " + r.Venue
	if r.Volume != "" {
		s += " " + r.Volume
	}
	if r.Number != "" {
		s += "(" + r.Number + ")"
	}
	if r.Pages != "" {
		s += ", " + r.Pages
	}
	return fmt.Sprintf("%s (%d).", s, r.Year)
}

// listed names up to three authors, and the first of more.
func listed(authors []string) string {
	if len(authors) > 3 {
		return authors[0] + " et al."
	}
	return strings.Join(authors, ", ")
}

// BibTeX is the reference as a BibTeX entry. Titles are braced so that styles
// keep their capitals.
func (r Reference) BibTeX() string {
	var b strings.Builder
	fmt.Fprintf(&b, "@%s{%s,\n", r.Kind, r.Key)
	field := func(name, value string) {
		if value != "" {
			fmt.Fprintf(&b, "  %-11s = {%s},\n", name, value)
		}
	}
	field("author", texEscape(strings.Join(bibNames(r.Authors), " and ")))
	field("title", "{"+texEscape(r.Title)+"}")
	field(r.venueField(), texEscape(r.Venue))
	field("volume", r.Volume)
	field("number", r.Number)
	field("pages", strings.ReplaceAll(r.Pages, "–", "--"))
	field("year", fmt.Sprint(r.Year))
	field("doi", r.DOI)
	field("note", texEscape(r.For))
	b.WriteString("}\n")
	return b.String()
}

func (r Reference) venueField() string {
	switch r.Kind {
	case "inproceedings":
		return "booktitle"
	case "techreport":
		return "institution"
	}
	return "journal"
}

// bibNames turns "G. W. Burr" into "Burr, G. W.", so that surnames of two
// words stay whole: the surname begins after the last initial.
func bibNames(authors []string) []string {
	out := make([]string, len(authors))
	for i, a := range authors {
		j := strings.LastIndex(a, ". ")
		out[i] = a
		if j >= 0 {
			out[i] = a[j+2:] + ", " + a[:j+1]
		}
	}
	return out
}

// texEscape escapes what TeX would read as a command, and writes accented
// letters as BibTeX of any age understands them.
func texEscape(s string) string {
	return strings.NewReplacer("&", `\&`, "%", `\%`, "_", `\_`, "#", `\#`, "é", `{\'e}`, "–", "--").Replace(s)
}

// WriteBibTeX writes the entries with the given keys, each once, in registry
// order; without keys, all of them.
func WriteBibTeX(w io.Writer, keys ...string) error {
	wanted := map[string]bool{}
	for _, k := range keys {
		if _, ok := Lookup(k); !ok {
			return fmt.Errorf("report: no reference with key %q", k)
		}
		wanted[k] = true
	}
	var entries []string
	for _, r := range registry() {
		if len(keys) == 0 || wanted[r.Key] {
			entries = append(entries, r.BibTeX())
		}
	}
	_, err := io.WriteString(w, strings.Join(entries, "\n"))
	return err
}
