package periphery

import (
	"math"
	"testing"

	"engram/circuit"
)

// script is a cell whose devices answer to pulses as they are told: every SET
// raises a device by the next of rises, a RESET takes it to zero.
type script struct {
	g     [2]float64
	short float64 // g - g_ref, S
	step  float64 // of an update pulse, S
	rises []float64
	stuck [2]bool
	sets  []float64 // currents so far
}

func (s *script) LongTerm() float64              { return 3 * (s.g[0] - s.g[1]) }
func (s *script) ShortTerm(sign float32) float64 { return float64(sign) * s.short }
func (s *script) Conductance(k int) float64      { return s.g[k] }
func (s *script) Normal() float64                { return 0 }
func (s *script) Precharge()                     { s.short = 0 }
func (s *script) Pulse(n int)                    { s.short += float64(n) * s.step }
func (s *script) Set(k int, current, _ float64) {
	s.sets = append(s.sets, current)
	if s.stuck[k] || len(s.rises) == 0 {
		return
	}
	s.g[k] += s.rises[0]
	s.rises = s.rises[1:]
}
func (s *script) Reset(k int) {
	if !s.stuck[k] {
		s.g[k] = 0
	}
}
func (s *script) Ramp(k int, peak float64, steps int, length float64) {
	if !s.stuck[k] {
		s.g[k] = rampLevel(peak, steps, length)
	}
}

// rampLevel rises linearly to 20 uS at 550 ns a step.
func rampLevel(_ float64, _ int, length float64) float64 { return 20e-6 * length / 550e-9 }

// testSpec has an LSB of 1 uS in the weight.
func testSpec() TransferSpec {
	return TransferSpec{
		PolarityInversion: true, Residual: true, ClosedLoop: true, Scheme: Pulses,
		Tolerance: 3e-6, Overshoot: 6e-6, Attempts: 40, Currents: []float64{70e-6, 90e-6}, Width: 50 * circuit.Nanosecond,
		RampPeak: 200e-6, RampSteps: 8, RampLengths: []circuit.Time{1700, 55_000, 275_000, 550_000},
		ResetCurrent: 300e-6, ResetWidth: 40 * circuit.Nanosecond, Full: 20e-6,
		ReadBits: 9, ReadRange: 256e-6, StuckAfter: 3, ReadTime: 34 * circuit.Nanosecond,
		PrechargeTime: 9500 * circuit.Picosecond, Rounds: 3, ResidualPulses: 500,
		FinalSpec: FinalSpec{FinalTolerance: 1e-6, FinalAttempts: 100},
	}
}

func testProgrammer(s TransferSpec) *Programmer {
	return NewProgrammer(s, Model{
		Gain: 3, Step: 0.1e-6, Slot: 2 * circuit.Nanosecond,
		Set:  func(g, current, width float64) float64 { return (current - 60e-6) * 0.1 }, // 1 and 3 uS
		Ramp: rampLevel,
	}, circuit.Nanosecond)
}

// run returns all operations of one transfer.
func run(q *Sequencer, s Synapse, w float64, sign float32) (ops []Operation, done Written) {
	q.Start(w, sign)
	for {
		op, ok := q.Next(s)
		if !ok {
			return ops, q.Finish(s)
		}
		ops = append(ops, op)
	}
}

func kinds(ops []Operation) (k []Kind) {
	for _, op := range ops {
		k = append(k, op.Kind)
	}
	return k
}

func check(t *testing.T, ops []Operation, want []Operation) {
	t.Helper()
	for i := range max(len(ops), len(want)) {
		if i >= len(ops) || i >= len(want) {
			t.Fatalf("%d operations %v, want %d", len(ops), kinds(ops), len(want))
		}
		got, w := ops[i], want[i]
		if got.Kind != w.Kind || got.Device != w.Device || got.Pulses != w.Pulses || got.Cycles != w.Cycles ||
			math.Abs(got.Current-w.Current) > 1e-12 || math.Abs(got.Read-w.Read) > 1e-12 {
			t.Errorf("operation %d is %+v, want %+v", i, got, w)
		}
	}
}

