//! Convolution with a kernel of 3 × 3 or 5 × 5.
//!
//! The reference sums in floats: row by row of the kernel, the bottom row of the image first, and each row on its own
//! before it is added. [`Floats`] does just that. Many kernels have weights that are whole parts of a number:
//! [`Fractions`] has the same sums sooner, of integers. For any others `near` has sums that are so near that most bytes
//! are the same, and knows which may not be.

mod blocks;
mod floats;
mod fractions;
#[cfg(target_arch = "x86_64")]
mod near;
#[cfg(target_arch = "x86_64")]
mod pieces;

use arrayvec::ArrayVec;

use crate::error::{Error, Result};
use crate::exec::parallel;
use crate::image::{ImageMut, ImageRef};
use crate::mode::{Mode, PixelType};
use crate::simd::isa::multiversion;

use floats::{Floats, I32, U8, U16be, U16le};
use fractions::Fractions;

#[cfg(target_arch = "x86_64")]
pub use {fractions::Division, near::Nearness};

/// 3 or 5 for a kernel of that many rows and columns; `None` where the image is smaller than the kernel and remains as it
/// is; an error where there is no such kernel, or the mode cannot be filtered.
pub fn kernel_size(input: &ImageRef<'_>, xsize: i32, ysize: i32) -> Result<Option<usize>> {
    if input.mode() == Mode::F {
        return Err(Error::Mode);
    }
    let is_less = |side: usize, wanted: i32| usize::try_from(wanted).is_ok_and(|wanted| side < wanted);
    if is_less(input.xsize(), xsize) || is_less(input.ysize(), ysize) {
        return Ok(None);
    }
    match (xsize, ysize) {
        (3, 3) => Ok(Some(3)),
        (5, 5) => Ok(Some(5)),
        _ => Err(Error::Value("bad kernel size")),
    }
}

/// Convolves an image, which is not smaller than the kernel and not F, and adds `offset`. Pixels whose surroundings are not
/// whole are copied.
pub fn convolve(out: ImageMut<'_>, input: &ImageRef<'_>, kernel: &[f32], offset: f32) -> Result<()> {
    // The reference adds what rounds in doubles.
    let offset = (f64::from(offset) + 0.5) as f32;
    match kernel.len() {
        25 => with_kernel::<5>(out, input, &Kernel::new(kernel, offset)),
        _ => with_kernel::<3>(out, input, &Kernel::new(kernel, offset)),
    }
}

/// A square of weights, the row of the image's bottom first, and what is added.
#[derive(Clone, Copy)]
struct Kernel<const SIZE: usize> {
    weights: [[f32; SIZE]; SIZE],
    offset: f32,
}

impl<const SIZE: usize> Kernel<SIZE> {
    fn new(weights: &[f32], offset: f32) -> Self {
        Self { weights: std::array::from_fn(|row| std::array::from_fn(|column| weights[row * SIZE + column])), offset }
    }

    /// The largest sum of bytes that there can be, to either side of 0.
    fn largest(&self) -> f64 {
        let weights = self.weights.as_flattened().iter().map(|weight| f64::from(weight.abs()));
        weights.sum::<f64>() * 255.0 + f64::from(self.offset.abs())
    }

    /// By how much less rounding changes it: no float is rounded more often than that.
    fn rounding(&self) -> f64 {
        self.largest() * (2 * SIZE + 1) as f64 * f64::from(f32::EPSILON) / 2.0
    }
}

/// Convolves with a kernel of either size.
fn with_kernel<const SIZE: usize>(out: ImageMut<'_>, input: &ImageRef<'_>, kernel: &Kernel<SIZE>) -> Result<()> {
    let spec = input.mode().spec();
    match (spec.pixel_type, spec.bands) {
        (PixelType::U8, 1) => of_bytes::<SIZE, 1>(out, input, kernel),
        (PixelType::U8, _) => of_bytes::<SIZE, 4>(out, input, kernel),
        (PixelType::I16, _) if is_big_endian(input.mode()) => rows(out, input, &Floats::<U16be, SIZE, 1>::of(kernel)),
        (PixelType::I16, _) => rows(out, input, &Floats::<U16le, SIZE, 1>::of(kernel)),
        _ => rows(out, input, &Floats::<I32, SIZE, 1>::of(kernel)),
    }
}

/// Whether 16-bit pixels of this mode have their high byte first.
fn is_big_endian(mode: Mode) -> bool {
    mode == Mode::I16B || mode == Mode::I16N && cfg!(target_endian = "big")
}

