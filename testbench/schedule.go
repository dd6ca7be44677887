package testbench

// A Schedule is how the learning rate falls over a training.
type Schedule string

const (
	Exponential Schedule = "exponential" // by a factor after every epoch
	Linear      Schedule = "linear"      // by the same amount after every example, to 0
)

// rate returns the learning rate of the example after n of total, in epochs of
// perEpoch examples.
func (s *LearningSpec) rate(n, perEpoch, total int) float64 {
	if s.Schedule == Linear {
		return s.Rate * (1 - float64(n)/float64(total))
	}
	rate := s.Rate
	for range n / perEpoch {
		rate *= s.Decay
	}
	return rate
}
