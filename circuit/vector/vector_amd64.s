//go:build !purego

#include "textflag.h"

// Register map of all functions:
//
//	SI DI  slices, each function says which
//	CX   elements left
//	AX   byte offset of the block in every slice
//	BX DX    scratch
//	Y0-Y3    products
//	Y4-Y7    32 partial sums, lane k in register 4+k/8
//	Y12-Y14  a factor, blocks of a slice
//	Y15  lanes of a block that are elements, sign bits
//
// No product is fused with the sum it goes into: VMULPS and VADDPS round
// separately, as the Go loops do. A lane that starts at +0 never becomes -0, so
// lanes past the end may add 0*0.

// laneMask+32-4n(SB) is a mask of the first n lanes of 8.
DATA laneMask<>+0(SB)/8, $0xffffffffffffffff
DATA laneMask<>+8(SB)/8, $0xffffffffffffffff
DATA laneMask<>+16(SB)/8, $0xffffffffffffffff
DATA laneMask<>+24(SB)/8, $0xffffffffffffffff
DATA laneMask<>+32(SB)/8, $0
DATA laneMask<>+40(SB)/8, $0
DATA laneMask<>+48(SB)/8, $0
DATA laneMask<>+56(SB)/8, $0
GLOBL laneMask<>(SB), RODATA|NOPTR, $64

// REST goes to done if no elements are left, and otherwise sets Y15 for a block
// of the next 8 of them, or of as many as there are.
#define REST \
	CMPQ    CX, $0                  \
	JLE     done                    \
	MOVQ    $8, BX                  \
	CMPQ    CX, BX                  \
	CMOVQLT CX, BX                  \
	NEGQ    BX                      \
	LEAQ    laneMask<>+32(SB), DX   \
	VMOVUPS (DX)(BX*4), Y15

// NEXT goes on to the next 8 elements.
#define NEXT \
	ADDQ $32, AX  \
	SUBQ $8, CX

// CLEAR sets four registers to +0.
#define CLEAR(a, b, c, d) \
	VXORPS a, a, a \
	VXORPS b, b, b \
	VXORPS c, c, c \
	VXORPS d, d, d

// TOTAL adds the 32 lanes of the registers a to d into lane 0 of x, the X
// register of a, as lanes.total does: the upper half onto the lower, five times.
#define TOTAL(a, b, c, d, x) \
	VADDPS       c, a, a    \
	VADDPS       d, b, b    \
	VADDPS       b, a, a    \
	VEXTRACTF128 $1, a, X0  \
	VADDPS       X0, x, x   \
	VMOVHLPS     x, x, X0   \
	VADDPS       X0, x, x   \
	VMOVSHDUP    x, X0      \
	VADDSS       X0, x, x

// func axpyAVX2(a float32, x, y []float32)
//
// SI is x, DI y, Y14 a.
TEXT ·axpyAVX2(SB), NOSPLIT, $0-56
	VBROADCASTSS a+0(FP), Y14
	MOVQ x_base+8(FP), SI
	MOVQ x_len+16(FP), CX
	MOVQ y_base+32(FP), DI
	XORL AX, AX
	SUBQ $32, CX
	JLT  eights

block:
	VMULPS  (SI)(AX*1), Y14, Y0
	VMULPS  32(SI)(AX*1), Y14, Y1
	VMULPS  64(SI)(AX*1), Y14, Y2
	VMULPS  96(SI)(AX*1), Y14, Y3
	VADDPS  (DI)(AX*1), Y0, Y0
	VADDPS  32(DI)(AX*1), Y1, Y1
	VADDPS  64(DI)(AX*1), Y2, Y2
	VADDPS  96(DI)(AX*1), Y3, Y3
	VMOVUPS Y0, (DI)(AX*1)
	VMOVUPS Y1, 32(DI)(AX*1)
	VMOVUPS Y2, 64(DI)(AX*1)
	VMOVUPS Y3, 96(DI)(AX*1)
	ADDQ    $128, AX
	SUBQ    $32, CX
	JGE     block

eights:
	ADDQ $24, CX // less 8
	JLT  ones

eight:
	VMULPS  (SI)(AX*1), Y14, Y0
	VADDPS  (DI)(AX*1), Y0, Y0
	VMOVUPS Y0, (DI)(AX*1)
	ADDQ    $32, AX
	SUBQ    $8, CX
	JGE     eight

ones:
	ADDQ $8, CX
	JLE  done

one:
	VMULSS (SI)(AX*1), X14, X0
	VADDSS (DI)(AX*1), X0, X0
	VMOVSS X0, (DI)(AX*1)
	ADDQ   $4, AX
	DECQ   CX
	JNZ    one

done:
	VZEROUPPER
	RET

// DOT_REST adds the products of 8 elements, or of as many as there are, to a.
#define DOT_REST(a) \
	REST                                 \
	VMASKMOVPS (SI)(AX*1), Y15, Y12      \
	VMASKMOVPS (DI)(AX*1), Y15, Y13      \
	VMULPS     Y12, Y13, Y0              \
	VADDPS     Y0, a, a                  \
	NEXT

