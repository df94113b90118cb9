//! The weights of a box, in fixed point.

use super::three_taps::ThreeTaps;

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
    /// The arithmetic of a box that covers three pixels at most.
    pub three_taps: Option<ThreeTaps>,
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
        let outer = (1u32 << 24).wrapping_sub(inner_sum) / 2;
        let three_taps = match radius {
            0 => Some(ThreeTaps::of_fraction(inner, outer)),
            1 if is_whole => Some(ThreeTaps::of_one()),
            _ => None,
        };
        Self { radius: radius as usize, inner, outer, reciprocal, three_taps }
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
    fn three_taps_give_the_same_means() {
        let [mut sixths, mut products, mut fixed_points] = [0; 3];
        let outer: Vec<[u8; 2]> = (0..=510).map(|sum: u16| [(sum / 2) as u8, (sum - sum / 2) as u8]).collect();
        let [first, last] = [0, 1].map(|n| outer.iter().map(|pair| pair[n]).collect::<Vec<u8>>());
        // That of a Gaussian blur of 1, and others.
        let radii = [0.250_000_03, 1e-9, 0.25, 0.5, 0.999_999_94, 1.0];
        for radius in radii.into_iter().chain((1..60).map(|n| n as f32 / 61.0)) {
            let weights = Weights::new(radius);
            let taps = weights.three_taps.expect("a radius up to 1");
            match taps {
                ThreeTaps::Thirds(_) => assert_eq!(radius, 1.0),
                ThreeTaps::Sixths(_) => sixths += 1,
                ThreeTaps::Product(_) => products += 1,
                ThreeTaps::FixedPoint(_) => fixed_points += 1,
            }
            for middle in 0..=255 {
                let mut means = vec![0; outer.len()];
                taps.vertical(&mut means, [&first, &vec![middle; outer.len()], &last]);
                for (sum, mean) in means.into_iter().enumerate() {
                    let (middle, sum) = (u32::from(middle), sum as u32);
                    let expected =
                        if radius == 1.0 { weights.mean(middle + sum, 0) } else { weights.mean(middle, sum) };
                    assert_eq!(mean, expected, "radius {radius}, {middle} between {sum}");
                }
            }
        }
        assert!(sixths > 0 && products > 0 && fixed_points > 0);
        for radius in [1.000_000_1, 1.5, 2.0, 1e9] {
            assert_eq!(Weights::new(radius).three_taps, None);
        }
    }

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
