package tile

// A view is the tile as reads in one direction see it. Between two pulses the
// read conductance of a cell changes only with alpha, and little: W less the
// share of the reference is kept as a straight line in alpha, by column,
//
//	at + (alpha - center) slope
//	at    = lt + sign g(V),  V = e + center r
//	slope = sign g'(V) r
//
// which misses g by at most |d2g/dV2| (r span/2)^2/2 while alpha is within span/2
// of center: 0.0005 uS for the default cell. Where it passes a join of the table
// of g, at which the table itself jumps, the two differ by 0.003 uS, a seventh of
// what the table misses the curve by.
// Lines follow from the state and center alone, whenever they are computed.
type view struct {
	curve  table
	line   []float32 // by column, see linesGo; nil before the first read, 0 where there is no row
	center float32
	valid  bool
}

// span is the width in alpha over which a view is a straight line.
const span = 1.0 / 128

// offset is where on the lines of v the present alpha is.
func (t *Tile) offset(v *view) float32 { return t.alpha - v.center }

// look makes v good for a read at the present alpha, and the sums of long-term
// weights too.
func (t *Tile) look(v *view) {
	if t.changed.Load() {
		t.changed.Store(false)
		t.forward.valid, t.backward.valid = false, false
		t.sumLongTerm()
	}
	if d := t.offset(v); !v.valid || d > span/2 || d < -span/2 {
		t.draw(v, t.firstCenter())
	}
}

// firstCenter returns the center of a view from now on. Alpha falls, so a view
// begins at the upper end of its span.
func (t *Tile) firstCenter() float32 {
	if t.leak.perCell || t.leak.none() {
		return t.alpha
	}
	return t.alpha - span/2
}

// draw computes the lines of all cells.
func (t *Tile) draw(v *view, center float32) {
	if v.line == nil {
		v.line = make([]float32, 2*len(t.r))
	}
	v.center, v.valid = center, true
	for j := range t.stride {
		t.drawColumn(v, j)
	}
}

// drawColumn computes the lines of column j.
func (t *Tile) drawColumn(v *view, j int) {
	line := t.lines(v, j)
	lines(line, t.column(t.r, j), t.e.column(j), t.column(t.lt, j), v.center, t.sign[j], &v.curve)
	for i := t.rows; i < t.pitch; i++ {
		line[place(i)], line[place(i)+block] = 0, 0
	}
}

// drawCell computes the line of one cell.
func (t *Tile) drawCell(v *view, i, j int) {
	n := t.index(i, j)
	var line [2 * block]float32
	linesGo(line[:], t.r[n:n+1], t.e.column(j)[i:i+1], t.lt[n:n+1], v.center, t.sign[j], &v.curve)
	redrawGo(v.line, line[:], []int32{int32(n)})
}

// lines returns the lines of column j.
func (t *Tile) lines(v *view, j int) []float32 { return v.line[2*j*t.pitch : 2*(j+1)*t.pitch] }

// eachView calls f for both views that are valid.
func (t *Tile) eachView(f func(v *view)) {
	if t.changed.Load() {
		return
	}
	for _, v := range []*view{&t.forward, &t.backward} {
		if v.valid {
			f(v)
		}
	}
}

// change says that weights are about to change otherwise than by Update.
func (t *Tile) change() {
	if !t.changed.Load() { // a look is cheaper than a store, and most often enough
		t.changed.Store(true)
	}
}

// sumLongTerm brings rowLT and colLT up to date.
func (t *Tile) sumLongTerm() {
	clear(t.rowLT)
	clear(t.colLT)
	for j := range t.cols {
		s := float64(t.sign[j])
		for i, w := range t.column(t.lt, j)[:t.rows] {
			t.rowLT[i] += s * float64(w)
			t.colLT[j] += float64(w)
		}
	}
}
