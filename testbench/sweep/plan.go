package sweep

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"math"
	"slices"
	"unicode/utf8"
)

// Limits of a plan. They keep a mistyped sweep from filling a disk and a
// hostile plan file from filling memory; all are assumed.
const (
	MaxPoints     = 1_000_000
	MaxParameters = 64
	maxText       = 4096    // bytes of one path or value
	maxPlanFile   = 4 << 20 // bytes of plan.json
)

// planFormat is the version of plan.json and of the ids derived from it.
const planFormat = 1

// A Parameter is one axis of a sweep.
type Parameter struct {
	Path   string   `json:"path"`   // as in the netlist: "device.leak.tau"
	Values []string `json:"values"` // as written there: "5.26 ms", "2000"
}

// A Spec says what to sweep.
type Spec struct {
	Tool       string      // program and version, recorded in the plan
	Inputs     []byte      // everything the points share, resolved: netlist, testbench, hashes of data
	Seed       uint64      // the plan's seed
	Parameters []Parameter // the last varies fastest
	Repeat     int         // points per combination, each with another seed; >= 1
	Shards     int         // shards the points are dealt to; 0: as the folder has it, or 1
}

// A Plan is a frozen Spec, as in plan.json. The fields are read only.
type Plan struct {
	Format     int         `json:"format"`
	ID         ID          `json:"id"` // hash of all other fields but Shards
	Tool       string      `json:"tool"`
	Inputs     ID          `json:"inputs_sha256"`
	Seed       uint64      `json:"seed"`
	Parameters []Parameter `json:"parameters"`
	Repeat     int         `json:"repeat"`
	Points     int         `json:"points"` // product of the numbers of values and Repeat
	Shards     int         `json:"shards"`
}

// An ID is a SHA-256, written in hexadecimal.
type ID [sha256.Size]byte

// String returns the 64 hexadecimal digits.
func (id ID) String() string { return hex.EncodeToString(id[:]) }

