//! Line conversions, and the kernels that a conversion may have.

use super::lanes::LanePattern;
#[cfg(target_arch = "x86_64")]
use crate::simd::isa::{Avx2, Avx512};

/// A conversion of a line of pixels.
pub trait LineConversion: 'static {
    /// Returns the bytes of an input line of `pixels` pixels.
    fn input_bytes(pixels: usize) -> usize;

    /// Returns the bytes of an output line of `pixels` pixels.
    fn output_bytes(pixels: usize) -> usize;

    /// Converts `pixels` pixels. Both slices have exactly the bytes of these pixels. Output bytes that a conversion does not
    /// write (three bands of four, say) keep their values.
    ///
    /// Implementations are `#[inline(always)]`, because they are compiled once for each ISA.
    fn convert(out: &mut [u8], input: &[u8], pixels: usize);

    /// The kernel that replaces [`convert`](Self::convert) where the ISA has one.
    const KERNEL: Kernel = Kernel::Autovectorized;
}

/// The kernel of a conversion.
#[derive(Clone, Copy)]
pub enum Kernel {
    /// `memcpy`: the layouts are equal.
    Copy,
    /// None: LLVM vectorises the conversion.
    Autovectorized,
    /// A byte shuffle.
    Swizzle(LanePattern),
    /// Expands bits to bytes.
    UnpackBits {
        /// Whether the first pixel of a byte is its least significant bit.
        lsb_first: bool,
        /// Whether 0 bits become `scale`, and 1 bits 0.
        inverted: bool,
        /// The value of a byte whose bit is set.
        scale: u8,
    },
    /// Functions written with intrinsics. Each converts whole vectors of pixels from the start of the line, and returns how
    /// many pixels these were; [`LineConversion::convert`] converts the others.
    #[cfg(target_arch = "x86_64")]
    Vectors {
        /// With AVX2.
        avx2: fn(Avx2, &mut [u8], &[u8]) -> usize,
        /// With AVX-512.
        avx512: fn(Avx512, &mut [u8], &[u8]) -> usize,
    },
    /// Collects one bit a byte: whether the byte is not 0.
    PackBits {
        /// Whether the first pixel of a byte is its least significant bit.
        lsb_first: bool,
        /// Whether bits are set where bytes are 0.
        inverted: bool,
    },
}
