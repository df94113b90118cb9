//! Alpha composition: the `over` operator on pixels whose colours are not premultiplied (Porter and Duff 1984).
//!
//! The reference computes in integers, with 7 fraction bits, and what it rounds and truncates is part of the result:
//!
//! ```text
//! alpha   = 255 * over.a + under.a * (255 - over.a)           0..=255 * 255
//! weight  = (over.a * 255 * 255 << 7) / alpha                 truncated, 0..=255 << 7
//! out.rgb = div255(over.rgb * weight + under.rgb * ((255 << 7) - weight) + (128 << 7)) >> 7
//! out.a   = div255(alpha + 128)                               div255(v) = ((v >> 8) + v) >> 8
//! ```
//!
//! The one division per pixel is done in single precision. Both operands have at most 24 bits, so they are exact as floats,
//! and only the quotient is rounded. [`scalar`] and [`avx2`] correct it where the remainder is negative; [`avx512`] rounds
//! the division towards zero. The two weights of a pixel are a pair of 16-bit integers, which `pmaddwd` multiplies with the
//! pair (over, under) of a band.
//!
//! Opaque and fully transparent vectors of pixels, of which overlays mostly consist, are copied.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod fixed_point;
mod scalar;

use crate::error::{Error, Result};
use crate::exec::parallel;
use crate::image::{ImageMut, ImageRef};
use crate::mode::Mode;
use crate::simd::isa::{self, Isa};

/// Checks the mode and the size of two layers: both RGBA or both LA, of one size. The mode of `over` may be unknown.
pub fn check_layers<S: PartialEq>(under: (Mode, S), over: (Option<Mode>, S)) -> Result<()> {
    if !matches!(under.0, Mode::RGBA | Mode::LA) {
        return Err(Error::Mode);
    }
    if (Some(under.0), under.1) == over { Ok(()) } else { Err(Error::Mismatch) }
}

/// Composites `over` on `under`. The last byte of a pixel is its alpha. All images have the same mode, of four bytes a
/// pixel, and the same size.
pub fn alpha_composite(out: ImageMut<'_>, under: &ImageRef<'_>, over: &ImageRef<'_>) {
    // Temporal stores: the division takes longer than writing through the caches.
    parallel::for_rows(out, 4 * under.xsize(), |first, mut chunk| {
        for y in 0..chunk.ysize() {
            composite_row(isa::current(), chunk.pixels_mut(y), under.pixels(first + y), over.pixels(first + y));
        }
    });
}

fn composite_row(isa: Isa, out: &mut [[u8; 4]], under: &[[u8; 4]], over: &[[u8; 4]]) {
    let vectorised = match isa {
        #[cfg(target_arch = "x86_64")]
        Isa::Avx512(avx512) => {
            avx512::composite(avx512, out.as_chunks_mut().0, under.as_chunks().0, over.as_chunks().0);
            out.len() / 16 * 16
        }
        #[cfg(target_arch = "x86_64")]
        Isa::Avx2(avx2) => {
            avx2::composite(avx2, out.as_chunks_mut().0, under.as_chunks().0, over.as_chunks().0);
            out.len() / 8 * 8
        }
        _ => 0,
    };
    scalar::composite(&mut out[vectorised..], &under[vectorised..], &over[vectorised..]);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All pairs of alphas, with 64 sets of colours.
    #[test]
    fn kernels_equal_the_scalar_code() {
        for seed in 0..64u32 {
            let colour = |n: u32| (n ^ seed << 16).wrapping_mul(0x9e37_79b1) >> 8;
            let pixels = |shift: u32| -> Vec<[u8; 4]> {
                (0..=0xffff).map(|n: u32| (colour(n + shift) | (n >> shift) << 24).to_le_bytes()).collect()
            };
            let (under, over) = (pixels(0), pixels(8));
            let mut expected = vec![[0; 4]; under.len()];
            scalar::composite(&mut expected, &under, &over);
            for isa in Isa::available() {
                let mut out = vec![[0; 4]; under.len()];
                composite_row(isa, &mut out, &under, &over);
                assert!(out == expected, "{} {seed}", isa.name());
            }
        }
    }
}
