package wave

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
)

// ErrRawLimit is wrapped by the error of a rawfile that needs more memory than
// allowed.
var ErrRawLimit = errors.New("rawfile is larger than the limit")

const maxHeaderLine = 512 // bytes, the line buffer of ngspice

// A Plot is one analysis of a rawfile.
type Plot struct {
	Name string // "Transient Analysis"
	Date string
	Record
}

// ReadRaw reads all plots of a rawfile, binary or ASCII. It allocates for what
// it has read, not for what the header promises, and stops with [ErrRawLimit]
// where the values and names would take more than limit bytes. Complex plots
// and vectors of unequal length are errors. Command and Option lines are
// skipped. Variables are named as in the file; the types keep their kind where
// this package has it and become Number otherwise.
func ReadRaw(r io.Reader, limit int64) ([]*Plot, error) {
	p := rawParser{r: bufio.NewReaderSize(r, rawBuffer), left: limit}
	for {
		plot, err := p.plot()
		if err == io.EOF {
			return p.plots, nil
		}
		if err != nil {
			return nil, fmt.Errorf("wave: rawfile, line %d, plot %d: %w", p.line, len(p.plots)+1, err)
		}
		p.plots = append(p.plots, plot)
	}
}

// A rawParser reads one plot after another.
type rawParser struct {
	r     *bufio.Reader
	left  int64 // bytes that may still be kept
	line  int   // lines of headers so far
	title string
	date  string
	plots []*Plot
}

// A rawHeader is what a plot's header declares.
type rawHeader struct {
	plot      *Plot
	variables int64
	points    int64
}

// spend accounts for n bytes kept.
func (p *rawParser) spend(n int) error {
	if p.left -= int64(n); p.left < 0 {
		return ErrRawLimit
	}
	return nil
}

// plot reads one plot. It returns io.EOF where there is none.
func (p *rawParser) plot() (*Plot, error) {
	h := rawHeader{variables: -1, points: -1}
	for first := true; ; {
		text, err := p.headerLine()
		if err == io.EOF && !first {
			err = io.ErrUnexpectedEOF
		}
		if err != nil {
			return nil, err
		}
		if strings.TrimSpace(text) == "" {
			continue
		}
		first = false
		key, value, ok := strings.Cut(text, ":")
		if !ok {
			return nil, fmt.Errorf("strange line %.40q", text)
		}
		key, value = strings.ToLower(key), strings.TrimSpace(value)
		if key == "binary" || key == "values" {
			return h.plot, p.data(&h, key == "binary")
		}
		if err := p.header(&h, key, value); err != nil {
			return nil, err
		}
	}
}

// headerLine returns the next line without its end, or io.EOF.
func (p *rawParser) headerLine() (string, error) {
	p.line++
	var b []byte
	for {
		c, err := p.r.ReadByte()
		switch {
		case err == io.EOF && len(b) > 0, err == nil && c == '\n':
			return strings.TrimSuffix(string(b), "\r"), nil
		case err != nil:
			return "", err
		case len(b) == maxHeaderLine:
			return "", fmt.Errorf("header line is longer than %d bytes", maxHeaderLine)
		}
		b = append(b, c)
	}
}

// header interprets one line of a header other than the last.
func (p *rawParser) header(h *rawHeader, key, value string) (err error) {
	switch key {
	case "title":
		p.title = value
	case "date":
		p.date = value
	case "plotname":
		if h.plot != nil {
			return errors.New("plotname comes twice")
		}
		h.plot = &Plot{Name: value, Date: p.date, Record: Record{Title: p.title}}
		return p.spend(256 + len(value) + len(p.date) + len(p.title))
	case "flags":
		return checkFlags(value)
	case "no. variables":
		h.variables, err = parseCount(value)
	case "no. points":
		h.points, err = parseCount(value)
	case "variables":
		return p.variables(h, value)
	case "command", "option", "dimensions":
		// Commands are for whoever trusts the file; a transient plot has one dimension.
	default:
		return fmt.Errorf("strange line %.40q", key)
	}
	return err
}

