package sweep

import (
	"fmt"
	"strconv"
	"strings"
)

// A Shard is the share of the points whose number is Index modulo Count.
type Shard struct {
	Index, Count int // 0 <= Index < Count
}

// Whole is the shard of all points.
var Whole = Shard{0, 1}

// String returns "i/N".
func (s Shard) String() string { return fmt.Sprintf("%d/%d", s.Index, s.Count) }

// Has reports whether point n belongs to s.
func (s Shard) Has(n int) bool { return n%s.Count == s.Index }

func (s Shard) check() error {
	switch {
	case s.Count < 1 || s.Count > MaxPoints:
		return fmt.Errorf("shard %v: the number of shards must be 1 to %d", s, MaxPoints)
	case s.Index < 0 || s.Index >= s.Count:
		return fmt.Errorf("shard %v: the index must be 0 to %d", s, s.Count-1)
	}
	return nil
}

// MarshalText implements [encoding.TextMarshaler].
func (s Shard) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText implements [encoding.TextUnmarshaler].
func (s *Shard) UnmarshalText(text []byte) error {
	t, err := ParseShard(string(text))
	if err == nil {
		*s = t
	}
	return err
}

// ParseShard reads "i/N", 0 <= i < N.
func ParseShard(text string) (Shard, error) {
	left, right, ok := strings.Cut(text, "/")
	index, errIndex := parseIndex(left)
	count, errCount := parseIndex(right)
	if !ok || errIndex != nil || errCount != nil {
		return Shard{}, fmt.Errorf("shard %q: want i/N, as 0/8", text)
	}
	s := Shard{index, count}
	return s, s.check()
}

// fileName is the name of the file that only s writes.
func (s Shard) fileName() string { return fmt.Sprintf("%d-of-%d.jsonl", s.Index, s.Count) }

// parseFileName is the inverse of fileName. Other files in the folder, such as
// an editor's backup, are none of ours.
func parseFileName(name string) (Shard, bool) {
	base, ok := strings.CutSuffix(name, ".jsonl")
	if !ok {
		return Shard{}, false
	}
	s, err := ParseShard(strings.Replace(base, "-of-", "/", 1))
	return s, err == nil && s.fileName() == name
}

// parseIndex reads a non-negative decimal number without a sign or spaces.
func parseIndex(text string) (int, error) {
	n, err := strconv.ParseUint(text, 10, 31)
	return int(n), err
}
