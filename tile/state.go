package tile

import (
	"encoding/binary"
	"fmt"
	"io"
	"math"
)

// state returns pointers to everything that a run changes, in a fixed order:
// what a checkpoint holds. What fabrication drew is not in it; it comes from
// the seed. Nor are the lines of the views, which come from the rest.
func (t *Tile) state(v *views) []any {
	return []any{t.r, t.lt, t.x, t.rowG, t.colG, t.rowLT, t.colLT, t.wear, t.sign, &t.leak.frame, t.leak.seen, &t.steps, &t.conductances, &t.charge, v}
}

// views is the state of the views.
type views struct {
	Changed bool
	Valid   [2]bool
	Center  [2]float32
}

// SaveState writes the state of the tile to w, little-endian.
func (t *Tile) SaveState(w io.Writer) error {
	v := views{t.changed.Load(), [2]bool{t.forward.valid, t.backward.valid}, [2]float32{t.forward.center, t.backward.center}}
	for _, v := range t.state(&v) {
		if err := binary.Write(w, binary.LittleEndian, v); err != nil {
			return fmt.Errorf("%s: saving its state: %w", t.name, err)
		}
	}
	return nil
}

// LoadState restores what SaveState wrote for a tile of the same shape, and
// fails where a value cannot be that of a cell.
func (t *Tile) LoadState(r io.Reader) error {
	var views views
	for _, v := range t.state(&views) {
		if err := binary.Read(r, binary.LittleEndian, v); err != nil {
			return fmt.Errorf("%s: loading its state: %w", t.name, err)
		}
	}
	if err := t.Check(); err != nil {
		return err
	}
	t.changed.Store(views.Changed)
	for k, v := range []*view{&t.forward, &t.backward} {
		if v.valid = views.Valid[k]; v.valid {
			t.draw(v, views.Center[k])
		}
	}
	return nil
}

// Check fails with the first cell whose state is not a finite number.
func (t *Tile) Check() error {
	for n := range t.r {
		if !finite(t.r[n]) {
			return fmt.Errorf("%s.r%d_c%d.v is %v", t.name, n%t.pitch, n/t.pitch, t.r[n])
		}
		if !finite(t.lt[n]) {
			return fmt.Errorf("%s.r%d_c%d: long-term weight is %v", t.name, n%t.pitch, n/t.pitch, t.lt[n])
		}
	}
	for n, x := range t.x {
		if !(x >= 0 && x <= 1) {
			return fmt.Errorf("%s.r%d_c%d: crystalline fraction is %v, expected 0 to 1", t.name, n/2/t.cols, n/2%t.cols, x)
		}
	}
	for i, g := range t.rowG {
		if d := g - g; d != 0 { // NaN or Inf
			return fmt.Errorf("%s.r%d: the sum of G+ + G- is %v", t.name, i, g)
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
