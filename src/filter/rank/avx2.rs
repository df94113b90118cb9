//! Medians of 3 by 3 and of 5 by 5 pixels with AVX2: networks whose values stay in registers.
//!
//! The steps are those of the general [network](super::network): the columns of a window are sorted, and merged two by two
//! (Batcher). Here they are straight code, an exchange (`vpminub`, `vpmaxub`) for each pair of values, and the compiler leaves
//! out the half of an exchange that the median does not depend on. The columns of a row of windows are sorted first, each once
//! for all windows that it belongs to. A vector holds the same element of 32 windows side by side:
//!
//! ```text
//! sorted columns:    c0 c1 c2 … c31 c32 c33        v[0] = c0 … c31,  v[1] = c1 … c32,  v[2] = c2 … c33
//! ```
//!
//! Vectors of 64 bytes are not faster: Intel's processors compute two minima of 32 bytes in a cycle, and one of 64.

use std::arch::x86_64::*;
use std::ops::Range;
use std::{iter, slice};

use bytemuck::{AnyBitPattern, NoUninit, Zeroable};
use safe_unaligned_simd::x86_64::{_mm256_loadu_si256, _mm256_storeu_si256};

use super::network::Pixel;
use crate::error::Result;
use crate::exec::parallel;
use crate::image::{ImageMut, ImageRef};
use crate::memory::heap::try_vec;
use crate::simd::isa::{Avx2, entry};

/// A pixel type that has medians.
pub trait Median: Pixel {
    /// The pixels in a vector.
    const LANES: usize;

    /// Filters a row by 3 by 3 pixels. `out` has at least [`LANES`](Self::LANES) pixels, the rows two more, and so have the
    /// buffers for sorted columns.
    fn median_3(isa: Avx2, out: &mut [Self], columns: [&mut [Self::Key]; 3], rows: [&[Self]; 3]);

    /// Filters a row by 5 by 5 pixels. `out` has at least [`LANES`](Self::LANES) pixels, the rows four more, and so have the
    /// buffers for sorted columns.
    fn median_5(isa: Avx2, out: &mut [Self], columns: [&mut [Self::Key]; 5], rows: [&[Self]; 5]);
}

/// Filters an image by the median of `size` by `size` pixels. Returns it unchanged if there is no kernel for the size.
pub fn filter<'a, P: Median + AnyBitPattern + NoUninit>(
    isa: Avx2,
    out: ImageMut<'a>,
    image: &ImageRef<'_>,
    size: usize,
) -> Result<Option<ImageMut<'a>>> {
    if !matches!(size, 3 | 5) || out.xsize() < P::LANES {
        return Ok(Some(out));
    }
    let cost = size * size * size_of::<P>() * out.xsize() / 2;
    let width = image.xsize();
    parallel::try_for_rows(out, cost, |first, mut chunk| {
        let mut columns = try_vec(P::Key::zeroed(), size * width)?;
        for y in 0..chunk.ysize() {
            let (top, out) = (first + y, chunk.pixels_mut(y));
            let row = |n: usize| image.pixels::<P>(top + n);
            let mut columns = columns.chunks_exact_mut(width);
            let mut column = || columns.next().expect("one for each row");
            if size == 3 {
                let columns = [column(), column(), column()];
                P::median_3(isa, out, columns, [row(0), row(1), row(2)]);
            } else {
                let columns = [column(), column(), column(), column(), column()];
                P::median_5(isa, out, columns, [row(0), row(1), row(2), row(3), row(4)]);
            }
        }
        Ok(())
    })?;
    Ok(None)
}

/// Returns the parts of a row of `length` pixels that consist of whole vectors: all of them, and then the last one, which may
/// overlap the one before it.
fn spans(length: usize, lanes: usize) -> impl Iterator<Item = Range<usize>> {
    let rest = length % lanes;
    iter::once(0..length - rest).chain((rest > 0).then(|| length - lanes..length))
}

