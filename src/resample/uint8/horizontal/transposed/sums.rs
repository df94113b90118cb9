//! Sums of products with turned pixels, by weights in words or in digits.

#![allow(unsafe_code)] // intrinsics

use std::arch::x86_64::*;

use super::tile::{ONE, THREE, four_by_four};
use crate::resample::coefficients::{HALF, PRECISION};
use crate::resample::uint8::horizontal::transposed::table::Column;

/// Where the groups of a column's output pixels are.
#[inline(always)]
pub fn places<const VECTORS: usize, const OUTPUTS: usize>(
    base: *const [__m256i; VECTORS],
    column: &Column<OUTPUTS>,
) -> [*const [__m256i; VECTORS]; OUTPUTS] {
    let mut places = [base; OUTPUTS];
    for (place, start) in places.iter_mut().zip(column.starts) {
        *place = base.wrapping_add(start);
    }
    places
}

/// Sums times a factor, and half of the last place.
#[inline]
#[target_feature(enable = "avx2")]
fn multiplied<const VECTORS: usize>(sums: &mut [__m256i; VECTORS], factor: i32) {
    let factor = _mm256_set1_epi32(factor);
    for sum in sums {
        *sum = _mm256_add_epi32(_mm256_mullo_epi32(*sum, factor), _mm256_set1_epi32(HALF));
    }
}

/// Sums of products with bytes.
///
/// # Safety
///
/// There are vectors for each weight.
#[inline]
#[target_feature(enable = "avx2")]
unsafe fn by_bytes<const VECTORS: usize, const OUTPUTS: usize>(
    vectors: [*const [__m256i; VECTORS]; OUTPUTS],
    weights: &[i32],
    column: &Column<OUTPUTS>,
) -> [[__m256i; VECTORS]; OUTPUTS] {
    let mut all = [[_mm256_setzero_si256(); VECTORS]; OUTPUTS];
    for group in 0..column.groups {
        for (output, sums) in all.iter_mut().enumerate() {
            // SAFETY: as the caller promises.
            let (pixels, bytes) =
                unsafe { (*vectors[output].add(group), *weights.get_unchecked(OUTPUTS * group + output)) };
            let weights = _mm256_set1_epi32(bytes);
            for (sum, pixels) in sums.iter_mut().zip(pixels) {
                *sum = _mm256_add_epi16(*sum, _mm256_maddubs_epi16(pixels, weights));
            }
        }
    }
    for (sums, factor) in all.iter_mut().zip(column.factors) {
        for sum in &mut *sums {
            *sum = _mm256_madd_epi16(*sum, _mm256_set1_epi16(1));
        }
        multiplied(sums, factor);
    }
    all
}

/// Pixels in words: the even ones, and the odd ones.
#[inline]
#[target_feature(enable = "avx2")]
pub fn words(pixels: __m256i) -> [__m256i; 2] {
    [_mm256_and_si256(pixels, _mm256_set1_epi16(255)), _mm256_srli_epi16::<8>(pixels)]
}

/// Sums of products with words.
///
/// # Safety
///
/// There are vectors for each group of weights.
#[inline]
#[target_feature(enable = "avx2")]
unsafe fn by_words<const VECTORS: usize, const OUTPUTS: usize>(
    vectors: [*const [__m256i; VECTORS]; OUTPUTS],
    weights: &[i32],
    column: &Column<OUTPUTS>,
) -> [[__m256i; VECTORS]; OUTPUTS] {
    let mut all = [[_mm256_setzero_si256(); VECTORS]; OUTPUTS];
    let weights = weights.as_ptr().cast::<[i32; 2]>();
    for group in 0..column.groups {
        for (output, sums) in all.iter_mut().enumerate() {
            // SAFETY: as the caller promises.
            let (pixels, pieces) = unsafe { (*vectors[output].add(group), *weights.add(OUTPUTS * group + output)) };
            let weights = [_mm256_set1_epi32(pieces[0]), _mm256_set1_epi32(pieces[1])];
            for (sum, pixels) in sums.iter_mut().zip(pixels) {
                let [even, odd] = words(pixels);
                *sum = _mm256_add_epi32(*sum, _mm256_madd_epi16(even, weights[0]));
                *sum = _mm256_add_epi32(*sum, _mm256_madd_epi16(odd, weights[1]));
            }
        }
    }
    for (sums, factor) in all.iter_mut().zip(column.factors) {
        multiplied(sums, factor);
    }
    all
}

/// Sums with those of what is above the words, two of 16 bits for each.
#[inline]
#[target_feature(enable = "avx2")]
pub fn with_above(low: __m256i, high: __m256i) -> __m256i {
    _mm256_add_epi32(low, _mm256_slli_epi32::<16>(_mm256_madd_epi16(high, _mm256_set1_epi16(1))))
}

