package netlist

import (
	"bufio"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"math"

	"engram/circuit"
)

// SaveState writes everything that running changes in s to w: the simulated
// time, the number of transfers, the state of every tile, the ledger, and
// where an interleaved transfer is.
func (s *System) SaveState(w io.Writer) error {
	buf := bufio.NewWriter(w)
	if err := binary.Write(buf, binary.LittleEndian, []uint64{uint64(s.Engine.Now()), s.transfers}); err != nil {
		return err
	}
	for _, a := range s.Arrays {
		if err := a.SaveState(buf); err != nil {
			return err
		}
	}
	if err := s.saveMeters(buf); err != nil {
		return err
	}
	if err := s.saveInterleaving(buf); err != nil {
		return err
	}
	return buf.Flush()
}

// LoadState restores what SaveState wrote for a system of the same design and
// seed, and fails where a value cannot be that of a running system.
func (s *System) LoadState(r io.Reader) error {
	var head [2]uint64
	if err := binary.Read(r, binary.LittleEndian, &head); err != nil {
		return fmt.Errorf("loading the state: %w", err)
	}
	if head[0] > math.MaxInt64 || head[1] > math.MaxUint32 {
		return fmt.Errorf("loading the state: time of %d ps, %d transfers", head[0], head[1])
	}
	s.Engine.SetNow(circuit.Time(head[0]))
	s.transfers = head[1]
	for _, a := range s.Arrays {
		if err := a.LoadState(r); err != nil {
			return err
		}
	}
	if err := s.loadMeters(r); err != nil {
		return err
	}
	return s.loadInterleaving(r)
}

// StateBytes returns the number of bytes that SaveState writes.
func (s *System) StateBytes() int64 {
	var n counter
	if err := s.SaveState(&n); err != nil {
		panic(err) // a counter takes every write
	}
	return int64(n)
}

// A counter counts the bytes written to it.
type counter int64

func (c *counter) Write(b []byte) (int, error) {
	*c += counter(len(b))
	return len(b), nil
}

// StateSHA256 returns the hash of what SaveState writes, in hexadecimal.
func (s *System) StateSHA256() string {
	h := sha256.New()
	if err := s.SaveState(h); err != nil {
		panic(err) // a hash takes every write
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Check fails with the first cell of any tile whose state is no number.
func (s *System) Check() error {
	for _, a := range s.Arrays {
		if err := a.Check(); err != nil {
			return err
		}
	}
	return nil
}
