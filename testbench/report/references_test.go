package report

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func TestRegistry(t *testing.T) {
	var keys []string
	for _, r := range References() {
		keys = append(keys, r.Key)
		if !regexp.MustCompile(`^[a-z]+(19|20)\d\d$`).MatchString(r.Key) || !strings.HasSuffix(r.Key, fmt.Sprint(r.Year)) {
			t.Errorf("key %q does not end in the year", r.Key)
		}
		if len(r.Authors) == 0 || r.Title == "" || r.Venue == "" || r.For == "" {
			t.Errorf("%s lacks a field: %+v", r.Key, r)
		}
		if r.DOI != "" && !regexp.MustCompile(`^10\.\d{4,5}/\S+$`).MatchString(r.DOI) {
			t.Errorf("%s: doi %q", r.Key, r.DOI)
		}
		surname := strings.ToLower(strings.SplitN(bibNames(r.Authors)[0], ",", 2)[0])
		if !strings.HasPrefix(r.Key, surname) {
			t.Errorf("key %q does not begin with %q", r.Key, surname)
		}
	}
	if !slices.IsSorted(keys) || len(slices.Compact(slices.Clone(keys))) != len(keys) {
		t.Errorf("keys are not sorted or not unique: %v", keys)
	}
	References()[0].Key = "changed"
	if References()[0].Key == "changed" {
		t.Error("a caller can change the registry")
	}
}

func TestBibTeX(t *testing.T) {
	r, ok := Lookup("larochelle2007")
	if !ok {
		t.Fatal("not found")
	}
	want := `@inproceedings{larochelle2007,
  author      = {Larochelle, H. and Erhan, D. and Courville, A. and Bergstra, J. and Bengio, Y.},
  title       = {{An empirical evaluation of deep architectures on problems with many factors of variation}},
  booktitle   = {Proceedings of the 24th International Conference on Machine Learning (ICML)},
  pages       = {473--480},
  year        = {2007},
  doi         = {10.1145/1273496.1273556},
  note        = {the MNIST-backrand images},
}
`
	if got := r.BibTeX(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestWriteBibTeX(t *testing.T) {
	var all, two bytes.Buffer
	if err := WriteBibTeX(&all); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(all.String(), "@"); n != len(References()) {
		t.Errorf("%d entries, want %d", n, len(References()))
	}
	for _, r := range all.String() {
		if r > 127 {
			t.Errorf("%q is not ASCII", r)
		}
	}
	if strings.Count(all.String(), "{") != strings.Count(all.String(), "}") {
		t.Error("braces do not balance")
	}
	if err := WriteBibTeX(&two, "gong2018", "boybat2018", "gong2018"); err != nil {
		t.Fatal(err)
	}
	if got := regexp.MustCompile(`@\w+\{(\w+),`).FindAllString(two.String(), -1); len(got) != 2 || got[0] != "@article{boybat2018," {
		t.Errorf("entries %v", got)
	}
	if err := WriteBibTeX(&two, "nobody1900"); err == nil {
		t.Error("an unknown key was accepted")
	}
}

func TestBibNames(t *testing.T) {
	got := bibNames([]string{"M. Le Gallo", "N. C. P. Farinha", "C. di Nolfo"})
	want := []string{"Le Gallo, M.", "Farinha, N. C. P.", "di Nolfo, C."}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestCitation(t *testing.T) {
	r, _ := Lookup("ambrogio2018")
	const want = "S. Ambrogio et al.: Equivalent-accuracy accelerated neural-network training using analogue memory. Nature 558, 60–67 (2018)."
	if got := r.Citation(); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
