package tile

// Wear is what a phase-change device has been through since fabrication.
type Wear struct {
	Pulses uint32 // SET pulses and ramps
	Resets uint32
}

// An Endurance sums up the wear of the phase-change devices of a tile.
type Endurance struct {
	Devices                int
	MeanPulses, MeanResets float64
	MaxPulses, MaxResets   uint32
}

// Endurance returns the wear of all devices so far. Forming, the RESET of
// fabrication, is not counted.
func (t *Tile) Endurance() Endurance {
	e := Endurance{Devices: len(t.wear)}
	for _, w := range t.wear {
		e.MeanPulses += float64(w.Pulses)
		e.MeanResets += float64(w.Resets)
		e.MaxPulses = max(e.MaxPulses, w.Pulses)
		e.MaxResets = max(e.MaxResets, w.Resets)
	}
	e.MeanPulses /= float64(e.Devices)
	e.MeanResets /= float64(e.Devices)
	return e
}
