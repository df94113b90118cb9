//! Mirror images, and half a turn, which is both at once.

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
        let line = |(y, row): (usize, &mut [u8])| {
            let y = first + y;
            let from = input.row(if mirror.top_bottom { input.ysize() - 1 - y } else { y });
            match (mirror.left_right, size) {
                (false, _) => row.copy_from_slice(from),
                (true, 1) => reverse_1(row, from),
                (true, 2) => reverse_2(row, from),
                (true, _) => reverse_4(row, from),
            }
        };
        // The input is read from the top down, which the processor foresees.
        let rows = band.rows_mut().enumerate();
        if mirror.top_bottom { rows.rev().for_each(line) } else { rows.for_each(line) }
    });
}

/// Copies the pixels of a row in reverse.
#[inline(always)]
fn reverse<const BYTES: usize>(out: &mut [u8], input: &[u8]) {
    for (out, pixel) in out.as_chunks_mut::<BYTES>().0.iter_mut().zip(input.as_chunks::<BYTES>().0.iter().rev()) {
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
