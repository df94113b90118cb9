//! Stores pixels of four bytes.

use std::arch::x86_64::*;

use safe_unaligned_simd::x86_64::{_mm256_loadu_si256, _mm256_storeu_si256};

use crate::geometry::transform::interpolate::format::Layout;

/// Returns the mask of the bytes that are bands.
#[inline]
#[target_feature(enable = "avx2")]
pub fn used_bands(layout: Layout) -> __m256i {
    let bands = (0..4).filter(|band| layout.has_band(*band));
    _mm256_set1_epi32(bands.fold(0, |mask, band| mask | 255 << (8 * band)))
}

/// Stores eight pixels with the given bands. Bytes of a pixel without a band are not changed.
#[inline]
#[target_feature(enable = "avx2")]
pub fn store_bands(out: &mut [u8], bands: __m256i, layout: Layout) {
    let out: &mut [u8; 32] = out.first_chunk_mut().expect("a vector of eight pixels");
    let pixels = match layout {
        Layout::La => {
            let grey = _mm_setr_epi8(0, 0, 0, 3, 4, 4, 4, 7, 8, 8, 8, 11, 12, 12, 12, 15);
            _mm256_shuffle_epi8(bands, _mm256_broadcastsi128_si256(grey))
        }
        Layout::Rgb => _mm256_blendv_epi8(_mm256_loadu_si256(&*out), bands, used_bands(layout)),
        _ => bands,
    };
    _mm256_storeu_si256(out, pixels);
}
