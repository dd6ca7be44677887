package periphery

// FinalSpec describes the transfer that ends a training: whole weights go into
// phase-change memory, because the capacitors are about to lose their share.
type FinalSpec struct {
	// FinalTolerance of the weight within which read-verify is content. No
	// capacitor takes the rest, so it is tighter than that of the other
	// transfers: two LSB of the read (assumed).
	FinalTolerance float64 `key:"final-tolerance" unit:"S" range:"(0,1e-3]" default:"0.6 uS"`
	// FinalAttempts is the largest number of SET or RESET pulses on a cell (assumed).
	FinalAttempts int `key:"final-attempts" unit:"" range:"[1,10000]" default:"200"`
	// FinalReset starts from a RESET of both devices, so that a small weight
	// rests on small conductances: what a pair has in common drifts apart
	// and fluctuates without saying anything (assumed).
	FinalReset bool `key:"final-reset" default:"true"`
}

// Final returns the programmer of the transfer that ends a training.
func (p *Programmer) Final() *Programmer {
	final := *p
	final.spec.Tolerance, final.spec.Attempts = p.spec.FinalTolerance, p.spec.FinalAttempts
	return &final
}

// RunFinal makes the long-term part of a cell equal to the whole weight w, in
// S, with a sequencer of a programmer that [Programmer.Final] returned. The
// capacitor is left alone.
func (q *Sequencer) RunFinal(s Synapse, w float64) Written {
	q.StartWhole(w)
	if q.p.spec.FinalReset {
		q.stage, q.target = longTerm, w
		q.queued = 0
		q.resetPair()
	}
	return q.rest(s)
}

// ProgramFinal runs the final sequence on one cell.
func (p *Programmer) ProgramFinal(s Synapse, w float64) Written {
	return p.Final().NewSequencer().RunFinal(s, w)
}
