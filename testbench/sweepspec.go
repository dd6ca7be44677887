package testbench

import (
	"cmp"
	"fmt"
	"slices"

	"engram/netlist"
	"engram/testbench/sweep"
)

// SweepSpec is the table [sweep] of a testbench: a key is the path of a value
// of the testbench or its netlist, in quotes, as in
//
//	"transfer.interval" = [500, 2000, 8000]
//
// A list is what the sweep varies; a single value holds at all points. The
// cross product follows the order of the file, the last list fastest.
type SweepSpec struct {
	// Repeat is the number of points per combination, each with another seed.
	Repeat int `key:"repeat" unit:"" range:"[1,1e6]" default:"1"`
	// Short is a sweep of a few minutes with the same shape.
	Short  *SweepShort              `key:"short"`
	Values map[string]*netlist.Node `key:"*"`
}

// SweepShort is the table [sweep.short]: its keys stand in for those of
// [sweep], and add to them.
type SweepShort struct {
	// Repeat as in [sweep]; 0 for the same.
	Repeat int                      `key:"repeat" unit:"" range:"[0,1e6]" default:"0"`
	Values map[string]*netlist.Node `key:"*"`
}

// A Grid is what a sweep varies, and what holds at all its points beside the
// testbench.
type Grid struct {
	Parameters []sweep.Parameter
	Shared     []netlist.Setting
	Repeat     int
}

// grid reads the table, in its short form if short is true.
func (s *SweepSpec) grid(short bool) (Grid, error) {
	g := Grid{Repeat: s.Repeat}
	entries := sweepEntries(s.Values)
	if short {
		if s.Short == nil {
			return g, fmt.Errorf("the testbench has no short form: there is no table [sweep.short]")
		}
		entries = override(entries, sweepEntries(s.Short.Values))
		if s.Short.Repeat > 0 {
			g.Repeat = s.Short.Repeat
		}
	}
	var bad netlist.Diagnostics
	for _, e := range entries {
		if err := g.add(e); err != nil {
			bad = append(bad, netlist.Diagnostic{Position: e.node.Pos, Path: netlist.JoinPath("sweep", e.path), Message: err.Error()})
		}
	}
	if len(bad) > 0 {
		return g, bad
	}
	return g, nil
}

// add takes one key of the table.
func (g *Grid) add(e sweepEntry) error {
	list := e.node.List()
	if list == nil {
		text := e.node.Text()
		if text == "" {
			return fmt.Errorf("expected a value or a list of values")
		}
		g.Shared = append(g.Shared, netlist.Setting{Path: e.path, Value: text})
		return nil
	}
	p := sweep.Parameter{Path: e.path}
	for _, v := range list {
		text := v.Text()
		if text == "" {
			return fmt.Errorf("expected a list of single values")
		}
		p.Values = append(p.Values, text)
	}
	g.Parameters = append(g.Parameters, p)
	return nil
}

// A sweepEntry is a path of [sweep] and what stands there.
type sweepEntry struct {
	path string
	node *netlist.Node
}

// sweepEntries lists the keys of a table in the order of the file.
func sweepEntries(values map[string]*netlist.Node) []sweepEntry {
	var list []sweepEntry
	for path, n := range values {
		list = append(list, sweepEntry{path, n})
	}
	slices.SortFunc(list, func(a, b sweepEntry) int {
		return cmp.Or(cmp.Compare(a.node.Pos.Line, b.node.Pos.Line), cmp.Compare(a.path, b.path))
	})
	return list
}

// override puts the entries of with in the places of those of list that have
// the same path, and the rest behind.
func override(list, with []sweepEntry) []sweepEntry {
	list = slices.Clone(list)
	for _, e := range with {
		i := slices.IndexFunc(list, func(old sweepEntry) bool { return old.path == e.path })
		if i < 0 {
			list = append(list, e)
		} else {
			list[i] = e
		}
	}
	return list
}
