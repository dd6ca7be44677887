package netlist

import (
	"math"
	"math/rand/v2"
	"testing"

	"engram/circuit"
)

// A replay follows the voltage of every cell of an array, as its probes show
// it, and adds up where energy goes: into heat in the transistors and in the
// ohmic path, and onto the capacitors. It knows nothing of the ledger.
type replay struct {
	*Array
	vdd, plate, up, down float64 // V, V; off-currents into a node in A
	c, tau               float64
	v                    []float64
	at                   circuit.Time

	leakHeat, updateHeat float64
	leakKept, updateKept float64 // on the capacitors
}

func newReplay(a *Array, now circuit.Time, vdd, plate, up, down, c, tau float64) *replay {
	r := &replay{Array: a, vdd: vdd, plate: plate, up: up, down: down, c: c, tau: tau, at: now}
	r.v = r.look(now)
	return r
}

// look returns the voltages at the instant now, reference column included.
func (r *replay) look(now circuit.Time) []float64 {
	var v []float64
	for i := range r.Rows() {
		for j := range r.Cols() + 1 {
			v = append(v, r.Voltage(now, i, j))
		}
	}
	return v
}

// equilibrium is where a node ends.
func (r *replay) equilibrium() float64 { return r.plate + r.tau*(r.up+r.down)/r.c }

// leak lets all cells leak for dt seconds.
func (r *replay) leak(dt float64) {
	e, veq := math.Exp(-dt/r.tau), r.equilibrium()
	for k, v := range r.v {
		a, lift := v-veq, veq-r.plate
		first := lift*dt + a*r.tau*(1-e) // integral of V - plate
		square := lift*lift*dt + 2*lift*a*r.tau*(1-e) + a*a*r.tau/2*(1-e*e)
		r.leakHeat += square*r.c/r.tau + r.up*((r.vdd-r.plate)*dt-first) - r.down*(first+r.plate*dt)
		r.v[k] = veq + a*e
		r.leakKept += r.c / 2 * (r.v[k]*r.v[k] - v*v)
	}
}

// observe takes in the step of the engine that ended now.
func (r *replay) observe(phase string, now circuit.Time) {
	if phase != opUpdate {
		r.leak((now - r.at).Seconds())
		r.at = now
		return
	}
	r.leak((r.begin - r.at).Seconds())
	dt := (now - r.begin).Seconds()
	for k, after := range r.look(now) {
		v, veq := r.v[k], r.equilibrium()
		after = veq + (after-veq)*math.Exp(dt/r.tau)
		kept := r.c / 2 * (after*after - v*v)
		heat := -kept // a pull-down turns into heat what was stored
		if after > v {
			heat = r.vdd*r.c*(after-v) - kept
		}
		r.updateHeat, r.updateKept, r.v[k] = r.updateHeat+heat, r.updateKept+kept, after
	}
	r.leak(dt)
	r.at = now
}

// TestSourcesGiveHeatAndCharge: what the ledger says that the sources gave to
// the cells of a tile, in training examples and the pauses between them, is
// what became heat and what is on the capacitors, cell by cell.
func TestSourcesGiveHeatAndCharge(t *testing.T) {
	const vdd, plate, up, down, tau = 1, 0.6, 2e-15, -1e-15, 5e-3
	_, s := handSystem(t, func(d *Design) {
		for i := range d.Arrays {
			c := &d.Arrays[i].Cell
			c.Storage.Tau, c.Storage.Plate = tau, plate
			c.Curves.OffUp = func(float64) float64 { return up }
			c.Curves.OffDown = func(float64) float64 { return down }
		}
	}, Setting{"dac.bit.bits", "8"}, Setting{"dac.bit.lsb", "100 ps"})
	rng := rand.New(rand.NewPCG(3, 4))
	random := func(n int) []float32 {
		x := make([]float32, n)
		for i := range x {
			x[i] = 2*rng.Float32() - 1
		}
		return x
	}
	var all []*replay
	var stored float64
	for k, a := range s.Arrays {
		s.Initialise(k, random(a.Rows()*a.Cols()))
		a.CountCharge(s.Engine.Now(), 1)
		all = append(all, newReplay(a, s.Engine.Now(), vdd, plate, up, down, nodeC, tau))
		stored += a.Stored(s.Engine.Now())
	}
	each := func(phase string, now circuit.Time) {
		for _, r := range all {
			r.observe(phase, now)
		}
	}
	s.Engine.Observe(each)
	for range 20 {
		if err := s.Train(random(2), random(3), 3); err != nil {
			t.Fatal(err)
		}
		s.Engine.Wait(100 * circuit.Microsecond)
		each(idlePhase, s.Engine.Now())
	}
	s.Settle()
	within := func(name string, got, want float64) {
		t.Helper()
		if !(math.Abs(got/want-1) < 1e-6) {
			t.Errorf("%s: %.9g J, heat and charge are %.9g J", name, got, want)
		}
	}
	var given, heat, kept float64
	for k, r := range all {
		name := r.Name() + ".cells"
		if r.updateHeat == 0 || r.leakHeat == 0 {
			t.Fatalf("%s: nothing happens", name)
		}
		update, leak := s.Ledger.Entry(name, opUpdate).Joules, s.Ledger.Entry(name, opLeak).Joules
		within(name+" update", update, r.updateHeat+r.updateKept)
		within(name+" leak", leak, r.leakHeat+r.leakKept)
		given, heat, kept = given+update+leak, heat+r.updateHeat+r.leakHeat, kept+r.updateKept+r.leakKept
		stored -= s.Arrays[k].Stored(s.Engine.Now())
	}
	within("all", given, heat+kept)
	within("charge", -stored, kept)
	t.Logf("given %.4g J: %.4g J became heat, %.4g J is on the capacitors", given, heat, kept)
}
