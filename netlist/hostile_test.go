package netlist

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// hostileNetlists are netlists that ask for what cannot be: too much, too deep,
// no number, nothing there, itself. Each names a text of the error.
func hostileNetlists() map[string][2]string {
	const cells = "include = [\"library:cells/2pcm3t1c-90nm.toml\"]\n"
	input := func(width string) string { return "[input]\nwidth = " + width + "\n" }
	layer := func(keys string) string {
		return cells + input("64") + "[[layer]]\nname = \"a\"\nin = \"pixels\"\nwidth = 4\nactivation = \"logistic\"\n" + keys
	}
	wide := func(in, width, keys string) string {
		return cells + input(in) + "[[layer]]\nname = \"a\"\nin = \"pixels\"\nwidth = " + width + "\nactivation = \"logistic\"\n" + keys
	}
	tile := func(in, out string) string {
		return cells + input("8") + "[[tile]]\nname = \"a\"\nin = " + in + "\nout = " + out +
			"\n[[neuron]]\nname = \"n\"\nkind = \"logistic\"\nin = \"z\"\nout = \"y\"\n"
	}
	chain := func(n int) string { // every layer reads the next
		var b strings.Builder
		b.WriteString(cells + input("4"))
		for i := range n {
			fmt.Fprintf(&b, "[[layer]]\nname = \"l%d\"\nin = \"l%d\"\nwidth = 1\nactivation = \"logistic\"\n", i, (i+1)%n)
		}
		return b.String()
	}
	return map[string][2]string{
		// too much
		"1e9 x 1e9 cells":                 {wide("1_000_000_000", "1_000_000_000", "max-rows = 1_000_000_000\nmax-cols = 1_000_000_000\n"), "1000000000 x 1000000000"},
		"1e18 tiles":                      {wide("1_000_000_000", "1_000_000_000", "max-rows = 1\nmax-cols = 1\n"), "tiles"},
		"1e9 tiles in a column":           {wide("1_000_000_000", "1", "max-rows = 1\n"), "tiles"},
		"1e9 tiles in a row":              {wide("1", "1_000_000_000", "max-cols = 1\n"), "tiles"},
		"layer of 1e9":                    {wide("784", "1_000_000_000", ""), "layer[0]"},
		"cells beyond 2^30":               {wide("40_000", "40_000", "max-rows = 1_000_000\nmax-cols = 1_000_000\n"), "cells"},
		"width beyond int64":              {wide("99999999999999999999", "4", ""), "input.width"},
		"width of 2^63-1":                 {wide("9223372036854775807", "4", ""), "input.width"},
		"width of 2^63":                   {wide("4", "9223372036854775808", ""), "width"},
		"hexadecimal width":               {wide("4", "0x7fffffffffffffff", ""), "width"},
		"slice beyond int64":              {tile("\"pixels[0:99999999999999999999]\"", "\"z[0:2]\""), "tile[0].in"},
		"slice of 2^63-1":                 {tile("\"pixels\"", "\"z[0:9223372036854775807]\""), "tile[0]"},
		"net of 1e12":                     {tile("\"pixels\"", "\"z[999999999999:1000000000000]\""), "not driven"},
		"1e12 steps of a pulse":           {layer("[pulser.bad]\nslots = 1_000_000_000_000\n"), "slots"},
		"1e12 examples between transfers": {layer("[transfer]\ninterval = 1_000_000_000_000\n"), "transfer.interval"},
		"1e12 attempts":                   {layer("[transfer]\nattempts = 1_000_000_000_000\n"), "transfer.attempts"},
		"bits of an ADC":                  {layer("[adc.bad]\nbits = 1_000\n"), "bits"},
		"2^62 bits":                       {layer("[dac.bad]\nbits = 4611686018427387904\n"), "bits"},
		"a pulse of a year":               {layer("[dac.bad]\nlsb = \"31536000 s\"\n"), "lsb"},
		"a clock of femtoseconds":         {layer("[clock]\nperiod = \"1 fs\"\n"), "clock.period"},
		"a clock of 1e300 s":              {layer("[clock]\nperiod = \"1e300 s\"\n"), "clock.period"},
		"3,000 layers in a loop":          {chain(3_000), "output"},
		"many set currents":               {layer("[transfer]\nset-currents = [" + strings.Repeat("\"90 uA\",\n", 30_000) + "]\n"), "more than"},
		// no numbers
		"NaN capacitance":       {layer("[capacitor.bad]\nc = \"nan F\"\n"), "capacitor.bad.c"},
		"infinite capacitance":  {layer("[capacitor.bad]\nc = \"inf F\"\n"), "capacitor.bad.c"},
		"bare NaN":              {layer("[cell.bad]\ngain = nan\n"), "cell.bad.gain"},
		"bare infinity":         {layer("[cell.bad]\ngain = -inf\n"), "cell.bad.gain"},
		"negative capacitance":  {layer("[capacitor.bad]\nc = \"-1 fF\"\n"), "capacitor.bad.c"},
		"no capacitance":        {layer("[capacitor.bad]\nc = \"0 fF\"\n"), "capacitor.bad.c"},
		"capacitance of 1e-400": {layer("[capacitor.bad]\nc = \"1e-400 F\"\n"), "capacitor.bad.c"},
		"capacitance of 1e400":  {layer("[capacitor.bad]\nc = \"1e400 F\"\n"), "capacitor.bad.c"},
		"negative time":         {layer("[capacitor.bad]\nleak-tau = \"-5 ms\"\n"), "leak-tau"},
		"negative width":        {wide("-4", "4", ""), "input.width"},
		"no width":              {wide("0", "4", ""), "input.width"},
		"half a width":          {wide("4", "1.5", ""), "width"},
		"negative tile":         {layer("max-rows = -1\n"), "max-rows"},
		"no tile":               {layer("max-cols = 0\n"), "max-cols"},
		"negative variation":    {layer("[cell.bad]\nvariation = -1\n"), "variation"},
		"wrong unit":            {layer("[capacitor.bad]\nc = \"40 V\"\n"), "capacitor.bad.c"},
		"no unit":               {layer("[capacitor.bad]\nc = 40e-15\n"), "capacitor.bad.c"},
		"half a picosecond":     {layer("[clock]\nperiod = \"0.5 ps\"\n"), "clock.period"},
		"supply of 1e6 V":       {layer("[cell.bad]\nvdd = \"1e6 V\"\n"), "vdd"},
		"transistor of no area": {layer("[fet.bad]\nw = \"0 um\"\n"), "fet.bad.w"},
		// nothing there
		"empty file":           {"", "input"},
		"only an input":        {input("8"), "output"},
		"undriven net":         {layer("") + "[[layer]]\nname = \"b\"\nin = \"nowhere\"\nwidth = 2\nactivation = \"logistic\"\n", "nowhere"},
		"undriven column":      {tile("\"pixels\"", "\"z[1:3]\""), "not driven"},
		"slice out of range":   {tile("\"pixels[4:9]\"", "\"z[0:2]\""), "8 wide"},
		"slice backwards":      {tile("\"pixels[4:2]\"", "\"z[0:2]\""), "tile[0].in"},
		"negative slice":       {tile("\"pixels[-1:2]\"", "\"z[0:2]\""), "tile[0].in"},
		"empty slice":          {tile("\"pixels[2:2]\"", "\"z[0:2]\""), "tile[0].in"},
		"bundle of commas":     {tile("\",,,,\"", "\"z[0:2]\""), "tile[0].in"},
		"bundle of brackets":   {tile("\""+strings.Repeat("[", 20_000)+"\"", "\"z[0:2]\""), "tile[0].in"},
		"unknown cell":         {layer("cell = \"none\"\n"), "cell.none"},
		"unknown key":          {layer("widht = 4\n"), "widht"},
		"unknown activation":   {layer("[[layer]]\nname = \"b\"\nin = \"a\"\nwidth = 2\nactivation = \"sigmoid\"\n"), "activation"},
		"missing include":      {"include = [\"missing.toml\"]\n", "missing.toml"},
		"include of a folder":  {"include = [\".\"]\n", "include"},
		"include beyond":       {"include = [\"../../../../etc/passwd\"]\n", "include"},
		"include of itself":    {"include = [\"hostile.toml\"]\n", "include"},
		"include of a device":  {"include = [\"/dev/zero\"]\n", "include"},
		"unknown library file": {"include = [\"library:none.toml\"]\n", "library:none.toml"},
		// itself and twice
		"duplicate tile":      {layer("[[layer]]\nname = \"a\"\nin = \"pixels\"\nwidth = 2\nactivation = \"tanh\"\n"), "taken"},
		"duplicate key":       {layer("width = 5\n"), "defined twice"},
		"loop of two layers":  {chain(2), "output"},
		"layer reads itself":  {chain(1), "output"},
		"net of biases again": {cells + "[input]\nname = \"one\"\nwidth = 4\n" + "[[layer]]\nname = \"a\"\nin = \"one\"\nwidth = 4\nactivation = \"logistic\"\n", "taken"},
		"two outputs":         {layer("[[layer]]\nname = \"b\"\nin = \"pixels\"\nwidth = 2\nactivation = \"logistic\"\n"), "exactly one"},
		"softmax inside":      {layer("[[layer]]\nname = \"b\"\nin = \"c\"\nwidth = 2\nactivation = \"logistic\"\n[[layer]]\nname = \"c\"\nin = \"a\"\nwidth = 2\nactivation = \"softmax\"\n"), "softmax"},
		"a name of 1e5 bytes": {layer("[[layer]]\nname = \"" + strings.Repeat("n", 60_000) + "\"\nin = \"zz\"\nwidth = 2\nactivation = \"logistic\"\n"), "zz"},
	}
}

