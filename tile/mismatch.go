package tile

import (
	"math"

	"engram/circuit"
)

// A Mismatch is what fabrication makes of one cell: shifts of its three
// threshold voltages in V and the time constant of its ohmic leak in s.
type Mismatch struct {
	Up, Down, Read float64
	Tau            float64
}

// draw fabricates the next cell of a row.
func (c *Cell) draw(rng *circuit.Stream) Mismatch {
	return Mismatch{
		Up:   c.Curves.SigmaUp * rng.Normal(),
		Down: c.Curves.SigmaDown * rng.Normal(),
		Read: c.Curves.SigmaRead * rng.Normal(),
		Tau:  c.Storage.Tau * math.Exp(c.Storage.TauSpread*rng.Normal()),
	}
}

// Row returns the mismatch of the first n cells of a row of a tile: what New
// draws for a tile of that name and seed.
func (c *Cell) Row(name string, seed uint64, row, n int) []Mismatch {
	rng := circuit.NewStream(seed, circuit.Fabrication, circuit.Instance(name), uint64(row))
	cells := make([]Mismatch, n)
	for j := range cells {
		cells[j] = c.draw(rng)
	}
	return cells
}
