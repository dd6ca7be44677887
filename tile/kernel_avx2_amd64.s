//go:build !purego

#include "go_asm.h"
#include "textflag.h"

// Register map of all three kernels:
//
//	SI R8 R9 R10 R11  slices, each kernel says which
//	DI   the table
//	CX   columns left
//	AX   byte offset of the block of 8 columns in every slice
//	Y0   the voltage, then the table's value there
//	Y1   segment
//	Y2   coordinate within the segment
//	Y3-Y5    scratch
//	Y6-Y9    partial sums
//	Y12  alpha
//	Y13  t.scale
//	Y14  t.offset
//	Y15  lanes of the block that are columns, sign bits: all, but in the last block
//
// Sums run in 16 lanes, two registers of 8 that take turns: a kernel adds to
// one and then swaps the two. The first level of the tree in lanes.sum adds
// lane k+8 to lane k, so it does not matter which of the two ends up where.
//
// No product is fused with the sum it goes into: VMULPS and VADDPS round
// separately, as the Go loops do.

DATA lastCoordinate<>+0(SB)/4, $15.999999
DATA lastCoordinate<>+4(SB)/4, $15.999999
DATA lastCoordinate<>+8(SB)/4, $15.999999
DATA lastCoordinate<>+12(SB)/4, $15.999999
DATA lastCoordinate<>+16(SB)/4, $15.999999
DATA lastCoordinate<>+20(SB)/4, $15.999999
DATA lastCoordinate<>+24(SB)/4, $15.999999
DATA lastCoordinate<>+28(SB)/4, $15.999999
GLOBL lastCoordinate<>(SB), RODATA|NOPTR, $32

// laneIndex numbers the lanes of a block.
DATA laneIndex<>+0(SB)/4, $0
DATA laneIndex<>+4(SB)/4, $1
DATA laneIndex<>+8(SB)/4, $2
DATA laneIndex<>+12(SB)/4, $3
DATA laneIndex<>+16(SB)/4, $4
DATA laneIndex<>+20(SB)/4, $5
DATA laneIndex<>+24(SB)/4, $6
DATA laneIndex<>+28(SB)/4, $7
GLOBL laneIndex<>(SB), RODATA|NOPTR, $32

// VOLTAGE sets Y0 = alpha*r[j] + e[j] in the lanes of Y15. Other lanes touch
// no memory and hold 0.
#define VOLTAGE \
	VMASKMOVPS (R8)(AX*1), Y15, Y0  \
	VMULPS     Y12, Y0, Y0          \
	VMASKMOVPS (R9)(AX*1), Y15, Y3  \
	VADDPS     Y3, Y0, Y0

// COEFFICIENT sets y = t.c[n][i] for the segment i in Y1: one permute for each
// half of the table, and Y5, where bit 3 of i has become the sign, chooses.
#define COEFFICIENT(n, y) \
	VPERMPS   (table_c+64*n)(DI), Y1, y      \
	VPERMPS   (table_c+64*n+32)(DI), Y1, Y4  \
	VBLENDVPS Y5, Y4, y, y

// LOOKUP sets Y0 = t.at(Y0). VMAXPS and VMINPS return their second source (the
// first operand here) when a comparison is false, so a NaN takes segment 0.
#define LOOKUP \
	VMULPS     Y13, Y0, Y0                 \ // s = v*scale + offset
	VADDPS     Y14, Y0, Y0                 \
	VXORPS     Y3, Y3, Y3                  \
	VMAXPS     Y3, Y0, Y0                  \ // s > 0 ? s : 0
	VMOVUPS    lastCoordinate<>(SB), Y3    \
	VMINPS     Y0, Y3, Y0                  \ // last < s ? last : s
	VCVTTPS2DQ Y0, Y1                      \ // i = int(s)
	VCVTDQ2PS  Y1, Y2                      \ // x = s - i
	VSUBPS     Y2, Y0, Y2                  \
	VPSLLD     $28, Y1, Y5                 \
	COEFFICIENT(3, Y0)                     \ // y = c3[i]*x + c2[i]
	VMULPS     Y2, Y0, Y0                  \
	COEFFICIENT(2, Y3)                     \
	VADDPS     Y3, Y0, Y0                  \
	VMULPS     Y2, Y0, Y0                  \ // y = y*x + c1[i]
	COEFFICIENT(1, Y3)                     \
	VADDPS     Y3, Y0, Y0                  \
	VMULPS     Y2, Y0, Y0                  \ // y = y*x + c0[i]
	COEFFICIENT(0, Y3)                     \
	VADDPS     Y3, Y0, Y0

