package wave

import (
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
)

// CSV writes one row per sample. A preamble of "# key=value" lines comes first
// (pandas reads past it with comment="#"), then the header with the units,
// "time_s,hidden1_r3_c7_v_V": paths reduced to letters, digits and underscores,
// and a suffix where two become equal. Numbers are the shortest decimals that
// read back as the same float64; a Text is its label, an unknown Code is empty.
type CSV struct {
	session
	w      *csv.Writer
	out    io.Writer
	header []Property
	row    []string
}

// A Property is a line of a CSV file's preamble.
type Property struct{ Key, Value string }

// NewCSV returns a Writer of a CSV file with the given preamble. Control
// characters of the properties are replaced by blanks.
func NewCSV(w io.Writer, preamble ...Property) *CSV {
	return &CSV{w: csv.NewWriter(w), out: w, header: preamble}
}

// Begin implements Writer.
func (c *CSV) Begin(signals []Signal) error {
	if err := c.begin(signals); err != nil {
		return err
	}
	for _, p := range c.header {
		key := strings.ReplaceAll(cleanText(p.Key, maxTitle), "=", "_")
		if _, err := fmt.Fprintf(c.out, "# %s=%s\n", key, cleanText(p.Value, maxTitle)); err != nil {
			return fmt.Errorf("wave: csv: %w", err)
		}
	}
	var names namer
	c.row = append(c.row, names.unique("time_s"))
	for _, s := range signals {
		name := safeName(s.Name, "")
		if unit := s.Type.Unit(); unit != "" {
			name += "_" + unit
		}
		c.row = append(c.row, names.unique(name))
	}
	return c.writeRow()
}

// Sample implements Writer.
func (c *CSV) Sample(t float64, values []float64) error {
	if err := c.sample(t, values); err != nil {
		return err
	}
	c.row = append(c.row, formatFloat(t))
	for i := range c.signals {
		c.row = append(c.row, c.field(&c.signals[i], values[i]))
	}
	return c.writeRow()
}

func (c *CSV) field(s *Signal, v float64) string {
	switch {
	case s.Type == Text:
		return cleanText(s.Labels[int(v)], maxTitle)
	case s.Type == Code && math.IsNaN(v):
		return ""
	case s.Type == Code:
		return strconv.FormatInt(int64(v), 10)
	}
	return formatFloat(v)
}

func (c *CSV) writeRow() error {
	err := c.w.Write(c.row)
	c.row = c.row[:0]
	if err != nil {
		return fmt.Errorf("wave: csv: %w", err)
	}
	return nil
}

// Close implements Writer.
func (c *CSV) Close() error {
	if err := c.close(); err != nil {
		return err
	}
	c.w.Flush()
	if err := c.w.Error(); err != nil {
		return fmt.Errorf("wave: csv: %w", err)
	}
	return nil
}

func formatFloat(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }
