//go:build !purego

#include "go_asm.h"
#include "textflag.h"

// No product is fused with the sum it goes into: VMULPS and VADDPS round
// separately, as the Go loops do.

// COMPRESS copies the elements in K2 of a slice of the strip, block AX, to an
// array of the burst at DI, element CX.
#define COMPRESS(from, to) \
	VMOVUPS     (from)(AX*4), Y0  \
	VCOMPRESSPS Y0, K2, Y0        \ // the rest is overwritten by the next block
	VMOVUPS     Y0, to(DI)(CX*4)

DATA lanes<>+0(SB)/8, $0x0000000100000000
DATA lanes<>+8(SB)/8, $0x0000000300000002
DATA lanes<>+16(SB)/8, $0x0000000500000004
DATA lanes<>+24(SB)/8, $0x0000000700000006
GLOBL lanes<>(SB), RODATA|NOPTR, $32

// func packAVX512(b *burst, have int, c *strip, first []int32, word []uint32, column uint32) (n, steps, done int)
//
// DI is b, R8-R10, R12 and R13 the slices of c, SI the next of first, BX its end,
// R14 word, AX the first row of the block, CX n, DX how many of the block take
// steps. Y8 is the sum of counts, Y9 zero, Y14 where the first cells of the column
// are, Y15 column.
TEXT ·packAVX512(SB), NOSPLIT, $0-104
	MOVQ b+0(FP), DI
	MOVQ have+8(FP), CX
	MOVQ c+16(FP), AX
	MOVQ strip_r(AX), R8
	MOVQ strip_veq(AX), R9
	MOVQ strip_gain(AX), R10
	MOVQ strip_e(AX), R12
	MOVQ strip_lt(AX), R13
	VMOVDQU lanes<>(SB), Y14
	VPADDD.BCST strip_start(AX), Y14, Y14
	MOVQ first_base+24(FP), SI
	MOVQ first_len+32(FP), BX
	LEAQ (SI)(BX*4), BX
	MOVQ word_base+48(FP), R14
	VBROADCASTSS column+72(FP), Y15
	VPXOR   Y9, Y9, Y9
	VPXOR   Y8, Y8, Y8
	CMPQ    SI, BX
	JEQ     done

block:
	MOVLQSX      (SI), AX
	VPANDD       (R14)(AX*4), Y15, Y0  // count = popcount(column & word)
	VPOPCNTD     Y0, Y0
	VPADDD       Y0, Y8, Y8
	VPTESTMD     Y0, Y0, K2
	KMOVW        K2, DX
	POPCNTL      DX, DX
	VPCOMPRESSD  Y0, K2, Y0
	VMOVDQU      Y0, burst_count(DI)(CX*4)
	VPADDD.BCST  (SI), Y14, Y0         // cell
	VPCOMPRESSD  Y0, K2, Y0
	VMOVDQU      Y0, burst_cell(DI)(CX*4)
	COMPRESS(R8, burst_r)
	COMPRESS(R9, burst_veq)
	COMPRESS(R10, burst_gain)
	COMPRESS(R12, burst_e)
	COMPRESS(R13, burst_lt)
	ADDQ         DX, CX
	ADDQ         $4, SI
	CMPQ         SI, BX
	JEQ          done
	CMPQ         CX, $(const_burstSize-2*const_block)
	JLE          block

done:
	VMOVDQU Y9, burst_count(DI)(CX*4)
	MOVQ    CX, n+80(FP)
	SUBQ    first_base+24(FP), SI
	SHRQ    $2, SI
	MOVQ    SI, done+96(FP)
	VEXTRACTI128 $1, Y8, X3          // add the lanes of counts
	VPADDD  X3, X8, X8
	VPSHUFD $0x4e, X8, X3
	VPADDD  X3, X8, X8
	VPSHUFD $0xb1, X8, X3
	VPADDD  X3, X8, X8
	VMOVD   X8, AX
	MOVQ    AX, steps+88(FP)
	VZEROUPPER
	RET

