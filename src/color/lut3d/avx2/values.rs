//! Interpolates between neighbours that are loaded from the table, two pixels to a vector.
//!
//! A vector is a neighbour pair along the first dimension for each of two pixels, so the three interpolations have the
//! form
//!
//! ```text
//! pixel p      (a b) in the lower 128 bits, pixel p + 4 in the upper ones; a and b are four channels each
//! first        a—b of row 0, row 1, row 0 of the next plane, row 1 of the next plane: 4 vectors to 2
//! second       row 0—row 1 in each plane                                              2 vectors to 1
//! third        plane 0—plane 1                                                        of 4 vectors, 2
//! ```

#![allow(unsafe_code)] // loads of neighbours without bounds checks

use std::arch::x86_64::*;

use super::interpolate::{lerp_halves, locate, round};
use super::row;
use crate::color::lut3d::table::{Lut3d, NarrowLut};
use crate::simd::isa::entry;

entry! {
    /// Looks up the colours of a row, in a table of `N` channels: 3 or 4. Without an `input` it is converted in place.
    pub fn convert_row[const N: usize][N](Avx2, out: &mut [u8], input: Option<&[u8]>, lut: &Lut3d<'_>)
        = convert_row_avx2::<N, false>;

    /// Looks up the colours of a row in a narrow table.
    pub fn convert_row_narrow[const N: usize][N](Avx2, out: &mut [u8], input: Option<&[u8]>, lut: NarrowLut<'_>)
        = convert_row_narrow_avx2::<N>;
}

#[target_feature(enable = "avx2")]
fn convert_row_narrow_avx2<const N: usize>(out: &mut [u8], input: Option<&[u8]>, lut: NarrowLut<'_>) {
    convert_row_avx2::<N, true>(out, input, lut.lut());
}

#[target_feature(enable = "avx2")]
fn convert_row_avx2<const N: usize, const NARROW: bool>(out: &mut [u8], input: Option<&[u8]>, lut: &Lut3d<'_>) {
    row::convert_row(
        out,
        input,
        |pixels| Positions::new::<NARROW>(pixels, lut),
        |positions| interpolate::<N, NARROW>(positions),
    );
}

/// The positions of eight pixels in a table, in the order 0, 1, 4, 5, 2, 3, 6, 7, which packing puts right.
struct Positions<'a> {
    lut: &'a Lut3d<'a>,
    pixels: __m256i,
    /// The offsets of the lowest neighbours: by the construction of [`Lut3d`], all neighbours are in the table.
    offsets: [u32; 8],
    /// The weights along each dimension.
    weights: [__m256i; 3],
}

impl<'a> Positions<'a> {
    #[inline]
    #[target_feature(enable = "avx2")]
    fn new<const NARROW: bool>(pixels: &[u8; 32], lut: &'a Lut3d<'a>) -> Self {
        let pixels = _mm256_permute4x64_epi64::<0b11_01_10_00>(bytemuck::cast(*pixels));
        let [x, y, z] = lut.axes();
        let byte = _mm256_set1_epi32(0xff);
        let (offset, first) = locate::<NARROW>(_mm256_and_si256(pixels, byte), x);
        let (row, second) = locate::<NARROW>(_mm256_and_si256(_mm256_srli_epi32::<8>(pixels), byte), y);
        let offset = _mm256_add_epi32(offset, row);
        let (plane, third) = locate::<NARROW>(_mm256_and_si256(_mm256_srli_epi32::<16>(pixels), byte), z);
        let offset = _mm256_add_epi32(offset, plane);
        Self { lut, pixels, offsets: bytemuck::cast(offset), weights: [first, second, third] }
    }
}

/// Interpolates the colours of eight pixels.
#[inline]
#[target_feature(enable = "avx2")]
fn interpolate<const N: usize, const NARROW: bool>(positions: &Positions<'_>) -> [u8; 32] {
    let [a, b, c, d] = [
        interpolate_planes::<N, NARROW, 0, 0x00>(positions),
        interpolate_planes::<N, NARROW, 1, 0x55>(positions),
        interpolate_planes::<N, NARROW, 2, 0xaa>(positions),
        interpolate_planes::<N, NARROW, 3, 0xff>(positions),
    ];
    let third = positions.weights[2];
    let weights = if NARROW {
        let (ab, cd) = (_mm256_shuffle_epi32::<0x50>(third), _mm256_shuffle_epi32::<0xfa>(third));
        [[ab, ab], [cd, cd]]
    } else {
        [
            [_mm256_shuffle_epi32::<0x00>(third), _mm256_shuffle_epi32::<0x55>(third)],
            [_mm256_shuffle_epi32::<0xaa>(third), _mm256_shuffle_epi32::<0xff>(third)],
        ]
    };
    let (ab, cd) = (round(lerp_halves::<NARROW>(a, b, weights[0])), round(lerp_halves::<NARROW>(c, d, weights[1])));
    let mut out = _mm256_packus_epi16(ab, cd);
    if N == 3 {
        out = _mm256_or_si256(out, _mm256_and_si256(positions.pixels, _mm256_set1_epi32(0xff << 24)));
    }
    bytemuck::cast(_mm256_permute4x64_epi64::<0b11_01_10_00>(out))
}

/// Interpolates along the first and the second dimension, for pixel `PIXEL` of each four: two neighbours along the third
/// dimension remain. `SHUFFLE` is the operand of `pshufd` that broadcasts lane `PIXEL`.
#[inline]
#[target_feature(enable = "avx2")]
fn interpolate_planes<const N: usize, const NARROW: bool, const PIXEL: usize, const SHUFFLE: i32>(
    positions: &Positions<'_>,
) -> __m256i {
    let (low, high) = (positions.offsets[PIXEL] as usize, positions.offsets[4 + PIXEL] as usize);
    let [first, second, _] = positions.weights;
    let (first, second) = (_mm256_shuffle_epi32::<SHUFFLE>(first), _mm256_shuffle_epi32::<SHUFFLE>(second));
    let lut = positions.lut;
    let (values, row, plane) = (lut.values().as_ptr(), lut.axes()[1].stride(), lut.axes()[2].stride());
    // SAFETY: all neighbours of a position are in the table, as `Lut3d::new` and `Axis::new` have checked. Other neighbours
    // follow the first pair, and the first pair precedes the others.
    let (a, b, c, d) = unsafe {
        (
            load_neighbours::<N, true>(values, low, high),
            load_neighbours::<N, false>(values, low + row, high + row),
            load_neighbours::<N, false>(values, low + plane, high + plane),
            load_neighbours::<N, false>(values, low + plane + row, high + plane + row),
        )
    };
    let weights = [first, first];
    let (lower, upper) = (lerp_halves::<NARROW>(a, b, weights), lerp_halves::<NARROW>(c, d, weights));
    lerp_halves::<NARROW>(lower, upper, [second, second])
}

/// Loads two neighbours along the first dimension for one pixel in each half, as four channels; a fourth channel that the
/// table does not have is 0.
///
/// # Safety
///
/// The neighbours at the offsets `low` and `high` are within `values`. With three channels, so are two values after
/// them if they are the `FIRST` pair of a pixel, or else two values before them.
#[inline]
#[target_feature(enable = "avx2")]
unsafe fn load_neighbours<const N: usize, const FIRST: bool>(values: *const i16, low: usize, high: usize) -> __m256i {
    let before = if N == 3 && !FIRST { 2 } else { 0 };
    // SAFETY: 8 values from each offset: by this function's contract they are within `values`.
    let both = unsafe {
        let (low, high) = (values.add(low - before), values.add(high - before));
        _mm256_inserti128_si256::<1>(_mm256_castsi128_si256(_mm_loadu_si128(low.cast())), _mm_loadu_si128(high.cast()))
    };
    if N == 4 {
        return both;
    }
    let order = if FIRST {
        _mm_setr_epi8(0, 1, 2, 3, 4, 5, -1, -1, 6, 7, 8, 9, 10, 11, -1, -1)
    } else {
        _mm_setr_epi8(4, 5, 6, 7, 8, 9, -1, -1, 10, 11, 12, 13, 14, 15, -1, -1)
    };
    _mm256_shuffle_epi8(both, _mm256_broadcastsi128_si256(order))
}
