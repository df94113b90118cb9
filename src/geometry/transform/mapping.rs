//! Inverse mappings: which input coordinates an output pixel is sampled at.

#![allow(unsafe_code)] // a conversion without Rust's range check

/// An inverse mapping. It maps the centre (x, y) of an output pixel, relative to the box that is drawn into, to input
/// coordinates, where pixel n covers n up to n + 1.
#[derive(Clone, Copy, Debug)]
pub enum Mapping {
    /// `(a x + b y + c, d x + e y + f)`. The other two coefficients are zero: LLVM computes the terms of all mappings ahead of a
    /// loop, and of uninitialised memory these would often be denormal, which takes the processor 150 cycles each.
    Affine([f64; 8]),
    /// `((a x + b y + c) / (g x + h y + 1), (d x + e y + f) / (g x + h y + 1))`.
    Perspective([f64; 8]),
    /// `(a + b x + c y + d x y, e + f x + g y + h x y)`.
    Quad([f64; 8]),
}

/// The output pixels that are computed at once.
pub const BATCH: usize = 32;

/// The input coordinates of [`BATCH`] output pixels of a row.
pub struct Coordinates {
    /// Distances from the left.
    pub x: [f64; BATCH],
    /// Distances from the top.
    pub y: [f64; BATCH],
}

impl Mapping {
    /// Returns an affine mapping with these coefficients.
    pub const fn affine([a, b, c, d, e, f]: [f64; 6]) -> Self {
        Self::Affine([a, b, c, d, e, f, 0.0, 0.0])
    }

    /// Maps a batch of pixels of output row `y`, the first of which is `x`.
    #[inline(always)]
    pub fn map_batch(&self, x: usize, y: usize) -> Coordinates {
        let y = f64::from(y as u32) + 0.5;
        let mut coordinates = Coordinates { x: [0.0; BATCH], y: [0.0; BATCH] };
        let mut centres = [0.0; BATCH];
        for (n, centre) in centres.iter_mut().enumerate() {
            *centre = f64::from((x + n) as i32) + 0.5;
        }
        let pixels = centres.iter().zip(coordinates.x.iter_mut().zip(&mut coordinates.y));
        match self {
            Self::Affine(a) => {
                for (x, (input_x, input_y)) in pixels {
                    (*input_x, *input_y) = affine(a, *x, y);
                }
            }
            Self::Perspective(a) => {
                for (x, (input_x, input_y)) in pixels {
                    (*input_x, *input_y) = perspective(a, *x, y);
                }
            }
            Self::Quad(a) => {
                for (x, (input_x, input_y)) in pixels {
                    (*input_x, *input_y) = quad(a, *x, y);
                }
            }
        }
        coordinates
    }

    /// Maps output pixel (`x`, `y`).
    pub fn map(&self, x: usize, y: usize) -> (f64, f64) {
        let (x, y) = (f64::from(x as u32) + 0.5, f64::from(y as u32) + 0.5);
        match self {
            Self::Affine(a) => affine(a, x, y),
            Self::Perspective(a) => perspective(a, x, y),
            Self::Quad(a) => quad(a, x, y),
        }
    }
}

#[inline(always)]
fn affine([a0, a1, a2, a3, a4, a5, ..]: &[f64; 8], x: f64, y: f64) -> (f64, f64) {
    (a0 * x + a1 * y + a2, a3 * x + a4 * y + a5)
}

#[inline(always)]
fn perspective([a0, a1, a2, a3, a4, a5, a6, a7]: &[f64; 8], x: f64, y: f64) -> (f64, f64) {
    let divisor = a6 * x + a7 * y + 1.0;
    ((a0 * x + a1 * y + a2) / divisor, (a3 * x + a4 * y + a5) / divisor)
}

#[inline(always)]
fn quad([a0, a1, a2, a3, a4, a5, a6, a7]: &[f64; 8], x: f64, y: f64) -> (f64, f64) {
    (a0 + a1 * x + a2 * y + a3 * x * y, a4 + a5 * x + a6 * y + a7 * x * y)
}

/// Returns the pixel that covers a coordinate: its integer part, or -1 if it is negative, NaN or does not fit (`COORD`
/// in the reference).
#[inline(always)]
pub fn pixel_index(coordinate: f64) -> i32 {
    if !(0.0..2_147_483_648.0).contains(&coordinate) {
        return -1;
    }
    // SAFETY: 0 <= coordinate < 2^31, and so it is not NaN either.
    unsafe { coordinate.to_int_unchecked() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coordinates_outside_have_no_pixel() {
        for (coordinate, index) in [(0.0, 0), (-0.0, 0), (0.99, 0), (7.5, 7), (2_147_483_647.9, i32::MAX)] {
            assert_eq!(pixel_index(coordinate), index);
        }
        for outside in [-1e-300, -1.0, 2_147_483_648.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert_eq!(pixel_index(outside), -1);
        }
    }
}
