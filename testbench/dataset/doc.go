// Package dataset holds the stimuli of a testbench: labelled examples that the
// training loop presents one at a time. It knows nothing of tiles.
//
// # Model
//
// A [Set] is N examples of D features. [Set.Example] writes one example into a
// caller's float32 slice and returns its label; nothing is allocated, and any
// number of goroutines may read one Set. Training and test data are two Sets
// that share no example.
//
// # Units
//
// Features are dimensionless. An 8-bit pixel p becomes p/255, so images lie in
// [0, 1]; a stored feature v becomes Scale*v + Offset, both stated by the
// caller, and [Set.Affine] does the same to any set. Labels are 0 to Classes-1.
//
// # Sources
//
//   - MNIST (LeCun et al., Proc. IEEE 86, 2278, 1998), the four original files
//     with pinned checksums: [MNIST].
//   - Any set of MNIST's file names and format, Fashion-MNIST (Xiao et al.,
//     arXiv:1708.07747) for one: [IDX].
//   - MNIST-backrand (Larochelle et al., ICML 2007), derived from MNIST and a
//     seed, or read from the published files: [Backrand], [BackrandFiles].
//   - Features of a fixed network, as NumPy files: [Features].
//
// # Crop
//
// The 528 inputs of the MNIST perceptron of Ambrogio et al., Nature 558, 60
// (2018), are a 22 x 24 crop of the 28 x 28 image; which side is which is not
// published. Of the non-zero pixels of the training images the centred crop of
// 24 rows by 22 columns loses 0.44 % and that of 22 rows by 24 columns 1.07 %
// (0.43 % and 1.07 % of the test images), so [MNISTCrop] is the former.
//
// # Validity
//
// Every reader checks what it reads: sizes against fixed limits before it
// allocates, lengths, labels, and that values are finite. An error names the
// file and says what was expected. The file behind a memory-mapped Set must not
// be changed while the Set is in use.
package dataset
