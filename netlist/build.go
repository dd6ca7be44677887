package netlist

import (
	"fmt"

	"engram/circuit"
	"engram/periphery"
	"engram/tile"
)

// A Design is an elaborated netlist: everything resolved and checked, nothing
// allocated. Build makes a System of it.
type Design struct {
	Title    string
	Period   circuit.Time
	Transfer periphery.TransferSpec
	Nets     []NetDesign
	Arrays   []ArrayDesign
	Banks    []BankDesign
	Cells    map[string]tile.Cell // by name in the netlist, used or not
	Input    string               // the net that nothing in the netlist drives
	Levels   int                  // of tiles from input to output
}

// A NetDesign is a net and its width.
type NetDesign struct {
	Name  string
	Width int
	// Constant nets are driven at full scale for ever: bias rows.
	Constant bool
}

// A PortDesign is the slice [Low, High) of a net.
type PortDesign struct {
	Net       string
	Low, High int
}

// An ArrayDesign is a tile and its drivers.
type ArrayDesign struct {
	Name      string
	Cell      tile.Cell
	In        []PortDesign
	Out       PortDesign
	Unit      float64 // weight in S that stands for one
	RowDAC    periphery.DACSpec
	ColumnDAC periphery.DACSpec
	Pulser    periphery.PulserSpec
	Energy    CellEnergy
	Route     float64 // energy in J of bringing a value to a row or column
	Level     int     // 0 reads the input
}

// Rows returns the number of rows.
func (a *ArrayDesign) Rows() int {
	n := 0
	for _, p := range a.In {
		n += p.High - p.Low
	}
	return n
}

// Cols returns the number of columns.
func (a *ArrayDesign) Cols() int { return a.Out.High - a.Out.Low }

// A BankDesign is a bank of neurons.
type BankDesign struct {
	Name       string
	Activation periphery.Activation
	Errors     periphery.ErrorKind
	Integrator periphery.IntegratorSpec
	ADC        periphery.ADCSpec
	Logic      LogicEnergy
	BackRange  float64 // full scale of the backward conversion, in charge
	In         string
	Out        PortDesign
	Level      int  // of the tiles in front of it
	Output     bool // nothing reads it
}

// Net returns the net of a name, or nil.
func (d *Design) Net(name string) *NetDesign {
	for i := range d.Nets {
		if d.Nets[i].Name == name {
			return &d.Nets[i]
		}
	}
	return nil
}

// Output returns the bank that nothing reads, or nil.
func (d *Design) Output() *BankDesign {
	for i := range d.Banks {
		if d.Banks[i].Output {
			return &d.Banks[i]
		}
	}
	return nil
}

// Fan returns the shape of the layer that a is part of: the rows of all arrays
// that drive its net, those of one column of tiles, and the width of the net.
func (d *Design) Fan(a *ArrayDesign) (rows, cols int) {
	for i := range d.Arrays {
		if d.Arrays[i].Out == a.Out {
			rows += d.Arrays[i].Rows()
		}
	}
	return rows, d.Net(a.Out.Net).Width
}

// Synapses returns the number of cells, reference columns not counted.
func (d *Design) Synapses() int {
	n := 0
	for i := range d.Arrays {
		n += d.Arrays[i].Rows() * d.Arrays[i].Cols()
	}
	return n
}

// Build makes a System of d; all fabrication spread is drawn from the seed.
func Build(d *Design, seed uint64, level circuit.Level) (*System, error) {
	s := &System{
		Engine: circuit.NewEngine(d.Period, level), Ledger: circuit.NewLedger(),
		Nets: newNets(d), design: d, seed: seed,
	}
	s.Input = s.Nets[d.Input]
	for i := range d.Arrays {
		a, err := s.newArray(&d.Arrays[i], d.Transfer, seed)
		if err != nil {
			return nil, err
		}
		s.Arrays = append(s.Arrays, a)
	}
	for i := range d.Banks {
		b := s.newBank(&d.Banks[i], seed)
		s.Banks = append(s.Banks, b)
		if d.Banks[i].Output {
			s.Output = b
		}
	}
	s.interleaved = s.newInterleaving()
	s.connect(d)
	s.lay(d)
	return s, s.openMeters()
}

// ExampleTime returns the simulated time of one training example.
func (d *Design) ExampleTime() circuit.Time {
	t := d.Period + d.updateTime()
	for l := range d.Levels {
		t += d.readTime(l, false) + d.convertTime(l)
		if l > 0 {
			t += d.readTime(l, true) + d.convertTime(l-1)
		}
	}
	return t
}

// readTime returns the length of the read of the arrays of a level.
func (d *Design) readTime(level int, back bool) circuit.Time {
	var t circuit.Time
	for i := range d.Arrays {
		if a := &d.Arrays[i]; a.Level == level {
			dac := &a.RowDAC
			if back {
				dac = &a.ColumnDAC
			}
			t = max(t, dac.FullScale().Ceil(d.Period))
		}
	}
	return t
}

// convertTime returns the length of a conversion of the banks of a level.
func (d *Design) convertTime(level int) circuit.Time {
	var t circuit.Time
	for i := range d.Banks {
		if d.Banks[i].Level == level {
			t = max(t, d.Banks[i].ADC.Time.Ceil(d.Period))
		}
	}
	return t
}

// updateTime returns the length of the update of all arrays.
func (d *Design) updateTime() circuit.Time {
	var t circuit.Time
	for i := range d.Arrays {
		p := &d.Arrays[i].Pulser
		t = max(t, (circuit.Time(p.Slots) * p.Period).Ceil(d.Period))
	}
	return t
}

