package periphery

import (
	"math"

	"engram/circuit"
)

// A Written tells what programming one cell came to.
type Written struct {
	Reads, Precharges, Sets, Ramps, Resets, Pulses int

	Time          circuit.Time
	Cycles        int64   // clock periods in Time
	Error         float64 // weight less the wanted one, S
	LongTermError float64 // long-term part less its target, S
	Failed        bool    // by the programmer's own reads, the long-term part is not within tolerance
	Stuck         bool    // a device did not respond
}

// stage is where in the sequence a cell is.
type stage uint8

const (
	begin     stage = iota // precharge, then the first reads
	longTerm               // pulses on the phase-change devices, with read-verify
	shortTerm              // pulses on the capacitor, with reads
	finished
)

// A step is an operation that waits for its turn.
type step struct {
	kind   Kind
	device int
	index  int // of the SET current or of the ramp's step length
	pulses int
}

// A Sequencer is the state machine that makes the weight of one cell under
// polarity sign equal to w:
//
//	begin       precharge; read s (g - g_ref); read G+ and G-
//	            target = w - s (g - g_ref) - s offset
//	long term   while F (G+ - G-) is not within tolerance: a SET of the device
//	            that moves it the right way, or a RESET where one is full, has
//	            overshot or has to come down; read the device again
//	short term  read W; update pulses for what is missing; again
//
// Every Next is one operation and takes a whole number of clock periods. A
// Sequencer may be used for one cell after another; it is not safe for
// concurrent use.
type Sequencer struct {
	Tally Tally // of all cells since NewSequencer

	p      *Programmer
	w      float64
	sign   float32
	whole  bool // there is no short-term part
	stage  stage
	queue  [4]step // filled only when empty
	queued int
	next   int // of queue

	target  float64
	short   float64    // s (g - g_ref) after the precharge, as read
	g       [2]float64 // of the devices, as last read or as expected
	last    int        // device of the last SET, -1 for none
	erased  bool       // the last pulse was a RESET
	tries   int        // pulses on the phase-change devices
	still   int        // SETs, or ramps, in a row that a read did not see
	aim     float64    // conductance for which a ramp is chosen, S
	seen    float64    // the read after the last ramp, S
	shorted bool       // a device stayed high after its RESET
	rounds  int
	checked bool    // weight is new
	weight  float64 // as read in the short-term stage, S
	left    int64   // of the operation under way in Tick
	result  Written
}

// NewSequencer returns a sequencer for p.
func (p *Programmer) NewSequencer() *Sequencer {
	return &Sequencer{Tally: p.spec.NewTally(), p: p, stage: finished}
}

// Start takes up a cell whose weight is to become w, in S, under polarity sign.
func (q *Sequencer) Start(w float64, sign float32) {
	*q = Sequencer{Tally: q.Tally, p: q.p, w: w, sign: sign, last: -1, seen: -1, whole: q.p.model.SingleTier}
	if q.whole {
		q.push(step{kind: ReadDevice}, step{kind: ReadDevice, device: 1})
	} else {
		q.push(step{kind: Precharge}, step{kind: ReadShortTerm}, step{kind: ReadDevice}, step{kind: ReadDevice, device: 1})
	}
}

// StartWhole takes up a cell whose long-term part alone is to become w, in S.
// The capacitor is left as it is.
func (q *Sequencer) StartWhole(w float64) {
	*q = Sequencer{Tally: q.Tally, p: q.p, w: w, sign: 1, last: -1, seen: -1, whole: true}
	q.push(step{kind: ReadDevice}, step{kind: ReadDevice, device: 1})
}

func (q *Sequencer) push(steps ...step) {
	for _, s := range steps {
		q.queue[q.queued] = s
		q.queued++
	}
}

// Next does the next operation on s; false when the sequence is over.
func (q *Sequencer) Next(s Synapse) (Operation, bool) {
	for q.queued == 0 {
		switch q.stage {
		case begin:
			q.enterLongTerm()
		case longTerm:
			q.plan()
		case shortTerm:
			q.correct()
		case finished:
			return Operation{}, false
		}
	}
	now := q.queue[q.next]
	if q.next++; q.next == q.queued {
		q.next, q.queued = 0, 0
	}
	op := q.do(s, now)
	q.result.Cycles += op.Cycles
	return op, true
}

// Tick lets one clock period pass on s: where an operation is over, the next
// one starts. It returns false in the first period in which there is none.
func (q *Sequencer) Tick(s Synapse) bool {
	for q.left == 0 {
		op, ok := q.Next(s)
		if !ok {
			return false
		}
		q.left = op.Cycles
	}
	q.left--
	return true
}

// Run does the whole sequence on s.
func (q *Sequencer) Run(s Synapse, w float64, sign float32) Written {
	q.Start(w, sign)
	return q.rest(s)
}

