//! Pixels of less than a byte, and of 12 bits: packs and unpacks them.
//!
//! A byte of the file holds pixels of 1, 2 or 4 bits. In most raw modes the first pixel has the most significant bits; in
//! those with `R` all bits of a byte are reversed, so that the first pixel has the least significant ones. `I` inverts:
//!
//! ```text
//! L;2     p0 p0 p1 p1 p2 p2 p3 p3       most significant bit on the left
//! L;2R    p3 p3 p2 p2 p1 p1 p0 p0       with the two bits of each pixel swapped
//! ```
//!
//! `scalar` has all of them, as plain code that LLVM vectorises. For 1 bit a pixel, by far the most common, there are
//! kernels. Unpacking copies each byte to the eight bytes of its pixels, tests one bit in each of them, and masks `scale`
//! with the outcome. Packing compares bytes with 0 and collects the outcomes by `pmovmskb`, after a byte shuffle into the
//! order of the bits:
//!
//! ```text
//! unpack   b0                               one byte of the file
//!          b0 b0 b0 b0 b0 b0 b0 b0          pshufb
//!        & 80 40 20 10 08 04 02 01          one bit a pixel
//!       == 80 40 20 10 08 04 02 01          ff or 00
//!        &  s  s  s  s  s  s  s  s          scale
//! ```
//!
//! `avx2` does both, 32 pixels at a time; `avx512` 64 at a time, with comparisons into mask registers (`vptestmb`);
//! `sse41` packs only. `benches/raw_pairs.py` has them as `1`, `P;1` and `L;1`.

#[cfg(target_arch = "x86_64")]
pub(super) mod avx2;
#[cfg(target_arch = "x86_64")]
pub(super) mod avx512;
#[cfg(target_arch = "x86_64")]
mod order;
mod scalar;
#[cfg(target_arch = "x86_64")]
pub(super) mod sse41;

pub use scalar::{Binarize, PackBits, Unpack12, UnpackBitPlanes, UnpackBits};
