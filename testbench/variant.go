package testbench

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"engram/netlist"
)

// A VariantSpec is a table [variant.NAME] of a testbench: settings of the
// testbench or its netlist that have a name together. A key is a path, in
// quotes, as in
//
//	[variant.no-residual]
//	"transfer.residual" = false
//
// --set use=NAME runs one of them, and a sweep over "use" compares them.
type VariantSpec struct {
	Values map[string]*netlist.Node `key:"*"`
}

// useKey is the path of the variant in use.
const useKey = "use"

// variant returns the settings of the variant in use, nil for none.
func (s *Spec) variant() ([]netlist.Setting, error) {
	if s.Use == "" {
		return nil, nil
	}
	v, ok := s.Variants[s.Use]
	if !ok {
		return nil, fmt.Errorf("use: no variant %q; there are %s", s.Use, strings.Join(slices.Sorted(maps.Keys(s.Variants)), ", "))
	}
	var list []netlist.Setting
	var bad netlist.Diagnostics
	for _, e := range sweepEntries(v.Values) {
		text := e.node.Text()
		if text == "" || e.path == useKey {
			bad = append(bad, netlist.Diagnostic{Position: e.node.Pos, Path: e.path, Message: "expected a single value of the testbench or its netlist"})
			continue
		}
		list = append(list, netlist.Setting{Path: e.path, Value: text})
	}
	if len(bad) > 0 {
		return nil, bad
	}
	return list, nil
}
