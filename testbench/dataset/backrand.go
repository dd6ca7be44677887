package dataset

import (
	"context"
	"encoding/binary"
	"fmt"

	"engram/circuit"
)

// Sizes of the published MNIST-backrand sets, in images: Larochelle et al., "An
// empirical evaluation of deep architectures on problems with many factors of
// variation", ICML 2007 (10,000 training and 2,000 validation images together).
const (
	BackrandTrain = 12_000
	BackrandTest  = 50_000
)

// Backrand derives MNIST-backrand: each pixel of a digit becomes
// max(digit, noise), the noise uniform on 0 to 255 and drawn from the stream
// (seed, Stimulus, "mnist-backrand", image). Sizes of 0 are the published ones.
//
// Which MNIST images the published sets took is not stated. Here, assumed, the
// training set is the first nTrain of MNIST's training images, and the test set
// is MNIST's test images followed by the training images after those taken;
// together at most 70,000. An image keeps its noise when the sizes change. The
// crop is taken after the noise.
func Backrand(ctx context.Context, f Finder, seed uint64, nTrain, nTest int, crop Crop) (train, test *Set, err error) {
	mnistTrain, mnistTest, err := MNIST(ctx, f, Crop{})
	if err != nil {
		return nil, nil, err
	}
	if nTrain == 0 {
		nTrain = BackrandTrain
	}
	if nTest == 0 {
		nTest = BackrandTest
	}
	train, test, err = backrand(mnistTrain, mnistTest, seed, nTrain, nTest)
	if err != nil {
		return nil, nil, err
	}
	return cropBoth(train, test, crop)
}

// backrand derives the two sets from sets of whole images.
func backrand(mnistTrain, mnistTest *Set, seed uint64, nTrain, nTest int) (train, test *Set, err error) {
	all := mnistTrain.Len() + mnistTest.Len()
	if nTrain < 1 || nTrain > mnistTrain.Len() || nTest < 1 || nTest > all-nTrain {
		return nil, nil, fmt.Errorf("MNIST-backrand: %d training and %d test images of the %d + %d of MNIST",
			nTrain, nTest, mnistTrain.Len(), mnistTest.Len())
	}
	files := append(append([]File{}, mnistTrain.Files...), mnistTest.Files...)
	source := fmt.Sprintf("derived from MNIST: max(digit, noise), noise uniform on 0 to 255 from seed %d (after Larochelle et al., ICML 2007)", seed)
	build := func(name string, n int) *noisy {
		size := mnistTrain.Dim()
		im := mnistTrain.rows.(*images)
		return &noisy{
			set:  newSet(name, source, mnistTrain.Classes, make([]uint8, n), newImages(make([]uint8, n*size), im.rows, im.cols), files...),
			seed: seed,
		}
	}
	a := build("mnist-backrand train", nTrain)
	for i := range nTrain {
		a.add(i, mnistTrain, i, uint64(i))
	}
	b := build("mnist-backrand test", nTest)
	for i := range nTest {
		if i < mnistTest.Len() {
			b.add(i, mnistTest, i, uint64(mnistTrain.Len()+i))
		} else {
			j := nTrain + i - mnistTest.Len()
			b.add(i, mnistTrain, j, uint64(j))
		}
	}
	return a.set, b.set, nil
}

// A noisy builds one of the sets.
type noisy struct {
	set    *Set
	seed   uint64
	stream circuit.Stream
}

// add sets image i to image j of from, over the noise of the given index.
func (b *noisy) add(i int, from *Set, j int, index uint64) {
	b.set.labels[i] = uint8(from.Label(j))
	dst := b.set.rows.(*images).image(i)
	copy(dst, from.rows.(*images).image(from.first+j))
	b.stream.Reset(b.seed, circuit.Stimulus, circuit.Instance("mnist-backrand"), index)
	overNoise(dst, &b.stream)
}

// overNoise replaces each pixel by the larger of itself and a uniform byte,
// eight bytes a draw.
func overNoise(pixels []uint8, s *circuit.Stream) {
	var noise [8]byte
	for k := range pixels {
		if k%len(noise) == 0 {
			binary.LittleEndian.PutUint64(noise[:], s.Uint64())
		}
		pixels[k] = max(pixels[k], noise[k%len(noise)])
	}
}
