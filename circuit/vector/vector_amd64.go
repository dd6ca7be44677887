//go:build !purego

package vector

import "golang.org/x/sys/cpu"

// implementations returns those that this processor runs, the fastest first.
func implementations() []implementation {
	if cpu.X86.HasAVX2 {
		return []implementation{{"AVX2", axpyAVX2, dotAVX2, logisticAVX2}, goLoops}
	}
	return []implementation{goLoops}
}

// The functions below take slices whose lengths they do not check.

// axpyAVX2 is axpyGo, 32 elements at a time.
//
//go:noescape
func axpyAVX2(a float32, x, y []float32)

// dotAVX2 is dotGo, 32 elements at a time.
//
//go:noescape
func dotAVX2(x, y []float32) float32

// logisticAVX2 is logisticGo, 8 elements at a time.
//
//go:noescape
func logisticAVX2(x []float32)
