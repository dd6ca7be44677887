package netlist

import (
	"math"
	"math/bits"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"engram/circuit"
	"engram/circuit/transient"
	"engram/device"
	"engram/tile"
)

// handNetlist has one tile of 4 x 3 behind a tile of 3 x 3, so that it is read
// both ways, with a DAC of one bit: pulses are full-scale or none.
const handNetlist = `
include = ["library:cells/2pcm3t1c-90nm.toml"]
[input]
name  = "pixels"
width = 2
[dac.bit]
bits = 1
lsb  = "20 ns"
energy = "50 fJ"
[[layer]]
name       = "first"
in         = "pixels"
width      = 3
activation = "tanh"
row-dac    = "bit"
column-dac = "bit"
[[layer]]
name       = "second"
in         = "first"
width      = 3
activation = "clipped"
row-dac    = "bit"
column-dac = "bit"
`

// Values of the hand calculation that are exact in float32.
const (
	gForward  = 0x1p-15 // S, of every read transistor
	gBackward = 0x1p-14
	gReset    = 0x1p-20 // of every phase-change device
	stepUp    = 0x1p-11 // V
	stepDown  = -0x1p-10
	nodeC     = 42e-15
)

// handSystem builds handNetlist with cells that are all the same and have flat
// curves, so that sums can be spelled out.
func handSystem(t *testing.T, change func(*Design), settings ...Setting) (*Design, *System) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "net.toml")
	if err := os.WriteFile(file, []byte(handNetlist), 0o666); err != nil {
		t.Fatal(err)
	}
	_, d, err := Open(file, settings)
	if err != nil {
		t.Fatal(err)
	}
	flat := func(y float64) func(float64) float64 { return func(float64) float64 { return y } }
	for i := range d.Arrays {
		c := &d.Arrays[i].Cell
		c.Curves = tile.Curves{
			Up: flat(stepUp), Down: flat(stepDown), Forward: flat(gForward), Backward: flat(gBackward),
			OffUp: flat(0), OffDown: flat(0), GainUp: flat(1), GainDown: flat(1), NodeC: nodeC,
		}
		c.PCM.Ga, c.PCM.GaSpread, c.PCM.ResetSpread = gReset, 0, 0
		c.Storage.Tau, c.Storage.Plate, c.Storage.KTC = math.Inf(1), 0.5, false
	}
	for i := range d.Banks {
		d.Banks[i].Integrator.Noise, d.Banks[i].ADC.Offset, d.Banks[i].ADC.Gain = 0, 0, 0
	}
	if change != nil {
		change(d)
	}
	s, err := Build(d, 1, circuit.PhaseLevel)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range s.Arrays {
		a.stepSize = 1e-7 // flat read curves do not make a step of the weight
	}
	return d, s
}

// near fails where got is not within 1e-9 of want.
func near(t *testing.T, l *circuit.Ledger, component, operation string, want float64) {
	t.Helper()
	if got := l.Entry(component, operation).Joules; math.Abs(got-want) > 1e-9*math.Abs(want) {
		t.Errorf("%s %s: %.12g J, by hand %.12g J", component, operation, got, want)
	}
}

