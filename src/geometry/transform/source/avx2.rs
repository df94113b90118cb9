//! AVX2: gathers eight pixels from anywhere in the source.

#![allow(unsafe_code)] // gathers

use std::arch::x86_64::*;

use bytemuck::Pod;
use safe_unaligned_simd::x86_64::{
    _mm_loadu_si64, _mm_loadu_si128, _mm_storeu_si64, _mm_storeu_si128, _mm256_loadu_si256, _mm256_storeu_si256,
};

use super::gather::Gather;
use super::prefetch_distance::PrefetchDistance;
use crate::simd::isa::Avx2;

/// The pixels that are gathered at once.
pub const LANES: usize = 8;

impl<P: Pod> Gather<'_, P, Avx2> {
    /// Gathers the pixels that lie in the source, and prefetches those that are used later. Returns the pixels, or zero
    /// for lanes outside of the source, and the mask of the lanes inside.
    #[inline]
    #[target_feature(enable = "avx2")]
    pub fn pixels(&self, columns: __m256i, rows: __m256i, distance: PrefetchDistance) -> (__m256i, __m256i) {
        let inside = _mm256_and_si256(is_below(columns, self.width()), is_below(rows, self.height()));
        let size = size_of::<P>() as i32;
        // A gather reads four bytes a lane. At the end of a row it starts earlier, and the pixel is shifted down.
        let start = if size == 4 { columns } else { _mm256_min_epi32(columns, _mm256_set1_epi32(self.last_column())) };
        let offsets = self.offsets(start, rows);
        self.prefetch(offsets, distance);
        // SAFETY: a lane of `inside` has a row below `height` and a column below `width`, and starts at or before
        // `last_column`: by the fields' invariant its four bytes belong to that row. Other lanes are not read.
        let gathered =
            unsafe { _mm256_mask_i32gather_epi32::<1>(_mm256_setzero_si256(), self.first().cast(), offsets, inside) };
        if size == 4 {
            return (gathered, inside);
        }
        let bits = _mm256_mullo_epi32(_mm256_sub_epi32(columns, start), _mm256_set1_epi32(8 * size));
        (_mm256_srlv_epi32(gathered, bits), inside)
    }

    /// Returns the offsets of pixels from the first row.
    #[inline]
    #[target_feature(enable = "avx2")]
    pub fn offsets(&self, columns: __m256i, rows: __m256i) -> __m256i {
        let right = match size_of::<P>() {
            1 => columns,
            2 => _mm256_slli_epi32::<1>(columns),
            _ => _mm256_slli_epi32::<2>(columns),
        };
        _mm256_add_epi32(_mm256_mullo_epi32(rows, _mm256_set1_epi32(self.stride())), right)
    }

    /// Prefetches pixels that are used later than those of a vector.
    #[inline]
    #[target_feature(enable = "avx2")]
    pub fn prefetch(&self, offsets: __m256i, distance: PrefetchDistance) {
        let offset = _mm_cvtsi128_si32(_mm256_castsi256_si128(offsets));
        distance.prefetch_from(self.first().wrapping_offset(offset as isize));
    }
}

/// Returns the lanes with `0 <= value < end`, for an `end` above 0.
#[inline]
#[target_feature(enable = "avx2")]
pub fn is_below(values: __m256i, end: i32) -> __m256i {
    _mm256_cmpeq_epi32(_mm256_min_epu32(values, _mm256_set1_epi32(end - 1)), values)
}

/// Stores the pixels of the mask, or all. Pixels are the lowest bytes of each lane.
#[inline]
#[target_feature(enable = "avx2")]
pub fn store<P: Pod>(out: &mut [P; LANES], pixels: __m256i, mask: Option<__m256i>) {
    let out: &mut [u8] = bytemuck::cast_slice_mut(out);
    match size_of::<P>() {
        1 => {
            let out: &mut [u8; 8] = out.first_chunk_mut().expect("eight pixels");
            let kept = mask.map(|mask| (low_bytes(mask), _mm_loadu_si64(&*out)));
            let pixels = low_bytes(pixels);
            _mm_storeu_si64(out, kept.map_or(pixels, |(mask, kept)| _mm_blendv_epi8(kept, pixels, mask)));
        }
        2 => {
            let out: &mut [u8; 16] = out.first_chunk_mut().expect("eight pixels");
            let kept = mask.map(|mask| (low_words(mask), _mm_loadu_si128(&*out)));
            let pixels = low_words(pixels);
            _mm_storeu_si128(out, kept.map_or(pixels, |(mask, kept)| _mm_blendv_epi8(kept, pixels, mask)));
        }
        _ => {
            let out: &mut [u8; 32] = out.first_chunk_mut().expect("eight pixels");
            let kept = mask.map(|mask| (mask, _mm256_loadu_si256(&*out)));
            _mm256_storeu_si256(out, kept.map_or(pixels, |(mask, kept)| _mm256_blendv_epi8(kept, pixels, mask)));
        }
    }
}

/// Returns the lowest byte of each lane, in the lower half of a vector.
#[inline]
#[target_feature(enable = "avx2")]
fn low_bytes(lanes: __m256i) -> __m128i {
    let low = _mm256_shuffle_epi8(lanes, _mm256_set1_epi64x(0x8080_8080_0c08_0400_u64 as i64));
    _mm_unpacklo_epi32(_mm256_castsi256_si128(low), _mm256_extracti128_si256::<1>(low))
}

/// Returns the lower half of each lane.
#[inline]
#[target_feature(enable = "avx2")]
fn low_words(lanes: __m256i) -> __m128i {
    let low = _mm256_shuffle_epi8(lanes, _mm256_set1_epi64x(0x0d0c_0908_0504_0100));
    _mm_unpacklo_epi64(_mm256_castsi256_si128(low), _mm256_extracti128_si256::<1>(low))
}
