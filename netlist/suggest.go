package netlist

// suggest returns " (did you mean X?)" for the candidate nearest to word, or ""
// if none is near.
func suggest(word string, candidates []string) string {
	best, least := "", 1+max(1, min(3, len(word)/3))
	for _, c := range candidates {
		if abs(len(c)-len(word)) >= least {
			continue
		}
		if d := distance(word, c); d < least {
			best, least = c, d
		}
	}
	if best == "" {
		return ""
	}
	return " (did you mean " + quote(best) + "?)"
}

// distance is the number of bytes to insert, delete, replace or swap with their
// neighbour to get from a to b (optimal string alignment).
func distance(a, b string) int {
	before, last := make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := range len(a) {
		row := make([]int, len(b)+1)
		row[0] = i + 1
		for j := range len(b) {
			change := 1
			if a[i] == b[j] {
				change = 0
			}
			row[j+1] = min(last[j+1]+1, row[j]+1, last[j]+change)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, last = last, row
	}
	return last[len(b)]
}

func abs(x int) int {
	if x < 0 {
		return -x
	}
	return x
}
