package transient

import "math"

// lu is a dense LU factorisation with partial pivoting.
type lu struct {
	n     int
	a     []float64 // n x n, row-major; overwritten by the factors
	scale []float64 // largest magnitude of each column before elimination
	pivot []int
}

func newLU(n int) lu {
	return lu{n: n, a: make([]float64, n*n), scale: make([]float64, n), pivot: make([]int, n)}
}

// singularity is the pivot, relative to its column, below which a matrix counts
// as singular: a floating group of nodes leaves rounding errors of 1e-16.
const singularity = 4e-16

// factor replaces a by its factors. It returns the column without a pivot where
// the matrix is singular or not finite, and -1 otherwise.
func (m *lu) factor() int {
	n, a := m.n, m.a
	if n == 1 {
		if a[0] == 0 || !isFinite(a[0]) {
			return 0
		}
		return -1
	}
	clear(m.scale)
	for k, x := range a {
		m.scale[k%n] = math.Max(m.scale[k%n], math.Abs(x))
	}
	for k := range n {
		p := k
		for r := k + 1; r < n; r++ {
			if math.Abs(a[r*n+k]) > math.Abs(a[p*n+k]) {
				p = r
			}
		}
		m.pivot[k] = p
		if !(math.Abs(a[p*n+k]) > singularity*m.scale[k]) || !isFinite(a[p*n+k]) {
			return k
		}
		if p != k {
			for c := range n {
				a[k*n+c], a[p*n+c] = a[p*n+c], a[k*n+c]
			}
		}
		m.eliminate(k)
	}
	return -1
}

// eliminate clears column k below the diagonal.
func (m *lu) eliminate(k int) {
	n := m.n
	row := m.a[k*n : k*n+n]
	for r := k + 1; r < n; r++ {
		below := m.a[r*n : r*n+n]
		if below[k] == 0 {
			continue
		}
		f := below[k] / row[k]
		below[k] = f
		for c := k + 1; c < n; c++ {
			below[c] -= f * row[c]
		}
	}
}

// solve replaces x by the solution of A x = b, where x holds b.
func (m *lu) solve(x []float64) {
	n, a := m.n, m.a
	if n == 1 {
		x[0] /= a[0]
		return
	}
	for k, p := range m.pivot {
		x[k], x[p] = x[p], x[k]
	}
	for r := range n {
		for c := range r {
			x[r] -= a[r*n+c] * x[c]
		}
	}
	for r := n - 1; r >= 0; r-- {
		for c := r + 1; c < n; c++ {
			x[r] -= a[r*n+c] * x[c]
		}
		x[r] /= a[r*n+r]
	}
}