// newNets makes the nets of d, the constant ones driven.
func newNets(d *Design) map[string]*Net {
	nets := map[string]*Net{}
	for _, n := range d.Nets {
		net := &Net{n.Name, make([]float32, n.Width), make([]float32, n.Width), 1}
		if n.Constant {
			for i := range net.Drive {
				net.Drive[i] = 1
			}
		}
		nets[n.Name] = net
	}
	return nets
}

func (s *System) port(p PortDesign) port { return port{s.Nets[p.Net], p.Low, p.High} }

func (s *System) newArray(d *ArrayDesign, transfer periphery.TransferSpec, seed uint64) (*Array, error) {
	t, err := tile.New(d.Name, d.Cell, d.Rows(), d.Cols(), seed)
	if err != nil {
		return nil, err
	}
	a := &Array{
		Tile: t, unit: float32(d.Unit), out: s.port(d.Out),
		rowDAC: d.RowDAC, columnDAC: d.ColumnDAC, pulser: periphery.NewPulser(d.Pulser),
		seed: seed, instance: circuit.Instance(d.Name),
		x: make([]float32, t.Rows()), d: make([]float32, t.Cols()),
		overlap: make([]float32, max(t.Rows(), t.Cols())), charge: make([]float32, max(t.Rows(), t.Cols())),
		trains: tile.Trains{
			Row: make([]uint32, t.Rows()), RowNeg: make([]uint32, t.Rows()),
			Up: make([]uint32, t.Cols()), Down: make([]uint32, t.Cols()),
		},
	}
	a.stepSize = float32(d.Cell.Step())
	a.programmer = periphery.NewProgrammer(transfer, periphery.Model{
		Gain: d.Cell.Gain, Step: d.Cell.Step(), Slot: d.Pulser.Period, Set: d.Cell.SetStep, Ramp: d.Cell.RampLevel,
		SingleTier: d.Cell.SingleTier,
	}, s.Engine.Period())
	a.single, a.weights = d.Cell.SingleTier, make([]float64, t.Rows())
	empty := s.newReport()
	a.newBlocks(&empty)
	for _, p := range d.In {
		a.in = append(a.in, s.port(p))
	}
	return a, nil
}

func (s *System) newBank(d *BankDesign, seed uint64) *Bank {
	b := &Bank{name: d.Name, integrator: d.Integrator, in: s.Nets[d.In], out: s.port(d.Out), seed: seed, instance: circuit.Instance(d.Name)}
	n := d.Out.High - d.Out.Low
	forward := periphery.NewConverter(d.Name+".adc", d.ADC, n, d.Integrator.Range, seed)
	var back *periphery.Converter
	if d.Output {
		b.target = make([]float32, n)
	} else {
		back = periphery.NewConverter(d.Name+".back", d.ADC, n, d.BackRange, seed)
	}
	b.neuron = periphery.NewNeuron(d.Name, d.Activation, d.Errors, forward, back)
	return b
}

// connect finds the column nets behind every bank.
func (s *System) connect(d *Design) {
	for i, b := range s.Banks {
		for j, a := range s.Arrays {
			for _, p := range d.Arrays[j].In {
				if p.Net == d.Banks[i].Out.Net {
					b.behind = append(b.behind, a.out.net)
				}
			}
		}
	}
}

// lay makes the schedule: level by level forward, then the error, level by
// level backward, then the update of all tiles at once.
func (s *System) lay(d *Design) {
	for l := range d.Levels {
		s.infer = append(s.infer, s.readPhase(d, l, false), s.convertPhase(d, l, false))
	}
	s.learn = append(s.learn, circuit.Entrance{
		Phase:      circuit.Phase{Name: "error", Length: d.Period},
		Components: []circuit.Component{outputError{idle{}, s.Output}},
	})
	for l := d.Levels - 1; l > 0; l-- {
		s.learn = append(s.learn, s.readPhase(d, l, true), s.convertPhase(d, l-1, true))
	}
	upd := circuit.Entrance{Phase: circuit.Phase{Name: "update", Length: d.updateTime()}}
	for _, a := range s.Arrays {
		upd.Components = append(upd.Components, update{a, &s.rate})
	}
	s.learn = append(s.learn, upd)
}

// readPhase is the forward or backward read of the arrays of a level, and the
// integration of what they deposit.
func (s *System) readPhase(d *Design, level int, back bool) circuit.Entrance {
	p := circuit.Entrance{Phase: circuit.Phase{Name: phaseName("forward", "backward", back, level), Length: d.readTime(level, back)}}
	var integrators []circuit.Component
	for i, b := range s.Banks {
		charge := b.in.Charge
		if back {
			charge = b.out.charge()
		}
		if d.Banks[i].Level == level && !back || d.Banks[i].Level == level-1 && back {
			p.Components = append(p.Components, discharge{charge})
			integrators = append(integrators, integrate{b, charge, make([]float32, len(charge))})
		}
	}
	for i, a := range s.Arrays {
		switch {
		case d.Arrays[i].Level != level:
		case back:
			p.Components = append(p.Components, backwardRead{a})
		default:
			p.Components = append(p.Components, forwardRead{a})
		}
	}
	p.Components = append(p.Components, integrators...)
	return p
}

// convertPhase is the conversion of what the banks of a level integrated.
func (s *System) convertPhase(d *Design, level int, back bool) circuit.Entrance {
	p := circuit.Entrance{Phase: circuit.Phase{Name: phaseName("convert", "convert-back", back, level), Length: d.convertTime(level)}}
	for i, b := range s.Banks {
		switch {
		case d.Banks[i].Level != level:
		case back:
			p.Components = append(p.Components, convertBack{idle{}, b})
		default:
			p.Components = append(p.Components, convert{idle{}, b})
		}
	}
	return p
}

func phaseName(forward, backward string, back bool, level int) string {
	if back {
		forward = backward
	}
	return fmt.Sprintf("%s%d", forward, level+1)
}
