//! The fixed-point format of the coefficients for 8-bit values, which is Pillow's: 22 fraction bits in an `i32`.
//!
//! An output value is `(ROUNDING + sum(value * coefficient)) >> PRECISION_BITS`, saturated to 8 bits. Integer sums are
//! the same in any order, and modulo 2^32 even where a partial sum overflows: so kernels may split coefficients and
//! regroup products as they like.

/// The fraction bits of a coefficient: an `i32` less the 8 bits of a value, less 2 bits for sums out of its range.
/// Filters with negative lobes overshoot.
pub const PRECISION_BITS: u32 = 32 - 8 - 2;

/// The coefficient 1.
pub const ONE: i32 = 1 << PRECISION_BITS;

/// Half of the last place of an output value. Sums start from it, so that the shift rounds to nearest.
pub const ROUNDING: i32 = 1 << (PRECISION_BITS - 1);

/// Converts a sum that started from [`ROUNDING`] to an 8-bit value.
#[inline(always)]
pub fn to_u8(sum: i32) -> u8 {
    (sum >> PRECISION_BITS).clamp(0, 255) as u8
}
