package main

import (
	"encoding/json"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"engram/testbench/sweep"
)

// newStatus is the verb that says how far a sweep is.
func newStatus() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use: "status DIR", Short: "Show how far a sweep is", Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			s, err := openSweep(args[0])
			if err != nil {
				return err
			}
			st, err := s.Status()
			if err != nil {
				return err
			}
			if asJSON {
				return json.NewEncoder(c.OutOrStdout()).Encode(progressOf(st))
			}
			return printStatus(c.OutOrStdout(), st)
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

type progress struct {
	Points     int             `json:"points"`
	Done       int             `json:"done"`
	Failed     int             `json:"failed"`
	Missing    []int           `json:"missing"`
	Unfinished []int           `json:"unfinished_shards"`
	Shards     []shardProgress `json:"shards"`
}

type shardProgress struct {
	Shard   sweep.Shard `json:"shard"`
	Points  int         `json:"points"`
	Done    int         `json:"done"`
	Failed  int         `json:"failed"`
	Missing int         `json:"missing"`
	Writer  string      `json:"writer"`
}

func progressOf(st *sweep.Status) progress {
	p := progress{st.Points, st.Done, st.Failed, append([]int{}, st.Missing...), append([]int{}, st.Unfinished()...), nil}
	for _, h := range st.Shards {
		p.Shards = append(p.Shards, shardProgress{h.Shard, h.Points, h.Done, h.Failed, len(h.Missing), h.Writer})
	}
	return p
}

func printStatus(out io.Writer, st *sweep.Status) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "shard\tpoints\tdone\tfailed\tmissing\tlast writer")
	for _, h := range st.Shards {
		fmt.Fprintf(w, "%v\t%d\t%d\t%d\t%d\t%s\n", h.Shard, h.Points, h.Done, h.Failed, len(h.Missing), h.Writer)
	}
	fmt.Fprintf(w, "all\t%d\t%d\t%d\t%d\t\n", st.Points, st.Done, st.Failed, len(st.Missing))
	if list := st.Unfinished(); len(list) > 0 {
		fmt.Fprintf(w, "\nshards to run: %s\n", sweep.Ranges(list))
	}
	return w.Flush()
}
