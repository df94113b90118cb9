//! Images laid over one another, and bands put together, with x86-64's vectors.

#![allow(unsafe_code)] // instructions that not every processor has, used where it has them

mod avx2;
mod avx512;

use std::arch::x86_64::*;

use crate::exec::simd::{self, Level};

/// Sixteen pixels.
type Pixels = [[u8; 4]; 16];

/// Lays as many pixels over others as fill vectors, and says how many: with AVX2 and AVX-512, and none without.
pub fn composite_vectors(out: &mut [[u8; 4]], under: &[[u8; 4]], over: &[[u8; 4]]) -> usize {
    match simd::level() {
        Level::Avx512 => {
            let out = out.as_chunks_mut().0;
            // SAFETY: the level has the instructions.
            unsafe { avx512::composite(out, under.as_chunks().0, over.as_chunks().0) };
            out.len() * 16
        }
        Level::Avx2 => {
            let out = out.as_chunks_mut().0;
            // SAFETY: as above.
            unsafe { avx2::composite(out, under.as_chunks().0, over.as_chunks().0) };
            out.len() * 8
        }
        Level::Sse41 | Level::Generic => 0,
    }
}

/// Puts bands together: `bytes` are those of each pixel, and zeros where there are none. Does as many pixels as there are
/// sixteens, and says how many. The bands must have as many pixels as `out`.
pub fn merge_sse2(out: &mut [[u8; 4]], bytes: [Option<&[u8]>; 4]) -> usize {
    let out = out.as_chunks_mut().0;
    assert!(bytes.iter().flatten().all(|band| band.len() >= out.len() * 16));
    // SAFETY: every processor of this architecture has SSE2.
    unsafe { merge(out, bytes) };
    out.len() * 16
}

#[target_feature(enable = "sse2")]
fn merge(out: &mut [Pixels], bytes: [Option<&[u8]>; 4]) {
    for (n, out) in out.iter_mut().enumerate() {
        let mut planes = [_mm_setzero_si128(); 4];
        for (plane, bytes) in planes.iter_mut().zip(bytes) {
            if let Some(bytes) = bytes {
                // SAFETY: each band has 16 bytes there.
                *plane = unsafe { _mm_loadu_si128(bytes.as_ptr().add(16 * n).cast()) };
            }
        }
        let [a, b, c, d] = planes;
        let (low, high) = (_mm_unpacklo_epi8(a, b), _mm_unpackhi_epi8(a, b));
        let (low_rest, high_rest) = (_mm_unpacklo_epi8(c, d), _mm_unpackhi_epi8(c, d));
        let pixels = [
            _mm_unpacklo_epi16(low, low_rest),
            _mm_unpackhi_epi16(low, low_rest),
            _mm_unpacklo_epi16(high, high_rest),
            _mm_unpackhi_epi16(high, high_rest),
        ];
        for (out, pixels) in out.as_chunks_mut::<4>().0.iter_mut().zip(pixels) {
            // SAFETY: there are 16 bytes.
            unsafe { _mm_storeu_si128(out.as_mut_ptr().cast(), pixels) };
        }
    }
}
