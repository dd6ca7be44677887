package sweep

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
)

// Limits of a Result, assumed; with every byte of the names escaped it still
// fits into maxLine.
const (
	maxMeasures = 512
	maxName     = 256 // bytes
)

// A Measure is one named result of a point. The name carries the unit:
// "energy_per_example_J".
type Measure struct {
	Name  string
	Value float64 // finite
}

// A Result is what a point gave, in the order in which the columns of the
// merged table should stand. In JSON it is an object.
type Result []Measure

// check refuses a result that the files could not hold.
func (r Result) check() error {
	if len(r) > maxMeasures {
		return fmt.Errorf("%d measures, at most %d are possible", len(r), maxMeasures)
	}
	seen := make(map[string]bool, len(r))
	for _, m := range r {
		switch {
		case m.Name == "":
			return errors.New("measure without a name")
		case seen[m.Name]:
			return fmt.Errorf("measure %q is given twice", m.Name)
		case len(m.Name) > maxName:
			return fmt.Errorf("measure name of %d bytes, at most %d are possible", len(m.Name), maxName)
		case slices.Contains(reserved, m.Name):
			return fmt.Errorf("measure %q has the name of a column of the sweep's table", m.Name)
		case math.IsNaN(m.Value) || math.IsInf(m.Value, 0):
			return fmt.Errorf("measure %q is %v", m.Name, m.Value)
		}
		if err := checkText("measure", m.Name); err != nil {
			return err
		}
		seen[m.Name] = true
	}
	return nil
}

// checkAgainst checks r and refuses a measure with the name of a parameter:
// both are columns of the merged table.
func (r Result) checkAgainst(settings []Setting) error {
	if err := r.check(); err != nil {
		return err
	}
	for _, s := range settings {
		if slices.ContainsFunc(r, func(m Measure) bool { return m.Name == s.Path }) {
			return fmt.Errorf("measure %q has the name of a parameter", s.Path)
		}
	}
	return nil
}

// same reports whether two results agree bit for bit.
func (r Result) same(s Result) bool {
	return slices.EqualFunc(r, s, func(a, b Measure) bool {
		return a.Name == b.Name && math.Float64bits(a.Value) == math.Float64bits(b.Value)
	})
}

// MarshalJSON implements [json.Marshaler].
func (r Result) MarshalJSON() ([]byte, error) {
	return marshalObject(len(r), func(i int) (string, any) { return r[i].Name, r[i].Value })
}

// marshalObject encodes n fields in their order, which a Go map would lose.
func marshalObject(n int, field func(int) (key string, value any)) ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		key, value := field(i)
		k, err := json.Marshal(key)
		if err != nil {
			return nil, err
		}
		v, err := json.Marshal(value)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", key, err)
		}
		b.Write(k)
		b.WriteByte(':')
		b.Write(v)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// UnmarshalJSON implements [json.Unmarshaler], keeping the order of the keys.
func (r *Result) UnmarshalJSON(text []byte) error {
	d := json.NewDecoder(bytes.NewReader(text))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return errors.New("a result must be an object")
	}
	out := Result{}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return err
		}
		m := Measure{Name: key.(string)} // the decoder admits only strings as keys
		if err := d.Decode(&m.Value); err != nil {
			return err
		}
		out = append(out, m)
	}
	if _, err := d.Token(); err != nil { // the closing brace
		return err
	}
	*r = out
	return out.check()
}
