package tile

import (
	"bytes"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"engram/circuit"
)

// checkViews requires of every line of a view that counts that it is, to the
// bit, what the present state says.
func (t *Tile) checkViews(test *testing.T) {
	test.Helper()
	if t.changed.Load() {
		return
	}
	for _, v := range []*view{&t.forward, &t.backward} {
		if !v.valid {
			continue
		}
		for j := range t.stride {
			for i := range t.rows {
				n := t.index(i, j)
				var want [2 * block]float32
				linesGo(want[:], t.r[n:n+1], t.e.column(j)[i:], t.lt[n:n+1], v.center, t.sign[j], &v.curve)
				at, slope := v.line[place(n)], v.line[place(n)+block]
				if !same(at, want[0]) || !same(slope, want[block]) {
					test.Fatalf("cell (%d, %d): line %g, %g, the state says %g, %g", i, j, at, slope, want[0], want[block])
				}
			}
		}
	}
}

// Whatever happens to a tile, what its reads see follows from its state.
func TestViewsFollowTheState(t *testing.T) {
	for _, c := range []struct {
		name string
		edit func(*Cell)
	}{
		{"common tau", func(*Cell) {}},
		{"short tau", func(c *Cell) { c.Storage.Tau = 0.1e-3 }},
		{"tau spread", func(c *Cell) { c.Storage.TauSpread = 0.3 }},
		{"no leak", func(c *Cell) { c.Storage.Tau, c.Storage.Subthreshold = math.Inf(1), 0 }},
		{"no variation", func(c *Cell) { c.Curves.SigmaUp, c.Curves.SigmaDown, c.Curves.SigmaRead = 0, 0, 0 }},
		{"single tier", func(c *Cell) {
			zero := func(float64) float64 { return 0 }
			c.SingleTier, c.SetCurrent, c.SetWidth = true, 90e-6, 50e-9
			c.Curves.Forward, c.Curves.Backward = zero, zero
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			cell := testCell()
			c.edit(&cell)
			const rows, cols = 13, 11
			tl := newTile(t, cell, rows, cols)
			tl.CountCharge(0, 3) // updates that are not looked at share bursts
			rng := rand.New(rand.NewPCG(1, 3))
			x, d := make([]float32, rows), make([]float32, cols)
			q, back := make([]float32, cols), make([]float32, rows)
			var now circuit.Time
			for k := range 400 {
				now += circuit.Time(rng.Int64N(int64(20 * circuit.Microsecond)))
				switch rng.IntN(8) {
				case 0, 1, 2:
					for i := range x {
						x[i] = float32(rng.IntN(3) - 1)
					}
					tl.Forward(now, x, q, 1)
				case 3, 4:
					for j := range d {
						d[j] = float32(rng.IntN(3) - 1)
					}
					tl.Backward(now, d, back, 1)
				case 5, 6:
					tl.Update(now, randomTrains(rng, rows, cols, 0.2), ^uint32(0))
				case 7:
					if k%4 != 0 { // not so often that nothing else is tested
						tl.HoldReference(now)
						break
					}
					tl.BeginTransfer(now)
					var s Synapse
					j := rng.IntN(cols)
					for i := range rows {
						s.Open(tl, i, j, uint64(k))
						s.Precharge()
						s.Set(0, 90e-6, 50e-9)
						s.Pulse(3)
						s.Close()
					}
					tl.SetPolarity(j, -tl.Polarity(j))
				}
				tl.checkViews(t)
			}
		})
	}
}

// An update that is looked at fires column by column, others with as many columns
// of one polarity as a burst holds: to the same bits.
func TestColumnsShareABurst(t *testing.T) {
	const rows, cols = 61, 40
	alone, together := newTile(t, testCell(), rows, cols), newTile(t, testCell(), rows, cols)
	together.CountCharge(0, 0)
	rng := rand.New(rand.NewPCG(2, 5))
	for j := range cols {
		if j > 30 || j%7 == 0 {
			alone.SetPolarity(j, -1)
			together.SetPolarity(j, -1)
		}
	}
	x, q := make([]float32, rows), make([]float32, cols)
	for k := range 50 {
		now := circuit.Time(k) * circuit.Microsecond
		trains := randomTrains(rng, rows, cols, []float64{0.02, 0.2, 0.9}[k%3])
		for _, tl := range []*Tile{alone, together} {
			tl.Forward(now, x, q, 1)
			tl.Backward(now, q, x, 1)
			tl.Update(now, trains, ^uint32(0))
			tl.checkViews(t)
		}
		if !slices.Equal(alone.r, together.r) {
			t.Fatalf("update %d: other voltages where columns share a burst", k)
		}
	}
	if alone.Steps() != together.Steps() {
		t.Errorf("%d steps, %d where columns share a burst", alone.Steps(), together.Steps())
	}
}

// A straight line misses the read curve by its curvature, a fortieth of what the
// table does.
func TestTangentOfTheReadCurve(t *testing.T) {
	c := testCell()
	const h = 1e-4
	worst := 0.0
	for v := c.Low; v <= c.High; v += 1e-3 {
		slope := (c.Curves.Forward(v+h) - c.Curves.Forward(v-h)) / (2 * h)
		for _, dv := range []float64{(v - c.Storage.Plate) * span / 2, (c.Storage.Plate - v) * span / 2} {
			worst = max(worst, math.Abs(c.Curves.Forward(v+dv)-c.Curves.Forward(v)-slope*dv))
		}
	}
	if worst > 0.0005e-6 {
		t.Errorf("a tangent misses its curve by %.3g uS", worst*1e6)
	}
}

