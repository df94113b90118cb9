//! AVX-512: gathers the nearest pixels, sixteen at a time.

use std::arch::x86_64::*;

use bytemuck::Pod;
use safe_unaligned_simd::x86_64::_mm512_loadu_pd;

use crate::geometry::transform::mapping::Coordinates;
use crate::geometry::transform::source::PrefetchDistance;
use crate::geometry::transform::source::avx512::{Gather, LANES, first_lanes, store};
use crate::simd::isa::entry;

entry! {
    /// Draws a batch of pixels. Those outside of the source become zero if `fill` is set; otherwise they are not
    /// changed.
    pub fn draw_batch[P: Pod][P](
        Avx512, out: &mut [P], source: &Gather<'_, P>, coordinates: &Coordinates, distance: PrefetchDistance,
        fill: bool,
    ) = draw_batch_avx512::<P>;
}

#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq")]
fn draw_batch_avx512<P: Pod>(
    out: &mut [P],
    source: &Gather<'_, P>,
    coordinates: &Coordinates,
    distance: PrefetchDistance,
    fill: bool,
) {
    let vectors = coordinates.x.as_chunks::<LANES>().0.iter().zip(coordinates.y.as_chunks::<LANES>().0);
    for (out, (x, y)) in out.chunks_mut(LANES).zip(vectors) {
        let lanes = first_lanes(out.len());
        let (pixels, inside) = source.pixels(floor(x), floor(y), lanes, distance);
        store(out, pixels, if fill { lanes } else { inside });
    }
}

/// Rounds down to integers. NaN and overflow become `i32::MIN`.
#[inline]
#[target_feature(enable = "avx512f,avx512dq")]
fn floor(values: &[f64; LANES]) -> __m512i {
    const DOWN: i32 = _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC;
    let [low, high]: &[[f64; LANES / 2]; 2] = bytemuck::cast_ref(values);
    let (low, high) = (_mm512_loadu_pd(low), _mm512_loadu_pd(high));
    let low = _mm512_castsi256_si512(_mm512_cvt_roundpd_epi32::<DOWN>(low));
    _mm512_inserti64x4::<1>(low, _mm512_cvt_roundpd_epi32::<DOWN>(high))
}
