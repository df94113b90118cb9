//! Convolution with a kernel of 3 × 3 or 5 × 5 weights.
//!
//! The reference computes in single precision. The order of its operations is part of the result: offset + 0.5, plus
//! the sum of each kernel row, the lowest row of pixels first, truncated and clamped. There are three methods, with the
//! same result:
//!
//! | method | sums | for |
//! | --- | --- | --- |
//! | [`rational`] | integers, divided once | bytes, if the weights have a common denominator of at most 256 |
//! | [`approximate`] | fixed point; doubtful bytes are rechecked in floats | four-byte pixels in wide rows, AVX2 or AVX-512 |
//! | [`float`] | floats, as in the reference | everything else: I, I;16 and small images |
//!
//! [`rows`] loops over the image and hands groups of rows to the method, [`blocks`] cuts a row for plain code, which
//! LLVM vectorises. For pixels of four bytes, the integer methods have kernels ([`avx2`], [`avx512`]) that convolve a
//! [`segment`] of two rows by dot products.

#[cfg(target_arch = "x86_64")]
mod approximate;
#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod band_mask;
mod blocks;
#[cfg(target_arch = "x86_64")]
mod coefficients;
mod float;
mod kernel;
mod rational;
#[cfg(target_arch = "x86_64")]
mod recheck;
mod reciprocal;
mod rows;
mod samples;
#[cfg(target_arch = "x86_64")]
mod segment;

use crate::error::{Error, Result};
use crate::image::{ImageMut, ImageRef};
use crate::mode::{Mode, PixelType};

#[cfg(target_arch = "x86_64")]
use approximate::ApproximateConvolver;
use float::FloatConvolver;
use kernel::Kernel;
use rational::RationalConvolver;
use rows::convolve_image;
use samples::{I32, U8, U16be, U16le};

/// Returns the number of rows and columns of the kernel, 3 or 5; `None` if the image is smaller than the kernel, and is
/// to be copied. The error is that of another kernel size, or of mode F.
pub fn kernel_size(input: &ImageRef<'_>, xsize: i32, ysize: i32) -> Result<Option<usize>> {
    if input.mode() == Mode::F {
        return Err(Error::Mode);
    }
    let is_below = |side: usize, size: i32| usize::try_from(size).is_ok_and(|size| side < size);
    if is_below(input.xsize(), xsize) || is_below(input.ysize(), ysize) {
        return Ok(None);
    }
    match (xsize, ysize) {
        (3, 3) => Ok(Some(3)),
        (5, 5) => Ok(Some(5)),
        _ => Err(Error::Value("bad kernel size")),
    }
}

/// Convolves an image with a kernel of 9 or 25 weights, as [`kernel_size`] allows, and adds `offset`. Pixels whose
/// neighbourhood is incomplete are copied.
pub fn convolve(out: ImageMut<'_>, input: &ImageRef<'_>, kernel: &[f32], offset: f32) -> Result<()> {
    // The reference adds the 0.5 for rounding in double precision.
    let offset = (f64::from(offset) + 0.5) as f32;
    match kernel.len() {
        25 => convolve_by::<5>(out, input, &Kernel::new(kernel, offset)),
        _ => convolve_by::<3>(out, input, &Kernel::new(kernel, offset)),
    }
}

/// Convolves with a kernel of `KSIZE` rows and columns.
fn convolve_by<const KSIZE: usize>(out: ImageMut<'_>, input: &ImageRef<'_>, kernel: &Kernel<KSIZE>) -> Result<()> {
    let spec = input.mode().spec();
    match (spec.pixel_type, spec.bands) {
        (PixelType::U8, 1) => convolve_bytes::<KSIZE, 1>(out, input, kernel),
        (PixelType::U8, _) => convolve_bytes::<KSIZE, 4>(out, input, kernel),
        (PixelType::I16, _) if is_big_endian(input.mode()) => {
            convolve_image(out, input, &FloatConvolver::<U16be, KSIZE, 1>::new(kernel))
        }
        (PixelType::I16, _) => convolve_image(out, input, &FloatConvolver::<U16le, KSIZE, 1>::new(kernel)),
        _ => convolve_image(out, input, &FloatConvolver::<I32, KSIZE, 1>::new(kernel)),
    }
}

/// Returns whether the 16-bit pixels of this mode have their high byte first.
fn is_big_endian(mode: Mode) -> bool {
    mode == Mode::I16B || mode == Mode::I16N && cfg!(target_endian = "big")
}

