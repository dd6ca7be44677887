package testbench

import (
	"fmt"
	"math"
	"strings"

	"engram/netlist"
	"engram/testbench/plot"
	"engram/tile"
)

// transfersFile is the file of a run folder about its transfers.
const transfersFile = "transfers.json"

// Transfers is what all transfers of a run came to: transfers.json.
type Transfers struct {
	Transfers   int                    `json:"transfers"`
	TimeShare   float64                `json:"time_share"`   // of the simulated time in which training stood still
	EnergyShare float64                `json:"energy_share"` // of all joules, transfer's
	Total       netlist.TransferReport `json:"total"`
	// Within is the share of the weights whose error at the end of a transfer
	// was within the tolerance of read-verify, Low that of the devices below
	// 20 uS, up to where the article has good control.
	Within float64 `json:"within_tolerance"`
	Low    float64 `json:"devices_below_20_uS"`
	// Endurance of the phase-change devices of each tile, initial programming
	// included.
	Endurance map[string]tile.Endurance `json:"endurance"`
	// Note says what a reader must know; "" for nothing.
	Note string `json:"note,omitempty"`
}

// Transfers sums up the transfers so far.
func (t *Trainer) Transfers() Transfers {
	s := t.System
	r := Transfers{Transfers: s.Transfers(), Total: s.TransferTotal(), Endurance: map[string]tile.Endurance{}}
	if now := s.Engine.Now(); now > 0 {
		r.TimeShare = r.Total.Length.Seconds() / now.Seconds()
	}
	var joules, all float64
	for _, e := range s.Ledger.Entries() {
		all += e.Joules
		if strings.HasPrefix(e.Operation, "transfer") {
			joules += e.Joules
		}
	}
	if all > 0 {
		r.EnergyShare = joules / all
	}
	for _, a := range s.Arrays {
		r.Endurance[a.Name()] = a.Endurance()
	}
	r.Within = r.Total.Remaining.Within(-t.Design.Transfer.Tolerance, t.Design.Transfer.Tolerance)
	r.Low = r.Total.Conductances.Within(0, 20e-6)
	if r.Total.Late > 0 {
		r.Note = fmt.Sprintf("%d of %d column transfers had to wait for the programmer: a column took longer to program than its slot lasts; intervals that could not hold all of them stretched by %v in all",
			r.Total.Late, r.Total.Columns, r.Total.Length)
	}
	return r
}

// figure is the distribution of what the transfers got wrong.
func (r *Transfers) figure() (*plot.Figure, error) {
	return plot.TransferError(plot.TransferErrorData{
		Title: "Error after transfer",
		Errors: []plot.Sample{
			{Name: "long-term part", Values: sampleOf(&r.Total.LongTerm), Of: r.Total.LongTerm.Total()},
			{Name: "with the capacitor", Values: sampleOf(&r.Total.Remaining), Of: r.Total.Remaining.Total()},
		},
	})
}

// sampleValues is the size of a sample drawn from a histogram.
const sampleValues = 20000

// sampleOf spreads values evenly in the bins of h, in proportion to their
// counts, rounded up; what lies beside the bins is left out.
func sampleOf(h *netlist.Histogram) []float64 {
	var values []float64
	total, width := max(1, h.Total()), (h.High-h.Low)/float64(len(h.Counts))
	for i, c := range h.Counts {
		n := int(math.Ceil(float64(c) / float64(total) * sampleValues))
		for k := range n {
			values = append(values, h.Low+(float64(i)+(float64(k)+0.5)/float64(n))*width)
		}
	}
	return values
}
