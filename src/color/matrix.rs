//! Colour conversion by a matrix: `out[i] = sum(matrix[i][j] * in[j]) + matrix[i][3]`, rounded and clipped to bytes
//! (`ImagingConvertMatrix`).
//!
//! Sums are computed in the order of the reference, in single precision without fused multiplications: the same bits.

use crate::exec::parallel;
use crate::image::{ImageMut, ImageRef};
use crate::simd::isa::multiversion;
use crate::simd::truncate::saturate_u8;

/// The cost of a pixel, in operations.
const COST: usize = 8;

/// The row of a matrix, for one output band: three weights and an offset.
pub type Row = [f32; 4];

/// Converts three bands to one.
pub fn to_grey(out: ImageMut<'_>, input: &ImageRef<'_>, row: &Row) {
    convert_rows(out, input, |out, input| grey_row(out, input, row));
}

/// Converts three bands to three.
pub fn to_colour(out: ImageMut<'_>, input: &ImageRef<'_>, rows: &[Row; 3]) {
    convert_rows(out, input, |out, input| colour_row(out, input, rows));
}

fn convert_rows(out: ImageMut<'_>, input: &ImageRef<'_>, convert: impl Fn(&mut [u8], &[u8]) + Sync) {
    parallel::write_rows(out, &[input], COST * input.xsize(), |y, row| convert(row, input.row(y)));
}

multiversion! {
    fn grey_row(out: &mut [u8], input: &[u8], row: &Row) {
        let [r, g, b, offset] = *row;
        for (out, [x, y, z, _]) in out.iter_mut().zip(input.as_chunks::<4>().0) {
            *out = saturate_u8(r * f32::from(*x) + g * f32::from(*y) + b * f32::from(*z) + offset + 0.5);
        }
    }

    fn colour_row(out: &mut [u8], input: &[u8], rows: &[Row; 3]) {
        // Columns of the matrix, so that a pixel is a vector. The fourth row makes the fourth byte 255.
        let column = |band: usize, fourth: f32| [rows[0][band], rows[1][band], rows[2][band], fourth];
        let (r, g, b, offset) = (column(0, 0.0), column(1, 0.0), column(2, 0.0), column(3, 255.0));
        for (out, [x, y, z, _]) in out.as_chunks_mut::<4>().0.iter_mut().zip(input.as_chunks::<4>().0) {
            let (x, y, z) = (f32::from(*x), f32::from(*y), f32::from(*z));
            for (band, out) in out.iter_mut().enumerate() {
                *out = saturate_u8(r[band] * x + g[band] * y + b[band] * z + offset[band] + 0.5);
            }
        }
    }
}
