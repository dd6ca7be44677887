package periphery

import (
	"math"

	"engram/circuit"
)

// A Synapse is a cell as its transfer programmer sees it. Conductances in S.
type Synapse interface {
	LongTerm() float64              // F (G+ - G-)
	ShortTerm(sign float32) float64 // s (g - g_ref) under polarity sign
	Conductance(k int) float64      // of device k: 0 is G+, 1 is G-
	Set(k int, current, width float64)
	Ramp(k int, peak float64, steps int, length float64)
	Reset(k int)
	Precharge()      // capacitor to V0
	Pulse(n int)     // n update pulses: up for n > 0, down for n < 0
	Normal() float64 // a draw of N(0, 1) for what differs between pulses
}

// A Model is what a programmer expects of its cells.
type Model struct {
	Gain float64 // F
	// Step is the change of the weight by one update pulse, S; Slot is the
	// time of one.
	Step float64
	Slot circuit.Time
	// Set is the expected change in S that a SET pulse of a current in A and
	// a width in s makes on a nominal device of conductance g.
	Set func(g, current, width float64) float64
	// Ramp is the conductance in S of a nominal device after a RESET and a
	// ramp of the given peak in A, number of steps and step length in s.
	Ramp func(peak float64, steps int, length float64) float64
	// SingleTier cells have no capacitor: a weight is all in its devices.
	SingleTier bool
}

// A Programmer moves weights of cells into their phase-change devices. It is
// immutable; a [Sequencer] works one cell at a time with it.
type Programmer struct {
	spec   TransferSpec
	model  Model
	period circuit.Time
	lsb    float64 // of the read of a weight, S
	top    float64 // largest conductance of a device that a read can tell, S
	step   [][]float64
	ramp   []float64 // conductance after a ramp of each length
}

// tablePoints is the number of conductances at which the nominal SET step is
// tabulated: every 0.1 uS of 25 uS, the LSB of a device's read.
const tablePoints = 257

// NewProgrammer returns a programmer stepped by a clock of the given period.
func NewProgrammer(s TransferSpec, m Model, period circuit.Time) *Programmer {
	p := &Programmer{spec: s, model: m, period: period, lsb: s.ReadRange / float64(int(1)<<(s.ReadBits-1)), top: s.ReadRange / m.Gain}
	p.step = make([][]float64, len(s.Currents))
	for c, current := range s.Currents {
		p.step[c] = make([]float64, tablePoints)
		for n := range p.step[c] {
			p.step[c][n] = m.Set(p.top*float64(n)/(tablePoints-1), current, s.Width.Seconds())
		}
	}
	for _, l := range s.RampLengths {
		p.ramp = append(p.ramp, m.Ramp(s.RampPeak, s.RampSteps, l.Seconds()))
	}
	return p
}

// Read converts a conductance in S: the nearest level within the range.
func (p *Programmer) Read(g float64) float64 {
	return min(max(math.RoundToEven(g/p.lsb)*p.lsb, -p.spec.ReadRange), p.spec.ReadRange)
}

// readDevice converts the conductance of one device, read like a weight of F g.
func (p *Programmer) readDevice(g float64) float64 { return p.Read(g*p.model.Gain) / p.model.Gain }

// cycles returns the clock periods that t takes.
func (p *Programmer) cycles(t circuit.Time) int64 { return int64(t.Ceil(p.period) / p.period) }

// ReadCycles returns the clock periods of one read of a column.
func (p *Programmer) ReadCycles() int64 { return p.cycles(p.spec.ReadTime) }

// ReadTime returns the time of one read of a column, in whole clock periods.
func (p *Programmer) ReadTime() circuit.Time { return p.spec.ReadTime.Ceil(p.period) }

// Spec returns what the programmer was made from.
func (p *Programmer) Spec() *TransferSpec { return &p.spec }

// expect returns the nominal step of a device of conductance g under current
// c of the list, from the table.
func (p *Programmer) expect(g float64, c int) float64 {
	n := int(float64(min(max(g/p.top, 0), 1)*(tablePoints-1)) + 0.5)
	return p.step[c][n]
}

// current returns the index of the largest SET current whose nominal step does
// not pass the needed change of conductance, or 0.
func (p *Programmer) current(g, need float64) int {
	best := 0
	for c := 1; c < len(p.step); c++ {
		if p.expect(g, c) > need {
			break
		}
		best = c
	}
	return best
}

// rampFor returns the index of the step length that comes nearest to
// conductance g, or -1 where a RESET does.
func (p *Programmer) rampFor(g float64) int {
	best, distance := -1, math.Abs(g)
	for i, r := range p.ramp {
		if d := math.Abs(r - g); d < distance {
			best, distance = i, d
		}
	}
	return best
}

// Program runs the whole sequence on one cell at once.
func (p *Programmer) Program(s Synapse, w float64, sign float32) Written {
	q := p.NewSequencer()
	return q.Run(s, w, sign)
}
