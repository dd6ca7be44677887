package testbench

import (
	"fmt"

	"engram/circuit/vector"
	"engram/netlist"
	"engram/periphery"
)

// A Twin is the same network in float32 software: the yardstick of accuracy
// and of speed. It has the topology of a design and none of its physics, and
// learns by plain stochastic gradient descent, one example at a time.
type Twin struct {
	design *netlist.Design
	levels []twinLevel
	nets   []*twinNet
	input  *twinNet
	output *twinBank

	arrays []*twinArray // of the design
}

// A twinNet carries values forward and errors, the negative gradients of the
// loss, backward.
type twinNet struct{ value, err []float32 }

type twinLevel struct {
	arrays []*twinArray
	banks  []*twinBank
}

type twinArray struct {
	w          []float32 // by row, each from a whole vector of 8 on
	rows, cols int
	x, back    []float32 // values on the rows, and the errors that go back from them
	in, inErr  [][]float32
	z, zErr    []float32
}

type twinBank struct {
	activation periphery.Activation
	errors     periphery.ErrorKind
	z, zErr    []float32
	y, yErr    []float32
}

// NewTwin returns a twin of d with the initial weights w, one slice of Rows x
// Cols per array of d, which it copies.
func NewTwin(d *netlist.Design, w [][]float32) *Twin {
	t := &Twin{design: d, levels: make([]twinLevel, d.Levels)}
	nets := map[string]*twinNet{}
	for _, n := range d.Nets {
		net := &twinNet{make([]float32, n.Width), make([]float32, n.Width)}
		if n.Constant {
			for i := range net.value {
				net.value[i] = 1
			}
		}
		nets[n.Name] = net
		t.nets = append(t.nets, net)
	}
	t.input = nets[d.Input]
	for i := range d.Arrays {
		if len(w[i]) != d.Arrays[i].Rows()*d.Arrays[i].Cols() {
			panic(fmt.Sprintf("testbench: %d initial weights for %s", len(w[i]), d.Arrays[i].Name))
		}
		a := newTwinArray(&d.Arrays[i], nets)
		a.set(w[i])
		t.arrays = append(t.arrays, a)
		l := &t.levels[d.Arrays[i].Level]
		l.arrays = append(l.arrays, a)
	}
	for i := range d.Banks {
		b := &d.Banks[i]
		in, out := nets[b.In], nets[b.Out.Net]
		bank := &twinBank{b.Activation, b.Errors, in.value, in.err, out.value[b.Out.Low:b.Out.High], out.err[b.Out.Low:b.Out.High]}
		t.levels[b.Level].banks = append(t.levels[b.Level].banks, bank)
		if b.Output {
			t.output = bank
		}
	}
	return t
}

func newTwinArray(d *netlist.ArrayDesign, nets map[string]*twinNet) *twinArray {
	out := nets[d.Out.Net]
	a := &twinArray{
		rows: d.Rows(), cols: d.Cols(),
		x: make([]float32, d.Rows()), back: make([]float32, d.Rows()),
		z: out.value[d.Out.Low:d.Out.High], zErr: out.err[d.Out.Low:d.Out.High],
	}
	a.w = make([]float32, a.rows*a.pitch())
	for _, p := range d.In {
		n := nets[p.Net]
		a.in = append(a.in, n.value[p.Low:p.High])
		a.inErr = append(a.inErr, n.err[p.Low:p.High])
	}
	return a
}

// Infer returns the outputs for input x, valid until the next call.
func (t *Twin) Infer(x []float32) []float32 {
	copy(t.input.value, x)
	for _, l := range t.levels {
		for _, b := range l.banks {
			clear(b.z)
		}
		for _, a := range l.arrays {
			a.forward()
		}
		for _, b := range l.banks {
			b.forward()
		}
	}
	return t.output.y
}

// bytes returns the size of the weights in bytes.
func (t *Twin) bytes() int64 {
	var n int64
	for _, a := range t.arrays {
		n += 4 * int64(a.rows) * int64(a.cols)
	}
	return n
}

// weights returns a copy of the weights, one slice of Rows x Cols per array.
func (t *Twin) weights() [][]float32 {
	w := make([][]float32, len(t.arrays))
	for k, a := range t.arrays {
		w[k] = make([]float32, 0, a.rows*a.cols)
		for i := range a.rows {
			w[k] = append(w[k], a.row(i)...)
		}
	}
	return w
}

// check fails with the first weight that is no number.
func (t *Twin) check() error {
	for k, a := range t.arrays {
		for i := range a.rows {
			for j, v := range a.row(i) {
				if d := v - v; d != 0 { // NaN or Inf
					return fmt.Errorf("float twin of %s: weight r%d_c%d is %v", t.design.Arrays[k].Name, i, j, v)
				}
			}
		}
	}
	return nil
}

// reader returns a twin with the present weights, for reading beside others.
func (t *Twin) reader() *Twin { return NewTwin(t.design, t.weights()) }

// Train takes one step of gradient descent at the given rate.
func (t *Twin) Train(x, target []float32, rate float64) {
	t.Infer(x)
	for _, n := range t.nets {
		clear(n.err)
	}
	for k := len(t.levels) - 1; k >= 0; k-- {
		for _, b := range t.levels[k].banks {
			b.backward(b == t.output, target)
		}
		if k == 0 {
			break // nothing asks for the errors of the input
		}
		for _, a := range t.levels[k].arrays {
			a.backward()
		}
	}
	for _, l := range t.levels {
		for _, a := range l.arrays {
			a.update(float32(rate))
		}
	}
}

func (a *twinArray) pitch() int { return (a.cols + 7) &^ 7 }

func (a *twinArray) row(i int) []float32 {
	first := i * a.pitch()
	return a.w[first : first+a.cols]
}

// set takes over the weights w, Rows x Cols.
func (a *twinArray) set(w []float32) {
	for i := range a.rows {
		copy(a.row(i), w[i*a.cols:])
	}
}

func (a *twinArray) forward() {
	x := a.x
	for _, v := range a.in {
		x = x[copy(x, v):]
	}
	for i, xi := range a.x {
		if xi != 0 {
			vector.Axpy(xi, a.row(i), a.z)
		}
	}
}

func (a *twinArray) backward() {
	for i := range a.back {
		a.back[i] = vector.Dot(a.row(i), a.zErr)
	}
	back := a.back
	for _, e := range a.inErr {
		for i := range e {
			e[i] += back[i]
		}
		back = back[len(e):]
	}
}

func (a *twinArray) update(rate float32) {
	for i, xi := range a.x {
		if xi != 0 {
			vector.Axpy(rate*xi, a.zErr, a.row(i))
		}
	}
}

func (b *twinBank) forward() {
	if b.activation == periphery.Softmax {
		periphery.SoftmaxTo(b.y, b.z)
		return
	}
	copy(b.y, b.z)
	b.activation.Apply(b.y)
}

func (b *twinBank) backward(output bool, target []float32) {
	for i, y := range b.y {
		switch {
		case !output:
			b.zErr[i] = b.yErr[i] * b.activation.Derivative(y)
		case b.errors == periphery.Squared:
			b.zErr[i] = (target[i] - y) * b.activation.Derivative(y)
		default:
			b.zErr[i] = target[i] - y
		}
	}
}
