package sweep

import (
	"fmt"
	"strings"
)

// maxShownRanges bounds the lists in error messages; assumed.
const maxShownRanges = 20

// Ranges writes ascending numbers as "0-3,7,9-12", which is also what
// sbatch --array takes.
func Ranges(numbers []int) string { return strings.Join(rangeList(numbers), ",") }

// shortRanges is Ranges for messages: a long list ends in "...".
func shortRanges(numbers []int) string {
	list := rangeList(numbers)
	if len(list) > maxShownRanges {
		list = append(list[:maxShownRanges:maxShownRanges], "...")
	}
	return strings.Join(list, ",")
}

func rangeList(numbers []int) []string {
	var list []string
	for i := 0; i < len(numbers); {
		k := i + 1
		for k < len(numbers) && numbers[k] == numbers[k-1]+1 {
			k++
		}
		if k-i == 1 {
			list = append(list, fmt.Sprint(numbers[i]))
		} else {
			list = append(list, fmt.Sprintf("%d-%d", numbers[i], numbers[k-1]))
		}
		i = k
	}
	return list
}
