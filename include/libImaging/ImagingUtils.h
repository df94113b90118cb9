/*
 * Macros for arithmetic on 8-bit values, and for pixels as 32-bit numbers. They may use an argument more than once.
 */

#ifndef LIBIMAGING_IMAGINGUTILS_H
#define LIBIMAGING_IMAGINGUTILS_H

#include "ImPlatform.h"

/* A pixel of four bytes as a number, and where in the number each byte is. */
#if defined(WORDS_BIGENDIAN) || (defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__)
#define MAKE_UINT32(u0, u1, u2, u3) \
    ((UINT32)(u0) << 24 | (UINT32)(u1) << 16 | (UINT32)(u2) << 8 | (UINT32)(u3))
#define MASK_UINT32_CHANNEL_0 0xff000000
#define MASK_UINT32_CHANNEL_1 0x00ff0000
#define MASK_UINT32_CHANNEL_2 0x0000ff00
#define MASK_UINT32_CHANNEL_3 0x000000ff
#else
#define MAKE_UINT32(u0, u1, u2, u3) \
    ((UINT32)(u0) | (UINT32)(u1) << 8 | (UINT32)(u2) << 16 | (UINT32)(u3) << 24)
#define MASK_UINT32_CHANNEL_0 0x000000ff
#define MASK_UINT32_CHANNEL_1 0x0000ff00
#define MASK_UINT32_CHANNEL_2 0x00ff0000
#define MASK_UINT32_CHANNEL_3 0xff000000
#endif

#ifndef MAX
#define MAX(a, b) ((a) > (b) ? (a) : (b))
#endif
#ifndef MIN
#define MIN(a, b) ((a) < (b) ? (a) : (b))
#endif

/* (a - 128) / 255, rounded, for an `a` of 128 to 65663. */
#define SHIFTFORDIV255(a) ((((a) >> 8) + (a)) >> 8)

/* a / 255, rounded, for an `a` of 0 to 65535. `tmp` is an int variable to work with, here and below. */
#define DIV255(a, tmp) ((tmp) = (a) + 128, SHIFTFORDIV255(tmp))

/* a * b / 255, rounded, for bytes. */
#define MULDIV255(a, b, tmp) ((tmp) = (a) * (b) + 128, SHIFTFORDIV255(tmp))

/* From `in1` where `mask` is 0 to `in2` where it is 255. */
#define BLEND(mask, in1, in2, tmp1) DIV255((in1) * (255 - (mask)) + (in2) * (mask), tmp1)

/* The same, with an `in2` that is multiplied by `mask` already. */
#define PREBLEND(mask, in1, in2, tmp1) (MULDIV255((in1), (255 - (mask)), tmp1) + (in2))

/* Clips to 0..255, and to 0..65535. */
#define CLIP8(v) ((v) <= 0 ? 0 : (v) < 256 ? (v) : 255)
#define CLIP16(v) ((v) <= 0 ? 0 : (v) < 65536 ? (v) : 65535)

#endif /* LIBIMAGING_IMAGINGUTILS_H */