// Register map of what follows:
//
//	SI BX R8 R9 R10  slices, each kernel says which
//	DI   the table
//	CX   cells left
//	AX   byte offset of 16 cells in every slice
//	K1   the cells: all, or the first 8 where only one block is left
//	Z0   the voltage, then the table's value there
//	Z1   segment
//	Z2   coordinate within the segment
//	Z3-Z7    scratch
//	Z16  alpha or center
//	Z17 Z18  t.scale, t.offset
//	Z19  lastCoordinate
//	Z20  zero
//	Z24-Z27  t.c[0] to t.c[3], each a whole table of 16 segments

DATA lastCoordinate512<>+0(SB)/4, $15.999999
GLOBL lastCoordinate512<>(SB), RODATA|NOPTR, $4

// LOAD_TABLE fills Z17-Z20 and Z24-Z27 from the table at DI.
#define LOAD_TABLE \
	VBROADCASTSS table_scale(DI), Z17          \
	VBROADCASTSS table_offset(DI), Z18         \
	VBROADCASTSS lastCoordinate512<>(SB), Z19  \
	VPXORQ  Z20, Z20, Z20                      \
	VMOVUPS (table_c+0*64)(DI), Z24            \
	VMOVUPS (table_c+1*64)(DI), Z25            \
	VMOVUPS (table_c+2*64)(DI), Z26            \
	VMOVUPS (table_c+3*64)(DI), Z27

// LOCATE sets Z1 and Z2 for the voltage in Z0. VMAXPS and VMINPS return their
// second source (the first operand here) when a comparison is false, so a NaN
// takes segment 0.
#define LOCATE \
	VMULPS     Z17, Z0, Z0      \ // s = v*scale + offset
	VADDPS     Z18, Z0, Z0      \
	VMAXPS     Z20, Z0, Z0      \ // s > 0 ? s : 0
	VMINPS     Z0, Z19, Z0      \ // last < s ? last : s
	VCVTTPS2DQ Z0, Z1           \ // i = int(s)
	VREDUCEPS  $3, Z0, Z2         // x = s - trunc(s)

// CELLS sets K1 for the next cells, of which CX > 0 are left.
#define CELLS \
	MOVL    $0xffff, DX  \
	MOVL    $0xff, R11   \
	CMPQ    CX, $16      \
	CMOVLLT R11, DX      \
	KMOVW   DX, K1

// func stepAVX512(r, veq, gain []float32, count []int32, alpha, inv, low, high float32, t *table)
//
// SI is count, R8 r, R9 veq, R10 gain, Z21-Z23 inv, low and high, Z28 how many
// steps were taken, Z29 one, Z30 the largest count, Z6 r of the cells, K3 those
// that take another step.
TEXT ·stepAVX512(SB), NOSPLIT, $0-120
	MOVQ r_base+0(FP), R8
	MOVQ veq_base+24(FP), R9
	MOVQ gain_base+48(FP), R10
	MOVQ count_base+72(FP), SI
	VBROADCASTSS alpha+96(FP), Z16
	VBROADCASTSS inv+100(FP), Z21
	VBROADCASTSS low+104(FP), Z22
	VBROADCASTSS high+108(FP), Z23
	MOVQ t+112(FP), DI
	LOAD_TABLE
	MOVL   $1, DX
	VPBROADCASTD DX, Z29
	VPXORQ Z28, Z28, Z28
	VPXORQ Z30, Z30, Z30

pass:
	XORL AX, AX
	MOVQ r_len+8(FP), CX
	CMPQ CX, $0
	JLE  done

