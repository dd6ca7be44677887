package tile

import (
	"fmt"
	"math"
	"sync/atomic"
	"unsafe"

	"engram/circuit"
	"engram/device"
)

// A Tile is one crossbar of cells. Cell (i, j) sits at row i, column j; every
// row has one more cell, at column index Cols, the reference whose conductance
// is subtracted from the row's others. State is float32, one flat slice per
// quantity, column by column, since an update visits few columns; columns are
// filled up to whole blocks.
//
// A node's voltage is veq + alpha(t) r, where alpha = exp(-(t-frame)/tau) is
// common to the tile: time passes for every cell by changing one number, and r
// changes only where charge is moved.
type Tile struct {
	name       string
	cell       Cell
	rows, cols int
	stride     int // cols + 1
	pitch      int // rows in whole blocks
	seed       uint64
	instance   uint64

	r  []float32 // by column: V - veq at the frame's time, V
	lt []float32 // by column: F (G+ - G-), S; 0 for the reference
	x  []float32 // by row: crystalline fraction of G+ and G-, interleaved; no reference column

	e    param // voltage at which a node's leaks balance less the read transistor's threshold shift, V
	veq  param // voltage at which a node's leaks balance, V
	up   param // relative size of an up step
	down param // relative size of a down step

	sign  []float32 // polarity of each column, +1 or -1; +1 for the reference
	leak  leak
	alpha float32 // of the last call to at

	forward, backward view
	changed           atomic.Bool // weights, otherwise than by Update; the views are out of date
	stepUp, stepDown  table

	rng          circuit.Stream  // scratch
	rowG, colG   []float64       // sum of G+ + G- over a row and over a column, S
	rowLT        []float64       // sum of s F (G+ - G-) over a row, S
	colLT        []float64       // sum of F (G+ - G-) over a column, S
	wear         []Wear          // of G+ and G-, interleaved as x
	made         [][2]device.PCM // what fabrication drew of single-tier cells; nil for others
	gross, net   []int32         // pulses per cell since CountPulses; nil when off
	steps        uint64          // update steps taken
	conductances float64         // see TakeReadConductance

	charge           charge
	every            uint64       // see CountCharge
	looking          bool         // at the present update, cell by cell
	seen             [2]seen      // up and down steps of that update
	off              offCurrent   // of all cells
	rowOff           []offCurrent // of each row
	input, magnitude []float32    // scratch, one per row
	driven           []int32      // blocks of rows with an input
	reads, passes    []float32    // scratch, one per column: sums over a column of a read
	widths, slopes   []float32    // scratch, one per column
	columns          []int32      // scratch, one per column
	firing           [2]pulsing   // scratch: rows of positive and of negative input
	burst            burst        // scratch
	source           strip        // scratch
}

// index returns where cell (i, j) is in a slice by column.
func (t *Tile) index(i, j int) int { return j*t.pitch + i }

// cellAt returns the row and the column of what is at n of a slice by column.
func (t *Tile) cellAt(n int32) (i, j int) { return int(n) % t.pitch, int(n) / t.pitch }

// column returns column j of a slice by column, in whole blocks.
func (t *Tile) column(s []float32, j int) []float32 { return s[j*t.pitch : (j+1)*t.pitch] }

// A param is a per-cell parameter, column by column in whole blocks. Where it is
// uniform one column serves them all, and it costs nothing.
type param struct {
	v         []float32
	n, stride int // elements of a column; from column to column, 0 where uniform
}

func newParam(columns, n int, varies bool) param {
	if !varies {
		return param{make([]float32, n), n, 0}
	}
	return param{make([]float32, columns*n), n, n}
}

func (p *param) column(j int) []float32 { return p.v[j*p.stride : j*p.stride+p.n] }

// bytesPerCell is the memory of a cell whose transistors vary, and that is read
// in both directions.
const bytesPerCell = 4*(1+1+2+4) + 2*int64(unsafe.Sizeof(Wear{})) + 2*8

// Bytes returns the memory of a tile whose transistors vary, and that is read in
// both directions.
func Bytes(rows, cols int) int64 { return int64(blocks(rows)) * int64(cols+1) * bytesPerCell }

// MaxCells bounds a single tile, so that indices stay within 32 bits.
const MaxCells = 1 << 30

