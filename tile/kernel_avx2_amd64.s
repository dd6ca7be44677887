//go:build !purego

#include "go_asm.h"
#include "textflag.h"

// No product is fused with the sum it goes into: VMULPS and VADDPS round
// separately, as the Go loops do.

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

OCT(lastCoordinate, $15.999999)
OCT(nibbles, $0x0f0f0f0f)
OCT(oneBytes, $0x01010101)
OCT(oneWords, $0x00010001)

// bitsOf is how many bits are set in each number of four bits.
DATA bitsOf<>+0(SB)/8, $0x0302020102010100
DATA bitsOf<>+8(SB)/8, $0x0403030203020201
DATA bitsOf<>+16(SB)/8, $0x0302020102010100
DATA bitsOf<>+24(SB)/8, $0x0403030203020201
GLOBL bitsOf<>(SB), RODATA|NOPTR, $32

// MOVE copies the lanes that Y3 brings to the front from a slice of the strip,
// element AX, to an array of the burst at DI, element CX.
#define MOVE(from, to) \
	VMOVUPS (from)(AX*4), Y0       \
	VPERMPS Y0, Y3, Y0             \
	VMOVUPS Y0, to(DI)(CX*4)

// func packAVX2(b *burst, have int, c *strip, first []int32, word []uint32, column uint32) (n, steps, done int)
//
// DI is b, R8-R10, R12 and R13 the slices of c, SI the next of first, BX its end,
// R14 word, R11 front, AX the first row of the block, CX n. Y0 is scratch, Y1 are
// the counts, Y3 the permutation, which begins with the numbers of the lanes that
// take steps, Y7 the start of the column, Y8 the sum of counts.
TEXT ·packAVX2(SB), NOSPLIT, $0-104
	MOVQ b+0(FP), DI
	MOVQ have+8(FP), CX
	MOVQ c+16(FP), AX
	MOVQ strip_r(AX), R8
	MOVQ strip_veq(AX), R9
	MOVQ strip_gain(AX), R10
	MOVQ strip_e(AX), R12
	MOVQ strip_lt(AX), R13
	VBROADCASTSS strip_start(AX), Y7
	MOVQ first_base+24(FP), SI
	MOVQ first_len+32(FP), BX
	LEAQ (SI)(BX*4), BX
	MOVQ word_base+48(FP), R14
	VBROADCASTSS column+72(FP), Y15
	VMOVDQU nibbles<>(SB), Y14
	VMOVDQU bitsOf<>(SB), Y13
	VMOVDQU oneBytes<>(SB), Y12
	VMOVDQU oneWords<>(SB), Y11
	VPXOR   Y9, Y9, Y9
	VPXOR   Y8, Y8, Y8
	LEAQ    ·front(SB), R11
	CMPQ    SI, BX
	JEQ     done

block:
	MOVLQSX      (SI), AX
	VPAND        (R14)(AX*4), Y15, Y0  // popcount(column & word), by nibbles
	VPAND        Y14, Y0, Y1
	VPSHUFB      Y1, Y13, Y1
	VPSRLW       $4, Y0, Y0
	VPAND        Y14, Y0, Y0
	VPSHUFB      Y0, Y13, Y0
	VPADDB       Y0, Y1, Y1
	VPMADDUBSW   Y12, Y1, Y1
	VPMADDWD     Y11, Y1, Y1
	VPADDD       Y1, Y8, Y8
	VPCMPGTD     Y9, Y1, Y2            // lanes with count > 0
	VMOVMSKPS    Y2, DX
	VPMOVZXBD    (R11)(DX*8), Y3
	POPCNTL      DX, DX
	VPERMD       Y1, Y3, Y1
	VMOVDQU      Y1, burst_count(DI)(CX*4)
	VPBROADCASTD (SI), Y0
	VPADDD       Y7, Y0, Y0
	VPADDD       Y3, Y0, Y0
	VMOVDQU      Y0, burst_cell(DI)(CX*4)
	MOVE(R8, burst_r)
	MOVE(R9, burst_veq)
	MOVE(R10, burst_gain)
	MOVE(R12, burst_e)
	MOVE(R13, burst_lt)
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

