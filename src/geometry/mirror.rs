//! Mirror images, and half a turn, which is both at once.

use super::copy::{copy_row, copy_rows_reversed};
use crate::exec::simd::for_each_level;
use crate::exec::threads;
use crate::image::{ImageMut, ImageRef};

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
    let size = input.mode().pixel_size();
    threads::for_rows(out, input.xsize() * size / 8, |first, mut band| {
        let (input, rows) = (*input, band.ysize());
        if let (false, true, Some(from)) = (mirror.left_right, mirror.top_bottom, input.joined()) {
            let bytes = input.xsize() * size;
            let from = &from[(input.ysize() - first - rows) * bytes..][..rows * bytes];
            if let Some(out) = band.joined_mut() {
                return copy_rows_reversed(out, from, bytes);
            }
        }
        // The input is read from the top down, which the processor foresees.
        for n in 0..rows {
            let (y, from) = match mirror.top_bottom {
                true => (rows - 1 - n, input.ysize() - first - rows + n),
                false => (n, first + n),
            };
            let (row, from) = (band.row_mut(y), input.row(from));
            match (mirror.left_right, size) {
                (false, _) => copy_row(row, from),
                (true, 1) => reverse_1(row, from),
                (true, 2) => reverse_2(row, from),
                (true, _) => reverse_4(row, from),
            }
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

for_each_level! {
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
