//! The weights of a box, in fixed point.

/// The weights of the pixels in a box of any radius, with 24 fraction bits.
///
/// A box of radius 1.3 covers three pixels entirely, and the next one on either side by 0.3:
///
/// ```text
///    x-2     x-1      x      x+1     x+2
///         ┌───┬───────┬───────┬───────┬───┐
///         │   │       │       │       │   │
///         └───┴───────┴───────┴───────┴───┘
///   outer   inner   inner   inner   outer
/// ```
///
/// All weights together are `1 << 24`, or 1 less. Arithmetic wraps around, as in the reference, whose sums overflow
/// where the box has more than 2^24 pixels.
#[derive(Clone, Copy)]
pub struct Weights {
    /// The integral part of the radius: `2 * radius + 1` pixels are entirely within the box.
    pub radius: usize,
    /// The weight of each of these inner pixels (Pillow's `ww`).
    pub inner: u32,
    /// The weight of each of the two outer pixels, which are partly within the box (Pillow's `fw`).
    pub outer: u32,
    /// For small whole radii, the reciprocal of the box's size with 15 fraction bits. The rounded product of that and the
    /// sum of the inner pixels is the mean: the outer ones weigh too little to count.
    #[cfg_attr(not(target_arch = "x86_64"), allow(dead_code))]
    pub reciprocal: Option<i16>,
}

/// The largest whole radius that has a reciprocal.
const MAX_RECIPROCAL_RADIUS: u32 = 5;

impl Weights {
    /// Computes the weights for a radius, which is finite and not negative.
    pub fn new(radius: f32) -> Self {
        let inner = (16777216.0 / (radius * 2.0 + 1.0)) as u32;
        let is_whole = radius.fract() == 0.0;
        let radius = radius as u32;
        let reciprocal = (is_whole && (1..=MAX_RECIPROCAL_RADIUS).contains(&radius))
            .then(|| (32768.0 / (2.0 * radius as f32 + 1.0)).round() as i16);
        let inner_sum = (radius.wrapping_mul(2).wrapping_add(1)).wrapping_mul(inner);
        Self { radius: radius as usize, inner, outer: (1u32 << 24).wrapping_sub(inner_sum) / 2, reciprocal }
    }

    /// Returns whether the sum of all inner pixels fits into 16 bits: 257 * 255 = 65535.
    pub fn fits_u16(&self) -> bool {
        self.radius <= 128
    }

    /// Computes the rounded mean of a box from the sum of its inner pixels and the sum of the two outer ones.
    #[inline(always)]
    pub fn mean(&self, inner_sum: u32, outer_sum: u32) -> u8 {
        let mean = inner_sum.wrapping_mul(self.inner).wrapping_add(outer_sum.wrapping_mul(self.outer));
        (mean.wrapping_add(1 << 23) >> 24) as u8
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reciprocals_give_the_same_means() {
        for radius in 1..=MAX_RECIPROCAL_RADIUS {
            let weights = Weights::new(radius as f32);
            let reciprocal = weights.reciprocal.expect("a small whole radius") as u32;
            for sum in 0..=255 * (2 * radius + 1) {
                for outer_sum in [0, 255, 510] {
                    let mean = (sum * reciprocal + (1 << 14)) >> 15;
                    assert_eq!(u32::from(weights.mean(sum, outer_sum)), mean, "radius {radius}, sum {sum}");
                }
            }
        }
        for radius in [0.0, 0.999, 1.001, 4.5, 6.0, 1e9] {
            assert_eq!(Weights::new(radius).reciprocal, None);
        }
    }
}
