package netlist

import (
	"fmt"
	"sync"

	"gonum.org/v1/gonum/interp"

	"engram/device"
	"engram/tile"
)

// curvePoints is the number of node voltages at which a cell is characterised:
// a step of 1/128 of the supply, a third of the scale over which the step
// curves fall off at the rails.
const curvePoints = 129

// characterised holds the characterisations done so far in this process, by
// the whole card: sweeps and Monte Carlo fabricate the same cell many times. It
// is not kept between processes, as a card takes 0.06 s at the start of one:
// go test -run xxx -bench Characterise ./netlist.
var characterised sync.Map // device.Cell -> *device.Curves

// characterise returns the curves of c from the transient solver or the cache.
func characterise(c *device.Cell) (*device.Curves, error) {
	if v, ok := characterised.Load(*c); ok {
		return v.(*device.Curves), nil
	}
	curves, err := c.Characterize(curvePoints)
	if err != nil {
		return nil, err
	}
	v, _ := characterised.LoadOrStore(*c, curves)
	return v.(*device.Curves), nil
}

// cellCurves returns what a tile needs to know of a cell's transistors.
// Off-currents are taken at v0, about which they are flat.
func cellCurves(c *device.Cell, v0, variation float64) (tile.Curves, error) {
	curves, err := characterise(c)
	if err != nil {
		return tile.Curves{}, err
	}
	up, err1 := smooth(curves.V, curves.Up)
	down, err2 := smooth(curves.V, curves.Down)
	nodeC, err3 := smooth(curves.V, curves.NodeC)
	for _, err := range []error{err1, err2, err3} {
		if err != nil {
			return tile.Curves{}, fmt.Errorf("interpolating a characterised curve: %w", err)
		}
	}
	return tile.Curves{
		Up:       func(v float64) float64 { return max(0, up(v)) },
		Down:     func(v float64) float64 { return min(0, down(v)) },
		Forward:  func(v float64) float64 { return c.Conductance(v, c.VRead, 0) },
		Backward: func(v float64) float64 { return c.Conductance(v, -c.VRead, 0) },
		OffUp:    func(dvt float64) float64 { return c.OffUp(v0, dvt) },
		OffDown:  func(dvt float64) float64 { return c.OffDown(v0, dvt) },
		GainUp:   c.UpGain, GainDown: c.DownGain,
		SigmaUp: variation * curves.SigmaUp, SigmaDown: variation * curves.SigmaDown, SigmaRead: variation * curves.SigmaRead,
		NodeC: nodeC(v0),
	}, nil
}

// smooth returns a piecewise cubic through the points that does not overshoot.
func smooth(x, y []float64) (func(float64) float64, error) {
	var f interp.FritschButland
	if err := f.Fit(x, y); err != nil {
		return nil, err
	}
	return f.Predict, nil
}

// withoutCapacitor returns curves of a cell whose short-term part reads as
// nothing, all cells alike.
func withoutCapacitor(c tile.Curves) tile.Curves {
	none := func(float64) float64 { return 0 }
	c.Forward, c.Backward, c.OffUp, c.OffDown = none, none, none, none
	c.SigmaUp, c.SigmaDown, c.SigmaRead = 0, 0, 0
	return c
}
