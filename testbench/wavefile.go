package testbench

import (
	"errors"
	"fmt"
	"io"
	"os"

	"engram/circuit/wave"
)

// WaveFormats are the formats that CreateWave writes.
var WaveFormats = []string{"raw", "vcd", "csv"}

// A WaveFile is a waveform that is written to a file.
type WaveFile struct {
	path string
	open func(f *os.File) wave.Writer
	w    wave.Writer // nil before Begin
	file *os.File
}

// NewWaveFile returns a file of a waveform of the testbench in one of
// WaveFormats. It is created when the recording begins, so that what comes to
// nothing leaves a file of before as it was.
func (b *Bench) NewWaveFile(path, format string) (*WaveFile, error) {
	title := b.Netlist.Title
	f := &WaveFile{path: path}
	switch format {
	case "raw":
		f.open = func(f *os.File) wave.Writer { return wave.NewRaw(f, wave.RawOptions{Title: title}) }
	case "vcd":
		f.open = func(f *os.File) wave.Writer { return wave.NewVCD(f, title) }
	case "csv":
		f.open = func(f *os.File) wave.Writer { return b.waveCSV(f) }
	default:
		return nil, fmt.Errorf("format %q: expected raw, vcd or csv", format)
	}
	return f, nil
}

// waveCSV returns a writer of a CSV file that says where it comes from.
func (b *Bench) waveCSV(w io.Writer) wave.Writer {
	return wave.NewCSV(w,
		wave.Property{Key: "testbench", Value: b.Name},
		wave.Property{Key: "title", Value: b.Netlist.Title},
		wave.Property{Key: "seed", Value: fmt.Sprint(b.Spec.Seed)})
}

// Begin implements wave.Writer and creates the file.
func (f *WaveFile) Begin(signals []wave.Signal) error {
	file, err := os.Create(f.path)
	if err != nil {
		return &InputError{err}
	}
	f.file, f.w = file, f.open(file)
	return f.w.Begin(signals)
}

// Sample implements wave.Writer.
func (f *WaveFile) Sample(now float64, values []float64) error { return f.w.Sample(now, values) }

// Close implements wave.Writer and closes the file.
func (f *WaveFile) Close() error {
	if f.w == nil {
		return nil
	}
	return errors.Join(f.w.Close(), f.file.Close())
}

// A WaveTee writes one waveform to several writers.
type WaveTee []wave.Writer

// Begin implements wave.Writer.
func (t WaveTee) Begin(signals []wave.Signal) error {
	return t.each(func(w wave.Writer) error { return w.Begin(signals) })
}

// Sample implements wave.Writer.
func (t WaveTee) Sample(now float64, values []float64) error {
	for _, w := range t { // without a closure: this is the inner loop
		if err := w.Sample(now, values); err != nil {
			return err
		}
	}
	return nil
}

// Close implements wave.Writer; it closes all, also where one fails.
func (t WaveTee) Close() error { return t.each(wave.Writer.Close) }

func (t WaveTee) each(f func(wave.Writer) error) error {
	var errs []error
	for _, w := range t {
		errs = append(errs, f(w))
	}
	return errors.Join(errs...)
}
