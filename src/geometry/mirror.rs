//! Mirror images, and half a turn, which is both at once.

use super::copy::copy_rows_reversed;
use crate::exec::nontemporal::StorePolicy;
use crate::exec::parallel;
use crate::image::{ImageMut, ImageRef};
use crate::simd::isa::multiversion;

/// What is mirrored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mirror {
    /// The pixels of a row: left becomes right.
    pub left_right: bool,
    /// The rows: top becomes bottom.
    pub top_bottom: bool,
}

/// A way to lay an image anew without changing a pixel. Rotations are counter-clockwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// Left becomes right.
    FlipLeftRight,
    /// Top becomes bottom.
    FlipTopBottom,
    /// By 90 degrees.
    Rotate90,
    /// By 180 degrees.
    Rotate180,
    /// By 270 degrees.
    Rotate270,
    /// Mirrored at the diagonal from the top left: rows become columns.
    Transpose,
    /// Mirrored at the diagonal from the top right.
    Transverse,
}

impl Turn {
    /// Whether rows become columns, and what is mirrored then.
    pub fn parts(self) -> (bool, Mirror) {
        let (transposes, left_right, top_bottom) = match self {
            Self::FlipLeftRight => (false, true, false),
            Self::FlipTopBottom => (false, false, true),
            Self::Rotate90 => (true, false, true),
            Self::Rotate180 => (false, true, true),
            Self::Rotate270 => (true, true, false),
            Self::Transpose => (true, false, false),
            Self::Transverse => (true, true, true),
        };
        (transposes, Mirror { left_right, top_bottom })
    }
}

/// Copies an image to one of the same mode and size, mirrored.
pub fn mirror(out: ImageMut<'_>, input: &ImageRef<'_>, mirror: Mirror) {
    let policy = StorePolicy::for_image(&out, &[input]);
    let only_flipped = mirror.top_bottom && !mirror.left_right;
    if let (true, StorePolicy::Temporal, true, Some(input)) =
        (only_flipped, policy, out.contiguous().is_some(), input.contiguous())
    {
        return flip_joined(out, input);
    }
    let cost = parallel::copy_cost(&out);
    parallel::for_rows(out, cost, |first, mut band| {
        let rows = band.rows_mut().enumerate();
        if mirror.top_bottom {
            // From below: so the input is read from the top down, which the processor foresees.
            let end = input.ysize() - first;
            write_rows(policy, rows.rev().map(|(y, row)| (end - 1 - y, row)), input, mirror.left_right);
        } else {
            write_rows(policy, rows.map(|(y, row)| (first + y, row)), input, mirror.left_right);
        }
    });
}

/// Writes rows, each with the number of the one of the input that it is.
fn write_rows<'a>(
    policy: StorePolicy,
    rows: impl Iterator<Item = (usize, &'a mut [u8])>,
    input: &ImageRef<'_>,
    reversed: bool,
) {
    match (reversed, input.mode().pixel_size()) {
        (false, _) => policy.copy_rows(rows, |y| input.row(y)),
        (true, 1) => policy.write_rows(rows, |y, row| reverse_1(row, input.row(y))),
        (true, 2) => policy.write_rows(rows, |y, row| reverse_2(row, input.row(y))),
        (true, _) => policy.write_rows(rows, |y, row| reverse_4(row, input.row(y))),
    }
}

/// Copies rows, the last one first, where those of both images lie one behind the other: without looking for each.
fn flip_joined(out: ImageMut<'_>, input: &[u8]) {
    let (bytes, cost) = (out.xsize() * out.mode().pixel_size(), parallel::copy_cost(&out));
    parallel::for_rows(out, cost, |first, mut band| {
        let end = input.len() - first * bytes;
        if let Some(out) = band.contiguous_mut() {
            copy_rows_reversed(out, &input[end - out.len()..end], bytes);
        }
    });
}

/// Copies the pixels of a row in reverse.
#[inline(always)]
fn reverse<const BYTES: usize>(out: &mut [u8], input: &[u8]) {
    for (out, pixel) in out.as_chunks_mut::<BYTES>().0.iter_mut().rev().zip(input.as_chunks::<BYTES>().0) {
        *out = *pixel;
    }
}

multiversion! {
    /// Pixels of one byte.
    fn reverse_1(out: &mut [u8], input: &[u8]) {
        reverse::<1>(out, input);
    }

    /// Pixels of two bytes.
    fn reverse_2(out: &mut [u8], input: &[u8]) {
        reverse::<2>(out, input);
    }

    /// Pixels of four bytes.
    fn reverse_4(out: &mut [u8], input: &[u8]) {
        reverse::<4>(out, input);
    }
}
