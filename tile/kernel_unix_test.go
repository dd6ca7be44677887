//go:build unix

package tile

import (
	"math/rand/v2"
	"syscall"
	"testing"
	"unsafe"
)

// fenced returns n elements in memory of their own, between two pages that
// fault on any access. They touch the page after them, or the one before.
func fenced(t *testing.T, n int, atEnd bool) unsafe.Pointer {
	page := syscall.Getpagesize()
	size := (4*n + page - 1) / page * page
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
	if atEnd {
		return unsafe.Pointer(unsafe.SliceData(m[page+size-4*n:]))
	}
	return unsafe.Pointer(unsafe.SliceData(m[page:]))
}

// TestKernelsStayWithinSlices runs every kernel on slices that end, and on
// slices that begin, at a page that faults.
func TestKernelsStayWithinSlices(t *testing.T) {
	forEach(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(13, 14))
		for n := 1; n < 50; n++ {
			for _, atEnd := range []bool{false, true} {
				a := newArguments(rng, n, 0.1)
				m := blocks(n)
				for _, s := range a.slices() {
					f := unsafe.Slice((*float32)(fenced(t, len(*s), atEnd)), len(*s))
					copy(f, *s)
					*s = f
				}
				w := unsafe.Slice((*uint32)(fenced(t, m, atEnd)), m)
				copy(w, a.word)
				a.word = w
				a.check(t)
			}
		}
	})
}
