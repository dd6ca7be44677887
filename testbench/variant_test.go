package testbench

import (
	"strings"
	"testing"

	"engram/netlist"
)

// A variant's settings are taken, and a user's go before them.
func TestOpenUsesAVariant(t *testing.T) {
	b, err := Open("ablation", []netlist.Setting{{Path: "use", Value: "gain-2"}})
	if err != nil {
		t.Fatal(err)
	}
	if b.Design.Arrays[0].Cell.Gain != 2 || b.Design.Transfer.ReadRange != 50e-6 {
		t.Errorf("gain %g, read range %g", b.Design.Arrays[0].Cell.Gain, b.Design.Transfer.ReadRange)
	}
	b, err = Open("ablation", []netlist.Setting{{Path: "use", Value: "gain-2"}, {Path: "cell.synapse.gain", Value: "2.5"}})
	if err != nil {
		t.Fatal(err)
	}
	if b.Design.Arrays[0].Cell.Gain != 2.5 || b.Design.Transfer.ReadRange != 50e-6 {
		t.Errorf("gain %g, read range %g", b.Design.Arrays[0].Cell.Gain, b.Design.Transfer.ReadRange)
	}
	_, err = Open("ablation", []netlist.Setting{{Path: "use", Value: "gain-5"}})
	if err == nil || !strings.Contains(err.Error(), "gain-5") || !strings.Contains(err.Error(), "no-residual") {
		t.Errorf("an unknown variant: %v", err)
	}
}

// The bundled ablation compares every variant that it has, and each of them
// makes a sound netlist that differs from the full system.
func TestAblationUsesEveryVariant(t *testing.T) {
	s, err := OpenSweep("ablation", nil, false)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(s.Base.Spec.Variants); len(s.Grid.Parameters) != 1 || len(s.Grid.Parameters[0].Values) != n || s.Grid.Repeat != 3 {
		t.Fatalf("%+v of %d variants", s.Grid, n)
	}
	seen := map[string]string{}
	for _, v := range s.Grid.Parameters[0].Values {
		b, err := Open("ablation", []netlist.Setting{{Path: "use", Value: v}})
		if err != nil {
			t.Fatal(err)
		}
		text := string(b.Resolved())
		if other, ok := seen[text]; ok {
			t.Errorf("%s and %s are the same", v, other)
		}
		seen[text] = v
	}
}
