//! One colour everywhere.

use crate::exec::simd::for_each_level;
use crate::exec::threads;
use crate::image::ImageMut;

/// Sets all pixels to `pixel`: four bytes of pixels that lie one behind the other, where one has less.
pub fn fill(out: ImageMut<'_>, pixel: [u8; 4]) {
    let cost = threads::cost_of_moving(&out);
    threads::make_rows(out, &[], cost, |_, row| match pixel {
        // The C library knows best how to.
        [byte, rest @ ..] if rest == [byte; 3] => row.fill(byte),
        _ => fill_row(row, pixel),
    });
}

for_each_level! {
    fn fill_row(row: &mut [u8], pixel: [u8; 4]) {
        let (row, rest) = row.as_chunks_mut();
        for out in row {
            *out = pixel;
        }
        rest.copy_from_slice(&pixel[..rest.len()]);
    }
}