// A hostile netlist is refused with an error that names a place, in under a
// second and without the memory that it asks for.
func TestHostileNetlists(t *testing.T) {
	all := hostileNetlists()
	if len(all) < 60 {
		t.Errorf("%d netlists, want at least 60", len(all))
	}
	for name, c := range all {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "hostile.toml")
			if err := os.WriteFile(file, []byte(c[0]), 0o666); err != nil {
				t.Fatal(err)
			}
			seconds, bytes := measure(func() {
				_, _, err := Open(file, nil)
				var bad Diagnostics
				if !errors.As(err, &bad) {
					t.Fatalf("error %v, want diagnostics", err)
				}
				if bad[0].Line < 1 || !strings.Contains(err.Error(), c[1]) {
					t.Errorf("error %.500v, want a line and %q", err, c[1])
				}
			})
			if seconds > 1 || bytes > 256<<20 {
				t.Errorf("took %.2f s and %d MiB", seconds, bytes>>20)
			}
		})
	}
}

// The deepest netlist that fits into a file, written backwards, takes no longer.
func TestDeepestNetlist(t *testing.T) {
	const layers = 3_300
	var b strings.Builder
	b.WriteString("include = [\"library:cells/2pcm3t1c-90nm.toml\"]\n[input]\nname = \"l-1\"\nwidth = 4\n")
	for i := layers - 1; i >= 0; i-- {
		fmt.Fprintf(&b, "[[layer]]\nname = \"l%d\"\nin = \"l%d\"\nwidth = 1\nactivation = \"logistic\"\n", i, i-1)
	}
	file := filepath.Join(t.TempDir(), "deep.toml")
	if err := os.WriteFile(file, []byte(b.String()), 0o666); err != nil {
		t.Fatal(err)
	}
	seconds, _ := measure(func() {
		_, d, err := Open(file, nil)
		if err != nil {
			t.Fatal(err)
		}
		if d.Levels != layers || d.ExampleTime() <= 0 {
			t.Errorf("%d levels, want %d", d.Levels, layers)
		}
		for i := range d.Banks {
			if want := layers - 1 - i; d.Banks[i].Level != want || d.Arrays[i].Level != want {
				t.Fatalf("bank %d on level %d, its tile on %d, want %d", i, d.Banks[i].Level, d.Arrays[i].Level, want)
			}
		}
	})
	if seconds > 1 {
		t.Errorf("took %.2f s", seconds)
	}
}
