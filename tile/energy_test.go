package tile

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"engram/circuit"
)

// randomTrains fires every line of one update in a fraction of its slots.
func randomTrains(rng *rand.Rand, rows, cols int, density float64) *Trains {
	word := func(on bool) uint32 {
		var w uint32
		for k := range 31 {
			if on && rng.Float64() < density {
				w |= 1 << k
			}
		}
		return w
	}
	p := &Trains{
		Row: make([]uint32, rows), RowNeg: make([]uint32, rows),
		Up: make([]uint32, cols), Down: make([]uint32, cols),
	}
	for i := range rows {
		negative := rng.IntN(4) == 0
		p.Row[i], p.RowNeg[i] = word(!negative), word(negative)
	}
	for j := range cols {
		up := rng.IntN(2) == 0
		p.Up[j], p.Down[j] = word(up), word(!up)
	}
	return p
}

// voltages returns V of every node at the instant now, reference cells too.
func (t *Tile) voltages(now circuit.Time) []float64 {
	var all []float64
	for i := range t.rows {
		for j := range t.stride {
			all = append(all, t.voltage(now, i, j))
		}
	}
	return all
}

// TestChargeBalance follows the charge of every node on its own: what the
// account says went in and out of all of them must be what they gained.
func TestChargeBalance(t *testing.T) {
	for _, tc := range []struct {
		name   string
		change func(*Cell)
	}{
		{"common tau", func(*Cell) {}},
		{"spread of tau", func(c *Cell) { c.Storage.TauSpread = 0.3 }},
		{"no ohmic leak", func(c *Cell) { c.Storage.Tau = math.Inf(1) }},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := testCell()
			c.Storage.Plate = 0.8
			tc.change(&c)
			tl := newTile(t, c, 12, 20)
			rng := rand.New(rand.NewPCG(1, 2))
			start := tl.voltages(0)
			var sum Charges
			now := circuit.Time(0)
			for k := range 30 {
				now += 240 * circuit.Microsecond
				tl.Update(now, randomTrains(rng, 12, 20, 0.3), ^uint32(0))
				if k == 20 {
					transferSome(tl, now)
				}
				c := tl.TakeCharges(now)
				sum.Add(&c)
			}
			end := tl.voltages(now)
			var gained float64
			for k := range start {
				gained += c.Curves.NodeC * (end[k] - start[k])
			}
			var offDown float64
			for _, o := range tl.rowOff {
				offDown += o.up - o.total
			}
			in := sum.FromSupply + sum.LeakSupply + sum.LeakPlate + sum.Precharged + sum.TransferSupply
			out := sum.ToGround + sum.TransferGround + offDown*now.Seconds()
			if diff := math.Abs(in - out - gained); diff > 1e-6*sum.FromSupply {
				t.Errorf("nodes gained %g C, the account says %g C in, %g C out (off by %g)", gained, in, out, diff)
			}
			if math.IsInf(c.Storage.Tau, 1) && sum.LeakPlate != 0 {
				t.Errorf("%g C from the plate without an ohmic path", sum.LeakPlate)
			}
			if sum.Up+sum.Down != tl.Steps() {
				t.Errorf("%d + %d steps, want %d", sum.Up, sum.Down, tl.Steps())
			}
		})
	}
}

// transferSome handles a few cells as a programmer does.
func transferSome(tl *Tile, now circuit.Time) {
	var s Synapse
	tl.BeginTransfer(now)
	tl.PrechargeReference(1)
	for i := range 12 {
		s.Open(tl, i, 3, 1)
		s.Precharge()
		s.Set(0, 90e-6, 50e-9)
		s.Reset(1)
		s.Pulse(40)
		s.Pulse(-7)
		s.Close()
	}
}

// TestEnergyBalance: over an example, the energy that the supplies give is what
// transistors and leaks turn into heat plus what the capacitors gain. Heat is
// computed cell by cell, apart from the account, in float64.
func TestEnergyBalance(t *testing.T) {
	c := testCell()
	c.Storage.Plate = 0.8
	const rows, cols, vdd = 8, 10, 1.0
	tl := newTile(t, c, rows, cols)
	rng := rand.New(rand.NewPCG(3, 4))
	warm := randomTrains(rng, rows, cols, 0.9)
	for k := range 5 {
		tl.Update(circuit.Time(k)*circuit.Nanosecond, warm, ^uint32(0))
	}
	start := 10 * circuit.Nanosecond
	now := start + 100*circuit.Microsecond // so long that the leak counts
	tl.TakeCharges(start)
	stored := tl.Stored(start)
	before := tl.voltages(start)
	p := randomTrains(rng, rows, cols, 0.5)
	tl.Update(now, p, ^uint32(0))
	got := tl.TakeCharges(now)

	var heat float64
	for i := range rows {
		for j := range cols + 1 {
			v := before[i*(cols+1)+j]
			leak, after := tl.leakHeat(i, j, v, (now - start).Seconds())
			heat += leak
			if j < cols {
				heat += tl.stepHeat(i, j, after, p, vdd)
			}
		}
	}
	in := vdd*(got.FromSupply+got.LeakSupply) + c.Storage.Plate*got.LeakPlate
	gained := tl.Stored(now) - stored
	if diff := math.Abs(in - heat - gained); diff > 1e-4*heat {
		t.Errorf("%g J in, %g J dissipated, %g J stored: off by %g J", in, heat, gained, diff)
	}
	if gained == 0 || got.LeakPlate == 0 || got.ToGround == 0 {
		t.Errorf("the example must exercise every term: %+v", got)
	}
}

