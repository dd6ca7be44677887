package periphery

import "engram/circuit"

// TransferMode is when transfers happen.
type TransferMode string

const (
	Blocking    TransferMode = "blocking"    // training stops and all columns are transferred, one after the other
	Interleaved TransferMode = "interleaved" // a column at a time between examples
)

// ProgrammingScheme is how a phase-change device is programmed.
type ProgrammingScheme string

const (
	Pulses ProgrammingScheme = "pulses" // trains of equal SET pulses, each verified; a RESET when a device is full
	Ramp   ProgrammingScheme = "ramp"   // a RESET, then one SET ramp-down whose length sets the conductance
)

// TransferSpec describes how short-term weights are moved into phase-change
// memory.
type TransferSpec struct {
	// Interval between transfers in examples; 0 for never. 8,000: the
	// article (Ambrogio et al., Nature 558, 60 (2018), Extended Data Fig. 2).
	Interval int `key:"interval" unit:"" range:"[0,1e9]" default:"8000"`
	// Mode is when a column is transferred.
	Mode TransferMode `key:"mode" oneof:"blocking|interleaved" default:"blocking"`
	// PolarityInversion flips the sign of the short-term weight at every
	// transfer (article).
	PolarityInversion bool `key:"polarity-inversion" default:"true"`
	// Residual puts what the phase-change devices miss on the capacitor (article).
	Residual bool `key:"residual" default:"true"`
	// ClosedLoop reads after every pulse; without it the number of pulses
	// comes from the nominal device alone.
	ClosedLoop bool `key:"closed-loop" default:"true"`
	// Offset is what the long-term pair is programmed below the weight, so
	// that the capacitor mostly has to be raised. The article uses 2 uS,
	// where g can rise further than fall; at mid-window it is not needed.
	Offset float64 `key:"offset" unit:"S" range:"[0,1e-3]" default:"0 S"`
	// Scheme is how a phase-change device is brought to a conductance.
	Scheme ProgrammingScheme `key:"scheme" oneof:"pulses|ramp" default:"pulses"`
	// Tolerance of the weight within which read-verify is content, twice
	// the LSB of the read (assumed).
	Tolerance float64 `key:"tolerance" unit:"S" range:"(0,1e-3]" default:"1.5 uS"`
	// Overshoot is the excess of the weight over the tolerance beyond which
	// the device that was pulsed too far is RESET; a smaller one is countered
	// by a SET of the other device (assumed).
	Overshoot float64 `key:"overshoot" unit:"S" range:"[0,1]" default:"10 uS"`
	// Attempts is the largest number of SET pulses, ramps and RESET pulses
	// on a cell (assumed).
	Attempts int `key:"attempts" unit:"" range:"[1,10000]" default:"40"`
	// Currents are the SET currents to choose from, rising (assumed; the
	// range over which a pulse of 50 ns crystallises in part).
	Currents []float64 `key:"set-currents" unit:"A" range:"(0,1e-2]" default:"70 uA, 80 uA, 90 uA, 100 uA, 110 uA"`
	// Width of a SET pulse. 50 ns: Boybat et al., Nat. Commun. 9, 2514 (2018).
	Width circuit.Time `key:"set-width" unit:"s" range:"[1e-12,1e-3]" default:"50 ns"`
	// CurrentSpread is the relative standard deviation of the current from
	// one SET pulse or ramp to the next. 0: what the published statistics of
	// single pulses contain is in the device model already.
	CurrentSpread float64 `key:"current-spread" unit:"" range:"[0,1]" default:"0"`
	// RampPeak is the current from which a ramp falls in RampSteps steps; it
	// melts (assumed). 8 steps: the article, Extended Data Fig. 7.
	RampPeak  float64 `key:"ramp-current" unit:"A" range:"(0,1e-1]" default:"200 uA"`
	RampSteps int     `key:"ramp-steps" unit:"" range:"[1,1000]" default:"8"`
	// RampLengths are the lengths of a step to choose from, rising. 1.7 ns to
	// 550 ns: the article, Extended Data Fig. 7; what lies between is assumed.
	RampLengths []circuit.Time `key:"ramp-step-lengths" unit:"s" range:"[1e-12,1e-3]" default:"1.7 ns, 5 ns, 10 ns, 15 ns, 20 ns, 27 ns, 35 ns, 45 ns, 60 ns, 80 ns, 105 ns, 140 ns, 190 ns, 260 ns, 380 ns, 550 ns"`
	// ResetCurrent and ResetWidth of a RESET pulse (assumed).
	ResetCurrent float64      `key:"reset-current" unit:"A" range:"(0,1e-1]" default:"300 uA" source:"assumed"`
	ResetWidth   circuit.Time `key:"reset-width" unit:"s" range:"[1e-12,1e-3]" default:"50 ns"`
	// Full is the conductance of one device beyond which the pair is RESET
	// and written anew. Control is good up to 20 uS (article, Extended Data Fig. 7).
	Full float64 `key:"full" unit:"S" range:"(0,1e-2]" default:"20 uS"`
	// ReadBits and ReadRange describe the read of a weight: 2^bits levels
	// over either sign of the range (assumed: F times 25 uS).
	ReadBits  int     `key:"read-bits" unit:"" range:"[1,16]" default:"9"`
	ReadRange float64 `key:"read-range" unit:"S" range:"(0,1]" default:"75 uS"`
	// StuckAfter is the number of SET pulses of the largest current without
	// any change of the read after which a device counts as stuck (assumed).
	StuckAfter int `key:"stuck-after" unit:"" range:"[1,10000]" default:"8"`
	// ReadTime of one read of all rows of a column (assumed: one
	// integration and one conversion).
	ReadTime circuit.Time `key:"read-time" unit:"s" range:"[1e-12,1e-3]" default:"34 ns"`
	// PrechargeTime of the capacitors of a column (assumed).
	PrechargeTime circuit.Time `key:"precharge-time" unit:"s" range:"[1e-12,1e-3]" default:"10 ns"`
	// Rounds is how often the residual is read and corrected (assumed).
	Rounds int `key:"residual-rounds" unit:"" range:"[1,100]" default:"3"`
	// ResidualPulses is the largest number of update pulses of one round:
	// half a window (assumed).
	ResidualPulses int `key:"residual-pulses" unit:"" range:"[0,100000]" default:"800"`
	FinalSpec
	TransferEnergy
}
