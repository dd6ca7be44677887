package dataset

import "fmt"

// Affine returns the examples of s with every feature v replaced by
// scale*v + offset; both share the data of s.
func (s *Set) Affine(scale, offset float64) *Set {
	if scale == 1 && offset == 0 {
		return s
	}
	t := *s
	t.Source = fmt.Sprintf("%s; value = %v * feature + %v", s.Source, scale, offset)
	t.rows = affine{s.rows, float32(scale), float32(offset)}
	return &t
}

type affine struct {
	rows
	scale, offset float32
}

func (a affine) read(i int, dst []float32) {
	a.rows.read(i, dst)
	for k, v := range dst {
		dst[k] = float32(a.scale*v) + a.offset
	}
}
