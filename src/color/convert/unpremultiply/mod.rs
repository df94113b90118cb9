//! Unpremultiplication: colours divided by their alpha, `value * 255 / alpha` truncated and clipped to 255.
//!
//! There is no integer division of vectors, so all versions multiply by the reciprocal `r = 255 / alpha` in fixed point
//! with 16 fraction bits, rounded up. That is exact. The error of `r` is less than 2^-16, so that of `value * r` is
//! less than 2^-8; and a quotient with the denominator `alpha` that is not integral lies at least 1/255 below the next
//! integer, so the error cannot carry the product over it.
//!
//! | version | reciprocal |
//! | --- | --- |
//! | scalar | a table of 256 32-bit values |
//! | [`avx2`] | one `vdivps` for eight pixels |
//! | [`avx512`] | two byte tables of 128 entries, looked up by `vpermi2b` for 64 pixels at a time |
//!
//! A pixel without alpha stays as it is.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;

use super::pixelwise::pixelwise;
use crate::arithmetic::{clip8, reciprocal255, unpremultiply};

/// Divides bands by alpha; by 1 where that is 0.
#[inline(always)]
fn unpremultiply_bands<const N: usize>(bands: [u8; N], alpha: u8) -> [u8; N] {
    let reciprocal = if alpha == 0 { 1 << 16 } else { reciprocal255(alpha) };
    bands.map(|value| clip8(unpremultiply(value, reciprocal)))
}

pixelwise! {
    /// RGBa to RGBA.
    Unpremultiply([r, g, b, a], 4 => 4, avx2: avx2::unpremultiply, avx512: avx512::unpremultiply) {
        let [r, g, b] = unpremultiply_bands([r, g, b], a);
        [r, g, b, a]
    }

    /// RGBa to RGB.
    UnpremultiplyToRgb([r, g, b, a], 4 => 4, avx2: avx2::unpremultiply_to_rgb, avx512: avx512::unpremultiply_to_rgb) {
        let [r, g, b] = unpremultiply_bands([r, g, b], a);
        [r, g, b, 255]
    }

    /// La to LA.
    UnpremultiplyGrey([grey, _, _, a], 4 => 4, avx2: avx2::unpremultiply_grey, avx512: avx512::unpremultiply_grey) {
        let [grey] = unpremultiply_bands([grey], a);
        [grey, grey, grey, a]
    }
}
