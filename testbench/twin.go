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

	weights [][]float32 // per array of the design, Rows x Cols
}

// A twinNet carries values forward and errors, the negative gradients of the
// loss, backward.
type twinNet struct{ value, err []float32 }

type twinLevel struct {
	arrays []*twinArray
	banks  []*twinBank
}

type twinArray struct {
	w          []float32 // Rows x Cols
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
	t := &Twin{design: d, levels: make([]twinLevel, d.Levels), weights: make([][]float32, len(w))}
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
		l := &t.levels[d.Arrays[i].Level]
		t.weights[i] = append([]float32(nil), w[i]...)
		l.arrays = append(l.arrays, newTwinArray(&d.Arrays[i], nets, t.weights[i]))
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

func newTwinArray(d *netlist.ArrayDesign, nets map[string]*twinNet, w []float32) *twinArray {
	out := nets[d.Out.Net]
	a := &twinArray{
		w: w, rows: d.Rows(), cols: d.Cols(),
		x: make([]float32, d.Rows()), back: make([]float32, d.Rows()),
		z: out.value[d.Out.Low:d.Out.High], zErr: out.err[d.Out.Low:d.Out.High],
	}
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
	for _, w := range t.weights {
		n += 4 * int64(len(w))
	}
	return n
}

// check fails with the first weight that is no number.
func (t *Twin) check() error {
	for k, w := range t.weights {
		for i, v := range w {
			if d := v - v; d != 0 { // NaN or Inf
				a := &t.design.Arrays[k]
				return fmt.Errorf("float twin of %s: weight r%d_c%d is %v", a.Name, i/a.Cols(), i%a.Cols(), v)
			}
		}
	}
	return nil
}

// reader returns a twin with the present weights, for reading beside others.
func (t *Twin) reader() *Twin { return NewTwin(t.design, t.weights) }

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

func (a *twinArray) row(i int) []float32 { return a.w[i*a.cols : (i+1)*a.cols] }

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
