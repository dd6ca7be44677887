package circuit

import "math"

// Log1p and Expm1 are those of package math to 4e-16, made of Log and Exp and of
// nothing that can be fused (W. Kahan; Goldberg, ACM Comput. Surv. 23, 5 (1991),
// theorem 4).

// Log1p returns ln(1 + x) for x >= 0.
func Log1p(x float64) float64 {
	u := 1 + x
	if u == 1 || math.IsInf(u, 1) {
		return x
	}
	return math.Log(u) * (x / (u - 1))
}

// Expm1 returns exp(x) - 1 for x <= 0.
func Expm1(x float64) float64 {
	u := math.Exp(x)
	if u == 1 {
		return x
	}
	if u-1 == -1 {
		return -1
	}
	return (u - 1) * (x / math.Log(u))
}
