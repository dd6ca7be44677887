package wave

import (
	"bufio"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
)

// maxTick is the last time a VCD file can hold, in ps: 18.8 minutes. Up to here
// picoseconds survive the conversion to float64 seconds and back, whose three
// roundings of at most 2^-53 each stay below half a picosecond.
const maxTick = 1 << 50

// ticks returns t, in seconds, in picoseconds.
func ticks(t float64) int64 { return int64(math.Round(t * 1e12)) }

// VCD writes a value change dump with a time unit of 1 ps. The dotted paths
// become nested scopes. Analogue signals are real variables, written at every
// sample, since viewers draw a line between the changes they are given; codes
// are wires and texts are string variables, written when they change. An
// unknown code is x. Samples that round to the same picosecond share a time
// stamp, at which the later value wins.
type VCD struct {
	session
	w     *bufio.Writer
	title string
	ids   []string
	prev  []float64 // values written last
	tick  int64     // time stamp written last, -1 before the first
}

// NewVCD returns a Writer of a VCD file. The title becomes its comment.
func NewVCD(w io.Writer, title string) *VCD {
	return &VCD{w: bufio.NewWriter(w), title: title, tick: -1}
}

// Begin implements Writer.
func (v *VCD) Begin(signals []Signal) error {
	if err := v.begin(signals); err != nil {
		return err
	}
	v.prev = make([]float64, len(signals))
	// A "$end" in the title would end the comment.
	title := strings.ReplaceAll(cleanText(v.title, maxTitle), "$", "_")
	fmt.Fprintf(v.w, "$version Engram $end\n$comment %s $end\n$timescale 1 ps $end\n", title)
	root := scope{}
	for i := range v.signals {
		v.ids = append(v.ids, vcdID(i))
		root.add(strings.Split(v.signals[i].Name, "."), i)
	}
	v.declare(&root)
	v.w.WriteString("$enddefinitions $end\n")
	return v.failure()
}

// A scope is a level of the hierarchy, in the order of first mention.
type scope struct {
	name   string
	leaves []leaf
	scopes []*scope
	names  namer
}

type leaf struct {
	name   string
	signal int
}

func (s *scope) add(path []string, signal int) {
	name := safeName(path[0], "")
	if name == "" {
		name = "n"
	}
	if len(path) == 1 {
		s.leaves = append(s.leaves, leaf{s.names.unique(name), signal})
		return
	}
	for _, inner := range s.scopes {
		if inner.name == name {
			inner.add(path[1:], signal)
			return
		}
	}
	inner := &scope{name: name}
	s.scopes = append(s.scopes, inner)
	inner.add(path[1:], signal)
}

func (v *VCD) declare(s *scope) {
	for _, l := range s.leaves {
		kind, bits := "real", 64
		switch signal := &v.signals[l.signal]; signal.Type {
		case Code:
			kind, bits = "wire", signal.Bits
		case Text:
			kind, bits = "string", 1
		}
		fmt.Fprintf(v.w, "$var %s %d %s %s $end\n", kind, bits, v.ids[l.signal], l.name)
	}
	for _, inner := range s.scopes {
		fmt.Fprintf(v.w, "$scope module %s $end\n", inner.name)
		v.declare(inner)
		v.w.WriteString("$upscope $end\n")
	}
}

// Sample implements Writer.
func (v *VCD) Sample(t float64, values []float64) error {
	if err := v.sample(t, values); err != nil {
		return err
	}
	tick := ticks(t)
	if tick > maxTick {
		return fmt.Errorf("wave: vcd: %g s is past the last time stamp, %g s", t, maxTick*1e-12)
	}
	first := v.tick < 0
	stamped := false
	for i, x := range values {
		s := &v.signals[i]
		if !first && !s.Type.analogue() && same(x, v.prev[i]) {
			continue
		}
		if !stamped {
			v.stamp(tick)
			if first {
				v.w.WriteString("$dumpvars\n")
			}
			stamped = true
		}
		v.prev[i] = x
		v.change(s, x, v.ids[i])
	}
	if first && stamped {
		v.w.WriteString("$end\n")
	}
	return v.failure()
}

// same is equality with NaN equal to itself.
func same(a, b float64) bool { return a == b || a != a && b != b }

// stamp writes a time stamp, once.
func (v *VCD) stamp(tick int64) {
	if tick > v.tick {
		v.tick = tick
		fmt.Fprintf(v.w, "#%d\n", tick)
	}
}

func (v *VCD) change(s *Signal, x float64, id string) {
	b := v.w.AvailableBuffer()
	switch s.Type {
	case Text:
		b = append(b, 's')
		b = append(b, vcdString(s.Labels[int(x)])...)
	case Code:
		b = append(b, 'b')
		if math.IsNaN(x) {
			b = append(b, 'x')
		} else {
			b = strconv.AppendUint(b, uint64(int64(x))&(1<<s.Bits-1), 2)
		}
	default:
		b = append(b, 'r')
		b = strconv.AppendFloat(b, x, 'g', -1, 64)
	}
	b = append(b, ' ')
	b = append(b, id...)
	v.w.Write(append(b, '\n'))
}

// vcdString maps a label to the printable characters other than the blank,
// which ends a value.
func vcdString(s string) string {
	return strings.Map(func(r rune) rune {
		if r <= ' ' || r > '~' {
			return '_'
		}
		return r
	}, s)
}

// vcdID returns the i-th identifier code: a number to base 94 whose digits are
// the characters ! to ~, least significant first.
func vcdID(i int) string {
	var b []byte
	for i++; i > 0; i /= 94 {
		i--
		b = append(b, byte('!'+i%94))
	}
	return string(b)
}

// Close implements Writer. It marks the time of the last sample.
func (v *VCD) Close() error {
	if err := v.close(); err != nil {
		return err
	}
	if v.samples > 0 {
		v.stamp(ticks(v.last))
	}
	v.w.Flush()
	return v.failure()
}

// failure returns the first error of the buffered writer, which keeps it.
func (v *VCD) failure() error {
	if _, err := v.w.Write(nil); err != nil {
		return fmt.Errorf("wave: vcd: %w", err)
	}
	return nil
}
