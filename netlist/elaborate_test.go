package netlist

import (
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"engram/device"
	"engram/periphery"
)

// The netlists of testdata/netlists carry their errors in place, as those of
// testdata/bad. Each is refused in under a second and without the memory of
// the tiles it asks for.
func TestBadNetlists(t *testing.T) {
	files, err := filepath.Glob("testdata/netlists/*.toml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no files: %v", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			start := time.Now()
			_, _, err := Open(file, nil)
			runtime.ReadMemStats(&after)
			checkErrors(t, file, err)
			if d := time.Since(start); d > 10*time.Second {
				t.Errorf("took %v", d)
			}
			if n := after.TotalAlloc - before.TotalAlloc; n > 64<<20 {
				t.Errorf("allocated %d MiB", n>>20)
			}
		})
	}
}

// A layer of more rows and columns than one tile has is split; its tiles share
// the nets, and cover every cell once.
func TestLayerIsSplit(t *testing.T) {
	_, d, err := Open("library:mnist.toml", []Setting{{"layer.hidden1.max-rows", "200"}, {"layer.hidden1.max-cols", "100"}})
	if err != nil {
		t.Fatal(err)
	}
	if d.Synapses() != 164885 {
		t.Errorf("%d synapses, want 529*250 + 251*125 + 126*10 = 164885", d.Synapses())
	}
	shapes := map[[2]int]int{}
	for i := range d.Arrays {
		a := &d.Arrays[i]
		if a.Out.Net != "hidden1.z" {
			continue
		}
		shapes[[2]int{a.Rows(), a.Cols()}]++
		if a.Level != 0 {
			t.Errorf("%s is on level %d", a.Name, a.Level)
		}
		if rows, cols := d.Fan(a); rows != 529 || cols != 250 {
			t.Errorf("%s is part of a layer of %d x %d, want 529 x 250", a.Name, rows, cols)
		}
	}
	for shape, n := range map[[2]int]int{{200, 100}: 4, {200, 50}: 2, {129, 100}: 2, {129, 50}: 1} {
		if shapes[shape] != n {
			t.Errorf("%d tiles of %v, want %d", shapes[shape], shape, n)
		}
	}
}

// A layer is shorthand: the same network spelled out elaborates to the same
// design but for names.
func TestLayerIsShorthand(t *testing.T) {
	_, long, err := Open("testdata/spelled.toml", nil)
	if err != nil {
		t.Fatal(err)
	}
	_, short, err := Open("testdata/shorthand.toml", nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := range long.Arrays {
		a, b := &long.Arrays[i], &short.Arrays[i]
		if a.Rows() != b.Rows() || a.Cols() != b.Cols() || a.Level != b.Level || a.Unit != b.Unit {
			t.Errorf("%s: %d x %d on level %d, %s: %d x %d on level %d", a.Name, a.Rows(), a.Cols(), a.Level, b.Name, b.Rows(), b.Cols(), b.Level)
		}
	}
	for i := range long.Banks {
		a, b := long.Banks[i], short.Banks[i]
		if a.Activation != b.Activation || a.Level != b.Level || a.Output != b.Output {
			t.Errorf("%+v, %+v", a, b)
		}
	}
}

// The bundled cell is the characterised one of package device.
func TestBundledCellIsTheDefaultCell(t *testing.T) {
	_, d, err := Open("library:mnist.toml", nil)
	if err != nil {
		t.Fatal(err)
	}
	got, want := d.Arrays[0].Cell.Transistors, device.DefaultCell()
	// The leak is applied apart from the transistors, and a network reads
	// at a lower voltage than the reference data's largest.
	got.LeakR, got.VRead = want.LeakR, want.VRead
	if got != want {
		t.Errorf("bundled cell\n%+v\ndefault cell\n%+v", got, want)
	}
	if tau := d.Arrays[0].Cell.Storage.Tau; tau != 5.26e-3 {
		t.Errorf("tau %g", tau)
	}
	if d.Transfer.Mode != periphery.Blocking || d.Transfer.Interval != 8000 {
		t.Errorf("transfer %+v", d.Transfer)
	}
}
