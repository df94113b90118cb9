//! Swizzles: each byte (lane) of an output pixel is a byte of the input pixel, possibly inverted, or a constant.
//!
//! Most raw modes are swizzles. They reorder bands (`BGR`), add or drop some (`RGBX`), take the more significant byte of
//! 16-bit values (`RGB;16B`), swap bytes (`I;16B`) or invert them (`CMYK;I`). One line of a table says all of that:
//!
//! ```text
//! swizzle!(3 => Lane(2), Lane(1), Lane(0), Constant(255))        BGR to RGBX
//! ```
//!
//! # From the table to a byte shuffle
//!
//! `pshufb` makes each byte of a vector any byte of another one, or 0 where the index has its top bit set. A vector of 16
//! output bytes may need input bytes from several 16-byte loads; the results of one `pshufb` a load are combined by OR. Two
//! more masks finish it: XOR inverts bits, OR sets constants. `masks` computes all of them at compile time. For the swizzle
//! above, 4 pixels are 12 bytes of input, and one load is enough:
//!
//! ```text
//! input      b0 g0 r0 b1 g1 r1 b2 g2 r2 b3 g3 r3  .  .  .  .      the last 4 bytes belong to the next vector
//! indices     2  1  0 80  5  4  3 80  8  7  6 80 11 10  9 80
//! pshufb     r0 g0 b0  0 r1 g1 b1  0 r2 g2 b2  0 r3 g3 b3  0
//! constants   0  0  0 ff  0  0  0 ff  0  0  0 ff  0  0  0 ff      OR
//! output     r0 g0 b0 ff r1 g1 b1 ff r2 g2 b2 ff r3 g3 b3 ff
//! ```
//!
//! In the other direction, 5 pixels of 3 bytes fill 15 of 16 bytes. The vector is stored whole, and the next one overwrites
//! its last byte. Loads and stores must stay within the lines, so the last few pixels are left to the scalar code.
//!
//! `sse41` shuffles 16 bytes at a time; `avx2` twice 16, since `vpshufb` works in 128-bit halves. On AVX-512 VBMI LLVM
//! finds `vpermb` by itself, except where one lane of four is kept: `avx512` has that as `vpermt2b`.
//!
//! A line of a single band is another case: [`InsertBand`] replaces one byte of each output pixel and keeps the others, by a
//! mask on a `u32`, which LLVM vectorises.
//!
//! `benches/raw_pairs.py` measures every pair of modes against Pillow and `memcpy`.

#[cfg(target_arch = "x86_64")]
pub(super) mod avx2;
#[cfg(target_arch = "x86_64")]
pub(super) mod avx512;
#[cfg(target_arch = "x86_64")]
mod masks;
pub(crate) mod scalar;
#[cfg(target_arch = "x86_64")]
pub(super) mod sse41;

pub(crate) use scalar::swizzle;
pub use scalar::{CopyBytes, InsertBand, Swizzle, extract_lane};
