//! Resampling of 8-bit values: integer sums of fixed-point coefficients, Pillow's `ImagingResample*_8bpc`.
//!
//! ```text
//! out = clamp((ROUNDING + sum(value * k)) >> 22)          values u8, coefficients k i32, sums modulo 2^32
//! ```
//!
//! Integer sums are the same in any order and any grouping, so every method gives the reference's bits. `coeff_split`
//! splits coefficients into the small parts that the multiply-add instructions take; `horizontal` and `vertical` lay
//! out pixels for them; [`select`] chooses the method; [`scalar`] is the plain code.
//!
//! Pixels have one byte, or four bytes of which two to four are bands. The unused ones become 0, by the *band mask*.

#[cfg(target_arch = "x86_64")]
mod coeff_split;
#[cfg(target_arch = "x86_64")]
mod horizontal;
mod scalar;
mod select;
#[cfg(target_arch = "x86_64")]
mod vertical;
#[cfg(target_arch = "x86_64")]
mod vnni_sums;

use super::coefficients::Coefficients;
use super::fixed_point::ONE;
use super::format::PixelFormat;
use crate::error::Result;
use crate::simd::isa::Isa;
use select::{Horizontal, Vertical};

#[cfg(target_arch = "x86_64")]
use {
    horizontal::transposed, select::tile_vectors, vertical::avx2 as vertical_avx2, vertical::avx512 as vertical_avx512,
};

/// Pixels of `BYTES` bytes: one band, or `BANDS` bands of four bytes. With two bands, these are the first and the last
/// byte.
pub struct U8<const BYTES: usize, const BANDS: usize>;

/// Returns the mask of the bytes of a 4-byte pixel, or of four 1-byte pixels, that are bands.
const fn band_mask(bands: usize) -> [u8; 4] {
    match bands {
        2 => [255, 0, 0, 255],
        3 => [255, 255, 255, 0],
        _ => [255; 4],
    }
}

impl<const BYTES: usize, const BANDS: usize> PixelFormat for U8<BYTES, BANDS> {
    type Coefficient = i32;
    type Horizontal = Horizontal;
    type Vertical = Vertical;
    #[cfg(target_arch = "x86_64")]
    type Scratch = transposed::Scratch;
    #[cfg(not(target_arch = "x86_64"))]
    type Scratch = ();

    const BYTES: usize = BYTES;

    fn convert(coefficients: Coefficients<f64>) -> Result<Coefficients<i32>> {
        coefficients.into_fixed_point()
    }

    fn plan_horizontal(coefficients: &Coefficients<i32>, size: (usize, usize), isa: Isa) -> Result<Horizontal> {
        Horizontal::select::<BYTES, BANDS>(coefficients, size, isa)
    }

    fn plan_vertical(coefficients: &Coefficients<i32>, width: usize, isa: Isa) -> Result<Vertical> {
        Vertical::select(coefficients, width * BYTES, isa)
    }

    #[cfg(target_arch = "x86_64")]
    fn scratch(method: &Horizontal) -> Result<Self::Scratch> {
        match method {
            Horizontal::TransposedBytes(_) | Horizontal::Transposed(_) | Horizontal::TransposedVnni(_) => {
                transposed::scratch()
            }
            _ => Ok(Vec::new()),
        }
    }

    #[cfg(not(target_arch = "x86_64"))]
    fn scratch(_: &Horizontal) -> Result<()> {
        Ok(())
    }

    fn horizontal(
        outs: &mut [&mut [u8]],
        inputs: &[&[u8]],
        coefficients: &Coefficients<i32>,
        method: &Horizontal,
        #[cfg_attr(not(target_arch = "x86_64"), allow(unused_variables))] scratch: &mut Self::Scratch,
    ) {
        let mask = const { band_mask(BANDS) };
        match method {
            #[cfg(target_arch = "x86_64")]
            Horizontal::Vnni(table) => table.horizontal(outs, inputs, mask),
            #[cfg(target_arch = "x86_64")]
            Horizontal::Vnni16x4(table) => table.horizontal(outs, inputs),
            #[cfg(target_arch = "x86_64")]
            Horizontal::Vnni4x16(table) => table.horizontal(outs, inputs),
            #[cfg(target_arch = "x86_64")]
            Horizontal::TransposedBytes(table) => table.horizontal::<1>(outs, inputs, mask, scratch),
            #[cfg(target_arch = "x86_64")]
            Horizontal::Transposed(table) => match const { tile_vectors(4, BANDS) } {
                3 => table.horizontal::<3>(outs, inputs, mask, scratch),
                _ => table.horizontal::<4>(outs, inputs, mask, scratch),
            },
            #[cfg(target_arch = "x86_64")]
            Horizontal::TransposedVnni(table) => match const { tile_vectors(4, BANDS) } {
                3 => table.horizontal::<3>(outs, inputs, mask, scratch),
                _ => table.horizontal::<4>(outs, inputs, mask, scratch),
            },
            #[cfg(target_arch = "x86_64")]
            Horizontal::Windowed(table) => table.horizontal(outs, inputs, mask),
            #[cfg(target_arch = "x86_64")]
            Horizontal::Rowwise(table) => table.horizontal::<BYTES>(outs, inputs, mask),
            Horizontal::Scalar => {
                for (out, input) in outs.iter_mut().zip(inputs) {
                    match BYTES {
                        1 => scalar::horizontal_1(out, input, coefficients),
                        _ => scalar::horizontal_4(out, input, coefficients, mask),
                    }
                }
            }
        }
    }

    fn vertical(out: &mut [u8], taps: &[&[u8]], y: usize, coefficients: &Coefficients<i32>, method: &Vertical) {
        let mask = const { band_mask(BANDS) };
        match (method, taps, coefficients.of(y)) {
            // A copy, as where a box enlarges.
            (_, [row], [ONE]) => {
                out.copy_from_slice(row);
                clear_unused_bytes(out, mask);
            }
            #[cfg(target_arch = "x86_64")]
            (Vertical::Vnni(table), [_, ..], _) => {
                vertical_avx512::vertical(table.isa(), out, taps, table.row(y, taps.len()), mask);
            }
            #[cfg(target_arch = "x86_64")]
            (Vertical::Pairs(table), ..) if out.len() >= vertical_avx2::VECTOR => {
                vertical_avx2::vertical(table.isa(), out, taps, table.row(y, taps.len()), mask);
            }
            (.., coefficients) => {
                scalar::vertical(out, taps, coefficients);
                clear_unused_bytes(out, mask);
            }
        }
    }
}

/// Zeros the bytes of 4-byte pixels that are not bands.
fn clear_unused_bytes(out: &mut [u8], band_mask: [u8; 4]) {
    if band_mask == [255; 4] {
        return;
    }
    for pixel in out.as_chunks_mut::<4>().0 {
        *pixel = (u32::from_ne_bytes(*pixel) & u32::from_ne_bytes(band_mask)).to_ne_bytes();
    }
}
