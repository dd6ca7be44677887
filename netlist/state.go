package netlist

import (
	"bufio"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"

	"engram/circuit"
)

// SaveState writes everything that running changes in s to w: the simulated
// time, the number of transfers, and the state of every tile.
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
	return buf.Flush()
}

// LoadState restores what SaveState wrote for a system of the same design and
// seed.
func (s *System) LoadState(r io.Reader) error {
	var head [2]uint64
	if err := binary.Read(r, binary.LittleEndian, &head); err != nil {
		return fmt.Errorf("loading the state: %w", err)
	}
	s.Engine.SetNow(circuit.Time(head[0]))
	s.transfers = head[1]
	for _, a := range s.Arrays {
		if err := a.LoadState(r); err != nil {
			return err
		}
	}
	return nil
}

// StateSHA256 returns the hash of what SaveState writes, in hexadecimal.
func (s *System) StateSHA256() string {
	h := sha256.New()
	if err := s.SaveState(h); err != nil {
		panic(err) // a hash takes every write
	}
	return hex.EncodeToString(h.Sum(nil))
}
