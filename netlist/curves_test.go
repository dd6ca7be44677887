package netlist

import (
	"testing"

	"engram/device"
)

// A card is characterised once; another card is another characterisation.
func TestCharacterisationIsCachedByCard(t *testing.T) {
	a, b, other := device.DefaultCell(), device.DefaultCell(), device.DefaultCell()
	other.Read.W *= 1.5
	first, err1 := characterise(&a)
	second, err2 := characterise(&b)
	third, err3 := characterise(&other)
	if err1 != nil || err2 != nil || err3 != nil {
		t.Fatal(err1, err2, err3)
	}
	if first != second {
		t.Error("the same card was characterised twice")
	}
	if first == third || first.NodeC[0] == third.NodeC[0] {
		t.Error("a card with a larger read transistor has the curves of the first")
	}
}

// BenchmarkCharacterise is what a new card takes.
func BenchmarkCharacterise(b *testing.B) {
	c := device.DefaultCell()
	for b.Loop() {
		if _, err := c.Characterize(curvePoints); err != nil {
			b.Fatal(err)
		}
	}
}