// TestExampleByHand spells out the whole ledger of one training example. The
// tile looked at most is "second": 4 rows (three of the layer before, one bias)
// and 3 columns with a reference.
func TestExampleByHand(t *testing.T) {
	d, s := handSystem(t, nil)
	a := s.Arrays[1]
	if err := s.Train([]float32{1, -1}, []float32{1, -1, -1}, 30); err != nil {
		t.Fatal(err)
	}
	s.Settle()
	const (
		vRead, vdd, width = 0.05, 1.0, 20e-9
		rowC, columnC     = 4 * 0.7e-15, 4 * 0.7e-15 // 3 cells and the reference; 4 cells
	)
	l := s.Ledger
	sum := 0.0
	booked := func(component, operation string, want float64) {
		t.Helper()
		near(t, l, component, operation, want)
		sum += want
	}
	// Forward: the neurons before give 0 under weights of 0 (the devices of
	// each pair are equal), which 1 bit keeps at 0: the bias row alone
	// pulses. It drives three cells and the reference, and six devices.
	if got := rowsOn(a.x); got != 1 {
		t.Fatalf("%v rows pulse, want 1: %v", got, a.x)
	}
	booked("second.cells", "forward", vRead*vRead*width*(4*gForward+6*gReset))
	booked("second.rows", "forward", rowC*vRead*vRead)
	booked("second.row-dac", "forward", 50e-15)
	booked("second.route", "forward", 200e-15)
	// Backward: outputs are 0, so the errors are the targets +1, -1, -1.
	// Three columns of four cells and eight devices; the reference column is
	// driven with their sum, -1.
	booked("second.cells", "backward", vRead*vRead*width*(3*(4*gBackward+8*gReset)+4*gBackward))
	booked("second.columns", "backward", 3*columnC*vRead*vRead)
	booked("second.column-dac", "backward", 3*50e-15)
	booked("second.route", "backward", 3*200e-15)
	// Neurons: 3 conversions each way and 3 errors for 3 outputs.
	const perConversion = 37.9e-15 * 512
	booked("second.act.adc", "forward", 3*perConversion)
	booked("first.act.adc", "backward", 3*perConversion)
	booked("second.act.logic", "error", 3*0.5e-12)
	booked("first.act.logic", "backward", 3*0.5e-12)
	booked("second.act.integrator", "forward", 3*(200e-15+5e-6*20e-9))
	booked("first.act.integrator", "backward", 3*(200e-15+5e-6*20e-9))
	// Update: the bias row fires in all 31 slots, every column in all 31:
	// one column up, two down.
	for _, w := range []struct {
		name      string
		got, want int
	}{{"row", ones(a.trains.Row), 31}, {"up", ones(a.trains.Up), 31}, {"down", ones(a.trains.Down), 62}} {
		if w.got != w.want {
			t.Fatalf("%d %s pulses, want %d", w.got, w.name, w.want)
		}
	}
	booked("second.cells", "update", 31*nodeC*stepUp*vdd)
	booked("second.rows", "update", 31*rowC*vdd*vdd)
	booked("second.columns", "update", 93*columnC*vdd*vdd)
	booked("second.pulser", "update", (31+93)*20e-15)
	up, down := gateCharges(t, &d.Arrays[1].Cell.Transistors)
	booked("second.gates", "update", 31*up*(1-0.5665)+62*down*0.4265)
	// The first tile: two inputs and the bias pulse, all of full scale. It has
	// no backward read; its errors, all 0 under weights of 0, are not brought
	// either, and its columns do not fire.
	booked("first.cells", "forward", 3*vRead*vRead*width*(4*gForward+6*gReset))
	booked("first.rows", "forward", 3*rowC*vRead*vRead)
	booked("first.row-dac", "forward", 3*50e-15)
	booked("first.route", "forward", 3*200e-15)
	booked("first.act.adc", "forward", 3*perConversion)
	booked("first.act.integrator", "forward", 3*(200e-15+5e-6*20e-9))
	booked("first.rows", "update", 93*rowC*vdd*vdd)
	booked("first.pulser", "update", 93*20e-15)
	// Leakage power over the time of one example. Hidden neurons have a
	// converter and an integrator for each direction.
	for _, c := range []struct {
		component string
		watts     float64
	}{
		{"first.row-dac", 3 * 2e-9}, {"first.column-dac", 3 * 2e-9}, {"first.pulser", (3 + 3) * 2e-9},
		{"second.row-dac", 4 * 2e-9}, {"second.column-dac", 3 * 2e-9}, {"second.pulser", (4 + 3) * 2e-9},
		{"first.act.adc", 2 * 3 * 20e-9}, {"first.act.integrator", 2 * 3 * 5e-9},
		{"second.act.adc", 3 * 20e-9}, {"second.act.integrator", 3 * 5e-9},
	} {
		booked(c.component, "static", c.watts*s.ExampleTime().Seconds())
	}
	// Nothing else is booked.
	if total := l.Total(); math.Abs(total/sum-1) > 1e-9 {
		t.Errorf("the ledger adds up to %.12g J, by hand %.12g J", total, sum)
		for _, e := range l.Entries() {
			t.Logf("%s %s: %g J", e.Component, e.Operation, e.Joules)
		}
	}
}

