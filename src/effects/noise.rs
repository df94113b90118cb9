//! Gaussian noise, by the polar method of Marsaglia: two values for each accepted pair of uniform numbers.

use crate::image::ImageMut;
use crate::simd::truncate::Float;

/// Fills an L image with noise around 128. `uniform` returns the next number from -1 to 1.
pub fn noise(mut out: ImageMut<'_>, sigma: f32, mut uniform: impl FnMut() -> f64) {
    let mut spare = None;
    for out in out.rows_mut().flatten() {
        let value = spare.take().unwrap_or_else(|| {
            let (first, second) = normal_pair(&mut uniform);
            spare = Some(second);
            first
        });
        *out = clip(128.0 + f64::from(sigma) * value);
    }
}

fn normal_pair(uniform: &mut impl FnMut() -> f64) -> (f64, f64) {
    loop {
        let (first, second) = (uniform(), uniform());
        let radius = first * first + second * second;
        if radius < 1.0 {
            let factor = (-2.0 * radius.ln() / radius).sqrt();
            return (factor * first, factor * second);
        }
    }
}

/// Clips to a byte. NaN, which a pair of zeros gives, fails both comparisons.
fn clip(value: f64) -> u8 {
    if value <= 0.0 {
        0
    } else if value < 256.0 {
        value.truncate() as u8
    } else {
        255
    }
}
