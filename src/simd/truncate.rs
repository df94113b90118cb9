//! Conversions of floats to integers with x86's semantics, in code that vectorises.
//!
//! [`truncate`] has the semantics of `cvttps2dq` and `cvttpd2dq`: NaN and values out of range become `i32::MIN`, as in Pillow
//! on x86. Rust's `as` saturates instead, and its comparisons keep LLVM from vectorising. The `saturate` functions clamp to a
//! range first.

#[cfg(target_arch = "x86_64")]
use super::isa::Sse2;
use super::isa::{self, Isa};

/// A float that [`truncate`] takes.
pub trait Float: Copy {
    /// Truncates one value, in plain code that LLVM vectorises where there are mask registers.
    fn truncate(self) -> i32;

    /// Truncates four values without comparisons.
    fn truncate_4(values: [Self; 4]) -> [i32; 4];
}

/// Truncates floats towards zero; NaN and overflow become `i32::MIN`.
#[inline(always)]
pub fn truncate<F: Float, const N: usize>(values: [F; N]) -> [i32; N] {
    let mut out = [0; N];
    // Comparisons are cheap only with the mask registers of AVX-512.
    if N.is_multiple_of(4) && !has_mask_registers(isa::current()) {
        for (out, values) in out.as_chunks_mut().0.iter_mut().zip(values.as_chunks().0) {
            *out = F::truncate_4(*values);
        }
        return out;
    }
    for (out, value) in out.iter_mut().zip(values) {
        *out = value.truncate();
    }
    out
}

#[inline(always)]
fn has_mask_registers(isa: Isa) -> bool {
    #[cfg(target_arch = "x86_64")]
    return isa.avx512().is_some();
    #[cfg(not(target_arch = "x86_64"))]
    {
        let _ = isa;
        false
    }
}

macro_rules! floats {
    ($($float:ty, $truncate_4:ident: above $below_min:literal)+) => {$(
        impl Float for $float {
            #[inline(always)]
            fn truncate(self) -> i32 {
                let fits = self > $below_min && self < 2_147_483_648.0;
                let value = if fits { self } else { -2_147_483_648.0 };
                // SAFETY: the truncated value is within i32, by the comparison above.
                unsafe { value.to_int_unchecked() }
            }

            #[inline(always)]
            fn truncate_4(values: [Self; 4]) -> [i32; 4] {
                #[cfg(target_arch = "x86_64")]
                return x86::$truncate_4(Sse2, values);
                #[cfg(not(target_arch = "x86_64"))]
                values.map(Self::truncate)
            }
        }
    )+};
}
floats! {
    f32, truncate_ps: above -2_147_483_904.0 // the next float below i32::MIN
    f64, truncate_pd: above -2_147_483_649.0
}

/// Clamps a float to `0..=MAX` and truncates it; NaN becomes 0.
#[inline(always)]
pub fn saturate<const MAX: i32>(value: f32) -> i32 {
    const { assert!(MAX >= 0 && MAX <= (1 << 30)) };
    let value = if value > 0.0 { value } else { 0.0 };
    let value = if value < MAX as f32 { value } else { MAX as f32 };
    // SAFETY: 0 <= value <= MAX as f32, which is at most 2^30; NaN has become 0.
    unsafe { value.to_int_unchecked() }
}

/// Clamps a float to `0..=255` and truncates it; NaN becomes 0.
#[inline(always)]
pub fn saturate_u8(value: f32) -> u8 {
    saturate::<255>(value) as u8
}

/// Clamps a float to `0..=i32::MAX` and truncates it; NaN becomes `i32::MIN`, as by `cvttps2dq`.
#[inline(always)]
pub fn saturate_i32(value: f32) -> i32 {
    /// 2^31, the least float above i32::MAX, and the greatest float below it.
    const TWO_31: f32 = 2147483648.0;
    const BELOW_TWO_31: f32 = 2147483520.0;
    let clamped = if value > 0.0 { value } else { 0.0 };
    let clamped = if clamped < BELOW_TWO_31 { clamped } else { BELOW_TWO_31 };
    // SAFETY: 0 <= clamped < 2^31; NaN has become 0.
    let truncated: i32 = unsafe { clamped.to_int_unchecked() };
    let truncated = if value >= TWO_31 { i32::MAX } else { truncated };
    if value.is_nan() { i32::MIN } else { truncated }
}