func rowsOn(x []float32) (n float64) {
	n, _ = widths(x)
	return n
}

// gateCharges returns the charges in C that a pulse moves onto the gates of the
// update transistors at V0, from the transient solver.
func gateCharges(t *testing.T, c *device.Cell) (up, down float64) {
	t.Helper()
	curves, err := c.Characterize(curvePoints)
	if err != nil {
		t.Fatal(err)
	}
	return math.Abs(curves.UpGate[curvePoints/2]), math.Abs(curves.DownGate[curvePoints/2])
}

// TestTransferByHand books a transfer of known events.
func TestTransferByHand(t *testing.T) {
	d, s := handSystem(t, nil)
	m := s.Arrays[1].meter
	m.charge(&tile.Charges{
		Sets: 3, SetCharge: 2*90e-6*50e-9 + 70e-6*50e-9, Resets: 2,
		Precharges: 4, Precharged: 1.5e-15, PulsesUp: 5, PulsesDown: 7, TransferSupply: 5 * nodeC * stepUp,
	})
	m.reads(6, 40e-6)
	l := s.Ledger
	const line = 4 * 0.7e-15 // rows and columns have four cells each
	near(t, l, "second.cells", "transfer set", 2.5*(2*90e-6+70e-6)*50e-9)
	near(t, l, "second.cells", "transfer reset", 2*2.5*300e-6*50e-9)
	near(t, l, "second.cells", "transfer precharge", 0.5*1.5e-15)
	near(t, l, "second.cells", "transfer pulse", 1.0*5*nodeC*stepUp)
	near(t, l, "second.rows", "transfer pulse", 12*line)
	near(t, l, "second.columns", "transfer pulse", 12*line)
	up, down := gateCharges(t, &d.Arrays[1].Cell.Transistors)
	near(t, l, "second.gates", "transfer pulse", 5*up*(1-0.5665)+7*down*0.4265)
	near(t, l, "second.cells", "transfer read", 6*0.05*0.05*40e-6*34e-9)
	near(t, l, "second.act.adc", "transfer read", 6*37.9e-15*512)
}

// TestLeakByHand lets nodes at 0.5 V leak to a plate at 0.75 V for the time in
// which half of the distance goes, with an off-current that the plate has to
// carry away again.
func TestLeakByHand(t *testing.T) {
	const plate, off = 0.75, 1e-15
	d, s := handSystem(t, func(d *Design) {
		for i := range d.Arrays {
			c := &d.Arrays[i].Cell
			c.Storage.Tau, c.Storage.Plate = 5e-3, plate
			c.Curves.OffUp = func(float64) float64 { return off }
		}
	})
	tau := d.Arrays[1].Cell.Storage.Tau
	wait, err := circuit.FromSeconds(math.Round(tau*math.Ln2*1e12) * 1e-12)
	if err != nil {
		t.Fatal(err)
	}
	s.Engine.Wait(wait)
	s.Settle()
	const cells = 4 * 4
	dt := wait.Seconds()
	equilibrium := float64(float32(plate + tau*off/nodeC)) // as the tile keeps it
	start := float64(float32(0.5-equilibrium)) + equilibrium
	moved := nodeC * (equilibrium - start) / 2 // onto one node
	near(t, s.Ledger, "second.cells", "leak", cells*(1.0*off*dt+plate*(moved-off*dt)))
}

