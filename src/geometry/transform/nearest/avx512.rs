//! AVX-512: gathers the nearest pixels, sixteen at a time.
//!
//! Where a [position](RowMap) is so near to the edge of a pixel that the exact coordinates may lie in another pixel, sixteen
//! pixels are mapped exactly.

use std::arch::x86_64::*;

use bytemuck::Pod;

use crate::geometry::transform::positions::avx2::{self, are_exact, exact_integers};
use crate::geometry::transform::positions::avx512::{LANES, RowMap};
use crate::geometry::transform::sampler::Sampler;
use crate::geometry::transform::source::avx512::{first_lanes, store};
use crate::geometry::transform::source::{Gather, PrefetchDistance};
use crate::simd::isa::{Avx512, entry};

entry! {
    /// Draws the pixels of row `y`, which `map` maps like the sampler's mapping. Those outside of the source become zero if
    /// the sampler fills; otherwise they are not changed.
    pub fn draw_row[P: Pod][P](
        Avx512, out: &mut [P], source: &Gather<'_, P, Avx512>, sampler: &Sampler<'_, P>, map: &RowMap, y: usize,
        distance: PrefetchDistance,
    ) = draw_row_avx512::<P>;
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx2")]
fn draw_row_avx512<P: Pod>(
    out: &mut [P],
    source: &Gather<'_, P, Avx512>,
    sampler: &Sampler<'_, P>,
    map: &RowMap,
    y: usize,
    distance: PrefetchDistance,
) {
    let is_exact = are_exact(sampler.mapping, out.len(), y);
    for (n, out) in out.chunks_mut(LANES).enumerate() {
        let (x, lanes) = (n * LANES, first_lanes(out.len()));
        let positions = map.positions(x);
        let [columns, rows] = if is_exact || positions.near_integers() & lanes == 0 {
            [positions.x.integer, positions.y.integer]
        } else {
            let [low, high] = [x, x + avx2::LANES].map(|x| exact_integers(sampler.mapping, x, y));
            let join = |axis: usize| _mm512_inserti64x4::<1>(_mm512_castsi256_si512(low[axis]), high[axis]);
            [join(0), join(1)]
        };
        let (pixels, inside) = source.pixels(columns, rows, lanes, distance);
        store(out, pixels, if sampler.fill { lanes } else { inside });
    }
}
