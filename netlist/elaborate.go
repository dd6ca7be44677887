package netlist

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"engram/device"
	"engram/tile"
)

// one is the net of width 1 that every netlist has: a row on it carries a bias.
const one = "one"

// maxTiles bounds the tiles that a layer is split into, and with them the time
// of elaboration (assumed).
const maxTiles = 4096

// An elaborator resolves a Netlist into a Design and collects what is wrong.
type elaborator struct {
	n      *Netlist
	d      *Design
	tell   func(path, format string, args ...any)
	faults int
	cells  map[string]tile.Cell

	width map[string]int // of nets, where known
	tiles []placedTile   // layers expanded
	banks []placedNeuron // layers expanded
}

// bad reports a fault at the path of a key.
func (e *elaborator) bad(path, format string, args ...any) {
	e.faults++
	e.tell(path, format, args...)
}

// A placedTile is a tile with the path to blame in messages.
type placedTile struct {
	TileSpec
	path string
}

type placedNeuron struct {
	NeuronSpec
	path string
}

// elaborate resolves n. Every fault is told to bad, with the path of the key
// it stems from; the Design is of use only where there was none. Cells are
// composed only where the devices are sound.
func elaborate(n *Netlist, sound bool, bad func(path, format string, args ...any)) *Design {
	e := &elaborator{
		n: n, tell: bad,
		d:     &Design{Title: n.Title, Period: n.Clock.Period, Transfer: n.Transfer, Input: n.Input.Name},
		width: map[string]int{one: 1, n.Input.Name: n.Input.Width},
	}
	if n.Input.Name == one {
		e.bad("input.name", "the name %q is taken by the net of biases", one)
	}
	// Each step relies on the ones before it, so a fault ends the chain; cells
	// and connections are independent.
	if sound {
		e.resolveCells()
	} else {
		e.nameCells()
	}
	before := e.faults
	for _, step := range []func(){e.expand, e.names, e.widths, e.place, e.connect, e.levels} {
		if step(); e.faults > before {
			break
		}
	}
	return e.d
}

// expand turns layers into tiles and neurons.
func (e *elaborator) expand() {
	for i, t := range e.n.Tiles {
		e.tiles = append(e.tiles, placedTile{t, fmt.Sprintf("tile[%d]", i)})
	}
	for i, b := range e.n.Neurons {
		e.banks = append(e.banks, placedNeuron{b, fmt.Sprintf("neuron[%d]", i)})
	}
	for i, l := range e.n.Layers {
		e.expandLayer(l, fmt.Sprintf("layer[%d]", i))
	}
}

func (e *elaborator) expandLayer(l LayerSpec, path string) {
	// What decoding refused is elaborated, too, to tell all faults in one run.
	l.Width, l.MaxRows, l.MaxCols = max(l.Width, 1), max(l.MaxRows, 1), max(l.MaxCols, 1)
	if l.Width > tile.MaxCells || l.Width/l.MaxCols > maxTiles {
		e.bad(path+".width", "%d columns in tiles of at most %d, expected at most %d tiles", l.Width, l.MaxCols, maxTiles)
		return
	}
	in := l.In
	if l.Bias {
		in += ", " + one
	}
	z := l.Name + ".z"
	e.banks = append(e.banks, placedNeuron{NeuronSpec{
		Name: l.Name + ".act", Kind: l.Activation, In: z, Out: fmt.Sprintf("%s[0:%d]", l.Name, l.Width), SenseSpec: l.SenseSpec,
	}, path})
	rows := []string{in}
	if refs, err := parseBundle(in); err == nil {
		e.layerWidth(l.Name, l.Width)
		rows = e.splitRows(refs, l.MaxRows)
	}
	if len(rows) > maxTiles/(1+l.Width/l.MaxCols) {
		e.bad(path+".in", "%d x %d tiles, expected at most %d", len(rows), 1+(l.Width-1)/l.MaxCols, maxTiles)
		return
	}
	for r, bundle := range rows {
		for c := 0; c*l.MaxCols < l.Width; c++ {
			name := l.Name
			if len(rows) > 1 || l.Width > l.MaxCols {
				name = fmt.Sprintf("%s.r%d_c%d", l.Name, r, c)
			}
			e.tiles = append(e.tiles, placedTile{TileSpec{
				Name: name, In: bundle, DriveSpec: l.DriveSpec,
				Out: fmt.Sprintf("%s[%d:%d]", z, c*l.MaxCols, min((c+1)*l.MaxCols, l.Width)),
			}, path})
		}
	}
}