// SCATTER copies the k-th element from SI to where the k-th of R8 says.
#define SCATTER(k) \
	MOVLQSX (4*k)(R8), AX     \
	MOVL    (4*k)(SI), R9     \
	MOVL    R9, (DI)(AX*4)

// func scatterAMD64(to, from []float32, cell []int32)
//
// DI is to, SI from, R8 cell, CX how many are left.
TEXT ·scatterAMD64(SB), NOSPLIT, $0-72
	MOVQ to_base+0(FP), DI
	MOVQ from_base+24(FP), SI
	MOVQ cell_base+48(FP), R8
	MOVQ cell_len+56(FP), CX
	SUBQ $4, CX
	JLT  rest

four:
	SCATTER(0)
	SCATTER(1)
	SCATTER(2)
	SCATTER(3)
	ADDQ $16, R8
	ADDQ $16, SI
	SUBQ $4, CX
	JGE  four

rest:
	ADDQ $4, CX
	JEQ  done

one:
	SCATTER(0)
	ADDQ $4, R8
	ADDQ $4, SI
	DECQ CX
	JNZ  one

done:
	RET

// REDRAW copies the line of the k-th cell from R8, whose own is the k-th of those
// at SI.
#define REDRAW(k) \
	MOVLQSX (4*k)(R8), AX            \
	MOVQ    AX, BX                   \ // place(n) = n + n&^7
	ANDQ    $-8, BX                  \
	ADDQ    BX, AX                   \
	MOVL    (4*k)(SI), R9            \
	MOVL    (4*k+32)(SI), R10        \
	MOVL    R9, (DI)(AX*4)           \
	MOVL    R10, 32(DI)(AX*4)

// func redrawAMD64(to, from []float32, cell []int32)
//
// DI is to, SI from, R8 cell, CX how many are left.
TEXT ·redrawAMD64(SB), NOSPLIT, $0-72
	MOVQ to_base+0(FP), DI
	MOVQ from_base+24(FP), SI
	MOVQ cell_base+48(FP), R8
	MOVQ cell_len+56(FP), CX
	SUBQ $8, CX
	JLT  rest

block:
	REDRAW(0)
	REDRAW(1)
	REDRAW(2)
	REDRAW(3)
	REDRAW(4)
	REDRAW(5)
	REDRAW(6)
	REDRAW(7)
	ADDQ $32, R8
	ADDQ $64, SI
	SUBQ $8, CX
	JGE  block

rest:
	ADDQ $8, CX
	JEQ  done

one:
	REDRAW(0)
	ADDQ $4, R8
	ADDQ $4, SI
	DECQ CX
	JNZ  one

done:
	RET

// Register map of what follows:
//
//	SI R8 R9 R10 R11  slices, each kernel says which
//	DI   the table
//	CX   cells left
//	AX   byte offset of the block in every slice
//	Y0   the voltage, then the table's value there
//	Y1   segment
//	Y2   coordinate within the segment
//	Y3 Y4    scratch
//	Y5   bit 3 of the segment, as a sign
//	Y12  alpha or center
//	Y13  t.scale
//	Y14  t.offset

// COEFFICIENT sets y = t.c[n][i] for the segment i in Y1: one permute for each
// half of the table, and Y5, where bit 3 of i has become the sign, chooses. (Zen 3
// takes twice as long where VPERMPS itself loads.)
#define COEFFICIENT(n, y) \
	VMOVUPS   (table_c+64*n)(DI), y          \
	VPERMPS   y, Y1, y                       \
	VMOVUPS   (table_c+64*n+32)(DI), Y4      \
	VPERMPS   Y4, Y1, Y4                     \
	VBLENDVPS Y5, Y4, y, y

