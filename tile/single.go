package tile

import (
	"unsafe"

	"engram/circuit"
	"engram/device"
)

// This file is the cell without a capacitor: two phase-change devices that are
// trained directly, the predecessor of the two-tier synapse (Burr et al., IEEE
// TED 62, 3498 (2015)). Where a row pulse meets the up line of a column, G+
// takes a SET pulse, where it meets the down line, G- does; no pulse takes
// anything back. Its short-term part reads as zero.

// BytesPerPair is the memory that a cell of two phase-change devices takes
// beside Bytes.
const BytesPerPair = int64(unsafe.Sizeof([2]device.PCM{}))

// keepDevices keeps what fabrication drew of the devices of single-tier cells:
// every update asks for it, not only a transfer.
func (t *Tile) keepDevices() {
	if !t.cell.SingleTier {
		return
	}
	made := make([][2]device.PCM, t.rows*t.cols)
	var rng circuit.Stream
	for i := range t.rows {
		for j := range t.cols {
			made[i*t.cols+j] = t.fabricated(i, j, &rng)
		}
	}
	t.made = made
}

// kept returns the devices of cell n in their present state.
func (t *Tile) kept(n int) [2]device.PCM {
	d := t.made[n]
	d[0].X, d[1].X = float64(t.x[2*n]), float64(t.x[2*n+1])
	return d
}

// setCells applies the pulses of the first n cells of the burst, up or down.
func (t *Tile) setCells(n int, direction int32) {
	k := 0
	if direction < 0 {
		k = 1
	}
	for m, cell := range t.burst.cell[:n] {
		i, j := t.cellAt(cell)
		t.setCell(i, j, k, int(t.burst.count[m]))
	}
}

// setCell applies n SET pulses to device k of cell (i, j). Their draws are
// keyed by the cell and by how many pulses the device has seen.
func (t *Tile) setCell(i, j, k, n int) {
	c, at := &t.cell, 2*(i*t.cols+j)+k
	d := t.fabricated(i, j, &t.rng)
	before := c.pair(&d)
	t.rng.Reset(t.seed, circuit.UpdatePulse, ^t.instance, uint64(at)<<32|uint64(t.wear[at].Pulses))
	for range n {
		c.PCM.Set(&d[k], c.SetCurrent, c.SetWidth, &t.rng)
	}
	was := t.lt[t.index(i, j)]
	t.x[at] = float32(d[k].X)
	t.wear[at].Pulses += uint32(n)
	pair := t.setPair(i, j, &d) - before
	t.rowG[i] += pair
	t.colG[j] += pair
	if !t.changed.Load() { // the sums follow, rather than being made anew
		lt := float64(t.lt[t.index(i, j)] - was)
		t.rowLT[i] += float64(float64(t.sign[j]) * lt)
		t.colLT[j] += lt
	}
	t.eachView(func(v *view) { t.drawCell(v, i, j) })
	t.charge.Sets += uint64(n)
	t.charge.SetCharge += float64(n) * c.SetCurrent * c.SetWidth
}
