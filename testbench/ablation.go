package testbench

import "engram/testbench/plot"

// isAblation reports whether the sweep compares variants.
func (t *sweepTable) isAblation() bool { return len(t.axes) == 1 && t.axes[0].path == useKey }

// ablation draws what each variant loses against the float twins.
func (t *sweepTable) ablation(title string) (*plot.Figure, error) {
	d := plot.AblationData{Title: title, Reference: t.reference()}
	for _, c := range t.cells {
		if c.points == 0 {
			continue
		}
		a := c.accuracy()
		d.Bars = append(d.Bars, plot.AblationBar{Name: c.settings[0].Value, Accuracy: a.mean, SD: a.sd})
	}
	return plot.Ablation(d)
}
