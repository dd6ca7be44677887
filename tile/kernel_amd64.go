//go:build !purego

package tile

import "golang.org/x/sys/cpu"

// implementations returns those that this processor runs, the fastest first.
func implementations() []implementation {
	all := []implementation{goLoops}
	if cpu.X86.HasAVX2 {
		all = append([]implementation{{"AVX2", readRowAVX2, readColumnsAVX2, coincideGo, pulseColumnAVX2Tail}}, all...)
	}
	if cpu.X86.HasAVX512F && cpu.X86.HasAVX512DQ && cpu.X86.HasAVX512BW && cpu.X86.HasAVX512VL &&
		cpu.X86.HasAVX512VPOPCNTDQ {
		all = append([]implementation{{"AVX-512", readRowAVX512, readColumnsAVX512, coincideAVX512, pulseColumnAVX512}}, all...)
	}
	return all
}

// The functions below take slices whose lengths they do not check.

// readRowAVX512 is readRowGo, 16 columns at a time.
//
//go:noescape
func readRowAVX512(acc, r, e, lt, sign []float32, alpha, x float32, t *table) float32

// readColumnsAVX512 is readColumnsGo, 16 columns at a time.
//
//go:noescape
func readColumnsAVX512(d, r, e, lt, sign []float32, alpha float32, t *table) (dot, abs float32)

// coincideAVX512 is coincideGo, 16 rows at a time.
//
//go:noescape
func coincideAVX512(coincident, count, row []int32, word []uint32, column uint32) (n, steps int)

// pulseColumnAVX512 is pulseColumnGo, 16 rows at a time.
//
//go:noescape
func pulseColumnAVX512(r []float32, stride int, veq, gain []float32, row, count []int32, alpha, inv, low, high float32, t *table)

// readRowAVX2 is readRowGo, 8 columns at a time.
//
//go:noescape
func readRowAVX2(acc, r, e, lt, sign []float32, alpha, x float32, t *table) float32

// readColumnsAVX2 is readColumnsGo, 8 columns at a time.
//
//go:noescape
func readColumnsAVX2(d, r, e, lt, sign []float32, alpha float32, t *table) (dot, abs float32)

// pulseColumnAVX2 is pulseColumnGo, 8 rows at a time. It leaves out the last
// len(row)%8.
//
//go:noescape
func pulseColumnAVX2(r []float32, stride int, veq, gain []float32, row, count []int32, alpha, inv, low, high float32, t *table)

// pulseColumnAVX2Tail is pulseColumnGo: AVX2 cannot scatter some lanes only, so
// the last few rows go one by one.
func pulseColumnAVX2Tail(r []float32, stride int, veq, gain []float32, row, count []int32, alpha, inv, low, high float32, t *table) {
	pulseColumnAVX2(r, stride, veq, gain, row, count, alpha, inv, low, high, t)
	done := len(row) &^ 7
	pulseColumnGo(r, stride, veq, gain, row[done:], count[done:], alpha, inv, low, high, t)
}
