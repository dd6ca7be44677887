package plot

import (
	"math"
	"strconv"
	"strings"
)

// A Quantity names what an axis shows. Unit is the SI unit of the numbers
// ("s", "V", "S", "J", "1/s"), "%" for percentages, a noun for counts
// ("examples"), or empty for a ratio.
type Quantity struct {
	Name string
	Unit string
}

// prefixes are the SI prefixes a figure may put before a unit.
var prefixes = [...]struct {
	symbol string
	factor float64
}{
	{"f", 1e-15}, {"p", 1e-12}, {"n", 1e-9}, {"µ", 1e-6}, {"m", 1e-3},
	{"", 1}, {"k", 1e3}, {"M", 1e6}, {"G", 1e9}, {"T", 1e12},
}

// takesPrefix tells the units that are written with SI prefixes from
// percentages, nouns and ratios.
func takesPrefix(unit string) bool {
	switch unit {
	case "s", "V", "A", "S", "F", "C", "J", "W", "Hz", "m", "Ω", "B":
		return true
	}
	return false
}

// scaling returns the SI prefix that suits a value of the given size, and the
// number to divide values by.
func (q Quantity) scaling(size float64) (prefix string, factor float64) {
	size = math.Abs(size)
	if !takesPrefix(q.Unit) || size == 0 {
		return "", 1
	}
	best := prefixes[0]
	for _, p := range prefixes[1:] {
		if size < p.factor*0.9995 {
			break
		}
		best = p
	}
	return best.symbol, best.factor
}

// label is the axis label with the unit in parentheses.
func (q Quantity) label(prefix string) string {
	unit := prefix + q.Unit
	if unit == "" {
		return q.Name
	}
	return q.Name + " (" + unit + ")"
}

// Format writes v with three significant digits and its unit: "5.26 ms",
// "8,000 examples", "97.4 %".
func (q Quantity) Format(v float64) string {
	if v == 0 || !takesPrefix(q.Unit) {
		s := number(v, 4)
		if q.Unit == "" {
			return s
		}
		return s + " " + q.Unit
	}
	prefix, f := q.scaling(v)
	return number(v/f, 3) + " " + prefix + q.Unit
}

// number writes v rounded to the given significant digits, without trailing
// zeros, with a true minus sign, commas between thousands, and an exponent
// only where decimals would be unreadable. The faces in use have no
// superscript digits beyond a few, so an exponent is written as 1e−9.
func number(v float64, digits int) string {
	if v == 0 {
		return "0"
	}
	r, err := strconv.ParseFloat(strconv.FormatFloat(v, 'e', digits-1, 64), 64)
	if err != nil { // only an infinity or NaN formats to something else
		return strconv.FormatFloat(v, 'g', -1, 64)
	}
	if !decimal(r) {
		return scientific(r, -1)
	}
	return minus(thousands(strconv.FormatFloat(r, 'f', -1, 64)))
}

// decimal reports whether v is readable without an exponent.
func decimal(v float64) bool { return math.Abs(v) >= 1e-4 && math.Abs(v) < 1e7 }

// scientific writes v with an exponent, and with as many decimals as strconv does
// for that precision.
func scientific(v float64, precision int) string {
	s := strconv.FormatFloat(v, 'e', precision, 64)
	mantissa, exponent, _ := strings.Cut(s, "e")
	n, err := strconv.Atoi(exponent)
	if err != nil {
		return s
	}
	return minus(mantissa + "e" + strconv.Itoa(n))
}

func minus(s string) string { return strings.ReplaceAll(s, "-", "−") }

// thousands puts commas into the whole part of a decimal number.
func thousands(s string) string {
	sign := ""
	if strings.HasPrefix(s, "-") {
		sign, s = "-", s[1:]
	}
	whole, fraction, point := strings.Cut(s, ".")
	if len(whole) > 3 {
		head := len(whole) % 3
		parts := []string{}
		if head > 0 {
			parts = append(parts, whole[:head])
		}
		for i := head; i < len(whole); i += 3 {
			parts = append(parts, whole[i:i+3])
		}
		whole = strings.Join(parts, ",")
	}
	if point {
		whole += "." + fraction
	}
	return sign + whole
}

// percent writes an accuracy with the decimals its distance from 100 needs.
func percent(v float64) string { return number(math.Round(v*100)/100, 4) }
