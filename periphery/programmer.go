package periphery

import (
	"math"

	"engram/circuit"
)

// TransferMode is when transfers happen.
type TransferMode string

const (
	Blocking    TransferMode = "blocking"    // training stops and all columns are transferred, one after the other
	Interleaved TransferMode = "interleaved" // a column at a time between examples
)

// TransferSpec describes how short-term weights are moved into phase-change
// memory.
type TransferSpec struct {
	// Interval between transfers in examples; 0 for never. 8,000: the
	// article (Ambrogio et al., Nature 558, 60 (2018), Extended Data Fig. 2).
	Interval int `key:"interval" unit:"" range:"[0,1e9]" default:"8000"`
	// Mode is when a column is transferred.
	Mode TransferMode `key:"mode" oneof:"blocking|interleaved" default:"blocking"`
	// PolarityInversion flips the sign of the short-term weight at every
	// transfer (article).
	PolarityInversion bool `key:"polarity-inversion" default:"true"`
	// Residual puts what the phase-change devices miss on the capacitor (article).
	Residual bool `key:"residual" default:"true"`
	// ClosedLoop reads after every pulse; without it the number of pulses
	// comes from the nominal device alone.
	ClosedLoop bool `key:"closed-loop" default:"true"`
	// Offset is what the long-term pair is programmed below the weight, so
	// that the capacitor mostly has to be raised. The article uses 2 uS,
	// where g can rise further than fall; at mid-window it is not needed.
	Offset float64 `key:"offset" unit:"S" range:"[0,1e-3]" default:"0 S"`
	// Tolerance of the weight within which read-verify is content, twice
	// the LSB of the read (assumed).
	Tolerance float64 `key:"tolerance" unit:"S" range:"(0,1e-3]" default:"1.5 uS"`
	// Attempts is the largest number of SET or RESET pulses on a cell (assumed).
	Attempts int `key:"attempts" unit:"" range:"[1,10000]" default:"40"`
	// Currents are the SET currents to choose from, rising (assumed; the
	// range over which a pulse of 50 ns crystallises in part).
	Currents []float64 `key:"set-currents" unit:"A" range:"(0,1e-2]" default:"70 uA, 80 uA, 90 uA, 100 uA, 110 uA"`
	// Width of a SET pulse. 50 ns: Boybat et al., Nat. Commun. 9, 2514 (2018).
	Width circuit.Time `key:"set-width" unit:"s" range:"[1e-12,1e-3]" default:"50 ns"`
	// ResetCurrent and ResetWidth of a RESET pulse (assumed).
	ResetCurrent float64      `key:"reset-current" unit:"A" range:"(0,1e-1]" default:"300 uA"`
	ResetWidth   circuit.Time `key:"reset-width" unit:"s" range:"[1e-12,1e-3]" default:"50 ns"`
	// Full is the conductance of one device beyond which the pair is RESET
	// and written anew. Control is good up to 20 uS (article, Extended Data Fig. 7).
	Full float64 `key:"full" unit:"S" range:"(0,1e-2]" default:"20 uS"`
	// ReadBits and ReadRange describe the read of a weight: 2^bits levels
	// over either sign of the range (assumed: F times 25 uS).
	ReadBits  int     `key:"read-bits" unit:"" range:"[1,16]" default:"9"`
	ReadRange float64 `key:"read-range" unit:"S" range:"(0,1]" default:"75 uS"`
	// ReadTime of one read of all rows of a column (assumed: one
	// integration and one conversion).
	ReadTime circuit.Time `key:"read-time" unit:"s" range:"[1e-12,1e-3]" default:"34 ns"`
	// PrechargeTime of the capacitors of a column (assumed).
	PrechargeTime circuit.Time `key:"precharge-time" unit:"s" range:"[1e-12,1e-3]" default:"10 ns"`
	// Rounds is how often the residual is read and corrected (assumed).
	Rounds int `key:"residual-rounds" unit:"" range:"[1,100]" default:"3"`
}

// A Synapse is a cell as its transfer programmer sees it. Conductances in S.
type Synapse interface {
	LongTerm() float64              // F (G+ - G-)
	ShortTerm(sign float32) float64 // s (g - g_ref) under polarity sign
	Conductance(k int) float64      // of device k: 0 is G+, 1 is G-
	Set(k int, current, width float64)
	Reset(k int)
	Precharge()  // capacitor to V0
	Pulse(n int) // n update pulses: up for n > 0, down for n < 0
}

