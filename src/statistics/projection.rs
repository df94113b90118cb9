//! Projections: which columns and which rows have data.

use super::band_mask::band_mask;
use crate::image::ImageRef;
use crate::simd::isa::multiversion;

/// Sets `columns[x]` to 1 if column `x` has a pixel that is not zero, else to 0, and `rows[y]` likewise. The slices have
/// the width and the height of the image.
///
/// As in the reference, an image of 16-bit pixels is looked at byte by byte, the first `xsize` bytes of each row.
pub fn projection(image: &ImageRef<'_>, columns: &mut [u8], rows: &mut [u8]) {
    columns.fill(0);
    rows.fill(0);
    let mask = band_mask(image.mode());
    for (row, has_data) in image.rows().zip(rows) {
        *has_data = match image.mode().pixel_size() {
            4 => project_pixels(columns, row.as_chunks().0, mask),
            _ => project_bytes(columns, row),
        };
    }
}

multiversion! {
    /// Marks the columns of the pixels that are not zero, and returns 1 if there are any.
    fn project_pixels(columns: &mut [u8], row: &[[u8; 4]], mask: u32) -> u8 {
        let mut any = 0;
        for (column, pixel) in columns.iter_mut().zip(row) {
            let is_data = u8::from(u32::from_ne_bytes(*pixel) & mask != 0);
            *column |= is_data;
            any |= is_data;
        }
        any
    }

    /// Marks the columns of the bytes that are not zero, and returns 1 if there are any.
    fn project_bytes(columns: &mut [u8], row: &[u8]) -> u8 {
        let mut any = 0;
        for (column, byte) in columns.iter_mut().zip(row) {
            let is_data = u8::from(*byte != 0);
            *column |= is_data;
            any |= is_data;
        }
        any
    }
}
