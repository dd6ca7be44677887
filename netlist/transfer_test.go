package netlist

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"engram/circuit"
	"engram/periphery"
	"engram/tile"
)

// newTransferSystem builds the perceptron of clockNetlist with 200 inputs and
// weights drawn at random.
func newTransferSystem(t *testing.T, settings ...Setting) *System {
	t.Helper()
	file := filepath.Join(t.TempDir(), "net.toml")
	if err := os.WriteFile(file, []byte(clockNetlist), 0o666); err != nil {
		t.Fatal(err)
	}
	_, d, err := Open(file, append([]Setting{{"input.width", "200"}}, settings...))
	if err != nil {
		t.Fatal(err)
	}
	s, err := Build(d, 7, circuit.PhaseLevel)
	if err != nil {
		t.Fatal(err)
	}
	initialise(s)
	return s
}

func initialise(s *System) {
	for k, a := range s.Arrays {
		rng := circuit.NewStream(7, circuit.Initial, uint64(k), 0)
		w := make([]float32, a.Rows()*a.Cols())
		for i := range w {
			w[i] = float32(0.3 * rng.Normal())
		}
		s.Initialise(k, w)
	}
}

// train trains examples (from, to] of made-up data, with the transfers that are due.
func train(t *testing.T, s *System, from, to int) (reports []TransferReport) {
	t.Helper()
	x, target := make([]float32, len(s.Input.Drive)), make([]float32, len(s.Output.target))
	for n := from + 1; n <= to; n++ {
		rng := circuit.NewStream(3, circuit.Stimulus, 0, uint64(n))
		for i := range x {
			x[i] = float32(rng.Float64())
		}
		clear(target)
		target[n%len(target)] = 1
		if err := s.Train(x, target, 0.05); err != nil {
			t.Fatal(err)
		}
		s.BetweenExamples(n)
		if i := s.design.Transfer.Interval; i > 0 && n%i == 0 {
			reports = append(reports, s.Transfer())
		}
	}
	return reports
}

func weightsOf(a *Array, now circuit.Time) []float32 {
	w := make([]float32, a.Rows()*a.Cols())
	a.Weights(now, w)
	return w
}

// One cell of the real device models goes through a transfer operation by
// operation: W afterwards is W before, and time and charge are what the
// operations add up to by hand.
func TestOneCellThroughATransfer(t *testing.T) {
	const ns = circuit.Nanosecond
	s := newTransferSystem(t, Setting{"capacitor.storage.leak-tau", "1 ks"}, Setting{"capacitor.storage.subthreshold-leak", "0"}, Setting{"transfer.overshoot", "0 S"})
	a := s.Arrays[0]
	overshot := false
	for i := 0; i < a.Rows() && !overshot; i++ {
		a.BeginTransfer(0)
		var cell tile.Synapse
		cell.Open(a.Tile, i, 2, 0)
		cell.Pulse(150)
		before := cell.LongTerm() + cell.ShortTerm(a.Polarity(2))
		cell.Close()
		a.TakeCharges(0)

		q := a.programmer.NewSequencer()
		cell.Open(a.Tile, i, 2, 1)
		want := a.programmer.Read(before)
		q.Start(want, -a.Polarity(2))
		var cycles int64
		var setCharge float64
		resets, pulses := 0, 0
		for op, ok := q.Next(&cell); ok; op, ok = q.Next(&cell) {
			cycles += op.Cycles
			switch op.Kind {
			case periphery.SetPulse:
				setCharge += op.Current * 50e-9
			case periphery.ResetPulse:
				resets++
			case periphery.UpdatePulses:
				pulses += max(op.Pulses, -op.Pulses)
			}
		}
		done := q.Finish(&cell)
		cell.Close()
		a.SetPolarity(2, -a.Polarity(2))

		after := float64(weightsOf(a, 0)[i*a.Cols()+2])
		// Half an LSB of the first read, half of the last, half a step.
		if limit := 75e-6/256 + 0.1e-6; math.Abs(after-before) > limit || math.Abs(after-want-done.Error) > 1e-11 {
			t.Errorf("row %d: W was %g, is %g S", i, before, after)
		}
		w := q.Tally
		byHand := int64(w.Precharges*10+w.Reads*34+w.Sets*50+w.Resets*50) + int64(2*pulses)
		if cycles != byHand || done.Time != circuit.Time(byHand)*ns {
			t.Errorf("row %d: %d cycles, %v; want %d", i, cycles, done.Time, byHand)
		}
		c := a.TakeCharges(0)
		if c.SetCharge != setCharge || int(c.Resets) != resets || int(c.Sets) != w.Sets || c.Precharges != 1 ||
			int(c.PulsesUp+c.PulsesDown) != pulses {
			t.Errorf("row %d: charges %+v, tally %+v", i, c, w)
		}
		// 150 steps above V0 go back into the rail; the joules are V0 = 0.5 V
		// times that, VDD = 1 V times what the residual's up pulses took. A
		// step is 0.54 mV within the mismatch of its transistor, 0.21 in ln.
		if got, want := -c.Precharged*0.5, 42e-15*150*0.545e-3*0.5; got < want/2.2 || got > want*2.2 {
			t.Errorf("row %d: the precharge took %g J, about %g J expected", i, got, want)
		}
		if want := 42e-15 * float64(c.PulsesUp) * 0.545e-3; c.TransferSupply > 2.2*want || c.TransferSupply < want/2.2 {
			t.Errorf("row %d: %d pulses took %g C, about %g C expected", i, c.PulsesUp, c.TransferSupply, want)
		}
		overshot = w.Overshoots > 0 && w.Resets > 0 && pulses > 0
	}
	if !overshot {
		t.Error("no cell overshot, was RESET and corrected")
	}
}

