//! The bounding box of the data: rows are scanned from the top and from the bottom for the first one with data, then the
//! rows between for the leftmost and rightmost pixel, outside the box found so far.

use std::ops::BitOr;

use bytemuck::AnyBitPattern;

use super::band_mask::band_mask;
use crate::image::ImageRef;
use crate::simd::isa::multiversion;

/// A pixel that may be zero.
trait Pixel: AnyBitPattern {
    /// As many bits as the pixel has: wider ones would take more vectors.
    type Bits: BitOr<Output = Self::Bits> + Default + PartialEq;

    /// Returns the bits of the pixel that are data.
    fn masked(self, mask: u32) -> Self::Bits;

    /// Returns whether the pixel is not zero.
    #[inline(always)]
    fn is_data(self, mask: u32) -> bool {
        self.masked(mask) != Self::Bits::default()
    }
}

impl Pixel for u8 {
    type Bits = u8;

    #[inline(always)]
    fn masked(self, _: u32) -> u8 {
        self
    }
}

impl Pixel for [u8; 2] {
    type Bits = u16;

    #[inline(always)]
    fn masked(self, _: u32) -> u16 {
        u16::from_ne_bytes(self)
    }
}

impl Pixel for [u8; 4] {
    type Bits = u32;

    #[inline(always)]
    fn masked(self, mask: u32) -> u32 {
        u32::from_ne_bytes(self) & mask
    }
}

/// Returns the box `(left, top, right, bottom)` of all pixels that are not zero, the last two exclusive; `None` where there
/// is none. `alpha_only` looks at alpha alone in modes that have it.
pub fn bounding_box(image: &ImageRef<'_>, alpha_only: bool) -> Option<[usize; 4]> {
    let mode = image.mode();
    let mask = if alpha_only && mode.has_alpha() { u32::from_ne_bytes([0, 0, 0, 255]) } else { band_mask(mode) };
    match mode.pixel_size() {
        1 => find::<u8>(image, mask),
        2 => find::<[u8; 2]>(image, mask),
        _ => find::<[u8; 4]>(image, mask),
    }
}

fn find<P: Pixel>(image: &ImageRef<'_>, mask: u32) -> Option<[usize; 4]> {
    if image.bytes() == 0 {
        return None;
    }
    let row = |y| image.pixels::<P>(y);
    let top = (0..image.ysize()).find(|y| has_data(row(*y), mask))?;
    let bottom = (top..image.ysize()).rev().find(|y| has_data(row(*y), mask))?;
    let (mut left, mut right) = (image.xsize(), 0);
    for y in top..=bottom {
        if (left, right) == (0, image.xsize()) {
            break;
        }
        let row = row(y);
        // A row rarely moves an edge: ask for data in the margin first, which takes a vector loop.
        if has_data(&row[..left], mask) {
            left = row.iter().position(|pixel| pixel.is_data(mask)).unwrap_or(left);
        }
        if has_data(&row[right..], mask) {
            right = row.iter().rposition(|pixel| pixel.is_data(mask)).map_or(right, |x| x + 1);
        }
    }
    Some([left, top, right, bottom + 1])
}

multiversion! {
    /// Returns whether a pixel is not zero, block by block, so that a long row ends early.
    fn has_data<P: Pixel>(row: &[P], mask: u32) -> bool {
        let bits = |block: &[P]| block.iter().fold(P::Bits::default(), |bits, pixel| bits | pixel.masked(mask));
        row.chunks(1024).any(|block| bits(block) != P::Bits::default())
    }
}
