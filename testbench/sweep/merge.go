package sweep

import (
	"encoding/csv"
	"encoding/json"
	"io"
	"path/filepath"
	"slices"
	"strconv"
)

// The files that Merge writes into the folder.
const (
	ResultsCSV  = "results.csv"
	ResultsJSON = "results.json"
)

// A Merged sums up a merge.
type Merged struct {
	Points int // all points of the plan
	Failed int // of which failed
}

// Merge writes results.csv and results.json from the shard files, or returns
// the error of [Sweep.Rows] and writes nothing. It may be repeated. The bytes
// depend on the plan and the results only.
func (s *Sweep) Merge() (Merged, error) {
	rows, err := s.Rows()
	if err != nil {
		return Merged{}, err
	}
	m := Merged{Points: len(rows)}
	for _, r := range rows {
		if r.Error != "" {
			m.Failed++
		}
	}
	measures := measureNames(rows)
	err = replaceFile(filepath.Join(s.Dir, ResultsCSV), func(w io.Writer) error {
		return s.writeCSV(w, rows, measures)
	})
	if err != nil {
		return Merged{}, err
	}
	err = replaceFile(filepath.Join(s.Dir, ResultsJSON), func(w io.Writer) error {
		return s.writeJSON(w, rows, measures)
	})
	return m, err
}

// measureNames lists the measures of all rows in the order of their first
// appearance.
func measureNames(rows []Row) []string {
	names := []string{}
	seen := make(map[string]bool)
	for _, r := range rows {
		for _, m := range r.Result {
			if !seen[m.Name] {
				seen[m.Name] = true
				names = append(names, m.Name)
			}
		}
	}
	return names
}

// writeCSV writes one line per point: number, id, repeat index and seed, the
// parameters' values, the measures, and the error. Numbers have the shortest
// digits that give the same float64 again.
func (s *Sweep) writeCSV(w io.Writer, rows []Row, measures []string) error {
	c := csv.NewWriter(w)
	head := []string{"point", "id", "repeat", "seed"}
	for _, q := range s.Plan.Parameters {
		head = append(head, q.Path)
	}
	head = append(head, measures...)
	if err := c.Write(append(head, "error")); err != nil {
		return err
	}
	for _, r := range rows {
		p := r.Point
		line := []string{strconv.Itoa(p.Number), p.ID.String(), strconv.Itoa(p.Repeat), strconv.FormatUint(p.Seed, 10)}
		for _, t := range p.Settings {
			line = append(line, t.Value)
		}
		for _, name := range measures {
			line = append(line, r.Result.text(name))
		}
		if err := c.Write(append(line, r.Error)); err != nil {
			return err
		}
	}
	c.Flush()
	return c.Error()
}

// text returns the value of the measure, or "" if r has none.
func (r Result) text(name string) string {
	i := slices.IndexFunc(r, func(m Measure) bool { return m.Name == name })
	if i < 0 {
		return ""
	}
	return strconv.FormatFloat(r[i].Value, 'g', -1, 64)
}

// mergedHead is results.json up to its points. It has no shards: their number
// must not change the file.
type mergedHead struct {
	Tool       string      `json:"tool"`
	Plan       ID          `json:"plan"`
	Inputs     ID          `json:"inputs_sha256"`
	Seed       uint64      `json:"seed,string"`
	Parameters []Parameter `json:"parameters"`
	Repeat     int         `json:"repeat"`
	Measures   []string    `json:"measures"`
}

// mergedPoint is one point of results.json. Seeds are strings because many
// readers of JSON round large integers.
type mergedPoint struct {
	Number   int      `json:"point"`
	ID       ID       `json:"id"`
	Repeat   int      `json:"repeat"`
	Seed     uint64   `json:"seed,string"`
	Settings settings `json:"settings"`
	Result   Result   `json:"result,omitempty"`
	Error    string   `json:"error,omitempty"`
}

type settings []Setting

// MarshalJSON writes the settings as an object in the plan's order.
func (s settings) MarshalJSON() ([]byte, error) {
	return marshalObject(len(s), func(i int) (string, any) { return s[i].Path, s[i].Value })
}

// writeJSON writes the plan and, one per line, its points.
func (s *Sweep) writeJSON(w io.Writer, rows []Row, measures []string) error {
	head, err := json.Marshal(mergedHead{
		Tool: s.Plan.Tool, Plan: s.Plan.ID, Inputs: s.Plan.Inputs, Seed: s.Plan.Seed,
		Parameters: s.Plan.Parameters, Repeat: s.Plan.Repeat, Measures: measures,
	})
	if err != nil {
		return err
	}
	lines := [][]byte{head[:len(head)-1], []byte(`,"points":[`)}
	for _, l := range lines {
		if _, err := w.Write(l); err != nil {
			return err
		}
	}
	for i, r := range rows {
		p := r.Point
		text, err := json.Marshal(mergedPoint{p.Number, p.ID, p.Repeat, p.Seed, p.Settings, r.Result, r.Error})
		if err != nil {
			return err
		}
		sep := ",\n"
		if i == 0 {
			sep = "\n"
		}
		if _, err := w.Write(append([]byte(sep), text...)); err != nil {
			return err
		}
	}
	_, err = io.WriteString(w, "\n]}\n")
	return err
}
