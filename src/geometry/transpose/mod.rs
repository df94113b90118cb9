//! Transposition: flips and quarter turns, as Pillow's `Image.transpose` has them (`Geometry.c`).
//!
//! Each operation is a flip along one axis or both, or a transposition of rows and columns followed by such a flip:
//!
//! ```text
//!                   rows ⇄ columns   then flips left-right   flips top-bottom
//! FlipLeftRight                               x
//! FlipTopBottom                                                     x
//! Rotate90                x                                         x
//! Rotate180                                   x                     x
//! Rotate270               x                   x
//! Transpose               x
//! Transverse              x                   x                     x
//! ```
//!
//! - [`flip`](mod@flip) copies rows, or reverses them by shuffles that LLVM makes.
//! - [`tiles`] transposes tiles that fit into the first-level cache, each in [`block`]s that fit into registers.
//!
//! The rows of large images are written by [non-temporal stores](crate::exec::nontemporal).

mod block;
mod flip;
mod tiles;

use crate::image::{ImageMut, ImageRef};
use flip::Flip;

/// An operation that moves pixels without changing them. Rotations are counter-clockwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transpose {
    /// Exchanges left and right.
    FlipLeftRight,
    /// Exchanges top and bottom.
    FlipTopBottom,
    /// Rotates by 90 degrees.
    Rotate90,
    /// Rotates by 180 degrees.
    Rotate180,
    /// Rotates by 270 degrees.
    Rotate270,
    /// Mirrors at the diagonal from the top left: rows become columns.
    Transpose,
    /// Mirrors at the diagonal from the top right.
    Transverse,
}

impl Transpose {
    /// Returns whether rows become columns: the output then has the input's height as its width.
    pub fn swaps_axes(self) -> bool {
        self.decompose().0
    }

    /// Returns whether rows and columns are exchanged, and the flip that follows.
    fn decompose(self) -> (bool, Flip) {
        let (swaps_axes, left_right, top_bottom) = match self {
            Self::FlipLeftRight => (false, true, false),
            Self::FlipTopBottom => (false, false, true),
            Self::Rotate90 => (true, false, true),
            Self::Rotate180 => (false, true, true),
            Self::Rotate270 => (true, true, false),
            Self::Transpose => (true, false, false),
            Self::Transverse => (true, true, true),
        };
        (swaps_axes, Flip { left_right, top_bottom })
    }
}

/// Transposes an image to one of the same mode. Its size is the input's, or the input's with the
/// [axes swapped](Transpose::swaps_axes).
pub fn transpose(out: ImageMut<'_>, input: &ImageRef<'_>, operation: Transpose) {
    match operation.decompose() {
        (true, flip) => tiles::transpose(out, input, flip),
        (false, flip) => flip::flip(out, input, flip),
    }
}
