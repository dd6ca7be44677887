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
