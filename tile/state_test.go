package tile

import (
	"bytes"
	"math"
	"strings"
	"testing"
)

// Whatever of a tile's state is no number, or no value of a cell, is found with
// the cell's name, in a running tile and in a saved one.
func TestCheckNamesTheCell(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	fresh := func() *Tile {
		c := testCell()
		tile, err := New("array", c, 3, 4, 1)
		if err != nil {
			t.Fatal(err)
		}
		return tile
	}
	for _, c := range []struct {
		want  string
		spoil func(t *Tile)
	}{
		{"array.r1_c2.v is NaN", func(t *Tile) { t.r[t.index(1, 2)] = nan }},
		{"array.r2_c4.v is +Inf", func(t *Tile) { t.r[t.index(2, 4)] = inf }}, // the reference cell
		{"array.r0_c3: long-term weight is NaN", func(t *Tile) { t.lt[t.index(0, 3)] = nan }},
		{"array.r2_c1: crystalline fraction is NaN", func(t *Tile) { t.x[2*(2*4+1)+1] = nan }},
		{"array.r2_c1: crystalline fraction is 1.5", func(t *Tile) { t.x[2*(2*4+1)] = 1.5 }},
		{"array.r1: the sum of G+ + G- is +Inf", func(t *Tile) { t.rowG[1] = math.Inf(1) }},
		{"array: polarity of column 2 is 0", func(t *Tile) { t.sign[2] = 0 }},
	} {
		tile := fresh()
		if err := tile.Check(); err != nil {
			t.Fatal(err)
		}
		c.spoil(tile)
		if err := tile.Check(); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v, want %q", err, c.want)
		}
		var saved bytes.Buffer
		if err := tile.SaveState(&saved); err != nil {
			t.Fatal(err)
		}
		if err := fresh().LoadState(&saved); err == nil {
			t.Errorf("%s: a tile takes it from a file", c.want)
		}
	}
}

// A state that ends early is refused wherever it ends.
func TestLoadStateNeedsItAll(t *testing.T) {
	tile, err := New("array", testCell(), 2, 2, 1)
	if err != nil {
		t.Fatal(err)
	}
	var saved bytes.Buffer
	if err := tile.SaveState(&saved); err != nil {
		t.Fatal(err)
	}
	for n := range saved.Len() {
		if err := tile.LoadState(bytes.NewReader(saved.Bytes()[:n])); err == nil || !strings.Contains(err.Error(), "array") {
			t.Fatalf("%d of %d bytes: error %v", n, saved.Len(), err)
		}
	}
	if err := tile.LoadState(bytes.NewReader(saved.Bytes())); err != nil {
		t.Error(err)
	}
}
