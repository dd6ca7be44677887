package device

import (
	"fmt"
	"math"

	"engram/circuit/transient"
)

// Action is what a pulse does.
type Action int

// Actions of a pulse.
const (
	PulseUp   Action = iota // turns pull-up transistors on
	PulseDown               // turns pull-down transistors on
	PulseRead               // puts the read voltage on row lines
)

// A Pulse acts on the cells at the crossings of its rows and columns.
type Pulse struct {
	Action Action
	// Start is the beginning of the rising edge in s. The pulse is the
	// cell's PulseWidth long between the middles of its edges, which take
	// the cell's Edge each; a read pulse Width instead, where that is not 0.
	Start, Width float64
	// Rows and Cols are the lines pulsed; nil for all. A read pulse puts
	// Volts on its rows and holds all columns at ground.
	Rows, Cols []int
	Volts      float64
}

// ArrayBench is a transistor-level experiment: Rows x Cols cells that share
// row and column lines, under a list of pulses. Per-cell slices are row-major
// with Rows*Cols values; nil stands for zeros, and for Initial for Cell.Plate.
type ArrayBench struct {
	Cell       Cell
	Rows, Cols int
	Initial    []float64 // node voltages at time 0 in V
	DVtUp      []float64 // threshold shifts in V, as in FETSpec.Device
	DVtDown    []float64
	DVtRead    []float64
	Pulses     []Pulse
	Stop       float64 // end of the experiment in s
}

// Validate reports the first mistake in the bench.
func (b *ArrayBench) Validate() error {
	if err := b.Cell.Validate(); err != nil {
		return err
	}
	if b.Rows < 1 || b.Cols < 1 {
		return fmt.Errorf("array of %d x %d cells", b.Rows, b.Cols)
	}
	if !(b.Stop > 0) || math.IsInf(b.Stop, 1) {
		return fmt.Errorf("stop time %g s must be positive and finite", b.Stop)
	}
	for name, s := range map[string][]float64{
		"initial": b.Initial, "dvt-up": b.DVtUp, "dvt-down": b.DVtDown, "dvt-read": b.DVtRead,
	} {
		if s != nil && len(s) != b.Rows*b.Cols {
			return fmt.Errorf("%s has %d values for %d cells", name, len(s), b.Rows*b.Cols)
		}
	}
	for k, p := range b.Pulses {
		if p.Action < PulseUp || p.Action > PulseRead {
			return fmt.Errorf("pulse %d: unknown action %d", k, p.Action)
		}
		if !(p.Start >= 0) {
			return fmt.Errorf("pulse %d starts at %g s", k, p.Start)
		}
		if err := inRange(p.Rows, b.Rows); err != nil {
			return fmt.Errorf("pulse %d: row %w", k, err)
		}
		if err := inRange(p.Cols, b.Cols); err != nil {
			return fmt.Errorf("pulse %d: column %w", k, err)
		}
	}
	return nil
}

func inRange(lines []int, n int) error {
	for _, l := range lines {
		if l < 0 || l >= n {
			return fmt.Errorf("%d is not in [0, %d)", l, n)
		}
	}
	return nil
}

// Lines are the waveforms of a bench: selections of rows and columns between 0
// and 1, whose product turns an update transistor on, and read voltages of rows
// in V.
type Lines struct {
	RowUp, ColUp, RowDown, ColDown, RowRead []*transient.PWL
}

// Lines returns the waveforms of the bench's row and column lines.
func (b *ArrayBench) Lines() (Lines, error) {
	var l Lines
	for _, g := range []struct {
		out    *[]*transient.PWL
		n      int
		action Action
		column bool
		name   string
	}{
		{&l.RowUp, b.Rows, PulseUp, false, "up row"},
		{&l.ColUp, b.Cols, PulseUp, true, "up column"},
		{&l.RowDown, b.Rows, PulseDown, false, "down row"},
		{&l.ColDown, b.Cols, PulseDown, true, "down column"},
		{&l.RowRead, b.Rows, PulseRead, false, "read row"},
	} {
		tracks := make([]track, g.n)
		for _, p := range b.Pulses {
			if p.Action == g.action {
				b.addPulse(tracks, p, g.column)
			}
		}
		for k := range tracks {
			w, err := tracks[k].waveform()
			if err != nil {
				return l, fmt.Errorf("%s %d: %w", g.name, k, err)
			}
			*g.out = append(*g.out, w)
		}
	}
	return l, nil
}