/// Converts an integral float of less than 31 bits. Adding 1.5 * 2^52 moves the integer into the lowest bits of the
/// mantissa.
#[inline(always)]
pub fn integral(value: f64) -> i32 {
    (value + 6_755_399_441_055_744.0).to_bits() as i32
}

/// Rounds a float within `0..=32767` to the nearest integer, ties to even. At 2^23 floats are integral, so the addition
/// rounds.
#[inline(always)]
pub fn round_15_bits(value: f32) -> i32 {
    const TWO_23: f32 = 8_388_608.0;
    (value + TWO_23).to_bits() as i32 & 0x7fff
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::*;

    use crate::simd::isa::entry;

    entry! {
        pub fn truncate_ps(Sse2, values: [f32; 4]) -> [i32; 4] = truncate_ps_sse2;
        pub fn truncate_pd(Sse2, values: [f64; 4]) -> [i32; 4] = truncate_pd_sse2;
    }

    #[inline]
    #[target_feature(enable = "sse2")]
    fn truncate_ps_sse2(values: [f32; 4]) -> [i32; 4] {
        bytemuck::cast(_mm_cvttps_epi32(bytemuck::cast(values)))
    }

    #[inline]
    #[target_feature(enable = "sse2")]
    fn truncate_pd_sse2(values: [f64; 4]) -> [i32; 4] {
        let [low, high]: [__m128d; 2] = bytemuck::cast(values);
        bytemuck::cast(_mm_unpacklo_epi64(_mm_cvttpd_epi32(low), _mm_cvttpd_epi32(high)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIN: f64 = -2_147_483_648.0;

    #[test]
    fn nan_and_overflow_become_the_minimum() {
        let doubles = [
            (-0.99, 0),
            (1.99, 1),
            (-1.5, -1),
            (-MIN - 0.01, i32::MAX),
            (-MIN, i32::MIN),
            (MIN - 0.99, i32::MIN),
            (MIN * 2.0, i32::MIN),
            (f64::INFINITY, i32::MIN),
            (f64::NAN, i32::MIN),
        ];
        for (value, expected) in doubles {
            assert_eq!(
                (value.truncate(), truncate([value; 4]), truncate([value])),
                (expected, [expected; 4], [expected]),
                "{value}"
            );
        }
    }

    #[test]
    fn f32_truncates_as_f64_does() {
        for bits in (0..=u32::MAX).step_by(1009) {
            let value = f32::from_bits(bits);
            let expected = f64::from(value).truncate();
            assert_eq!((value.truncate(), truncate([value; 4])), (expected, [expected; 4]), "{value}");
        }
    }

    #[test]
    fn out_of_range_saturates() {
        let cases = [(f32::NEG_INFINITY, 0), (-0.0, 0), (0.999, 0), (254.99, 254), (255.5, 255), (f32::INFINITY, 255)];
        assert!(cases.iter().all(|(value, expected)| saturate::<255>(*value) == *expected));
        assert_eq!(saturate::<65535>(f32::NAN), 0);
        let cases = [(-1.0, 0), (2147483520.0, 2147483520), (2147483648.0, i32::MAX), (f32::INFINITY, i32::MAX)];
        assert!(cases.iter().all(|(value, expected)| saturate_i32(*value) == *expected));
        assert_eq!(saturate_i32(f32::NAN), i32::MIN);
    }

    #[test]
    fn integral_floats_convert_exactly() {
        for value in [-2, -1, 0, 1, 77, i32::MAX - 1, i32::MAX] {
            assert_eq!(integral(f64::from(value)), value);
        }
        for value in 0..=32767u16 {
            let value = f32::from(value);
            assert_eq!([round_15_bits(value), round_15_bits(value + 0.25)], [value as i32; 2]);
        }
        assert_eq!([0.5, 1.5, 2.75].map(round_15_bits), [0, 2, 3]);
    }
}
