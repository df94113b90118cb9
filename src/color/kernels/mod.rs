//! Pixels converted and looked up, and lines dithered, with x86-64's vectors; casts without the checks of Rust's own, which
//! take more instructions than the cast.

#![allow(unsafe_code)] // instructions that not every processor has; casts after what does not fit is gone

#[cfg(target_arch = "x86_64")]
pub mod divide;
#[cfg(target_arch = "x86_64")]
pub mod palette;
#[cfg(target_arch = "x86_64")]
pub mod pixels;
#[cfg(target_arch = "x86_64")]
pub mod waves;

/// The whole part, of what is between 0 and 255; the nearest of these of what is not. What is not a number becomes 0.
#[inline(always)]
pub fn byte(value: f32) -> u8 {
    let value = if value > 0.0 { value } else { 0.0 };
    let value = if value < 255.0 { value } else { 255.0 };
    // SAFETY: it is from 0 to 255.
    unsafe { value.to_int_unchecked::<i32>() as u8 }
}

/// The whole part. What is not a number or does not fit becomes the least integer: so the processors have it that the
/// reference is for.
#[inline(always)]
pub fn whole(value: f32) -> i32 {
    const LEAST: f32 = -2_147_483_648.0;
    let fits = (LEAST..-LEAST).contains(&value);
    let value = if fits { value } else { LEAST };
    // SAFETY: it fits.
    unsafe { value.to_int_unchecked() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn casts_cut_and_clip() {
        for (value, as_byte, as_whole) in [
            (0.99, 0, 0),
            (-0.99, 0, 0),
            (-1.5, 0, -1),
            (254.99, 254, 254),
            (1e9, 255, 1_000_000_000),
            (2_147_483_648.0, 255, i32::MIN),
            (-2_147_483_648.0, 0, i32::MIN),
            (f32::INFINITY, 255, i32::MIN),
            (f32::NAN, 0, i32::MIN),
        ] {
            assert_eq!((byte(value), whole(value)), (as_byte, as_whole), "{value}");
        }
    }
}
