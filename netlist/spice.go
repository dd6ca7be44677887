package netlist

import (
	"bufio"
	"fmt"
	"io"
	"math"
	"regexp"
	"strings"

	"engram/circuit/transient"
	"engram/device"
)

// SPICEOptions are the parts of a deck that the bench does not determine.
type SPICEOptions struct {
	// Title is the first line of the deck; control characters become blanks.
	Title string
	// RawFile is the name of the file that ngspice writes, relative to where
	// it runs; letters, digits, dot, dash and underscore. Default engram.raw.
	RawFile string
	// RelTol is ngspice's relative tolerance. Default 1e-5, for an agreement
	// with Engram's own solver of 1e-4 of full scale.
	RelTol float64
	// MaxStep in s bounds ngspice's step. Default Stop/50, as ngspice's own.
	MaxStep float64
}

var rawName = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_.-]*$`)

// WriteSPICE writes the bench as a self-contained ngspice deck: transistors as
// behavioural sources of the equations of [device.FETSpec], the mismatch of
// every transistor, lines as PWL sources. `ngspice -b deck` runs it and writes
// a raw file with the voltages of all storage nodes, r<row>_c<col>.v.
func WriteSPICE(w io.Writer, b *device.ArrayBench, o SPICEOptions) error {
	if err := b.Validate(); err != nil {
		return fmt.Errorf("spice deck: %w", err)
	}
	if o.RawFile == "" {
		o.RawFile = "engram.raw"
	}
	if !rawName.MatchString(o.RawFile) {
		return fmt.Errorf("spice deck: raw file name %q may hold letters, digits, '.', '-' and '_' only", o.RawFile)
	}
	if o.RelTol == 0 {
		o.RelTol = 1e-5
	}
	if o.MaxStep == 0 {
		o.MaxStep = b.Stop / 50
	}
	lines, err := b.Lines()
	if err != nil {
		return fmt.Errorf("spice deck: %w", err)
	}
	d := &deck{w: bufio.NewWriter(w), bench: b}
	d.header(o)
	d.transistor("up", &b.Cell.Up, updatePorts)
	d.transistor("down", &b.Cell.Down, updatePorts)
	d.transistor("read", &b.Cell.Read, readPorts)
	d.sources(lines)
	for i := range b.Rows {
		for j := range b.Cols {
			d.cell(i, j)
		}
	}
	d.footer(o)
	if err := d.w.Flush(); err != nil {
		return fmt.Errorf("spice deck: %w", err)
	}
	return nil
}

// deck writes the parts of a deck. Write errors surface at the final Flush.
type deck struct {
	w     *bufio.Writer
	bench *device.ArrayBench
}

func (d *deck) printf(format string, args ...any) { fmt.Fprintf(d.w, format, args...) }

// num formats x with all its digits.
func num(x float64) string { return fmt.Sprintf("%.17g", x) }

// printable replaces what could end a line of the deck or of a raw header.
func printable(s string) string {
	clean := strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r > 0xff {
			return ' '
		}
		return r
	}, s)
	return clean[:min(len(clean), 400)]
}

func (d *deck) header(o SPICEOptions) {
	c := &d.bench.Cell
	d.printf("* %s\n", printable(o.Title))
	d.printf("* %d x %d cells; transistors in the EKV form, voltages referred to the bulk:\n", d.bench.Rows, d.bench.Cols)
	d.printf("*   vp = (vg - vt + sigma (vd + vs))/n\n")
	d.printf("*   i  = is (sp((vp-vs)/2ut)^2 - sp((vp-vd)/2ut)^2) (1 + lambda (sqrt(vds^2+4ut^2) - 2ut))\n")
	d.printf("*        / (1 + theta n ut sp(vp/ut)),  sp(x) = ln(1+e^x)\n")
	d.printf("* a charge Q on a node at v is a capacitor of 1 fF to a node q at v - Q/fF\n")
	d.printf(".func sp(x) {ln(1+exp(x))}\n")
	d.printf(".options method=trap reltol=%s abstol=1e-15 vntol=1e-9 chgtol=%s trtol=1 gmin=1e-20\n",
		num(o.RelTol), num(c.C*c.VDD))
	d.printf("vvdd vdd 0 %s\nvplate plate 0 %s\n", num(c.VDD), num(c.Plate))
}

// transistor writes the subcircuit of a card, with the threshold and the
// specific current of a device as parameters. The source of an update
// transistor is its bulk, so that its voltage is 0.
func (d *deck) transistor(name string, s *device.FETSpec, ports string) {
	ut := s.ThermalVoltage()
	d.printf(".subckt %s %s vt=%s is=%s\n", name, ports, num(s.VT), num(s.SpecificCurrent(0, 1)))
	vd, vg, vs := voltages(s, ports)
	vp := fmt.Sprintf("(%s-{vt})/%s", vg, num(s.N))
	if s.DIBL != 0 {
		vp = fmt.Sprintf("(%s-{vt}+%s*(%s+%s))/%s", vg, num(s.DIBL), vd, vs, num(s.N))
	}
	current := fmt.Sprintf("{is}*(sp((%s-%s)/%s)^2-sp((%s-%s)/%s)^2)", vp, vs, num(2*ut), vp, vd, num(2*ut))
	if s.Lambda != 0 {
		current += fmt.Sprintf("*(1+%s*(sqrt((%s-%s)^2+%s)-%s))", num(s.Lambda), vd, vs, num(4*ut*ut), num(2*ut))
	}
	if s.Theta != 0 {
		current += fmt.Sprintf("/(1+%s*sp(%s/%s))", num(s.Theta*s.N*ut), vp, num(ut))
	}
	from, to := "d", "s"
	if s.Polarity == device.PFET {
		from, to = "s", "d"
	}
	d.printf("bi %s %s i = %s\n", from, to, current)
	d.charge(s, ports)
	d.printf(".ends\n")
}

// Ports of the subcircuits.
const (
	updatePorts = "d g s"   // the bulk is on the source, d is the storage node
	readPorts   = "d g s b" // g is the storage node
)

// voltages returns the voltages of drain, gate and source to the bulk, as an
// NFET sees them.
func voltages(s *device.FETSpec, ports string) (vd, vg, vs string) {
	switch {
	case ports == readPorts:
		return "v(d,b)", "v(g,b)", "v(s,b)"
	case s.Polarity == device.PFET:
		return "v(s,d)", "v(s,g)", "0"
	default:
		return "v(d,s)", "v(g,s)", "0"
	}
}

// charge puts the charge of a transistor on its storage node: Q(v) as a
// capacitor of 1 fF between the node and one at v - Q/fF. Charges that pass
// between prescribed voltages only, which no storage node sees, are left out.
func (d *deck) charge(s *device.FETSpec, ports string) {
	channel, width := s.Cox*s.W*s.L, s.NOffCV*s.ThermalVoltage()
	vd, vg, vs := voltages(s, ports)
	vq := fmt.Sprintf("(%s-{vt}-%s)/%s", vg, num(s.VOffCV), num(s.N))
	ys := fmt.Sprintf("sp((%s-%s)/%s)", vq, vs, num(2*width))
	yd := fmt.Sprintf("sp((%s-%s)/%s)", vq, vd, num(2*width))
	unit := 1e15 * s.N * channel / 6 * 2 * width
	node, charge := "d", fmt.Sprintf("%s*(2*%s+%s)", num(-unit), yd, ys)
	switch {
	case ports == readPorts:
		node = "g"
		charge = fmt.Sprintf("%s*%s+%s*(%s+%s)", num(1e15*channel*(s.N-1)/s.N), vg, num(3*unit/s.N), ys, yd)
	case s.Polarity == device.PFET:
		charge = fmt.Sprintf("%s*(2*%s+%s)", num(unit), yd, ys)
	}
	if channel > 0 {
		d.printf("bq q 0 v = v(%s)-(%s)\ncq %s q 1e-15\n", node, charge, node)
	}
	linear := []linearCapacitor{{"cgd", "g d", s.COv * s.W}}
	if ports == readPorts {
		linear = append(linear, linearCapacitor{"cgs", "g s", s.COv * s.W})
	} else {
		linear = append(linear, linearCapacitor{"cjd", "d s", s.CJ * s.W})
	}
	for _, c := range linear {
		if c.farads > 0 {
			d.printf("%s %s %s\n", c.name, c.nodes, num(c.farads))
		}
	}
}

type linearCapacitor struct {
	name, nodes string
	farads      float64
}

// sources writes the shared lines.
func (d *deck) sources(l device.Lines) {
	for _, g := range []struct {
		name  string
		waves []*transient.PWL
	}{{"rowup", l.RowUp}, {"colup", l.ColUp}, {"rowdn", l.RowDown}, {"coldn", l.ColDown}, {"read", l.RowRead}} {
		for k, wave := range g.waves {
			d.pwl(fmt.Sprintf("%s%d", g.name, k), wave)
		}
	}
	for k := range d.bench.Cols {
		d.printf("vcol%d col%d 0 0\n", k, k)
	}
}

// pwl writes a source between the node of that name and ground.
func (d *deck) pwl(name string, wave *transient.PWL) {
	times, values := wave.Points()
	if len(times) == 1 {
		d.printf("v%s %s 0 %s\n", name, name, num(values[0]))
		return
	}
	d.printf("v%s %s 0 pwl(\n", name, name)
	for k, t := range times {
		d.printf("+ %s %s\n", num(t), num(values[k]))
	}
	d.printf("+ )\n")
}

// cell writes the cell of row i and column j.
func (d *deck) cell(i, j int) {
	b := d.bench
	c := &b.Cell
	id := fmt.Sprintf("r%d_c%d", i, j)
	node := device.CellName(i, j)
	d.printf("b%s.gu %s.gu 0 v = %s+%s*v(rowup%d)*v(colup%d)\n", id, id, num(c.VDD), num(c.UpGate-c.VDD), i, j)
	d.printf("b%s.gd %s.gd 0 v = %s*v(rowdn%d)*v(coldn%d)\n", id, id, num(c.DownGate), i, j)
	d.printf("c%s %s 0 %s\n", id, node, num(c.C))
	if !math.IsInf(c.LeakR, 1) {
		d.printf("r%s %s plate %s\n", id, node, num(c.LeakR))
	}
	up, down, read := b.Shifts(i, j)
	for _, x := range []struct {
		name, nodes string
		spec        *device.FETSpec
		shift       float64
	}{
		{"up", fmt.Sprintf("%s %s.gu vdd", node, id), &c.Up, up},
		{"down", fmt.Sprintf("%s %s.gd 0", node, id), &c.Down, down},
		{"read", fmt.Sprintf("read%d %s col%d 0", i, node, j), &c.Read, read},
	} {
		d.printf("x%s.%s %s %s vt=%s is=%s\n", id, x.name, x.nodes, x.name,
			num(x.spec.Threshold(x.shift)), num(x.spec.SpecificCurrent(x.shift, 1)))
	}
	d.printf(".ic v(%s)=%s\n", node, num(b.Start(i, j)))
}

// footer writes the analysis and the commands that run it.
func (d *deck) footer(o SPICEOptions) {
	b := d.bench
	d.printf(".save")
	for i := range b.Rows {
		for j := range b.Cols {
			d.printf(" v(%s)", device.CellName(i, j))
		}
		d.printf("\n+")
	}
	d.printf("\n.tran %s %s 0 %s\n", num(o.MaxStep), num(b.Stop), num(o.MaxStep))
	d.printf(".control\nset filetype=binary\nrun\nwrite %s\nquit\n.endc\n.end\n", o.RawFile)
}
