package testbench

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"engram/testbench/dataset"
)

// A checkpoint file holds all that a training changes, little-endian:
//
//	header    the struct checkpointHeader
//	results   header.Results records of the struct savedTest
//	system    netlist.System.SaveState, header.System bytes
//	twin      the float32 weights of the twin, header.Twin bytes
//	sum       SHA-256 of everything before it, 32 bytes
//
// What follows from the netlist, the seed and the data is not in it; their
// hashes are, so that a checkpoint is never continued with others.

const (
	checkpointMagic = "ENGRAMCK"
	// checkpointVersion changes with the meaning of any byte of the format.
	checkpointVersion = 3
)

// checkpointHeader begins a checkpoint file.
type checkpointHeader struct {
	Magic    [8]byte
	Version  uint32
	Level    uint32            // circuit.Level
	Netlist  [sha256.Size]byte // of resolved.toml
	Data     [sha256.Size]byte // of the hashes of the data files
	Seed     uint64
	Examples int64 // trained
	Results  int64
	System   int64
	Twin     int64
	position
}

// A position is where a run folder stands at a checkpoint.
type position struct {
	MetricsBytes int64             // of metrics.csv
	MetricsSum   [sha256.Size]byte // of those bytes
	TransferTime int64             // simulated so far, ps
	WallTime     int64             // spent so far, ns
}

// savedTest is a Test of fixed size.
type savedTest struct {
	Examples                                               int64
	Epoch, Rate, SimulatedSeconds, Accuracy, FloatAccuracy float64
}

// save writes the state of the training to w as a checkpoint. It fails,
// writing nothing, where a cell or a weight is no number.
func (t *Trainer) save(w io.Writer, netlistSum [sha256.Size]byte, p position) error {
	if err := t.checkState(); err != nil {
		return err
	}
	h := t.header(netlistSum)
	h.Examples, h.Results, h.System, h.position = int64(t.done), int64(len(t.results)), t.System.StateBytes(), p
	sum := sha256.New()
	out := io.MultiWriter(w, sum)
	if err := binary.Write(out, binary.LittleEndian, h); err != nil {
		return err
	}
	for _, r := range t.results {
		s := savedTest{int64(r.Examples), r.Epoch, r.Rate, r.SimulatedSeconds, r.Accuracy, r.FloatAccuracy}
		if err := binary.Write(out, binary.LittleEndian, s); err != nil {
			return err
		}
	}
	if err := t.System.SaveState(out); err != nil {
		return err
	}
	if t.Twin != nil {
		for _, w := range t.Twin.weights() {
			if err := binary.Write(out, binary.LittleEndian, w); err != nil {
				return err
			}
		}
	}
	_, err := w.Write(sum.Sum(nil))
	return err
}

// header is what every checkpoint of the training begins with.
func (t *Trainer) header(netlistSum [sha256.Size]byte) checkpointHeader {
	h := checkpointHeader{
		Magic: [8]byte([]byte(checkpointMagic)), Version: checkpointVersion, Level: uint32(t.level),
		Netlist: netlistSum, Data: t.dataSum(), Seed: t.Spec.Seed,
	}
	if t.Twin != nil {
		h.Twin = t.Twin.bytes()
	}
	return h
}

// dataSum hashes the hashes of the files that the data come from.
func (t *Trainer) dataSum() (sum [sha256.Size]byte) {
	h := sha256.New()
	for _, set := range []*dataset.Set{t.train, t.test} {
		fmt.Fprintln(h, set.Len(), set.Dim(), set.Classes)
		for _, f := range set.Files {
			fmt.Fprintln(h, f.SHA256, f.Bytes)
		}
	}
	return [sha256.Size]byte(h.Sum(nil))
}

// errDamaged marks a checkpoint whose bytes are not those that were written.
var errDamaged = errors.New("damaged")

// restore continues from a checkpoint of size bytes that save wrote for the
// same netlist, seed, data and level. An error of errDamaged leaves the
// training as it was.
func (t *Trainer) restore(r io.ReaderAt, size int64, netlistSum [sha256.Size]byte) (position, error) {
	// The sum comes first, so that damage to a hash in the header is not
	// taken for another netlist.
	if err := checkSum(r, size-sha256.Size); err != nil {
		return position{}, err
	}
	body := io.NewSectionReader(r, 0, size-sha256.Size)
	h, err := t.readHeader(body, size, netlistSum)
	if err != nil {
		return position{}, err
	}
	if want := h.bytes(); body.Size() != want {
		return position{}, fmt.Errorf("%w: %d bytes, expected %d", errDamaged, body.Size(), want)
	}
	return h.position, t.restoreState(body, h)
}