// Refresh reads both devices of a cell without a capacitor, and where one of
// them is full RESETs the pair and writes the difference anew.
func (q *Sequencer) Refresh(s Synapse) Written {
	q.StartWhole(0)
	for q.queued > 0 {
		q.Next(s)
	}
	q.w = q.p.model.Gain * (q.g[0] - q.g[1])
	q.target, q.stage = q.w, finished
	if max(q.g[0], q.g[1]) > q.p.spec.Full {
		q.stage = longTerm
		q.resetPair()
	}
	return q.rest(s)
}

// rest does what is left of the sequence on s.
func (q *Sequencer) rest(s Synapse) Written {
	for {
		if _, ok := q.Next(s); !ok {
			return q.Finish(s)
		}
	}
}

// Finish compares what s has become with what was wanted, and counts the cell.
func (q *Sequencer) Finish(s Synapse) Written {
	q.result.LongTermError = s.LongTerm() - q.target
	q.result.Error = q.result.LongTermError
	if !q.whole {
		q.result.Error = s.LongTerm() + s.ShortTerm(q.sign) - q.w
	}
	q.result.Time = circuit.Time(q.result.Cycles) * q.p.period
	q.Tally.count(&q.result)
	return q.result
}

// do carries out one operation.
func (q *Sequencer) do(s Synapse, n step) Operation {
	p := q.p
	op := Operation{Kind: n.kind, Device: n.device}
	switch n.kind {
	case Precharge:
		s.Precharge()
		q.result.Precharges++
		op.Cycles = p.cycles(p.spec.PrechargeTime)
	case ReadShortTerm:
		q.short = p.Read(s.ShortTerm(q.sign))
		q.result.Reads++
		op.Read, op.Cycles = q.short, p.ReadCycles()
	case ReadWeight:
		q.weight, q.checked = p.Read(s.LongTerm()+s.ShortTerm(q.sign)), true
		q.result.Reads++
		op.Read, op.Cycles = q.weight, p.ReadCycles()
	case ReadDevice:
		op.Read, op.Cycles = p.readDevice(s.Conductance(n.device)), p.ReadCycles()
		q.result.Reads++
		q.verify(n.device, op.Read)
	case SetPulse:
		op.Current, op.Cycles = p.spec.Currents[n.index], p.cycles(p.spec.Width)
		s.Set(n.device, op.Current*q.spread(s), p.spec.Width.Seconds())
		q.result.Sets++
		q.Tally.SetsAt[n.index]++
	case RampPulse:
		q.erased = false
		length := p.spec.RampLengths[n.index]
		op.Current, op.Cycles = p.spec.RampPeak, p.cycles(circuit.Time(p.spec.RampSteps)*length)
		s.Ramp(n.device, op.Current*q.spread(s), p.spec.RampSteps, length.Seconds())
		q.result.Ramps++
		q.Tally.RampsOf[n.index]++
	case ResetPulse:
		op.Current, op.Cycles = p.spec.ResetCurrent, p.cycles(p.spec.ResetWidth)
		s.Reset(n.device)
		q.erased = true
		q.result.Resets++
	case UpdatePulses:
		op.Pulses, op.Cycles = n.pulses, p.cycles(circuit.Time(max(n.pulses, -n.pulses))*p.model.Slot)
		s.Pulse(n.pulses)
		q.result.Pulses += max(n.pulses, -n.pulses)
	}
	return op
}

// spread returns the factor on the current of one pulse.
func (q *Sequencer) spread(s Synapse) float64 {
	if q.p.spec.CurrentSpread == 0 {
		return 1
	}
	return max(0, 1+q.p.spec.CurrentSpread*s.Normal())
}

// miss is how far the long-term part lies below its target.
func (q *Sequencer) miss() float64 { return q.target - q.p.model.Gain*(q.g[0]-q.g[1]) }

// verify takes in a read of device k.
func (q *Sequencer) verify(k int, read float64) {
	before := q.g[k]
	q.g[k] = read
	if q.stage != longTerm {
		return
	}
	if q.erased && read > q.p.spec.Full/2 {
		q.shorted, q.result.Stuck = true, true
	}
	q.erased = false
	switch {
	case q.p.spec.Scheme == Ramp:
		q.unchanged(read, q.seen)
		q.seen = read
	case q.last == k:
		q.unchanged(read, before)
		if q.over() > 0 {
			q.Tally.Overshoots++
		}
	}
}

// unchanged counts pulses after which a read is what it was before.
func (q *Sequencer) unchanged(read, before float64) {
	if math.Abs(read-before) < q.p.lsb/q.p.model.Gain/2 {
		q.still++
	} else {
		q.still = 0
	}
}

// over returns by how much the device of the last SET has passed the target
// and the tolerance.
func (q *Sequencer) over() float64 {
	miss := q.miss()
	if q.last == 0 {
		miss = -miss
	}
	return miss - q.p.spec.Tolerance
}

