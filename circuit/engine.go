package circuit

import "fmt"

// Level is the level of fidelity at which the engine steps.
type Level int

const (
	PhaseLevel Level = iota // one step per phase, in closed form
	ClockLevel              // one step per clock period
)

// A Phase is a named span of the schedule.
type Phase struct {
	Name   string
	Length Time // a multiple of the clock period
}

// A Component takes part in phases. For each of its phases the engine calls
// Begin once, Step over adjoining intervals that cover the phase, then End.
// Times are absolute; phase.Length is the distance from Begin's now to End's.
type Component interface {
	// Begin latches the inputs of the phase.
	Begin(now Time)
	// Step integrates over [from, to).
	Step(from, to Time)
	// End makes the results of the phase visible on the nets. It fails where
	// a value is no longer a number.
	End(now Time) error
}

// An Entrance is one phase of a schedule with the components that act in it,
// in the order in which they are stepped.
type Entrance struct {
	Phase
	Components []Component
}

// A Schedule is a repeated sequence of phases.
type Schedule []Entrance

// Length returns the duration of one repetition.
func (s Schedule) Length() Time {
	var t Time
	for _, e := range s {
		t += e.Length
	}
	return t
}

// An Observer is called after every step, for probes; after the last step of a
// phase once the results are on the nets.
type Observer func(phase string, now Time)

// An Engine owns the simulated clock.
type Engine struct {
	now      Time
	period   Time
	level    Level
	observer Observer
}

// NewEngine returns an engine at time zero. The period must be positive.
func NewEngine(period Time, level Level) *Engine {
	if period <= 0 {
		panic(fmt.Sprintf("circuit: clock period of %d ps", period))
	}
	return &Engine{period: period, level: level}
}

// Now returns the simulated time.
func (e *Engine) Now() Time { return e.now }

// Period returns the clock period.
func (e *Engine) Period() Time { return e.period }

// SetNow moves the clock, for a resume.
func (e *Engine) SetNow(t Time) { e.now = t }

// Wait lets d pass with every component idle.
func (e *Engine) Wait(d Time) { e.now += d }

// Observe sets the function to call after every step; nil for none.
func (e *Engine) Observe(o Observer) { e.observer = o }

// Run steps once through the schedule. It stops at the first component that
// fails; the error names the phase and the simulated time.
func (e *Engine) Run(s Schedule) error {
	for i := range s {
		if err := e.run(&s[i]); err != nil {
			return fmt.Errorf("at %v, phase %s: %w", e.now, s[i].Name, err)
		}
	}
	return nil
}

func (e *Engine) run(p *Entrance) error {
	end := e.now + p.Length
	for _, c := range p.Components {
		c.Begin(e.now)
	}
	for from := e.now; from < end; {
		to := end
		if e.level == ClockLevel {
			to = min(from+e.period, end)
		}
		for _, c := range p.Components {
			c.Step(from, to)
		}
		from, e.now = to, to
		if to < end {
			e.observe(p.Name)
		}
	}
	for _, c := range p.Components {
		if err := c.End(e.now); err != nil {
			return err
		}
	}
	e.observe(p.Name)
	return nil
}

func (e *Engine) observe(phase string) {
	if e.observer != nil {
		e.observer(phase, e.now)
	}
}