// layerWidth notes the width of a layer's output for layers further down.
func (e *elaborator) layerWidth(name string, width int) {
	if _, known := e.width[name]; !known {
		e.width[name] = width
	}
}

// splitRows cuts a bundle into bundles of at most most rows. Where a width is
// not known yet the bundle stays whole.
func (e *elaborator) splitRows(refs []PortDesign, most int) []string {
	var all []string
	var part []string
	room := most
	for _, r := range refs {
		if r.High < 0 {
			w, known := e.width[r.Net]
			if !known {
				return []string{FormatBundle(refs)}
			}
			r.Low, r.High = 0, w
		}
		for r.Low < r.High && len(all) <= maxTiles {
			if room == 0 {
				all, part, room = append(all, strings.Join(part, ", ")), nil, most
			}
			n := min(room, r.High-r.Low)
			part = append(part, fmt.Sprintf("%s[%d:%d]", r.Net, r.Low, r.Low+n))
			r.Low += n
			room -= n
		}
	}
	return append(all, strings.Join(part, ", "))
}

// names checks that no two instances share a name.
func (e *elaborator) names() {
	seen := map[string]string{}
	check := func(name, path string) {
		if first, dup := seen[name]; dup {
			e.bad(path+".name", "the name %q is taken by %s", name, first)
			return
		}
		seen[name] = path
	}
	for _, t := range e.tiles {
		check(t.Name, t.path)
	}
	for _, b := range e.banks {
		check(b.Name, b.path)
	}
}

// widths finds the width of every net: from slices, and across neurons, which
// are as wide as what they read.
func (e *elaborator) widths() {
	grow := func(path, text string) {
		refs, err := parseBundle(text)
		if err != nil || len(refs) != 1 {
			e.bad(path, "%q is not a net or a slice of one, expected such as \"a1\" or \"a1[0:250]\"", text)
			return
		}
		if refs[0].High >= 0 {
			e.width[refs[0].Net] = max(e.width[refs[0].Net], refs[0].High)
		}
	}
	for _, t := range e.tiles {
		grow(t.path+".out", t.Out)
	}
	for _, b := range e.banks {
		grow(b.path+".out", b.Out)
		if strings.ContainsAny(b.In, "[],") {
			e.bad(b.path+".in", "%q is not a whole net; a bank of neurons reads all of one", b.In)
		}
	}
	for _, b := range e.banks {
		out, plain := b.Out, !strings.Contains(b.Out, "[")
		wIn, wOut := e.width[b.In], 0
		if plain {
			wOut = e.width[out]
		} else if refs, err := parseBundle(out); err == nil && len(refs) == 1 {
			wOut = refs[0].High - refs[0].Low
		}
		switch {
		case wIn == 0 && wOut > 0:
			e.width[b.In] = wOut
		case plain && wOut == 0 && wIn > 0:
			e.width[out] = wIn
		case wIn == 0 && wOut == 0:
			e.bad(b.path+".in", "the width of net %q is not known; write a slice, such as %q, where it is driven", b.In, b.In+"[0:250]")
		case wIn != wOut:
			e.bad(b.path+".out", "%q has %d signals, but the neurons read %d on %q", out, wOut, wIn, b.In)
		}
	}
}

// place resolves every reference and appends the arrays and banks to the design.
func (e *elaborator) place() {
	for _, name := range slices.Sorted(maps.Keys(e.width)) {
		e.d.Nets = append(e.d.Nets, NetDesign{Name: name, Width: e.width[name], Constant: name == one})
	}
	cells := 0
	for _, t := range e.tiles {
		a := ArrayDesign{
			Name: t.Name, Unit: t.WeightUnit, In: e.bundle(t.path+".in", t.In), Out: e.port(t.path+".out", t.Out),
			Cell:      lookup(e, t.path+".cell", "cell", e.cells, t.Cell),
			RowDAC:    lookup(e, t.path+".row-dac", "dac", e.n.DACs, t.RowDAC),
			ColumnDAC: lookup(e, t.path+".column-dac", "dac", e.n.DACs, t.ColumnDAC),
			Pulser:    lookup(e, t.path+".pulser", "pulser", e.n.Pulsers, t.Pulser),
			Energy:    e.n.Cells[t.Cell].CellEnergy, Route: t.RouteEnergy.Energy,
		}
		e.checkSlot(t.path, &a)
		rows, cols := a.Rows(), a.Cols()
		if rows > 0 && cols > 0 {
			if rows > tile.MaxCells/cols {
				e.bad(t.path, "a tile of %d x %d cells, expected at most %d in all", rows, cols, tile.MaxCells)
			} else if cells += rows * cols; cells > tile.MaxCells {
				e.bad(t.path, "more than %d cells with this tile", tile.MaxCells)
			}
		}
		e.d.Arrays = append(e.d.Arrays, a)
	}
	for _, b := range e.banks {
		e.d.Banks = append(e.d.Banks, BankDesign{
			Name: b.Name, Activation: b.Kind, Errors: b.Error, BackRange: b.BackRange, In: b.In,
			Out:        e.port(b.path+".out", b.Out),
			Integrator: lookup(e, b.path+".integrator", "integrator", e.n.Integrators, b.Integrator),
			ADC:        lookup(e, b.path+".adc", "adc", e.n.ADCs, b.ADC),
			Logic:      b.LogicEnergy,
		})
	}
}

