package wave

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	maxName  = 200 // bytes of a mapped name; a line of a rawfile's header holds less than 512
	maxTitle = 400 // bytes of a title or comment
)

// cleanText makes untrusted text fit for one line of a header: control
// characters, line separators and invalid UTF-8 become blanks, and the result
// is cut to max bytes at a character boundary.
func cleanText(s string, max int) string {
	s = strings.Map(func(r rune) rune {
		if r == utf8.RuneError || unicode.IsControl(r) || unicode.In(r, unicode.Zl, unicode.Zp, unicode.Cf) {
			return ' '
		}
		return r
	}, s)
	if len(s) > max {
		s = s[:max]
		for !utf8.ValidString(s) {
			s = s[:len(s)-1]
		}
	}
	return strings.TrimSpace(s)
}

// safeName maps a path to letters, digits, underscores and the runes of keep,
// starting with a letter. Brackets and separators become underscores.
func safeName(path, keep string) string {
	var b strings.Builder
	for _, r := range path {
		if b.Len() == maxName {
			break
		}
		if !isLetter(r) && !isDigit(r) && !strings.ContainsRune(keep, r) {
			r = '_'
		}
		if b.Len() == 0 && !isLetter(r) {
			b.WriteByte('n')
		}
		b.WriteRune(r)
	}
	return b.String()
}

func isLetter(r rune) bool { return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' }
func isDigit(r rune) bool  { return '0' <= r && r <= '9' }

// A namer hands out names that differ even where case is ignored, as ngspice
// and xschem ignore it. The zero namer is ready for use.
type namer struct{ used map[string]bool }

// unique returns name, or name with the least suffix _2, _3, ... that is free.
func (n *namer) unique(name string) string {
	if n.used == nil {
		n.used = map[string]bool{}
	}
	out := name
	for i := 2; n.used[strings.ToLower(out)]; i++ {
		out = name + "_" + strconv.Itoa(i)
	}
	n.used[strings.ToLower(out)] = true
	return out
}
