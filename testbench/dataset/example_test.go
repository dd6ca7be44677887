package dataset_test

import (
	"context"
	"fmt"
	"log"

	"engram/testbench/dataset"
)

func ExampleMNIST() {
	train, test, err := dataset.MNIST(context.Background(), dataset.Finder{}, dataset.MNISTCrop)
	if err != nil {
		log.Fatal(err)
	}
	pixels := make([]float32, train.Dim())
	label := train.Example(0, pixels)
	fmt.Printf("%s: %d examples of %d features, %d classes\n", train.Name, train.Len(), train.Dim(), train.Classes)
	fmt.Printf("%s: %d examples\n", test.Name, test.Len())
	fmt.Printf("the first is a %d; its centre pixel is %.3f\n", label, pixels[12*22+11])
	// Output:
	// mnist train: 60000 examples of 528 features, 10 classes
	// mnist test: 10000 examples
	// the first is a 5; its centre pixel is 0.941
}