// New fabricates a tile with all capacitors at V0 and all phase-change devices
// after a RESET. Every random draw is keyed by the seed and the name.
func New(name string, c Cell, rows, cols int, seed uint64) (*Tile, error) {
	if rows < 1 || cols < 1 || rows > MaxCells/cols || blocks(rows) > math.MaxInt32/(cols+1) {
		return nil, fmt.Errorf("%s: %d x %d cells, expected 1 to %d in all, with columns filled up to multiples of %d", name, rows, cols, MaxCells, block)
	}
	t := &Tile{
		name: name, cell: c, rows: rows, cols: cols, stride: cols + 1, pitch: blocks(rows),
		seed: seed, instance: circuit.Instance(name),
		sign: make([]float32, cols+1),
		rowG: make([]float64, rows), colG: make([]float64, cols),
		rowLT: make([]float64, rows), colLT: make([]float64, cols),
		// A read FET's threshold shift moves its curve; 0.1 V on both
		// sides of the window is 7 sigma of the default cell.
		forward:  view{curve: newTable(c.Curves.Forward, c.Low-0.1, c.High+0.1)},
		backward: view{curve: newTable(c.Curves.Backward, c.Low-0.1, c.High+0.1)},
		stepUp:   newTable(c.Curves.Up, c.Low, c.High),
		stepDown: newTable(c.Curves.Down, c.Low, c.High),
	}
	n := t.stride * t.pitch
	t.r, t.lt = make([]float32, n), make([]float32, n)
	t.input, t.magnitude = make([]float32, t.pitch), make([]float32, t.pitch)
	t.driven = make([]int32, 0, t.pitch/block)
	t.reads, t.passes = make([]float32, t.stride), make([]float32, t.stride)
	t.widths, t.slopes, t.columns = make([]float32, t.stride), make([]float32, t.stride), make([]int32, t.stride)
	t.x = make([]float32, 2*rows*cols)
	t.wear = make([]Wear, 2*rows*cols)
	for j := range t.sign {
		t.sign[j] = 1
	}
	t.fabricate()
	t.initialise()
	t.keepDevices()
	t.CountCharge(0, 1)
	if err := t.checkFabrication(); err != nil {
		return nil, err
	}
	return t, nil
}

// fabricate draws what differs between cells.
func (t *Tile) fabricate() {
	c := &t.cell
	varies := c.Curves.SigmaUp > 0 || c.Curves.SigmaDown > 0 || c.Curves.SigmaRead > 0
	for _, p := range []*param{&t.e, &t.veq, &t.up, &t.down} {
		*p = newParam(t.stride, t.pitch, varies)
	}
	t.leak = newLeak(c, t.rows, t.stride)
	t.rowOff = make([]offCurrent, t.rows)
	var rng circuit.Stream
	for i := range t.rows {
		rng.Reset(t.seed, circuit.Fabrication, t.instance, uint64(i))
		for j := range t.stride {
			m := c.draw(&rng)
			offUp := c.Storage.Subthreshold * c.Curves.OffUp(m.Up)
			off := offUp + c.Storage.Subthreshold*c.Curves.OffDown(m.Down)
			t.off.add(offUp, off)
			t.rowOff[i].add(offUp, off)
			drift := off / c.Curves.NodeC
			l := device.Leak{Tau: m.Tau, Plate: c.Storage.Plate, Drift: drift}
			t.leak.set(i, j, l)
			veq := l.Equilibrium()
			t.veq.column(j)[i] = float32(veq)
			t.e.column(j)[i] = float32(veq - m.Read)
			t.up.column(j)[i] = float32(c.Curves.GainUp(m.Up))
			t.down.column(j)[i] = float32(c.Curves.GainDown(m.Down))
		}
	}
}

// initialise puts every capacitor at V0 and every phase-change device at RESET.
func (t *Tile) initialise() {
	var rng circuit.Stream
	for i := range t.rows {
		for j := range t.stride {
			t.r[t.index(i, j)] = float32(t.cell.V0 - float64(t.veq.column(j)[i]))
		}
		for j := range t.cols {
			d := t.fabricated(i, j, &rng)
			for k := range d {
				rng.Reset(t.seed, circuit.Programming, t.instance, uint64(2*(i*t.cols+j)+k))
				t.cell.PCM.Reset(&d[k], &rng)
				t.x[2*(i*t.cols+j)+k] = float32(d[k].X)
			}
			pair := t.setPair(i, j, &d)
			t.rowG[i] += pair
			t.colG[j] += pair
		}
	}
}

// Name returns the instance name.
func (t *Tile) Name() string { return t.name }

// Rows and Cols return the shape, without the reference column.
func (t *Tile) Rows() int { return t.rows }

// Cols returns the number of columns without the reference.
func (t *Tile) Cols() int { return t.cols }

// Cell returns the unit cell.
func (t *Tile) Cell() Cell { return t.cell }
