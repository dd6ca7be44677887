// Package runtest holds what the tests of the machinery of a run share.
package runtest

import (
	"encoding/binary"
	"os"
	"path/filepath"

	"engram/circuit"
)

// Drawings are 8 x 8 images of a bar in one of four places, over noise. They
// are enough to make every weight move; no result is drawn from them.
const (
	DrawingSide    = 8 // pixels
	DrawingClasses = 4
)

// WriteDrawings writes a training and a test set of the given sizes to dir, as
// files named and formatted like those of MNIST.
func WriteDrawings(dir string, train, test int) error {
	for name, n := range map[string]int{"train": train, "t10k": test} {
		rng := circuit.NewStream(1, circuit.Stimulus, circuit.Instance(name), 0)
		pixels, labels := make([]byte, 0, n*DrawingSide*DrawingSide), make([]byte, n)
		for i := range n {
			labels[i] = byte(i % DrawingClasses)
			pixels = draw(pixels, i%DrawingClasses, rng)
		}
		if err := writeIDX(filepath.Join(dir, name+"-images-idx3-ubyte"), pixels, n, DrawingSide, DrawingSide); err != nil {
			return err
		}
		if err := writeIDX(filepath.Join(dir, name+"-labels-idx1-ubyte"), labels, n); err != nil {
			return err
		}
	}
	return nil
}

// draw appends the pixels of one drawing: the bar is two rows high.
func draw(pixels []byte, class int, rng *circuit.Stream) []byte {
	for row := range DrawingSide {
		for range DrawingSide {
			v := 60 * rng.Float64()
			if row/2 == class {
				v += 180
			}
			pixels = append(pixels, byte(v))
		}
	}
	return pixels
}

func writeIDX(path string, data []byte, shape ...int) error {
	head := []byte{0, 0, 8, byte(len(shape))}
	for _, n := range shape {
		head = binary.BigEndian.AppendUint32(head, uint32(n))
	}
	return os.WriteFile(path, append(head, data...), 0o666)
}