// LOCATE sets Y1, Y2 and Y5 for the voltage in Y0. VMAXPS and VMINPS return
// their second source (the first operand here) when a comparison is false, so a
// NaN takes segment 0.
#define LOCATE \
	VMULPS     Y13, Y0, Y0                 \ // s = v*scale + offset
	VADDPS     Y14, Y0, Y0                 \
	VXORPS     Y3, Y3, Y3                  \
	VMAXPS     Y3, Y0, Y0                  \ // s > 0 ? s : 0
	VMOVUPS    lastCoordinate<>(SB), Y3    \
	VMINPS     Y0, Y3, Y0                  \ // last < s ? last : s
	VCVTTPS2DQ Y0, Y1                      \ // i = int(s)
	VCVTDQ2PS  Y1, Y2                      \ // x = s - i
	VSUBPS     Y2, Y0, Y2                  \
	VPSLLD     $28, Y1, Y5

// func stepAVX2(r, veq, gain []float32, count []int32, alpha, inv, low, high float32, t *table)
//
// SI is count, R8 r, R9 veq, R10 gain, BX the bytes of a slice, Y6 r of the
// block, Y7 inv, Y8 how many steps were taken, Y9 the largest count, Y10 the
// lanes that take another, Y11 v, Y15 one.
TEXT ·stepAVX2(SB), NOSPLIT, $0-120
	MOVQ r_base+0(FP), R8
	MOVQ r_len+8(FP), BX
	MOVQ veq_base+24(FP), R9
	MOVQ gain_base+48(FP), R10
	MOVQ count_base+72(FP), SI
	VBROADCASTSS alpha+96(FP), Y12
	VBROADCASTSS inv+100(FP), Y7
	MOVQ t+112(FP), DI
	VBROADCASTSS table_scale(DI), Y13
	VBROADCASTSS table_offset(DI), Y14
	VPCMPEQD Y15, Y15, Y15
	VPSRLD   $31, Y15, Y15
	VPXOR    Y8, Y8, Y8
	VPXOR    Y9, Y9, Y9
	SHLQ     $2, BX

pass:
	XORL AX, AX
	CMPQ AX, BX
	JGE  done

block:
	VMOVDQU   (SI)(AX*1), Y3
	VPMAXSD   Y3, Y9, Y9
	VPCMPGTD  Y8, Y3, Y10
	VPTEST    Y10, Y10
	JEQ       next
	VMOVUPS   (R8)(AX*1), Y6
	VMULPS    Y12, Y6, Y0             // v = alpha*r + veq
	VADDPS    (R9)(AX*1), Y0, Y0
	VMOVAPS   Y0, Y11
	LOCATE
	COEFFICIENT(3, Y0)                // y = c3[i]*x + c2[i]
	VMULPS    Y2, Y0, Y0
	COEFFICIENT(2, Y3)
	VADDPS    Y3, Y0, Y0
	VMULPS    Y2, Y0, Y0              // y = y*x + c1[i]
	COEFFICIENT(1, Y3)
	VADDPS    Y3, Y0, Y0
	VMULPS    Y2, Y0, Y0              // y = y*x + c0[i]
	COEFFICIENT(0, Y3)
	VADDPS    Y3, Y0, Y0
	VMULPS    (R10)(AX*1), Y0, Y0     // dv = gain*y
	VBROADCASTSS high+108(FP), Y3     // dv < high-v ? dv : high-v
	VSUBPS    Y11, Y3, Y3
	VMINPS    Y3, Y0, Y0
	VBROADCASTSS low+104(FP), Y3      // dv > low-v ? dv : low-v
	VSUBPS    Y11, Y3, Y3
	VMAXPS    Y3, Y0, Y0
	VMULPS    Y7, Y0, Y0              // r += dv*inv
	VADDPS    Y0, Y6, Y0
	VBLENDVPS Y10, Y0, Y6, Y6
	VMOVUPS   Y6, (R8)(AX*1)

