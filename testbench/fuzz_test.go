package testbench

import (
	"errors"
	"testing"
	"time"

	"engram/netlist"
)

// No testbench makes Open panic or takes long; what is wrong is told with a line,
// and what is right is written out and read back as the same.
func FuzzBench(f *testing.F) {
	f.Add(small(f).Resolved())
	for _, name := range Names() {
		if data, err := library.ReadFile("library/" + name + ".toml"); err == nil {
			f.Add(data)
		}
	}
	f.Add([]byte("[[layer]]\nname = 'a'\nin = 'pixels'\nwidth = 3\nactivation = 'tanh'\nmax-cols = 0\n[input]\nwidth = 4\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		doc, err := netlist.Parse("f", data)
		if err != nil {
			return // FuzzParse of package netlist holds the parser
		}
		// The fuzzer itself never ends an input that takes for ever.
		watch := time.AfterFunc(20*time.Second, func() { panic("more than 20 s") })
		defer watch.Stop()
		b := &Bench{Name: "f"}
		err = b.decodeWhole(doc, nil)
		if err != nil {
			var bad netlist.Diagnostics
			if !errors.As(err, &bad) {
				t.Errorf("error %v is no diagnostic", err)
			}
			return
		}
		resolved := b.Resolved()
		again, err := netlist.Parse("g", resolved)
		if err != nil {
			t.Fatalf("resolved to what does not parse: %v", err)
		}
		c := &Bench{Name: "f"}
		if err := c.decodeWhole(again, nil); err != nil {
			t.Fatalf("resolved to what is refused: %v", err)
		}
		if string(c.Resolved()) != string(resolved) {
			t.Errorf("resolved to\n%s\nthen to\n%s", resolved, c.Resolved())
		}
	})
}
