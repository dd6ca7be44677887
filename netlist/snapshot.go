package netlist

import (
	"engram/circuit"
	"engram/circuit/vector"
)

// A Snapshot is a system's weights at one instant, for reading many examples
// without simulated time passing. It is immutable; its Readers work side by
// side.
type Snapshot struct {
	sys     *System
	design  *Design
	weights [][]float32 // per array, Rows x Cols, in units of one
	seed    uint64
}

// Snapshot takes the forward weights of s as they are now.
func (s *System) Snapshot() *Snapshot {
	snap := &Snapshot{sys: s, design: s.design, seed: s.seed}
	for _, a := range s.Arrays {
		w := make([]float32, a.Rows()*a.Cols())
		a.Weights(s.Engine.Now(), w)
		for i := range w {
			w[i] /= a.unit
		}
		snap.weights = append(snap.weights, w)
	}
	return snap
}

// Weights returns the weights of array k, Rows x Cols, in units of one. They
// must not be changed.
func (s *Snapshot) Weights(k int) []float32 { return s.weights[k] }

// WithWeights returns a snapshot of the same periphery around other weights.
func (s *Snapshot) WithWeights(w [][]float32) *Snapshot {
	c := *s
	c.weights = w
	return &c
}

// A Reader reads examples through a Snapshot, with the DACs, integrators and
// converters of its system. It is not safe for concurrent use.
type Reader struct {
	snap *Snapshot
	nets map[string]*Net
	ins  []bundle // per array
	x    []float32
	rng  circuit.Stream
}

// NewReader returns a reader of s.
func (s *Snapshot) NewReader() *Reader {
	r := &Reader{snap: s, nets: newNets(s.design)}
	for i := range s.design.Arrays {
		var in bundle
		for _, p := range s.design.Arrays[i].In {
			in = append(in, port{r.nets[p.Net], p.Low, p.High})
		}
		r.ins = append(r.ins, in)
		r.x = make([]float32, max(len(r.x), s.design.Arrays[i].Rows()))
	}
	return r
}

// Infer returns the outputs for the input x, valid until the next call. The
// example's number keys the integrators' noise.
func (r *Reader) Infer(x []float32, example uint64) ([]float32, error) {
	d := r.snap.design
	copy(r.nets[d.Input].Drive, x)
	for l := range d.Levels {
		for i := range d.Banks {
			if d.Banks[i].Level == l {
				clear(r.nets[d.Banks[i].In].Charge)
			}
		}
		for i := range d.Arrays {
			if d.Arrays[i].Level == l {
				r.read(i)
			}
		}
		for i, b := range r.snap.sys.Banks {
			if d.Banks[i].Level != l {
				continue
			}
			charge := r.nets[d.Banks[i].In].Charge
			b.integrator.Saturate(charge)
			r.rng.Reset(r.snap.seed, circuit.ReadNoise, ^b.instance, example)
			b.integrator.AddNoise(charge, &r.rng)
			out := d.Banks[i].Out
			if err := b.neuron.Forward(r.nets[out.Net].Drive[out.Low:out.High], charge); err != nil {
				return nil, err
			}
		}
	}
	out := r.snap.sys.Output.out
	return r.nets[out.net.Name].Drive[out.lo:out.hi], nil
}

// read lets array i integrate.
func (r *Reader) read(i int) {
	a := r.snap.sys.Arrays[i]
	x := r.x[:a.Rows()]
	r.ins[i].gather(x)
	a.rowDAC.Convert(x, x)
	out := r.snap.design.Arrays[i].Out
	q := r.nets[out.Net].Charge[out.Low:out.High]
	w, n := r.snap.weights[i], len(q)
	for k, xk := range x {
		if xk != 0 {
			vector.Axpy(xk, w[k*n:(k+1)*n], q)
		}
	}
}