// Against the table, whose segments meet with jumps, reads are off by less than a
// fifth of what the table misses the curve by (see TestTablesMeetTheirCurves).
func TestViewsAreStraight(t *testing.T) {
	cell := testCell()
	const rows, cols = 1, 200
	tl := newTile(t, cell, rows, cols)
	for j := range tl.stride { // from one end of the window to the other
		tl.r[tl.index(0, j)] = float32(j)/float32(cols) - tl.veq.column(j)[0]
	}
	charge, w := make([]float32, cols), make([]float32, cols)
	worst := 0.0
	for k := range 2000 {
		now := circuit.Time(k) * circuit.Microsecond // of a tau of 5,260
		clear(charge)
		tl.Forward(now, []float32{1}, charge, 1)
		tl.Weights(now, w)
		for j := range w {
			worst = max(worst, math.Abs(float64(charge[j]-w[j])))
		}
	}
	if worst > 0.004e-6 {
		t.Errorf("a weight is read %.3g uS off", worst*1e6)
	}
	if worst < 1e-12 {
		t.Error("nothing was tested")
	}
}

// TestReadConductance adds up the conductances that reads pass current through,
// cell by cell, with inputs of either sign and both polarities.
func TestReadConductance(t *testing.T) {
	const rows, cols = 9, 14
	tl := newTile(t, testCell(), rows, cols)
	rng := rand.New(rand.NewPCG(4, 4))
	var s Synapse
	for j := range cols {
		for i := range rows {
			s.Open(tl, i, j, 1)
			s.Set(rng.IntN(2), 100e-6, 50e-9)
			s.Pulse(rng.IntN(200) - 100)
			s.Close()
		}
		tl.SetPolarity(j, float32(2*rng.IntN(2)-1))
	}
	x, d := make([]float32, rows), make([]float32, cols)
	for i := range x {
		x[i] = float32(rng.IntN(5)-2) / 2
	}
	for j := range d {
		d[j] = float32(rng.IntN(5)-2) / 2
	}
	const now = 20 * circuit.Microsecond
	tl.Forward(now, x, make([]float32, cols), 1)
	forward := tl.TakeReadConductance()
	tl.Backward(now, d, make([]float32, rows), 1)
	backward := tl.TakeReadConductance()

	// The reference column is driven backward with what balances the rest.
	drive := append(d, 0)
	for j, dj := range d {
		drive[cols] -= dj * tl.sign[j]
	}
	var wantForward, wantBackward float64
	var stream circuit.Stream
	for i := range rows {
		for j := range tl.stride {
			v := float32(tl.voltage(now, i, j)) - (tl.veq.column(j)[i] - tl.e.column(j)[i])
			var pair float64
			if j < cols {
				for k := range 2 {
					dev := tl.device(i, j, k, &stream)
					pair += tl.cell.PCM.Conductance(&dev)
				}
			}
			wantForward += abs(x[i]) * (pair + float64(tl.forward.curve.at(v)))
			wantBackward += abs(drive[j]) * (pair + float64(tl.backward.curve.at(v)))
		}
	}
	if r := forward/wantForward - 1; math.Abs(r) > 1e-5 {
		t.Errorf("forward: %g S, cell by cell %g S: off by %.2g", forward, wantForward, r)
	}
	if r := backward/wantBackward - 1; math.Abs(r) > 1e-5 {
		t.Errorf("backward: %g S, cell by cell %g S: off by %.2g", backward, wantBackward, r)
	}
}

// A tile that was saved in the middle of a span, and loaded, goes on to the same
// bits.
func TestViewsFollowALoad(t *testing.T) {
	for _, spread := range []float64{0, 0.3} {
		c := testCell()
		c.Storage.TauSpread = spread
		a, b := newTile(t, c, 12, 20), newTile(t, c, 12, 20)
		rng := rand.New(rand.NewPCG(5, 6))
		x, d := make([]float32, 12), make([]float32, 20)
		example := func(t *Tile, now circuit.Time, seed uint64) (q, back []float32) {
			rng := rand.New(rand.NewPCG(seed, 7))
			q, back = make([]float32, 20), make([]float32, 12)
			t.Forward(now, x, q, 1)
			t.Backward(now, d, back, 1)
			t.Update(now, randomTrains(rng, 12, 20, 0.3), ^uint32(0))
			return q, back
		}
		for k := range 60 {
			for i := range x {
				x[i] = rng.Float32()
			}
			for j := range d {
				d[j] = rng.Float32() - 0.5
			}
			now := circuit.Time(k) * 3 * circuit.Microsecond
			if k%7 == 0 {
				var state bytes.Buffer
				if err := a.SaveState(&state); err != nil {
					t.Fatal(err)
				}
				if b = newTile(t, c, 12, 20); b.LoadState(&state) != nil {
					t.Fatal("cannot load")
				}
			}
			q, back := example(a, now, uint64(k))
			q2, back2 := example(b, now, uint64(k))
			for j := range q {
				if q[j] != q2[j] {
					t.Fatalf("example %d: column %d integrates %g, after loading %g", k, j, q[j], q2[j])
				}
			}
			for i := range back {
				if back[i] != back2[i] {
					t.Fatalf("example %d: row %d integrates %g, after loading %g", k, i, back[i], back2[i])
				}
			}
		}
		if x, y := a.ReadConductance(), b.ReadConductance(); x != y {
			t.Errorf("conductance %g after loading, want %g", y, x)
		}
	}
}
