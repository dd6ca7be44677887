// Command engram simulates neural-network hardware with two-tier synapses:
// capacitors for the short term, phase-change memory for the long term.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"engram/netlist"
	"engram/testbench"
	"engram/testbench/sweep"
)

// Exit codes.
const (
	exitOther   = 1
	exitUsage   = 2  // wrong use or a wrong input file
	exitPoints  = 3  // some points of a sweep failed or are missing
	exitStopped = 75 // stopped safely; resume me (EX_TEMPFAIL)
)

func main() { os.Exit(run()) }

func run() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	// A second signal ends the process at once.
	context.AfterFunc(ctx, stop)
	root := newRoot()
	err := root.ExecuteContext(ctx)
	if err == nil {
		return 0
	}
	fmt.Fprintln(os.Stderr, describe(err))
	return exitCode(err)
}

// describe is what the user reads of an error.
func describe(err error) string {
	var bad netlist.Diagnostics
	if errors.As(err, &bad) {
		return bad.Error()
	}
	return "engram: " + err.Error()
}

// usageError marks errors in what the user typed or in the files it named.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

func exitCode(err error) int {
	var usage usageError
	var bad netlist.Diagnostics
	var memory *testbench.MemoryError
	var input *testbench.InputError
	var failed *pointsError
	var missing *sweep.MissingError
	switch {
	case errors.As(err, &usage), errors.As(err, &bad), errors.As(err, &memory), errors.As(err, &input):
		return exitUsage
	case errors.As(err, &failed), errors.As(err, &missing):
		return exitPoints
	case errors.Is(err, context.Canceled):
		return exitStopped
	}
	return exitOther
}

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:           "engram",
		Short:         "Simulate neural-network hardware of leaking capacitors and phase-change memory",
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.NoArgs,
		// With something to run, cobra refuses an unknown verb.
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	root.AddCommand(newList(), newCheck(), newRun(), newInfer(), newSweep(), newMerge(), newStatus(), newWave(), newSPICE(), newCharacterize(), newEnergy())
	// What cobra refuses (an unknown verb, a missing argument) is wrong use.
	for _, c := range append(root.Commands(), root) {
		check := c.Args
		c.Args = func(cmd *cobra.Command, args []string) error {
			if check == nil {
				check = cobra.ArbitraryArgs
			}
			if err := check(cmd, args); err != nil {
				return usageError{err}
			}
			return nil
		}
	}
	return root
}
