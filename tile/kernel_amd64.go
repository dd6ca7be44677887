//go:build !purego

package tile

import "golang.org/x/sys/cpu"

// implementations returns those that this processor runs, the fastest first.
func implementations() []implementation {
	all := []implementation{goLoops}
	if cpu.X86.HasAVX2 {
		all = append([]implementation{{"AVX2", readRowAVX2, readColumnsAVX2, pulseRowAVX2}}, all...)
	}
	if cpu.X86.HasAVX512F && cpu.X86.HasAVX512DQ && cpu.X86.HasAVX512BW && cpu.X86.HasAVX512VL &&
		cpu.X86.HasAVX512VPOPCNTDQ {
		all = append([]implementation{{"AVX-512", readRowAVX512, readColumnsAVX512, pulseRowAVX512}}, all...)
	}
	return all
}

// The functions below take slices of one length, which they do not check.

// readRowAVX512 is readRowGo, 16 columns at a time.
//
//go:noescape
func readRowAVX512(acc, r, e, lt, sign []float32, alpha, x float32, t *table) float32

// readColumnsAVX512 is readColumnsGo, 16 columns at a time.
//
//go:noescape
func readColumnsAVX512(d, r, e, lt, sign []float32, alpha float32, t *table) (dot, abs float32)

// pulseRowAVX512 is pulseRowGo, 16 columns at a time. A block in which no
// column pulses costs a load, a test and a branch.
//
//go:noescape
func pulseRowAVX512(r, veq, gain []float32, word []uint32, row uint32, alpha, inv, low, high float32, t *table) int

// readRowAVX2 is readRowGo, 8 columns at a time.
//
//go:noescape
func readRowAVX2(acc, r, e, lt, sign []float32, alpha, x float32, t *table) float32

// readColumnsAVX2 is readColumnsGo, 8 columns at a time.
//
//go:noescape
func readColumnsAVX2(d, r, e, lt, sign []float32, alpha float32, t *table) (dot, abs float32)

// pulseRowAVX2 is pulseRowGo, 8 columns at a time. A block in which no column
// pulses costs a load, a test and a branch.
//
//go:noescape
func pulseRowAVX2(r, veq, gain []float32, word []uint32, row uint32, alpha, inv, low, high float32, t *table) int