next:
	ADDQ      $32, AX
	CMPQ      AX, BX
	JLT       block
	VPADDD    Y15, Y8, Y8             // while the largest count is more
	VPCMPGTD  Y8, Y9, Y10
	VPTEST    Y10, Y10
	JNE       pass

done:
	VZEROUPPER
	RET

// func linesAVX2(line, r, e, lt []float32, center, sign float32, t *table)
//
// SI is line, R8 r, R9 e, R10 lt, Y6-Y9 c, b, a and the slope of table.tangent,
// Y11 r of the block, Y15 sign.
TEXT ·linesAVX2(SB), NOSPLIT, $0-112
	MOVQ line_base+0(FP), SI
	MOVQ r_base+24(FP), R8
	MOVQ r_len+32(FP), CX
	MOVQ e_base+48(FP), R9
	MOVQ lt_base+72(FP), R10
	VBROADCASTSS center+96(FP), Y12
	VBROADCASTSS sign+100(FP), Y15
	MOVQ t+104(FP), DI
	VBROADCASTSS table_scale(DI), Y13
	VBROADCASTSS table_offset(DI), Y14
	XORL  AX, AX
	TESTQ CX, CX
	JLE  done

block:
	VMOVUPS (R8)(AX*1), Y11
	VMULPS  Y12, Y11, Y0              // v = center*r + e
	VADDPS  (R9)(AX*1), Y0, Y0
	LOCATE
	COEFFICIENT(3, Y6)                // c = c3*x
	VMULPS  Y2, Y6, Y6
	COEFFICIENT(2, Y7)                // b = c + c2
	VADDPS  Y6, Y7, Y7
	VMULPS  Y2, Y7, Y8                // a = b*x + c1
	COEFFICIENT(1, Y3)
	VADDPS  Y3, Y8, Y8
	VADDPS  Y6, Y7, Y9                // slope = ((c+b)*x + a)*scale
	VMULPS  Y2, Y9, Y9
	VADDPS  Y8, Y9, Y9
	VMULPS  Y13, Y9, Y9
	VMULPS  Y2, Y8, Y0                // g = a*x + c0
	COEFFICIENT(0, Y3)
	VADDPS  Y3, Y0, Y0
	VMULPS  Y15, Y0, Y0               // at = lt + sign*g
	VADDPS  (R10)(AX*1), Y0, Y0
	VMOVUPS Y0, (SI)(AX*2)
	VMULPS  Y11, Y9, Y9               // sign*(slope*r)
	VMULPS  Y15, Y9, Y9
	VMOVUPS Y9, 32(SI)(AX*2)
	ADDQ    $32, AX
	SUBQ    $8, CX
	JGT     block

done:
	VZEROUPPER
	RET

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

// DOTS adds the products of the block whose first row is the n-th at R11 to the
// sums pa and qa of one column and pb and qb of the other, and asks for the same
// block of the next two.
#define DOTS(n, pa, qa, pb, qb) \
	MOVLQSX (4*n)(R11), AX          \
	VMOVUPS (SI)(AX*4), Y0          \
	VMULPS  (R8)(AX*8), Y0, Y1      \
	VMULPS  32(R8)(AX*8), Y0, Y2    \
	PREFETCHT0 (R13)(AX*8)          \
	PREFETCHT0 (R14)(AX*8)          \
	VADDPS  Y1, pa, pa              \
	VADDPS  Y2, qa, qa              \
	VMULPS  (R9)(AX*8), Y0, Y1      \
	VMULPS  32(R9)(AX*8), Y0, Y2    \
	VADDPS  Y1, pb, pb              \
	VADDPS  Y2, qb, qb

