//go:build !purego

package tile

import "golang.org/x/sys/cpu"

// implementations returns those that this processor runs, the fastest first.
func implementations() []implementation {
	all := []implementation{goLoops}
	if cpu.X86.HasAVX2 && cpu.X86.HasPOPCNT {
		all = append([]implementation{{"AVX2", packAVX2, stepAVX2, linesAVX2, scatterAMD64, redrawAMD64, dotsAVX2, spreadAVX2}}, all...)
	}
	if cpu.X86.HasAVX2 && cpu.X86.HasPOPCNT && cpu.X86.HasAVX512F && cpu.X86.HasAVX512DQ && cpu.X86.HasAVX512BW && cpu.X86.HasAVX512VL &&
		cpu.X86.HasAVX512VPOPCNTDQ {
		all = append([]implementation{{"AVX-512", packAVX512, stepAVX512, linesAVX512, scatterAMD64, redrawAMD64, dotsAVX2, spreadAVX2}}, all...)
	}
	return all
}

// front holds, for every set of elements of a block, given as bits, the
// permutation that brings them to the front in their order, a byte each.
//
//lint:ignore U1000 packAVX2 uses it
var front = func() (f [1 << block][block]uint8) {
	for set := range f {
		n := 0
		for k := range uint8(block) {
			if set>>k&1 != 0 {
				f[set][n] = k
				n++
			}
		}
	}
	return f
}()

// The functions below take slices whose lengths they do not check.

// packAVX2 is packGo, a block at a time.
//
//go:noescape
func packAVX2(b *burst, have int, c *strip, first []int32, word []uint32, column uint32) (n, steps, done int)

// stepAVX2 is stepGo, a block at a time: the first step of all cells, then the
// second of those that take two, and so on.
//
//go:noescape
func stepAVX2(r, veq, gain []float32, count []int32, alpha, inv, low, high float32, t *table)

// linesAVX2 is linesGo, a block at a time.
//
//go:noescape
func linesAVX2(line, r, e, lt []float32, center, sign float32, t *table)

// scatterAMD64 is scatterGo, four elements at a time.
//
//go:noescape
func scatterAMD64(to, from []float32, cell []int32)

// redrawAMD64 is redrawGo, a block at a time.
//
//go:noescape
func redrawAMD64(to, from []float32, cell []int32)

// dotsAVX2 is dotsGo, a block of two columns at a time.
//
//go:noescape
func dotsAVX2(xat, xslope, x, line []float32, first []int32)

// spreadAVX2 is spreadGo, a block of two columns at a time.
//
//go:noescape
func spreadAVX2(y, sumAt, sumSlope, line, a, b []float32, column []int32)

// packAVX512 is packGo, a block at a time.
//
//go:noescape
func packAVX512(b *burst, have int, c *strip, first []int32, word []uint32, column uint32) (n, steps, done int)

// stepAVX512 is stepGo, two blocks at a time, and in the order of stepAVX2.
//
//go:noescape
func stepAVX512(r, veq, gain []float32, count []int32, alpha, inv, low, high float32, t *table)

// linesAVX512 is linesGo, two blocks at a time.
//
//go:noescape
func linesAVX512(line, r, e, lt []float32, center, sign float32, t *table)
