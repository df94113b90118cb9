//! Means of 8-bit bands of one or two columns and one or two rows: there is room for sums where the bytes are.

use super::Reduction;
use crate::image::{ImageMut, ImageRef};
use crate::simd::isa::multiversion;

/// Whether this is what a reduction asks for.
pub fn are_asked_for(reduction: &Reduction) -> bool {
    reduction.xscale <= 2 && reduction.yscale <= 2
}

/// Makes the rows of the outcome from row `first` on, of pixels of `BYTES` bytes. Of those of four bytes the bits of
/// `bands` are kept; all of them in the last column and the last row.
pub fn rows<const BYTES: usize>(
    reduction: &Reduction,
    bands: u32,
    first: usize,
    out: &mut ImageMut<'_>,
    input: &ImageRef<'_>,
) {
    let (whole, rest) = reduction.whole_and_rest();
    let columns = reduction.columns.start * BYTES..reduction.columns.end * BYTES;
    for y in 0..out.ysize() {
        let rows = reduction.rows_of(first + y);
        let bands = if rows.len() == reduction.yscale { bands } else { u32::MAX };
        // A single row counts as two of the same: the mean is that too.
        let (upper, lower) = (&input.row(rows.start)[columns.clone()], &input.row(rows.end - 1)[columns.clone()]);
        let (whole, last) = out.row_mut(y).split_at_mut(whole * BYTES);
        let ((upper, upper_last), (lower, lower_last)) =
            (upper.split_at(whole.len() * reduction.xscale), lower.split_at(whole.len() * reduction.xscale));
        halve::<BYTES>(whole, reduction.xscale, upper, lower, bands);
        halve::<BYTES>(last, rest, upper_last, lower_last, u32::MAX);
    }
}

/// Makes pixels of `xscale` columns each of two rows.
fn halve<const BYTES: usize>(out: &mut [u8], xscale: usize, upper: &[u8], lower: &[u8], bands: u32) {
    match (xscale, BYTES) {
        (0, _) => {}
        (1, 1) => pairs_1(out, upper, lower),
        (1, _) => pairs_4(out, upper, lower, bands),
        (_, 1) => squares_1(out, upper, lower),
        (..) => squares_4(out, upper, lower, bands),
    }
}

multiversion! {
    fn pairs_1(out: &mut [u8], upper: &[u8], lower: &[u8]) {
        for ((out, a), b) in out.iter_mut().zip(upper).zip(lower) {
            *out = ((u16::from(*a) + u16::from(*b) + 1) >> 1) as u8;
        }
    }

    fn pairs_4(out: &mut [u8], upper: &[u8], lower: &[u8], bands: u32) {
        let pairs = upper.as_chunks().0.iter().zip(lower.as_chunks().0);
        for (out, (a, b)) in out.as_chunks_mut().0.iter_mut().zip(pairs) {
            let (a, b) = (u32::from_le_bytes(*a), u32::from_le_bytes(*b));
            // What either has, less half of what only one has.
            let mean = (a | b) - ((a ^ b) >> 1 & 0x7f7f_7f7f);
            *out = (mean & bands).to_le_bytes();
        }
    }

    fn squares_1(out: &mut [u8], upper: &[u8], lower: &[u8]) {
        let pairs = upper.as_chunks().0.iter().zip(lower.as_chunks().0);
        for (out, (a, b)) in out.iter_mut().zip(pairs) {
            let (a, b) = (u16::from_le_bytes(*a), u16::from_le_bytes(*b));
            *out = (((a & 0xff) + (a >> 8) + (b & 0xff) + (b >> 8) + 2) >> 2) as u8;
        }
    }

    fn squares_4(out: &mut [u8], upper: &[u8], lower: &[u8], bands: u32) {
        // Every other byte, so that each has room for a sum.
        const EVEN: u64 = 0x00ff_00ff_00ff_00ff;
        const HALF: u64 = 0x0002_0002;
        let pairs = upper.as_chunks().0.iter().zip(lower.as_chunks().0);
        for (out, (a, b)) in out.as_chunks_mut().0.iter_mut().zip(pairs) {
            let (a, b) = (u64::from_le_bytes(*a), u64::from_le_bytes(*b));
            let even = (a & EVEN) + (b & EVEN);
            let odd = (a >> 8 & EVEN) + (b >> 8 & EVEN);
            let even = ((even + (even >> 32) + HALF) as u32 >> 2) & EVEN as u32;
            let odd = ((odd + (odd >> 32) + HALF) as u32 >> 2) & EVEN as u32;
            *out = ((even | odd << 8) & bands).to_le_bytes();
        }
    }
}
