package periphery

// Code returns the code that an output y of the bank stands for: 0 for the low
// end of the activation's range, 2^bits - 1 for the high end.
func (n *Neuron) Code(y float32) int {
	low := n.activation.low()
	return int(round((y - low) / (1 - low) * n.convert.codes))
}
