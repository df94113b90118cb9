//! SSE2, which is part of x86-64: merges the bands of 16 pixels at a time by two levels of interleaving.
//!
//! ```text
//! a0 a1 …    unpack bytes     a0 b0 a1 b1 …    unpack words
//! b0 b1 …  ───────────────►                  ───────────────►  a0 b0 c0 d0 a1 b1 c1 d1 …
//! c0 c1 …                     c0 d0 c1 d1 …
//! d0 d1 …
//! ```

use std::arch::x86_64::*;

use crate::simd::isa::entry;

/// The bands of 16 pixels.
type Plane = [u8; 16];

entry! {
    /// Merges bands into pixels. `planes` are the bytes of a pixel, each with 16 values for each 16 pixels; a missing band is
    /// zero.
    pub fn merge(Sse2, out: &mut [[[u8; 4]; 16]], planes: [Option<&[Plane]>; 4]) = merge_sse2;
}

#[target_feature(enable = "sse2")]
fn merge_sse2(out: &mut [[[u8; 4]; 16]], planes: [Option<&[Plane]>; 4]) {
    for (n, out) in out.iter_mut().enumerate() {
        let [a, b, c, d] = planes.map(|plane| bytemuck::cast(plane.map_or([0; 16], |plane| plane[n])));
        *out = bytemuck::cast(interleave(a, b, c, d));
    }
}

#[inline]
#[target_feature(enable = "sse2")]
fn interleave(a: __m128i, b: __m128i, c: __m128i, d: __m128i) -> [__m128i; 4] {
    let (ab_low, ab_high) = (_mm_unpacklo_epi8(a, b), _mm_unpackhi_epi8(a, b));
    let (cd_low, cd_high) = (_mm_unpacklo_epi8(c, d), _mm_unpackhi_epi8(c, d));
    [
        _mm_unpacklo_epi16(ab_low, cd_low),
        _mm_unpackhi_epi16(ab_low, cd_low),
        _mm_unpacklo_epi16(ab_high, cd_high),
        _mm_unpackhi_epi16(ab_high, cd_high),
    ]
}
