//! Floats cut to integers. What is not a number or does not fit becomes the least integer, unless it is clipped: so the
//! processors have it that the reference is for. Rust's own cast has it otherwise, and what it asks to know is asked one by
//! one.

use super::simd::{Level, level};

/// A float.
pub trait Float: Copy {
    /// The whole part, in plain code that the compiler vectorises.
    fn whole(self) -> i32;

    /// The whole parts of four, without a comparison.
    fn four(values: [Self; 4]) -> [i32; 4];
}

/// Cuts numbers to integers, as it takes the least time.
#[inline(always)]
pub fn whole<F: Float, const N: usize>(values: [F; N]) -> [i32; N] {
    let mut out = [0; N];
    // Without the masks of AVX-512 it takes longer to compare.
    if N.is_multiple_of(4) && level() < Level::Avx512 {
        for (out, values) in out.as_chunks_mut().0.iter_mut().zip(values.as_chunks().0) {
            *out = F::four(*values);
        }
        return out;
    }
    for (out, value) in out.iter_mut().zip(values) {
        *out = value.whole();
    }
    out
}

macro_rules! floats {
    ($($float:ty, $four:ident: above $beyond:literal)+) => {$(
        impl Float for $float {
            #[inline(always)]
            fn whole(self) -> i32 {
                let fits = self > $beyond && self < 2_147_483_648.0;
                let value = if fits { self } else { -2_147_483_648.0 };
                // SAFETY: it fits.
                unsafe { value.to_int_unchecked() }
            }

            #[inline(always)]
            fn four(values: [Self; 4]) -> [i32; 4] {
                #[cfg(target_arch = "x86_64")]
                // SAFETY: every processor of this architecture has SSE2.
                return unsafe { x86::$four(values) };
                #[cfg(not(target_arch = "x86_64"))]
                values.map(Self::whole)
            }
        }
    )+};
}
floats! {
    f32, four_floats: above -2_147_483_904.0 // the next that there is
    f64, four_doubles: above -2_147_483_649.0
}

/// The whole part of a float within 0 and `MOST`; 0 for NaN.
#[inline(always)]
pub fn clipped<const MOST: i32>(value: f32) -> i32 {
    const { assert!(MOST >= 0 && MOST <= (1 << 30)) };
    let value = if value > 0.0 { value } else { 0.0 };
    let value = if value < MOST as f32 { value } else { MOST as f32 };
    // SAFETY: it is a number, not less than 0 and not more than a float that is an `i32`.
    unsafe { value.to_int_unchecked() }
}

/// The whole part of a float within 0 and `i32::MAX`. What is not a number becomes what x86 makes of it.
#[inline(always)]
pub fn clipped_i32(value: f32) -> i32 {
    /// The least float that is not an `i32`, and the largest that is one.
    const BEYOND: f32 = 2147483648.0;
    const MOST: f32 = 2147483520.0;
    let within = if value > 0.0 { value } else { 0.0 };
    let within = if within < MOST { within } else { MOST };
    // SAFETY: a number within these is an `i32`.
    let whole: i32 = unsafe { within.to_int_unchecked() };
    let whole = if value >= BEYOND { i32::MAX } else { whole };
    if value.is_nan() { i32::MIN } else { whole }
}

/// A float that is a whole number, of less than 31 bits, as one. Adding this much moves it to the lowest bits.
#[inline(always)]
pub fn exact(value: f64) -> i32 {
    (value + 6_755_399_441_055_744.0).to_bits() as i32
}

/// A float from 0 to 32767, of 15 bits, rounded to a whole number.
#[inline(always)]
pub fn rounded_15(value: f32) -> i32 {
    const FROM_HERE_ON_FLOATS_ARE_WHOLE: f32 = 8_388_608.0;
    (value + FROM_HERE_ON_FLOATS_ARE_WHOLE).to_bits() as i32 & 0x7fff
}

/// The whole part of a float within 0 and 255; 0 for NaN.
#[inline(always)]
pub fn byte(value: f32) -> u8 {
    clipped::<255>(value) as u8
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::*;

    #[inline]
    #[target_feature(enable = "sse2")]
    pub fn four_floats(values: [f32; 4]) -> [i32; 4] {
        bytemuck::cast(_mm_cvttps_epi32(bytemuck::cast(values)))
    }

    #[inline]
    #[target_feature(enable = "sse2")]
    pub fn four_doubles(values: [f64; 4]) -> [i32; 4] {
        let [low, high]: [__m128d; 2] = bytemuck::cast(values);
        bytemuck::cast(_mm_unpacklo_epi64(_mm_cvttpd_epi32(low), _mm_cvttpd_epi32(high)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEAST: f64 = -2_147_483_648.0;

    #[test]
    fn what_does_not_fit_is_the_least() {
        let doubles = [
            (-0.99, 0),
            (1.99, 1),
            (-1.5, -1),
            (-LEAST - 0.01, i32::MAX),
            (-LEAST, i32::MIN),
            (LEAST - 0.99, i32::MIN),
            (LEAST * 2.0, i32::MIN),
            (f64::INFINITY, i32::MIN),
            (f64::NAN, i32::MIN),
        ];
        for (value, expected) in doubles {
            assert_eq!(
                (value.whole(), whole([value; 4]), whole([value])),
                (expected, [expected; 4], [expected]),
                "{value}"
            );
        }
    }

    #[test]
    fn floats_are_cut_as_doubles_are() {
        for bits in (0..=u32::MAX).step_by(1009) {
            let value = f32::from_bits(bits);
            let expected = f64::from(value).whole();
            assert_eq!((value.whole(), whole([value; 4])), (expected, [expected; 4]), "{value}");
        }
    }

    #[test]
    fn floats_are_cut_to_what_there_is_room_for() {
        let cases = [(f32::NEG_INFINITY, 0), (-0.0, 0), (0.999, 0), (254.99, 254), (255.5, 255), (f32::INFINITY, 255)];
        assert!(cases.iter().all(|(value, whole)| clipped::<255>(*value) == *whole));
        assert_eq!(clipped::<65535>(f32::NAN), 0);
        let cases = [(-1.0, 0), (2147483520.0, 2147483520), (2147483648.0, i32::MAX), (f32::INFINITY, i32::MAX)];
        assert!(cases.iter().all(|(value, whole)| clipped_i32(*value) == *whole));
        assert_eq!(clipped_i32(f32::NAN), i32::MIN);
    }

    #[test]
    fn whole_numbers_stay_what_they_are() {
        for value in [-2, -1, 0, 1, 77, i32::MAX - 1, i32::MAX] {
            assert_eq!(exact(f64::from(value)), value);
        }
        for value in 0..=32767u16 {
            let value = f32::from(value);
            assert_eq!([rounded_15(value), rounded_15(value + 0.25)], [value as i32; 2]);
        }
        assert_eq!([0.5, 1.5, 2.75].map(rounded_15), [0, 2, 3]);
    }
}
