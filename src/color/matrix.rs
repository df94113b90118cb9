//! Colours multiplied by a matrix.

use crate::exec::{simd::for_each_level, threads};
use crate::image::{ImageMut, ImageRef};

/// About how many operations a pixel costs.
const COST: usize = 8;

/// What makes one band: three factors and a constant.
pub type Row = [f32; 4];

/// Makes one band of three.
pub fn to_grey(out: ImageMut<'_>, input: &ImageRef<'_>, row: &Row) {
    for_rows(out, input, |out, input| grey_line(out, input, row));
}

/// Makes three bands of three.
pub fn to_colour(out: ImageMut<'_>, input: &ImageRef<'_>, rows: &[Row; 3]) {
    for_rows(out, input, |out, input| colour_line(out, input, rows));
}

fn for_rows(out: ImageMut<'_>, input: &ImageRef<'_>, line: impl Fn(&mut [u8], &[u8]) + Sync) {
    threads::for_rows(out, COST * input.xsize(), |first, mut band| {
        for (y, row) in band.rows_mut().enumerate() {
            line(row, input.row(first + y));
        }
    });
}

/// A band, to the nearest. What is not a number becomes 0.
#[inline(always)]
fn band([r, g, b, one]: &Row, [x, y, z, _]: [u8; 4]) -> u8 {
    (r * f32::from(x) + g * f32::from(y) + b * f32::from(z) + one + 0.5) as u8
}

for_each_level! {
    fn grey_line(out: &mut [u8], input: &[u8], row: &Row) {
        for (out, pixel) in out.iter_mut().zip(input.as_chunks::<4>().0) {
            *out = band(row, *pixel);
        }
    }

    fn colour_line(out: &mut [u8], input: &[u8], rows: &[Row; 3]) {
        for (out, pixel) in out.as_chunks_mut::<4>().0.iter_mut().zip(input.as_chunks::<4>().0) {
            let [r, g, b] = [band(&rows[0], *pixel), band(&rows[1], *pixel), band(&rows[2], *pixel)];
            *out = [r, g, b, 255];
        }
    }
}
