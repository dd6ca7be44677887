package testbench

import (
	"math"
	"testing"
)

func TestSchedules(t *testing.T) {
	for _, c := range []struct {
		schedule Schedule
		n        int
		want     float64
	}{
		{Exponential, 0, 0.2}, {Exponential, 99, 0.2}, {Exponential, 100, 0.1}, {Exponential, 399, 0.025},
		{Linear, 0, 0.2}, {Linear, 100, 0.15}, {Linear, 399, 0.0005},
	} {
		s := LearningSpec{Rate: 0.2, Decay: 0.5, Schedule: c.schedule}
		if got := s.rate(c.n, 100, 400); math.Abs(got-c.want) > 1e-15 {
			t.Errorf("%s: rate of example %d is %v, want %v", c.schedule, c.n, got, c.want)
		}
	}
}