/// Returns the vectors of a part of a row.
fn vectors<'a, T, const LANES: usize>(row: &'a mut [T], span: &Range<usize>) -> slice::IterMut<'a, [T; LANES]> {
    row[span.clone()].as_chunks_mut().0.iter_mut()
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
    ($(
        $pixel:ty: $key:ty, $lanes:literal lanes, $median_3:ident, $median_5:ident, $load:ident, $store:ident,
        $load_key:ident, $store_key:ident, $min:ident, $max:ident;
    )+) => {$(
        impl Median for $pixel {
            const LANES: usize = $lanes;

            fn median_3(isa: Avx2, out: &mut [Self], columns: [&mut [$key]; 3], rows: [&[Self]; 3]) {
                entry! {
                    fn median(Avx2, out: &mut [$pixel], columns: [&mut [$key]; 3], rows: [&[$pixel]; 3]) = $median_3;
                }
                median(isa, out, columns, rows);
            }

            fn median_5(isa: Avx2, out: &mut [Self], columns: [&mut [$key]; 5], rows: [&[Self]; 5]) {
                entry! {
                    fn median(Avx2, out: &mut [$pixel], columns: [&mut [$key]; 5], rows: [&[$pixel]; 5]) = $median_5;
                }
                median(isa, out, columns, rows);
            }
        }

        #[target_feature(enable = "avx2")]
        fn $median_3(out: &mut [$pixel], columns: [&mut [$key]; 3], rows: [&[$pixel]; 3]) {
            let [a, b, c] = columns;
            for span in spans(rows[0].len(), $lanes) {
                let row = |n: usize| rows[n][span.clone()].as_chunks::<$lanes>().0.iter();
                let columns = vectors(&mut *a, &span).zip(vectors(&mut *b, &span)).zip(vectors(&mut *c, &span));
                for (((a_keys, b_keys), c_keys), ((a_row, b_row), c_row)) in columns.zip(row(0).zip(row(1)).zip(row(2))) {
                    let mut v = [[$load(a_row), $load(b_row), $load(c_row)]];
                    exchange!(v by 3, $min, $max: 0 1, 1 2, 0 1);
                    $store_key(a_keys, v[0][0]);
                    $store_key(b_keys, v[0][1]);
                    $store_key(c_keys, v[0][2]);
                }
            }
            let columns = [&*a, &*b, &*c];
            for span in spans(out.len(), $lanes) {
                let out = out[span.clone()].as_chunks_mut().0;
                let count = out.len();
                let window = |x: usize, key: usize| &columns[key][span.start + x..].as_chunks::<$lanes>().0[..count];
                let column = |x: usize| [window(x, 0), window(x, 1), window(x, 2)];
                let windows = [column(0), column(1), column(2)];
                for (n, out) in out.iter_mut().enumerate() {
                    let value = |x: usize| {
                        let load = |key: usize| $load_key(&windows[x][key][n]);
                        [load(0), load(1), load(2)]
                    };
                    let [[a0, a1, a2], [b0, b1, b2], [c0, c1, c2]] = [value(0), value(1), value(2)];
                    let median = |a, b, c| $max($min(a, b), $min($max(a, b), c));
                    let (low, high) = ($max($max(a0, b0), c0), $min($min(a2, b2), c2));
                    $store(out, median(low, median(a1, b1, c1), high));
                }
            }
        }

        #[target_feature(enable = "avx2")]
        fn $median_5(out: &mut [$pixel], columns: [&mut [$key]; 5], rows: [&[$pixel]; 5]) {
            let [a, b, c, d, e] = columns;
            for span in spans(rows[0].len(), $lanes) {
                let row = |n: usize| rows[n][span.clone()].as_chunks::<$lanes>().0.iter();
                let columns = vectors(&mut *a, &span).zip(vectors(&mut *b, &span)).zip(vectors(&mut *c, &span));
                let columns = columns.zip(vectors(&mut *d, &span)).zip(vectors(&mut *e, &span));
                let rows = row(0).zip(row(1)).zip(row(2)).zip(row(3)).zip(row(4));
                for (keys, vectors) in columns.zip(rows) {
                    let ((((a_keys, b_keys), c_keys), d_keys), e_keys) = keys;
                    let ((((a_row, b_row), c_row), d_row), e_row) = vectors;
                    let mut v = [[$load(a_row), $load(b_row), $load(c_row), $load(d_row), $load(e_row)]];
                    exchange!(v by 5, $min, $max: 0 1, 3 4, 2 3, 4 3, 0 2, 3 2, 1 4, 1 3, 4 2);
                    $store_key(a_keys, v[0][0]);
                    $store_key(b_keys, v[0][1]);
                    $store_key(c_keys, v[0][2]);
                    $store_key(d_keys, v[0][3]);
                    $store_key(e_keys, v[0][4]);
                }
            }
            let columns = [&*a, &*b, &*c, &*d, &*e];
            for span in spans(out.len(), $lanes) {
                let out = out[span.clone()].as_chunks_mut().0;
                let count = out.len();
                let window = |x: usize, key: usize| &columns[key][span.start + x..].as_chunks::<$lanes>().0[..count];
                let column = |x: usize| [window(x, 0), window(x, 1), window(x, 2), window(x, 3), window(x, 4)];
                let windows = [column(0), column(1), column(2), column(3), column(4)];
                for (n, out) in out.iter_mut().enumerate() {
                    let value = |x: usize| {
                        let load = |key: usize| $load_key(&windows[x][key][n]);
                        [load(0), load(1), load(2), load(3), load(4)]
                    };
                    let mut v = [value(0), value(1), value(2), value(3), value(4)];
                    exchange!(v by 5, $min, $max:
                        0 5, 2 7, 2 5, 3 8, 3 2, 8 5, 1 6, 4 9, 4 6, 1 3, 4 2, 6 8, 9 5, 10 15, 12 17, 12 15, 13 18,
                        13 12, 18 15, 11 16, 14 19, 14 16, 11 13, 14 12, 16 18, 19 15, 20 0, 5 0, 22 2, 22 5, 2 0, 23 3,
                        8 3, 23 22, 8 5, 3 2, 21 1, 7 1, 6 7, 24 4, 9 4, 24 6, 9 7, 4 1, 21 23, 24 22, 6 8, 9 5, 7 3, 4 2,
                        1 0, 10 20, 15 5, 15 20, 12 22, 2 22, 2 20, 13 23, 3 23, 18 8, 18 3, 3 2, 11 21, 17 7, 17 21, 16 6,
                        1 6, 1 21, 14 24, 4 24, 19 9, 19 4, 4 1, 4 2);
                    $store(out, v[0][2]);
                }
            }
        }
    )+};
}

medians! {
    u8: u8, 32 lanes, median_3_u8, median_5_u8, load_u8, store_u8, load_u8, store_u8, _mm256_min_epu8, _mm256_max_epu8;
    i32: i32, 8 lanes, median_3_i32, median_5_i32, load_i32, store_i32, load_i32, store_i32, _mm256_min_epi32, _mm256_max_epi32;
    f32: i32, 8 lanes, median_3_f32, median_5_f32, load_f32, store_f32, load_i32, store_i32, _mm256_min_epi32, _mm256_max_epi32;
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