// func dotsAVX2(xat, xslope, x, line []float32, first []int32)
//
// DI and DX are the next of xat and xslope, BX how many columns are left, SI x,
// R8 and R9 the lines of two columns, R13 and R14 those of the next two, R11 the
// next of first, CX how many are left. R10 is the bytes to the next column and R12
// those to its results, both 0 where there is none: the last of an odd number is
// computed twice. Y4 and Y5 are the sums of x*at of one column, Y6 and Y7 those of
// x*slope, Y8 to Y11 the same of the other.
TEXT ·dotsAVX2(SB), NOSPLIT, $0-120
	MOVQ xat_base+0(FP), DI
	MOVQ xat_len+8(FP), BX
	MOVQ xslope_base+24(FP), DX
	MOVQ x_base+48(FP), SI
	MOVQ x_len+56(FP), R10
	MOVQ line_base+72(FP), R8
	SHLQ $3, R10
	MOVL $4, R12
	TESTQ BX, BX
	JLE  done

columns:
	CMPQ BX, $1
	JNE  two
	XORL R10, R10
	XORL R12, R12

two:
	LEAQ (R8)(R10*1), R9
	LEAQ (R9)(R10*1), R13
	LEAQ (R13)(R10*1), R14
	MOVQ first_base+96(FP), R11
	MOVQ first_len+104(FP), CX
	VXORPS Y4, Y4, Y4
	VXORPS Y5, Y5, Y5
	VXORPS Y6, Y6, Y6
	VXORPS Y7, Y7, Y7
	VXORPS Y8, Y8, Y8
	VXORPS Y9, Y9, Y9
	VXORPS Y10, Y10, Y10
	VXORPS Y11, Y11, Y11
	SUBQ $2, CX
	JLT  last

pair:
	DOTS(0, Y4, Y6, Y8, Y10)
	DOTS(1, Y5, Y7, Y9, Y11)
	ADDQ $8, R11
	SUBQ $2, CX
	JGE  pair

last:
	CMPQ CX, $-1
	JNE  sum
	DOTS(0, Y4, Y6, Y8, Y10)

sum:
	SUM(Y4, Y5, X4)
	SUM(Y6, Y7, X6)
	SUM(Y8, Y9, X8)
	SUM(Y10, Y11, X10)
	VMOVSS X4, (DI)
	VMOVSS X6, (DX)
	VMOVSS X8, (DI)(R12*1)
	VMOVSS X10, (DX)(R12*1)
	LEAQ (R9)(R10*1), R8
	ADDQ $8, DI
	ADDQ $8, DX
	SUBQ $2, BX
	JGT  columns

done:
	VZEROUPPER
	RET

// DRIVE sets y to what the n-th block from AX of the column at line integrates,
// driven with a and b, and adds the block to p and q.
#define DRIVE(n, line, a, b, p, q, y) \
	VMOVUPS (64*n)(line)(AX*2), y      \
	VMOVUPS (64*n+32)(line)(AX*2), Y2  \
	VADDPS  y, p, p                    \
	VADDPS  Y2, q, q                   \
	VMULPS  a, y, y                    \
	VMULPS  b, Y2, Y2                  \
	VADDPS  Y2, y, y

// SPREAD drives the n-th block of the column at R10.
#define SPREAD(n, p, q) \
	DRIVE(n, R10, Y12, Y13, p, q, Y0)  \
	VADDPS  (32*n)(SI)(AX*1), Y0, Y0   \
	VMOVUPS Y0, (32*n)(SI)(AX*1)

// SPREAD2 drives the n-th block of the columns at R10 and R11.
#define SPREAD2(n, pa, qa, pb, qb) \
	DRIVE(n, R10, Y12, Y13, pa, qa, Y0)  \
	DRIVE(n, R11, Y14, Y15, pb, qb, Y1)  \
	VADDPS  (32*n)(SI)(AX*1), Y0, Y0     \
	VADDPS  Y1, Y0, Y0                   \
	VMOVUPS Y0, (32*n)(SI)(AX*1)

