package testbench

import "engram/circuit/wave"

// A Spec is a testbench file with defaults filled in: which netlist to run, on
// what data, and how it learns.
type Spec struct {
	// Netlist is the file of the circuit, in the testbench's own folder, or a
	// bundled one.
	Netlist string `key:"netlist"`
	Title   string `key:"title" default:""`
	Inline
	// Sweep is what engram sweep varies; nil for a testbench that only runs.
	Sweep *SweepSpec `key:"sweep"`
	// Use names the variant to run, "" for the testbench as it stands.
	Use      string                 `key:"use" default:""`
	Variants map[string]VariantSpec `key:"variant"`
}

// Inline is the part of a testbench that may stand in one file with a netlist.
type Inline struct {
	Stimulus StimulusSpec `key:"stimulus"`
	Learning LearningSpec `key:"learning"`
	Baseline BaselineSpec `key:"baseline"`
	// Measures are what engram wave measures on the waveforms it records.
	Measures []wave.Spec `key:"measure"`
	// Seed keys every random draw, of fabrication and of the run.
	Seed uint64 `key:"seed" unit:"" range:"[0,1e18]" default:"1"`
}

// StimulusSpec says what drives the input net.
type StimulusSpec struct {
	// Dataset is mnist, mnist-backrand, idx (a folder of MNIST's shape) or
	// features (npy files).
	Dataset string `key:"dataset" oneof:"mnist|mnist-backrand|idx|features" default:"mnist"`
	// Epochs is the number of passes over the training set. 20: the article.
	Epochs int `key:"epochs" unit:"" range:"[1,100000]" default:"20"`
	// Train and Test limit the number of examples; 0 for all, which for
	// mnist-backrand are the published 12,000 and 50,000.
	Train int `key:"train" unit:"" range:"[0,1e9]" default:"0"`
	Test  int `key:"test" unit:"" range:"[0,1e9]" default:"0"`
	// Rows and Cols crop images about their centre; 0 for no crop.
	Rows int `key:"crop-rows" unit:"" range:"[0,65536]" default:"0"`
	Cols int `key:"crop-cols" unit:"" range:"[0,65536]" default:"0"`
	// Folder holds the files of idx, or the original files of mnist-backrand.
	Folder string `key:"folder" default:""`
	// Features is the folder of the npy files of features.
	Features string `key:"features" default:""`
	// Name begins the names of the files of features, and names a set of idx.
	Name string `key:"name" default:""`
	// Classes of idx and features.
	Classes int `key:"classes" unit:"" range:"[2,256]" default:"10"`
	// Scale and Offset turn a stored feature, or a pixel from 0 to 1, into a
	// value: scale*feature + offset. Values beyond +-1 saturate the DACs.
	Scale  float64 `key:"scale" unit:"" range:"[-1e9,1e9]" default:"1"`
	Offset float64 `key:"offset" unit:"" range:"[-1e9,1e9]" default:"0"`
}

// LearningSpec is stochastic gradient descent, one example at a time.
type LearningSpec struct {
	// Rate is the change of a weight per unit of input times error.
	Rate float64 `key:"rate" unit:"" range:"[0,1e6]" default:"0.1"`
	// Schedule is how the rate falls from Rate: "exponential" after every
	// epoch, by Decay, or "linear" after every example, to 0 at the last.
	Schedule Schedule `key:"schedule" oneof:"exponential|linear" default:"exponential"`
	// Decay multiplies the rate of an exponential schedule after every epoch.
	Decay float64 `key:"rate-decay" unit:"" range:"(0,1]" default:"0.85"`
	// Init scales the initial weights, uniform in +-Init sqrt(6/(rows+cols)):
	// 1 for tanh-like activations, 2 for logistic ones (Glorot and Bengio,
	// AISTATS 2010, with the logistic's slope of 1/4 shared by two passes).
	// Weights of rows that are always on (biases) start at 0.
	Init float64 `key:"init" unit:"" range:"[0,1e3]" default:"2"`
	// TestEvery is the number of examples between tests; 0 for one test per
	// epoch.
	TestEvery int `key:"test-every" unit:"" range:"[0,1e9]" default:"0"`
}

// BaselineSpec is the float32 twin.
type BaselineSpec struct {
	Float bool `key:"float" default:"true"`
}