// checkSlot tells where a SET pulse does not fit into a slot of an update.
func (e *elaborator) checkSlot(path string, a *ArrayDesign) {
	if width := a.Cell.SetWidth; a.Cell.SingleTier && width > a.Pulser.Period.Seconds() {
		e.bad(path+".pulser", "a slot of %v is shorter than the cell's SET pulse of %g s", a.Pulser.Period, width)
	}
}

// lookup returns the named entry of a table, or tells what there is.
func lookup[T any](e *elaborator, path, table string, m map[string]T, name string) T {
	v, ok := m[name]
	if !ok {
		e.bad(path, "no [%s.%s]%s", table, name, suggest(name, slices.Sorted(maps.Keys(m))))
	}
	return v
}

// bundle resolves the slices of nets on a tile's rows.
func (e *elaborator) bundle(path, text string) []PortDesign {
	refs, err := parseBundle(text)
	if err != nil {
		e.bad(path, "%v", err)
		return nil
	}
	for i := range refs {
		e.resolve(path, &refs[i])
	}
	return refs
}

// port resolves a net or a slice of one.
func (e *elaborator) port(path, text string) PortDesign {
	refs := e.bundle(path, text)
	if len(refs) != 1 {
		return PortDesign{}
	}
	return refs[0]
}

// resolve fills in the bounds of a whole net and checks those of a slice.
func (e *elaborator) resolve(path string, p *PortDesign) {
	w, ok := e.width[p.Net]
	if !ok {
		e.bad(path, "net %q is not driven%s", p.Net, suggest(p.Net, slices.Sorted(maps.Keys(e.width))))
		p.Low, p.High = 0, 0
		return
	}
	if p.High < 0 {
		p.Low, p.High = 0, w
	}
	if p.High > w {
		e.bad(path, "slice [%d:%d] of net %q, which is %d wide", p.Low, p.High, p.Net, w)
	}
}

// connect checks who drives and who reads every net.
func (e *elaborator) connect() {
	driven := map[string][]PortDesign{one: {{one, 0, 1}}, e.d.Input: {{e.d.Input, 0, e.width[e.d.Input]}}}
	charged := map[string][]PortDesign{}
	readers := map[string]map[string]bool{} // net on rows -> nets on the columns of its tiles
	for i, a := range e.d.Arrays {
		charged[a.Out.Net] = append(charged[a.Out.Net], a.Out)
		for _, p := range a.In {
			if readers[p.Net] == nil {
				readers[p.Net] = map[string]bool{}
			}
			readers[p.Net][a.Out.Net] = true
		}
		if a.Out.Net == one || a.Out.Net == e.d.Input {
			e.bad(e.tiles[i].path+".out", "net %q is driven already", a.Out.Net)
		}
	}
	sensed := map[string]string{}
	outputs := 0
	for i := range e.d.Banks {
		b, path := &e.d.Banks[i], e.banks[i].path
		if first, dup := sensed[b.In]; dup {
			e.bad(path+".in", "net %q is read by %s already", b.In, first)
		}
		sensed[b.In] = b.Name
		for _, p := range driven[b.Out.Net] {
			if p.Low < b.Out.High && b.Out.Low < p.High {
				e.bad(path+".out", "%s[%d:%d] is driven already", b.Out.Net, b.Out.Low, b.Out.High)
			}
		}
		driven[b.Out.Net] = append(driven[b.Out.Net], b.Out)
		if gap, ok := uncovered(charged[b.In], e.width[b.In]); ok {
			e.bad(path+".in", "net %q is not driven by any tile at [%d]", b.In, gap)
		}
		if readers[b.Out.Net] == nil {
			b.Output = true
			outputs++
		}
		switch {
		case b.Activation == "softmax" && !b.Output:
			e.bad(path+".kind", "softmax is for outputs, but %q is read by a tile", b.Out.Net)
		case b.Activation == "softmax" && b.Errors == "squared":
			e.bad(path+".error", "softmax outputs form their error by \"difference\" only")
		}
	}
	for i, a := range e.d.Arrays {
		path := e.tiles[i].path
		for _, p := range a.In {
			if gap, ok := uncovered(driven[p.Net], p.High); ok && gap >= p.Low {
				e.bad(path+".in", "net %q is not driven at [%d]", p.Net, gap)
			}
			if p.Net != one && p.Net != e.d.Input && len(readers[p.Net]) > 1 {
				e.bad(path+".in", "net %q is read by tiles of different neurons (%s): their errors carry different scales and cannot be added",
					p.Net, strings.Join(slices.Sorted(maps.Keys(readers[p.Net])), ", "))
			}
		}
		if sensed[a.Out.Net] == "" {
			e.bad(path+".out", "net %q is read by no neuron", a.Out.Net)
		}
	}
	if outputs != 1 {
		e.bad("", "%d banks of neurons are read by no tile; exactly one is the output", outputs)
	}
	if readers[e.d.Input] == nil {
		e.bad("input.name", "net %q is read by no tile", e.d.Input)
	}
}

