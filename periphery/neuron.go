package periphery

import (
	"fmt"
	"math"

	"engram/circuit"
	"engram/circuit/vector"
)

// Activation is the function that a neuron's converter applies to the charge.
type Activation string

const (
	Logistic Activation = "logistic" // 1/(1+exp(-z)), 0 to 1
	Tanh     Activation = "tanh"     // -1 to 1
	Clipped  Activation = "clipped"  // min(max(z, 0), 1)
	Softmax  Activation = "softmax"  // exp(z[i])/sum exp(z), after a linear conversion; outputs only
)

// ErrorKind is how an output neuron forms its error from target t and output y.
type ErrorKind string

const (
	Difference ErrorKind = "difference" // t - y: the gradient of the cross-entropy for logistic and softmax
	Squared    ErrorKind = "squared"    // (t - y) f'(z)
)

// low and high are the ends of an activation's range.
func (a Activation) low() float32 {
	if a == Tanh {
		return -1
	}
	return 0
}

// Apply replaces every z by the activation there; not for Softmax, which has no
// scalar form.
func (a Activation) Apply(z []float32) {
	switch a {
	case Logistic:
		vector.Logistic(z)
	case Tanh:
		for i, v := range z {
			z[i] = tanh(v)
		}
	case Clipped:
		for i, v := range z {
			z[i] = clamp(v, 0, 1)
		}
	default:
		panic(fmt.Sprintf("periphery: activation %q has no scalar form", a))
	}
}

func tanh(z float32) float32 {
	e := circuit.Expm1(-2 * math.Abs(float64(z)))
	return float32(math.Copysign(e/(e+2), float64(z)))
}

// Derivative is f'(z) as a function of the output y = f(z), which is what a
// neuron's digital side knows; not for Softmax.
func (a Activation) Derivative(y float32) float32 {
	switch a {
	case Logistic:
		return y * (1 - y)
	case Tanh:
		return 1 - y*y
	case Clipped:
		if y > 0 && y < 1 {
			return 1
		}
		return 0
	}
	panic(fmt.Sprintf("periphery: activation %q has no scalar derivative", a))
}

// differentiate multiplies every d by the derivative at the output y.
func (a Activation) differentiate(d, y []float32) {
	if a == Logistic {
		for i, v := range y[:len(d)] {
			d[i] *= v * (1 - v)
		}
		return
	}
	for i, v := range y[:len(d)] {
		d[i] *= a.Derivative(v)
	}
}

// A Neuron is a bank of neurons: the converters of the integrated charge with
// the activation, the converters of the back-propagated charge, and the
// digital logic that forms errors. All slices have one element per neuron.
type Neuron struct {
	path, backPath string
	activation     Activation
	errors         ErrorKind
	convert        *Converter
	back           *Converter
}

// NewNeuron returns a bank. back may be nil where no error comes from
// downstream.
func NewNeuron(path string, a Activation, e ErrorKind, convert, back *Converter) *Neuron {
	return &Neuron{path, path + ".back", a, e, convert, back}
}

// Forward converts charge to outputs y.
func (n *Neuron) Forward(y, charge []float32) error {
	if err := n.convert.inputs(n.path, y, charge); err != nil {
		return err
	}
	if n.activation == Softmax {
		n.convert.linear(y)
		SoftmaxTo(y, y)
	} else {
		n.activation.Apply(y)
	}
	n.convert.quantise(y, n.activation.low())
	return checkFinite(n.path, "output", y)
}

// SoftmaxTo writes exp(z[i])/sum exp(z) to y, which may be z.
func SoftmaxTo(y, z []float32) {
	top := z[0]
	for _, v := range z {
		top = max(top, v)
	}
	var sum float64
	for i, v := range z {
		e := math.Exp(float64(v - top))
		y[i] = float32(e)
		sum += e
	}
	for i := range y {
		y[i] = float32(float64(y[i]) / sum)
	}
}

// OutputError writes the error of outputs y against targets t to d.
func (n *Neuron) OutputError(d, t, y []float32) {
	for i := range d {
		d[i] = t[i] - y[i]
		if n.errors == Squared {
			d[i] *= n.activation.Derivative(y[i])
		}
	}
	if n.activation == Softmax {
		balance(d, t)
	}
}

// balance makes the errors d of a softmax sum to zero again, as they do before
// its outputs are rounded, at the cost of the largest target's. A softmax does
// not see the common mode of its inputs, so nothing else would stop the weights
// from growing together until the integrators saturate.
func balance(d, t []float32) {
	top := 0
	var sum float32
	for i, e := range d {
		sum += e
		if t[i] > t[top] {
			top = i
		}
	}
	d[top] -= sum
}

// Backward converts the charge that came back through the rows downstream,
// multiplies it by scale, the error that a full-scale pulse stood for, and by
// the derivative at the outputs y, and writes the errors to d.
func (n *Neuron) Backward(d, charge, y []float32, scale float32) error {
	if err := n.back.inputs(n.backPath, d, charge); err != nil {
		return err
	}
	n.back.linear(d)
	for i := range d {
		d[i] *= scale
	}
	n.activation.differentiate(d, y)
	return checkFinite(n.backPath, "error", d)
}

// Normalise divides d by the smallest power of two that is not below its
// largest magnitude and returns that power: the shared exponent of a block
// floating-point vector, a shift in hardware. It returns 1 where d is 0.
func Normalise(d []float32) (scale float32) {
	var bits uint32 // of the largest magnitude: those of positive numbers are in their order
	for _, v := range d {
		bits = max(bits, math.Float32bits(v)&^(1<<31))
	}
	if bits == 0 {
		return 1
	}
	frac, exp := math.Frexp(float64(math.Float32frombits(bits))) // frac 2^exp, 0.5 <= frac < 1
	if frac == 0.5 {
		exp--
	}
	scale = float32(math.Ldexp(1, exp))
	if down := 1 / scale; down >= 0x1p-126 && down <= math.MaxFloat32 { // exact, as are the products
		for i := range d {
			d[i] *= down
		}
		return scale
	}
	down := math.Ldexp(1, -exp)
	for i := range d {
		d[i] = float32(float64(d[i]) * down)
	}
	return scale
}
