package wave_test

import (
	"fmt"
	"log"
	"os"

	"engram/circuit/wave"
)

// An example writes a waveform as CSV.
func ExampleCSV() {
	w := wave.NewCSV(os.Stdout, wave.Property{Key: "tile", Value: "hidden1"})
	err := w.Begin([]wave.Signal{
		{Name: "hidden1.r3_c7.v", Type: wave.Voltage},
		{Name: "hidden1.adc7.code", Type: wave.Code, Bits: 8, Signed: true},
	})
	if err != nil {
		log.Fatal(err)
	}
	for k := range 3 {
		if err := w.Sample(float64(k)*1e-9, []float64{0.5 + 0.0625*float64(k), float64(10 - k)}); err != nil {
			log.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		log.Fatal(err)
	}
	// Output:
	// # tile=hidden1
	// time_s,hidden1_r3_c7_v_V,hidden1_adc7_code
	// 0,0.5,10
	// 1e-09,0.5625,9
	// 2e-09,0.625,8
}

// A capacitor is charged in a ramp; when does it pass half a volt?
func ExampleSpec_Measure() {
	ramp := &wave.Record{
		Signals: []wave.Signal{{Name: "cell.v", Type: wave.Voltage}},
		Time:    []float64{0, 4e-9},
		Values:  [][]float64{{0, 1}},
	}
	half := wave.Spec{
		Name: "half",
		Kind: "when",
		When: wave.Event{Signal: "cell.v", Value: 0.5, Edge: wave.Rise, Count: 1},
	}
	t, err := half.Measure(ramp)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s = %g %s\n", half.Name, t, half.Unit(wave.Voltage))
	// Output: half = 2e-09 s
}
