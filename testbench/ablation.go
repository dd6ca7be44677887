package testbench

import "engram/testbench/plot"

// isAblation reports whether the sweep compares variants.
func (t *sweepTable) isAblation() bool { return len(t.axes) == 1 && t.axes[0].path == useKey }

// ablation draws what each variant loses against the float twins of its points.
func (t *sweepTable) ablation(title string) (*plot.Figure, error) {
	d := plot.AblationData{Title: title, Reference: "the float twin"}
	for _, c := range t.cells {
		if loss, ok := c.measures[lossMeasure]; ok {
			d.Bars = append(d.Bars, plot.AblationBar{Name: c.settings[0].Value, Loss: loss.mean, SD: loss.sd, Accuracy: c.accuracy().mean})
		}
	}
	return plot.Ablation(d)
}
