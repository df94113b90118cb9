//! Averages of 8-bit bands for factors of at most 2: 1 × 2, 2 × 1 and 2 × 2 (`ImagingReduce1x2`, `2x1` and `2x2`).
//!
//! Pixels of four bytes are averaged within integer registers (SWAR): every second byte is masked out, so that each of
//! the others has 16 bits for its sum. No sums are stored in between, which wins the benchmark's "reduce by 2" cases.
//!
//! Factor 1 in y is computed as the average of a row with itself, which is the row.

use super::plan::Reduction;
use crate::image::{ImageMut, ImageRef};
use crate::simd::isa::multiversion;

/// Returns whether both factors are at most 2.
pub fn supports(reduction: &Reduction) -> bool {
    reduction.xscale <= 2 && reduction.yscale <= 2
}

/// Writes the output rows from row `first` on, of pixels of `BYTES` bytes. Pixels of four bytes that come from full
/// boxes keep the bytes in `band_mask` and are 0 elsewhere.
pub fn reduce_rows<const BYTES: usize>(
    reduction: &Reduction,
    band_mask: u32,
    first: usize,
    out: &mut ImageMut<'_>,
    input: &ImageRef<'_>,
) {
    let (full, edge_width) = reduction.full_and_edge();
    let columns = reduction.columns.start * BYTES..reduction.columns.end * BYTES;
    for y in 0..out.ysize() {
        let rows = reduction.input_rows(first + y);
        let band_mask = if rows.len() == reduction.yscale { band_mask } else { u32::MAX };
        let (upper, lower) = (&input.row(rows.start)[columns.clone()], &input.row(rows.end - 1)[columns.clone()]);
        let (full, edge) = out.row_mut(y).split_at_mut(full * BYTES);
        let ((upper, upper_edge), (lower, lower_edge)) =
            (upper.split_at(full.len() * reduction.xscale), lower.split_at(full.len() * reduction.xscale));
        average::<BYTES>(full, reduction.xscale, upper, lower, band_mask);
        average::<BYTES>(edge, edge_width, upper_edge, lower_edge, u32::MAX);
    }
}

/// Averages boxes of `xscale` columns and two rows.
fn average<const BYTES: usize>(out: &mut [u8], xscale: usize, upper: &[u8], lower: &[u8], band_mask: u32) {
    match (xscale, BYTES) {
        (0, _) => {}
        (1, 1) => average_1x2_1(out, upper, lower),
        (1, _) => average_1x2_4(out, upper, lower, band_mask),
        (_, 1) => average_2x2_1(out, upper, lower),
        (..) => average_2x2_4(out, upper, lower, band_mask),
    }
}

multiversion! {
    /// Averages two rows of pixels of one byte.
    fn average_1x2_1(out: &mut [u8], upper: &[u8], lower: &[u8]) {
        for ((out, a), b) in out.iter_mut().zip(upper).zip(lower) {
            *out = ((u16::from(*a) + u16::from(*b) + 1) >> 1) as u8;
        }
    }

    /// Averages two rows of pixels of four bytes.
    fn average_1x2_4(out: &mut [u8], upper: &[u8], lower: &[u8], band_mask: u32) {
        let pairs = upper.as_chunks().0.iter().zip(lower.as_chunks().0);
        for (out, (a, b)) in out.as_chunks_mut().0.iter_mut().zip(pairs) {
            let (a, b) = (u32::from_le_bytes(*a), u32::from_le_bytes(*b));
            // The average of each byte, rounded up: (a + b + 1) / 2 = (a | b) - (a ^ b) / 2.
            let mean = (a | b) - ((a ^ b) >> 1 & 0x7f7f_7f7f);
            *out = (mean & band_mask).to_le_bytes();
        }
    }

    /// Averages squares of pixels of one byte.
    fn average_2x2_1(out: &mut [u8], upper: &[u8], lower: &[u8]) {
        let pairs = upper.as_chunks().0.iter().zip(lower.as_chunks().0);
        for (out, (a, b)) in out.iter_mut().zip(pairs) {
            let (a, b) = (u16::from_le_bytes(*a), u16::from_le_bytes(*b));
            *out = (((a & 0xff) + (a >> 8) + (b & 0xff) + (b >> 8) + 2) >> 2) as u8;
        }
    }

    /// Averages squares of pixels of four bytes. A `u64` holds the two pixels of a row.
    fn average_2x2_4(out: &mut [u8], upper: &[u8], lower: &[u8], band_mask: u32) {
        const EVEN_BYTES: u64 = 0x00ff_00ff_00ff_00ff;
        const HALF: u64 = 0x0002_0002;
        let pairs = upper.as_chunks().0.iter().zip(lower.as_chunks().0);
        for (out, (a, b)) in out.as_chunks_mut().0.iter_mut().zip(pairs) {
            let (a, b) = (u64::from_le_bytes(*a), u64::from_le_bytes(*b));
            let even = (a & EVEN_BYTES) + (b & EVEN_BYTES);
            let odd = (a >> 8 & EVEN_BYTES) + (b >> 8 & EVEN_BYTES);
            let even = ((even + (even >> 32) + HALF) as u32 >> 2) & EVEN_BYTES as u32;
            let odd = ((odd + (odd >> 32) + HALF) as u32 >> 2) & EVEN_BYTES as u32;
            *out = ((even | odd << 8) & band_mask).to_le_bytes();
        }
    }
}
