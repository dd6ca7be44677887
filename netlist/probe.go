package netlist

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"engram/circuit"
	"engram/circuit/wave"
)

// A Probe reads one quantity of a running system and changes nothing.
type Probe struct {
	Signal wave.Signal
	read   func(phase string, now circuit.Time) float64
}

// PhaseProbe is the path of the probe that tells the phase of the schedule.
const PhaseProbe = "phase"

// idlePhase is what PhaseProbe shows between examples.
const idlePhase = "idle"

// Probe returns the probe of a path:
//
//	TILE.r3_c7.v       voltage of the storage node at row 3, column 7, in V
//	TILE.r3_c7.w       weight of that cell in S
//	BANK.col7.charge   charge of the integrator of neuron 7; a weight of 1
//	                   integrates 1 under a full-scale pulse
//	BANK.adc7.code     output of its converter; unknown before the first
//	phase              phase of the schedule
//
// BANK is a bank of neurons, the layer that has it, or a tile: then it is the
// bank behind it, and 7 the column of the tile. The error for a path that leads
// nowhere names what there is.
func (s *System) Probe(path string) (Probe, error) {
	p, err := s.probe(path)
	if err != nil {
		return Probe{}, fmt.Errorf("probe %s: %w", quote(path), err)
	}
	p.Signal.Name = path
	return p, nil
}

func (s *System) probe(path string) (Probe, error) {
	if path == PhaseProbe {
		return s.phaseProbe(), nil
	}
	parts := strings.Split(path, ".")
	if len(parts) < 3 {
		return Probe{}, fmt.Errorf("is not %s or a path such as %s.r0_c0.v or %[2]s.col0.charge",
			PhaseProbe, s.Arrays[0].Name())
	}
	n := len(parts) - 2
	owner, element, quantity := strings.Join(parts[:n], "."), parts[n], parts[n+1]
	array, bank, first, err := s.owner(owner)
	if err != nil {
		return Probe{}, err
	}
	if row, col, ok := cellIndex(element); ok {
		if array == nil {
			return Probe{}, fmt.Errorf("%s is a bank of neurons and has no cells; tiles are %s", owner, strings.Join(s.tileNames(), ", "))
		}
		return cellProbe(array, row, col, quantity)
	}
	for _, kind := range []struct{ prefix, quantity string }{{"col", "charge"}, {"adc", "code"}} {
		i, ok := index(element, kind.prefix)
		if !ok {
			continue
		}
		width := len(s.Banks[bank].in.Charge)
		if array != nil {
			width = array.Cols()
		}
		switch {
		case i >= width:
			return Probe{}, fmt.Errorf("%s has %s0 to %[2]s%d", owner, kind.prefix, width-1)
		case quantity != kind.quantity:
			return Probe{}, fmt.Errorf("%s%d has %s, not %s", kind.prefix, i, kind.quantity, quote(quantity))
		case quantity == "charge":
			return s.chargeProbe(bank, first+i), nil
		}
		return s.codeProbe(bank, first+i), nil
	}
	return Probe{}, fmt.Errorf("%s has no %s; it has %s", owner, quote(element), describeOwner(array, s.Banks[bank]))
}

// owner finds the tile of a name, nil where there is none, and the bank that
// goes with it: by its own name, as that of a layer, or behind the tile, whose
// first column is then neuron first.
func (s *System) owner(name string) (array *Array, bank, first int, err error) {
	for _, a := range s.Arrays {
		if a.Name() == name {
			bank = slices.IndexFunc(s.Banks, func(b *Bank) bool { return b.in == a.out.net })
			return a, bank, a.out.lo, nil
		}
	}
	bank = slices.IndexFunc(s.Banks, func(b *Bank) bool { return b.name == name || b.name == name+".act" })
	if bank < 0 {
		names := s.tileNames()
		for _, b := range s.Banks {
			names = append(names, b.name)
		}
		return nil, 0, 0, fmt.Errorf("no tile or bank %s%s; there are %s", quote(name), suggest(name, names), strings.Join(names, ", "))
	}
	return nil, bank, 0, nil
}

func (s *System) tileNames() []string {
	var names []string
	for _, a := range s.Arrays {
		names = append(names, a.Name())
	}
	return names
}

