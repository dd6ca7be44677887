package testbench

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"engram/circuit"
	"engram/netlist"
	"engram/testbench/internal/runtest"
)

// Sizes of the sets that these tests train and test on.
const (
	trainDrawings = 96
	testDrawings  = 40
)

func writeDrawings(t testing.TB, dir string) {
	t.Helper()
	if err := runtest.WriteDrawings(dir, trainDrawings, testDrawings); err != nil {
		t.Fatal(err)
	}
}

const smallNetlist = `title   = "small"
include = ["library:cells/2pcm3t1c-90nm.toml"]
seed    = 7
[stimulus]
dataset   = "idx"
folder    = %q
name      = "drawings"
classes   = 4
epochs    = 2
[learning]
test-every = 64
[transfer]
interval = 40
[input]
name  = "pixels"
width = 64
%s
`

// variants are netlists that between them use every kind of state.
var variants = []struct {
	name, layers string
	settings     []netlist.Setting
	level        circuit.Level
}{
	{name: "one-layer", layers: oneLayer},
	{name: "two-layers", layers: twoLayers},
	{name: "split-rows", layers: twoLayers, settings: set("layer.hidden.max-rows", "24")},
	{name: "split-columns", layers: twoLayers, settings: set("layer.hidden.max-cols", "3")},
	{name: "equal-cells", layers: twoLayers, settings: set("cell.synapse.variation", "0")},
	{name: "spread-of-leak", layers: twoLayers, settings: set("capacitor.storage.leak-tau-spread", "0.2")},
	{name: "fast-leak", layers: twoLayers, settings: set("capacitor.storage.leak-tau", "10 us")},
	{name: "tanh", layers: twoLayers, settings: set("layer.hidden.activation", "tanh")},
	{name: "softmax", layers: twoLayers, settings: set("layer.output.activation", "softmax")},
	{name: "open-loop", layers: twoLayers, settings: append(set("transfer.closed-loop", "false"), set("transfer.polarity-inversion", "false")...)},
	{name: "interleaved", layers: twoLayers, settings: append(set("transfer.mode", "interleaved"), set("baseline.float", "false")...)},
	{name: "clock-level", layers: twoLayers, level: circuit.ClockLevel},
}

const (
	oneLayer = `
[[layer]]
name       = "output"
in         = "pixels"
width      = 4
activation = "logistic"
`
	twoLayers = `
[[layer]]
name       = "hidden"
in         = "pixels"
width      = 6
activation = "logistic"
[[layer]]
name       = "output"
in         = "hidden"
width      = 4
activation = "logistic"
`
)

func set(path, value string) []netlist.Setting {
	return []netlist.Setting{{Path: path, Value: value}}
}

// openSmall opens a testbench of the given layers on drawings in dir.
func openSmall(t testing.TB, dir, layers string, settings []netlist.Setting) *Bench {
	t.Helper()
	file := filepath.Join(dir, "small.toml")
	if err := os.WriteFile(file, fmt.Appendf(nil, smallNetlist, dir, layers), 0o666); err != nil {
		t.Fatal(err)
	}
	b, err := Open(file, settings)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// small is a testbench of two layers on fresh drawings.
func small(t testing.TB) *Bench {
	t.Helper()
	dir := t.TempDir()
	writeDrawings(t, dir)
	return openSmall(t, dir, twoLayers, nil)
}
