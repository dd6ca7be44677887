package wave

import (
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"strings"
	"time"
)

const (
	rawBuffer = 64 << 10 // bytes of samples between two writes
	rawCount  = 20       // columns reserved for the number of points
	rawRunes  = "._:"    // beside letters and digits, what ngspice's expressions take inside v()
)

// Raw writes a binary rawfile: a text header, then all values of the first
// sample as little-endian float64, all of the second, and so on. The header
// holds the number of samples, so it is written again whenever samples are; a
// run that is cut short leaves a file that loads up to the last Flush.
//
// The first variable is the time. The others are named as by [RawName], with a
// suffix where two names differ in case or replaced characters only. Of a Text
// the index of the label is stored.
type Raw struct {
	session
	w       io.WriterAt
	options RawOptions
	buf     []byte
	end     int64 // offset of what is not written yet
	countAt int64 // offset of the reserved number of points
	err     error // first failed write; the file's state is unknown after it
}

// RawOptions are the optional lines of a rawfile's header.
type RawOptions struct {
	Title string    // free text; control characters are removed, 400 bytes kept
	Date  time.Time // left out if zero, for the same bytes every time
}

// NewRaw returns a Writer of a rawfile that starts at offset 0 of w.
func NewRaw(w io.WriterAt, o RawOptions) *Raw { return &Raw{w: w, options: o} }

// RawName returns the name under which a signal appears in a rawfile:
// "v(hidden1.r3_c7.v)" for a voltage, i() for a current, q() for a charge, g()
// for a conductance, d() for a code and s() for a text. All of them can be used
// in ngspice's expressions and measurements.
func RawName(s Signal) string { return rawName(s.Type, s.Name) }

func rawName(t Type, name string) string {
	return types[t].letter + "(" + safeName(name, rawRunes) + ")"
}

// Begin implements Writer.
func (r *Raw) Begin(signals []Signal) error {
	if err := r.begin(signals); err != nil {
		return err
	}
	header := r.header()
	if _, err := r.w.WriteAt(header, 0); err != nil {
		r.err = fmt.Errorf("wave: rawfile: %w", err)
		return r.err
	}
	r.end = int64(len(header))
	return nil
}

func (r *Raw) header() []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "Title: %s\n", cleanText(r.options.Title, maxTitle))
	if d := r.options.Date; !d.IsZero() {
		fmt.Fprintf(&b, "Date: %s\n", d.Format(time.ANSIC))
	}
	fmt.Fprintf(&b, "Plotname: Transient Analysis\nFlags: real\nNo. Variables: %d\nNo. Points: ", 1+len(r.signals))
	r.countAt = int64(b.Len())
	fmt.Fprintf(&b, "%-*d\nVariables:\n\t0\ttime\ttime\n", rawCount, 0)
	var names namer
	for i, s := range r.signals {
		inner := strings.TrimSuffix(RawName(s), ")")
		fmt.Fprintf(&b, "\t%d\t%s)\t%s\n", i+1, names.unique(inner), types[s.Type].raw)
	}
	b.WriteString("Binary:\n")
	return []byte(b.String())
}

// Sample implements Writer.
func (r *Raw) Sample(t float64, values []float64) error {
	if r.err != nil {
		return r.err
	}
	if err := r.sample(t, values); err != nil {
		return err
	}
	r.buf = appendFloat(r.buf, t)
	for _, v := range values {
		r.buf = appendFloat(r.buf, v)
	}
	if len(r.buf) >= rawBuffer {
		return r.Flush()
	}
	return nil
}

func appendFloat(b []byte, v float64) []byte {
	return binary.LittleEndian.AppendUint64(b, math.Float64bits(v))
}

// Flush writes the samples so far, then the count that makes them valid.
func (r *Raw) Flush() error {
	if !r.begun {
		return errClosed
	}
	if r.err != nil || len(r.buf) == 0 {
		return r.err
	}
	if _, err := r.w.WriteAt(r.buf, r.end); err != nil {
		r.err = fmt.Errorf("wave: rawfile: %w", err)
		return r.err
	}
	r.end += int64(len(r.buf))
	r.buf = r.buf[:0]
	if _, err := fmt.Fprintf(io.NewOffsetWriter(r.w, r.countAt), "%-*d", rawCount, r.samples); err != nil {
		r.err = fmt.Errorf("wave: rawfile: %w", err)
	}
	return r.err
}

// Close implements Writer.
func (r *Raw) Close() error {
	if err := r.close(); err != nil {
		return err
	}
	return r.Flush()
}
