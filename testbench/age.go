package testbench

import (
	"fmt"
	"strconv"
	"strings"
)

// ageUnits are the units of a time after programming, the longer names first
// where one ends in another. A year is 365.25 days.
var ageUnits = []struct {
	name    string
	seconds float64
}{{"min", 60}, {"s", 1}, {"h", 3600}, {"d", 86400}, {"y", 365.25 * 86400}}

// ParseAge reads a time after programming, such as "1s", "30 d" or "10y", in s.
func ParseAge(text string) (float64, error) {
	for _, u := range ageUnits {
		digits, ok := strings.CutSuffix(strings.TrimSpace(text), u.name)
		if !ok {
			continue
		}
		n, err := strconv.ParseFloat(strings.TrimSpace(digits), 64)
		if err != nil || !(n > 0) {
			break
		}
		return n * u.seconds, nil
	}
	return 0, fmt.Errorf("time %q, expected a number and one of s, min, h, d, y, such as \"30d\"", text)
}

// FormatAge writes a time in s the way people say it: "1 h", "30 d", "10 y".
func FormatAge(seconds float64) string {
	best, size := "s", 1.0
	for _, u := range ageUnits { // the largest unit of which there is one
		if seconds >= u.seconds && u.seconds > size {
			best, size = u.name, u.seconds
		}
	}
	return strconv.FormatFloat(seconds/size, 'g', 4, 64) + " " + best
}
