//! Medians of 3 by 3 and of 5 by 5 pixels with AVX2: networks whose values stay in registers.
//!
//! The steps are those of the general [network](super::network): the columns of a window are sorted, and merged two by two
//! (Batcher). Here they are straight code, an exchange (`vpminub`, `vpmaxub`) for each pair of values, and the compiler leaves
//! out the half of an exchange that the median does not depend on. A vector holds the same element of 32 windows side by side:
//!
//! ```text
//! row y:    p0 p1 p2 … p31 p32 p33         v[0][0] = p0 … p31,  v[1][0] = p1 … p32,  v[2][0] = p2 … p33
//! ```

use std::arch::x86_64::*;

use bytemuck::{AnyBitPattern, NoUninit};
use safe_unaligned_simd::x86_64::{_mm256_loadu_si256, _mm256_storeu_si256};

use super::network::Pixel;
use crate::exec::parallel;
use crate::image::{ImageMut, ImageRef};
use crate::simd::isa::{Avx2, entry};

/// A pixel type that has medians.
pub trait Median: Pixel {
    /// The pixels in a vector.
    const LANES: usize;

    /// Filters a row by 3 by 3 pixels. `out` has at least [`LANES`](Self::LANES) pixels, the rows two more.
    fn median_3(isa: Avx2, out: &mut [Self], rows: [&[Self]; 3]);

    /// Filters a row by 5 by 5 pixels. `out` has at least [`LANES`](Self::LANES) pixels, the rows four more.
    fn median_5(isa: Avx2, out: &mut [Self], rows: [&[Self]; 5]);
}

/// Filters an image by the median of `size` by `size` pixels. Returns it unchanged if there is no kernel for the size.
pub fn filter<'a, P: Median + AnyBitPattern + NoUninit>(
    isa: Avx2,
    out: ImageMut<'a>,
    image: &ImageRef<'_>,
    size: usize,
) -> Option<ImageMut<'a>> {
    if !matches!(size, 3 | 5) || out.xsize() < P::LANES {
        return Some(out);
    }
    let cost = size * size * size_of::<P>() * out.xsize() / 2;
    parallel::for_rows(out, cost, |first, mut chunk| {
        for y in 0..chunk.ysize() {
            let (top, out) = (first + y, chunk.pixels_mut(y));
            let row = |n: usize| image.pixels::<P>(top + n);
            match size {
                3 => P::median_3(isa, out, [row(0), row(1), row(2)]),
                _ => P::median_5(isa, out, [row(0), row(1), row(2), row(3), row(4)]),
            }
        }
    });
    None
}

/// Returns where the vectors of a row of `length` pixels start. The last one overlaps the one before it.
fn starts(length: usize, lanes: usize) -> impl Iterator<Item = usize> {
    (0..length.div_ceil(lanes)).map(move |n| (n * lanes).min(length - lanes))
}

/// Brings pairs of values in order.
macro_rules! exchange {
    ($v:ident by $size:literal, $min:ident, $max:ident: $($i:literal $j:literal),+) => {$(
        let (a, b) = ($v[$i / $size][$i % $size], $v[$j / $size][$j % $size]);
        $v[$i / $size][$i % $size] = $min(a, b);
        $v[$j / $size][$j % $size] = $max(a, b);
    )+};
}

