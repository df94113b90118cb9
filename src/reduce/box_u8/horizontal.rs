//! Horizontal sums: adds `xscale` neighbouring column sums for each output pixel, and divides them.
//!
//! The suffixes 1 and 4 are the bytes of a pixel. For pixels of four bytes whose sums fit into 16 bits, a `u64` holds
//! the sums of a pixel: one addition adds all four, and none of them overflows into the next.

use super::reciprocal::{NarrowReciprocal, Reciprocal};
use super::scratch::Sums;
use crate::simd::isa::multiversion;

/// Averages boxes of `xscale` column sums.
pub fn average<const BYTES: usize>(
    out: &mut [u8],
    sums: &[u16],
    xscale: usize,
    reciprocal: &Reciprocal,
    box_sums: &mut Sums,
) {
    match (&reciprocal.narrow, BYTES) {
        (Some(narrow), 1) => average_narrow_1(out, sums, xscale, narrow),
        (Some(narrow), _) => average_narrow_4(out, sums, xscale, narrow, box_sums),
        (None, 4) if reciprocal.sums_fit_u16 => average_u16_4(out, sums, xscale, reciprocal, box_sums),
        (None, 1) => average_u32_1(out, sums, xscale, reciprocal),
        (None, _) => average_u32_4(out, sums, xscale, reciprocal),
    }
}

multiversion! {
    /// Averages with 16-bit sums and a 16-bit reciprocal.
    fn average_narrow_1(out: &mut [u8], sums: &[u16], xscale: usize, reciprocal: &NarrowReciprocal) {
        // Constant widths are unrolled and vectorised.
        match xscale {
            1 => average_each(out, sums, 1, |sum| reciprocal.mean(sum)),
            2 => average_each(out, sums, 2, |sum| reciprocal.mean(sum)),
            3 => average_each(out, sums, 3, |sum| reciprocal.mean(sum)),
            4 => average_each(out, sums, 4, |sum| reciprocal.mean(sum)),
            5 => average_each(out, sums, 5, |sum| reciprocal.mean(sum)),
            8 => average_each(out, sums, 8, |sum| reciprocal.mean(sum)),
            _ => average_each(out, sums, xscale, |sum| reciprocal.mean(sum)),
        }
    }

    /// Averages with 16-bit sums and a 16-bit reciprocal.
    fn average_narrow_4(
        out: &mut [u8],
        sums: &[u16],
        xscale: usize,
        reciprocal: &NarrowReciprocal,
        box_sums: &mut Sums,
    ) {
        if xscale == 1 {
            return divide(out, sums, |sum| reciprocal.mean(sum));
        }
        let box_sums = sum_boxes_4(&mut box_sums[..out.len() / 4], sums, xscale);
        divide(out, box_sums, |sum| reciprocal.mean(sum));
    }

    /// Averages with 16-bit sums and a 32-bit reciprocal.
    fn average_u16_4(out: &mut [u8], sums: &[u16], xscale: usize, reciprocal: &Reciprocal, box_sums: &mut Sums) {
        let box_sums = sum_boxes_4(&mut box_sums[..out.len() / 4], sums, xscale);
        divide(out, box_sums, |sum| reciprocal.mean(sum.into()));
    }

    /// Averages with 32-bit sums.
    fn average_u32_1(out: &mut [u8], sums: &[u16], xscale: usize, reciprocal: &Reciprocal) {
        for (out, sums) in out.iter_mut().zip(sums.chunks_exact(xscale)) {
            *out = reciprocal.mean(sums.iter().map(|sum| u32::from(*sum)).sum());
        }
    }

    /// Averages with 32-bit sums.
    fn average_u32_4(out: &mut [u8], sums: &[u16], xscale: usize, reciprocal: &Reciprocal) {
        let sums = sums.as_chunks::<4>().0;
        for (out, sums) in out.as_chunks_mut::<4>().0.iter_mut().zip(sums.chunks_exact(xscale)) {
            let mut total = [0; 4];
            for sum in sums {
                for (total, sum) in total.iter_mut().zip(sum) {
                    *total += u32::from(*sum);
                }
            }
            *out = total.map(|total| reciprocal.mean(total));
        }
    }

    /// Adds column sum `n` to total `n % 4`.
    pub fn add_to_totals(totals: &mut [u32; 4], sums: &[u16]) {
        let (pixels, rest) = sums.as_chunks::<4>();
        for sums in pixels {
            for (total, sum) in totals.iter_mut().zip(sums) {
                *total = total.wrapping_add(u32::from(*sum));
            }
        }
        for (total, sum) in totals.iter_mut().zip(rest) {
            *total = total.wrapping_add(u32::from(*sum));
        }
    }

    /// Zeroes the bytes of pixels that are not in `band_mask`.
    pub fn mask_bands(out: &mut [u8], band_mask: u32) {
        for pixel in out.as_chunks_mut::<4>().0 {
            *pixel = (u32::from_le_bytes(*pixel) & band_mask).to_le_bytes();
        }
    }
}

/// Averages boxes of `xscale` sums of pixels of one byte.
#[inline(always)]
fn average_each(out: &mut [u8], sums: &[u16], xscale: usize, mean: impl Fn(u16) -> u8) {
    for (out, sums) in out.iter_mut().zip(sums.chunks_exact(xscale)) {
        *out = mean(sums.iter().sum());
    }
}

/// Adds boxes of `xscale` pixels of four sums.
#[inline(always)]
fn sum_boxes_4<'a>(box_sums: &'a mut [u64], sums: &[u16], xscale: usize) -> &'a [u16] {
    let pixels: &[u64] = bytemuck::cast_slice(sums);
    match xscale {
        2 => sum_each(box_sums, pixels, 2),
        3 => sum_each(box_sums, pixels, 3),
        4 => sum_each(box_sums, pixels, 4),
        5 => sum_each(box_sums, pixels, 5),
        6 => sum_each(box_sums, pixels, 6),
        8 => sum_each(box_sums, pixels, 8),
        _ => sum_each(box_sums, pixels, xscale),
    }
    bytemuck::cast_slice(box_sums)
}

#[inline(always)]
fn sum_each(box_sums: &mut [u64], pixels: &[u64], xscale: usize) {
    for (sum, pixels) in box_sums.iter_mut().zip(pixels.chunks_exact(xscale)) {
        *sum = pixels.iter().sum();
    }
}

/// Divides each sum by the area of the box.
#[inline(always)]
fn divide(out: &mut [u8], sums: &[u16], mean: impl Fn(u16) -> u8) {
    for (out, sum) in out.iter_mut().zip(sums) {
        *out = mean(*sum);
    }
}
