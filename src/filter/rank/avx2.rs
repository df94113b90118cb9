//! Minima, maxima and medians of 3 by 3 and of 5 by 5 pixels with AVX2, in registers.
//!
//! All windows of a row of the output share their columns, so each column is reduced first, once for all windows that it
//! belongs to: to its extreme, or to its sorted values. The columns of a vector of windows are those of two neighbouring
//! vectors, which `vperm2i128` and `vpalignr` shift together:
//!
//! ```text
//! reduced columns    c0 c1 c2 … c31 | c32 c33 …
//! windows' columns   c0 c1 c2 … c31,  c1 c2 c3 … c32,  c2 c3 c4 … c33
//! ```
//!
//! The medians are selected by the steps of the general [network](super::network): the sorted columns of a window are merged
//! two by two (Batcher). Here they are straight code, an exchange (`vpminub`, `vpmaxub`) for each pair of values, and the
//! compiler leaves out the half of an exchange that the median does not depend on.
//!
//! Vectors of 64 bytes are not faster: Intel's processors compute two minima of 32 bytes in a cycle, and one of 64.

use std::arch::x86_64::*;

use super::network::Pixel;
use crate::exec::parallel;
use crate::image::{ImageMut, ImageRef};
use crate::simd::isa::{Avx2, entry};

/// The bytes of a vector.
type Vector = [u8; 32];

/// A pixel type that vectors have minima and maxima of.
pub trait Lanes: Pixel {
    /// Returns integers that sort like the pixels.
    fn to_keys(isa: Avx2, pixels: __m256i) -> __m256i;

    /// Returns the pixels with these keys.
    fn from_keys(isa: Avx2, keys: __m256i) -> __m256i;

    fn min(isa: Avx2, a: __m256i, b: __m256i) -> __m256i;

    fn max(isa: Avx2, a: __m256i, b: __m256i) -> __m256i;
}

macro_rules! lanes {
    ($($pixel:ty: $keys:ident, $min:ident, $max:ident;)+) => {$(
        impl Lanes for $pixel {
            #[inline(always)]
            fn to_keys(isa: Avx2, pixels: __m256i) -> __m256i {
                entry! {
                    fn keys(Avx2, pixels: __m256i) -> __m256i = $keys;
                }
                keys(isa, pixels)
            }

            #[inline(always)]
            fn from_keys(isa: Avx2, keys: __m256i) -> __m256i {
                Self::to_keys(isa, keys)
            }

            #[inline(always)]
            fn min(isa: Avx2, a: __m256i, b: __m256i) -> __m256i {
                entry! {
                    fn min(Avx2, a: __m256i, b: __m256i) -> __m256i = $min;
                }
                min(isa, a, b)
            }

            #[inline(always)]
            fn max(isa: Avx2, a: __m256i, b: __m256i) -> __m256i {
                entry! {
                    fn max(Avx2, a: __m256i, b: __m256i) -> __m256i = $max;
                }
                max(isa, a, b)
            }
        }
    )+};
}

lanes! {
    u8: identity, _mm256_min_epu8, _mm256_max_epu8;
    i32: identity, _mm256_min_epi32, _mm256_max_epi32;
    f32: invert_negative, _mm256_min_epi32, _mm256_max_epi32;
}

#[inline]
#[target_feature(enable = "avx2,bmi2")]
fn identity(pixels: __m256i) -> __m256i {
    pixels
}

/// Inverts the bits of negative floats, but the sign: they sort as integers then. And back.
#[inline]
#[target_feature(enable = "avx2,bmi2")]
fn invert_negative(bits: __m256i) -> __m256i {
    let negative = _mm256_srai_epi32::<31>(bits);
    _mm256_xor_si256(bits, _mm256_and_si256(negative, _mm256_set1_epi32(i32::MAX)))
}

/// Filters an image by the value at `rank` of `size` by `size` pixels. Returns it unchanged if there is no kernel for that, or
/// its rows are shorter than a vector.
pub fn filter<'a, P: Lanes>(
    isa: Avx2,
    out: ImageMut<'a>,
    image: &ImageRef<'_>,
    size: usize,
    rank: usize,
) -> Option<ImageMut<'a>> {
    if out.xsize() * size_of::<P>() < 32 {
        return Some(out);
    }
    match (size, rank) {
        (3, 0) => filter_rows(out, image, 3, |out, rows| extreme::<P, 3, false>(isa, out, rows)),
        (3, 8) => filter_rows(out, image, 3, |out, rows| extreme::<P, 3, true>(isa, out, rows)),
        (5, 0) => filter_rows(out, image, 5, |out, rows| extreme::<P, 5, false>(isa, out, rows)),
        (5, 24) => filter_rows(out, image, 5, |out, rows| extreme::<P, 5, true>(isa, out, rows)),
        (3, 4) => filter_rows(out, image, 18, |out, rows| median_3::<P>(isa, out, rows)),
        (5, 12) => filter_rows(out, image, 50, |out, rows| median_5::<P>(isa, out, rows)),
        _ => return Some(out),
    }
    None
}

