package transient

import (
	"math"
	"math/rand/v2"
	"testing"
)

// The energy account balances at any tolerance, in steps that are anything but
// accurate.
func TestBalanceAtAnyTolerance(t *testing.T) {
	for _, tol := range []float64{1e-2, 1e-4, 0} {
		worst := 0.0
		for seed := range uint64(20) {
			c, _ := network(t, rand.New(rand.NewPCG(seed, 2)))
			b := solve(t, c, Options{Stop: 2, RelTol: tol, AbsTol: tol}, nil).Balance()
			worst = max(worst, math.Abs(b.Delivered-b.Dissipated-b.Stored-b.Charged)/b.Delivered)
		}
		t.Logf("tolerance %g: energy to %.1e", tol, worst)
		if !(worst <= 1e-9) {
			t.Errorf("tolerance %g: energy is off by %.1e of what was given", tol, worst)
		}
	}
}

// What a source on a ramp of 1 V/s gives to 1 ohm and 1 F in series, and what
// the resistor takes of it, have closed forms: with i = 1 - exp(-t) the
// integrals of t i and of i^2. The balance must not be bought with wrong parts.
func TestEnergyOfARamp(t *testing.T) {
	const stop = 2.0
	e := math.Exp(-stop)
	delivered := stop*stop/2 + e*(stop+1) - 1
	dissipated := stop - 2*(1-e) + (1-e*e)/2
	run := func(o Options) Balance {
		c := New()
		in, out := c.Node("in"), c.Node("out")
		c.Voltage("v", in, Ground, mustPWL(t, []float64{0, stop}, []float64{0, stop}))
		c.Resistor("r", in, out, 1)
		c.Capacitor("c", out, Ground, 1)
		c.Initial(out, 0)
		return solve(t, c, o, nil).Balance()
	}
	b := run(Options{Stop: stop})
	if r := b.Delivered/delivered - 1; math.Abs(r) > 1e-6 {
		t.Errorf("delivered %.9g J, off by %.2g", b.Delivered, r)
	}
	if r := b.Dissipated/dissipated - 1; math.Abs(r) > 1e-6 {
		t.Errorf("dissipated %.9g J, off by %.2g", b.Dissipated, r)
	}
	coarse := run(Options{Stop: stop, MaxStep: 0.1, FirstStep: 0.1, RelTol: 1e9})
	fine := run(Options{Stop: stop, MaxStep: 0.05, FirstStep: 0.05, RelTol: 1e9})
	order := math.Log2(math.Abs((coarse.Delivered - delivered) / (fine.Delivered - delivered)))
	if math.Abs(order-3) > 0.1 {
		t.Errorf("energy of the source is of order %.2f, want 3", order)
	}
	for _, b := range []Balance{coarse, fine} {
		if d := b.Delivered - b.Dissipated - b.Stored; math.Abs(d) > 1e-12 {
			t.Errorf("%+v: %.3g J are missing", b, d)
		}
	}
}
