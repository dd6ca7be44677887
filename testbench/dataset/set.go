package dataset

import (
	"fmt"
	"io"
	"slices"
)

// A File is one input file of a Set, for the record of a run.
type File struct {
	Path   string `json:"path"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"` // lower-case hexadecimal, of the file as stored
}

// A Set is an immutable, labelled list of examples, safe for concurrent use.
type Set struct {
	Name    string // "mnist train"
	Source  string // where the data come from and how they were derived, in prose
	Classes int    // labels are 0 to Classes-1
	Files   []File // the files read, labels included

	labels []uint8 // of all stored examples
	rows   rows
	first  int       // stored index of example 0
	n      int       // number of examples
	closer io.Closer // nil when all data are in memory
}

// rows is the storage of features.
type rows interface {
	// dim returns the number of features of an example.
	dim() int
	// read writes stored example i into dst, of length dim, without allocating.
	read(i int, dst []float32)
}

// newSet returns a Set of all rows, one per label. Labels are below classes.
func newSet(name, source string, classes int, labels []uint8, r rows, files ...File) *Set {
	return &Set{Name: name, Source: source, Classes: classes, Files: files, labels: labels, rows: r, n: len(labels)}
}

// Len returns the number of examples, N.
func (s *Set) Len() int { return s.n }

// Dim returns the number of features of an example, D.
func (s *Set) Dim() int { return s.rows.dim() }

// Label returns the label of example i.
func (s *Set) Label(i int) int {
	s.check(i)
	return int(s.labels[s.first+i])
}

// Example writes the features of example i into dst, of length D, and returns
// its label. It does not allocate. It panics if i or the length of dst is wrong.
func (s *Set) Example(i int, dst []float32) (label int) {
	s.check(i)
	if len(dst) != s.Dim() {
		panic(fmt.Sprintf("dataset: %s: %d features into a slice of %d", s.Name, s.Dim(), len(dst)))
	}
	s.rows.read(s.first+i, dst)
	return int(s.labels[s.first+i])
}

func (s *Set) check(i int) {
	if uint(i) >= uint(s.n) {
		panic(fmt.Sprintf("dataset: %s: example %d of %d", s.Name, i, s.n))
	}
}

// Subset returns the examples from to upto-1; both share the data of s.
func (s *Set) Subset(from, upto int) (*Set, error) {
	if from < 0 || upto < from || upto > s.n {
		return nil, fmt.Errorf("%s: examples %d to %d of %d", s.Name, from, upto, s.n)
	}
	sub := *s
	sub.first, sub.n = s.first+from, upto-from
	return &sub, nil
}

// Limit returns the first n examples, all of them if n is 0 or not below N.
func (s *Set) Limit(n int) *Set {
	sub := *s
	if n > 0 {
		sub.n = min(n, s.n)
	}
	return &sub
}

// Counts returns the number of examples of each class.
func (s *Set) Counts() []int {
	counts := make([]int, s.Classes)
	for _, l := range s.labels[s.first : s.first+s.n] {
		counts[l]++
	}
	return counts
}

// Close releases the memory map of a feature file, for every Set derived from
// it too; none may be used after. It is a no-op for data in memory.
func (s *Set) Close() error {
	if s.closer == nil {
		return nil
	}
	return s.closer.Close()
}

// checkLabels returns an error that names the file and the row (example,
// counted from 0) of the first label that is not below classes.
func checkLabels(path string, labels []uint8, classes int) error {
	if classes < 1 || classes > 256 {
		return fmt.Errorf("%s: %d classes, want 1 to 256", path, classes)
	}
	row := slices.IndexFunc(labels, func(l uint8) bool { return int(l) >= classes })
	if row >= 0 {
		return fmt.Errorf("%s: row %d: label %d, want 0 to %d", path, row, labels[row], classes-1)
	}
	return nil
}