/// Filters the rows of an image. `cost` is the estimated cost of four output bytes. `kernel` writes vectors of the output from
/// those of `SIZE` rows, which are one more.
fn filter_rows<const SIZE: usize>(
    out: ImageMut<'_>,
    image: &ImageRef<'_>,
    cost: usize,
    kernel: impl Fn(&mut [Vector], [&[Vector]; SIZE]) + Sync,
) {
    let cost = cost * out.xsize() * out.mode().pixel_size() / 4;
    parallel::for_rows(out, cost, |first, mut chunk| {
        let mut ends = [[[0; 32]; 3]; SIZE];
        let mut last = [[0; 32]; 2];
        for (y, out) in chunk.rows_mut().enumerate() {
            let rows: [&[u8]; SIZE] = std::array::from_fn(|n| image.row(first + y + n));
            let (bytes, end) = (out.len(), rows[0].len());
            let whole = end / 32 - 1;
            kernel(&mut out.as_chunks_mut().0[..whole], rows.map(|row| row.as_chunks().0));
            // The last 32 to 63 bytes are made of copies of the rows' ends. Two overlapping copies of 32 bytes are faster
            // than one of a variable length.
            let start = (32 * whole).min(bytes - 32);
            for (copy, row) in ends.iter_mut().zip(rows) {
                for at in [start, end - 32] {
                    copy.as_flattened_mut()[at - start..][..32].copy_from_slice(&row[at..][..32]);
                }
            }
            kernel(&mut last[..(bytes - start).div_ceil(32)], ends.each_ref().map(|end| &end[..]));
            for at in [start, bytes - 32] {
                out[at..][..32].copy_from_slice(&last.as_flattened()[at - start..][..32]);
            }
        }
    });
}

entry! {
    /// Filters by the minimum or the maximum of `SIZE` by `SIZE` pixels.
    fn extreme[P: Lanes, const SIZE: usize, const IS_MAX: bool][P, SIZE, IS_MAX](
        Avx2 as isa, out: &mut [Vector], rows: [&[Vector]; SIZE]
    ) = extreme_avx2::<P, SIZE, IS_MAX>;

    /// Filters by the median of 3 by 3 pixels.
    fn median_3[P: Lanes][P](Avx2 as isa, out: &mut [Vector], rows: [&[Vector]; 3]) = median_3_avx2::<P>;

    /// Filters by the median of 5 by 5 pixels.
    fn median_5[P: Lanes][P](Avx2 as isa, out: &mut [Vector], rows: [&[Vector]; 5]) = median_5_avx2::<P>;
}

#[target_feature(enable = "avx2,bmi2")]
fn extreme_avx2<P: Lanes, const SIZE: usize, const IS_MAX: bool>(
    isa: Avx2,
    out: &mut [Vector],
    rows: [&[Vector]; SIZE],
) {
    let extreme = |a, b| if IS_MAX { P::max(isa, a, b) } else { P::min(isa, a, b) };
    let of_all = |values: [__m256i; SIZE]| values[1..].iter().fold(values[0], |a, b| extreme(a, *b));
    filter_vectors::<P, SIZE, 1>(isa, out, rows, |column| [of_all(column)], |[values]| of_all(values));
}

/// Brings pairs of values in order.
macro_rules! exchange {
    ($pixel:ident, $isa:ident, $v:ident: $($i:literal $j:literal),+) => {$(
        let (a, b) = ($v[$i / 5][$i % 5], $v[$j / 5][$j % 5]);
        $v[$i / 5][$i % 5] = $pixel::min($isa, a, b);
        $v[$j / 5][$j % 5] = $pixel::max($isa, a, b);
    )+};
}

#[target_feature(enable = "avx2,bmi2")]
fn median_3_avx2<P: Lanes>(isa: Avx2, out: &mut [Vector], rows: [&[Vector]; 3]) {
    let (min, max) = (|a, b| P::min(isa, a, b), |a, b| P::max(isa, a, b));
    let median = |a, b, c| max(min(a, b), min(max(a, b), c));
    let sort = |[a, b, c]: [__m256i; 3]| {
        let (low, high) = (min(a, b), max(a, b));
        let rest = min(high, c);
        [min(low, rest), max(low, rest), max(high, c)]
    };
    filter_vectors::<P, 3, 3>(isa, out, rows, sort, |[low, middle, high]| {
        let [low, high] = [max(max(low[0], low[1]), low[2]), min(min(high[0], high[1]), high[2])];
        median(low, median(middle[0], middle[1], middle[2]), high)
    });
}

