package testbench

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"engram/circuit/transient"
	"engram/circuit/wave"
)

// A nodeProbe is a node of a cell at transistor level.
type nodeProbe struct {
	path     string
	row, col int // of the tile
	node     string
}

// A nodeSet is the probes of one experiment, all of one tile or one cell.
type nodeSet struct {
	owner      string
	cell       bool // owner is a cell of the netlist, not a tile
	probes     []nodeProbe
	rows, cols []int // of the tile, ascending
}

// nodeProbes resolves paths, and those of the measurements where they belong
// to the same tile or cell.
func (b *Bench) nodeProbes(paths []string) (*nodeSet, error) {
	set := new(nodeSet)
	for _, path := range distinct(paths) {
		if err := b.addNode(set, path); err != nil {
			return nil, fmt.Errorf("probe %q: %w", path, err)
		}
	}
	for _, path := range b.measuredSignals(paths) {
		_ = b.addNode(set, path) // Measure tells what it misses
	}
	if len(set.probes) == 0 {
		return nil, errNoProbe
	}
	for _, p := range set.probes {
		set.rows, set.cols = append(set.rows, p.row), append(set.cols, p.col)
	}
	slices.Sort(set.rows)
	slices.Sort(set.cols)
	set.rows, set.cols = slices.Compact(set.rows), slices.Compact(set.cols)
	return set, nil
}

// cellNodes are the nodes of a cell.
var cellNodes = []string{"v", "gu", "gd", "read"}

// addNode adds the probe of a path, and nothing where that fails.
func (b *Bench) addNode(set *nodeSet, path string) error {
	head, node, _ := cutLast(path)
	if !slices.Contains(cellNodes, node) {
		return fmt.Errorf("does not end in a node of a cell: .%s", strings.Join(cellNodes, ", ."))
	}
	p, owner := nodeProbe{path: path, node: node}, head
	_, cell := b.Design.Cells[head]
	if !cell {
		var at string
		owner, at, _ = cutLast(head)
		if n, err := fmt.Sscanf(at, "r%d_c%d", &p.row, &p.col); n != 2 || err != nil || at != fmt.Sprintf("r%d_c%d", p.row, p.col) {
			return fmt.Errorf("is neither TILE.r0_c0.%s nor CELL.%[1]s; tiles are %s, cells %s", node, b.tileNames(), b.cellNames())
		}
	}
	if len(set.probes) > 0 && owner != set.owner {
		return fmt.Errorf("belongs to %s, but %s to %s: one experiment has cells of one tile", owner, set.probes[0].path, set.owner)
	}
	set.owner, set.cell = owner, cell
	set.probes = append(set.probes, p)
	return nil
}

func (b *Bench) tileNames() string {
	var names []string
	for i := range b.Design.Arrays {
		names = append(names, b.Design.Arrays[i].Name)
	}
	return strings.Join(names, ", ")
}

func (b *Bench) cellNames() string {
	return strings.Join(slices.Sorted(maps.Keys(b.Design.Cells)), ", ")
}

// cutLast slices s around its last dot.
func cutLast(s string) (before, after string, found bool) {
	if i := strings.LastIndexByte(s, '.'); i >= 0 {
		return s[:i], s[i+1:], true
	}
	return "", s, false
}

func (s *nodeSet) signals() []wave.Signal {
	signals := make([]wave.Signal, len(s.probes))
	for i, p := range s.probes {
		signals[i] = wave.Signal{Name: p.path, Type: wave.Voltage}
	}
	return signals
}

// nodes returns the probes' nodes in the experiment's circuit, whose rows and
// columns are those of the set.
func (s *nodeSet) nodes(c *transient.Circuit) []transient.Node {
	nodes := make([]transient.Node, len(s.probes))
	for i, p := range s.probes {
		row, col := slices.Index(s.rows, p.row), slices.Index(s.cols, p.col)
		name := fmt.Sprintf("r%d_c%d.%s", row, col, p.node)
		if p.node == "read" {
			name = fmt.Sprintf("read%d", row)
		}
		nodes[i] = c.Node(name)
	}
	return nodes
}
