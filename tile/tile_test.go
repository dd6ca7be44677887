package tile

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"engram/circuit"
	"engram/device"
)

// testCell is a cell with the published fits of the reference data as curves:
// step curves of ngspice 39 with a 90 nm BSIM4 card, an EKV read curve, and
// the sensitivities to the threshold voltages.
func testCell() Cell {
	h := func(v float64) float64 { return 1 / (1 + 0.0113*(1+math.Tanh((v-0.3)/0.041))/2) }
	read := func(vds float64) func(float64) float64 {
		return func(v float64) float64 {
			const ut, is, vt, n, th = 25.85e-3, 0.234e-6, 0.2199, 1.11, 0.615
			a := (v - vt) / (n * ut)
			l1, l2 := math.Log1p(math.Exp(a/2)), math.Log1p(math.Exp(a/2-vds/(2*ut)))
			return is * (l1*l1 - l2*l2) / (1 + th*n*ut*math.Log1p(math.Exp(a))) / vds
		}
	}
	return Cell{
		Gain: 3, V0: 0.5, Low: 0, High: 1,
		Storage: device.CapacitorSpec{C: 40e-15, Tau: 5.26e-3, Plate: 0.5, Subthreshold: 1, KTC: true, Temperature: 300.15},
		PCM: device.PCMSpec{
			Ga: 0.1e-6, GaSpread: 0.3, Gc: 25e-6, Rth: 4.1e6, RthSpread: 0.01, Von: 0.55, Rh: 2780,
			Ambient: 300, CrystalLow: 430, CrystalPeak: 720, CrystalWidth: 75, Melting: 890, MeltRange: 300,
			Kappa: 0.34, K0: 2.8e6, K0Spread: 0.34, Jump: 0.0072, JumpGrowth: 1.7, ResetSpread: 0.001,
		},
		Curves: Curves{
			Up: func(v float64) float64 {
				return 0.5409e-3 * (1 - 0.0847*(v-0.5)) * h(v) * (1 - math.Exp(-(1-v)/0.0279))
			},
			Down:    func(v float64) float64 { return -0.5488e-3 * (1 + 0.0614*(v-0.5)) * h(v) * (1 - math.Exp(-v/0.0222)) },
			Forward: read(0.05), Backward: read(-0.05),
			OffUp:    func(dvt float64) float64 { return 0.340e-12 * math.Exp(28.7*dvt) },
			OffDown:  func(dvt float64) float64 { return -0.355e-12 * math.Exp(-27.9*dvt) },
			GainUp:   func(dvt float64) float64 { return math.Exp(22.2 * dvt) },
			GainDown: func(dvt float64) float64 { return math.Exp(-24.1 * dvt) },
			SigmaUp:  10.1e-3, SigmaDown: 10.1e-3, SigmaRead: 13.0e-3, NodeC: 42e-15,
		},
	}
}

func newTile(t testing.TB, c Cell, rows, cols int) *Tile {
	t.Helper()
	tl, err := New("t", c, rows, cols, 1)
	if err != nil {
		t.Fatal(err)
	}
	return tl
}

// A tile whose indices would not fit into 32 bits is refused before any memory is
// asked for: also one whose columns only become so long when they are filled up.
func TestTooManyCells(t *testing.T) {
	for _, shape := range [][2]int{{0, 1}, {1, 0}, {-1, 5}, {1 << 15, 1<<15 + 1}, {1, 1 << 28}, {1 << 28, 1 << 40}} {
		if _, err := New("t", testCell(), shape[0], shape[1], 1); err == nil || !strings.Contains(err.Error(), "expected 1 to") {
			t.Errorf("%d x %d: %v", shape[0], shape[1], err)
		}
	}
}

// voltage returns V of a node at the instant now.
func (t *Tile) voltage(now circuit.Time, i, j int) float64 {
	t.at(now)
	t.catchUp(i, now)
	return float64(t.veq.column(j)[i]) + float64(t.alpha)*float64(t.r[t.index(i, j)])
}

// An eager cell steps one node pulse by pulse in float64, as the doc says.
type eager struct {
	v, up, down float64
	leak        device.Leak
	last        circuit.Time
}

func (e *eager) wait(now circuit.Time) {
	e.v = e.leak.After(e.v, (now - e.last).Seconds())
	e.last = now
}

func (e *eager) pulse(c *Cell, dir int) {
	var dv float64
	if dir > 0 {
		dv = e.up * c.Curves.Up(e.v)
	} else {
		dv = e.down * c.Curves.Down(e.v)
	}
	e.v = min(max(e.v+dv, c.Low), c.High)
}

