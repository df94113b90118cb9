//! The bounding box of the data: rows are scanned from the top and from the bottom for the first one with data, then the
//! rows between for the leftmost and rightmost pixel, outside the box found so far.

use bytemuck::AnyBitPattern;

use super::band_mask::band_mask;
use crate::image::ImageRef;

/// A pixel that may be zero.
trait Pixel: AnyBitPattern {
    /// Returns the bits of the pixel that are data.
    fn masked(self, mask: u32) -> u32;
}

impl Pixel for u8 {
    #[inline(always)]
    fn masked(self, _: u32) -> u32 {
        self.into()
    }
}

impl Pixel for [u8; 2] {
    #[inline(always)]
    fn masked(self, _: u32) -> u32 {
        u16::from_ne_bytes(self).into()
    }
}

impl Pixel for [u8; 4] {
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
            left = row.iter().position(|pixel| pixel.masked(mask) != 0).unwrap_or(left);
        }
        if has_data(&row[right..], mask) {
            right = row.iter().rposition(|pixel| pixel.masked(mask) != 0).map_or(right, |x| x + 1);
        }
    }
    Some([left, top, right, bottom + 1])
}

/// Returns whether a pixel is not zero, block by block, so that a long row ends early.
#[inline]
fn has_data<P: Pixel>(row: &[P], mask: u32) -> bool {
    row.chunks(1024).any(|block| block.iter().fold(0, |bits, pixel| bits | pixel.masked(mask)) != 0)
}