// uncovered returns the first index below width that no slice covers.
func uncovered(slicesOf []PortDesign, width int) (int, bool) {
	sorted := slices.SortedFunc(slices.Values(slicesOf), func(a, b PortDesign) int { return a.Low - b.Low })
	at := 0
	for _, p := range sorted {
		if p.Low > at {
			break
		}
		at = max(at, p.High)
	}
	return at, at < width
}

// levels orders arrays and banks from input to output.
func (e *elaborator) levels() {
	o := newOrder(e.d)
	for i := range e.d.Banks {
		level, ok := o.bank(i)
		if !ok {
			e.bad("", "the nets form a loop: a tile reads what depends on its own output")
			return
		}
		e.d.Banks[i].Level = level
		e.d.Levels = max(e.d.Levels, level+1)
		// All charge of a bank is integrated in one phase: that of the array
		// that is ready last.
		for _, k := range o.arrays[e.d.Banks[i].In] {
			e.d.Arrays[k].Level = level
		}
	}
}

// nameCells lets tiles refer to cells that cannot be composed.
func (e *elaborator) nameCells() {
	e.cells = map[string]tile.Cell{}
	for name := range e.n.Cells {
		e.cells[name] = tile.Cell{}
	}
}

// resolveCells composes the cells from their devices.
func (e *elaborator) resolveCells() {
	e.cells = map[string]tile.Cell{}
	e.d.Cells = e.cells
	for _, name := range slices.Sorted(maps.Keys(e.n.Cells)) {
		c, path := e.n.Cells[name], "cell."+name
		storage := lookup(e, path+".storage", "capacitor", e.n.Capacitors, c.Storage)
		pcm := lookup(e, path+".pcm", "pcm", e.n.PCMs, c.PCM)
		analogue := device.Cell{
			Up:     lookup(e, path+".pull-up", "fet", e.n.FETs, c.PullUp),
			Down:   lookup(e, path+".pull-down", "fet", e.n.FETs, c.PullDown),
			Read:   lookup(e, path+".read", "fet", e.n.FETs, c.Read),
			C:      storage.C,
			LeakR:  math.Inf(1),
			Plate:  storage.Plate,
			VDD:    c.VDD,
			UpGate: c.UpGate, DownGate: c.DownGate,
			PulseWidth: c.Pulse.Seconds(), Edge: c.Edge.Seconds(), VRead: c.ReadVoltage,
		}
		if e.faults > 0 {
			continue // what is missing is told already
		}
		if err := analogue.Validate(); err != nil {
			e.bad(path, "%v", err)
		}
		if c.V0 > c.VDD {
			e.bad(path+".v0", "%g V is above the supply of %g V", c.V0, c.VDD)
		}
		if e.faults > 0 {
			continue
		}
		curves, err := cellCurves(&analogue, c.V0, c.Variation)
		if err != nil {
			e.bad(path, "%v", err)
			continue
		}
		if c.Kind == SingleTier {
			curves = withoutCapacitor(curves)
		}
		e.cells[name] = tile.Cell{
			SingleTier: c.Kind == SingleTier, SetCurrent: c.SetCurrent, SetWidth: c.SetWidth.Seconds(),
			Gain: c.Gain, V0: c.V0, Low: 0, High: c.VDD, Storage: storage, PCM: pcm.PCMSpec, Drift: pcm.DriftSpec,
			Transistors: analogue, ReadVoltage: c.ReadVoltage, Curves: curves,
		}
	}
}
