package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"engram/netlist"
	"engram/testbench"
)

// An input is how every verb is told its testbench or netlist.
type input struct {
	set  []string
	seed string
}

func (in *input) flags(c *cobra.Command) {
	c.Flags().StringArrayVar(&in.set, "set", nil, "override a value: PATH=VALUE, such as transfer.interval=2000; may be repeated")
	c.Flags().StringVar(&in.seed, "seed", "", "seed of every random draw (default: the testbench's)")
}

// settings reads the flags.
func (in *input) settings() ([]netlist.Setting, error) {
	var settings []netlist.Setting
	for _, s := range in.set {
		path, value, ok := strings.Cut(s, "=")
		if !ok {
			return nil, usageError{fmt.Errorf("--set %s: expected PATH=VALUE", s)}
		}
		settings = append(settings, netlist.Setting{Path: strings.TrimSpace(path), Value: strings.TrimSpace(value)})
	}
	if in.seed != "" {
		if _, err := strconv.ParseUint(in.seed, 10, 63); err != nil {
			return nil, usageError{fmt.Errorf("--seed %s: expected a whole number", in.seed)}
		}
		settings = append(settings, netlist.Setting{Path: "seed", Value: in.seed})
	}
	return settings, nil
}

// open reads a bundled testbench or a file.
func (in *input) open(name string) (*testbench.Bench, error) {
	settings, err := in.settings()
	if err != nil {
		return nil, err
	}
	b, err := testbench.Open(name, settings)
	if err != nil {
		return nil, usageError{err}
	}
	return b, nil
}
