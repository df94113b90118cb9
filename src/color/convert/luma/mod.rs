//! Luma: the grey of a colour by ITU-R Recommendation 601-2, `0.299 R + 0.587 G + 0.114 B`.
//!
//! The reference has two forms of it, and so have we: `L` in thousandths (Pillow's macro of that name), for thresholds
//! and floats, and `L24` with 16 fraction bits, rounded to nearest, for bytes. Bands are shifted out of pixels that are
//! little-endian numbers, since LLVM vectorises shifts for every ISA. [`avx2`] computes three equal bands and alpha at
//! once.

#[cfg(target_arch = "x86_64")]
mod avx2;

use super::pixelwise::pixelwise;

/// Returns the three colour bands of a pixel.
#[inline(always)]
fn bands(pixel: [u8; 4]) -> [u32; 3] {
    let pixel = u32::from_le_bytes(pixel);
    [pixel & 0xff, pixel >> 8 & 0xff, pixel >> 16 & 0xff]
}

/// Returns 1000 times the luma of a pixel, exactly.
#[inline(always)]
pub fn luma_1000(pixel: [u8; 4]) -> i32 {
    let [r, g, b] = bands(pixel);
    (r * 299 + g * 587 + b * 114) as i32
}

/// Returns the luma of a pixel, rounded to nearest.
#[inline(always)]
fn luma(pixel: [u8; 4]) -> u8 {
    let [r, g, b] = bands(pixel);
    ((r * 19595 + g * 38470 + b * 7471 + 0x8000) >> 16) as u8
}

pixelwise! {
    /// RGB to 1: white from a luma of 128 on.
    RgbToBilevel(pixel, 4 => 1) { [if luma_1000(pixel) >= 128_000 { 255 } else { 0 }] }

    /// RGB to L.
    RgbToGrey(pixel, 4 => 1) { [luma(pixel)] }

    /// RGB to LA, opaque.
    RgbToOpaqueGrey(pixel, 4 => 4, avx2: avx2::opaque_grey) {
        let grey = luma(pixel);
        [grey, grey, grey, 255]
    }

    /// RGBA to LA; alpha stays.
    RgbaToGreyAlpha(pixel, 4 => 4, avx2: avx2::grey_alpha) {
        let grey = luma(pixel);
        [grey, grey, grey, pixel[3]]
    }

    /// RGB to I.
    RgbToI32(pixel, 4 => 4) { i32::from(luma(pixel)).to_ne_bytes() }

    /// RGB to F, with the fraction.
    RgbToF32(pixel, 4 => 4) { (luma_1000(pixel) as f32 / 1000.0).to_ne_bytes() }

    /// RGB to I;16, little-endian: 0 to 255.
    RgbToU16Little(pixel, 4 => 2) { [luma(pixel), 0] }

    /// RGB to I;16B, big-endian: 0 to 255.
    RgbToU16Big(pixel, 4 => 2) { [0, luma(pixel)] }
}
