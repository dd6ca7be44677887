package periphery

// A Kind is an operation of a transfer.
type Kind uint8

const (
	Precharge     Kind = iota // the capacitor back to V0
	ReadShortTerm             // of s (g - g_ref)
	ReadDevice                // of one phase-change device
	ReadWeight                // of the cell as a whole
	SetPulse                  // one SET pulse
	RampPulse                 // one ramp-down of the SET current
	ResetPulse                // one RESET pulse
	UpdatePulses              // pulses on the capacitor
)

// An Operation is one step of a transfer of one cell.
type Operation struct {
	Kind    Kind
	Device  int     // 0 is G+, 1 is G-
	Current float64 // nominal, of a SET or RESET pulse or a ramp's peak, A
	Pulses  int     // update pulses: up for a positive number
	Read    float64 // what a read gave, S
	Cycles  int64   // clock periods it took
}

// A Tally counts the operations of any number of transfers.
type Tally struct {
	Reads      int   `json:"reads"`      // of a weight or of a device
	Precharges int   `json:"precharges"` // of one cell
	Sets       int   `json:"sets"`
	SetsAt     []int `json:"sets_at"`    // Sets by current
	Ramps      int   `json:"ramps"`      // whole ramps
	RampsOf    []int `json:"ramps_of"`   // Ramps by step length
	Resets     int   `json:"resets"`     // of one device
	Pulses     int   `json:"pulses"`     // update pulses
	Cells      int   `json:"cells"`      // programmed
	Failed     int   `json:"failed"`     // long-term part not within tolerance at the end
	Stuck      int   `json:"stuck"`      // cells of which a device did not respond to pulses
	Overshoots int   `json:"overshoots"` // SET pulses that passed the target by more than the tolerance
}

// NewTally returns an empty tally for the lists of s.
func (s *TransferSpec) NewTally() Tally {
	return Tally{SetsAt: make([]int, len(s.Currents)), RampsOf: make([]int, len(s.RampLengths))}
}

// count adds one cell to t; SetsAt, RampsOf and Overshoots are kept elsewhere.
func (t *Tally) count(w *Written) {
	t.Reads += w.Reads
	t.Precharges += w.Precharges
	t.Sets += w.Sets
	t.Ramps += w.Ramps
	t.Resets += w.Resets
	t.Pulses += w.Pulses
	t.Cells++
	if w.Failed {
		t.Failed++
	}
	if w.Stuck {
		t.Stuck++
	}
}

// Add adds the counts of u to t.
func (t *Tally) Add(u *Tally) {
	t.Reads += u.Reads
	t.Precharges += u.Precharges
	t.Sets += u.Sets
	t.Ramps += u.Ramps
	t.Resets += u.Resets
	t.Pulses += u.Pulses
	t.Cells += u.Cells
	t.Failed += u.Failed
	t.Stuck += u.Stuck
	t.Overshoots += u.Overshoots
	for i, n := range u.SetsAt {
		t.SetsAt[i] += n
	}
	for i, n := range u.RampsOf {
		t.RampsOf[i] += n
	}
}

// Clear sets all counts to 0.
func (t *Tally) Clear() {
	at, of := t.SetsAt, t.RampsOf
	clear(at)
	clear(of)
	*t = Tally{SetsAt: at, RampsOf: of}
}
