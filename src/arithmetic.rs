//! Arithmetic on 8-bit values, exact and without branches, so that loops over pixels vectorise.
//!
//! [`muldiv255`] and [`clip8`] are the macros `MULDIV255` and `CLIP8` of Pillow's `ImagingUtils.h`. [`unpremultiply`]
//! divides by an alpha: multiplied by a reciprocal from a table ([`reciprocal255`]), since vectors have no integer division.

/// Returns `a * b / 255`, rounded to the nearest integer.
///
/// With `p = a * b + 128`, `(p + (p >> 8)) >> 8` is exact for all pairs of 8-bit values (Blinn, "Three Wrongs Make a
/// Right", 1995), and fits 16 bits.
#[inline(always)]
pub fn muldiv255(a: u8, b: u8) -> u8 {
    div255(u16::from(a) * u16::from(b))
}

/// Returns `value / 255`, rounded to the nearest integer, for a value of at most `255 * 255`: the macro `DIV255`.
#[inline(always)]
pub fn div255(value: u16) -> u8 {
    let value = value + 128;
    (((value >> 8) + value) >> 8) as u8
}

/// Clamps a value of at most 31 bits to `0..=255`.
///
/// By sign masks: LLVM turns comparisons into branches where it has no vectors, and pixels are hard to predict.
#[inline(always)]
pub fn clip8(value: i32) -> u8 {
    let (below, above) = (value >> 31, (255 - value) >> 31);
    (value & !below | above) as u8
}

/// Returns `255 / alpha` with 16 fraction bits, rounded up; 0 for an alpha of 0.
#[inline(always)]
pub fn reciprocal255(alpha: u8) -> i32 {
    static RECIPROCALS: [i32; 256] = {
        let mut reciprocals = [0; 256];
        let mut alpha = 1;
        while alpha < 256 {
            // Rounded up, so that the integral part of every product is that of the exact quotient.
            reciprocals[alpha] = (255u32 << 16).div_ceil(alpha as u32) as i32;
            alpha += 1;
        }
        reciprocals
    };
    RECIPROCALS[alpha as usize]
}

/// Returns `value * 255 / alpha`, truncated, for `reciprocal` = [`reciprocal255`]`(alpha)`. It exceeds 255 where
/// `value > alpha`.
#[inline(always)]
pub fn unpremultiply(value: u8, reciprocal: i32) -> i32 {
    ((u32::from(value) * reciprocal as u32) >> 16) as i32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unpremultiply_is_exact() {
        assert_eq!(unpremultiply(255, reciprocal255(0)), 0);
        for alpha in 1..=255u8 {
            for value in 0..=255u8 {
                let exact = i32::from(value) * 255 / i32::from(alpha);
                assert_eq!(unpremultiply(value, reciprocal255(alpha)), exact, "{value} / {alpha}");
            }
        }
    }

    #[test]
    fn clip8_clamps() {
        for value in -70_000..=70_000 {
            assert_eq!(i32::from(clip8(value)), value.clamp(0, 255));
        }
    }

    #[test]
    fn muldiv255_rounds_to_nearest() {
        for a in 0..=255u8 {
            for b in 0..=255u8 {
                let exact = (f64::from(a) * f64::from(b) / 255.0).round() as u8;
                assert_eq!(muldiv255(a, b), exact, "{a} * {b}");
            }
        }
    }
}
