package periphery

import (
	"math"
	"math/bits"

	"engram/circuit"
)

// Scheme is how a pulser places the pulses of a line in the slots of an update.
type Scheme string

const (
	// Stochastic fires in every slot with the line's probability,
	// independently (Gokmen and Vlasov 2016).
	Stochastic Scheme = "stochastic"
	// Dithered fires a whole number of pulses, the fraction rounded at
	// random, evenly spread from a random slot on. Expected coincidences are
	// those of Stochastic, with less scatter.
	Dithered Scheme = "dithered"
	// Deterministic rounds to the nearest whole number of pulses, evenly
	// spread: a line below half a pulse never fires.
	Deterministic Scheme = "deterministic"
)

// PulserSpec describes the drivers of the update pulses of a tile.
type PulserSpec struct {
	// Slots is the number of pulse opportunities of one update. 31: the
	// default train length of aihwkit.
	Slots int `key:"slots" unit:"" range:"[1,32]" default:"31"`
	// Period is the time of one slot: a pulse and the gap behind it (assumed).
	Period circuit.Time `key:"period" unit:"s" range:"[1e-12,1e-3]" default:"2 ns"`
	// Scheme of the columns, which carry the error.
	Scheme Scheme `key:"scheme" oneof:"stochastic|dithered|deterministic" default:"dithered"`
	// RowScheme of the rows, which carry the input.
	RowScheme Scheme `key:"row-scheme" oneof:"stochastic|dithered|deterministic" default:"deterministic"`
}

// Train returns the pulse train of a line that shall fire in a fraction p of
// the slots, 0 <= p <= 1; bit k is slot k.
func (s *PulserSpec) Train(p float32, scheme Scheme, rng *circuit.Stream) uint32 {
	if p <= 0 {
		return 0
	}
	n := p * float32(s.Slots)
	switch scheme {
	case Stochastic:
		return s.bernoulli(p, rng)
	case Dithered:
		u := rng.Uint64()
		count := int(n + float32(u>>40)*0x1p-24)
		if count == 0 {
			return 0
		}
		phase, _ := bits.Mul64(u<<24, uint64(s.Slots))
		return s.rotate(s.spread(count), int(phase))
	default:
		return s.spread(int(math.RoundToEven(float64(n))))
	}
}

// bernoulli fires every slot with probability p, on a grid of 2^-16.
func (s *PulserSpec) bernoulli(p float32, rng *circuit.Stream) uint32 {
	threshold := uint64(min(p, 1) * 0x1p16)
	var word uint32
	var u uint64
	for k := range s.Slots {
		if k%4 == 0 {
			u = rng.Uint64()
		}
		if u&0xffff < threshold {
			word |= 1 << k
		}
		u >>= 16
	}
	return word
}

// spread places n pulses evenly in the slots: slot k fires where the running
// sum of n/slots passes a whole number.
func (s *PulserSpec) spread(n int) uint32 {
	n = min(n, s.Slots)
	var word uint32
	sum := s.Slots / 2
	for k := range s.Slots {
		if sum += n; sum >= s.Slots {
			sum -= s.Slots
			word |= 1 << k
		}
	}
	return word
}

// rotate moves every pulse by k slots, around the end.
func (s *PulserSpec) rotate(word uint32, k int) uint32 {
	w := uint64(word) << k
	all := uint64(1)<<s.Slots - 1
	return uint32(w&all | w>>s.Slots)
}