// enterLongTerm forms the target, and RESETs where it says so.
func (q *Sequencer) enterLongTerm() {
	p := q.p
	q.stage = longTerm
	offset := float64(q.sign) * p.spec.Offset
	if q.whole {
		offset = 0
	}
	q.target = q.w - q.short - offset
	// Between 0 and the offset, in the direction of the offset, the
	// capacitor alone holds the weight (article, Extended Data Fig. 9).
	if t := q.target * float64(q.sign); offset != 0 && t >= 0 && t < p.spec.Offset {
		q.target = 0
		q.resetPair()
		return
	}
	if p.spec.Scheme == Ramp {
		q.aim = math.Abs(q.target) / p.model.Gain
		q.startRamp(true)
	}
}

// resetPair RESETs both devices.
func (q *Sequencer) resetPair() {
	q.reset(0)
	q.reset(1)
}

// reset RESETs device k and reads it, with a closed loop.
func (q *Sequencer) reset(k int) {
	q.tries++
	q.last, q.still = -1, 0
	q.push(step{kind: ResetPulse, device: k})
	if q.p.spec.ClosedLoop {
		q.push(step{kind: ReadDevice, device: k})
	} else {
		q.g[k] = 0
	}
}

// plan queues what brings the long-term part nearer to its target.
func (q *Sequencer) plan() {
	miss := q.miss()
	within := math.Abs(miss) <= q.p.spec.Tolerance
	if within || q.tries >= q.p.spec.Attempts || q.result.Stuck && !q.shorted {
		q.result.Failed = !within
		q.stage = shortTerm
		return
	}
	if q.p.spec.Scheme == Ramp {
		q.planRamp(miss)
		return
	}
	k := 0
	if miss < 0 {
		k = 1
	}
	need := math.Abs(miss) / q.p.model.Gain
	full := q.g[k]+need > q.p.spec.Full && q.g[1-k] > need/4
	switch {
	case q.last == 1-k && q.over() > q.p.spec.Overshoot && !q.shorted:
		q.reset(1 - k)
	case full && !q.shorted:
		q.resetPair()
	default:
		q.set(k, need)
	}
}

// set queues a SET of device k, which is to rise by need, in S. The current
// grows while a device does not respond.
func (q *Sequencer) set(k int, need float64) {
	p := q.p
	if q.last != k {
		q.last, q.still = k, 0
	}
	c := min(p.current(q.g[k], need)+q.still, len(p.step)-1)
	if q.still >= p.spec.StuckAfter+len(p.step)-1 {
		q.giveUp(k)
		return
	}
	q.tries++
	q.push(step{kind: SetPulse, device: k, index: c})
	if p.spec.ClosedLoop {
		q.push(step{kind: ReadDevice, device: k})
	} else {
		q.g[k] += p.expect(q.g[k], c)
	}
}

// giveUp leaves device k as it is: it does not respond. What its partner holds
// against it is taken away.
func (q *Sequencer) giveUp(k int) {
	q.result.Stuck = true
	if q.shorted { // nothing is left to try
		q.shorted = false
		return
	}
	if q.g[1-k] > q.p.lsb/q.p.model.Gain {
		q.reset(1 - k)
	}
}

// startRamp queues a RESET, of both devices at first, and the ramp that comes
// nearest to the aim.
func (q *Sequencer) startRamp(both bool) {
	k := 0
	if q.target < 0 {
		k = 1
	}
	for _, d := range [2]int{k, 1 - k} {
		if d == k || both {
			q.tries++
			q.g[d] = 0
			q.push(step{kind: ResetPulse, device: d})
		}
	}
	if index := q.p.rampFor(q.aim); index >= 0 {
		q.tries++
		q.push(step{kind: RampPulse, device: k, index: index})
		q.g[k] = q.p.ramp[index]
	}
	if q.p.spec.ClosedLoop {
		q.push(step{kind: ReadDevice, device: k})
	}
}

// planRamp tries another ramp, with the aim moved against what the last one
// missed by half of it, since half of a miss is chance.
func (q *Sequencer) planRamp(miss float64) {
	if !q.p.spec.ClosedLoop {
		q.result.Failed = true
		q.stage = shortTerm
		return
	}
	if q.still >= q.p.spec.StuckAfter {
		q.result.Stuck = true
		return
	}
	if q.target < 0 {
		miss = -miss
	}
	q.aim = min(max(0, q.aim+miss/q.p.model.Gain/2), q.p.ramp[len(q.p.ramp)-1])
	q.startRamp(false)
}

// correct queues a read of the weight, and the update pulses that put on the
// capacitor what it misses; where there are none, the sequence is over.
func (q *Sequencer) correct() {
	p := q.p
	if !q.checked {
		if q.whole || !p.spec.Residual || q.rounds == p.spec.Rounds {
			q.stage = finished
			return
		}
		q.push(step{kind: ReadWeight})
		return
	}
	q.checked = false
	q.rounds++
	n := int(math.RoundToEven((q.w - q.weight) / p.model.Step))
	n = min(max(n, -p.spec.ResidualPulses), p.spec.ResidualPulses)
	if n == 0 {
		q.stage = finished
		return
	}
	q.push(step{kind: UpdatePulses, pulses: n * int(q.sign)})
}
