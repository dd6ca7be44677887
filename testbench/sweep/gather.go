package sweep

import (
	"fmt"
)

// A Row is a recorded point.
type Row struct {
	Point  Point
	Result Result // nil if the point failed
	Error  string // why it failed, or ""
}

// A MissingError says which points a sweep still lacks.
type MissingError struct {
	Points []int   // ascending
	Shards []Shard // of the plan's division, those that have them
	Total  int     // points of the plan
}

func (e *MissingError) Error() string {
	indices := make([]int, len(e.Shards))
	for i, h := range e.Shards {
		indices[i] = h.Index
	}
	return fmt.Sprintf("%d of %d points are missing: %s (shards %s of %d)",
		len(e.Points), e.Total, shortRanges(e.Points), shortRanges(indices), e.Shards[0].Count)
}

// A ConflictError reports a point that is recorded with two different results:
// the Func is no function of its point, or two programs wrote one folder.
type ConflictError struct {
	Point         int
	First, Second string // file:line
}

func (e *ConflictError) Error() string {
	return fmt.Sprintf("point %d has two different results, at %s and at %s", e.Point, e.First, e.Second)
}

// An entry is the record of a point that counts.
type entry struct {
	outcome outcome
	shard   Shard // whose file has it
	line    int   // there, from 1; 0: no record yet
}

// add takes a further record of a point. A result beats a failure, which a
// retry may have overcome; of two failures the lesser text counts, so that the
// order of the files has no part in it.
func (e *entry) add(s *Sweep, o outcome, h Shard, line int) error {
	next := entry{o, h, line}
	switch {
	case e.line == 0:
		*e = next
	case o.Error != "":
		if e.outcome.Error != "" && o.Error < e.outcome.Error {
			*e = next
		}
	case e.outcome.Error != "":
		*e = next
	case !e.outcome.Result.same(o.Result):
		return &ConflictError{o.Number, s.place(e.shard, e.line), s.place(h, line)}
	}
	return nil
}

func (s *Sweep) place(h Shard, line int) string {
	return fmt.Sprintf("%s:%d", s.shardPath(h), line)
}

// gather reads all shard files into a table of the plan's points, and calls
// visit, if there is one, with the content of each file.
func (s *Sweep) gather(visit func(Shard, shardContent)) ([]entry, error) {
	found, err := s.shards()
	if err != nil {
		return nil, err
	}
	table := make([]entry, s.Plan.Points)
	for _, h := range found {
		var conflict error
		content, err := s.readFile(h, func(line int, o outcome) error {
			if conflict == nil {
				conflict = table[o.Number].add(s, o, h, line)
			}
			return nil
		})
		if err == nil {
			err = conflict
		}
		if err != nil {
			return nil, err
		}
		if visit != nil {
			visit(h, content)
		}
	}
	return table, nil
}

// Rows returns all points of the plan in the order of their numbers. It fails
// with a [MissingError], [ConflictError] or [DamageError] unless each of them
// is there. A point that failed is there.
func (s *Sweep) Rows() ([]Row, error) {
	table, err := s.gather(nil)
	if err != nil {
		return nil, err
	}
	if err := s.missing(table); err != nil {
		return nil, err
	}
	rows := make([]Row, len(table))
	for n, e := range table {
		rows[n] = Row{s.Plan.Point(n), e.outcome.Result, e.outcome.Error}
	}
	return rows, nil
}

// missing returns a [MissingError] unless the table is complete.
func (s *Sweep) missing(table []entry) error {
	e := &MissingError{Total: len(table)}
	lacks := make([]bool, s.Plan.Shards)
	for n := range table {
		if table[n].line == 0 {
			e.Points = append(e.Points, n)
			lacks[n%s.Plan.Shards] = true
		}
	}
	if len(e.Points) == 0 {
		return nil
	}
	for i, l := range lacks {
		if l {
			e.Shards = append(e.Shards, Shard{i, s.Plan.Shards})
		}
	}
	return e
}
