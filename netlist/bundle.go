package netlist

import (
	"fmt"
	"strconv"
	"strings"
)

// parseBundle reads a list of nets and slices of nets, such as
// "pixels[0:528], one". A whole net has High = -1.
func parseBundle(text string) ([]PortDesign, error) {
	var all []PortDesign
	for item := range strings.SplitSeq(text, ",") {
		p, err := parsePort(strings.TrimSpace(item))
		if err != nil {
			return nil, err
		}
		all = append(all, p)
	}
	return all, nil
}

func parsePort(item string) (PortDesign, error) {
	name, slice, sliced := strings.Cut(item, "[")
	if !validName(name) {
		return PortDesign{}, fmt.Errorf("%q is not a net, expected a name such as \"a1\" or a slice such as \"a1[0:250]\"", item)
	}
	p := PortDesign{Net: name, High: -1}
	if !sliced {
		return p, nil
	}
	low, high, ok := strings.Cut(strings.TrimSuffix(slice, "]"), ":")
	var err1, err2 error
	p.Low, err1 = strconv.Atoi(strings.TrimSpace(low))
	p.High, err2 = strconv.Atoi(strings.TrimSpace(high))
	if !ok || !strings.HasSuffix(slice, "]") || err1 != nil || err2 != nil || p.Low < 0 || p.High <= p.Low {
		return PortDesign{}, fmt.Errorf("%q is not a slice of a net, expected such as \"%s[0:250]\"", item, name)
	}
	return p, nil
}

// FormatBundle writes slices of nets as a netlist does; a whole net has High = -1.
func FormatBundle(refs []PortDesign) string {
	var items []string
	for _, p := range refs {
		if p.High < 0 {
			items = append(items, p.Net)
		} else {
			items = append(items, fmt.Sprintf("%s[%d:%d]", p.Net, p.Low, p.High))
		}
	}
	return strings.Join(items, ", ")
}

// validName reports whether a name of a net or an instance is made of letters,
// digits, '_', '-' and '.', and starts with a letter.
func validName(name string) bool {
	for i, c := range []byte(name) {
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z':
		case i > 0 && ('0' <= c && c <= '9' || c == '_' || c == '-' || c == '.'):
		default:
			return false
		}
	}
	return name != ""
}
