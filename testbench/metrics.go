package testbench

import (
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"fmt"
	"hash"
	"math"
	"strconv"

	"engram/netlist"
)

// metrics is metrics.csv being written: a row per test and per transfer. The
// first failed write is kept and told by sync.
type metrics struct {
	file  diskFile
	name  string
	bytes int64
	sum   hash.Hash // SHA-256 of the file
	err   error
}

func newMetrics(d disk, name string) (*metrics, error) {
	file, err := d.Open(name, 0)
	if err != nil {
		return nil, err
	}
	m := &metrics{file: file, name: name, sum: sha256.New()}
	m.row("event", "example", "epoch", "simulated_s", "rate", "test_accuracy_percent", "float_accuracy_percent",
		"transfer_s", "reads", "sets", "resets", "residual_pulses", "failed_cells", "error_rms_S", "error_max_S",
		"programming_s", "late_columns", "stuck_cells", "overshoots", "precharges", "ramps")
	if m.err != nil {
		file.Close()
		return nil, m.failure()
	}
	return m, nil
}

// continueMetrics cuts the file to its first n bytes and appends to them.
func continueMetrics(d disk, name string, n int64) (*metrics, error) {
	sum, err := hashHead(name, n)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	file, err := d.Open(name, n)
	if err != nil {
		return nil, err
	}
	return &metrics{file: file, name: name, bytes: n, sum: sum}, nil
}

func (m *metrics) row(cells ...string) {
	var line bytes.Buffer
	w := csv.NewWriter(&line)
	w.Write(cells)
	w.Flush()
	if m.err == nil {
		m.err = w.Error()
	}
	if m.err != nil {
		return // rows after a gap would be worse than none
	}
	m.sum.Write(line.Bytes())
	m.bytes += int64(line.Len())
	_, m.err = m.file.Write(line.Bytes())
}

// sync makes the rows so far survive a power failure, and returns the size and
// the SHA-256 of the file.
func (m *metrics) sync() (n int64, sum [sha256.Size]byte, err error) {
	if m.err == nil {
		m.err = m.file.Sync()
	}
	return m.bytes, [sha256.Size]byte(m.sum.Sum(nil)), m.failure()
}

func (m *metrics) failure() error {
	if m.err == nil {
		return nil
	}
	return fmt.Errorf("writing %s: %w", m.name, m.err)
}

func number(x float64) string {
	if math.IsNaN(x) {
		return ""
	}
	return strconv.FormatFloat(x, 'g', -1, 64)
}

func (m *metrics) test(t Test) {
	m.row("test", strconv.Itoa(t.Examples), number(t.Epoch), number(t.SimulatedSeconds), number(t.Rate),
		number(t.Accuracy), number(t.FloatAccuracy), "", "", "", "", "", "", "", "", "", "", "", "", "", "")
}

func (m *metrics) transfer(r netlist.TransferReport) {
	m.row("transfer", strconv.Itoa(r.Example), "", number(r.Start.Seconds()), "", "", "",
		number(r.Length.Seconds()), strconv.Itoa(r.Reads), strconv.Itoa(r.Sets), strconv.Itoa(r.Resets),
		strconv.Itoa(r.Pulses), strconv.Itoa(r.Failed), number(r.ErrorRMS), number(r.ErrorMax),
		number(r.Programming.Seconds()), strconv.Itoa(r.Late), strconv.Itoa(r.Stuck), strconv.Itoa(r.Overshoots),
		strconv.Itoa(r.Precharges), strconv.Itoa(r.Ramps))
}