// After a blocking transfer of the default netlist 99 % of the weights are
// where they were within the tolerance of read-verify, and their long-term
// parts, too, but for the LSB by which a read may deceive.
func TestBlockingTransferOfTheDefaultNetlist(t *testing.T) {
	_, d, err := Open(LibraryPrefix+"mnist.toml", nil)
	if err != nil {
		t.Fatal(err)
	}
	s, err := Build(d, 1, circuit.PhaseLevel)
	if err != nil {
		t.Fatal(err)
	}
	initialise(s)
	r := s.Transfer()
	tolerance := d.Transfer.Tolerance
	if r.Cells != d.Synapses() || r.Remaining.Total() != r.Cells || r.LongTerm.Total() != r.Cells || r.Conductances.Total() != 2*r.Cells {
		t.Fatalf("%d cells in all, %d in the report", d.Synapses(), r.Cells)
	}
	if share := r.Remaining.Within(-tolerance, tolerance); share < 0.99 {
		t.Errorf("%.4f of the weights are within tolerance", share)
	}
	if lsb := 0.3e-6; r.LongTerm.Within(-tolerance-lsb, tolerance+lsb) < 0.99 {
		t.Errorf("%.4f of the long-term parts are within tolerance", r.LongTerm.Within(-tolerance-lsb, tolerance+lsb))
	}
	if share := r.Conductances.Within(0, 20e-6); share < 0.95 {
		t.Errorf("%.4f of the devices are below 20 uS", share)
	}
	// A slow but sound device may pass for a stuck one, rarely.
	if r.Failed > r.Cells/100 || r.Stuck > r.Cells/1000 || r.ErrorRMS > 0.5e-6 {
		t.Errorf("%d failed, %d stuck, rms error %g S", r.Failed, r.Stuck, r.ErrorRMS)
	}
	t.Logf("rms error %.3g uS, %d of %d failed, %.2f SETs, %.3f RESETs, %.2f reads a cell, %v",
		r.ErrorRMS*1e6, r.Failed, r.Cells, float64(r.Sets)/float64(r.Cells), float64(r.Resets)/float64(r.Cells), float64(r.Reads)/float64(r.Cells), r.Length)
}

var interleaved = Setting{"transfer.mode", "interleaved"}