func describeOwner(a *Array, b *Bank) string {
	width, cells := len(b.in.Charge), ""
	if a != nil {
		width, cells = a.Cols(), fmt.Sprintf("r0_c0 to r%d_c%d (.v, .w), ", a.Rows()-1, a.Cols()-1)
	}
	return fmt.Sprintf("%scol0 to col%d (.charge) and adc0 to adc%d (.code)", cells, width-1, width-1)
}

func cellProbe(a *Array, row, col int, quantity string) (Probe, error) {
	if row >= a.Rows() || col >= a.Cols() {
		return Probe{}, fmt.Errorf("%s has cells r0_c0 to r%d_c%d", a.Name(), a.Rows()-1, a.Cols()-1)
	}
	switch quantity {
	case "v":
		return Probe{wave.Signal{Type: wave.Voltage}, func(_ string, now circuit.Time) float64 { return a.Voltage(now, row, col) }}, nil
	case "w":
		return Probe{wave.Signal{Type: wave.Conductance}, func(_ string, now circuit.Time) float64 { return a.Weight(now, row, col) }}, nil
	}
	return Probe{}, fmt.Errorf("a cell has v and w, not %s", quote(quantity))
}

func (s *System) chargeProbe(bank, i int) Probe {
	charge := s.Banks[bank].in.Charge
	return Probe{wave.Signal{Type: wave.Number}, func(string, circuit.Time) float64 { return float64(charge[i]) }}
}

func (s *System) codeProbe(bank, i int) Probe {
	b := s.Banks[bank]
	out := b.out.drive()
	return Probe{
		wave.Signal{Type: wave.Code, Bits: s.design.Banks[bank].ADC.Bits},
		func(string, circuit.Time) float64 {
			if !b.converted {
				return math.NaN()
			}
			return float64(b.neuron.Code(out[i]))
		},
	}
}

func (s *System) phaseProbe() Probe {
	labels := []string{idlePhase}
	for _, schedule := range []circuit.Schedule{s.infer, s.learn} {
		for _, p := range schedule {
			labels = append(labels, p.Name)
		}
	}
	return Probe{
		wave.Signal{Type: wave.Text, Labels: labels},
		func(phase string, _ circuit.Time) float64 { return float64(slices.Index(labels, phase)) },
	}
}

// cellIndex reads r<row>_c<col>.
func cellIndex(element string) (row, col int, ok bool) {
	r, c, found := strings.Cut(element, "_")
	row, rowOK := index(r, "r")
	col, colOK := index(c, "c")
	return row, col, found && rowOK && colOK
}

// index reads a prefix with a number behind it, as few digits as it takes.
func index(element, prefix string) (int, bool) {
	digits, ok := strings.CutPrefix(element, prefix)
	n, err := strconv.Atoi(digits)
	return n, ok && err == nil && n >= 0 && strconv.Itoa(n) == digits
}

// A Recording writes probes of a system as a waveform, one sample now and one
// after every step of its engine: every phase, or every clock period.
type Recording struct {
	sys    *System
	w      wave.Writer
	probes []Probe
	values []float64
	last   circuit.Time
	err    error // the first
}

// Record begins a recording, which takes the place of the engine's observer
// until it is closed.
func (s *System) Record(w wave.Writer, probes []Probe) (*Recording, error) {
	signals := make([]wave.Signal, len(probes))
	for i, p := range probes {
		signals[i] = p.Signal
	}
	if err := w.Begin(signals); err != nil {
		return nil, err
	}
	r := &Recording{sys: s, w: w, probes: probes, values: make([]float64, len(probes)), last: -1}
	r.Sample()
	s.Engine.Observe(r.sample)
	return r, r.err
}

// Sample takes a sample between two examples, unless there is one of this
// instant: time has passed in a transfer, for example.
func (r *Recording) Sample() { r.sample(idlePhase, r.sys.Engine.Now()) }

func (r *Recording) sample(phase string, now circuit.Time) {
	if r.err != nil || now == r.last {
		return
	}
	for i, p := range r.probes {
		r.values[i] = p.read(phase, now)
	}
	r.last = now
	r.err = r.w.Sample(now.Seconds(), r.values)
}

// Err returns the first error of the recording; nothing was recorded after it.
func (r *Recording) Err() error { return r.err }

// Close ends the recording and closes the writer. It returns the first error.
func (r *Recording) Close() error {
	r.sys.Engine.Observe(nil)
	if err := r.w.Close(); r.err == nil {
		r.err = err
	}
	return r.err
}
