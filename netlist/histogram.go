package netlist

// A Histogram counts values in equal bins over [Low, High), and those beside.
type Histogram struct {
	Low    float64 `json:"low"`
	High   float64 `json:"high"`
	Counts []int   `json:"counts"`
	Below  int     `json:"below"`
	Above  int     `json:"above"`
}

func newHistogram(low, high float64, bins int) Histogram {
	return Histogram{Low: low, High: high, Counts: make([]int, bins)}
}

// empty returns a histogram of the same bins.
func (h *Histogram) empty() Histogram { return newHistogram(h.Low, h.High, len(h.Counts)) }

// like reports whether o has the same bins.
func (h *Histogram) like(o *Histogram) bool {
	return h.Low == o.Low && h.High == o.High && len(h.Counts) == len(o.Counts)
}

// Add counts x; what is no number counts as below.
func (h *Histogram) Add(x float64) {
	n := (x - h.Low) / (h.High - h.Low) * float64(len(h.Counts))
	switch {
	case !(n >= 0): // also NaN
		h.Below++
	case n >= float64(len(h.Counts)):
		h.Above++
	default:
		h.Counts[int(n)]++
	}
}

// Merge adds the counts of o, of the same bins, to h.
func (h *Histogram) Merge(o *Histogram) {
	h.Below += o.Below
	h.Above += o.Above
	for i, n := range o.Counts {
		h.Counts[i] += n
	}
}

// Take adds the counts of o to h and clears o.
func (h *Histogram) Take(o *Histogram) {
	h.Merge(o)
	o.Below, o.Above = 0, 0
	clear(o.Counts)
}

// Total returns the number of values counted.
func (h *Histogram) Total() int {
	n := h.Below + h.Above
	for _, c := range h.Counts {
		n += c
	}
	return n
}

// Within returns the share of the values in the bins that lie wholly in
// [low, high), 0 where nothing was counted.
func (h *Histogram) Within(low, high float64) float64 {
	n, width := 0, (h.High-h.Low)/float64(len(h.Counts))
	for i, c := range h.Counts {
		at := h.Low + float64(float64(i)*width)
		if at >= low-width/1e6 && at+width <= high+width/1e6 {
			n += c
		}
	}
	return float64(n) / float64(max(1, h.Total()))
}
