//go:build unix

package vector

import (
	"math/rand/v2"
	"syscall"
	"testing"
	"unsafe"
)

// fenced returns a copy of s in memory of its own, between two pages that fault
// on any access. It touches the page after it, or the one before.
func fenced(t *testing.T, s []float32, atEnd bool) []float32 {
	page := syscall.Getpagesize()
	size := (4*len(s) + page - 1) / page * page
	m, err := syscall.Mmap(-1, 0, size+2*page, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { syscall.Munmap(m) })
	for _, fence := range [][]byte{m[:page], m[page+size:]} {
		if err := syscall.Mprotect(fence, syscall.PROT_NONE); err != nil {
			t.Fatal(err)
		}
	}
	from := page
	if atEnd {
		from = page + size - 4*len(s)
	}
	f := unsafe.Slice((*float32)(unsafe.Pointer(&m[from])), len(s))
	copy(f, s)
	return f
}

// TestStaysWithinSlices runs every function on slices that end, and on slices
// that begin, at a page that faults.
func TestStaysWithinSlices(t *testing.T) {
	rng := rand.New(rand.NewPCG(13, 14))
	for _, k := range implementations() {
		use(t, k)
		for n := 1; n < 70; n++ {
			for _, atEnd := range []bool{false, true} {
				x, y := fenced(t, draw(rng, n), atEnd), fenced(t, draw(rng, n), atEnd)
				Axpy(0.5, x, y)
				Dot(x, y)
				Logistic(x)
			}
		}
	}
}
