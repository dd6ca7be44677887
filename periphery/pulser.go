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
	PulserEnergy
}

// A Pulser makes the pulse trains of a tile's lines. Bit k of a train is slot
// k. It holds no state between updates.
type Pulser struct {
	spec   PulserSpec
	spread [MaxSlots + 1]uint32 // trains of n pulses, evenly spread
}

// MaxSlots is the largest number of slots of an update.
const MaxSlots = 32

// NewPulser returns the pulser of s.
func NewPulser(s PulserSpec) *Pulser {
	p := &Pulser{spec: s}
	for n := range s.Slots + 1 {
		p.spread[n] = spread(n, s.Slots)
	}
	return p
}

// Slots returns the number of slots of an update.
func (p *Pulser) Slots() int { return p.spec.Slots }

// Period returns the time of one slot.
func (p *Pulser) Period() circuit.Time { return p.spec.Period }

// Rows writes the trains of rows with inputs x, fractions of full scale: those
// of positive inputs to pos, those of negative ones to neg. It returns how many
// pulses they have, and whether any is in neg.
func (p *Pulser) Rows(pos, neg []uint32, x []float32, rng *circuit.Stream) (pulses int, negative bool) {
	return p.trains(pos, neg, x, p.spec.RowScheme, rng)
}

// Columns writes the trains of columns that shall fire in a fraction |d| of
// the slots: to up where d is positive, to down where it is negative. Beyond 1
// a column fires in every slot. It returns how many pulses they have.
func (p *Pulser) Columns(up, down []uint32, d []float32, rng *circuit.Stream) (pulses int) {
	pulses, _ = p.trains(up, down, d, p.spec.Scheme, rng)
	return pulses
}

func (p *Pulser) trains(pos, neg []uint32, v []float32, scheme Scheme, rng *circuit.Stream) (pulses int, negative bool) {
	pos, neg = pos[:len(v)], neg[:len(v)]
	var anyNeg uint32
	if scheme == Deterministic {
		slots := float32(p.spec.Slots)
		for i, f := range v {
			n := int(round(magnitude(f) * slots))
			pulses += n
			pos[i], neg[i] = line(p.spread[n], f)
			anyNeg |= neg[i]
		}
		return pulses, anyNeg != 0
	}
	draw := (*Pulser).dither
	if scheme == Stochastic {
		draw = (*Pulser).bernoulli
	}
	for i, f := range v {
		var word uint32
		if f != 0 {
			word = draw(p, magnitude(f), rng)
		}
		pulses += bits.OnesCount32(word)
		pos[i], neg[i] = line(word, f)
		anyNeg |= neg[i]
	}
	return pulses, anyNeg != 0
}

// line gives word to one of two lines, by the sign of f. Signs are random: it is
// a choice without a branch.
func line(word uint32, f float32) (pos, neg uint32) {
	down := uint32(int32(math.Float32bits(f)) >> 31)
	return word &^ down, word & down
}

// magnitude returns |f|, and 1 beyond. A NaN counts as 0.
func magnitude(f float32) float32 {
	a := math.Float32frombits(math.Float32bits(f) &^ (1 << 31))
	if a <= 1 {
		return a
	}
	if a > 1 {
		return 1
	}
	return 0
}

// dither rounds f slots up with the probability of what they are more than a
// whole number, and begins at any of them. Whether that comes to no pulse cannot
// be predicted, and is not asked.
func (p *Pulser) dither(f float32, rng *circuit.Stream) uint32 {
	u := rng.Uint64()
	count := int(float32(f*float32(p.spec.Slots)) + float32(float32(u>>40)*0x1p-24))
	phase, _ := bits.Mul64(u<<24, uint64(p.spec.Slots))
	return p.rotate(p.spread[min(count, p.spec.Slots)], int(phase))
}

// bernoulli fires every slot with probability f, on a grid of 2^-16.
func (p *Pulser) bernoulli(f float32, rng *circuit.Stream) uint32 {
	threshold := uint64(f * 0x1p16)
	var word uint32
	var u uint64
	for k := range p.spec.Slots {
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

// rotate moves every pulse by k slots, around the end.
func (p *Pulser) rotate(word uint32, k int) uint32 {
	w := uint64(word) << k
	all := uint64(1)<<p.spec.Slots - 1
	return uint32(w&all | w>>p.spec.Slots)
}

// spread places n pulses evenly in the slots: slot k fires where the running
// sum of n/slots passes a whole number.
func spread(n, slots int) uint32 {
	var word uint32
	sum := slots / 2
	for k := range slots {
		if sum += n; sum >= slots {
			sum -= slots
			word |= 1 << k
		}
	}
	return word
}
