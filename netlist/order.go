package netlist

// An order finds the levels of a design, each net and bank once.
type order struct {
	d      *Design
	arrays map[string][]int // by the net that their columns drive
	banks  map[string][]int // by the net that they drive
	level  []int            // of banks
	state  []progress
}

// progress is how far the search through a bank has come.
type progress uint8

const (
	unseen progress = iota
	open            // what it depends on is being looked at
	done
)

func newOrder(d *Design) *order {
	o := &order{
		d: d, arrays: map[string][]int{}, banks: map[string][]int{},
		level: make([]int, len(d.Banks)), state: make([]progress, len(d.Banks)),
	}
	for i := range d.Arrays {
		net := d.Arrays[i].Out.Net
		o.arrays[net] = append(o.arrays[net], i)
	}
	for i := range d.Banks {
		net := d.Banks[i].Out.Net
		o.banks[net] = append(o.banks[net], i)
	}
	return o
}

// bank returns the level of bank i, one above the highest bank that it depends
// on; ok is false where it depends on itself.
func (o *order) bank(i int) (level int, ok bool) {
	switch o.state[i] {
	case done:
		return o.level[i], true
	case open:
		return 0, false
	}
	o.state[i] = open
	for _, k := range o.arrays[o.d.Banks[i].In] {
		for _, p := range o.d.Arrays[k].In {
			for _, b := range o.banks[p.Net] {
				before, ok := o.bank(b)
				if !ok {
					return 0, false
				}
				level = max(level, before+1)
			}
		}
	}
	o.level[i], o.state[i] = level, done
	return level, true
}