#[target_feature(enable = "avx2,bmi2")]
fn median_5_avx2<P: Lanes>(isa: Avx2, out: &mut [Vector], rows: [&[Vector]; 5]) {
    let sort = |column: [__m256i; 5]| {
        let mut v = [column];
        exchange!(P, isa, v: 0 1, 3 4, 2 3, 4 3, 0 2, 3 2, 1 4, 1 3, 4 2);
        v[0]
    };
    filter_vectors::<P, 5, 5>(isa, out, rows, sort, |ranks| {
        let [a, b, c, d, e] = ranks;
        let column = |n: usize| [a[n], b[n], c[n], d[n], e[n]];
        let mut v = [column(0), column(1), column(2), column(3), column(4)];
        exchange!(P, isa, v:
            0 5, 2 7, 2 5, 3 8, 3 2, 8 5, 1 6, 4 9, 4 6, 1 3, 4 2, 6 8, 9 5, 10 15, 12 17, 12 15, 13 18, 13 12, 18 15, 11 16,
            14 19, 14 16, 11 13, 14 12, 16 18, 19 15, 20 0, 5 0, 22 2, 22 5, 2 0, 23 3, 8 3, 23 22, 8 5, 3 2, 21 1, 7 1, 6 7,
            24 4, 9 4, 24 6, 9 7, 4 1, 21 23, 24 22, 6 8, 9 5, 7 3, 4 2, 1 0, 10 20, 15 5, 15 20, 12 22, 2 22, 2 20, 13 23,
            3 23, 18 8, 18 3, 3 2, 11 21, 17 7, 17 21, 16 6, 1 6, 1 21, 14 24, 4 24, 19 9, 19 4, 4 1, 4 2);
        v[0][2]
    });
}

/// Filters vectors of windows: `reduce` reduces each of their columns to `RANKS` values, and `select` selects the result of each
/// window from the values of its columns, by rank and column. The rows have a vector more than the output.
#[inline]
#[target_feature(enable = "avx2,bmi2")]
fn filter_vectors<P: Lanes, const SIZE: usize, const RANKS: usize>(
    isa: Avx2,
    out: &mut [Vector],
    rows: [&[Vector]; SIZE],
    reduce: impl Fn([__m256i; SIZE]) -> [__m256i; RANKS],
    select: impl Fn([[__m256i; SIZE]; RANKS]) -> __m256i,
) {
    // Loops and not `map`: that is compiled without AVX2, and LLVM does not inline closures with AVX2 into it.
    let mut rows = rows;
    for row in &mut rows {
        *row = &row[..=out.len()];
    }
    let column = |n: usize| {
        let mut column = [_mm256_setzero_si256(); SIZE];
        for (keys, row) in column.iter_mut().zip(rows) {
            *keys = P::to_keys(isa, bytemuck::cast(row[n]));
        }
        reduce(column)
    };
    let mut columns = column(0);
    for (n, out) in out.iter_mut().enumerate() {
        let next = column(n + 1);
        let mut values = [[_mm256_setzero_si256(); SIZE]; RANKS];
        for (values, (columns, next)) in values.iter_mut().zip(columns.into_iter().zip(next)) {
            *values = neighbours::<P, SIZE>(columns, next);
        }
        *out = bytemuck::cast(P::from_keys(isa, select(values)));
        columns = next;
    }
}

/// Returns a vector and those that start at the next `SIZE - 1` pixels.
#[inline]
#[target_feature(enable = "avx2,bmi2")]
fn neighbours<P, const SIZE: usize>(vector: __m256i, next: __m256i) -> [__m256i; SIZE] {
    // `vpalignr` shifts within halves: this has the half to the right of each.
    let right = _mm256_permute2x128_si256::<0x21>(vector, next);
    let mut neighbours = [vector; SIZE];
    for (n, neighbour) in neighbours.iter_mut().enumerate() {
        *neighbour = match n * size_of::<P>() {
            0 => vector,
            1 => _mm256_alignr_epi8::<1>(right, vector),
            2 => _mm256_alignr_epi8::<2>(right, vector),
            3 => _mm256_alignr_epi8::<3>(right, vector),
            4 => _mm256_alignr_epi8::<4>(right, vector),
            8 => _mm256_alignr_epi8::<8>(right, vector),
            12 => _mm256_alignr_epi8::<12>(right, vector),
            16 => right,
            _ => unreachable!("at most four pixels of four bytes"),
        };
    }
    neighbours
}
