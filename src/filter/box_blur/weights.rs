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
}

impl Weights {
    /// Computes the weights for a radius, which is finite and not negative.
    pub fn new(radius: f32) -> Self {
        let inner = (16777216.0 / (radius * 2.0 + 1.0)) as u32;
        let radius = radius as u32;
        let inner_sum = (radius.wrapping_mul(2).wrapping_add(1)).wrapping_mul(inner);
        Self { radius: radius as usize, inner, outer: (1u32 << 24).wrapping_sub(inner_sum) / 2 }
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
