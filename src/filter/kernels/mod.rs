//! What safe code would do one value at a time.

#![allow(unsafe_code)] // a conversion whose check no vector has, what vectors interleave, and products

pub mod means;
#[cfg(target_arch = "x86_64")]
mod pairs;
#[cfg(target_arch = "x86_64")]
mod products;
#[cfg(target_arch = "x86_64")]
mod quads;
mod transpose;
#[cfg(target_arch = "x86_64")]
mod words;

#[cfg(target_arch = "x86_64")]
pub use products::{FixedPoint, Products};
pub use transpose::{BLOCK, transpose};

#[cfg(target_arch = "x86_64")]
use {
    pairs::pairs,
    quads::{near_quads, quads},
    words::near_words,
};

/// Bytes of a block, of which two rows are made at once, and the least bytes of a row.
pub const LEAST: usize = 64;

/// The most blocks of a row.
pub const BLOCKS: usize = 64;

/// How many rows are around two rows, at most.
pub const MOST_INPUTS: usize = 6;

/// For each of two rows and each of its blocks: at which bytes sums are divided with nothing left.
pub type Places = [[u64; BLOCKS]; 2];

/// Panics where rows are not as long as each other, with the pixels at both edges.
#[cfg(target_arch = "x86_64")]
fn check<const SIZE: usize>(outs: &[&mut [u8]; 2], inputs: &[&[u8]; MOST_INPUTS]) {
    let bytes = outs[0].len();
    assert!((LEAST..=BLOCKS * LEAST).contains(&bytes) && outs[1].len() == bytes);
    assert!(inputs[..SIZE + 1].iter().all(|row| row.len() == bytes + (SIZE - 1) * 4));
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
    // SAFETY: as above.
    let whole: i32 = unsafe { within.to_int_unchecked() };
    let whole = if value >= BEYOND { i32::MAX } else { whole };
    if value.is_nan() { i32::MIN } else { whole }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_are_cut_to_what_there_is_room_for() {
        let cases = [(f32::NEG_INFINITY, 0), (-0.0, 0), (0.999, 0), (254.99, 254), (255.5, 255), (f32::INFINITY, 255)];
        assert!(cases.iter().all(|(value, whole)| clipped::<255>(*value) == *whole));
        assert_eq!(clipped::<65535>(f32::NAN), 0);
        let cases = [(-1.0, 0), (2147483520.0, 2147483520), (2147483648.0, i32::MAX), (f32::INFINITY, i32::MAX)];
        assert!(cases.iter().all(|(value, whole)| clipped_i32(*value) == *whole));
        assert_eq!(clipped_i32(f32::NAN), i32::MIN);
    }
}