// Where a column is programmed within its slot, training does not notice: time
// passes as without any transfer.
func TestInterleavedTransferHides(t *testing.T) {
	without := newTransferSystem(t, Setting{"transfer.interval", "0"})
	train(t, without, 0, 1600)
	with := newTransferSystem(t, interleaved, Setting{"transfer.interval", "800"})
	reports := train(t, with, 0, 1600)
	if a, b := without.Engine.Now(), with.Engine.Now(); float64(b) > 1.05*float64(a) {
		t.Errorf("1600 examples take %v without transfer and %v with", a, b)
	}
	for _, r := range reports {
		if r.Columns != 24 || r.Late != 0 || r.Length != 0 || r.Programming == 0 || r.Cells != 201*16+17*8 {
			t.Errorf("%d columns, %d late, %d cells, training stood still for %v, programming %v", r.Columns, r.Late, r.Cells, r.Length, r.Programming)
		}
	}
	blocking := newTransferSystem(t, Setting{"transfer.interval", "800"})
	train(t, blocking, 0, 1600)
	if blocking.Engine.Now() <= without.Engine.Now() {
		t.Error("a blocking transfer takes no time")
	}
}

// A column that takes longer than its slot makes the next ones wait, and not
// the training, as long as the interval has time for all.
func TestSlowColumnsTakeFromQuickOnes(t *testing.T) {
	s := newTransferSystem(t, interleaved, Setting{"transfer.interval", "300"})
	late := 0
	for n, r := range train(t, s, 0, 900) {
		interval := 300 * s.ExampleTime()
		if r.Programming > interval*9/10 {
			continue
		}
		late += r.Late
		if r.Columns != 24 || r.Length > interval/20 {
			t.Errorf("interval %d of %v: %d columns, programming %v, training stood still for %v", n, interval, r.Columns, r.Programming, r.Length)
		}
	}
	if late < 4 {
		t.Errorf("%d columns late: too few to tell", late)
	}
}

// Ramps of up to 4.4 us do not fit into the slot of a column where an interval
// is 50 examples: the examples stretch by what is missing, and the report
// tells. (The same arithmetic forbids them on 512 columns in 8,000 x 240 ns.)
func TestInterleavedTransferStretchesExamples(t *testing.T) {
	s := newTransferSystem(t, interleaved, Setting{"transfer.interval", "50"}, Setting{"transfer.scheme", "ramp"})
	reports := train(t, s, 0, 200)
	var still circuit.Time
	for n, r := range reports {
		if r.Late == 0 || r.Length == 0 {
			t.Errorf("interval %d: %d columns late, %v", n, r.Late, r.Length)
		}
		if r.Length > r.Programming {
			t.Errorf("interval %d: training stood still for %v in %v of programming", n, r.Length, r.Programming)
		}
		still += r.Length
	}
	if got, want := s.Engine.Now(), 200*s.ExampleTime()+still; got != want {
		t.Errorf("200 examples end at %v, want %v", got, want)
	}
	// One programmer cannot take less time than its columns need.
	if busy := reports[3].Programming; 50*s.ExampleTime()+reports[3].Length < busy*8/10 {
		t.Errorf("an interval of %v holds %v of programming", 50*s.ExampleTime()+reports[3].Length, busy)
	}
}

// Where one column is transferred the weights of all others stay as they are,
// to the bit, and its own within the error of a transfer.
func TestInterleavedTransferIsContinuous(t *testing.T) {
	s := newTransferSystem(t, interleaved, Setting{"transfer.interval", "800"})
	train(t, s, 0, 799)
	a := s.Arrays[0]
	s.BetweenExamples(799)
	now := s.Engine.Now()
	before := weightsOf(a, now)
	j := a.Cols() - 1
	sign := a.Polarity(j)
	s.transferColumn(0, a, j)
	after := weightsOf(a, now)
	if a.Polarity(j) != -sign {
		t.Error("the polarity of the column did not flip")
	}
	worst := 0.0
	for n, w := range after {
		d := math.Abs(float64(w - before[n]))
		if n%a.Cols() != j && d > 1e-11 {
			t.Fatalf("W of cell %d, in another column, moved by %g S", n, d)
		}
		worst = max(worst, d)
	}
	if worst == 0 || worst > 5e-6 {
		t.Errorf("a weight of the column moved by %g S", worst)
	}
}

