package tile

import "engram/device"

// A Cell is the unit cell of a tile: three transistors and a capacitor for the
// short-term weight, two phase-change devices for the long-term one. It is
// immutable; voltages in V, conductances in S.
type Cell struct {
	// Gain is F, the factor of the long-term pair.
	Gain float64
	// SingleTier cells have no capacitor: updates are SET pulses of
	// SetCurrent, in A, and SetWidth, in s, on G+ or G-.
	SingleTier           bool
	SetCurrent, SetWidth float64
	// V0 is the voltage a capacitor is re-initialised to.
	V0 float64
	// Low and High are the ends of the window that an update cannot leave.
	Low, High float64
	// Storage is the capacitor.
	Storage device.CapacitorSpec
	// PCM is the model of both phase-change devices.
	PCM device.PCMSpec
	// Drift is what those devices do after their last pulse.
	Drift device.DriftSpec
	// ReadVoltage is across a read transistor or phase-change device in a read.
	ReadVoltage float64
	// Transistors are the transistors themselves, for what needs more than
	// their curves: energy and export.
	Transistors device.Cell
	// Curves are those of the transistors.
	Curves Curves
}

// Curves is what the cycle levels know of a cell's transistors.
type Curves struct {
	// Up and Down are the change of the node's voltage in V that one update
	// pulse makes at voltage v: Up >= 0, Down <= 0.
	Up, Down func(v float64) float64
	// Forward and Backward are the read conductance in S at node voltage v
	// for the two signs of the read voltage.
	Forward, Backward func(v float64) float64
	// OffUp and OffDown are the subthreshold currents in A of the pull-up
	// and the pull-down transistor as a function of their threshold shift
	// in V; positive charges the node.
	OffUp, OffDown func(dvt float64) float64
	// GainUp and GainDown are the relative change of a step with the
	// threshold shift in V of its transistor.
	GainUp, GainDown func(dvt float64) float64
	// SigmaUp, SigmaDown and SigmaRead are the standard deviations of the
	// three threshold voltages in V.
	SigmaUp, SigmaDown, SigmaRead float64
	// NodeC is the capacitance of the node with everything on it, in F.
	NodeC float64
}

// Step returns the mean size of an update step at V0 in terms of the weight,
// in S: half the difference of an up and a down step, times the slope of the
// forward read curve there. For a single-tier cell it is the expected step of a
// SET pulse on a device at a tenth of full scale.
func (c *Cell) Step() float64 {
	if c.SingleTier {
		return c.Gain * c.SetStep(c.PCM.Gc/10, c.SetCurrent, c.SetWidth)
	}
	return (c.Curves.Up(c.V0) - c.Curves.Down(c.V0)) / 2 * c.slope(c.V0)
}

// slope is the derivative of the forward read curve at v in S/V.
func (c *Cell) slope(v float64) float64 {
	const h = 1e-3
	return (c.Curves.Forward(v+h) - c.Curves.Forward(v-h)) / (2 * h)
}

// SetStep returns the expected change of conductance in S that a SET pulse of a
// current in A and a width in s makes on a nominal device of conductance g.
func (c *Cell) SetStep(g, current, width float64) float64 {
	d := device.PCM{Ga: c.PCM.Ga, Rth: c.PCM.Rth, K0: c.PCM.K0}
	d.X = min(1, max(0, (g-d.Ga)/(c.PCM.Gc-d.Ga)))
	return c.PCM.MeanStep(&d, current, width)
}

// nodes are the Chebyshev nodes (1 - cos((2k+1) pi/8))/2 of a segment.
var nodes = [4]float64{(1 - cos1) / 2, (1 - cos3) / 2, (1 + cos3) / 2, (1 + cos1) / 2}

const (
	cos1 = 0.92387953251128675613 // cos(pi/8)
	cos3 = 0.38268343236508977173 // cos(3 pi/8)
)

// newTable approximates f on [low, high] by a cubic through four Chebyshev
// nodes per segment.
func newTable(f func(float64) float64, low, high float64) table {
	width := (high - low) / segmentCount
	t := table{scale: float32(1 / width), offset: float32(-low / width)}
	for s := range segmentCount {
		var y [4]float64
		for k, x := range nodes {
			y[k] = f(low + float64((float64(s)+x)*width))
		}
		for k, c := range interpolate(nodes, y) {
			t.c[k][s] = float32(c)
		}
	}
	return t
}

// interpolate returns the power-series coefficients of the cubic through the
// four points, by Newton's divided differences.
func interpolate(x, y [4]float64) [4]float64 {
	d := y
	for k := 1; k < 4; k++ {
		for i := 3; i >= k; i-- {
			d[i] = (d[i] - d[i-1]) / (x[i] - x[i-k])
		}
	}
	var c [4]float64
	for i := 3; i >= 0; i-- { // Horner in (X - x[i])
		for k := 3; k > 0; k-- {
			c[k] = c[k-1] - x[i]*c[k]
		}
		c[0] = d[i] - x[i]*c[0]
	}
	return c
}

// RampLevel returns the conductance in S of a nominal device after a RESET
// and a ramp of SET currents from a peak in A, without the scatter of pulses.
func (c *Cell) RampLevel(peak float64, steps int, length float64) float64 {
	s := c.PCM
	s.Jump, s.JumpGrowth = 0, 0
	d := device.PCM{Ga: s.Ga, Rth: s.Rth, K0: s.K0}
	s.SetRamp(&d, peak, steps, length, nil)
	return s.Conductance(&d)
}
