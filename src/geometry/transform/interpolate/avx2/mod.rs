//! AVX2: interpolates eight pixels at a time in single precision, and marks those that need double precision.
//!
//! The positions, within 2^-24 pixels of the exact coordinates, and the sums of products of floats are approximate. Their
//! error is bounded ([`ERROR`](arithmetic)); it matters only if an integer lies between the sum and the one of the
//! [plain code](super::arithmetic), since both are truncated to bytes:
//!
//! ```text
//!      254.0                        255.0
//!   ─────┼────────────────────────────┼─────
//!      └───┘                    ▲   └───┘
//!     marked       sum, truncated   marked: |sum - 255.0| <= error
//! ```
//!
//! The plain code computes marked pixels again: fewer than one in a hundred. A band whose window has a single value has
//! exactly this value, and is not marked, so flat areas are fast; except at coordinates so near to an integer that the
//! exact ones may have another window. Pixels near the edges of the source, whose windows
//! reach beyond it, are marked, too.
//!
//! For pixels of one byte, gathers load a row of eight windows, four bytes each. Windows of 2 × 2 pixels of four bytes are
//! loaded as the corners of eight windows, in four vectors: one comparison of these finds flat bands, which are frequent.
//! For 4 × 4, a register holds two columns of one window; the rows are weighted first:
//!
//! ```text
//! row 0, pixels 0 1   r g b a │ r g b a   × y weight 0
//! row 1, pixels 0 1   r g b a │ r g b a   × y weight 1   + ───► × x weights 0 │ 1 ───► halves added
//! ```
//!
//! It wins the benchmark's bilinear and bicubic transformations.

mod arithmetic;
mod store;
mod windows;

pub use arithmetic::BILINEAR_ERROR;

use std::arch::x86_64::*;

use super::format::{Format, Layout};
use super::window_source::WindowSource;
use crate::geometry::transform::positions::avx2::{LANES, MAX_STEPS, Positions, RowDda};
use crate::geometry::transform::sampler::Sampler;
use crate::geometry::transform::source::PrefetchDistance;
use crate::geometry::transform::source::avx2::store;
use crate::simd::isa::{Avx2, entry};
use arithmetic::{bicubic_bands, bilinear_bands, interpolate_bytes, weights};
use store::{store_bands, used_bands};
use windows::{Windows, are_flat, same_bytes};

/// The pixels of a segment of a row.
pub const SEGMENT: usize = MAX_STEPS;

/// For each vector of a segment, the pixels that are marked, the first in the lowest bit.
pub type Marks = [u8; SEGMENT / LANES];

/// Returns the numbers of the marked pixels, in the words of 64 marks that are not zero.
pub fn marked_pixels(marks: &Marks) -> impl Iterator<Item = usize> {
    marks.as_chunks().0.iter().enumerate().flat_map(|(n, bytes)| {
        let mut bits = u64::from_le_bytes(*bytes);
        std::iter::from_fn(move || {
            let pixel = (bits != 0).then(|| 64 * n + bits.trailing_zeros() as usize);
            bits &= bits.wrapping_sub(1);
            pixel
        })
    })
}

entry! {
    /// Draws a segment of a row, whose first pixel is at `start` (x, y), and marks the pixels that are not final.
    pub fn draw_segment[F: Format, const SIDE: usize][F, SIDE](
        Avx2, out: &mut [F::Output], sampler: &Sampler<'_, F::Input>, source: &WindowSource<'_, F::Input, Avx2, SIDE>,
        start: [usize; 2], distance: PrefetchDistance, marks: &mut Marks,
    ) = draw_segment_avx2::<F, SIDE>;
}

/// Returns whether there is a kernel for pixels of a format.
pub const fn has_kernel<F: Format>() -> bool {
    matches!(F::LAYOUT, Layout::L | Layout::La | Layout::Rgb | Layout::Rgba)
}

#[target_feature(enable = "avx2")]
fn draw_segment_avx2<F: Format, const SIDE: usize>(
    out: &mut [F::Output],
    sampler: &Sampler<'_, F::Input>,
    source: &WindowSource<'_, F::Input, Avx2, SIDE>,
    [x, y]: [usize; 2],
    distance: PrefetchDistance,
    marks: &mut Marks,
) {
    let mapping = sampler.mapping;
    let mut dda = RowDda::new(mapping, [x, y], out.len(), 0.5);
    let (vectors, rest) = out.as_chunks_mut::<LANES>();
    for (n, (out, marks)) in vectors.iter_mut().zip(&mut *marks).enumerate() {
        let positions = match &mut dda {
            Some(dda) => dda.next_positions(),
            None => Positions::new(mapping, x + n * LANES, y, 0.5),
        };
        *marks = match source.windows(&positions, distance) {
            Some(windows) => draw_vector::<F, SIDE>(out, &windows, &positions),
            None => draw_outside(out, source.are_outside(&positions), sampler.fill),
        };
    }
    let mut rest = (1 << rest.len()) - 1;
    for marks in &mut marks[vectors.len()..] {
        *marks = std::mem::take(&mut rest);
    }
}

/// Draws eight pixels. Returns the marked ones.
#[inline]
#[target_feature(enable = "avx2")]
fn draw_vector<F: Format, const SIDE: usize>(
    out: &mut [F::Output; LANES],
    windows: &Windows<'_, F::Input, SIDE>,
    positions: &Positions,
) -> u8 {
    let (x, y) = (weights::<SIDE>(positions.x.fraction), weights::<SIDE>(positions.y.fraction));
    // Sums do not depend on which of two windows an integer coordinate belongs to, but their flatness does.
    let other_windows = positions.near_integers();
    if F::LAYOUT == Layout::L {
        let rows = windows.gather_rows();
        let (values, near) = interpolate_bytes(&rows, &x, &y);
        let out: &mut [[u8; 1]] = bytemuck::cast_slice_mut(out);
        store(out.first_chunk_mut().expect("eight pixels"), values, None);
        let flat = _mm256_andnot_si256(other_windows, are_flat(&rows));
        let varying = _mm256_andnot_si256(flat, near);
        return _mm256_movemask_ps(_mm256_castsi256_ps(varying)) as u8;
    }
    let windows = windows.scalars();
    let (values, near, flat) = if SIDE == 2 {
        let corners = windows.corners();
        let (values, near) = bilinear_bands(&corners, [x[0], x[1]], [y[0], y[1]], F::LAYOUT);
        (values, near, same_bytes(&corners))
    } else {
        let (values, near) = bicubic_bands(&windows, &x, &y);
        let near = _mm256_and_si256(near, used_bands(F::LAYOUT));
        let is_final = _mm256_testz_si256(near, near) != 0;
        (values, near, if is_final { near } else { windows.flat_bands() })
    };
    store_bands(bytemuck::cast_slice_mut(out), values, F::LAYOUT);
    let flat = _mm256_andnot_si256(other_windows, flat);
    let final_pixels = _mm256_cmpeq_epi32(_mm256_andnot_si256(flat, near), _mm256_setzero_si256());
    !(_mm256_movemask_ps(_mm256_castsi256_ps(final_pixels)) as u8)
}

/// Draws the pixels of the mask, which lie outside of the source. Returns the others.
#[inline]
#[target_feature(enable = "avx2")]
fn draw_outside<P: bytemuck::AnyBitPattern>(out: &mut [P; LANES], outside: u8, fill: bool) -> u8 {
    if fill {
        for (n, out) in out.iter_mut().enumerate() {
            if outside & (1 << n) != 0 {
                *out = P::zeroed();
            }
        }
    }
    !outside
}