// eagerCells draws the same cells as fabricate does, from the same keys.
func eagerCells(t *Tile) []eager {
	c := t.cell
	cells := make([]eager, t.rows*t.stride)
	var rng circuit.Stream
	for i := range t.rows {
		rng.Reset(t.seed, circuit.Fabrication, t.instance, uint64(i))
		for j := range t.stride {
			up, down := c.Curves.SigmaUp*rng.Normal(), c.Curves.SigmaDown*rng.Normal()
			rng.Normal()
			tau := c.Storage.Tau * math.Exp(c.Storage.TauSpread*rng.Normal())
			cells[i*t.stride+j] = eager{
				v: c.V0, up: c.Curves.GainUp(up), down: c.Curves.GainDown(down),
				leak: device.Leak{Tau: tau, Plate: c.Storage.Plate,
					Drift: c.Storage.Subthreshold * (c.Curves.OffUp(up) + c.Curves.OffDown(down)) / c.Curves.NodeC},
			}
		}
	}
	return cells
}

// Random sequences of reads, updates and waits leave every cell of the lazy
// tile where an eager reference in float64 is.
func TestLazyTileMatchesEagerReference(t *testing.T) {
	for _, c := range []struct {
		name string
		edit func(*Cell)
	}{
		{"both leaks", func(*Cell) {}},
		{"tau spread", func(c *Cell) { c.Storage.TauSpread = 0.3 }},
		{"subthreshold only", func(c *Cell) { c.Storage.Tau = math.Inf(1) }},
		{"no leak", func(c *Cell) { c.Storage.Tau, c.Storage.Subthreshold = math.Inf(1), 0 }},
		{"short tau", func(c *Cell) { c.Storage.Tau = 0.2e-3 }},
		{"no variation", func(c *Cell) { c.Curves.SigmaUp, c.Curves.SigmaDown, c.Curves.SigmaRead = 0, 0, 0 }},
	} {
		t.Run(c.name, func(t *testing.T) {
			cell := testCell()
			c.edit(&cell)
			const rows, cols = 5, 37
			tl := newTile(t, cell, rows, cols)
			tl.CountCharge(0, 3) // updates that are not looked at share bursts
			ref := eagerCells(tl)
			rng := rand.New(rand.NewPCG(1, 2))
			trains := Trains{make([]uint32, rows), make([]uint32, rows), make([]uint32, cols), make([]uint32, cols)}
			x, q := make([]float32, rows), make([]float32, cols)
			var now circuit.Time
			for range 300 {
				now += circuit.Time(rng.Int64N(int64(60 * circuit.Microsecond)))
				switch rng.IntN(3) {
				case 0:
					for i := range x {
						x[i] = float32(rng.IntN(2))
					}
					tl.Forward(now, x, q, 1)
				case 1:
					tl.Backward(now, q, x, 1)
				case 2:
					for i := range rows {
						trains.Row[i], trains.RowNeg[i] = rng.Uint32(), 0
						if rng.IntN(2) == 0 {
							trains.Row[i], trains.RowNeg[i] = 0, rng.Uint32()
						}
					}
					for j := range cols {
						trains.Up[j], trains.Down[j] = rng.Uint32()&rng.Uint32(), rng.Uint32()&rng.Uint32()
					}
					tl.Update(now, &trains, ^uint32(0))
					eagerUpdate(&tl.cell, ref, &trains, now, cols)
				}
			}
			worst := 0.0
			for i := range rows {
				for j := range cols {
					e := &ref[i*tl.stride+j]
					e.wait(now)
					worst = max(worst, math.Abs(e.v-tl.voltage(now, i, j)))
				}
			}
			// Steps of a cubic table and of the curve itself differ by up
			// to 5e-4 of a step inside the window and 8e-3 at its ends;
			// a run of 16 x 100 steps of 0.55 mV keeps within this.
			if worst > 1e-4 {
				t.Errorf("a cell is %.3g V off its eager reference", worst)
			}
		})
	}
}

func eagerUpdate(c *Cell, cells []eager, p *Trains, now circuit.Time, cols int) {
	for i := range p.Row {
		for j := range cols {
			e := &cells[i*(cols+1)+j]
			e.wait(now)
			for _, fire := range []struct {
				row, line uint32
				dir       int
			}{{p.Row[i], p.Up[j], 1}, {p.Row[i], p.Down[j], -1}, {p.RowNeg[i], p.Down[j], 1}, {p.RowNeg[i], p.Up[j], -1}} {
				for w := fire.row & fire.line; w != 0; w &= w - 1 {
					e.pulse(c, fire.dir)
				}
			}
		}
	}
}

