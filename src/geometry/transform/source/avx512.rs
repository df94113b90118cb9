//! AVX-512: gathers sixteen pixels from anywhere in the source.

#![allow(unsafe_code)] // gathers and masked stores

use std::arch::x86_64::*;

use bytemuck::Pod;

use super::gather::Gather;
use super::prefetch_distance::PrefetchDistance;
use crate::simd::isa::Avx512;

/// The pixels that are gathered at once.
pub const LANES: usize = 16;

impl<P: Pod> Gather<'_, P, Avx512> {
    /// Gathers the pixels of `lanes` that lie in the source, and prefetches those that are used later. Returns the
    /// pixels, or zero for the other lanes, and the mask of the lanes that lie in the source.
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,avx512vl")]
    pub fn pixels(
        &self,
        columns: __m512i,
        rows: __m512i,
        lanes: __mmask16,
        distance: PrefetchDistance,
    ) -> (__m512i, __mmask16) {
        let inside = _mm512_mask_cmplt_epu32_mask(lanes, columns, _mm512_set1_epi32(self.width()));
        let inside = _mm512_mask_cmplt_epu32_mask(inside, rows, _mm512_set1_epi32(self.height()));
        let size = size_of::<P>() as i32;
        // A gather reads four bytes a lane. At the end of a row it starts earlier, and the pixel is shifted down.
        let start = if size == 4 { columns } else { _mm512_min_epi32(columns, _mm512_set1_epi32(self.last_column())) };
        let right = _mm512_mullo_epi32(start, _mm512_set1_epi32(size));
        let offsets = _mm512_add_epi32(_mm512_mullo_epi32(rows, _mm512_set1_epi32(self.stride())), right);
        for half in [_mm512_castsi512_si256(offsets), _mm512_extracti64x4_epi64::<1>(offsets)] {
            let offset = _mm_cvtsi128_si32(_mm256_castsi256_si128(half));
            distance.prefetch_from(self.first().wrapping_offset(offset as isize));
        }
        // SAFETY: a lane of `inside` has a row below `height` and a column below `width`, and starts at or before
        // `last_column`: by the fields' invariant its four bytes belong to that row. Other lanes are not read.
        let gathered =
            unsafe { _mm512_mask_i32gather_epi32::<1>(_mm512_setzero_si512(), inside, offsets, self.first().cast()) };
        if size == 4 {
            return (gathered, inside);
        }
        let bits = _mm512_mullo_epi32(_mm512_sub_epi32(columns, start), _mm512_set1_epi32(8 * size));
        (_mm512_srlv_epi32(gathered, bits), inside)
    }
}

/// Returns the mask of the first `pixels` lanes.
pub fn first_lanes(pixels: usize) -> __mmask16 {
    ((1u32 << pixels.min(LANES)) - 1) as u16
}

/// Stores the lanes of `mask` for which `out` has a pixel.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl")]
pub fn store<P: Pod>(out: &mut [P], pixels: __m512i, mask: __mmask16) {
    const { assert!(matches!(size_of::<P>(), 1 | 2 | 4)) };
    let mask = mask & first_lanes(out.len());
    let out = out.as_mut_ptr();
    // SAFETY: each lane of `mask` is below `out.len()`, and stores as many bytes as `P` has, all of which may hold any
    // bits.
    unsafe {
        match size_of::<P>() {
            1 => _mm_mask_storeu_epi8(out.cast(), mask, _mm512_cvtepi32_epi8(pixels)),
            2 => _mm256_mask_storeu_epi16(out.cast(), mask, _mm512_cvtepi32_epi16(pixels)),
            _ => _mm512_mask_storeu_epi32(out.cast(), mask, pixels),
        }
    }
}
