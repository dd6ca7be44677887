package netlist

import (
	"engram/circuit"
	"engram/device"
	"engram/periphery"
)

// A Netlist is a netlist file as it is written, with defaults filled in. Its
// struct tags are the language: key in the file, unit, range, default.
type Netlist struct {
	Title    string                 `key:"title" default:""`
	Clock    ClockSpec              `key:"clock"`
	Transfer periphery.TransferSpec `key:"transfer"`
	Input    InputSpec              `key:"input"`

	Capacitors  map[string]device.CapacitorSpec     `key:"capacitor"`
	FETs        map[string]device.FETSpec           `key:"fet"`
	PCMs        map[string]PCMSpec                  `key:"pcm"`
	Cells       map[string]CellSpec                 `key:"cell"`
	DACs        map[string]periphery.DACSpec        `key:"dac"`
	ADCs        map[string]periphery.ADCSpec        `key:"adc"`
	Integrators map[string]periphery.IntegratorSpec `key:"integrator"`
	Pulsers     map[string]periphery.PulserSpec     `key:"pulser"`

	Tiles   []TileSpec   `key:"tile"`
	Neurons []NeuronSpec `key:"neuron"`
	Layers  []LayerSpec  `key:"layer"`
}

// ClockSpec is the clock of the whole circuit.
type ClockSpec struct {
	// Period of the clock. 1 ns (assumed; NeuroSim's cells run at 2 GHz in 32 nm).
	Period circuit.Time `key:"period" unit:"s" range:"[1e-12,1e-3]" default:"1 ns"`
}

// InputSpec is the net that the stimulus drives.
type InputSpec struct {
	Name  string `key:"name" default:"pixels"`
	Width int    `key:"width" unit:"" range:"[1,1e9]"`
}

// PCMSpec is a phase-change device: how it takes pulses, and how it ages after
// the last one.
type PCMSpec struct {
	device.PCMSpec
	device.DriftSpec
}

// CellKind is the type of a unit cell.
type CellKind string

const (
	TwoTier    CellKind = "2pcm+3t1c" // a capacitor in front of two phase-change devices
	SingleTier CellKind = "2pcm"      // two phase-change devices that are trained directly
)

// CellSpec is a unit cell: devices by name, and how they are driven. A cell of
// kind 2pcm has no use for its transistors and capacitor; they may stay.
type CellSpec struct {
	Kind CellKind `key:"kind" oneof:"2pcm+3t1c|2pcm" default:"2pcm+3t1c"`
	// SetCurrent and SetWidth are those of an update pulse on a cell of kind
	// 2pcm. 90 uA, 50 ns: the pulses of Nandakumar et al., J. Appl. Phys. 124,
	// 152135 (2018).
	SetCurrent float64      `key:"set-current" unit:"A" range:"(0,1e-2]" default:"90 uA"`
	SetWidth   circuit.Time `key:"set-width" unit:"s" range:"[1e-12,1e-3]" default:"50 ns"`

	Storage  string `key:"storage"`   // the capacitor
	PullUp   string `key:"pull-up"`   // the p-type update transistor
	PullDown string `key:"pull-down"` // the n-type update transistor
	Read     string `key:"read"`      // the read transistor
	PCM      string `key:"pcm"`       // both phase-change devices
	// Gain is F, the factor of the long-term pair. 3 is remembered for the
	// article; the related literature has 1 to 4 (assumed).
	Gain float64 `key:"gain" unit:"" range:"(0,100]" default:"3"`
	// V0 is the voltage of a re-initialised capacitor (article, Extended Data Fig. 9).
	V0 float64 `key:"v0" unit:"V" range:"[0,5]" default:"0.5 V"`
	// VDD is the supply. 1.0 V: the reference cell.
	VDD float64 `key:"vdd" unit:"V" range:"(0,5]" default:"1 V" source:"the reference cell"`
	// UpGate and DownGate are the gate voltages of the update transistors
	// during a pulse; they set the step (reference cell).
	UpGate   float64 `key:"up-gate" unit:"V" range:"[0,5]" default:"0.5665 V"`
	DownGate float64 `key:"down-gate" unit:"V" range:"[0,5]" default:"0.4265 V"`
	// Pulse is the width of an update pulse (reference cell).
	Pulse circuit.Time `key:"pulse" unit:"s" range:"[1e-12,1e-6]" default:"1 ns"`
	// Edge is the rise and fall time of a pulse (assumed).
	Edge circuit.Time `key:"edge" unit:"s" range:"[1e-12,1e-6]" default:"20 ps"`
	// ReadVoltage across a read transistor and a phase-change device. 50 mV:
	// the range over which the reference data were taken ends at 100 mV.
	ReadVoltage float64 `key:"read-voltage" unit:"V" range:"(0,1]" default:"50 mV" source:"assumed: half the range of the reference data"`
	// Variation scales the Pelgrom mismatch of all three transistors: 1 for
	// what their size gives, 0 to make all cells equal.
	Variation float64 `key:"variation" unit:"" range:"[0,100]" default:"1"`
	CellEnergy
}

