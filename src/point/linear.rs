//! `value * scale + offset`, in double precision, without clipping.
//!
//! The result is converted back with x86's semantics: what does not fit an `i32` becomes `i32::MIN`, and a 16-bit pixel
//! gets the lower half of that.

#[cfg(target_arch = "x86_64")]
use super::avx2;
use crate::exec::parallel;
use crate::image::{ImageMut, ImageRef};
use crate::mode::Mode;
#[cfg(target_arch = "x86_64")]
use crate::simd::isa;
use crate::simd::isa::multiversion;
use crate::simd::truncate::truncate;

/// Returns whether [`linear`] takes a mode: I, I;16 and F.
pub fn has_linear(mode: Mode) -> bool {
    matches!(mode, Mode::I | Mode::I16 | Mode::F)
}

/// Computes `value * scale + offset`. `out` has the same mode, one that [`has_linear`] accepts, and the same size.
pub fn linear(out: ImageMut<'_>, input: &ImageRef<'_>, scale: f64, offset: f64) {
    let (mode, cost) = (input.mode(), 4 * input.xsize());
    parallel::write_rows(out, &[input], cost, |y, out| match mode {
        Mode::F => linear_f32(out, input.row(y), scale, offset),
        Mode::I => {
            let row = input.row(y);
            #[cfg(target_arch = "x86_64")]
            let done = isa::current().avx2().map_or(0, |isa| avx2::linear_i32(isa, out, row, scale, offset));
            #[cfg(not(target_arch = "x86_64"))]
            let done = 0;
            linear_i32(&mut out[done..], &row[done..], scale, offset);
        }
        _ => linear_u16(out, input.row(y), scale, offset),
    });
}

/// The pixels that are converted at a time.
const LANES: usize = 8;

/// Computes pixels [`LANES`] at a time, and then those that are left. (Loops over arrays: LLVM does not vectorise
/// `array::map`.)
#[inline(always)]
fn for_pixels<const N: usize>(
    out: &mut [u8],
    input: &[u8],
    value: impl Fn([u8; N]) -> f64,
    to_pixel: impl Fn(i32) -> [u8; N],
) {
    let (out, out_rest) = out.as_chunks_mut::<N>().0.as_chunks_mut::<LANES>();
    let (input, input_rest) = input.as_chunks::<N>().0.as_chunks::<LANES>();
    for (out, pixels) in out.iter_mut().zip(input) {
        let mut values = [0.0; LANES];
        for n in 0..LANES {
            values[n] = value(pixels[n]);
        }
        let values = truncate(values);
        for n in 0..LANES {
            out[n] = to_pixel(values[n]);
        }
    }
    for (out, pixel) in out_rest.iter_mut().zip(input_rest) {
        *out = to_pixel(truncate([value(*pixel)])[0]);
    }
}

multiversion! {
    fn linear_f32(out: &mut [u8], input: &[u8], scale: f64, offset: f64) {
        for (out, pixel) in out.as_chunks_mut().0.iter_mut().zip(input.as_chunks().0) {
            *out = ((f64::from(f32::from_ne_bytes(*pixel)) * scale + offset) as f32).to_ne_bytes();
        }
    }

    fn linear_i32(out: &mut [u8], input: &[u8], scale: f64, offset: f64) {
        let value = |pixel| f64::from(i32::from_ne_bytes(pixel)) * scale + offset;
        for_pixels(out, input, value, i32::to_ne_bytes);
    }

    fn linear_u16(out: &mut [u8], input: &[u8], scale: f64, offset: f64) {
        let value = |pixel| f64::from(u16::from_ne_bytes(pixel)) * scale + offset;
        for_pixels(out, input, value, |value| (value as u16).to_ne_bytes());
    }
}
