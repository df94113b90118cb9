//! Dithering to black and white.

use super::diffusion::Below;
use super::grey::thousandths;
#[cfg(target_arch = "x86_64")]
use super::kernels::waves::{FEWEST, avx2, blocks, sse2, steps};
use crate::arithmetic::clip8;
use crate::error::Result;
use crate::image::{ImageMut, ImageRef};
use crate::memory::heap::try_vec;
use crate::mode::Mode;
use crate::simd::isa::{self, Isa};

/// What is brighter than this is shown as white.
const BRIGHTEST_BLACK: i32 = 128;

/// Dithers an image of mode L or RGB to one of mode 1 and the same size.
pub fn to_bits(out: ImageMut<'_>, input: &ImageRef<'_>) -> Result<()> {
    match input.mode() {
        Mode::L => dithered(out, input, |[grey]| grey),
        _ => dithered(out, input, |pixel| (thousandths(pixel) / 1000) as u8),
    }
}

/// Dithers an image of pixels of `N` bytes that are as bright as `brightness` says.
fn dithered<const N: usize>(out: ImageMut<'_>, input: &ImageRef<'_>, brightness: impl Fn([u8; N]) -> u8) -> Result<()> {
    match isa::current() {
        #[cfg(target_arch = "x86_64")]
        _ if input.ysize() < FEWEST => line_by_line(out, input, brightness),
        #[cfg(target_arch = "x86_64")]
        Isa::Avx2(_) | Isa::Avx512(_) => in_waves(out, input, brightness, avx2::dither_bytes),
        #[cfg(target_arch = "x86_64")]
        Isa::Sse41(_) => in_waves(out, input, brightness, sse2::dither_bytes),
        _ => line_by_line(out, input, brightness),
    }
}

/// `LINES` lines at once.
#[cfg(target_arch = "x86_64")]
fn in_waves<const LINES: usize, const N: usize>(
    mut out: ImageMut<'_>,
    input: &ImageRef<'_>,
    brightness: impl Fn([u8; N]) -> u8,
    dither: fn(&mut [[u8; LINES]], &mut [i16], usize, i16),
) -> Result<()> {
    let (pixels, rows) = (input.xsize(), input.ysize());
    let mut below = try_vec(0, pixels)?;
    let mut cells = try_vec([0; LINES], steps::<LINES>(pixels))?;
    for first in (0..rows).step_by(LINES) {
        let lines = LINES.min(rows - first);
        for block in blocks(pixels) {
            for line in 0..lines {
                let row = &input.row(first + line).as_chunks::<N>().0[block.clone()];
                for (cell, pixel) in cells[2 * line + block.start..].iter_mut().zip(row) {
                    cell[line] = brightness(*pixel);
                }
            }
        }
        dither(&mut cells, &mut below, lines, BRIGHTEST_BLACK as i16);
        for block in blocks(pixels) {
            for line in 0..lines {
                let row = &mut out.row_mut(first + line)[block.clone()];
                for (out, cell) in row.iter_mut().zip(&cells[2 * line + block.start..]) {
                    *out = cell[line];
                }
            }
        }
    }
    Ok(())
}

/// One line after the other.
fn line_by_line<const N: usize>(
    mut out: ImageMut<'_>,
    input: &ImageRef<'_>,
    brightness: impl Fn([u8; N]) -> u8,
) -> Result<()> {
    let mut below = Below::new(input.xsize())?;
    for (out, input) in out.rows_mut().zip(input.rows()) {
        line(&mut below, out, input.as_chunks::<N>().0, |pixel| i32::from(brightness(*pixel)));
    }
    Ok(())
}

/// Dithers a line of pixels that are as bright as `brightness` says.
fn line<P>(below: &mut Below<1>, out: &mut [u8], input: &[P], brightness: impl Fn(&P) -> i32) {
    let shown = |(out, pixel): (&mut u8, &P), [come]: [i32; 1]| {
        let wanted = clip8(brightness(pixel) + come);
        // Bits instead of a branch, which would be hard to predict.
        let white = (BRIGHTEST_BLACK - i32::from(wanted)) >> 31;
        *out = white as u8;
        [i32::from(wanted) - (white & 255)]
    };
    below.line(out.iter_mut().zip(input), shown, |below, _| below);
}
