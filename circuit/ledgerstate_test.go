package circuit

import (
	"bytes"
	"math"
	"slices"
	"strings"
	"testing"
)

func TestLedgerState(t *testing.T) {
	saved := NewLedger()
	saved.Entry("hidden1.adc", "forward").Add(3, 1.5e-12)
	saved.Entry("hidden1", "leak").Add(1, 0.1)
	saved.Entry("a", "b")
	var b bytes.Buffer
	if err := saved.SaveState(&b); err != nil {
		t.Fatal(err)
	}

	// A component's entry stays its own, and what was booked is forgotten.
	l := NewLedger()
	held := l.Entry("hidden1.adc", "forward")
	held.Add(7, 7)
	l.Entry("late", "forward").Add(1, 1)
	if err := l.LoadState(bytes.NewReader(b.Bytes())); err != nil {
		t.Fatal(err)
	}
	if held.Events != 3 || held.Joules != 1.5e-12 {
		t.Errorf("a held entry is %+v", *held)
	}
	got := slices.DeleteFunc(l.Entries(), func(e Entry) bool { return e.Component == "late" && e.Events == 0 && e.Joules == 0 })
	if !slices.Equal(got, saved.Entries()) {
		t.Errorf("loaded %+v, want %+v", got, saved.Entries())
	}

	for n := range b.Len() {
		if err := NewLedger().LoadState(bytes.NewReader(b.Bytes()[:n])); err == nil {
			t.Errorf("%d of %d bytes are taken for a ledger", n, b.Len())
		}
	}
	saved.Entry("hidden1", "leak").Add(1, math.NaN())
	b.Reset()
	if err := saved.SaveState(&b); err != nil {
		t.Fatal(err)
	}
	if err := NewLedger().LoadState(&b); err == nil || !strings.Contains(err.Error(), "hidden1.leak: NaN J") {
		t.Errorf("error %v, want one that names the entry", err)
	}
	saved.Entry(strings.Repeat("x", maxLedgerName+1), "forward")
	if err := saved.SaveState(&b); err == nil {
		t.Error("a name that could not be loaded is saved")
	}
}