// One cell, pulse by pulse: 30 uS are wanted in a pair at zero. The first SET
// does little, the second too much, so the device is RESET; two more bring it
// to 29.1 uS, which 9 pulses down of an inverted polarity complete to 30 uS, as
// far as the LSB of 1 uS shows it.
func TestOneCellPulseByPulse(t *testing.T) {
	cell := &script{step: 0.1e-6, rises: []float64{2e-6, 12e-6, 6e-6, 3.7e-6}}
	q := testProgrammer(testSpec()).NewSequencer()
	ops, done := run(q, cell, 30e-6, -1)
	read := func(k int, g float64) Operation {
		return Operation{Kind: ReadDevice, Device: k, Read: g, Cycles: 34}
	}
	set := Operation{Kind: SetPulse, Current: 90e-6, Cycles: 50}
	check(t, ops, []Operation{
		{Kind: Precharge, Cycles: 10},
		{Kind: ReadShortTerm, Cycles: 34},
		read(0, 0), read(1, 0),
		set, read(0, 2e-6),
		set, read(0, 14e-6), // 12 uS over: beyond tolerance and overshoot
		{Kind: ResetPulse, Current: 300e-6, Cycles: 40}, read(0, 0),
		set, read(0, 6e-6),
		set, read(0, 29e-6/3),
		{Kind: ReadWeight, Read: 29e-6, Cycles: 34},
		{Kind: UpdatePulses, Pulses: -10, Cycles: 20},
		{Kind: ReadWeight, Read: 30e-6, Cycles: 34},
	})
	if want := int64(10 + 34 + 2*34 + 4*(50+34) + 40 + 34 + 34 + 20 + 34); done.Cycles != want || done.Time != circuit.Time(want)*circuit.Nanosecond {
		t.Errorf("%d cycles, %v; want %d", done.Cycles, done.Time, want)
	}
	if math.Abs(done.Error-0.1e-6) > 1e-12 || done.Failed || done.Stuck {
		t.Errorf("%+v, want an error of 0.1 uS", done)
	}
	tally := q.Tally
	if tally.Reads != 10 || tally.Sets != 4 || tally.SetsAt[1] != 4 || tally.Resets != 1 || tally.Pulses != 10 ||
		tally.Precharges != 1 || tally.Overshoots != 1 || tally.Cells != 1 {
		t.Errorf("tally is %+v", tally)
	}
}

// The clock sees the same sequence, one period at a time.
func TestTicksAreCycles(t *testing.T) {
	q := testProgrammer(testSpec()).NewSequencer()
	want := q.Run(&script{step: 0.1e-6, rises: []float64{2e-6, 12e-6, 6e-6, 3.7e-6}}, 30e-6, -1)
	cell := &script{step: 0.1e-6, rises: []float64{2e-6, 12e-6, 6e-6, 3.7e-6}}
	q.Start(30e-6, -1)
	var ticks int64
	for q.Tick(cell) {
		ticks++
	}
	if got := q.Finish(cell); ticks != want.Cycles || got != want {
		t.Errorf("%d ticks, %+v; want %+v", ticks, got, want)
	}
}

// Targets between 0 and the offset, on the side of the polarity, are left to
// the capacitor, and both devices are RESET.
func TestBelowTheOffsetTheCapacitorHoldsTheWeight(t *testing.T) {
	for _, c := range []struct {
		w      float64
		sign   float32
		resets int
	}{{2.5e-6, 1, 2}, {-2.5e-6, -1, 2}, {-9.5e-6, 1, 0}, {12e-6, -1, 0}} {
		s := testSpec()
		s.Offset, s.Tolerance = 2e-6, 0.4e-6
		cell := &script{g: [2]float64{4e-6, 1e-6}, step: 0.1e-6, rises: []float64{7e-6}}
		q := testProgrammer(s).NewSequencer()
		_, done := run(q, cell, c.w, c.sign)
		if q.Tally.Resets < c.resets || c.resets == 0 && q.Tally.Sets == 0 {
			t.Errorf("w %g, sign %g: %+v", c.w, c.sign, q.Tally)
		}
		if c.resets > 0 && (cell.g != [2]float64{} || math.Abs(done.Error) > 0.51e-6) {
			t.Errorf("w %g, sign %g: devices %v, error %g", c.w, c.sign, cell.g, done.Error)
		}
	}
}

