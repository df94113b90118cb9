//! Gaussian noise, by the polar method of Marsaglia. Like the reference, it uses one of the two values of each accepted pair.

use crate::image::ImageMut;
use crate::simd::truncate::Float;

/// Fills an L image with noise around 128. `uniform` returns the next number from -1 to 1.
pub fn noise(mut out: ImageMut<'_>, sigma: f32, mut uniform: impl FnMut() -> f64) {
    for out in out.rows_mut().flatten() {
        *out = clip(128.0 + f64::from(sigma) * normal(&mut uniform));
    }
}

/// Draws pairs within the unit circle until one is accepted.
fn normal(uniform: &mut impl FnMut() -> f64) -> f64 {
    loop {
        let (first, second) = (uniform(), uniform());
        let radius = first * first + second * second;
        if radius < 1.0 {
            return (-2.0 * radius.ln() / radius).sqrt() * first;
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
