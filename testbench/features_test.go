package testbench

import (
	"errors"
	"os"
	"strings"
	"testing"

	"engram/circuit"
	"engram/netlist"
)

// The bundled testbenches elaborate to the article's networks.
func TestTransferLearningSynapses(t *testing.T) {
	for name, want := range map[string]int{"cifar10": 20_490, "cifar100": 204_900, "mnist-backrand": 164_885} {
		b, err := Open(name, nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := b.Design.Synapses(); got != want {
			t.Errorf("%s has %d synapses, want %d", name, got, want)
		}
		for i := range b.Design.Arrays {
			if a := &b.Design.Arrays[i]; strings.HasPrefix(name, "cifar") && a.Rows() > 512 {
				t.Errorf("%s: tile %s has %d rows", name, a.Name, a.Rows())
			}
		}
	}
}

// Without features the error says what to set and where features come from.
func TestFeaturesAreAskedFor(t *testing.T) {
	b, err := Open("cifar10", nil)
	if err != nil {
		t.Fatal(err)
	}
	_, err = Run(t.Context(), b, RunOptions{Out: t.TempDir()})
	var input *InputError
	if !errors.As(err, &input) {
		t.Fatalf("error %v, want an InputError", err)
	}
	for _, want := range []string{"stimulus.features", "cifar10-train-x.npy", "extract_features.py"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("error %q does not name %s", err, want)
		}
	}
}

// A short training on real features: the physics keeps up with the float twin.
// The set is too small for the accuracies of a full run.
func TestTransferLearning(t *testing.T) {
	dir := os.Getenv("ENGRAM_FEATURES")
	if dir == "" {
		t.Skip("ENGRAM_FEATURES does not name a folder of feature files")
	}
	for name, train := range map[string]string{"cifar10": "2000", "cifar100": "3000"} {
		t.Run(name, func(t *testing.T) {
			b, err := Open(name, []netlist.Setting{
				{Path: "stimulus.features", Value: dir}, {Path: "stimulus.train", Value: train},
				{Path: "stimulus.test", Value: "2000"}, {Path: "stimulus.epochs", Value: "1"},
			})
			if err != nil {
				t.Fatal(err)
			}
			trainer, err := b.trainer(t.Context(), RunOptions{Level: circuit.PhaseLevel})
			if err != nil {
				t.Fatal(err)
			}
			if err := trainer.Run(t.Context(), Monitor{}); err != nil {
				t.Fatal(err)
			}
			r := trainer.results[len(trainer.results)-1]
			t.Logf("%.2f %%, float twin %.2f %%", r.Accuracy, r.FloatAccuracy)
			// After this few examples the steps of the pulses still show; two
			// standard errors of 2,000 test examples are another 2 points.
			if r.FloatAccuracy < 50 || r.Accuracy < r.FloatAccuracy-5 {
				t.Errorf("%.2f %% on features, float twin %.2f %%", r.Accuracy, r.FloatAccuracy)
			}
		})
	}
}
