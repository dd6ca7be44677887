package netlist

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// AnyUnit, as the unit of a parameter, accepts a quantity of any unit.
const AnyUnit = "*"

// ParseQuantity returns the value of a text such as "40 fF" in the unit si, an
// SI unit without prefix: "F", "V*m", "A/V^2"; "" for plain numbers, which may
// also be written in percent. The value is the float64 nearest to the decimal
// text. Texts are strict: a decimal number or "inf", blanks or none, and a unit
// of the same dimension as si, each symbol with at most one of the prefixes
// f p n u m k M G T. Errors say what was expected.
func ParseQuantity(text, si string) (float64, error) {
	number, rest := cutNumber(text)
	if number == "" {
		return 0, fmt.Errorf("%s does not start with a number; expected %s", quote(text), expected(si))
	}
	rest = strings.TrimLeft(rest, " ")
	u, err := parseUnit(rest)
	if err != nil {
		return 0, fmt.Errorf("%w; expected %s", err, expected(si))
	}
	if si != AnyUnit {
		if err := checkUnit(text, rest, u, si); err != nil {
			return 0, err
		}
	}
	v, err := shift(number, u.power)
	if err != nil {
		return 0, fmt.Errorf("%s %w", quote(text), err)
	}
	return v, nil
}

func checkUnit(text, rest string, u unit, si string) error {
	want, err := parseUnit(si)
	if err != nil {
		panic("netlist: parameter with a bad unit: " + err.Error())
	}
	switch {
	case u.dimension == want.dimension && (rest != "%" || si == ""):
		return nil
	case rest == "":
		return fmt.Errorf("%s has no unit; expected %s", quote(text), expected(si))
	case u.dimension == (dimension{}):
		return fmt.Errorf("%s is a ratio; expected %s", quote(text), expected(si))
	}
	return fmt.Errorf("%s is %s; expected %s", text, u.dimension.describe(), expected(si))
}

// cutNumber splits a decimal number, or a signed "inf", off the front of text.
// The number is empty where text does not start with one.
func cutNumber(text string) (number, rest string) {
	i := 0
	if i < len(text) && (text[i] == '+' || text[i] == '-') {
		i++
	}
	if after, ok := strings.CutPrefix(text[i:], "inf"); ok && (after == "" || after[0] == ' ') {
		return text[:i+3], after
	}
	whole := digits(text[i:])
	i += whole
	if fraction := digits(strings.TrimPrefix(text[i:], ".")); whole > 0 && fraction > 0 && text[i] == '.' {
		i += 1 + fraction
	}
	if whole == 0 {
		return "", text
	}
	if j := i; j < len(text) && (text[j] == 'e' || text[j] == 'E') {
		j++
		if j < len(text) && (text[j] == '+' || text[j] == '-') {
			j++
		}
		if n := digits(text[j:]); n > 0 {
			i = j + n
		}
	}
	return text[:i], text[i:]
}

// digits returns the number of decimal digits text starts with.
func digits(text string) int {
	n := 0
	for n < len(text) && '0' <= text[n] && text[n] <= '9' {
		n++
	}
	return n
}

// shift returns number x 10^power, correctly rounded: the power goes into the
// decimal exponent before the one conversion to binary.
func shift(number string, power int) (float64, error) {
	if strings.HasSuffix(number, "inf") {
		return strconv.ParseFloat(number, 64)
	}
	mantissa, exponent := strings.ToLower(number), 0
	if m, e, ok := strings.Cut(mantissa, "e"); ok {
		n, err := strconv.Atoi(e)
		if err != nil || abs(n) > 9999 {
			return 0, errors.New("has an exponent out of range")
		}
		mantissa, exponent = m, n
	}
	v, err := strconv.ParseFloat(mantissa+"e"+strconv.Itoa(exponent+power), 64)
	if err != nil || v == 0 && strings.ContainsAny(mantissa, "123456789") {
		return 0, errors.New("is out of the range of floating-point numbers")
	}
	return v, nil
}

// FormatQuantity returns the shortest text that [ParseQuantity] reads back as
// the same value of unit si, with the SI prefix that leaves one to three whole
// digits: "40 fF". Where no prefix fits, or si does not start with a symbol of
// exponent one, it writes an exponent: "1e-20 F". NaN has no text and formats as
// "nan", which does not parse.
func FormatQuantity(v float64, si string) string {
	if si == AnyUnit {
		si = ""
	}
	text := strconv.FormatFloat(v, 'g', -1, 64)
	switch {
	case math.IsNaN(v):
		text = "nan"
	case math.IsInf(v, 0):
		text = strings.ToLower(strings.TrimPrefix(text, "+"))
	case v != 0 && prefixable(si):
		if number, prefix, ok := scale(v); ok {
			return number + " " + prefix + si
		}
	}
	if si == "" {
		return text
	}
	return text + " " + strings.TrimPrefix(si, "1") // "0.07 /V"
}

// prefixable reports whether the first factor of a unit can take a prefix.
func prefixable(si string) bool {
	factor, _, _ := cutFactor(si)
	_, ok := symbols[factor]
	return ok
}

// scale writes v with the prefix that leaves one to three whole digits.
func scale(v float64) (number, prefix string, ok bool) {
	mantissa, e, _ := strings.Cut(strconv.FormatFloat(v, 'e', -1, 64), "e")
	exponent, err := strconv.Atoi(e)
	if err != nil {
		return "", "", false
	}
	third := 3 * int(math.Floor(float64(exponent)/3))
	if third != 0 {
		for p, power := range prefixes {
			if power == third {
				prefix = string(p)
			}
		}
		if prefix == "" {
			return "", "", false
		}
	}
	return movePoint(mantissa, exponent-third), prefix, true
}

// movePoint moves the point of a mantissa "-d.ddd" right by n places.
func movePoint(mantissa string, n int) string {
	sign := ""
	if mantissa[0] == '-' {
		sign, mantissa = "-", mantissa[1:]
	}
	d := strings.Replace(mantissa, ".", "", 1)
	if len(d) < n+1 {
		d += strings.Repeat("0", n+1-len(d))
	}
	if len(d) == n+1 {
		return sign + d
	}
	return sign + d[:n+1] + "." + d[n+1:]
}
