//! `value * scale + offset`, in double precision, without clipping.
//!
//! The result is converted back with x86's semantics: what does not fit an `i32` becomes `i32::MIN`, and a 16-bit pixel
//! gets the lower half of that.

use crate::exec::parallel;
use crate::image::{ImageMut, ImageRef};
use crate::mode::Mode;
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
        Mode::I => linear_i32(out, input.row(y), scale, offset),
        _ => linear_u16(out, input.row(y), scale, offset),
    });
}

/// The pixels that are converted at a time.
const LANES: usize = 8;

multiversion! {
    fn linear_f32(out: &mut [u8], input: &[u8], scale: f64, offset: f64) {
        for (out, pixel) in out.as_chunks_mut().0.iter_mut().zip(input.as_chunks().0) {
            *out = ((f64::from(f32::from_ne_bytes(*pixel)) * scale + offset) as f32).to_ne_bytes();
        }
    }

    fn linear_i32(out: &mut [u8], input: &[u8], scale: f64, offset: f64) {
        let (out, out_rest) = out.as_chunks_mut::<4>().0.as_chunks_mut::<LANES>();
        let (input, input_rest) = input.as_chunks::<4>().0.as_chunks::<LANES>();
        let value = |pixel: [u8; 4]| f64::from(i32::from_ne_bytes(pixel)) * scale + offset;
        for (out, pixels) in out.iter_mut().zip(input) {
            *out = truncate(pixels.map(value)).map(i32::to_ne_bytes);
        }
        for (out, pixel) in out_rest.iter_mut().zip(input_rest) {
            *out = truncate([value(*pixel)]).map(i32::to_ne_bytes)[0];
        }
    }

    fn linear_u16(out: &mut [u8], input: &[u8], scale: f64, offset: f64) {
        let (out, out_rest) = out.as_chunks_mut::<2>().0.as_chunks_mut::<LANES>();
        let (input, input_rest) = input.as_chunks::<2>().0.as_chunks::<LANES>();
        let value = |pixel: [u8; 2]| f64::from(u16::from_ne_bytes(pixel)) * scale + offset;
        let low_half = |value: i32| (value as u16).to_ne_bytes();
        for (out, pixels) in out.iter_mut().zip(input) {
            *out = truncate(pixels.map(value)).map(low_half);
        }
        for (out, pixel) in out_rest.iter_mut().zip(input_rest) {
            *out = truncate([value(*pixel)]).map(low_half)[0];
        }
    }
}