func checkFlags(value string) error {
	for _, flag := range strings.Fields(strings.ToLower(value)) {
		if flag == "complex" || flag == "unpadded" {
			return fmt.Errorf("%s plots cannot be read", flag)
		}
	}
	return nil
}

func parseCount(s string) (int64, error) {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 0 {
		return 0, fmt.Errorf("%.40q is not a count", s)
	}
	return n, nil
}

// variables reads the list of variables; ngspice lets the first follow the key.
func (p *rawParser) variables(h *rawHeader, text string) error {
	switch {
	case h.plot == nil:
		return errors.New("variables before plotname")
	case len(h.plot.Signals) > 0:
		return errors.New("variables comes twice")
	case h.variables < 1:
		return errors.New("number of variables is missing or zero")
	}
	for i := int64(0); i < h.variables; i++ {
		if text == "" {
			var err error
			if text, err = p.headerLine(); err == io.EOF {
				return io.ErrUnexpectedEOF
			} else if err != nil {
				return err
			}
		}
		f := strings.Fields(text)
		if len(f) < 3 {
			return fmt.Errorf("variable line %.40q: want index, name and type", text)
		}
		if err := p.spend(128 + len(f[1])); err != nil {
			return err
		}
		h.plot.Signals = append(h.plot.Signals, Signal{Name: f[1], Type: rawType(f[2])})
		text = ""
	}
	return nil
}

func rawType(keyword string) Type {
	for _, t := range []Type{Voltage, Current, Charge, Conductance} {
		if strings.EqualFold(types[t].raw, keyword) {
			return t
		}
	}
	return Number
}

// data reads the values and moves the first variable, the scale, to Time.
func (p *rawParser) data(h *rawHeader, binary bool) error {
	if h.plot == nil || len(h.plot.Signals) == 0 || h.points < 0 {
		return errors.New("values before plotname, variables or number of points")
	}
	next := p.asciiRow
	if binary {
		next = p.binaryRow
	}
	n := len(h.plot.Signals)
	columns := make([][]float64, n)
	row := make([]byte, 8*n)
	for i := range h.points {
		if err := p.spend(8 * n); err != nil {
			return err
		}
		if err := next(i, row, columns); err != nil {
			return fmt.Errorf("point %d of %d: %w", i, h.points, err)
		}
	}
	h.plot.Time, h.plot.Values = columns[0], columns[1:]
	h.plot.Signals = h.plot.Signals[1:]
	return nil
}

func (p *rawParser) binaryRow(_ int64, row []byte, columns [][]float64) error {
	if _, err := io.ReadFull(p.r, row); err != nil {
		return io.ErrUnexpectedEOF
	}
	for i := range columns {
		bits := binary.LittleEndian.Uint64(row[8*i:])
		columns[i] = append(columns[i], math.Float64frombits(bits))
	}
	return nil
}

func (p *rawParser) asciiRow(point int64, _ []byte, columns [][]float64) error {
	word, err := p.word()
	if err != nil {
		return err
	}
	if n, err := parseCount(word); err != nil || n != point {
		return fmt.Errorf("index is %.40q", word)
	}
	for i := range columns {
		if word, err = p.word(); err != nil {
			return err
		}
		v, err := strconv.ParseFloat(word, 64)
		if err != nil && !errors.Is(err, strconv.ErrRange) {
			return fmt.Errorf("%.40q is not a number", word)
		}
		columns[i] = append(columns[i], v)
	}
	return nil
}

// word returns the next run of characters that are not blank.
func (p *rawParser) word() (string, error) {
	var b []byte
	for {
		c, err := p.r.ReadByte()
		if err == io.EOF && len(b) > 0 {
			return string(b), nil
		}
		if err != nil {
			return "", io.ErrUnexpectedEOF
		}
		if c == ' ' || c == '\t' || c == '\n' || c == '\r' {
			if len(b) > 0 {
				return string(b), nil
			}
			continue
		}
		if b = append(b, c); len(b) > maxHeaderLine {
			return "", errors.New("number is too long")
		}
	}
}