// bytes returns the size of a checkpoint without its sum.
func (h *checkpointHeader) bytes() int64 {
	return int64(binary.Size(h)) + h.Results*int64(binary.Size(savedTest{})) + h.System + h.Twin
}

// maxResults bounds the number of tests of a run, far above any.
const maxResults = 1 << 24

// readHeader reads the header of a file of size bytes and compares it with that
// of the training.
func (t *Trainer) readHeader(r io.Reader, size int64, netlistSum [sha256.Size]byte) (h checkpointHeader, err error) {
	if err := binary.Read(r, binary.LittleEndian, &h); err != nil {
		return h, fmt.Errorf("%w: it ends in its header", errDamaged)
	}
	want := t.header(netlistSum)
	switch {
	case h.Magic != want.Magic:
		return h, fmt.Errorf("%w: not a checkpoint", errDamaged)
	case h.Version != want.Version:
		return h, fmt.Errorf("checkpoint of version %d, this program reads version %d", h.Version, want.Version)
	case h.Netlist != want.Netlist:
		return h, errors.New("checkpoint of another netlist or testbench than resolved.toml")
	case h.Seed != want.Seed:
		return h, fmt.Errorf("checkpoint of seed %d, not %d", h.Seed, want.Seed)
	case h.Data != want.Data:
		return h, errors.New("checkpoint of a run on other data: the hashes of the data files differ")
	case h.Level != want.Level:
		return h, fmt.Errorf("checkpoint of level %d, not %d", h.Level, want.Level)
	case h.Results < 0 || h.Results > maxResults:
		return h, fmt.Errorf("%w: %d tests", errDamaged, h.Results)
	case h.System < 0 || h.System > size || h.Twin != want.Twin:
		return h, fmt.Errorf("%w: %d + %d bytes of state", errDamaged, h.System, h.Twin)
	case h.Examples < 0 || h.Examples > int64(t.Total()):
		return h, fmt.Errorf("%w: %d examples of %d", errDamaged, h.Examples, t.Total())
	}
	return h, nil
}

// checkSum compares the SHA-256 of the first n bytes of r with what follows.
func checkSum(r io.ReaderAt, n int64) error {
	if n < 0 {
		return fmt.Errorf("%w: too short", errDamaged)
	}
	h := sha256.New()
	if _, err := io.Copy(h, io.NewSectionReader(r, 0, n)); err != nil {
		return err
	}
	var stored [sha256.Size]byte
	if _, err := r.ReadAt(stored[:], n); err != nil && err != io.EOF {
		return err
	}
	if !bytes.Equal(stored[:], h.Sum(nil)) {
		return fmt.Errorf("%w: its checksum is wrong", errDamaged)
	}
	return nil
}

// restoreState reads what follows the header.
func (t *Trainer) restoreState(r io.Reader, h checkpointHeader) error {
	saved := make([]savedTest, h.Results)
	if err := binary.Read(r, binary.LittleEndian, saved); err != nil {
		return err
	}
	state := io.LimitedReader{R: r, N: h.System}
	if err := t.System.LoadState(&state); err != nil {
		return err
	}
	if state.N > 0 {
		return fmt.Errorf("%w: %d bytes left over of the state", errDamaged, state.N)
	}
	if t.Twin != nil {
		for k, w := range t.Twin.weights() {
			if err := binary.Read(r, binary.LittleEndian, w); err != nil {
				return err
			}
			t.Twin.arrays[k].set(w)
		}
	}
	t.done, t.results = int(h.Examples), nil
	for _, s := range saved {
		t.results = append(t.results, Test{int(s.Examples), s.Epoch, s.Rate, s.SimulatedSeconds, s.Accuracy, s.FloatAccuracy})
	}
	return t.check()
}

// check fails with the first cell of the system or weight of the twin that is
// no number.
func (t *Trainer) check() error {
	if err := t.System.Check(); err != nil {
		return err
	}
	if t.Twin == nil {
		return nil
	}
	return t.Twin.check()
}
