package sweep_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"engram/testbench/sweep"
)

// Two shards compute a sweep of four points, one after the other; on a cluster
// each would be a task.
func Example() {
	dir, err := os.MkdirTemp("", "sweep")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)

	s, err := sweep.Create(dir, sweep.Spec{
		Tool:   "example 1",
		Inputs: []byte("the resolved netlist"),
		Seed:   1,
		Parameters: []sweep.Parameter{
			{Path: "device.leak.tau", Values: []string{"1 ms", "5.26 ms"}},
			{Path: "transfer.interval", Values: []string{"500", "2000"}},
		},
		Repeat: 1,
		Shards: 2,
	})
	if err != nil {
		log.Fatal(err)
	}
	f := func(_ context.Context, p sweep.Point) (sweep.Result, error) {
		if p.Settings[0].Value == "1 ms" && p.Settings[1].Value == "2000" {
			return nil, fmt.Errorf("diverged")
		}
		return sweep.Result{{Name: "accuracy_percent", Value: float64(90 + p.Number)}}, nil
	}
	for i := range 2 {
		if _, err := s.Run(context.Background(), sweep.Shard{Index: i, Count: 2}, f, sweep.Options{}); err != nil {
			log.Fatal(err)
		}
		if _, err := s.Merge(); err != nil {
			fmt.Println(err)
		}
	}
	rows, err := s.Rows()
	if err != nil {
		log.Fatal(err)
	}
	for _, r := range rows {
		fmt.Printf("%v %v %q\n", r.Point.Settings, r.Result, r.Error)
	}
	files, err := filepath.Glob(filepath.Join(dir, "results.*"))
	fmt.Println(len(files), "files", err)
	// Output:
	// 2 of 4 points are missing: 1,3 (shards 1 of 2)
	// [{device.leak.tau 1 ms} {transfer.interval 500}] [{accuracy_percent 90}] ""
	// [{device.leak.tau 1 ms} {transfer.interval 2000}] [] "diverged"
	// [{device.leak.tau 5.26 ms} {transfer.interval 500}] [{accuracy_percent 92}] ""
	// [{device.leak.tau 5.26 ms} {transfer.interval 2000}] [{accuracy_percent 93}] ""
	// 2 files <nil>
}
