package plot

import "gonum.org/v1/plot/vg"

// contourLines are the polylines on which the field z[j][i], known at
// (x[i], y[j]) on the canvas, equals level: marching squares with linear
// interpolation along the edges. Squares with a NaN corner are left out. The
// order of lines depends on the data only.
func contourLines(x, y []vg.Length, z [][]float64, level float64) [][]vg.Point {
	t := tracer{at: map[edge]vg.Point{}, links: map[edge][]edge{}}
	for j := 0; j+1 < len(y); j++ {
		for i := 0; i+1 < len(x); i++ {
			t.square(x, y, z, level, i, j)
		}
	}
	return t.lines()
}

// An edge of the grid runs from node (i, j) one step to the right, or up.
type edge struct {
	i, j int
	up   bool
}

// tracer links the crossings of one level. A crossing lies on one edge and
// belongs to at most two squares, so it has at most two links.
type tracer struct {
	order []edge // in the order found
	at    map[edge]vg.Point
	links map[edge][]edge
}

// square adds the segments of the level in the square with lower left node
// (i, j).
func (t *tracer) square(x, y []vg.Length, z [][]float64, level float64, i, j int) {
	corners := [4]float64{z[j][i], z[j][i+1], z[j+1][i+1], z[j+1][i]}
	mean := 0.0
	for _, c := range corners {
		mean += c / 4
	}
	if mean != mean { // a NaN corner
		return
	}
	px := [4]vg.Length{x[i], x[i+1], x[i+1], x[i]}
	py := [4]vg.Length{y[j], y[j], y[j+1], y[j+1]}
	edges := [4]edge{{i, j, false}, {i + 1, j, true}, {i, j + 1, false}, {i, j, true}}
	var crossed []edge
	for k := range 4 {
		a, b := corners[k], corners[(k+1)%4]
		if (a >= level) == (b >= level) {
			continue
		}
		f := vg.Length((level - a) / (b - a))
		n := (k + 1) % 4
		t.cross(edges[k], vg.Point{X: px[k] + f*(px[n]-px[k]), Y: py[k] + f*(py[n]-py[k])})
		crossed = append(crossed, edges[k])
	}
	switch {
	case len(crossed) == 2:
		t.link(crossed[0], crossed[1])
	case len(crossed) == 4 && (mean >= level) == (corners[0] >= level):
		// A saddle whose middle belongs with the lower left corner: the lines
		// cut the other two corners off.
		t.link(crossed[0], crossed[1])
		t.link(crossed[2], crossed[3])
	case len(crossed) == 4:
		t.link(crossed[3], crossed[0])
		t.link(crossed[1], crossed[2])
	}
}

func (t *tracer) cross(e edge, p vg.Point) {
	if _, seen := t.at[e]; !seen {
		t.order = append(t.order, e)
		t.at[e] = p
	}
}

func (t *tracer) link(a, b edge) {
	t.links[a] = append(t.links[a], b)
	t.links[b] = append(t.links[b], a)
}

// lines walks the links: open lines from their ends first, then loops.
func (t *tracer) lines() [][]vg.Point {
	done := map[edge]bool{}
	var out [][]vg.Point
	for _, ends := range []int{1, 2} {
		for _, e := range t.order {
			if !done[e] && len(t.links[e]) == ends {
				out = append(out, t.walk(e, done))
			}
		}
	}
	return out
}

// walk follows links from start until they end or close.
func (t *tracer) walk(start edge, done map[edge]bool) []vg.Point {
	line := []vg.Point{t.at[start]}
	done[start] = true
	for e, moved := start, true; moved; {
		moved = false
		for _, next := range t.links[e] {
			if !done[next] {
				done[next] = true
				line = append(line, t.at[next])
				e, moved = next, true
				break
			}
		}
		if last := t.links[e]; !moved && len(line) > 2 && len(last) == 2 && (last[0] == start || last[1] == start) {
			line = append(line, line[0])
		}
	}
	return line
}
