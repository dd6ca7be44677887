package wave

import (
	"errors"
	"fmt"
	"math"
)

// A Writer takes a waveform sample by sample. The calls are one Begin, any
// number of Samples, one Close; another order, a sample that does not fit the
// signals, and a failed write are errors. A Writer is for one goroutine.
type Writer interface {
	// Begin declares the signals. Their names must differ.
	Begin(signals []Signal) error
	// Sample records one value per signal at time t, in seconds, which must
	// be finite, not negative and later than that of the sample before. The
	// slice may be reused. A Code may be NaN: not known yet.
	Sample(t float64, values []float64) error
	// Close completes the output. It does not close the underlying file.
	Close() error
}

// A session checks the order of calls and the samples for every Writer.
type session struct {
	signals []Signal
	begun   bool
	closed  bool
	samples int64
	last    float64 // time of the last sample
}

var (
	errOrder  = errors.New("wave: Begin called twice, or after Close")
	errClosed = errors.New("wave: closed, or not begun")
)

func (s *session) begin(signals []Signal) error {
	if s.begun || s.closed {
		return errOrder
	}
	if err := checkSignals(signals); err != nil {
		return err
	}
	s.signals = clone(signals)
	s.begun = true
	return nil
}

func (s *session) sample(t float64, values []float64) error {
	if !s.begun || s.closed {
		return errClosed
	}
	if len(values) != len(s.signals) {
		return fmt.Errorf("wave: %d values for %d signals", len(values), len(s.signals))
	}
	if !(t >= 0) || math.IsInf(t, 1) || s.samples > 0 && t <= s.last {
		return fmt.Errorf("wave: sample at %g s after one at %g s", t, s.last)
	}
	for i := range s.signals {
		if err := s.signals[i].checkValue(values[i]); err != nil {
			return fmt.Errorf("wave: at %g s: %w", t, err)
		}
	}
	s.last = t
	s.samples++
	return nil
}

func (s *session) close() error {
	if !s.begun || s.closed {
		return errClosed
	}
	s.closed = true
	return nil
}
