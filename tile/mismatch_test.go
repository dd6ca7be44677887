package tile

import "testing"

// What Row tells is what the cells of a tile got.
func TestRowIsWhatNewDraws(t *testing.T) {
	c := testCell()
	tl, err := New("hidden1", c, 5, 7, 3)
	if err != nil {
		t.Fatal(err)
	}
	for i, m := range c.Row("hidden1", 3, 4, 7) {
		if got, want := tl.up.column(i)[4], float32(c.Curves.GainUp(m.Up)); got != want {
			t.Errorf("cell %d: up gain %g in the tile, %g by Row", i, got, want)
		}
		if got, want := tl.down.column(i)[4], float32(c.Curves.GainDown(m.Down)); got != want || m.Down == 0 {
			t.Errorf("cell %d: down gain %g in the tile, %g by Row", i, got, want)
		}
	}
}
