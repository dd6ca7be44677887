//go:build !purego

#include "go_asm.h"
#include "textflag.h"

// Register map of all three kernels:
//
//	SI R8 R9 R10 R11  slices, each kernel says which
//	DI   the table
//	CX   columns left
//	AX   byte offset of the block of 16 columns in every slice
//	K1   lanes of the block that are columns: all, but in the last block
//	Z0   the voltage, then the table's value there
//	Z1   segment
//	Z2   coordinate within the segment
//	Z3-Z7    scratch
//	Z8 Z9    partial sums
//	Z16  alpha
//	Z17 Z18  t.scale, t.offset
//	Z19  lastCoordinate
//	Z20  zero
//	Z24-Z27  t.c[0] to t.c[3], each a whole table of 16 segments
//
// No product is fused with the sum it goes into: VMULPS and VADDPS round
// separately, as the Go loops do.

DATA lastCoordinate<>+0(SB)/4, $15.999999
GLOBL lastCoordinate<>(SB), RODATA|NOPTR, $4

// LOAD_TABLE fills Z17-Z20 and Z24-Z27 from the table at DI.
#define LOAD_TABLE \
	VBROADCASTSS table_scale(DI), Z17         \
	VBROADCASTSS table_offset(DI), Z18        \
	VBROADCASTSS lastCoordinate<>(SB), Z19    \
	VPXORQ  Z20, Z20, Z20                     \
	VMOVUPS (table_c+0*64)(DI), Z24           \
	VMOVUPS (table_c+1*64)(DI), Z25           \
	VMOVUPS (table_c+2*64)(DI), Z26           \
	VMOVUPS (table_c+3*64)(DI), Z27

// VOLTAGE sets Z0 = alpha*r[j] + e[j] in the lanes of K1. Other lanes touch no
// memory and hold 0.
#define VOLTAGE \
	VMOVUPS.Z (R8)(AX*1), K1, Z0  \
	VMULPS    Z16, Z0, Z0         \
	VMOVUPS.Z (R9)(AX*1), K1, Z3  \
	VADDPS    Z3, Z0, Z0

// LOOKUP sets Z0 = t.at(Z0). VMAXPS and VMINPS return their second source (the
// first operand here) when a comparison is false, so a NaN takes segment 0.
#define LOOKUP \
	VMULPS     Z17, Z0, Z0      \ // s = v*scale + offset
	VADDPS     Z18, Z0, Z0      \
	VMAXPS     Z20, Z0, Z0      \ // s > 0 ? s : 0
	VMINPS     Z0, Z19, Z0      \ // last < s ? last : s
	VCVTTPS2DQ Z0, Z1           \ // i = int(s)
	VREDUCEPS  $3, Z0, Z2       \ // x = s - trunc(s)
	VPERMPS    Z27, Z1, Z0      \ // y = c3[i]*x + c2[i]
	VMULPS     Z2, Z0, Z0       \
	VPERMPS    Z26, Z1, Z3      \
	VADDPS     Z3, Z0, Z0       \
	VMULPS     Z2, Z0, Z0       \ // y = y*x + c1[i]
	VPERMPS    Z25, Z1, Z3      \
	VADDPS     Z3, Z0, Z0       \
	VMULPS     Z2, Z0, Z0       \ // y = y*x + c0[i]
	VPERMPS    Z24, Z1, Z3      \
	VADDPS     Z3, Z0, Z0

// WEIGHT sets Z4 = lt[j] + sign[j]*Z0 in the lanes of K1.
#define WEIGHT \
	VMOVUPS.Z (R11)(AX*1), K1, Z4  \ // sign
	VMULPS    Z0, Z4, Z4           \
	VMOVUPS.Z (R10)(AX*1), K1, Z3  \ // lt
	VADDPS    Z3, Z4, Z4

// ALL_LANES sets K1 for a block of 16 columns.
#define ALL_LANES \
	KXNORW K1, K1, K1

// LAST_LANES sets K1 for a last block of CX < 16 columns.
#define LAST_LANES \
	MOVL  $1, DX   \
	SHLL  CX, DX   \
	SUBL  $1, DX   \
	KMOVW DX, K1

// SUM adds the 16 lanes of the Z register z into lane 0 of the X register x of
// the same number, as lanes.sum does: the upper half onto the lower, four
// times. y is the Y register of that number.
#define SUM(z, y, x) \
	VEXTRACTF64X4 $1, z, Y3      \
	VADDPS        Y3, y, y       \
	VEXTRACTF128  $1, y, X3      \
	VADDPS        X3, x, x       \
	VMOVHLPS      x, x, X3       \
	VADDPS        X3, x, x       \
	VMOVSHDUP     x, X3          \
	VADDSS        X3, x, x