/// Convolves an image of bytes, of which `STEP` are a pixel, with integers where that is exact.
fn of_bytes<const SIZE: usize, const STEP: usize>(
    out: ImageMut<'_>,
    input: &ImageRef<'_>,
    kernel: &Kernel<SIZE>,
) -> Result<()> {
    if let Some(fractions) = Fractions::<SIZE, STEP>::of(kernel) {
        return rows(out, input, &fractions);
    }
    #[cfg(target_arch = "x86_64")]
    if STEP == 4
        && input.xsize() >= WIDE
        && let Some(near) = near::Near::of(kernel)
    {
        return rows(out, input, &near);
    }
    rows(out, input, &Floats::<U8, SIZE, STEP>::of(kernel))
}

/// The least pixels of a row of which so many are near whole numbers that these are settled in no time.
#[cfg(target_arch = "x86_64")]
const WIDE: usize = 256;

/// The most rows that are made at once, and those around them.
const MOST: usize = 8;
const MOST_AROUND: usize = MOST + 4;

/// Makes rows of the convolved image.
trait Convolution: Sized + Sync {
    /// How many pixels at each edge have not got their surroundings, and the bytes of so many.
    const MARGIN: usize;
    const EDGE: usize;

    /// How many rows are made at once: they share what is read.
    const ROWS: usize;

    /// What a thread needs meanwhile, on the heap where it is large: its stack may be small.
    type Room;

    fn room() -> Result<Self::Room>;

    /// Makes as many rows or fewer, but for their edges, of all that are around them, the upmost first. The bits of each
    /// four bytes that are not `kept` become 0.
    fn rows(&self, outs: &mut [&mut [u8]], inputs: &[&[u8]], kept: [u8; 4], room: &mut Self::Room) {
        plain_rows(self, outs, inputs, kept, room);
    }

    /// The same in plain code.
    fn plain(&self, outs: &mut [&mut [u8]], inputs: &[&[u8]], kept: [u8; 4], room: &mut Self::Room);
}

multiversion! {
    fn plain_rows<C: Convolution>(
        convolution: &C, outs: &mut [&mut [u8]], inputs: &[&[u8]], kept: [u8; 4], room: &mut C::Room,
    ) {
        convolution.plain(outs, inputs, kept, room);
    }
}

/// All bits of a pixel of four bytes, or of as many pixels.
const ALL: [u8; 4] = [255; 4];

/// Zeros the bits of each four bytes that are not kept.
#[inline(always)]
fn clear(out: &mut [u8], kept: [u8; 4]) {
    if kept != ALL {
        for pixel in out.as_chunks_mut().0 {
            *pixel = (u32::from_ne_bytes(*pixel) & u32::from_ne_bytes(kept)).to_ne_bytes();
        }
    }
}

/// Makes all rows.
fn rows<C: Convolution>(out: ImageMut<'_>, input: &ImageRef<'_>, convolution: &C) -> Result<()> {
    let row_bytes = input.xsize() * input.mode().pixel_size();
    let end = row_bytes - C::EDGE;
    let inside = C::MARGIN..input.ysize() - C::MARGIN;
    // Bytes that are not of a band are 0.
    let kept = match input.mode().spec().bands {
        2 => [255, 0, 0, 255],
        3 => [255, 255, 255, 0],
        _ => ALL,
    };
    parallel::try_for_rows(out, row_bytes * C::MARGIN, |first, mut band| {
        let last = inside.end.min(first + band.ysize()) - 1;
        let (mut some, mut room) = (ArrayVec::<_, MOST>::new(), C::room()?);
        for (y, row) in (first..).zip(band.rows_mut()) {
            let source = input.row(y);
            if !inside.contains(&y) {
                row.copy_from_slice(source);
                continue;
            }
            row[..C::EDGE].copy_from_slice(&source[..C::EDGE]);
            row[end..][..C::EDGE].copy_from_slice(&source[end..][..C::EDGE]);
            some.push(&mut row[C::EDGE..end]);
            if some.len() == C::ROWS || y == last {
                let top = y + 1 - some.len() - C::MARGIN;
                let around: ArrayVec<&[u8], MOST_AROUND> = (top..=y + C::MARGIN).map(|y| input.row(y)).collect();
                convolution.rows(&mut some, &around, kept, &mut room);
                some.clear();
            }
        }
        Ok(())
    })
}