/// Defines the kernels of a pixel type.
macro_rules! medians {
    ($($pixel:ty: $lanes:literal lanes, $median_3:ident, $median_5:ident, $load:ident, $store:ident, $min:ident, $max:ident;)+) => {$(
        impl Median for $pixel {
            const LANES: usize = $lanes;

            fn median_3(isa: Avx2, out: &mut [Self], rows: [&[Self]; 3]) {
                entry! {
                    fn median(Avx2, out: &mut [$pixel], rows: [&[$pixel]; 3]) = $median_3;
                }
                median(isa, out, rows);
            }

            fn median_5(isa: Avx2, out: &mut [Self], rows: [&[Self]; 5]) {
                entry! {
                    fn median(Avx2, out: &mut [$pixel], rows: [&[$pixel]; 5]) = $median_5;
                }
                median(isa, out, rows);
            }
        }

        #[target_feature(enable = "avx2")]
        fn $median_3(out: &mut [$pixel], rows: [&[$pixel]; 3]) {
            for start in starts(out.len(), $lanes) {
                let windows = rows.map(|row| row[start..].first_chunk::<{ $lanes + 2 }>().expect("two more pixels"));
                let load = |row: usize, column: usize| $load(windows[row][column..].first_chunk().expect("constant"));
                let column = |n| [[load(0, n), load(1, n), load(2, n)]];
                let sorted = |mut v: [[__m256i; 3]; 1]| {
                    exchange!(v by 3, $min, $max: 1 2, 0 1, 2 1);
                    v[0]
                };
                let mut v = [sorted(column(0)), sorted(column(1)), sorted(column(2))];
                exchange!(v by 3, $min, $max:
                    0 3, 1 4, 1 3, 2 5, 2 1, 5 3, 6 0, 3 0, 7 1, 7 3, 8 2, 4 2, 5 4, 5 3);
                $store(out[start..].first_chunk_mut().expect("a whole vector"), v[1][0]);
            }
        }

        #[target_feature(enable = "avx2")]
        fn $median_5(out: &mut [$pixel], rows: [&[$pixel]; 5]) {
            for start in starts(out.len(), $lanes) {
                let windows = rows.map(|row| row[start..].first_chunk::<{ $lanes + 4 }>().expect("four more pixels"));
                let load = |row: usize, column: usize| $load(windows[row][column..].first_chunk().expect("constant"));
                let column = |n| [[load(0, n), load(1, n), load(2, n), load(3, n), load(4, n)]];
                let sorted = |mut v: [[__m256i; 5]; 1]| {
                    exchange!(v by 5, $min, $max: 0 1, 3 4, 2 3, 4 3, 0 2, 3 2, 1 4, 1 3, 4 2);
                    v[0]
                };
                let mut v = [sorted(column(0)), sorted(column(1)), sorted(column(2)), sorted(column(3)), sorted(column(4))];
                exchange!(v by 5, $min, $max:
                    0 5, 2 7, 2 5, 3 8, 3 2, 8 5, 1 6, 4 9, 4 6, 1 3, 4 2, 6 8, 9 5, 10 15, 12 17, 12 15, 13 18, 13 12,
                    18 15, 11 16, 14 19, 14 16, 11 13, 14 12, 16 18, 19 15, 20 0, 5 0, 22 2, 22 5, 2 0, 23 3, 8 3, 23 22,
                    8 5, 3 2, 21 1, 7 1, 6 7, 24 4, 9 4, 24 6, 9 7, 4 1, 21 23, 24 22, 6 8, 9 5, 7 3, 4 2, 1 0, 10 20,
                    15 5, 15 20, 12 22, 2 22, 2 20, 13 23, 3 23, 18 8, 18 3, 3 2, 11 21, 17 7, 17 21, 16 6, 1 6, 1 21,
                    14 24, 4 24, 19 9, 19 4, 4 1, 4 2);
                $store(out[start..].first_chunk_mut().expect("a whole vector"), v[0][2]);
            }
        }
    )+};
}

medians! {
    u8: 32 lanes, median_3_u8, median_5_u8, load_u8, store_u8, _mm256_min_epu8, _mm256_max_epu8;
    i32: 8 lanes, median_3_i32, median_5_i32, load_i32, store_i32, _mm256_min_epi32, _mm256_max_epi32;
    f32: 8 lanes, median_3_f32, median_5_f32, load_f32, store_f32, _mm256_min_epi32, _mm256_max_epi32;
}

#[target_feature(enable = "avx2")]
#[inline]
fn load_u8(pixels: &[u8; 32]) -> __m256i {
    _mm256_loadu_si256(pixels)
}

#[target_feature(enable = "avx2")]
#[inline]
fn store_u8(pixels: &mut [u8; 32], values: __m256i) {
    _mm256_storeu_si256(pixels, values);
}

#[target_feature(enable = "avx2")]
#[inline]
fn load_i32(pixels: &[i32; 8]) -> __m256i {
    _mm256_loadu_si256(pixels)
}

#[target_feature(enable = "avx2")]
#[inline]
fn store_i32(pixels: &mut [i32; 8], values: __m256i) {
    _mm256_storeu_si256(pixels, values);
}

/// Loads floats as integers that sort like them.
#[target_feature(enable = "avx2")]
#[inline]
fn load_f32(pixels: &[f32; 8]) -> __m256i {
    keys(bytemuck::cast(*pixels))
}

/// Stores floats from the integers that sort like them.
#[target_feature(enable = "avx2")]
#[inline]
fn store_f32(pixels: &mut [f32; 8], values: __m256i) {
    *pixels = bytemuck::cast(keys(values));
}

/// Inverts the bits of negative floats, but the sign; and back.
#[target_feature(enable = "avx2")]
#[inline]
fn keys(bits: __m256i) -> __m256i {
    let negative = _mm256_srai_epi32::<31>(bits);
    _mm256_xor_si256(bits, _mm256_and_si256(negative, _mm256_set1_epi32(i32::MAX)))
}
