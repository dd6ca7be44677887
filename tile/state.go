package tile

import (
	"encoding/binary"
	"fmt"
	"io"
	"math"
)

// state returns pointers to everything that a run changes, in a fixed order:
// what a checkpoint holds. What fabrication drew is not in it; it comes from
// the seed.
func (t *Tile) state() []any {
	return []any{t.r, t.lt, t.x, t.pair, t.rowG, t.colG, t.wear, t.sign, &t.leak.frame, t.leak.seen, &t.steps, &t.conductances, &t.charge}
}

// SaveState writes the state of the tile to w, little-endian.
func (t *Tile) SaveState(w io.Writer) error {
	t.sumConductances() // to save the sums as they are from here on
	for _, v := range t.state() {
		if err := binary.Write(w, binary.LittleEndian, v); err != nil {
			return fmt.Errorf("%s: saving its state: %w", t.name, err)
		}
	}
	return nil
}

// LoadState restores what SaveState wrote for a tile of the same shape, and
// fails where a value cannot be that of a cell.
func (t *Tile) LoadState(r io.Reader) error {
	for _, v := range t.state() {
		if err := binary.Read(r, binary.LittleEndian, v); err != nil {
			return fmt.Errorf("%s: loading its state: %w", t.name, err)
		}
	}
	t.pcmStale.Store(false)
	return t.Check()
}

// Check fails with the first cell whose state is not a finite number.
func (t *Tile) Check() error {
	for n := range t.r {
		if !finite(t.r[n]) {
			return fmt.Errorf("%s.r%d_c%d.v is %v", t.name, n/t.stride, n%t.stride, t.r[n])
		}
		if !finite(t.lt[n]) {
			return fmt.Errorf("%s.r%d_c%d: long-term weight is %v", t.name, n/t.stride, n%t.stride, t.lt[n])
		}
	}
	for n, x := range t.x {
		if !(x >= 0 && x <= 1) {
			return fmt.Errorf("%s.r%d_c%d: crystalline fraction is %v, expected 0 to 1", t.name, n/2/t.cols, n/2%t.cols, x)
		}
	}
	for n, g := range t.pair {
		if !finite(g) {
			return fmt.Errorf("%s.r%d_c%d: G+ + G- is %v", t.name, n/t.cols, n%t.cols, g)
		}
	}
	for j, s := range t.sign {
		if s != 1 && s != -1 {
			return fmt.Errorf("%s: polarity of column %d is %v, expected +1 or -1", t.name, j, s)
		}
	}
	return nil
}

func finite(x float32) bool { return !math.IsNaN(float64(x)) && !math.IsInf(float64(x), 0) }