// MarshalText implements [encoding.TextMarshaler].
func (id ID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// UnmarshalText implements [encoding.TextUnmarshaler].
func (id *ID) UnmarshalText(text []byte) error {
	if len(text) != 2*len(id) {
		return fmt.Errorf("id of %d digits, want %d", len(text), 2*len(id))
	}
	_, err := hex.Decode(id[:], text)
	return err
}

// Freeze returns the plan of s. Its cost does not depend on the number of
// points, so that an impossible sweep is refused before anything is allocated.
func (s Spec) Freeze() (*Plan, error) {
	p := &Plan{
		Format:     planFormat,
		Tool:       s.Tool,
		Inputs:     sha256.Sum256(s.Inputs),
		Seed:       s.Seed,
		Parameters: s.Parameters,
		Repeat:     s.Repeat,
		Shards:     max(s.Shards, 1),
	}
	if s.Shards < 0 {
		return nil, fmt.Errorf("sweep of %d shards, must be at least 1", s.Shards)
	}
	n, err := p.count()
	if err != nil {
		return nil, err
	}
	p.Points = n
	p.ID = p.digest()
	return p, nil
}

// count checks the fields a caller chose and returns the number of points.
func (p *Plan) count() (int, error) {
	if err := checkText("tool", p.Tool); err != nil {
		return 0, err
	}
	if len(p.Parameters) > MaxParameters {
		return 0, fmt.Errorf("sweep of %d parameters, at most %d are possible", len(p.Parameters), MaxParameters)
	}
	if p.Repeat < 1 {
		return 0, fmt.Errorf("sweep repeat is %d, must be at least 1", p.Repeat)
	}
	if p.Shards < 1 || p.Shards > MaxPoints {
		return 0, fmt.Errorf("sweep of %d shards, must be 1 to %d", p.Shards, MaxPoints)
	}
	n := p.Repeat
	paths := make(map[string]bool)
	for _, q := range p.Parameters {
		if err := q.check(); err != nil {
			return 0, err
		}
		if paths[q.Path] {
			return 0, fmt.Errorf("sweep parameter %q is given twice", q.Path)
		}
		paths[q.Path] = true
		if n > math.MaxInt/len(q.Values) {
			return 0, fmt.Errorf("sweep of more than %d points, at most %d are possible", math.MaxInt, MaxPoints)
		}
		n *= len(q.Values)
	}
	if n > MaxPoints {
		return 0, fmt.Errorf("sweep of %d points, at most %d are possible", n, MaxPoints)
	}
	return n, nil
}

// reserved are the columns of the merged table that neither a parameter nor a
// measure may be named after.
var reserved = []string{"point", "id", "repeat", "seed", "error"}

// check reports an axis on which two points would have one id, or none.
func (q Parameter) check() error {
	if q.Path == "" {
		return errors.New("sweep parameter without a path")
	}
	if err := checkText("sweep parameter", q.Path); err != nil {
		return err
	}
	if slices.Contains(reserved, q.Path) {
		return fmt.Errorf("sweep parameter %q is set by the sweep itself; for more seeds raise repeat", q.Path)
	}
	if len(q.Values) == 0 {
		return fmt.Errorf("sweep parameter %q has no values", q.Path)
	}
	if len(q.Values) > MaxPoints {
		return fmt.Errorf("sweep parameter %q has %d values, at most %d are possible", q.Path, len(q.Values), MaxPoints)
	}
	seen := make(map[string]bool, len(q.Values))
	for _, v := range q.Values {
		if err := checkText("value of "+q.Path, v); err != nil {
			return err
		}
		if seen[v] {
			return fmt.Errorf("sweep parameter %q has the value %q twice", q.Path, v)
		}
		seen[v] = true
	}
	return nil
}

// checkText refuses what would not survive a round trip through JSON.
func checkText(what, s string) error {
	switch {
	case len(s) > maxText:
		return fmt.Errorf("%s of %d bytes, at most %d are possible", what, len(s), maxText)
	case !utf8.ValidString(s):
		return fmt.Errorf("%s %q is not valid UTF-8", what, s)
	}
	return nil
}

// digest is the plan's identity. The number of shards is no part of it, because
// no result depends on it.
func (p *Plan) digest() ID {
	d := newDigest("engram sweep plan")
	d.number(uint64(p.Format))
	d.text(p.Tool)
	d.text(string(p.Inputs[:]))
	d.number(p.Seed)
	d.number(uint64(p.Repeat))
	d.number(uint64(len(p.Parameters)))
	for _, q := range p.Parameters {
		d.text(q.Path)
		d.number(uint64(len(q.Values)))
		for _, v := range q.Values {
			d.text(v)
		}
	}
	return d.sum()
}

// readPlan decodes and checks a plan file.
func readPlan(r io.Reader) (*Plan, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxPlanFile+1))
	if err != nil {
		return nil, err
	}
	if len(text) > maxPlanFile {
		return nil, fmt.Errorf("plan larger than %d bytes", maxPlanFile)
	}
	p := new(Plan)
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(p); err != nil {
		return nil, err
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, errors.New("text after the plan")
	}
	if p.Format != planFormat {
		return nil, fmt.Errorf("plan of format %d, this program reads format %d", p.Format, planFormat)
	}
	n, err := p.count()
	if err != nil {
		return nil, err
	}
	if n != p.Points {
		return nil, fmt.Errorf("plan says %d points, its parameters give %d", p.Points, n)
	}
	if p.ID != p.digest() {
		return nil, errors.New("plan was changed after it was frozen: its id does not match")
	}
	return p, nil
}

// encode returns the text of plan.json.
func (p *Plan) encode() ([]byte, error) {
	text, err := json.MarshalIndent(p, "", "  ")
	if err != nil {
		return nil, err
	}
	if len(text) >= maxPlanFile {
		return nil, fmt.Errorf("plan of %d bytes, at most %d are possible", len(text), maxPlanFile)
	}
	return append(text, '\n'), nil
}

// A digest hashes fields with their lengths, so that no two lists of fields
// give the same bytes.
type digest struct{ h hash.Hash }

func newDigest(purpose string) digest {
	d := digest{sha256.New()}
	d.text(purpose)
	return d
}

func (d digest) number(n uint64) {
	var b [8]byte
	binary.LittleEndian.PutUint64(b[:], n)
	d.h.Write(b[:])
}

func (d digest) text(s string) {
	d.number(uint64(len(s)))
	io.WriteString(d.h, s)
}

func (d digest) sum() (id ID) {
	d.h.Sum(id[:0])
	return id
}