// leakHeat integrates the power of the leaks of a cell from voltage v over dt
// seconds, by the trapezoidal rule, and returns it with the voltage after.
func (t *Tile) leakHeat(i, j int, v, dt float64) (heat, after float64) {
	c := &t.cell
	var rng circuit.Stream
	rng.Reset(t.seed, circuit.Fabrication, t.instance, uint64(i))
	var up, down float64
	for range j + 1 { // the order of fabricate
		up, down = c.Curves.SigmaUp*rng.Normal(), c.Curves.SigmaDown*rng.Normal()
		rng.Normal()
		rng.Normal()
	}
	iUp, iDown := c.Curves.OffUp(up), -c.Curves.OffDown(down)
	r := c.Storage.Tau / c.Curves.NodeC
	power := func(v float64) float64 {
		d := v - c.Storage.Plate
		return d*d/r + iUp*(1-v) + iDown*v
	}
	const n = 100
	veq := c.Storage.Plate + r*(iUp-iDown)
	at := func(t float64) float64 { return veq + (v-veq)*math.Exp(-t/c.Storage.Tau) }
	for k := range n {
		t0, t1 := dt*float64(k)/n, dt*float64(k+1)/n
		heat += (power(at(t0)) + power(at(t1))) / 2 * (t1 - t0)
	}
	return heat, at(dt)
}

// stepHeat returns the heat of the update pulses of a cell that they find at v.
func (t *Tile) stepHeat(i, j int, v float64, p *Trains, vdd float64) float64 {
	c := &t.cell
	var heat float64
	pulses := func(word uint32, direction int) {
		for ; word != 0; word &= word - 1 {
			dv := float64(t.up.column(j)[i]) * c.Curves.Up(v)
			if direction < 0 {
				dv = float64(t.down.column(j)[i]) * c.Curves.Down(v)
			}
			mean := v + dv/2 // of the node while the charge moves
			if direction > 0 {
				heat += c.Curves.NodeC * dv * (vdd - mean)
			} else {
				heat -= c.Curves.NodeC * dv * mean
			}
			v += dv
		}
	}
	pulses(p.Row[i]&p.Up[j], +1)
	pulses(p.Row[i]&p.Down[j], -1)
	pulses(p.RowNeg[i]&p.Down[j], +1)
	pulses(p.RowNeg[i]&p.Up[j], -1)
	return heat
}

// TestSampledCharges: looking at some of the updates only gives the steps
// exactly and the charges within the scatter of the mean step.
func TestSampledCharges(t *testing.T) {
	c := testCell()
	exact, sampled := newTile(t, c, 40, 50), newTile(t, c, 40, 50)
	sampled.CountCharge(0, 8)
	rng := rand.New(rand.NewPCG(7, 8))
	for k := range 200 {
		now := circuit.Time(k) * 240 * circuit.Nanosecond
		p := randomTrains(rng, 40, 50, 0.1)
		exact.Update(now, p, ^uint32(0))
		sampled.Update(now, p, ^uint32(0))
	}
	want, got := exact.TakeCharges(circuit.Millisecond), sampled.TakeCharges(circuit.Millisecond)
	if got.Up != want.Up || got.Down != want.Down {
		t.Errorf("%d up and %d down steps, want %d and %d", got.Up, got.Down, want.Up, want.Down)
	}
	// Gains scatter by 22 %; an update of this tile has about 3000 steps on
	// 600 cells and 25 updates are looked at: 0.2 % (sd).
	for _, q := range [][2]float64{{got.FromSupply, want.FromSupply}, {got.ToGround, want.ToGround}} {
		if math.Abs(q[0]/q[1]-1) > 0.01 {
			t.Errorf("sampled charge %g C, exact %g C", q[0], q[1])
		}
	}
}

// TestChargesFollowState checks that a tile that was saved and loaded keeps the
// account to the same bits.
func TestChargesFollowState(t *testing.T) {
	c := testCell()
	a, b := newTile(t, c, 12, 20), newTile(t, c, 12, 20)
	rng := rand.New(rand.NewPCG(5, 6))
	now := 100 * circuit.Microsecond
	a.Update(now, randomTrains(rng, 12, 20, 0.3), ^uint32(0))
	var state bytes.Buffer
	if err := a.SaveState(&state); err != nil {
		t.Fatal(err)
	}
	if err := b.LoadState(&state); err != nil {
		t.Fatal(err)
	}
	p := randomTrains(rng, 12, 20, 0.3)
	now += 100 * circuit.Microsecond
	a.Update(now, p, ^uint32(0))
	b.Update(now, p, ^uint32(0))
	if x, y := a.TakeCharges(now), b.TakeCharges(now); x != y {
		t.Errorf("after loading %+v, want %+v", y, x)
	}
}

// BenchmarkUpdateCharge reports the time of one update of the first layer of
// the MNIST network, of which a twentieth of the cells steps, with and without
// the account of charges.
func BenchmarkUpdateCharge(b *testing.B) {
	for _, every := range []int{0, 1, 8} {
		b.Run(fmt.Sprintf("every=%d", every), func(b *testing.B) {
			tl := newTile(b, testCell(), 529, 250)
			tl.CountCharge(0, every)
			rng := rand.New(rand.NewPCG(1, 1))
			p := randomTrains(rng, 529, 250, 0.01)
			b.ReportAllocs()
			now := circuit.Time(0)
			for b.Loop() {
				now += 240 * circuit.Nanosecond
				tl.Update(now, p, ^uint32(0))
			}
		})
	}
}
