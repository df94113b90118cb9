//! The mode filter for small windows with AVX2: each value of the windows of 32 pixels is compared with all others
//! (`vpcmpeqb`), and the results, 0 or -1, are subtracted from a vector of counts.

use std::arch::x86_64::*;

use safe_unaligned_simd::x86_64::{_mm256_loadu_si256, _mm256_storeu_si256};

use super::constants::{MAX_COMPARED, MIN_COUNT};
use crate::simd::isa::entry;

/// The pixels of a vector.
const LANES: usize = 32;

/// The most values of a window.
const MAX_VALUES: usize = (2 * MAX_COMPARED + 1) * (2 * MAX_COMPARED + 1);

entry! {
    /// Filters pixels whose windows are inside the rows. `center` has the pixels themselves, `lines` the rows of the windows,
    /// `size - 1` pixels more than there are to filter. Returns the number of pixels that it has filtered: all, or none of less
    /// than a vector.
    pub fn compare(Avx2, out: &mut [u8], lines: &[&[u8]], center: &[u8], size: usize) -> usize = compare_avx2;
}

#[target_feature(enable = "avx2")]
fn compare_avx2(out: &mut [u8], lines: &[&[u8]], center: &[u8], size: usize) -> usize {
    if out.len() < LANES {
        return 0;
    }
    let mut values = [_mm256_setzero_si256(); MAX_VALUES];
    let values = &mut values[..lines.len() * size];
    for n in 0..out.len().div_ceil(LANES) {
        // The last vector overlaps the one before it.
        let start = (n * LANES).min(out.len() - LANES);
        for (line, values) in lines.iter().zip(values.chunks_mut(size)) {
            for (x, value) in values.iter_mut().enumerate() {
                *value = load(&line[start + x..]);
            }
        }
        let (mut best, mut best_count) = (_mm256_setzero_si256(), _mm256_setzero_si256());
        for value in values.iter() {
            let mut count = _mm256_setzero_si256();
            for other in values.iter() {
                count = _mm256_sub_epi8(count, _mm256_cmpeq_epi8(*value, *other));
            }
            let is_more = _mm256_cmpgt_epi8(count, best_count);
            let is_as_often = _mm256_cmpeq_epi8(count, best_count);
            let is_not_greater = _mm256_cmpeq_epi8(_mm256_min_epu8(*value, best), *value);
            let is_better = _mm256_or_si256(is_more, _mm256_and_si256(is_as_often, is_not_greater));
            best = _mm256_blendv_epi8(best, *value, is_better);
            best_count = _mm256_max_epu8(best_count, count);
        }
        let is_mode = _mm256_cmpgt_epi8(best_count, _mm256_set1_epi8(MIN_COUNT as i8));
        let filtered = _mm256_blendv_epi8(load(&center[start..]), best, is_mode);
        _mm256_storeu_si256(out[start..].first_chunk_mut::<LANES>().expect("a whole vector"), filtered);
    }
    out.len()
}

/// Loads the first pixels of a row.
#[target_feature(enable = "avx2")]
#[inline]
fn load(row: &[u8]) -> __m256i {
    _mm256_loadu_si256(row.first_chunk::<LANES>().expect("a window more than pixels"))
}