// Neither the number of cores nor a stop in the middle of an interval changes
// a bit.
func TestTransferDoesNotDependOnCoresOrStops(t *testing.T) {
	for _, mode := range []string{"blocking", "interleaved"} {
		for _, kind := range []Setting{{"cell.synapse.kind", "2pcm+3t1c"}, {"cell.synapse.kind", "2pcm"}} {
			t.Run(mode+" "+kind.Value, func(t *testing.T) {
				settings := []Setting{{"transfer.mode", mode}, {"transfer.interval", "60"}, {"pulser.pulser.period", "50 ns"}, kind}
				var want string
				for _, cores := range []int{1, 2, 4} {
					old := runtime.GOMAXPROCS(cores)
					s := newTransferSystem(t, settings...)
					train(t, s, 0, 100)
					got := s.StateSHA256()
					runtime.GOMAXPROCS(old)
					if want == "" {
						want = got
					}
					if got != want {
						t.Errorf("another state on %d cores", cores)
					}
				}
				s := newTransferSystem(t, settings...)
				train(t, s, 0, 70)
				var state bytes.Buffer
				if err := s.SaveState(&state); err != nil {
					t.Fatal(err)
				}
				resumed := newTransferSystem(t, settings...)
				if err := resumed.LoadState(&state); err != nil {
					t.Fatal(err)
				}
				train(t, resumed, 70, 100)
				if resumed.StateSHA256() != want {
					t.Error("another state after a resume")
				}
			})
		}
	}
}

// Devices that came stuck from fabrication are found and counted in every
// transfer, and training goes on with finite weights.
func TestTransferFindsStuckDevices(t *testing.T) {
	for _, fault := range []string{"stuck-reset", "stuck-set"} {
		s := newTransferSystem(t, Setting{"pcm.mushroom." + fault, "0.05"})
		reports := train(t, s, 0, 150)
		if len(reports) != 3 {
			t.Fatalf("%d transfers", len(reports))
		}
		for _, r := range reports {
			// Half of the devices stuck at RESET are needed, and of those
			// that are crystalline most cannot be made up for.
			if cells := float64(r.Cells); float64(r.Stuck) < 0.01*cells || float64(r.Stuck) > 0.12*cells || r.Failed < r.Stuck/4 {
				t.Errorf("%s: %d of %d cells found stuck, %d failed", fault, r.Stuck, r.Cells, r.Failed)
			}
		}
		if err := s.Check(); err != nil {
			t.Error(err)
		}
	}
}

// In cells without a capacitor a pulse only ever raises a device, and a
// transfer RESETs and rewrites full pairs, without moving the weight by more
// than its tolerance.
func TestSingleTierCells(t *testing.T) {
	s := newTransferSystem(t, Setting{"cell.synapse.kind", "2pcm"}, Setting{"pulser.pulser.period", "50 ns"}, Setting{"transfer.interval", "0"}, Setting{"transfer.full", "8 uS"})
	a := s.Arrays[0]
	before := weightsOf(a, 0)
	train(t, s, 0, 400)
	after := weightsOf(a, s.Engine.Now())
	changed := 0
	for n := range after {
		if after[n] != before[n] {
			changed++
		}
	}
	if changed < len(after)/10 {
		t.Fatalf("%d of %d weights changed", changed, len(after))
	}
	r := s.Transfer()
	if r.Resets == 0 || r.Pulses != 0 || r.Precharges != 0 {
		t.Errorf("%d RESETs, %d update pulses, %d precharges", r.Resets, r.Pulses, r.Precharges)
	}
	if share := r.LongTerm.Within(-1.8e-6, 1.8e-6); share < 0.99 {
		t.Errorf("%.4f of the weights stay within tolerance", share)
	}
}

func TestHistogram(t *testing.T) {
	h := newHistogram(-1, 1, 20)
	for _, x := range []float64{-1.5, -1, -0.05, 0.05, 0.95, 1, 2} {
		h.Add(x)
	}
	if h.Below != 1 || h.Above != 2 || h.Total() != 7 || h.Counts[0] != 1 || h.Counts[19] != 1 {
		t.Errorf("%+v", h)
	}
	if got := fmt.Sprintf("%.4f", h.Within(-0.1, 0.1)); got != "0.2857" {
		t.Errorf("%s within 0.1, want 2 of 7", got)
	}
}
