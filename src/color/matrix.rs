//! Colours multiplied by a matrix.

use crate::exec::parallel;
use crate::image::{ImageMut, ImageRef};
use crate::simd::isa::multiversion;
use crate::simd::truncate::saturate_u8;

/// About how many operations a pixel costs.
const COST: usize = 8;

/// What makes one band: three factors and a constant.
pub type Row = [f32; 4];

/// Makes one band of three.
pub fn to_grey(out: ImageMut<'_>, input: &ImageRef<'_>, row: &Row) {
    make_rows(out, input, |out, input| grey_line(out, input, row));
}

/// Makes three bands of three.
pub fn to_colour(out: ImageMut<'_>, input: &ImageRef<'_>, rows: &[Row; 3]) {
    make_rows(out, input, |out, input| colour_line(out, input, rows));
}

fn make_rows(out: ImageMut<'_>, input: &ImageRef<'_>, line: impl Fn(&mut [u8], &[u8]) + Sync) {
    parallel::write_rows(out, &[input], COST * input.xsize(), |y, row| line(row, input.row(y)));
}

multiversion! {
    fn grey_line(out: &mut [u8], input: &[u8], row: &Row) {
        let [r, g, b, one] = *row;
        for (out, [x, y, z, _]) in out.iter_mut().zip(input.as_chunks::<4>().0) {
            *out = saturate_u8(r * f32::from(*x) + g * f32::from(*y) + b * f32::from(*z) + one + 0.5);
        }
    }

    fn colour_line(out: &mut [u8], input: &[u8], rows: &[Row; 3]) {
        // What a band of the source does to all four of the outcome; the fourth becomes 255.
        let column = |band: usize, fourth: f32| [rows[0][band], rows[1][band], rows[2][band], fourth];
        let (r, g, b, one) = (column(0, 0.0), column(1, 0.0), column(2, 0.0), column(3, 255.0));
        for (out, [x, y, z, _]) in out.as_chunks_mut::<4>().0.iter_mut().zip(input.as_chunks::<4>().0) {
            let (x, y, z) = (f32::from(*x), f32::from(*y), f32::from(*z));
            for (band, out) in out.iter_mut().enumerate() {
                *out = saturate_u8(r[band] * x + g[band] * y + b[band] * z + one[band] + 0.5);
            }
        }
    }
}