// func readRowAVX512(acc, r, e, lt, sign []float32, alpha, x float32, t *table) float32
//
// SI is acc, R8 r, R9 e, R10 lt, R11 sign, Z21 x, Z8 the sum of g.
TEXT ·readRowAVX512(SB), NOSPLIT, $0-140
	MOVQ acc_base+0(FP), SI
	MOVQ acc_len+8(FP), CX
	MOVQ r_base+24(FP), R8
	MOVQ e_base+48(FP), R9
	MOVQ lt_base+72(FP), R10
	MOVQ sign_base+96(FP), R11
	VBROADCASTSS alpha+120(FP), Z16
	VBROADCASTSS x+124(FP), Z21
	MOVQ t+128(FP), DI
	LOAD_TABLE
	VPXORQ Z8, Z8, Z8
	XORL   AX, AX
	ALL_LANES
	JMP    more

block:
	VOLTAGE
	LOOKUP
	VADDPS    Z0, Z8, K1, Z8       // sum += g
	WEIGHT
	VMULPS    Z21, Z4, Z4          // acc += x*w
	VMOVUPS.Z (SI)(AX*1), K1, Z5
	VADDPS    Z4, Z5, Z5
	VMOVUPS   Z5, K1, (SI)(AX*1)
	ADDQ      $64, AX
	SUBQ      $16, CX

more:
	CMPQ CX, $16
	JGE  block
	CMPQ CX, $0
	JLE  done
	LAST_LANES
	JMP  block

done:
	SUM(Z8, Y8, X8)
	VMOVSS X8, ret+136(FP)
	VZEROUPPER
	RET

// func readColumnsAVX512(d, r, e, lt, sign []float32, alpha float32, t *table) (dot, abs float32)
//
// SI is d, R8 r, R9 e, R10 lt, R11 sign, Z21 all bits but the sign, Z8 dot, Z9
// abs.
TEXT ·readColumnsAVX512(SB), NOSPLIT, $0-144
	MOVQ d_base+0(FP), SI
	MOVQ d_len+8(FP), CX
	MOVQ r_base+24(FP), R8
	MOVQ e_base+48(FP), R9
	MOVQ lt_base+72(FP), R10
	MOVQ sign_base+96(FP), R11
	VBROADCASTSS alpha+120(FP), Z16
	MOVQ t+128(FP), DI
	LOAD_TABLE
	MOVL   $0x7fffffff, DX
	VPBROADCASTD DX, Z21
	VPXORQ Z8, Z8, Z8
	VPXORQ Z9, Z9, Z9
	XORL   AX, AX
	ALL_LANES
	JMP    more

block:
	VOLTAGE
	LOOKUP
	WEIGHT
	VMOVUPS.Z (SI)(AX*1), K1, Z5
	VMULPS    Z5, Z4, Z4           // dot += d*w
	VADDPS    Z4, Z8, K1, Z8
	VPANDD    Z21, Z5, Z5          // abs += |d|*g
	VMULPS    Z5, Z0, Z0
	VADDPS    Z0, Z9, K1, Z9
	ADDQ      $64, AX
	SUBQ      $16, CX

more:
	CMPQ CX, $16
	JGE  block
	CMPQ CX, $0
	JLE  done
	LAST_LANES
	JMP  block

done:
	SUM(Z8, Y8, X8)
	SUM(Z9, Y9, X9)
	VMOVSS X8, dot+136(FP)
	VMOVSS X9, abs+140(FP)
	VZEROUPPER
	RET

// func coincideAVX512(coincident, count, row []int32, word []uint32, column uint32) (n, steps int)
//
// SI is word, R8 row, R9 and R10 the next element of coincident and of count, BX
// the first of coincident. Z0 are the counts of a block, Z1 its rows, Z21
// column, Z8 the sum of counts, K2 the lanes that pulse.
TEXT ·coincideAVX512(SB), NOSPLIT, $0-120
	MOVQ coincident_base+0(FP), R9
	MOVQ count_base+24(FP), R10
	MOVQ row_base+48(FP), R8
	MOVQ row_len+56(FP), CX
	MOVQ word_base+72(FP), SI
	VBROADCASTSS column+96(FP), Z21
	MOVQ   R9, BX
	VPXORQ Z8, Z8, Z8
	XORL   AX, AX
	ALL_LANES
	JMP    more