// A Programmer moves weights of cells into their phase-change devices.
type Programmer struct {
	spec TransferSpec
	lsb  float64
	gain float64 // F
	step float64 // change of the weight by one update pulse, S
	slot circuit.Time
	mean func(g, current, width float64) float64
}

// NewProgrammer returns a programmer for cells of long-term gain F whose
// weight changes by step, in S, per update pulse of one slot; mean is the
// expected change in S that a SET pulse makes on a nominal device of
// conductance g.
func NewProgrammer(s TransferSpec, gain, step float64, slot circuit.Time, mean func(g, current, width float64) float64) *Programmer {
	return &Programmer{s, s.ReadRange / float64(int(1)<<(s.ReadBits-1)), gain, step, slot, mean}
}

// Read converts a conductance in S: the nearest level within the range.
func (p *Programmer) Read(g float64) float64 {
	return min(max(math.RoundToEven(g/p.lsb)*p.lsb, -p.spec.ReadRange), p.spec.ReadRange)
}

// A Written tells what programming one cell took.
type Written struct {
	Reads, Sets, Resets, Pulses int
	Time                        circuit.Time
	Error                       float64 // weight less the wanted one, S
	LongTermError               float64 // long-term part less its target, S
	Failed                      bool    // the long-term part is not within tolerance
}

// Program makes a cell's weight under polarity sign equal to w, in S: the
// capacitor is re-initialised, the phase-change devices take what they can,
// and update pulses put the rest on the capacitor.
func (p *Programmer) Program(s Synapse, w float64, sign float32) Written {
	var r Written
	s.Precharge()
	target := w - p.read(&r, s.ShortTerm(sign)) - float64(sign)*p.spec.Offset
	p.longTerm(&r, s, target)
	if p.spec.Residual {
		p.residual(&r, s, w, sign)
	}
	r.LongTermError = s.LongTerm() - target
	r.Error = s.LongTerm() + s.ShortTerm(sign) - w
	r.Time = p.spec.PrechargeTime + circuit.Time(r.Reads)*p.spec.ReadTime + circuit.Time(r.Sets)*p.spec.Width +
		circuit.Time(r.Resets)*p.spec.ResetWidth + circuit.Time(r.Pulses)*p.slot
	return r
}

func (p *Programmer) read(r *Written, g float64) float64 {
	r.Reads++
	return p.Read(g)
}

// longTerm sets F (G+ - G-) to target: it SETs the device that moves the pair
// the right way, and RESETs both when that one is full.
func (p *Programmer) longTerm(r *Written, s Synapse, target float64) {
	now := p.read(r, s.LongTerm())
	for r.Sets+r.Resets < p.spec.Attempts {
		miss := target - now
		if math.Abs(miss) <= p.spec.Tolerance {
			return
		}
		k := 0
		if miss < 0 {
			k = 1
		}
		need := math.Abs(miss) / p.gain
		if g := s.Conductance(k); g+need > p.spec.Full && (s.Conductance(1-k) > need/4) {
			s.Reset(0)
			s.Reset(1)
			r.Resets += 2
		} else {
			s.Set(k, p.current(g, need), p.spec.Width.Seconds())
			r.Sets++
		}
		if p.spec.ClosedLoop {
			now = p.read(r, s.LongTerm())
		} else {
			now = p.expect(now, s, k, need)
		}
	}
	r.Failed = math.Abs(target-now) > p.spec.Tolerance
}

// expect is the open loop's notion of the pair after a pulse.
func (p *Programmer) expect(now float64, s Synapse, k int, need float64) float64 {
	step := p.gain * p.mean(s.Conductance(k), p.current(s.Conductance(k), need), p.spec.Width.Seconds())
	if k == 1 {
		step = -step
	}
	return now + step
}

// current returns the largest SET current whose nominal step does not pass the
// needed change of conductance, or the smallest.
func (p *Programmer) current(g, need float64) float64 {
	best := p.spec.Currents[0]
	for _, c := range p.spec.Currents[1:] {
		if p.mean(g, c, p.spec.Width.Seconds()) > need {
			break
		}
		best = c
	}
	return best
}

// residual puts on the capacitor what the long-term part misses.
func (p *Programmer) residual(r *Written, s Synapse, w float64, sign float32) {
	for range p.spec.Rounds {
		miss := w - p.read(r, s.LongTerm()+s.ShortTerm(sign))
		n := int(math.RoundToEven(miss / p.step))
		if n == 0 {
			return
		}
		r.Pulses += max(n, -n)
		s.Pulse(n * int(sign))
	}
}

// ReadTime returns the time of one read of a column.
func (p *Programmer) ReadTime() circuit.Time { return p.spec.ReadTime }
