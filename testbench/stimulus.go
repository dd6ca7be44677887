package testbench

import (
	"context"

	"engram/testbench/dataset"
)

// Load reads the data sets of s. dir is the folder of the raw files that the
// user named, "" to look for them.
func (s *StimulusSpec) Load(ctx context.Context, dir string, seed uint64) (train, test *dataset.Set, err error) {
	finder := dataset.Finder{Dir: dir}
	crop := dataset.Crop{Rows: s.Rows, Cols: s.Cols}
	switch s.Dataset {
	case "mnist":
		train, test, err = dataset.MNIST(ctx, finder, crop)
	case "mnist-backrand":
		if s.Folder != "" {
			train, test, err = dataset.BackrandFiles(s.Folder, crop)
		} else {
			train, test, err = dataset.Backrand(ctx, finder, seed, s.Train, s.Test, crop)
		}
	case "idx":
		train, test, err = dataset.IDX(s.Folder, s.Name, s.Classes, crop)
	case "features":
		train, test, err = dataset.Features(dataset.FeatureSource{
			Dir: s.Features, Name: s.Name, Classes: s.Classes, Scale: s.Scale, Offset: s.Offset,
		})
	}
	if err != nil {
		return nil, nil, err
	}
	if s.Dataset != "features" { // which are read with scale and offset
		train, test = train.Affine(s.Scale, s.Offset), test.Affine(s.Scale, s.Offset)
	}
	if s.Train > 0 {
		train = train.Limit(s.Train)
	}
	if s.Test > 0 {
		test = test.Limit(s.Test)
	}
	return train, test, nil
}