// A full device is RESET with its partner, and the difference written anew.
func TestFullPairIsResetAndRewritten(t *testing.T) {
	cell := &script{g: [2]float64{18e-6, 15e-6}, step: 0.1e-6, rises: []float64{4e-6, 2e-6}}
	q := testProgrammer(testSpec()).NewSequencer()
	_, done := run(q, cell, 18e-6, 1)
	if q.Tally.Resets != 2 || cell.g[1] != 0 || math.Abs(cell.g[0]-6e-6) > 1e-12 || math.Abs(done.Error) > 0.5e-6 {
		t.Errorf("%+v, devices %v, error %g", q.Tally, cell.g, done.Error)
	}
}

// Devices that do not respond are found by read-verify, whichever way they are
// stuck, unless their partner makes up for them.
func TestStuckDevicesAreFound(t *testing.T) {
	for _, c := range []struct {
		name  string
		g     [2]float64 // both stuck where they are, unless 0 and sound
		hurt  int
		w     float64
		stuck bool
		err   float64 // of the weight at most
	}{
		{"G+ stuck at RESET", [2]float64{0, 4e-6}, 0, 30e-6, true, 31e-6},
		{"G- stuck at RESET", [2]float64{4e-6, 0}, 1, -30e-6, true, 31e-6},
		{"G+ crystalline, partner makes up", [2]float64{25e-6, 0}, 0, 30e-6, false, 1e-6},
		{"G- crystalline, nothing helps", [2]float64{0, 25e-6}, 1, 30e-6, true, 60e-6},
	} {
		s := testSpec()
		s.Attempts, s.Rounds = 40, 1
		cell := &script{g: c.g, step: 0.1e-6}
		cell.stuck[c.hurt] = true
		for range 60 {
			cell.rises = append(cell.rises, 1e-6)
		}
		q := testProgrammer(s).NewSequencer()
		_, done := run(q, cell, c.w, 1)
		if done.Stuck != c.stuck || (q.Tally.Stuck == 1) != c.stuck {
			t.Errorf("%s: stuck is %v: %+v", c.name, done.Stuck, done)
		}
		if math.Abs(done.Error) > c.err {
			t.Errorf("%s: error of %g S", c.name, done.Error)
		}
	}
}

// A ramp starts from a RESET, and the next one aims at what the last one missed.
func TestRampScheme(t *testing.T) {
	s := testSpec()
	s.Scheme = Ramp
	cell := &script{g: [2]float64{5e-6, 5e-6}, step: 0.1e-6}
	q := testProgrammer(s).NewSequencer()
	ops, done := run(q, cell, -30e-6, 1)
	check(t, ops[2:], []Operation{
		{Kind: ReadDevice, Read: 15e-6 / 3, Cycles: 34}, {Kind: ReadDevice, Device: 1, Read: 15e-6 / 3, Cycles: 34},
		{Kind: ResetPulse, Device: 1, Current: 300e-6, Cycles: 40}, {Kind: ResetPulse, Current: 300e-6, Cycles: 40},
		{Kind: RampPulse, Device: 1, Current: 200e-6, Cycles: 8 * 275},
		{Kind: ReadDevice, Device: 1, Read: 10e-6, Cycles: 34},
		{Kind: ReadWeight, Read: -30e-6, Cycles: 34},
	})
	if done.Failed || math.Abs(done.Error) > 1e-12 {
		t.Errorf("%+v", done)
	}
}

// Without a loop the programmer trusts its table.
func TestOpenLoopReadsNothingInBetween(t *testing.T) {
	s := testSpec()
	s.ClosedLoop, s.Residual = false, false
	cell := &script{step: 0.1e-6, rises: []float64{1e-6, 1e-6, 1e-6, 1e-6}}
	q := testProgrammer(s).NewSequencer()
	run(q, cell, 20e-6, 1)
	// Steps of 3 uS are expected: 9 uS of weight each.
	if q.Tally.Sets != 2 || q.Tally.Reads != 3 || math.Abs(cell.LongTerm()-6e-6) > 1e-12 {
		t.Errorf("%+v, long term %g", q.Tally, cell.LongTerm())
	}
}