// WEIGHT sets Y4 = lt[j] + sign[j]*Y0 in the lanes of Y15.
#define WEIGHT \
	VMASKMOVPS (R11)(AX*1), Y15, Y4  \ // sign
	VMULPS     Y0, Y4, Y4            \
	VMASKMOVPS (R10)(AX*1), Y15, Y3  \ // lt
	VADDPS     Y3, Y4, Y4

// ALL_LANES sets Y15 for a block of 8 columns.
#define ALL_LANES \
	VPCMPEQD Y15, Y15, Y15

// LAST_LANES sets Y15 for a last block of CX < 8 columns.
#define LAST_LANES \
	VMOVD        CX, X3                    \
	VPBROADCASTD X3, Y3                    \
	VPCMPGTD     laneIndex<>(SB), Y3, Y15

// SWAP exchanges y and z.
#define SWAP(y, z) \
	VMOVAPS y, Y3  \
	VMOVAPS z, y   \
	VMOVAPS Y3, z

// SUM adds the 16 lanes of the Y registers y and z into lane 0 of the X
// register x of the same number as y, as lanes.sum does: the upper half onto
// the lower, four times.
#define SUM(y, z, x) \
	VADDPS       z, y, y       \
	VEXTRACTF128 $1, y, X3     \
	VADDPS       X3, x, x      \
	VMOVHLPS     x, x, X3      \
	VADDPS       X3, x, x      \
	VMOVSHDUP    x, X3         \
	VADDSS       X3, x, x

// STORE_CELL stores lane of x in r at the k-th cell of the block.
#define STORE_CELL(k, x, lane) \
	MOVLQSX    (4*k)(R11)(AX*1), DX      \
	IMULQ      BX, DX                    \
	VEXTRACTPS $lane, x, (R8)(DX*4)

// func readRowAVX2(acc, r, e, lt, sign []float32, alpha, x float32, t *table) float32
//
// SI is acc, R8 r, R9 e, R10 lt, R11 sign, Y11 x, Y6 and Y7 the sum of g.
TEXT ·readRowAVX2(SB), NOSPLIT, $0-140
	MOVQ acc_base+0(FP), SI
	MOVQ acc_len+8(FP), CX
	MOVQ r_base+24(FP), R8
	MOVQ e_base+48(FP), R9
	MOVQ lt_base+72(FP), R10
	MOVQ sign_base+96(FP), R11
	VBROADCASTSS alpha+120(FP), Y12
	VBROADCASTSS x+124(FP), Y11
	MOVQ t+128(FP), DI
	VBROADCASTSS table_scale(DI), Y13
	VBROADCASTSS table_offset(DI), Y14
	VXORPS Y6, Y6, Y6
	VXORPS Y7, Y7, Y7
	XORL   AX, AX
	ALL_LANES
	JMP    more

block:
	VOLTAGE
	LOOKUP
	WEIGHT
	VANDPS     Y15, Y0, Y0             // sum += g
	VADDPS     Y0, Y6, Y6
	SWAP(Y6, Y7)
	VMULPS     Y11, Y4, Y4             // acc += x*w
	VMASKMOVPS (SI)(AX*1), Y15, Y5
	VADDPS     Y4, Y5, Y5
	CMPQ       CX, $8                  // a masked store is slow: only where it must be
	JLT        storeLast
	VMOVUPS    Y5, (SI)(AX*1)
	ADDQ       $32, AX
	SUBQ       $8, CX

more:
	CMPQ CX, $8
	JGE  block
	CMPQ CX, $0
	JLE  done
	LAST_LANES
	JMP  block

storeLast:
	VMASKMOVPS Y5, Y15, (SI)(AX*1)

done:
	SUM(Y6, Y7, X6)
	VMOVSS X6, ret+136(FP)
	VZEROUPPER
	RET

// func readColumnsAVX2(d, r, e, lt, sign []float32, alpha float32, t *table) (dot, abs float32)
//
// SI is d, R8 r, R9 e, R10 lt, R11 sign, Y11 all bits but the sign, Y6 and Y7
// dot, Y8 and Y9 abs.
TEXT ·readColumnsAVX2(SB), NOSPLIT, $0-144
	MOVQ d_base+0(FP), SI
	MOVQ d_len+8(FP), CX
	MOVQ r_base+24(FP), R8
	MOVQ e_base+48(FP), R9
	MOVQ lt_base+72(FP), R10
	MOVQ sign_base+96(FP), R11
	VBROADCASTSS alpha+120(FP), Y12
	MOVQ t+128(FP), DI
	VBROADCASTSS table_scale(DI), Y13
	VBROADCASTSS table_offset(DI), Y14
	VPCMPEQD Y11, Y11, Y11
	VPSRLD   $1, Y11, Y11
	VXORPS   Y6, Y6, Y6
	VXORPS   Y7, Y7, Y7
	VXORPS   Y8, Y8, Y8
	VXORPS   Y9, Y9, Y9
	XORL     AX, AX
	ALL_LANES
	JMP      more

