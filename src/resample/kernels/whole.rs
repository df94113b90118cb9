//! A cast without the checks of Rust's own, which would have it made one by one.

#![allow(unsafe_code)] // a cast after what does not fit is gone

/// The whole part. What is not a number or does not fit becomes the least integer: so the processors have it that the
/// reference is for.
#[inline(always)]
pub fn whole(value: f64) -> i32 {
    const LEAST: f64 = -2_147_483_648.0;
    let fits = value > LEAST - 1.0 && value < -LEAST;
    let value = if fits { value } else { LEAST };
    // SAFETY: it fits.
    unsafe { value.to_int_unchecked() }
}

#[cfg(test)]
mod tests {
    use super::whole;

    #[test]
    fn what_does_not_fit_is_the_least() {
        for (value, expected) in [
            (-0.99, 0),
            (1.99, 1),
            (2_147_483_647.99, i32::MAX),
            (2_147_483_648.0, i32::MIN),
            (-2_147_483_648.99, i32::MIN),
            (f64::INFINITY, i32::MIN),
            (f64::NAN, i32::MIN),
        ] {
            assert_eq!(whole(value), expected, "{value}");
        }
    }
}