// TestEnergyAgainstTransistors compares what the ledger books for one update
// pulse and one read pulse with the integral of v(t) i(t) over the supply.
func TestEnergyAgainstTransistors(t *testing.T) {
	_, d, err := Open(LibraryPrefix+"mnist.toml", nil)
	if err != nil {
		t.Fatal(err)
	}
	c := &d.Arrays[0].Cell
	cell := c.Transistors
	cell.LeakR = math.Inf(1) // the ledger books the leak apart
	delivered := func(source string, p device.Pulse, v float64) float64 {
		t.Helper()
		bench := device.ArrayBench{Cell: cell, Rows: 1, Cols: 1, Initial: []float64{v}, Pulses: []device.Pulse{p}, Stop: 2e-10 + p.Width + cell.PulseWidth + cell.Edge}
		circ, err := bench.Circuit()
		if err != nil {
			t.Fatal(err)
		}
		solver, err := transient.NewSolver(circ, transient.Options{Stop: bench.Stop})
		if err != nil {
			t.Fatal(err)
		}
		if err := solver.Run(nil); err != nil {
			t.Fatal(err)
		}
		e, _, ok := solver.Source(source)
		if !ok {
			t.Fatalf("no source %s", source)
		}
		return e
	}
	within := func(name string, booked, integral float64) {
		t.Helper()
		if math.Abs(booked/integral-1) > 0.05 {
			t.Errorf("%s: the ledger books %.4g J, the supply gives %.4g J", name, booked, integral)
		}
	}
	for _, v := range []float64{0.3, 0.5, 0.7} {
		within("update", cell.VDD*c.Curves.NodeC*c.Curves.Up(v), delivered("vdd", device.Pulse{Action: device.PulseUp, Start: 1e-10}, v))
		const width = 25e-9
		within("read", c.ReadVoltage*c.ReadVoltage*c.Curves.Forward(v)*width,
			delivered("read0", device.Pulse{Action: device.PulseRead, Start: 1e-10, Width: width, Volts: c.ReadVoltage}, v))
	}
}

// ones counts the pulses of trains.
func ones(words []uint32) int {
	n := 0
	for _, w := range words {
		n += bits.OnesCount32(w)
	}
	return n
}

// trainRandom trains s on n random examples with transfers between them.
func trainRandom(t *testing.T, s *System, n int) {
	t.Helper()
	rng := rand.New(rand.NewPCG(1, 2))
	x, target := make([]float32, len(s.Input.Drive)), make([]float32, len(s.Output.target))
	for k := range n {
		for i := range x {
			x[i] = max(0, rng.Float32()*2-1)
		}
		clear(target)
		target[rng.IntN(len(target))] = 1
		if err := s.Train(x, target, 0.1); err != nil {
			t.Fatal(err)
		}
		if every := s.design.Transfer.Interval; (k+1)%every == 0 {
			s.Transfer()
		}
	}
	s.Settle()
}

// TestEstimateAgreesWithMeasurement: fed with the activity of a run, the
// estimate of its energy per example agrees within 5 %, as a whole and for every
// row that carries a hundredth of it.
func TestEstimateAgreesWithMeasurement(t *testing.T) {
	for _, tc := range []struct {
		name     string
		settings []Setting
	}{
		{"two tiers", nil},
		{"single tier", []Setting{{"cell.synapse.kind", "2pcm"}, {"pulser.pulser.period", "60 ns"}}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			compareViews(t, newClockSystem(t, circuit.PhaseLevel, 16, tc.settings...), 400)
		})
	}
	t.Run("mnist", func(t *testing.T) {
		_, d, err := Open(LibraryPrefix+"mnist.toml", []Setting{{"transfer.interval", "100"}})
		if err != nil {
			t.Fatal(err)
		}
		s, err := Build(d, 1, circuit.PhaseLevel)
		if err != nil {
			t.Fatal(err)
		}
		compareViews(t, s, 200)
	})
}

