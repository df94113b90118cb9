//! Divisions by the area of a box, as multiplications by fixed-point reciprocals.
//!
//! The reference divides by `((sum + area / 2) * multiplier) >> 24` with `multiplier = 2^32 / (area << 8)`, truncated
//! (`division_UINT32`). The error of the multiplier is part of the result: where `sum + area / 2` is a multiple of the
//! area, the mean is mostly one less than the exact quotient.
//!
//! For areas up to [`MAX_NARROW_AREA`] a 16-bit reciprocal gives the same means. It needs one `pmulhuw` per vector of
//! 16-bit sums instead of 32-bit multiplications. (The test compares them for every sum.)

/// The largest area that has a [`NarrowReciprocal`].
const MAX_NARROW_AREA: i32 = 128;

/// The largest area for which 16 bits hold the sum and half of the area: 256 × 255 + 128.
const MAX_U16_AREA: i32 = 256;

/// Divides sums by the area of a box, and rounds.
#[derive(Clone, Copy)]
pub struct Reciprocal {
    /// Half of the area, for rounding.
    half: u32,
    /// 2^24 divided by the area.
    multiplier: u32,
    /// Whether sums of the box fit into 16 bits.
    pub sums_fit_u16: bool,
    /// The 16-bit reciprocal, for small areas.
    pub narrow: Option<NarrowReciprocal>,
}

/// Divides 16-bit sums by a small area, and rounds.
#[derive(Clone, Copy)]
pub struct NarrowReciprocal {
    half: u16,
    /// 2^(16 + shift) divided by the area, with the shift that makes it a number of exactly 16 bits.
    multiplier: u16,
    shift: u32,
}

impl Reciprocal {
    /// Makes the reciprocal of `xscale * yscale`. From 2^24 on the area overflows as in the reference, whose multiplier
    /// is then too large by a power of two, or 0.
    pub fn new(xscale: usize, yscale: usize) -> Self {
        let area = (xscale as i32).wrapping_mul(yscale as i32);
        let divisor = area.wrapping_shl(8) as u32;
        let multiplier = if divisor == 0 { 0 } else { (4_294_967_296.0 / divisor as f32) as u32 };
        let narrow = (2..=MAX_NARROW_AREA).contains(&area).then(|| NarrowReciprocal::new(area as u32));
        Self { half: (area / 2) as u32, multiplier, sums_fit_u16: (0..=MAX_U16_AREA).contains(&area), narrow }
    }

    /// Divides a sum.
    #[inline(always)]
    pub fn mean(&self, sum: u32) -> u8 {
        (sum.wrapping_add(self.half).wrapping_mul(self.multiplier) >> 24) as u8
    }
}

impl NarrowReciprocal {
    fn new(area: u32) -> Self {
        let shift = (area - 1).ilog2();
        let multiplier = ((1 << (16 + shift)) / area) as u16;
        Self { half: (area / 2) as u16, multiplier, shift }
    }

    /// Divides a sum.
    #[inline(always)]
    pub fn mean(&self, sum: u16) -> u8 {
        ((u32::from(sum + self.half) * u32::from(self.multiplier)) >> 16 >> self.shift) as u8
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn narrow_reciprocals_give_the_same_means() {
        for area in 2..=MAX_NARROW_AREA as usize {
            let reciprocal = Reciprocal::new(area, 1);
            let narrow = reciprocal.narrow.as_ref().expect("a small area");
            for sum in 0..=255 * area as u32 {
                assert_eq!(narrow.mean(sum as u16), reciprocal.mean(sum), "{sum} of {area}");
            }
        }
    }
}
