//! Flips: left and right, top and bottom, or both, which is a rotation by 180 degrees.

use crate::exec::nontemporal::{Inputs, StorePolicy};
use crate::exec::parallel;
use crate::geometry::copy::copy_rows_reversed;
use crate::image::{ImageMut, ImageRef};
use crate::simd::isa::multiversion;

/// The axes along which an image is flipped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flip {
    /// Reverses the pixels of each row.
    pub left_right: bool,
    /// Reverses the rows.
    pub top_bottom: bool,
}

/// Copies an image to one of the same mode and size, flipped.
pub fn flip(out: ImageMut<'_>, input: &ImageRef<'_>, flip: Flip) {
    let policy = StorePolicy::for_image(&out, &[input]);
    let keeps_rows = flip.top_bottom && !flip.left_right;
    if let (true, StorePolicy::Temporal, true, Some(input)) =
        (keeps_rows, policy, out.contiguous().is_some(), input.contiguous())
    {
        return reverse_contiguous_rows(out, input);
    }
    let cost = parallel::copy_cost(&out);
    parallel::for_rows(out, cost, |first, mut chunk| {
        let rows = chunk.rows_mut().enumerate();
        if flip.top_bottom {
            // From the last output row up: the input is then read from the top down, as the hardware prefetcher
            // expects.
            let end = input.ysize() - first;
            write_rows(policy, rows.rev().map(|(y, row)| (end - 1 - y, row)), input, flip.left_right);
        } else {
            write_rows(policy, rows.map(|(y, row)| (first + y, row)), input, flip.left_right);
        }
    });
}

/// Writes output rows, each with the number of its input row.
fn write_rows<'a>(
    policy: StorePolicy,
    rows: impl Iterator<Item = (usize, &'a mut [u8])>,
    input: &ImageRef<'_>,
    reversed: bool,
) {
    let next = |y: usize| Inputs::from_iter([input.row((y + 1).min(input.ysize() - 1))]);
    match (reversed, input.mode().pixel_size()) {
        (false, _) => policy.copy_rows(rows, |y| input.row(y)),
        (true, 1) => policy.write_rows_from(rows, |y, row| reverse_1(row, input.row(y)), next),
        (true, 2) => policy.write_rows_from(rows, |y, row| reverse_2(row, input.row(y)), next),
        (true, _) => policy.write_rows_from(rows, |y, row| reverse_4(row, input.row(y)), next),
    }
}

/// Copies rows in reverse order where both images are contiguous, without a look-up of each row.
fn reverse_contiguous_rows(out: ImageMut<'_>, input: &[u8]) {
    let (row_bytes, cost) = (out.xsize() * out.mode().pixel_size(), parallel::copy_cost(&out));
    parallel::for_rows(out, cost, |first, mut chunk| {
        let end = input.len() - first * row_bytes;
        if let Some(out) = chunk.contiguous_mut() {
            copy_rows_reversed(out, &input[end - out.len()..end], row_bytes);
        }
    });
}

/// Copies the pixels of a row in reverse order.
#[inline(always)]
fn reverse<const BYTES: usize>(out: &mut [u8], input: &[u8]) {
    for (out, pixel) in out.as_chunks_mut::<BYTES>().0.iter_mut().rev().zip(input.as_chunks::<BYTES>().0) {
        *out = *pixel;
    }
}

multiversion! {
    /// Reverses pixels of one byte.
    fn reverse_1(out: &mut [u8], input: &[u8]) {
        reverse::<1>(out, input);
    }

    /// Reverses pixels of two bytes.
    fn reverse_2(out: &mut [u8], input: &[u8]) {
        reverse::<2>(out, input);
    }

    /// Reverses pixels of four bytes.
    fn reverse_4(out: &mut [u8], input: &[u8]) {
        reverse::<4>(out, input);
    }
}
