package circuit

import (
	"encoding/binary"
	"fmt"
	"io"
	"math"
)

// maxLedgerName bounds a name in a saved ledger, in bytes; a component's path
// is far shorter.
const maxLedgerName = 4096

// SaveState writes all entries to w, sorted, little-endian: their number, then
// for each its component, operation, events and joules.
func (l *Ledger) SaveState(w io.Writer) error {
	all := l.Entries()
	if err := binary.Write(w, binary.LittleEndian, uint32(len(all))); err != nil {
		return err
	}
	for i := range all {
		if err := all[i].save(w); err != nil {
			return err
		}
	}
	return nil
}

func (e *Entry) save(w io.Writer) error {
	for _, name := range []string{e.Component, e.Operation} {
		if len(name) > maxLedgerName {
			return fmt.Errorf("ledger: a name of %d bytes", len(name))
		}
		if err := binary.Write(w, binary.LittleEndian, uint16(len(name))); err != nil {
			return err
		}
		if _, err := io.WriteString(w, name); err != nil {
			return err
		}
	}
	return binary.Write(w, binary.LittleEndian, []uint64{e.Events, math.Float64bits(e.Joules)})
}

// LoadState restores what SaveState wrote. Entries that components hold stay
// theirs; those that were not saved are emptied.
func (l *Ledger) LoadState(r io.Reader) error {
	for _, e := range l.entries {
		e.Events, e.Joules = 0, 0
	}
	var n uint32
	if err := binary.Read(r, binary.LittleEndian, &n); err != nil {
		return fmt.Errorf("loading the ledger: %w", err)
	}
	for range n {
		if err := l.loadEntry(r); err != nil {
			return fmt.Errorf("loading the ledger: %w", err)
		}
	}
	return nil
}

func (l *Ledger) loadEntry(r io.Reader) error {
	var names [2]string
	for i := range names {
		var size uint16
		if err := binary.Read(r, binary.LittleEndian, &size); err != nil {
			return err
		}
		if size > maxLedgerName {
			return fmt.Errorf("a name of %d bytes", size)
		}
		name := make([]byte, size)
		if _, err := io.ReadFull(r, name); err != nil {
			return err
		}
		names[i] = string(name)
	}
	var value [2]uint64
	if err := binary.Read(r, binary.LittleEndian, &value); err != nil {
		return err
	}
	joules := math.Float64frombits(value[1])
	if math.IsNaN(joules) || math.IsInf(joules, 0) {
		return fmt.Errorf("%s.%s: %v J", names[0], names[1], joules)
	}
	e := l.Entry(names[0], names[1])
	e.Events, e.Joules = value[0], joules
	return nil
}
