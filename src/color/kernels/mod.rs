//! Pixels converted and looked up, and lines dithered, with x86-64's vectors; a cast without the checks of Rust's own, which
//! take more instructions than the cast.

#![allow(unsafe_code)] // instructions that not every processor has; a cast after what does not fit is gone

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn casts_cut_and_clip() {
        for (value, expected) in [
            (0.99, 0),
            (-0.99, 0),
            (254.99, 254),
            (1e9, 255),
            (f32::NEG_INFINITY, 0),
            (f32::INFINITY, 255),
            (f32::NAN, 0),
        ] {
            assert_eq!(byte(value), expected, "{value}");
        }
    }
}
