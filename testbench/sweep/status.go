package sweep

// A Status says how far a sweep is.
type Status struct {
	Points  int           // of the plan
	Done    int           // recorded with a result
	Failed  int           // recorded with an error
	Missing []int         // not recorded, ascending
	Shards  []ShardStatus // of the plan's division, by index
}

// A ShardStatus says how far one shard of the plan is. Points that another
// division has recorded count.
type ShardStatus struct {
	Shard   Shard
	Points  int
	Done    int
	Failed  int
	Missing []int
	Writer  string // who opened the shard's file last, or ""
}

// Status reads the shard files without waiting for their writers.
func (s *Sweep) Status() (*Status, error) {
	st := &Status{Points: s.Plan.Points, Shards: make([]ShardStatus, s.Plan.Shards)}
	for i := range st.Shards {
		st.Shards[i].Shard = Shard{i, s.Plan.Shards}
	}
	table, err := s.gather(func(h Shard, c shardContent) {
		if h.Count == s.Plan.Shards && c.writer != nil {
			st.Shards[h.Index].Writer = c.writer.String()
		}
	})
	if err != nil {
		return nil, err
	}
	for n, e := range table {
		st.add(n, e)
	}
	return st, nil
}

// add counts point n.
func (st *Status) add(n int, e entry) {
	h := &st.Shards[n%len(st.Shards)]
	h.Points++
	switch {
	case e.line == 0:
		st.Missing = append(st.Missing, n)
		h.Missing = append(h.Missing, n)
	case e.outcome.Error != "":
		st.Failed++
		h.Failed++
	default:
		st.Done++
		h.Done++
	}
}

// Unfinished lists the indices of the shards that miss points, as for
// sbatch --array.
func (st *Status) Unfinished() []int {
	var list []int
	for _, h := range st.Shards {
		if len(h.Missing) > 0 {
			list = append(list, h.Shard.Index)
		}
	}
	return list
}
