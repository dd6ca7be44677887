//go:build !unix

package netlist

// processorSeconds does not know on this system.
func processorSeconds() (s float64, ok bool) { return 0, false }
