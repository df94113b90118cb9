//! AVX-512: interpolates eight pixels at a time, in registers. ([`bilinear`] takes sixteen, in single precision.)
//!
//! The pixels of a window lie side by side in each row, so no gather instruction is needed: eight unaligned loads give
//! one row of eight windows. A shuffle extracts a band of each, which becomes one lane of a vector of doubles:
//!
//! ```text
//! window 0   r g b a │ r g b a        load_row: 2 × 2 windows of four bands, 8 bytes each
//! window 1   r g b a │ r g b a                  ───► 64 bytes
//!   …                                 extract:  band g of the left pixels, as eight 64-bit integers
//! window 7   r g b a │ r g b a        to_f64, then the polynomial in x for each row, and in y
//! ```
//!
//! The arithmetic is that of the [plain code](super::arithmetic), in the same order, so the results are equal to the
//! bit. It wins the benchmark's bilinear and bicubic transformations.

mod arithmetic;
mod bilinear;
mod store;
mod windows;

pub use bilinear::{BilinearRow, draw_segment};
pub use windows::LANES;

use std::arch::x86_64::*;

use super::format::{Format, Layout};
use crate::geometry::transform::mapping::Coordinates;
use crate::geometry::transform::source::{PrefetchDistance, Source};
use crate::simd::isa::entry;
use arithmetic::interpolate;
use store::{convert, store};
use windows::{InteriorBatch, Windows};

entry! {
    /// Draws the first pixels of a batch, in whole vectors. Returns false, and draws nothing, if one of the batch's windows
    /// of `SIDE` × `SIDE` pixels does not lie inside the source.
    pub fn draw_batch[F: Format, const SIDE: usize][F, SIDE](
        Avx512, out: &mut [F::Output], source: &Source<'_, F::Input>, coordinates: &Coordinates,
        distance: PrefetchDistance,
    ) -> bool = draw_batch_avx512::<F, SIDE>;
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx2")]
fn draw_batch_avx512<F: Format, const SIDE: usize>(
    out: &mut [F::Output],
    source: &Source<'_, F::Input>,
    coordinates: &Coordinates,
    distance: PrefetchDistance,
) -> bool {
    let Some(batch) = InteriorBatch::<F::Input, SIDE>::new(source, coordinates) else { return false };
    for (n, out) in out.as_chunks_mut::<LANES>().0.iter_mut().enumerate() {
        draw_group::<F, SIDE>(out, &batch.windows(n), distance);
    }
    true
}

/// Draws eight pixels.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx2")]
fn draw_group<F: Format, const SIDE: usize>(
    out: &mut [F::Output; LANES],
    windows: &Windows<'_, F::Input, SIDE>,
    distance: PrefetchDistance,
) {
    let mut rows = [[_mm512_setzero_si512(); 2]; SIDE];
    for (n, row) in rows.iter_mut().enumerate() {
        *row = windows.load_row(n, distance);
    }
    let (x, y) = windows.fractions();
    let mut bands = [_mm256_setzero_si256(); 4];
    for (band, values) in bands.iter_mut().enumerate() {
        let is_used = match F::LAYOUT {
            Layout::La => band == 0 || band == 3,
            Layout::Rgb => band < 3,
            Layout::Rgba => true,
            _ => band == 0,
        };
        if is_used {
            *values = convert::<F>(interpolate::<F, SIDE>(&rows, band, x, y));
        }
    }
    store::<F>(out, bands);
}