// addPulse adds the trapezoid of p to the lines it selects.
func (b *ArrayBench) addPulse(tracks []track, p Pulse, column bool) {
	lines, width, level := p.Rows, b.Cell.PulseWidth, 1.0
	if column {
		lines = p.Cols
	}
	if p.Action == PulseRead {
		level = p.Volts
		if p.Width != 0 {
			width = p.Width
		}
	}
	if lines == nil {
		for k := range tracks {
			tracks[k].add(p.Start, b.Cell.Edge, width, level)
		}
		return
	}
	for _, k := range lines {
		tracks[k].add(p.Start, b.Cell.Edge, width, level)
	}
}

// track collects the corners of one line.
type track struct{ times, values []float64 }

func (t *track) add(start, edge, width, level float64) {
	corners := [4]float64{start, start + edge, start + width, start + width + edge}
	for k, v := range [4]float64{0, level, level, 0} {
		if n := len(t.times); k == 0 && n > 0 && math.Abs(t.times[n-1]-start) < 1e-3*edge {
			continue // begins where the last pulse ended
		}
		t.times, t.values = append(t.times, corners[k]), append(t.values, v)
	}
}

func (t *track) waveform() (*transient.PWL, error) {
	if len(t.times) == 0 {
		return transient.NewPWL([]float64{0}, []float64{0})
	}
	return transient.NewPWL(t.times, t.values)
}

// at returns s[k], or fallback where s is nil.
func at(s []float64, k int, fallback float64) float64 {
	if s == nil {
		return fallback
	}
	return s[k]
}

// Start returns the node voltage at time 0 of the cell in a row and column.
func (b *ArrayBench) Start(row, col int) float64 {
	return at(b.Initial, row*b.Cols+col, b.Cell.Plate)
}

// Shifts returns the threshold shifts in V of the three transistors of the
// cell in a row and column.
func (b *ArrayBench) Shifts(row, col int) (up, down, read float64) {
	k := row*b.Cols + col
	return at(b.DVtUp, k, 0), at(b.DVtDown, k, 0), at(b.DVtRead, k, 0)
}

// CellName returns the name of the storage node of the cell in a row and
// column, r<row>_c<col>.v.
func CellName(row, col int) string { return fmt.Sprintf("r%d_c%d.v", row, col) }

// Circuit builds the circuit of the bench. Storage nodes are called as
// [CellName] says, sources vdd, plate, read<row>, col<col>, and per cell
// r<row>_c<col>.gu and .gd for the gates of the update transistors.
func (b *ArrayBench) Circuit() (*transient.Circuit, error) {
	if err := b.Validate(); err != nil {
		return nil, err
	}
	lines, err := b.Lines()
	if err != nil {
		return nil, err
	}
	c := transient.New()
	vdd, plate := c.Node("vdd"), c.Node("plate")
	c.Voltage("vdd", vdd, transient.Ground, transient.DC(b.Cell.VDD))
	c.Voltage("plate", plate, transient.Ground, transient.DC(b.Cell.Plate))
	cols := make([]transient.Node, b.Cols)
	for j := range cols {
		cols[j] = c.Node(fmt.Sprintf("col%d", j))
		c.Voltage(fmt.Sprintf("col%d", j), cols[j], transient.Ground, transient.DC(0))
	}
	for i := range b.Rows {
		row := c.Node(fmt.Sprintf("read%d", i))
		c.Voltage(fmt.Sprintf("read%d", i), row, transient.Ground, lines.RowRead[i])
		for j := range b.Cols {
			b.addCell(c, lines, i, j, vdd, plate, row, cols[j])
		}
	}
	return c, c.Err()
}

// addCell adds the cell of row i and column j.
func (b *ArrayBench) addCell(c *transient.Circuit, l Lines, i, j int, vdd, plate, row, col transient.Node) {
	s := &b.Cell
	name := fmt.Sprintf("r%d_c%d.", i, j)
	v, gu, gd := c.Node(CellName(i, j)), c.Node(name+"gu"), c.Node(name+"gd")
	c.Voltage(name+"gu", gu, transient.Ground,
		transient.Product{Base: s.VDD, Gain: s.UpGate - s.VDD, A: l.RowUp[i], B: l.ColUp[j]})
	c.Voltage(name+"gd", gd, transient.Ground,
		transient.Product{Gain: s.DownGate, A: l.RowDown[i], B: l.ColDown[j]})
	up, down, read := b.Shifts(i, j)
	c.Capacitor(name+"c", v, transient.Ground, s.C)
	if !math.IsInf(s.LeakR, 1) {
		c.Resistor(name+"leak", v, plate, s.LeakR)
	}
	c.Add(name+"up", s.Up.Device(up, 1), v, gu, vdd, vdd)
	c.Add(name+"down", s.Down.Device(down, 1), v, gd, transient.Ground, transient.Ground)
	c.Add(name+"read", s.Read.Device(read, 1), row, v, col, transient.Ground)
	c.Initial(v, b.Start(i, j))
}
