//! Fills an image with one colour.

use crate::exec::parallel;
use crate::image::ImageMut;
use crate::simd::isa::multiversion;

/// Sets all pixels to one value. `pixel` is four bytes of it: the value is repeated where a pixel has fewer.
pub fn fill(out: ImageMut<'_>, pixel: [u8; 4]) {
    let cost = parallel::copy_cost(&out);
    parallel::write_rows(out, &[], cost, |_, row| match pixel {
        // A single byte: memset.
        [byte, rest @ ..] if rest == [byte; 3] => row.fill(byte),
        _ => fill_row(row, pixel),
    });
}

multiversion! {
    /// Fills a row with four bytes, repeated.
    pub fn fill_row(row: &mut [u8], pixel: [u8; 4]) {
        let (row, rest) = row.as_chunks_mut();
        for out in row {
            *out = pixel;
        }
        rest.copy_from_slice(&pixel[..rest.len()]);
    }
}