block:
	CELLS
	VMOVDQU32.Z (SI)(AX*1), K1, Z3
	VPMAXSD   Z3, Z30, Z30
	VPCMPD    $6, Z28, Z3, K3        // count > steps taken
	KTESTW    K3, K3
	JEQ       next
	VMOVUPS.Z (R8)(AX*1), K1, Z6
	VMULPS    Z16, Z6, Z0            // v = alpha*r + veq
	VMOVUPS.Z (R9)(AX*1), K1, Z3
	VADDPS    Z3, Z0, Z0
	VSUBPS    Z0, Z23, Z13           // top = high - v
	VSUBPS    Z0, Z22, Z14           // bottom = low - v
	LOCATE
	VPERMPS   Z27, Z1, Z0            // y = c3[i]*x + c2[i]
	VMULPS    Z2, Z0, Z0
	VPERMPS   Z26, Z1, Z3
	VADDPS    Z3, Z0, Z0
	VMULPS    Z2, Z0, Z0             // y = y*x + c1[i]
	VPERMPS   Z25, Z1, Z3
	VADDPS    Z3, Z0, Z0
	VMULPS    Z2, Z0, Z0             // y = y*x + c0[i]
	VPERMPS   Z24, Z1, Z3
	VADDPS    Z3, Z0, Z0
	VMOVUPS.Z (R10)(AX*1), K1, Z3
	VMULPS    Z3, Z0, Z0             // dv = gain*y
	VMINPS    Z13, Z0, Z0            // dv < top ? dv : top
	VMAXPS    Z14, Z0, Z0            // dv > bottom ? dv : bottom
	VMULPS    Z21, Z0, Z0            // r += dv*inv
	VADDPS    Z0, Z6, Z6
	VMOVUPS   Z6, K3, (R8)(AX*1)

next:
	ADDQ      $64, AX
	SUBQ      $16, CX
	JGT       block
	VPADDD    Z29, Z28, Z28          // while the largest count is more
	VPCMPD    $6, Z28, Z30, K3
	KORTESTW  K3, K3
	JNE       pass

done:
	VZEROUPPER
	RET

// func linesAVX512(line, r, e, lt []float32, center, sign float32, t *table)
//
// SI is line, R8 r, R9 e, R10 lt, Z4-Z7 c, b, a and the slope of table.tangent,
// Z8 r of the cells, Z21 sign.
TEXT ·linesAVX512(SB), NOSPLIT, $0-112
	MOVQ line_base+0(FP), SI
	MOVQ r_base+24(FP), R8
	MOVQ r_len+32(FP), CX
	MOVQ e_base+48(FP), R9
	MOVQ lt_base+72(FP), R10
	VBROADCASTSS center+96(FP), Z16
	VBROADCASTSS sign+100(FP), Z21
	MOVQ t+104(FP), DI
	LOAD_TABLE
	XORL  AX, AX
	CMPQ  CX, $0
	JLE   done

block:
	CELLS
	VMOVUPS.Z (R8)(AX*1), K1, Z8
	VMULPS    Z16, Z8, Z0            // v = center*r + e
	VMOVUPS.Z (R9)(AX*1), K1, Z3
	VADDPS    Z3, Z0, Z0
	LOCATE
	VPERMPS   Z27, Z1, Z4            // c = c3*x
	VMULPS    Z2, Z4, Z4
	VPERMPS   Z26, Z1, Z5            // b = c + c2
	VADDPS    Z4, Z5, Z5
	VMULPS    Z2, Z5, Z6             // a = b*x + c1
	VPERMPS   Z25, Z1, Z3
	VADDPS    Z3, Z6, Z6
	VADDPS    Z4, Z5, Z7             // slope = ((c+b)*x + a)*scale
	VMULPS    Z2, Z7, Z7
	VADDPS    Z6, Z7, Z7
	VMULPS    Z17, Z7, Z7
	VMULPS    Z2, Z6, Z0             // g = a*x + c0
	VPERMPS   Z24, Z1, Z3
	VADDPS    Z3, Z0, Z0
	VMULPS    Z21, Z0, Z0            // at = lt + sign*g
	VMOVUPS.Z (R10)(AX*1), K1, Z3
	VADDPS    Z3, Z0, Z0
	VMULPS    Z8, Z7, Z7             // sign*(slope*r)
	VMULPS    Z21, Z7, Z7
	VMOVUPS   Y0, (SI)(AX*2)
	VMOVUPS   Y7, 32(SI)(AX*2)
	CMPQ      CX, $8
	JLE       done
	VEXTRACTF32X8 $1, Z0, 64(SI)(AX*2)
	VEXTRACTF32X8 $1, Z7, 96(SI)(AX*2)
	ADDQ      $64, AX
	SUBQ      $16, CX
	JGT       block

done:
	VZEROUPPER
	RET
