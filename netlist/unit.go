package netlist

import (
	"fmt"
	"strconv"
	"strings"
)

// A dimension is the exponents of ampere, volt, second, metre and kelvin.
type dimension [5]int

// symbols are the units of the language, by their symbols.
var symbols = map[string]dimension{
	"A": {1}, "V": {0, 1}, "s": {0, 0, 1}, "m": {0, 0, 0, 1}, "K": {0, 0, 0, 0, 1},
	"S": {1, -1}, "ohm": {-1, 1}, "F": {1, -1, 1}, "C": {1, 0, 1},
	"W": {1, 1}, "J": {1, 1, 1}, "Hz": {0, 0, -1},
}

// prefixes are the powers of ten of the SI prefixes. Case matters: "M" is mega,
// never the milli of SPICE.
var prefixes = map[byte]int{
	'f': -15, 'p': -12, 'n': -9, 'u': -6, 'm': -3, 'k': 3, 'M': 6, 'G': 9, 'T': 12,
}

// quantities names the dimensions, each with an example for messages.
var quantities = map[dimension]struct{ name, example string }{
	{}:                {"a plain number", "0.5"},
	{1}:               {"a current", "10 uA"},
	{0, 1}:            {"a voltage", "0.5 V"},
	{0, 0, 1}:         {"a time", "5 ms"},
	{0, 0, 0, 1}:      {"a length", "0.5 um"},
	{0, 0, 0, 2}:      {"an area", "1 um2"},
	{0, 0, 0, 0, 1}:   {"a temperature", "300 K"},
	{1, -1}:           {"a conductance", "0.5 uS"},
	{-1, 1}:           {"a resistance", "2 kohm"},
	{1, -1, 1}:        {"a capacitance", "40 fF"},
	{1, 0, 1}:         {"a charge", "10 fC"},
	{1, 1}:            {"a power", "1 mW"},
	{1, 1, 1}:         {"an energy", "10 fJ"},
	{0, 0, -1}:        {"a frequency", "1 MHz"},
	{0, -1}:           {"a reciprocal voltage", "0.1 /V"},
	{0, 1, 0, 1}:      {"a voltage times a length", "3.5 mV*um"},
	{1, -2}:           {"a current per squared voltage", "100 uA/V^2"},
	{1, -1, 1, -1}:    {"a capacitance per length", "0.3 fF/um"},
	{1, -1, 1, -2}:    {"a capacitance per area", "12 fF/um^2"},
	{1, 0, 0, -2}:     {"a current density", "1 A/m^2"},
	{-1, -1, 0, 0, 1}: {"a thermal resistance", "4 MK/W"},
	{0, 1, -1}:        {"a slew rate", "1 V/ns"},
	{1, -1, 0, -1}:    {"a conductance per length", "1 uS/um"},
	{0, 0, 0, 0, -1}:  {"a reciprocal temperature", "0.001 /K"},
	{0, 1, 0, 0, -1}:  {"a voltage per temperature", "-1 mV/K"},
}

// A unit is a parsed unit expression: 10^power in the SI unit of a dimension.
type unit struct {
	dimension dimension
	power     int
}

// maxFactors bounds a unit expression, maxUnitExponent an exponent in it.
const (
	maxFactors      = 8
	maxUnitExponent = 4
)

// parseUnit reads an expression such as "fF", "V*um", "mV um", "/V", "1/V",
// "uA/V^2" or "um2". What follows a "/" divides, up to the next operator. The
// empty expression is the unit of plain numbers, "%" a hundredth of it.
func parseUnit(text string) (unit, error) {
	var u unit
	switch text {
	case "":
		return u, nil
	case "%":
		return unit{power: -2}, nil
	}
	rest, sign, first := text, 1, true
	for n := 0; ; n++ {
		if n == maxFactors {
			return unit{}, fmt.Errorf("unit %s has too many factors", quote(text))
		}
		factor, after, op := cutFactor(rest)
		if first && op == '/' && (factor == "" || factor == "1") {
			// "1/V" and "/V"
		} else if err := u.multiply(factor, sign, text); err != nil {
			return unit{}, err
		}
		if op == 0 {
			return u, nil
		}
		rest, sign, first = after, 1, false
		if op == '/' {
			sign = -1
		}
	}
}

// cutFactor splits the first factor off a unit expression and returns what
// follows its operator: '*' (also written as a space), '/' or 0 at the end.
func cutFactor(text string) (factor, rest string, op byte) {
	i := strings.IndexAny(text, "*/ ")
	if i < 0 {
		return text, "", 0
	}
	factor, rest, op = text[:i], strings.TrimLeft(text[i:], " "), '*'
	if rest != "" && (rest[0] == '*' || rest[0] == '/') {
		op, rest = rest[0], strings.TrimLeft(rest[1:], " ")
	}
	return factor, rest, op
}

// multiply multiplies u by a factor, or divides by it where sign is -1. The
// whole expression is for the message.
func (u *unit) multiply(factor string, sign int, whole string) error {
	symbol, exponent := factor, 1
	if i := strings.IndexAny(factor, "^0123456789"); i > 0 {
		symbol = factor[:i]
	}
	power, d, ok := 0, dimension{}, false
	if d, ok = symbols[symbol]; !ok && symbol != "" {
		if power, ok = prefixes[symbol[0]]; ok {
			d, ok = symbols[symbol[1:]]
		}
	}
	if !ok {
		return unknownUnit(symbol, whole)
	}
	if suffix := factor[len(symbol):]; suffix != "" {
		n, err := strconv.Atoi(strings.TrimPrefix(suffix, "^"))
		if err != nil || n == 0 || abs(n) > maxUnitExponent {
			return fmt.Errorf("bad exponent in unit %s", quote(whole))
		}
		exponent = n
	}
	u.power += sign * exponent * power
	for i := range d {
		u.dimension[i] += sign * exponent * d[i]
	}
	return nil
}

func unknownUnit(symbol, whole string) error {
	if _, ok := prefixes[symbolByte(symbol)]; ok && len(symbol) == 1 {
		return fmt.Errorf("%s is a prefix without a unit", quote(symbol))
	}
	if symbol == whole {
		return fmt.Errorf("unknown unit %s", quote(symbol))
	}
	return fmt.Errorf("unknown unit %s in %s", quote(symbol), quote(whole))
}

func symbolByte(s string) byte {
	if s == "" {
		return 0
	}
	return s[0]
}

// describe returns what a value of the dimension is, as "a capacitance".
func (d dimension) describe() string {
	if q, ok := quantities[d]; ok {
		return q.name
	}
	return "a quantity of other dimension"
}

// expected returns `a capacitance such as "40 fF"` for an SI unit.
func expected(si string) string {
	u, err := parseUnit(si)
	if q, ok := quantities[u.dimension]; ok && err == nil {
		if u.dimension == (dimension{}) {
			return "a plain number such as " + q.example
		}
		return q.name + " such as " + strconv.Quote(q.example)
	}
	return "a quantity in " + si
}