// func spreadAVX2(y, sumAt, sumSlope, line, a, b []float32, column []int32)
//
// SI is y, R8 line, DX the bytes of its columns. R9, R12, R13, R14 and DI are the
// next of column, a, b, sumAt and sumSlope, BX how many are left. CX is the rows
// left. R10 and R11 are the lines of two columns, Y12 and Y14 their a, Y13 and Y15
// their b; Y4 and Y5 are the sums of at of one column, Y6 and Y7 those of slope, Y8
// to Y11 the same of the other.
TEXT ·spreadAVX2(SB), NOSPLIT, $0-168
	MOVQ y_base+0(FP), SI
	MOVQ y_len+8(FP), DX
	MOVQ sumAt_base+24(FP), R14
	MOVQ sumSlope_base+48(FP), DI
	MOVQ line_base+72(FP), R8
	MOVQ a_base+96(FP), R12
	MOVQ b_base+120(FP), R13
	MOVQ column_base+144(FP), R9
	MOVQ column_len+152(FP), BX
	SHLQ $3, DX
	SUBQ $2, BX
	JLT  single

columns:
	MOVLQSX      (R9), R10
	MOVLQSX      4(R9), R11
	IMULQ        DX, R10
	IMULQ        DX, R11
	ADDQ         R8, R10
	ADDQ         R8, R11
	VBROADCASTSS (R12), Y12
	VBROADCASTSS (R13), Y13
	VBROADCASTSS 4(R12), Y14
	VBROADCASTSS 4(R13), Y15
	VXORPS       Y4, Y4, Y4
	VXORPS       Y5, Y5, Y5
	VXORPS       Y6, Y6, Y6
	VXORPS       Y7, Y7, Y7
	VXORPS       Y8, Y8, Y8
	VXORPS       Y9, Y9, Y9
	VXORPS       Y10, Y10, Y10
	VXORPS       Y11, Y11, Y11
	XORL         AX, AX
	MOVQ         y_len+8(FP), CX
	SUBQ         $16, CX
	JLT          last

pair:
	SPREAD2(0, Y4, Y6, Y8, Y10)
	SPREAD2(1, Y5, Y7, Y9, Y11)
	ADDQ $64, AX
	SUBQ $16, CX
	JGE  pair

last:
	CMPQ CX, $-8
	JNE  sum
	SPREAD2(0, Y4, Y6, Y8, Y10)

sum:
	SUM(Y4, Y5, X4)
	SUM(Y6, Y7, X6)
	SUM(Y8, Y9, X8)
	SUM(Y10, Y11, X10)
	VMOVSS X4, (R14)
	VMOVSS X6, (DI)
	VMOVSS X8, 4(R14)
	VMOVSS X10, 4(DI)
	ADDQ   $8, R9
	ADDQ   $8, R12
	ADDQ   $8, R13
	ADDQ   $8, R14
	ADDQ   $8, DI
	SUBQ   $2, BX
	JGE    columns

single:
	CMPQ         BX, $-1
	JNE          done
	MOVLQSX      (R9), R10
	IMULQ        DX, R10
	ADDQ         R8, R10
	VBROADCASTSS (R12), Y12
	VBROADCASTSS (R13), Y13
	VXORPS       Y4, Y4, Y4
	VXORPS       Y5, Y5, Y5
	VXORPS       Y6, Y6, Y6
	VXORPS       Y7, Y7, Y7
	XORL         AX, AX
	MOVQ         y_len+8(FP), CX
	SUBQ         $16, CX
	JLT          singleLast

singlePair:
	SPREAD(0, Y4, Y6)
	SPREAD(1, Y5, Y7)
	ADDQ $64, AX
	SUBQ $16, CX
	JGE  singlePair

singleLast:
	CMPQ CX, $-8
	JNE  singleSum
	SPREAD(0, Y4, Y6)

singleSum:
	SUM(Y4, Y5, X4)
	SUM(Y6, Y7, X6)
	VMOVSS X4, (R14)
	VMOVSS X6, (DI)

done:
	VZEROUPPER
	RET