/// Sums of products with whole weights.
///
/// # Safety
///
/// There are vectors for each group of weights.
#[inline]
#[target_feature(enable = "avx2")]
unsafe fn whole<const VECTORS: usize, const OUTPUTS: usize>(
    vectors: [*const [__m256i; VECTORS]; OUTPUTS],
    weights: &[i32],
    column: &Column<OUTPUTS>,
) -> [[__m256i; VECTORS]; OUTPUTS] {
    let mut low = [[_mm256_set1_epi32(HALF); VECTORS]; OUTPUTS];
    let mut high = [[_mm256_setzero_si256(); VECTORS]; OUTPUTS];
    let weights = weights.as_ptr().cast::<[i32; 3]>();
    for group in 0..column.groups {
        for (output, (low, high)) in low.iter_mut().zip(&mut high).enumerate() {
            // SAFETY: as the caller promises.
            let (pixels, pieces) = unsafe { (*vectors[output].add(group), *weights.add(OUTPUTS * group + output)) };
            let [a, b, c] = pieces;
            let weights = [_mm256_set1_epi32(a), _mm256_set1_epi32(b), _mm256_set1_epi32(c)];
            for ((low, high), pixels) in low.iter_mut().zip(high).zip(pixels) {
                let [even, odd] = words(pixels);
                *low = _mm256_add_epi32(*low, _mm256_madd_epi16(even, weights[0]));
                *low = _mm256_add_epi32(*low, _mm256_madd_epi16(odd, weights[1]));
                *high = _mm256_add_epi16(*high, _mm256_maddubs_epi16(pixels, weights[2]));
            }
        }
    }
    for (low, high) in low.iter_mut().zip(high) {
        for (low, high) in low.iter_mut().zip(high) {
            *low = with_above(*low, high);
        }
    }
    low
}

/// Sums as bytes, four of each row: one output pixel, or four of one byte.
#[inline]
#[target_feature(enable = "avx2")]
pub fn narrowed<const VECTORS: usize, const OUTPUTS: usize>(sums: [[__m256i; VECTORS]; OUTPUTS]) -> __m256i {
    let mut values = [_mm256_setzero_si256(); 4];
    for (value, sum) in values.iter_mut().zip(sums.as_flattened()) {
        *value = _mm256_srai_epi32::<{ PRECISION as i32 }>(*sum);
    }
    let [a, b, c, d] = values;
    let bytes = _mm256_packus_epi16(_mm256_packs_epi32(a, b), _mm256_packs_epi32(c, d));
    match VECTORS {
        ONE => _mm256_shuffle_epi8(bytes, four_by_four()),
        THREE => {
            let order = _mm_setr_epi8(0, 1, 2, -1, 4, 5, 6, -1, 8, 9, 10, -1, 3, 7, 11, -1);
            _mm256_shuffle_epi8(bytes, _mm256_broadcastsi128_si256(order))
        }
        _ => bytes,
    }
}

/// The sums of a column's output pixels, by weights in words.
///
/// # Safety
///
/// There are vectors for each group of weights.
#[inline]
#[target_feature(enable = "avx2")]
pub unsafe fn sums_of_words<const VECTORS: usize, const OUTPUTS: usize>(
    vectors: [*const [__m256i; VECTORS]; OUTPUTS],
    weights: &[i32],
    column: &Column<OUTPUTS>,
) -> [[__m256i; VECTORS]; OUTPUTS] {
    // SAFETY: as the caller promises.
    unsafe {
        match column.pieces {
            1 => by_bytes(vectors, weights, column),
            2 => by_words(vectors, weights, column),
            _ => whole(vectors, weights, column),
        }
    }
}

/// The sums of a column's output pixels, by weights in digits.
///
/// # Safety
///
/// There are vectors for each group of weights.
#[inline]
#[target_feature(enable = "avx2,avx512f,avx512vl,avx512vnni")]
pub unsafe fn sums_of_digits<const VECTORS: usize, const OUTPUTS: usize>(
    vectors: [*const [__m256i; VECTORS]; OUTPUTS],
    weights: &[i32],
    column: &Column<OUTPUTS>,
) -> [[__m256i; VECTORS]; OUTPUTS] {
    // SAFETY: as the caller promises.
    unsafe {
        match column.pieces {
            1 => by_digits::<1, VECTORS, OUTPUTS>(vectors, weights, column),
            2 => by_digits::<2, VECTORS, OUTPUTS>(vectors, weights, column),
            _ => by_digits::<3, VECTORS, OUTPUTS>(vectors, weights, column),
        }
    }
}

/// Sums of products with so many digits.
///
/// # Safety
///
/// There are vectors for each group of weights.
#[inline]
#[target_feature(enable = "avx2,avx512f,avx512vl,avx512vnni")]
unsafe fn by_digits<const COUNT: usize, const VECTORS: usize, const OUTPUTS: usize>(
    vectors: [*const [__m256i; VECTORS]; OUTPUTS],
    weights: &[i32],
    column: &Column<OUTPUTS>,
) -> [[__m256i; VECTORS]; OUTPUTS] {
    let mut all = [[[_mm256_setzero_si256(); COUNT]; VECTORS]; OUTPUTS];
    let weights = weights.as_ptr().cast::<[i32; COUNT]>();
    for group in 0..column.groups {
        for (output, sums) in all.iter_mut().enumerate() {
            // SAFETY: as the caller promises.
            let (pixels, digits) = unsafe { (*vectors[output].add(group), *weights.add(OUTPUTS * group + output)) };
            for (sums, pixels) in sums.iter_mut().zip(pixels) {
                for (sum, digits) in sums.iter_mut().zip(digits) {
                    *sum = _mm256_dpbusd_epi32(*sum, pixels, _mm256_set1_epi32(digits));
                }
            }
        }
    }
    let mut made = [[_mm256_setzero_si256(); VECTORS]; OUTPUTS];
    for ((made, all), factor) in made.iter_mut().zip(all).zip(column.factors) {
        for (sum, digits) in made.iter_mut().zip(all) {
            for digit in (0..COUNT).rev() {
                *sum = _mm256_add_epi32(_mm256_slli_epi32::<8>(*sum), digits[digit]);
            }
        }
        multiplied(made, factor);
    }
    made
}