func compareViews(t *testing.T, s *System, examples int) {
	trainRandom(t, s, examples)
	measured := s.design.EnergyReport(s.Ledger, float64(examples))
	l, err := s.design.Estimate(s.Activities(), 1e6)
	if err != nil {
		t.Fatal(err)
	}
	estimated := s.design.EnergyReport(l, 1e6)
	t.Logf("estimated %.4g J per example, measured %.4g J", estimated.Total.PerExample, measured.Total.PerExample)
	if r := estimated.Total.PerExample / measured.Total.PerExample; math.Abs(r-1) > 0.05 {
		t.Errorf("estimated %g J per example, measured %g J", estimated.Total.PerExample, measured.Total.PerExample)
	}
	for _, m := range measured.Rows {
		if m.Share < 0.01 {
			continue
		}
		k := slices.IndexFunc(estimated.Rows, func(e EnergyRow) bool { return e.Component == m.Component && e.Operation == m.Operation })
		if k < 0 || math.Abs(estimated.Rows[k].Joules/m.Joules-1) > 0.05 {
			t.Errorf("%s %s: measured %g J, estimated %+v", m.Component, m.Operation, m.Joules, estimated.Rows[max(k, 0)])
		}
	}
}

// TestLedgerAddsUp: in a run with transfers, the cells' entries are the charges
// of the supplies times their voltages, and what the capacitors gained is less
// than came in: the rest is heat.
func TestLedgerAddsUp(t *testing.T) {
	s := newClockSystem(t, circuit.PhaseLevel, 16)
	stored := map[string]float64{}
	for _, a := range s.Arrays {
		stored[a.Name()] = a.Stored(0)
	}
	trainRandom(t, s, 60)
	var sum float64
	for _, e := range s.Ledger.Entries() {
		sum += e.Joules
	}
	if total := s.Ledger.Total(); sum != total {
		t.Errorf("entries add up to %g J, the total is %g J", sum, total)
	}
	for k, a := range s.Arrays {
		c, m := &a.meter.charges, a.meter
		supplies := m.vdd*(c.FromSupply+c.LeakSupply+c.TransferSupply) + m.plate*c.LeakPlate + m.v0*c.Precharged +
			m.write*(c.SetCharge+float64(c.Resets)*s.design.Transfer.ResetCurrent*s.design.Transfer.ResetWidth.Seconds())
		var booked float64
		for _, e := range s.Ledger.Entries() {
			if e.Component == a.Name()+".cells" && !slices.Contains([]string{opForward, opBackward, opRead}, e.Operation) {
				booked += e.Joules
			}
		}
		if math.Abs(booked/supplies-1) > 1e-9 {
			t.Errorf("tile %d: %g J booked, the supplies give %g J", k, booked, supplies)
		}
		if gained := a.Stored(s.Engine.Now()) - stored[a.Name()]; gained >= booked {
			t.Errorf("tile %d: capacitors gained %g J of %g J", k, gained, booked)
		}
	}
}

