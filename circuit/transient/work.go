package transient

// upTo returns the charge that currents in the stages move up to stage k of a
// step of unit length.
func upTo(k int, current *[stages]float64) float64 {
	sum := 0.0
	for j := range k + 1 {
		sum += coeffA[k][j] * current[j]
	}
	return sum
}

// coeffW gives the work on a charge over a step from the values of v and q at
// its start (k = 0, where q = 0) and in its stages:
//
//	integral of v dq = sum over k, j of coeffW[k][j] v[k] q[j]
var coeffW = workWeights()

// workWeights returns the form that is exact for v = x^p and q = x^m, m/(p + m)
// with x = t/h, but for x against x^3. Stages lie off the solution by terms of
// the second order (q = x^2/2 has the values Ac, not c^2/2); that entry is set
// so that the work of v = x on such a q is its integral, 1/3, all the same,
// which makes the work of order three. With v = q the form is q^2/2 exactly, at
// the end less at the start, as m/(p + m) and p/(p + m) sum to 1.
func workWeights() (w [stages + 1][stages + 1]float64) {
	var exact [stages + 1][stages + 1]float64
	for p := range exact {
		for m := 1; m <= stages; m++ {
			exact[p][m] = float64(m) / float64(p+m)
		}
	}
	base := lagrange([stages + 1]float64{0, coeffC[0], coeffC[1], coeffC[2]})
	var square [stages + 1]float64 // Ac as a polynomial in c
	for k := range stages {
		for p := range square {
			square[p] += upTo(k, &coeffC) * base[k+1][p]
		}
	}
	exact[1][3] = (1./3 - square[1]*exact[1][1] - square[2]*exact[1][2]) / square[3]
	exact[3][1] = 1 - exact[1][3]
	for k := range w {
		for j := range w {
			for p := range exact {
				for m := range exact {
					w[k][j] += base[k][p] * exact[p][m] * base[j][m]
				}
			}
		}
	}
	return w
}

// lagrange returns the coefficients, of x^0 first, of the polynomials that are
// 1 at one of the nodes and 0 at the others.
func lagrange(nodes [stages + 1]float64) (base [stages + 1][stages + 1]float64) {
	for k := range nodes {
		base[k][0] = 1
		for j, c := range nodes {
			if j == k {
				continue
			}
			for p := stages; p >= 0; p-- { // times (x - c)/(nodes[k] - c)
				base[k][p] *= -c
				if p > 0 {
					base[k][p] += base[k][p-1]
				}
				base[k][p] /= nodes[k] - c
			}
		}
	}
	return base
}