// DriveSpec names the circuits on the edges of a tile.
type DriveSpec struct {
	Cell string `key:"cell" default:"synapse"`
	// WeightUnit is the weight in S that stands for 1: the gain of the
	// column and row amplifiers.
	WeightUnit float64 `key:"weight-unit" unit:"S" range:"(0,1]" default:"40 uS"`
	RowDAC     string  `key:"row-dac" default:"dac"`
	ColumnDAC  string  `key:"column-dac" default:"dac"`
	Pulser     string  `key:"pulser" default:"pulser"`
	RouteEnergy
}

// TileSpec is one crossbar.
type TileSpec struct {
	Name string `key:"name"`
	// In is the bundle on the rows, such as "pixels[0:528], one"; "one" is a
	// net of width 1 that is always driven at full scale.
	In string `key:"in"`
	// Out is the net, or a slice of it, that the columns drive. Tiles that
	// drive the same slice add up.
	Out string `key:"out"`
	DriveSpec
}

// SenseSpec names the circuits of a bank of neurons.
type SenseSpec struct {
	Integrator string `key:"integrator" default:"integrator"`
	ADC        string `key:"adc" default:"adc"`
	// Error is how an output bank forms its error from target t and output
	// y: "difference" is t - y, the gradient of the cross-entropy under
	// logistic and softmax outputs; "squared" is (t - y) f'.
	Error periphery.ErrorKind `key:"error" oneof:"difference|squared" default:"difference"`
	// BackRange is the full scale of the conversion of back-propagated
	// charge: 1 is one full-scale error through a weight of 1 (assumed).
	BackRange float64 `key:"back-range" unit:"" range:"(0,1e6]" default:"4"`
	LogicEnergy
}

// NeuronSpec is a bank of neurons.
type NeuronSpec struct {
	Name string               `key:"name"`
	Kind periphery.Activation `key:"kind" oneof:"logistic|tanh|clipped|softmax"`
	In   string               `key:"in"`  // a whole net that tiles drive
	Out  string               `key:"out"` // a net or a slice of one
	SenseSpec
}

// LayerSpec is shorthand for a fully connected layer: tiles of at most MaxRows
// x MaxCols, and a bank of neurons on net NAME. The net in between is NAME.z.
type LayerSpec struct {
	Name       string               `key:"name"`
	In         string               `key:"in"`
	Width      int                  `key:"width" unit:"" range:"[1,1e9]"`
	Activation periphery.Activation `key:"activation" oneof:"logistic|tanh|clipped|softmax"`
	// Bias appends the net "one" to the rows.
	Bias bool `key:"bias" default:"true"`
	// MaxRows and MaxCols bound one tile. 512 x 512 (assumed; the arrays of
	// Narayanan et al., IEEE TED 68, 6629 (2021)). A larger layer is split;
	// its tiles then share nets and, in time, phases.
	MaxRows int `key:"max-rows" unit:"" range:"[1,1e9]" default:"1024"`
	MaxCols int `key:"max-cols" unit:"" range:"[1,1e9]" default:"1024"`
	DriveSpec
	SenseSpec
}