// TestZeroRemovesItsRows: a parameter of zero removes the rows of what it is
// for, and leaves every other row as it was.
func TestZeroRemovesItsRows(t *testing.T) {
	rows := func(settings ...Setting) map[[2]string]float64 {
		t.Helper()
		d, _ := handSystem(t, nil, settings...)
		l, err := d.Estimate(DefaultActivities(d), 1e6)
		if err != nil {
			t.Fatal(err)
		}
		m := map[[2]string]float64{}
		for _, r := range d.EnergyReport(l, 1e6).Rows {
			m[[2]string{r.Component, r.Operation}] = r.Joules
		}
		return m
	}
	all := rows()
	for _, tc := range []struct {
		settings []Setting
		gone     []string // components, and operations where two are joined by a blank
	}{
		{[]Setting{{"dac.bit.energy", "0 J"}}, []string{"row-dac forward", "column-dac backward"}},
		{[]Setting{{"dac.bit.static-power", "0 W"}}, []string{"row-dac static", "column-dac static", "row-dac transfer static", "column-dac transfer static"}},
		{[]Setting{{"adc.adc.static-power", "0 W"}}, []string{"adc static", "adc transfer static"}},
		{[]Setting{{"integrator.integrator.static-power", "0 W"}}, []string{"integrator static", "integrator transfer static"}},
		{[]Setting{{"pulser.pulser.static-power", "0 W"}}, []string{"pulser static", "pulser transfer static"}},
		{[]Setting{{"transfer.interval", "0"}}, []string{
			"cells transfer set", "cells transfer reset", "cells transfer precharge", "cells transfer pulse", "cells transfer read",
			"adc transfer read", "rows transfer pulse", "columns transfer pulse", "gates transfer pulse", "row-dac transfer static",
			"column-dac transfer static", "pulser transfer static", "integrator transfer static", "adc transfer static",
		}},
		{[]Setting{{"adc.adc.figure-of-merit", "0 J"}}, []string{"adc forward", "adc backward", "adc transfer read"}},
		{[]Setting{{"integrator.integrator.power", "0 W"}, {"integrator.integrator.energy", "0 J"}}, []string{"integrator forward", "integrator backward"}},
		{[]Setting{{"pulser.pulser.energy", "0 J"}}, []string{"pulser update"}},
		{[]Setting{{"cell.synapse.row-capacitance", "0 F"}}, []string{"rows forward", "rows update", "rows transfer pulse"}},
		{[]Setting{{"cell.synapse.column-capacitance", "0 F"}}, []string{"columns backward", "columns update", "columns transfer pulse"}},
		{[]Setting{{"cell.synapse.gate-drive", "0"}}, []string{"gates update", "gates transfer pulse"}},
		{[]Setting{{"transfer.write-voltage", "0 V"}}, []string{"cells transfer set", "cells transfer reset"}},
		{[]Setting{{"layer.first.error-energy", "0 J"}, {"layer.second.error-energy", "0 J"}}, []string{"logic backward", "logic error"}},
		{[]Setting{{"layer.first.route-energy", "0 J"}, {"layer.second.route-energy", "0 J"}}, []string{"route forward", "route backward", "route update"}},
	} {
		t.Run(tc.settings[0].Path, func(t *testing.T) {
			left := rows(tc.settings...)
			removed := 0
			for key, joules := range all {
				name := key[0][lastDot(key[0])+1:] + " " + key[1]
				got, kept := left[key]
				switch {
				case slices.Contains(tc.gone, name):
					removed++
					if kept {
						t.Errorf("%s %s is still there", key[0], key[1])
					}
				case !kept || got != joules:
					t.Errorf("%s %s became %g J, was %g J", key[0], key[1], got, joules)
				}
			}
			if removed < len(tc.gone) {
				t.Errorf("%d rows gone, want at least %d", removed, len(tc.gone))
			}
			if len(left) != len(all)-removed {
				t.Errorf("%d rows left of %d, want %d", len(left), len(all), len(all)-removed)
			}
		})
	}
}

func lastDot(s string) int {
	for i := len(s) - 1; i >= 0; i-- {
		if s[i] == '.' {
			return i
		}
	}
	return -1
}

// TestMetersFollowState: a system that was saved and loaded goes on with the
// same account, to the bit.
func TestMetersFollowState(t *testing.T) {
	whole := newClockSystem(t, circuit.PhaseLevel, 16)
	trainRandom(t, whole, 60)
	first, second := newClockSystem(t, circuit.PhaseLevel, 16), newClockSystem(t, circuit.PhaseLevel, 16)
	trainRandom(t, first, 60)
	file := filepath.Join(t.TempDir(), "state")
	f, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := first.SaveState(f); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Seek(0, 0); err != nil {
		t.Fatal(err)
	}
	if err := second.LoadState(f); err != nil {
		t.Fatal(err)
	}
	trainRandom(t, whole, 60)
	trainRandom(t, second, 60)
	if got, want := second.Ledger.Entries(), whole.Ledger.Entries(); !slices.Equal(got, want) {
		t.Errorf("ledgers differ after loading: %v, want %v", got, want)
	}
	if got, want := second.Activities(), whole.Activities(); got["hidden1"] != want["hidden1"] {
		t.Errorf("activity %+v, want %+v", got["hidden1"], want["hidden1"])
	}
}

