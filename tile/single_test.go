package tile

import (
	"testing"

	"engram/circuit"
)

// What a single-tier tile keeps of its devices is what fabrication draws, and
// their state is the tile's, through updates and transfers.
func TestKeptDevicesAreThoseFabricated(t *testing.T) {
	c := testCell()
	c.SingleTier, c.SetCurrent, c.SetWidth = true, 90e-6, 50e-9
	kept := newTile(t, c, 12, 7)
	if kept.made == nil || newTile(t, testCell(), 12, 7).made != nil {
		t.Fatal("single-tier tiles keep their devices, others do not")
	}
	p := &Trains{Row: make([]uint32, 12), RowNeg: make([]uint32, 12), Up: make([]uint32, 7), Down: make([]uint32, 7)}
	for i := range p.Row {
		p.Row[i] = uint32(i)
	}
	for j := range p.Up {
		p.Up[j], p.Down[j] = uint32(3*j), uint32(5*j)
	}
	kept.Update(0, p, Mask(0, 8))
	var s Synapse
	s.Open(kept, 3, 2, 0)
	s.Reset(1)
	s.Close()
	var rng circuit.Stream
	moved := 0
	for i := range 12 {
		for j := range 7 {
			d := kept.kept(i*7 + j)
			for k := range d {
				if want := kept.device(i, j, k, &rng); d[k] != want {
					t.Fatalf("device %d of cell (%d, %d) is %+v, want %+v", k, i, j, d[k], want)
				}
				if d[k].X > 0.01 {
					moved++
				}
			}
		}
	}
	if moved < 20 {
		t.Errorf("%d devices took pulses", moved)
	}
}
