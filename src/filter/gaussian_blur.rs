//! Gaussian blur, approximated by several passes of a box blur.
//!
//! The box has a fractional radius, so that its variance is exactly the wanted one: the extended box filter of Gwosdek,
//! Grewenig, Bruhn and Weickert, "Theoretical Foundations of Gaussian Convolution by Extended Box Filtering" (2011). By
//! the central limit theorem, three passes are close to a Gaussian.

use super::box_blur::box_blur;
use crate::error::Result;
use crate::image::{ImageMut, ImageRef};

/// Blurs like a Gaussian of these standard deviations, by `passes` box blurs; in place if there is no input.
pub fn gaussian_blur(
    out: ImageMut<'_>,
    input: Option<&ImageRef<'_>>,
    xradius: f32,
    yradius: f32,
    passes: i32,
) -> Result<()> {
    box_blur(out, input, box_radius(xradius, passes), box_radius(yradius, passes), passes)
}

/// Computes the radius of the box whose blur has this standard deviation after `passes` passes.
fn box_radius(deviation: f32, passes: i32) -> f32 {
    let variance = deviation * deviation / passes as f32;
    // The integral radius whose box has at most this variance, and the fraction that adds the rest.
    let length = (12.0 * f64::from(variance) + 1.0).sqrt() as f32;
    let integral = ((f64::from(length) - 1.0) / 2.0).floor() as f32;
    let fraction = (2.0 * integral + 1.0) * (integral * (integral + 1.0) - 3.0 * variance);
    integral + fraction / (6.0 * (variance - (integral + 1.0) * (integral + 1.0)))
}
