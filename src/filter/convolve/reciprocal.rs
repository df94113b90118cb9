//! Division of 16-bit sums by a constant: multiplication by its reciprocal, exact for every sum that can occur
//! (Granlund and Montgomery, "Division by Invariant Integers using Multiplication", 1994).

/// How a sum of products becomes a byte: `(sum + offset) / divisor`, clamped to `0..=255`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReciprocalDivision {
    /// Added to the products: the kernel's offset in units of 1 / `divisor`.
    pub offset: i32,
    /// Makes the least sum 0, so that sums are unsigned. Subtracted again with saturation, it clamps the sum at 0.
    pub bias: u16,
    /// The largest sum whose quotient is 255. Larger ones are clamped to it.
    pub max: u16,
    /// An even number, at most 256.
    pub divisor: u16,
    /// 1 / `divisor` with `16 + shift` fraction bits, rounded up.
    pub reciprocal: u16,
    pub shift: u32,
}

impl ReciprocalDivision {
    /// Returns the division by an even number of at most 256 for sums within `min..=max`, offset included; `None` if
    /// sums exceed 16 bits or a quotient would be wrong.
    pub fn new(divisor: u16, offset: f64, min: f64, max: f64) -> Option<Self> {
        let bias = (-min).max(0.0);
        if offset.abs() > 1e6 || bias + max > f64::from(u16::MAX) {
            return None;
        }
        // Rounding up adds up to 1 to the reciprocal. The quotients are exact if the added products stay below one
        // unit.
        let shift = (divisor - 1).ilog2();
        let one = 1u32 << (16 + shift);
        let reciprocal = one.div_ceil(u32::from(divisor));
        let max = (256 * u32::from(divisor) - 1) as u16;
        let error = u64::from(reciprocal * u32::from(divisor) - one);
        (error * u64::from(max) < u64::from(one)).then_some(Self {
            offset: offset as i32,
            bias: bias as u16,
            max,
            divisor,
            reciprocal: reciprocal as u16,
            shift,
        })
    }

    /// Returns what the products are added to: the offset and the bias. The sum wraps around to its value.
    #[inline(always)]
    pub fn initial_sum(&self) -> u16 {
        (self.offset as u16).wrapping_add(self.bias)
    }

    /// Divides a biased sum; `IS_SHIFT` if the divisor is a power of two.
    #[inline(always)]
    pub fn divide<const IS_SHIFT: bool>(&self, sum: u16) -> u8 {
        let sum = sum.saturating_sub(self.bias).min(self.max);
        let product = if IS_SHIFT { sum } else { ((u32::from(sum) * u32::from(self.reciprocal)) >> 16) as u16 };
        // The reciprocal of a power of two is 1 << 15, which halves the sum.
        (product >> ((self.shift + u32::from(IS_SHIFT)) & 15)) as u8
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotients_are_exact() {
        let divisions = (2..=256).step_by(2).filter_map(|divisor| ReciprocalDivision::new(divisor, 0.0, 0.0, 0.0));
        assert!(divisions.clone().count() > 80);
        for division in divisions {
            for sum in 0..=division.max {
                let quotient = (sum / division.divisor) as u8;
                assert_eq!(division.divide::<false>(sum), quotient, "{sum} / {}", division.divisor);
                if division.divisor.is_power_of_two() {
                    assert_eq!(division.divide::<true>(sum), quotient, "{sum} / {}", division.divisor);
                }
            }
        }
    }
}