/// The least width for which the approximate method pays: only wide rows have enough rechecks to fill vectors.
#[cfg(target_arch = "x86_64")]
const MIN_APPROXIMATE_WIDTH: usize = 256;

/// Convolves bytes, `STRIDE` a pixel, by the fastest method for the kernel.
fn convolve_bytes<const KSIZE: usize, const STRIDE: usize>(
    out: ImageMut<'_>,
    input: &ImageRef<'_>,
    kernel: &Kernel<KSIZE>,
) -> Result<()> {
    if let Some(rational) = RationalConvolver::<KSIZE, STRIDE>::new(kernel) {
        return convolve_image(out, input, &rational);
    }
    #[cfg(target_arch = "x86_64")]
    if STRIDE == 4
        && input.xsize() >= MIN_APPROXIMATE_WIDTH
        && let Some(approximate) = ApproximateConvolver::new(kernel)
    {
        return convolve_image(out, input, &approximate);
    }
    convolve_image(out, input, &FloatConvolver::<U8, KSIZE, STRIDE>::new(kernel))
}

#[cfg(all(test, target_arch = "x86_64"))]
mod tests {
    use super::band_mask::BandMask;
    use super::rows::RowConvolver;
    use super::*;

    const BAND_MASK: BandMask = BandMask([255, 255, 0, 255]);

    /// Convolves noise of a few colours to two rows. The fewer colours, the more ties.
    fn convolved<const KSIZE: usize, C: RowConvolver>(convolver: &C, bytes: usize, step: u8) -> [Vec<u8>; 2] {
        let noise = |n: usize| (n as u32 ^ 0xbeef).wrapping_mul(2654435761).wrapping_mul(n as u32 | 1).to_be_bytes()[0];
        let row = |row: usize| (0..bytes + 4 * (KSIZE - 1)).map(move |n| noise(n * 16 + row) / step * step);
        let inputs: Vec<Vec<u8>> = (0..KSIZE + 1).map(|n| row(n).collect()).collect();
        let inputs: Vec<&[u8]> = inputs.iter().map(Vec::as_slice).collect();
        let mut outs = [vec![1; bytes], vec![2; bytes]];
        let mut scratch = C::scratch().expect("small");
        convolver.convolve_rows(&mut outs.each_mut().map(Vec::as_mut_slice), &inputs, BAND_MASK, &mut scratch);
        outs
    }

    fn compare<const KSIZE: usize>(weights: [[f32; KSIZE]; KSIZE], scale: f32) {
        let weights = weights.map(|row| row.map(|weight| weight / scale));
        let kernel = Kernel::<KSIZE>::new(weights.as_flattened(), 0.5);
        let floats = FloatConvolver::<U8, KSIZE, 4>::new(&kernel);
        let rational = RationalConvolver::<KSIZE, 4>::new(&kernel);
        let approximate = ApproximateConvolver::<KSIZE>::new(&kernel);
        for (bytes, step) in [4, 60, 64, 68, 1000, 4096, 4100, 5000].into_iter().zip([1, 1, 50, 1, 85, 1, 1, 50]) {
            let expected = convolved::<KSIZE, _>(&floats, bytes, step);
            if let Some(rational) = &rational {
                assert!(convolved::<KSIZE, _>(rational, bytes, step) == expected, "{bytes} bytes, rational");
            }
            if let Some(approximate) = &approximate {
                assert!(convolved::<KSIZE, _>(approximate, bytes, step) == expected, "{bytes} bytes, approximate");
            }
        }
    }

    #[test]
    fn integers_equal_floats() {
        for scale in [100.0, 50.0, 64.0, 127.3] {
            compare([[10.0, 20.0, -30.0], [40.0, 55.0, 10.0], [7.0, -20.0, 8.0]], scale);
            compare([[10.0; 3]; 3], scale);
            compare([[0.0, -9.0, 3.0], [-8.0, 1.0, 0.0], [2.5, -3.0, 8.0]], scale);
            compare([[1.0; 5], [1.0, 5.0, 5.0, 5.0, 1.0], [1.0, 5.0, 44.0, 5.0, 1.0], [5.0; 5], [1.0; 5]], scale);
            compare([[0.0, -9.0, 3.0, 0.0, 1.0], [5.5; 5], [2.0, 30.0, -3.0, 7.0, 1.0], [-7.0; 5], [8.0; 5]], scale);
        }
    }
}