// 10 ms of leak follow the closed form to 1e-5 of the window, in one step or
// in 40,000 with a pulse train of zero length in each.
func TestLeakDoesNotDependOnCuts(t *testing.T) {
	for _, spread := range []float64{0, 0.3} {
		cell := testCell()
		cell.Storage.TauSpread = spread
		for _, cuts := range []int{1, 40000} {
			tl := newTile(t, cell, 2, 20)
			cells := eagerCells(tl)
			for n := range cells {
				i, j := n/tl.stride, n%tl.stride
				r := &tl.r[tl.index(i, j)]
				*r += float32(0.4 * math.Sin(float64(n)))
				cells[n].v = float64(tl.veq.column(j)[i]) + float64(*r)
			}
			x, q := []float32{1, 1}, make([]float32, 20)
			end := 10 * circuit.Millisecond
			for k := 1; k <= cuts; k++ {
				tl.Forward(end*circuit.Time(k)/circuit.Time(cuts), x, q, 1)
			}
			for i := range 2 {
				for j := range 20 {
					e := &cells[i*tl.stride+j]
					e.wait(end)
					e.last = 0
					if d := math.Abs(tl.voltage(end, i, j) - e.v); d > 1e-5 {
						t.Fatalf("spread %g, %d cuts: cell (%d, %d) is %g V off", spread, cuts, i, j, d)
					}
				}
			}
		}
	}
}

// Forward and Backward are the sums that the weight equation says.
func TestReadsAreTheWeightEquation(t *testing.T) {
	tl := newTile(t, testCell(), 7, 21)
	rng := rand.New(rand.NewPCG(3, 4))
	var s Synapse
	for i := range 7 {
		for j := range 21 {
			s.Open(tl, i, j, 0)
			for range rng.IntN(8) {
				s.Set(rng.IntN(2), 100e-6, 50e-9)
			}
			s.Pulse(rng.IntN(400) - 200)
			s.Close()
		}
	}
	tl.SetPolarity(3, -1)
	now := 100 * circuit.Microsecond
	w := make([]float32, 7*21)
	tl.Weights(now, w)
	x := []float32{1, 0, 0.5, -0.25, 0, 0.125, 1}
	q := make([]float32, 21)
	tl.Forward(now, x, q, 1e6)
	for j := range q {
		var want float64
		for i := range x {
			want += float64(x[i]) * float64(w[i*21+j]) * 1e6
		}
		if math.Abs(float64(q[j])-want) > 1e-4 {
			t.Errorf("column %d integrates %g, want %g", j, q[j], want)
		}
	}
	// W itself, from its parts.
	for i := range 7 {
		for j := range 21 {
			s.Open(tl, i, j, 0)
			tl.at(now)
			if got := s.LongTerm() + s.ShortTerm(tl.Polarity(j)); math.Abs(got-float64(w[i*21+j])) > 1e-11 {
				t.Errorf("W(%d,%d) = %g, parts %g", i, j, w[i*21+j], got)
			}
		}
	}
	d := make([]float32, 21)
	for j := range d {
		d[j] = float32(rng.NormFloat64() / 3)
	}
	back := make([]float32, 7)
	tl.Backward(now, d, back, 1e6)
	for i := range back {
		var want float64
		for j := range d {
			v, ref := tl.voltage(now, i, j), tl.voltage(now, i, 21)
			shift := func(j int) float64 { return float64(tl.veq.column(j)[i] - tl.e.column(j)[i]) }
			g := tl.cell.Curves.Backward(v-shift(j)) - tl.cell.Curves.Backward(ref-shift(21))
			want += float64(d[j]) * 1e6 * (float64(tl.lt[tl.index(i, j)]) + float64(tl.sign[j])*g)
		}
		// Tables are within 0.02 uS of the curves, in 21 columns and the reference.
		if math.Abs(float64(back[i])-want) > 0.2 {
			t.Errorf("row %d integrates %g, want %g", i, back[i], want)
		}
	}
}

