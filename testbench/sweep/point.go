package sweep

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strings"

	"engram/circuit"
)

// A Setting gives one parameter the value it has at a point.
type Setting struct {
	Path, Value string
}

// A Point is one computation of a sweep.
type Point struct {
	Number   int       // position in the plan, from 0
	ID       ID        // hash of the base inputs, Settings and Repeat
	Seed     uint64    // keyed by the plan's seed and ID
	Repeat   int       // 0 <= Repeat < Plan.Repeat
	Settings []Setting // in the plan's order
}

// Point returns point number n. It panics unless 0 <= n < p.Points.
func (p *Plan) Point(n int) Point {
	if n < 0 || n >= p.Points {
		panic(fmt.Sprintf("sweep: point %d of %d", n, p.Points))
	}
	pt := Point{Number: n, Repeat: n % p.Repeat, Settings: make([]Setting, len(p.Parameters))}
	rest := n / p.Repeat
	for i := len(p.Parameters) - 1; i >= 0; i-- {
		q := p.Parameters[i]
		pt.Settings[i] = Setting{q.Path, q.Values[rest%len(q.Values)]}
		rest /= len(q.Values)
	}
	pt.ID = pointID(p.Inputs, pt.Settings, pt.Repeat)
	pt.Seed = pointSeed(p.Seed, pt.ID)
	return pt
}

// pointID hashes what a point computes from: a constant text, the hash of the
// inputs, the repeat index, and path and value of each setting, sorted by path;
// the order of the parameters in the plan is no part of it. Numbers are 64 bit
// little-endian, and each text follows its length in bytes.
func pointID(inputs ID, settings []Setting, repeat int) ID {
	sorted := slices.SortedFunc(slices.Values(settings), func(a, b Setting) int {
		return strings.Compare(a.Path, b.Path)
	})
	d := newDigest("engram sweep point")
	d.text(string(inputs[:]))
	d.number(uint64(repeat))
	for _, s := range sorted {
		d.text(s.Path)
		d.text(s.Value)
	}
	return d.sum()
}

// pointSeed draws the seed of a point from its keyed stream.
func pointSeed(seed uint64, id ID) uint64 {
	instance := binary.LittleEndian.Uint64(id[0:8])
	index := binary.LittleEndian.Uint64(id[8:16])
	return circuit.NewStream(seed, circuit.SweepPoint, instance, index).Uint64()
}