// TestAssumptions: proportional parts have the elasticity of their share, and
// every assumption has a source.
func TestAssumptions(t *testing.T) {
	n, d, err := Open(LibraryPrefix+"article.toml", nil)
	if err != nil {
		t.Fatal(err)
	}
	act := DefaultActivities(d)
	all, err := Assumptions(n, act)
	if err != nil {
		t.Fatal(err)
	}
	l, err := d.Estimate(act, 1e6)
	if err != nil {
		t.Fatal(err)
	}
	share := 0.0
	for _, r := range d.EnergyReport(l, 1e6).Rows {
		if r.Component[lastDot(r.Component)+1:] == "adc" && r.Operation != opStatic && r.Operation != opWait {
			share += r.Share
		}
	}
	seen := false
	for _, a := range all {
		if a.Source == "" || a.Value == "" {
			t.Errorf("%s = %q has the source %q", a.Path, a.Value, a.Source)
		}
		if a.Path == "adc.array.figure-of-merit" {
			seen = true
			if math.Abs(a.Elasticity-share) > 0.01 {
				t.Errorf("%s: elasticity %g, its share is %g", a.Path, a.Elasticity, share)
			}
		}
	}
	if !seen {
		t.Error("the figure of merit is not listed")
	}
	if again, err := Assumptions(n, act); err != nil || !slices.Equal(again, all) {
		t.Errorf("a second look differs: %v", err)
	}
}

// BenchmarkLedger reports what part of the time of a training example of the
// MNIST network the ledger takes, in processor time: the account of charges, as
// the difference between blocks of examples with and without it, side by side,
// and the booking of everything else, by itself. A pass of the loop is one block
// of each: go test -run xxx -bench Ledger -benchtime 50x ./netlist.
func BenchmarkLedger(b *testing.B) {
	_, d, err := Open(LibraryPrefix+"mnist.toml", nil)
	if err != nil {
		b.Fatal(err)
	}
	s, err := Build(d, 1, circuit.PhaseLevel)
	if err != nil {
		b.Fatal(err)
	}
	if _, ok := processorSeconds(); !ok {
		b.Skip("processor time is not known here")
	}
	rng := rand.New(rand.NewPCG(1, 1))
	x, target := make([]float32, 528), make([]float32, 10)
	const block = 4 * chargeEvery
	examples := func() {
		for range block {
			for i := range x {
				x[i] = max(0, 4*rng.Float32()-3)
			}
			clear(target)
			target[rng.IntN(10)] = 1
			if err := s.Train(x, target, 0.1); err != nil {
				b.Fatal(err)
			}
		}
	}
	timed := func(f func()) float64 {
		before, _ := processorSeconds()
		f()
		after, _ := processorSeconds()
		return after - before
	}
	count := func(every int) {
		for _, a := range s.Arrays {
			a.CountCharge(s.Engine.Now(), every)
		}
	}
	var with, without, booking float64
	for pass := 0; b.Loop(); pass++ {
		for _, on := range []bool{pass%2 == 0, pass%2 != 0} {
			if on {
				count(chargeEvery)
				with += timed(examples)
				booking += timed(func() { bookExamples(s, block) })
			} else {
				count(0)
				without += timed(examples)
			}
		}
	}
	b.ReportMetric(100*(with-without)/without, "%-charges")
	b.ReportMetric(100*booking/without, "%-booking")
	b.ReportMetric(100*(with-without+booking)/without, "%-ledger")
}

// bookExamples books what s has latched n times, as n examples would.
func bookExamples(s *System, n int) {
	for range n {
		from := s.Engine.Now()
		for k, a := range s.Arrays {
			a.meter.forward.book(a.readSums(a.x))
			if k > 0 {
				a.meter.backward.book(a.readSums(a.d))
			}
			a.bookUpdate(from)
		}
		for _, bank := range s.Banks {
			bank.meter.forward(1)
			bank.meter.backward(1)
		}
		s.bookStatic(from)
	}
}