block:
	VOLTAGE
	LOOKUP
	WEIGHT
	VMASKMOVPS (SI)(AX*1), Y15, Y5
	VMULPS     Y5, Y4, Y4              // dot += d*w
	VANDPS     Y15, Y4, Y4
	VADDPS     Y4, Y6, Y6
	SWAP(Y6, Y7)
	VANDPS     Y11, Y5, Y5             // abs += |d|*g
	VMULPS     Y5, Y0, Y0
	VANDPS     Y15, Y0, Y0
	VADDPS     Y0, Y8, Y8
	SWAP(Y8, Y9)
	ADDQ       $32, AX
	SUBQ       $8, CX

more:
	CMPQ CX, $8
	JGE  block
	CMPQ CX, $0
	JLE  done
	LAST_LANES
	JMP  block

done:
	SUM(Y6, Y7, X6)
	SUM(Y8, Y9, X8)
	VMOVSS X6, dot+136(FP)
	VMOVSS X8, abs+140(FP)
	VZEROUPPER
	RET

// func pulseColumnAVX2(r []float32, stride int, veq, gain []float32, row, count []int32, alpha, inv, low, high float32, t *table)
//
// SI is count, R11 row, R8 r, R9 veq, R10 gain, BX stride, Y6 their r, Y7 veq,
// Y9 gain, Y8 the steps they have left, Y10 the lanes that have any, Y11 v.
TEXT ·pulseColumnAVX2(SB), NOSPLIT, $0-152
	MOVQ r_base+0(FP), R8
	MOVQ stride+24(FP), BX
	MOVQ veq_base+32(FP), R9
	MOVQ gain_base+56(FP), R10
	MOVQ row_base+80(FP), R11
	MOVQ row_len+88(FP), CX
	MOVQ count_base+104(FP), SI
	VBROADCASTSS alpha+128(FP), Y12
	MOVQ t+144(FP), DI
	VBROADCASTSS table_scale(DI), Y13
	VBROADCASTSS table_offset(DI), Y14
	XORL   AX, AX
	JMP    more

block:
	VMOVDQU      (R11)(AX*1), Y3
	VMOVDQU      (SI)(AX*1), Y8
	ALL_LANES
	VGATHERDPS   Y15, (R9)(Y3*4), Y7
	ALL_LANES
	VGATHERDPS   Y15, (R10)(Y3*4), Y9
	VMOVD        BX, X4
	VPBROADCASTD X4, Y4
	VPMULLD      Y3, Y4, Y3
	ALL_LANES
	VGATHERDPS   Y15, (R8)(Y3*4), Y6

step:
	VPXOR        Y3, Y3, Y3              // lanes with n > 0
	VPCMPGTD     Y3, Y8, Y10
	VPTEST       Y10, Y10
	JEQ          store
	VPADDD       Y10, Y8, Y8             // n--
	VMULPS       Y12, Y6, Y0             // v = alpha*r + veq
	VADDPS       Y7, Y0, Y0
	VMOVAPS      Y0, Y11
	LOOKUP
	VMULPS       Y9, Y0, Y0              // dv = gain*t.at(v)
	VBROADCASTSS high+140(FP), Y3        // dv < high-v ? dv : high-v
	VSUBPS       Y11, Y3, Y3
	VMINPS       Y3, Y0, Y0
	VBROADCASTSS low+136(FP), Y3         // dv > low-v ? dv : low-v
	VSUBPS       Y11, Y3, Y3
	VMAXPS       Y3, Y0, Y0
	VBROADCASTSS inv+132(FP), Y3         // r += dv*inv, in the lanes with steps left
	VMULPS       Y3, Y0, Y0
	VADDPS       Y0, Y6, Y0
	VBLENDVPS    Y10, Y0, Y6, Y6
	JMP          step

store:
	STORE_CELL(0, X6, 0)
	STORE_CELL(1, X6, 1)
	STORE_CELL(2, X6, 2)
	STORE_CELL(3, X6, 3)
	VEXTRACTF128 $1, Y6, X6
	STORE_CELL(4, X6, 0)
	STORE_CELL(5, X6, 1)
	STORE_CELL(6, X6, 2)
	STORE_CELL(7, X6, 3)
	ADDQ $32, AX
	SUBQ $8, CX

more:
	CMPQ CX, $8
	JGE  block
	VZEROUPPER
	RET
