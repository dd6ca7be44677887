package netlist

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"

	"engram/circuit"
	"engram/periphery"
)

// Interleaved transfer
//
// Every column has an interval and a polarity of its own: the columns of a
// tile take their turns at even distances over the transfer interval, one at a
// time, between two examples. A tile has one programmer. While it works on a
// column, training goes on; the column's new weight counts from the start of
// its slot, so the few examples that pass during the programming see it, and
// train it, a little early. Where the programmer is still busy when the slot of
// the next column comes, the column waits, and training goes on: a slow column
// takes from the time that quick ones leave. An interval does not end with
// columns that wait. Where programming takes more time than the examples of an
// interval, training stands still at its end for what is missing.
//
// The reference cell of a row serves all columns. To re-initialise it once per
// interval would move the weights of all columns, most of them in the middle of
// their intervals. In this mode a driver holds it at V0 all the time, so that
// W is continuous; what the cells' leaks have in common then no longer cancels.

// interleaving is the state of the interleaved schedule.
type interleaving struct {
	Busy        []circuit.Time // until when the programmer of each array works
	Next        []int          // column of each array that is next, in this interval
	Programming []circuit.Time // for which it has, since the last Transfer
	Report      TransferReport // the same
	Total       TransferReport // of all transfers, in either mode
}

// BetweenExamples does what is due between two examples, of which done are trained: in
// interleaved mode, the transfer of the columns whose turn it is.
func (s *System) BetweenExamples(done int) {
	t := &s.design.Transfer
	if t.Mode != periphery.Interleaved || t.Interval == 0 {
		return
	}
	p := (done-1)%t.Interval + 1
	for k, a := range s.Arrays {
		s.serve(k, (p-1)*a.Cols()/t.Interval, p*a.Cols()/t.Interval)
	}
	if p == t.Interval {
		s.serveRest()
	}
	for _, a := range s.Arrays {
		a.HoldReference(s.Engine.Now())
	}
}

// serve transfers the columns of array k whose turn has come, those below due,
// as far as the programmer is free; of the ones below before it had come
// earlier.
func (s *System) serve(k, before, due int) {
	state := &s.interleaved
	for j := &state.Next[k]; *j < due && state.Busy[k] <= s.Engine.Now(); *j++ {
		if *j < before {
			state.Report.Late++
		}
		s.transferColumn(k, s.Arrays[k], *j)
	}
}

// serveRest ends an interval: training stands still until the programmers have
// taken up all columns that wait. Tiles work side by side.
func (s *System) serveRest() {
	state := &s.interleaved
	for {
		k := -1
		for n, a := range s.Arrays {
			if state.Next[n] < a.Cols() && (k < 0 || state.Busy[n] < state.Busy[k]) {
				k = n
			}
		}
		if k < 0 {
			break
		}
		if wait := state.Busy[k] - s.Engine.Now(); wait > 0 {
			state.Report.Length += wait
			s.Engine.Wait(wait)
		}
		state.Report.Late++
		s.transferColumn(k, s.Arrays[k], state.Next[k])
		state.Next[k]++
	}
	clear(state.Next)
}

// transferColumn transfers column j of array k, whose programmer is free.
func (s *System) transferColumn(k int, a *Array, j int) {
	state := &s.interleaved
	r := &state.Report
	now := s.Engine.Now()
	a.At(now)
	a.HoldReference(now)
	var took circuit.Time
	if !a.single {
		a.readColumn(j, s.transfers, a.weights)
		r.Reads += a.Rows()
		took = a.programmer.ReadTime()
	}
	took += a.writeColumn(j, s.transfers, a.weights, r)
	r.Columns++
	state.Busy[k] = now + took
	state.Programming[k] += took
}

// takeInterleaved returns the report of the interval that ends.
func (s *System) takeInterleaved() TransferReport {
	r := s.interleaved.Report
	for k, t := range s.interleaved.Programming {
		r.Programming = max(r.Programming, t)
		s.interleaved.Programming[k] = 0
	}
	r.settle()
	s.transfers++
	s.interleaved.Total.add(&r)
	s.interleaved.Report = s.newReport()
	return r
}

// maxInterleaving bounds the interleaving in a checkpoint, in bytes.
const maxInterleaving = 1 << 24

// saveInterleaving writes the state of the schedule to w: its length and its JSON.
func (s *System) saveInterleaving(w io.Writer) error {
	data, err := json.Marshal(&s.interleaved)
	if err != nil {
		return fmt.Errorf("saving the interleaved transfer: %w", err)
	}
	if err := binary.Write(w, binary.LittleEndian, uint32(len(data))); err != nil {
		return err
	}
	_, err = w.Write(data)
	return err
}

// loadInterleaving restores what saveInterleaving wrote for the same design.
func (s *System) loadInterleaving(r io.Reader) error {
	var n uint32
	if err := binary.Read(r, binary.LittleEndian, &n); err != nil {
		return fmt.Errorf("loading the interleaved transfer: %w", err)
	}
	if n > maxInterleaving {
		return fmt.Errorf("loading the interleaved transfer: %d bytes, expected at most %d", n, maxInterleaving)
	}
	data := make([]byte, n)
	if _, err := io.ReadFull(r, data); err != nil {
		return fmt.Errorf("loading the interleaved transfer: %w", err)
	}
	v := s.newInterleaving()
	if err := json.Unmarshal(data, &v); err != nil {
		return fmt.Errorf("loading the interleaved transfer: %w", err)
	}
	if !v.fits(&s.interleaved) || !s.haveColumns(v.Next) {
		return fmt.Errorf("loading the interleaved transfer: it is of another netlist")
	}
	s.interleaved = v
	return nil
}

// newInterleaving returns the state before the first column.
func (s *System) newInterleaving() interleaving {
	n := len(s.Arrays)
	return interleaving{
		Busy: make([]circuit.Time, n), Next: make([]int, n), Programming: make([]circuit.Time, n),
		Report: s.newReport(), Total: s.newReport(),
	}
}

// fits reports whether every list of v is as long as that of o.
func (v *interleaving) fits(o *interleaving) bool {
	return len(v.Busy) == len(o.Busy) && len(v.Next) == len(o.Next) && len(v.Programming) == len(o.Programming) &&
		v.Report.like(&o.Report) && v.Total.like(&o.Total)
}

// haveColumns reports whether every array has the column that is next.
func (s *System) haveColumns(next []int) bool {
	for k, j := range next {
		if j < 0 || j >= s.Arrays[k].Cols() {
			return false
		}
	}
	return true
}