// func dotAVX2(x, y []float32) float32
//
// SI is x, DI y.
TEXT ·dotAVX2(SB), NOSPLIT, $0-52
	MOVQ x_base+0(FP), SI
	MOVQ x_len+8(FP), CX
	MOVQ y_base+24(FP), DI
	CLEAR(Y4, Y5, Y6, Y7)
	XORL AX, AX
	SUBQ $32, CX
	JLT  rest

block:
	VMOVUPS (SI)(AX*1), Y12
	VMOVUPS 32(SI)(AX*1), Y13
	VMULPS  (DI)(AX*1), Y12, Y0
	VMULPS  32(DI)(AX*1), Y13, Y1
	VMOVUPS 64(SI)(AX*1), Y12
	VMOVUPS 96(SI)(AX*1), Y13
	VMULPS  64(DI)(AX*1), Y12, Y2
	VMULPS  96(DI)(AX*1), Y13, Y3
	VADDPS  Y0, Y4, Y4
	VADDPS  Y1, Y5, Y5
	VADDPS  Y2, Y6, Y6
	VADDPS  Y3, Y7, Y7
	ADDQ    $128, AX
	SUBQ    $32, CX
	JGE     block

rest:
	ADDQ $32, CX
	DOT_REST(Y4)
	DOT_REST(Y5)
	DOT_REST(Y6)
	DOT_REST(Y7)

done:
	TOTAL(Y4, Y5, Y6, Y7, X4)
	VMOVSS X4, ret+48(FP)
	VZEROUPPER
	RET

// OCT makes a constant of eight equal elements of 32 bits.
#define OCT(name, value) \
	DATA name<>+0(SB)/4, value     \
	DATA name<>+4(SB)/4, value     \
	DATA name<>+8(SB)/4, value     \
	DATA name<>+12(SB)/4, value    \
	DATA name<>+16(SB)/4, value    \
	DATA name<>+20(SB)/4, value    \
	DATA name<>+24(SB)/4, value    \
	DATA name<>+28(SB)/4, value    \
	GLOBL name<>(SB), RODATA|NOPTR, $32

OCT(one, $1.0)
OCT(minus, $0x80000000)
OCT(bias, $127)
OCT(expMin, $-87.3)
OCT(expMax, $88.0)
OCT(log2e, $1.44269504)
OCT(ln2High, $0.693359375)
OCT(ln2Low, $-2.12194440e-4)
OCT(toWhole, $12582912.0)
OCT(exp5, $1.9875691500e-4)
OCT(exp4, $1.3981999507e-3)
OCT(exp3, $8.3334519073e-3)
OCT(exp2, $4.1665795894e-2)
OCT(exp1, $1.6666665459e-1)
OCT(exp0, $5.0000001201e-1)

// HORNER sets p = p*r + c, with r in Y1 and p in Y2.
#define HORNER(c) \
	VMULPS Y1, Y2, Y2           \
	VADDPS c<>(SB), Y2, Y2

// func logisticAVX2(x []float32)
//
// SI is x, Y0 v, Y1 r, Y2 p, Y3 n and then 2^n. VMAXPS and VMINPS return their
// second source (the first operand here) when a comparison is false, so a NaN
// stays.
TEXT ·logisticAVX2(SB), NOSPLIT, $0-24
	MOVQ x_base+0(FP), SI
	MOVQ x_len+8(FP), CX
	XORL AX, AX

block:
	REST
	VMASKMOVPS (SI)(AX*1), Y15, Y0
	VXORPS     minus<>(SB), Y0, Y0
	VMOVUPS    expMin<>(SB), Y4
	VMAXPS     Y0, Y4, Y0              // min > v ? min : v
	VMOVUPS    expMax<>(SB), Y4
	VMINPS     Y0, Y4, Y0              // max < v ? max : v
	VMOVUPS    toWhole<>(SB), Y4
	VMULPS     log2e<>(SB), Y0, Y3     // n = v*log2e, to a whole number
	VADDPS     Y4, Y3, Y3
	VSUBPS     Y4, Y3, Y3
	VMULPS     ln2High<>(SB), Y3, Y1   // r = v - n*ln2
	VSUBPS     Y1, Y0, Y1
	VMULPS     ln2Low<>(SB), Y3, Y4
	VSUBPS     Y4, Y1, Y1
	VMULPS     exp5<>(SB), Y1, Y2      // p
	VADDPS     exp4<>(SB), Y2, Y2
	HORNER(exp3)
	HORNER(exp2)
	HORNER(exp1)
	HORNER(exp0)
	VMULPS     Y1, Y1, Y4              // p*r^2 + r + 1
	VMULPS     Y4, Y2, Y2
	VADDPS     Y1, Y2, Y2
	VMOVUPS    one<>(SB), Y4
	VADDPS     Y4, Y2, Y2
	VCVTTPS2DQ Y3, Y3                  // e = that times 2^n
	VPADDD     bias<>(SB), Y3, Y3
	VPSLLD     $23, Y3, Y3
	VMULPS     Y3, Y2, Y2
	VADDPS     Y4, Y2, Y2              // 1/(1+e)
	VDIVPS     Y2, Y4, Y2
	VMASKMOVPS Y2, Y15, (SI)(AX*1)
	NEXT
	JMP        block

done:
	VZEROUPPER
	RET