func TestTablesMeetTheirCurves(t *testing.T) {
	c := testCell()
	tl := newTile(t, c, 1, 1)
	for v := -0.1; v <= 1.1; v += 0.001 {
		for _, f := range []struct {
			t *table
			f func(float64) float64
		}{{&tl.forward.curve, c.Curves.Forward}, {&tl.backward.curve, c.Curves.Backward}} {
			if d := math.Abs(float64(f.t.at(float32(v))) - f.f(v)); d > 0.02e-6 {
				t.Errorf("read curve at %.3f V is off by %.3g uS", v, d*1e6)
			}
		}
		if v < 0 || v > 1 {
			continue
		}
		tol := 0.008
		if v > 0.1 && v < 0.9 {
			tol = 0.0005
		}
		if d := math.Abs(float64(tl.stepUp.at(float32(v)))-c.Curves.Up(v)) / 0.54e-3; d > tol {
			t.Errorf("up step at %.3f V is off by %.3g of a step", v, d)
		}
		if d := math.Abs(float64(tl.stepDown.at(float32(v)))-c.Curves.Down(v)) / 0.54e-3; d > tol {
			t.Errorf("down step at %.3f V is off by %.3g of a step", v, d)
		}
	}
}

// Charge moves only where a row pulse and a column pulse coincide.
func TestUpdateNeedsCoincidence(t *testing.T) {
	cell := testCell()
	cell.Storage.Tau, cell.Storage.Subthreshold = math.Inf(1), 0
	tl := newTile(t, cell, 3, 4)
	tl.CountPulses()
	before := append([]float32(nil), tl.r...)
	tl.Update(0, &Trains{
		Row: []uint32{0b0011, 0, 0b1000}, RowNeg: []uint32{0, 0b0001, 0},
		Up: []uint32{0b0001, 0, 0b0100, 0b1011}, Down: []uint32{0, 0b0010, 0, 0},
	}, Mask(0, 4))
	want := []int32{1, -1, 0, 2, -1, 0, 0, -1, 0, 0, 0, 1}
	_, net := tl.Pulses()
	for n, w := range want {
		if net[n] != w {
			t.Errorf("cell %d took %d net pulses, want %d", n, net[n], w)
		}
		dv := tl.r[tl.index(n/4, n%4)] - before[tl.index(n/4, n%4)]
		if (dv > 0) != (w > 0) || (dv < 0) != (w < 0) {
			t.Errorf("cell %d moved by %g V for %d pulses", n, dv, w)
		}
	}
	if got := tl.Steps(); got != 7 {
		t.Errorf("%d steps, want 7", got)
	}
}

// Pulses beyond the window's ends saturate there.
func TestUpdateSaturates(t *testing.T) {
	cell := testCell()
	cell.Storage.Tau, cell.Storage.Subthreshold = math.Inf(1), 0
	tl := newTile(t, cell, 1, 2)
	p := &Trains{[]uint32{^uint32(0)}, []uint32{0}, []uint32{^uint32(0), 0}, []uint32{0, ^uint32(0)}}
	for range 400 {
		tl.Update(0, p, ^uint32(0))
	}
	if v := tl.voltage(0, 0, 0); v > 1+1e-6 || v < 0.9 {
		t.Errorf("12,800 up pulses end at %g V", v)
	}
	if v := tl.voltage(0, 0, 1); v < -1e-6 || v > 0.1 {
		t.Errorf("12,800 down pulses end at %g V", v)
	}
}

// What is uniform costs no memory.
func TestUniformParametersAreFree(t *testing.T) {
	cell := testCell()
	cell.Curves.SigmaUp, cell.Curves.SigmaDown, cell.Curves.SigmaRead = 0, 0, 0
	tl := newTile(t, cell, 1000, 50)
	if n := len(tl.veq.v) + len(tl.e.v) + len(tl.up.v) + len(tl.down.v); n != 4*1000 {
		t.Errorf("%d values for uniform parameters", n)
	}
}

func TestNewRefusesImpossibleShapes(t *testing.T) {
	for _, shape := range [][2]int{{0, 1}, {1, 0}, {-1, 5}, {1e9, 1e9}, {1 << 31, 2}} {
		if _, err := New("t", testCell(), shape[0], shape[1], 1); err == nil {
			t.Errorf("%v accepted", shape)
		}
	}
}

// The hot path allocates nothing.
func TestExampleAllocatesNothing(t *testing.T) {
	tl := newTile(t, testCell(), 30, 40)
	x, q := make([]float32, 30), make([]float32, 40)
	for i := range x {
		x[i] = 1
	}
	p := &Trains{make([]uint32, 30), make([]uint32, 30), make([]uint32, 40), make([]uint32, 40)}
	for i := range p.Row {
		p.Row[i] = 0x55
	}
	for j := range p.Up {
		p.Up[j] = 0x11
	}
	var now circuit.Time
	if n := testing.AllocsPerRun(20, func() {
		now += 240 * circuit.Nanosecond
		tl.Forward(now, x, q, 1)
		tl.Backward(now, q, x, 1)
		tl.Update(now, p, ^uint32(0))
	}); n != 0 {
		t.Errorf("%v allocations per example", n)
	}
}
