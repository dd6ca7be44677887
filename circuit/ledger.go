package circuit

import (
	"cmp"
	"slices"
)

// An Entry accumulates the energy of one operation of one component. What a
// supply gives is turned into heat at once or stored and turned into heat later.
type Entry struct {
	Component string  // instance path: "hidden1.adc"
	Operation string  // "forward", "update", "transfer" and their parts
	Events    uint64  // how often
	Joules    float64 // given by the supplies in all; negative where more flowed back
}

// Add books joules for n events.
func (e *Entry) Add(n uint64, joules float64) {
	e.Events += n
	e.Joules += joules
}

// A Ledger holds one Entry per (component, operation). A component asks for
// its entries once, when it is built, and then adds to them without a look-up.
// An Entry has one writer; the Ledger is not safe for concurrent use.
type Ledger struct {
	entries map[[2]string]*Entry
}

// NewLedger returns an empty ledger.
func NewLedger() *Ledger { return &Ledger{entries: map[[2]string]*Entry{}} }

// Entry returns the entry of (component, operation), made on first use.
func (l *Ledger) Entry(component, operation string) *Entry {
	key := [2]string{component, operation}
	e := l.entries[key]
	if e == nil {
		e = &Entry{Component: component, Operation: operation}
		l.entries[key] = e
	}
	return e
}

// Entries returns copies of all entries sorted by component, then operation.
func (l *Ledger) Entries() []Entry {
	all := make([]Entry, 0, len(l.entries))
	for _, e := range l.entries {
		all = append(all, *e)
	}
	slices.SortFunc(all, func(a, b Entry) int {
		return cmp.Or(cmp.Compare(a.Component, b.Component), cmp.Compare(a.Operation, b.Operation))
	})
	return all
}

// Total returns the joules of all entries, summed in sorted order so that the
// result does not depend on map order.
func (l *Ledger) Total() float64 {
	var sum float64
	for _, e := range l.Entries() {
		sum += e.Joules
	}
	return sum
}
