package testbench

import (
	"context"
	"fmt"
	"math"
	"path/filepath"
	"runtime"
	"testing"

	"engram/circuit"
	"engram/netlist"
)

// trainSmall trains the small network of testdata on real MNIST with settings
// and returns its last test.
func trainSmall(t *testing.T, settings ...netlist.Setting) (Test, *Trainer) {
	t.Helper()
	b, err := Open(filepath.Join("testdata", "small.toml"), settings)
	if err != nil {
		t.Fatal(err)
	}
	train, test, err := b.Spec.Stimulus.Load(context.Background(), "", b.Spec.Seed)
	if err != nil {
		t.Fatal(err)
	}
	tr, err := NewTrainer(b.Spec, b.Design, train, test, circuit.PhaseLevel)
	if err != nil {
		t.Fatal(err)
	}
	if err := tr.Run(context.Background(), Monitor{}); err != nil {
		t.Fatal(err)
	}
	return tr.Results()[len(tr.Results())-1], tr
}

// Turning physics off and on does to accuracy what physics says. An accuracy
// on 4,000 images has a standard error of 0.5 points; the margins are six of
// them where an effect must show, and two where none may.
func TestPhysicsShowsInAccuracy(t *testing.T) {
	if testing.Short() {
		t.Skip("trains five networks on thousands of images")
	}
	accuracy := func(settings ...netlist.Setting) float64 {
		r, _ := trainSmall(t, append(settings, netlist.Setting{Path: "baseline.float", Value: "false"})...)
		return r.Accuracy
	}
	t.Run("an ideal cell tracks its float twin", func(t *testing.T) {
		r, _ := trainSmall(t, netlist.Setting{Path: "capacitor.storage.leak-tau", Value: "inf s"},
			netlist.Setting{Path: "capacitor.storage.subthreshold-leak", Value: "0"},
			netlist.Setting{Path: "cell.synapse.variation", Value: "0"},
			netlist.Setting{Path: "transfer.read-bits", Value: "12"})
		if d := math.Abs(r.Accuracy - r.FloatAccuracy); d > 1 {
			t.Errorf("Engram %.2f %%, float twin %.2f %%", r.Accuracy, r.FloatAccuracy)
		}
	})
	t.Run("mismatch hurts without polarity inversion", func(t *testing.T) {
		wide := netlist.Setting{Path: "cell.synapse.variation", Value: "2"}
		with := accuracy(wide)
		without := accuracy(wide, netlist.Setting{Path: "transfer.polarity-inversion", Value: "false"})
		if without > with-3 {
			t.Errorf("%.2f %% with inversion, %.2f %% without", with, without)
		}
	})
	t.Run("a leak much faster than the transfer interval hurts", func(t *testing.T) {
		long := netlist.Setting{Path: "transfer.interval", Value: "4000"} // 0.9 ms
		slow := accuracy(long)
		fast := accuracy(long, netlist.Setting{Path: "capacitor.storage.leak-tau", Value: "0.1 ms"})
		if fast > slow-3 {
			t.Errorf("%.2f %% at 5.26 ms, %.2f %% at 0.1 ms", slow, fast)
		}
	})
}

// The same seed gives the same bits for any number of threads, and another
// seed gives others.
func TestStateDoesNotDependOnThreads(t *testing.T) {
	examples, interval := times(200, 1500, 1500), times(70, 500, 500)
	short := []netlist.Setting{{Path: "stimulus.train", Value: fmt.Sprint(examples)}, {Path: "stimulus.epochs", Value: "1"},
		{Path: "stimulus.test", Value: "500"}, {Path: "transfer.interval", Value: fmt.Sprint(interval)}}
	var first string
	for _, n := range []int{1, 2, 3, 8} {
		for range times(1, 2, 2) {
			before := runtime.GOMAXPROCS(n)
			r, tr := trainSmall(t, short...)
			runtime.GOMAXPROCS(before)
			sum := fmt.Sprint(tr.System.StateSHA256(), r.Accuracy, r.FloatAccuracy)
			if first == "" {
				first = sum
			}
			if sum != first {
				t.Errorf("GOMAXPROCS %d: %s, want %s", n, sum, first)
			}
		}
	}
	_, tr := trainSmall(t, append(short, netlist.Setting{Path: "seed", Value: "2"})...)
	if tr.System.StateSHA256() == first[:64] {
		t.Error("seed 2 gives the state of seed 1")
	}
}

// A synapse of the MNIST network sees on the order of 1,000 pulses gross and
// 100 net in the first 16,000 examples, two transfer intervals (Ambrogio et
// al., Nature 558, 60 (2018), Extended Data Fig. 2).
func TestPulsesPerSynapse(t *testing.T) {
	if testing.Short() {
		t.Skip("trains 16,000 examples of 164,885 synapses")
	}
	b, err := Open("mnist", []netlist.Setting{{Path: "stimulus.train", Value: "16000"}, {Path: "stimulus.epochs", Value: "1"},
		{Path: "stimulus.test", Value: "100"}, {Path: "baseline.float", Value: "false"}})
	if err != nil {
		t.Fatal(err)
	}
	train, test, err := b.Spec.Stimulus.Load(context.Background(), "", b.Spec.Seed)
	if err != nil {
		t.Fatal(err)
	}
	tr, err := NewTrainer(b.Spec, b.Design, train, test, circuit.PhaseLevel)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range tr.System.Arrays {
		a.CountPulses()
	}
	if err := tr.Run(context.Background(), Monitor{}); err != nil {
		t.Fatal(err)
	}
	var gross, net, cells float64
	for _, a := range tr.System.Arrays {
		g, n := a.Pulses()
		for i := range g {
			if g[i] == 0 {
				continue // a pixel at the border that is never on
			}
			gross += float64(g[i])
			net += math.Abs(float64(n[i]))
			cells++
		}
	}
	gross, net = gross/cells, net/cells
	t.Logf("%.0f pulses gross, %.0f net per active synapse in 16,000 examples", gross, net)
	if gross < 300 || gross > 3000 {
		t.Errorf("%.0f gross pulses, expected on the order of 1,000", gross)
	}
	if net < 30 || net > 300 {
		t.Errorf("%.0f net pulses, expected on the order of 100", net)
	}
}
