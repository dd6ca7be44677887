package main

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"engram/netlist"
	"engram/testbench"
)

// newList is the verb that names what is bundled.
func newList() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use: "list", Short: "List the bundled testbenches and netlists", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			list, err := bundled()
			if err != nil {
				return err
			}
			if asJSON {
				return json.NewEncoder(c.OutOrStdout()).Encode(list)
			}
			w := tabwriter.NewWriter(c.OutOrStdout(), 0, 0, 2, ' ', 0)
			for _, e := range list {
				fmt.Fprintf(w, "%s\t%s\t%s\n", e.Kind, e.Name, e.Title)
			}
			return w.Flush()
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

type listed struct {
	Kind  string `json:"kind"`
	Name  string `json:"name"`
	Title string `json:"title"`
}

func bundled() ([]listed, error) {
	var list []listed
	for _, name := range testbench.Names() {
		b, err := testbench.Open(name, nil)
		if err != nil {
			return nil, err
		}
		list = append(list, listed{"testbench", name, b.Spec.Title})
	}
	files, err := fs.Glob(netlist.Library(), "*.toml")
	if err != nil {
		return nil, err
	}
	for _, f := range files {
		n, _, err := netlist.Open(netlist.LibraryPrefix+f, nil)
		if err != nil {
			return nil, err
		}
		list = append(list, listed{"netlist", netlist.LibraryPrefix + f, n.Title})
	}
	return list, nil
}