block:
	VPANDD.Z    (SI)(AX*1), Z21, K1, Z0 // count = popcount(column & word)
	VPOPCNTD    Z0, Z0
	VPADDD      Z0, Z8, Z8
	VPTESTMD    Z0, Z0, K2
	VMOVDQU32.Z (R8)(AX*1), K1, Z1
	KMOVW       K2, DX
	POPCNTL     DX, DX
	VPCOMPRESSD Z0, K2, Z0              // those that pulse to the front; the rest is overwritten
	VPCOMPRESSD Z1, K2, Z1
	VMOVDQU32   Z0, (R10)
	VMOVDQU32   Z1, (R9)
	LEAQ        (R10)(DX*4), R10
	LEAQ        (R9)(DX*4), R9
	ADDQ        $64, AX
	SUBQ        $16, CX

more:
	CMPQ CX, $16
	JGE  block
	CMPQ CX, $0
	JLE  done
	LAST_LANES
	JMP  block

done:
	SUBQ BX, R9
	SHRQ $2, R9
	MOVQ R9, n+104(FP)
	VEXTRACTI64X4 $1, Z8, Y3         // add the lanes of counts
	VPADDD        Y3, Y8, Y8
	VEXTRACTI128  $1, Y8, X3
	VPADDD        X3, X8, X8
	VPSHUFD       $0x4e, X8, X3
	VPADDD        X3, X8, X8
	VPSHUFD       $0xb1, X8, X3
	VPADDD        X3, X8, X8
	VMOVD         X8, AX
	MOVQ          AX, steps+112(FP)
	VZEROUPPER
	RET

// func pulseColumnAVX512(r []float32, stride int, veq, gain []float32, row, count []int32, alpha, inv, low, high float32, t *table)
//
// SI is count, R11 row, R8 r, R9 veq, R10 gain, Z21-Z23 inv, low and high, Z28
// stride, Z29 one. Z11 are where the block's cells are in r, Z6 their r, Z7
// veq, Z10 gain, Z5 the steps they have left, K3 the lanes that have any.
TEXT ·pulseColumnAVX512(SB), NOSPLIT, $0-152
	MOVQ r_base+0(FP), R8
	MOVQ veq_base+32(FP), R9
	MOVQ gain_base+56(FP), R10
	MOVQ row_base+80(FP), R11
	MOVQ row_len+88(FP), CX
	MOVQ count_base+104(FP), SI
	MOVQ stride+24(FP), DX
	VPBROADCASTD DX, Z28
	VBROADCASTSS alpha+128(FP), Z16
	VBROADCASTSS inv+132(FP), Z21
	VBROADCASTSS low+136(FP), Z22
	VBROADCASTSS high+140(FP), Z23
	MOVQ t+144(FP), DI
	LOAD_TABLE
	MOVL   $1, DX
	VPBROADCASTD DX, Z29
	XORL   AX, AX
	ALL_LANES
	JMP    more

block:
	VMOVDQU32.Z (R11)(AX*1), K1, Z12
	VMOVDQU32.Z (SI)(AX*1), K1, Z5
	VPMULLD     Z28, Z12, Z11
	KMOVW       K1, K2
	VGATHERDPS  (R8)(Z11*4), K2, Z6
	KMOVW       K1, K2
	VGATHERDPS  (R9)(Z12*4), K2, Z7
	KMOVW       K1, K2
	VGATHERDPS  (R10)(Z12*4), K2, Z10
	KMOVW       K1, K3

step:
	VMULPS   Z16, Z6, Z0             // v = alpha*r + veq
	VADDPS   Z7, Z0, Z0
	VSUBPS   Z0, Z23, Z13            // top = high - v
	VSUBPS   Z0, Z22, Z14            // bottom = low - v
	LOOKUP
	VMULPS   Z10, Z0, Z0             // dv = gain*t.at(v)
	VMINPS   Z13, Z0, Z0             // dv < top ? dv : top
	VMAXPS   Z14, Z0, Z0             // dv > bottom ? dv : bottom
	VMULPS   Z21, Z0, Z0             // r += dv*inv
	VADDPS   Z0, Z6, K3, Z6
	VPSUBD   Z29, Z5, K3, Z5         // n--
	VPTESTMD Z5, Z5, K3, K3
	KORTESTW K3, K3
	JNE      step
	KMOVW       K1, K2
	VSCATTERDPS Z6, K2, (R8)(Z11*4)
	ADDQ        $64, AX
	SUBQ        $16, CX

more:
	CMPQ CX, $16
	JGE  block
	CMPQ CX, $0
	JLE  done
	LAST_LANES
	JMP  block

done:
	VZEROUPPER
	RET
