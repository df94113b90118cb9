//! Trilinear interpolation of one pixel: the code that all kernels equal.

use super::table::{HALF, Lut3d, ONE, PRECISION_BITS, SHIFT_BITS};

/// Looks up the colours of a row in place, in a table of `N` channels.
pub fn convert_row<const N: usize>(pixels: &mut [u8], lut: &Lut3d<'_>) {
    for pixel in pixels.as_chunks_mut::<4>().0 {
        let (offset, [x, y, z]) = lut.locate(*pixel);
        let [_, row, plane] = lut.axes().each_ref().map(|axis| axis.stride());
        let along_x = |offset: usize| {
            let neighbours = lut.neighbours::<N>(offset);
            let colour = |n: usize| std::array::from_fn::<i32, N, _>(|channel| neighbours[n + channel].into());
            lerp(colour(0), colour(N), x)
        };
        let along_y = |offset: usize| lerp(along_x(offset), along_x(offset + row), y);
        let colour = lerp(along_y(offset), along_y(offset + plane), z);
        for (byte, value) in pixel.iter_mut().zip(colour) {
            *byte = ((value + HALF) >> PRECISION_BITS).clamp(0, 255) as u8;
        }
    }
}

/// Interpolates two colours linearly, rounding down.
#[inline(always)]
fn lerp<const N: usize>(a: [i32; N], b: [i32; N], weight: i32) -> [i32; N] {
    std::array::from_fn(|channel| (a[channel] * (ONE - weight) + b[channel] * weight) >> SHIFT_BITS)
}
