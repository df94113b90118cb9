//! Gradients of 256 by 256 pixels.

use crate::image::ImageMut;
use crate::mode::{Mode, PixelType};

/// The width and height of a gradient.
pub const SIZE: usize = 256;

/// Returns whether gradients exist in a mode: 1, F, I, L and P.
pub fn has_gradient(mode: Mode) -> bool {
    matches!(mode, Mode::One | Mode::F | Mode::I | Mode::L | Mode::P)
}

/// Writes a gradient from 0 in the first row to 255 in the last one. `out` has [`SIZE`] rows and columns.
pub fn linear_gradient(out: ImageMut<'_>) {
    gradient(out, |_, y| y as u8);
}

/// Writes a gradient from 0 in the centre to 255 at the distance of the nearest border times √2 and beyond. `out` has
/// [`SIZE`] rows and columns.
pub fn radial_gradient(out: ImageMut<'_>) {
    gradient(out, |x, y| {
        let (x, y) = (x as f64 - 128.0, y as f64 - 128.0);
        ((x * x + y * y) * 2.0).sqrt().min(255.0) as u8
    });
}

fn gradient(mut out: ImageMut<'_>, value: impl Fn(usize, usize) -> u8) {
    let pixel_type = out.mode().spec().pixel_type;
    for (y, row) in out.rows_mut().enumerate() {
        match pixel_type {
            PixelType::F32 => {
                let pixels = row.as_chunks_mut().0.iter_mut();
                pixels.enumerate().for_each(|(x, pixel)| *pixel = f32::from(value(x, y)).to_ne_bytes());
            }
            PixelType::I32 => {
                let pixels = row.as_chunks_mut().0.iter_mut();
                pixels.enumerate().for_each(|(x, pixel)| *pixel = i32::from(value(x, y)).to_ne_bytes());
            }
            _ => row.iter_mut().enumerate().for_each(|(x, pixel)| *pixel = value(x, y)),
        }
    }
}
