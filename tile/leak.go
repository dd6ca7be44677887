package tile

import (
	"math"

	"engram/circuit"
	"engram/device"
)

// rebaseBelow is the alpha below which r is rewritten for the present time, so
// that it stays of the size of the voltages it stands for.
const rebaseBelow = 0.5

// rebaseFarBelow is the alpha below which r is rewritten in the middle of a
// transfer, which may last for many time constants: charge written late would
// stand for more volts in r than a float32 holds.
const rebaseFarBelow = 1e-6

// leak is the passing of time on a tile's capacitors.
//
// Where all cells share one tau, time is one number, alpha. Where they do not
// (a spread of tau, or a subthreshold drift without an ohmic path), a row is
// caught up in place when it is next used, from the time it was last; alpha is
// then 1. Both are the closed form of device.Leak.
type leak struct {
	tau   float64 // common time constant in s, +Inf for none
	frame circuit.Time

	perCell bool
	tauInv  []float32 // 1/tau of each cell in 1/s
	drift   []float32 // subthreshold drift of each cell in V/s where it has no ohmic path
	seen    []circuit.Time
}

func newLeak(c *Cell, rows, stride int) leak {
	l := leak{tau: c.Storage.Tau}
	noOhmic := math.IsInf(c.Storage.Tau, 1)
	l.perCell = c.Storage.TauSpread > 0 && !noOhmic || noOhmic && c.Storage.Subthreshold > 0
	if l.perCell {
		l.tauInv = make([]float32, rows*stride)
		l.drift = make([]float32, rows*stride)
		l.seen = make([]circuit.Time, rows)
	}
	return l
}

// none reports whether nothing leaks through an ohmic path.
func (l *leak) none() bool { return math.IsInf(l.tau, 1) }

// set tells the leak of one cell.
func (l *leak) set(i, j int, d device.Leak) {
	if !l.perCell {
		return
	}
	k := i*(len(l.drift)/len(l.seen)) + j
	if math.IsInf(d.Tau, 1) {
		l.drift[k] = float32(d.Drift)
		return
	}
	l.tauInv[k] = float32(1 / d.Tau)
}

// at sets the tile's alpha for the instant now, which never lies before the
// frame.
func (t *Tile) at(now circuit.Time) {
	t.alpha = 1
	if !t.leak.perCell && !t.leak.none() {
		t.alpha = float32(math.Exp(-(now - t.leak.frame).Seconds() / t.leak.tau))
	}
}

// rebase rewrites r for the instant now.
func (t *Tile) rebase(now circuit.Time) {
	t.at(now)
	t.leakTo(now)
	if t.leak.perCell {
		for i := range t.rows {
			t.catchUp(i, now)
		}
	} else if !t.leak.none() {
		for i := range t.r {
			t.r[i] *= t.alpha
		}
		t.change()
	}
	t.leak.frame = now
	t.alpha = 1
	t.resum(now)
}

// catchUp lets the time since row i was last used pass on its cells, where
// they leak each in its own way.
func (t *Tile) catchUp(i int, now circuit.Time) {
	l := &t.leak
	if !l.perCell || l.seen[i] == now {
		return
	}
	dt := (now - l.seen[i]).Seconds()
	l.seen[i] = now
	var sum float64
	for j := range t.stride {
		k, r := i*t.stride+j, &t.r[t.index(i, j)]
		// The change is computed apart: a factor next to 1 would lose it.
		before := float64(*r)
		*r += float32(float64(before*circuit.Expm1(-dt*float64(l.tauInv[k]))) + float64(float64(l.drift[k])*dt))
		sum += float64(*r) - before
	}
	t.caughtUp(i, sum, dt)
	t.eachView(func(v *view) {
		for j := range t.stride {
			t.drawCell(v, i, j)
		}
	})
}
