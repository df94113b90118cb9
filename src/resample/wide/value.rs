//! The value types of 16 and 32 bits, as bytes: rows of 16-bit pixels may start anywhere.

use crate::simd::truncate;

/// Which type a [`Value`] is, for kernels that treat each in its own way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(not(target_arch = "x86_64"), allow(dead_code))]
pub enum ValueType {
    I32,
    F32,
    /// Unsigned 16-bit integers, little-endian.
    U16Le,
    /// Unsigned 16-bit integers, big-endian.
    U16Be,
}

/// A value of a pixel.
pub trait Value: Copy {
    #[cfg_attr(not(target_arch = "x86_64"), allow(dead_code))]
    const TYPE: ValueType;

    /// The bytes of a value.
    type Stored: bytemuck::Pod;

    /// Reads a value.
    fn read(stored: Self::Stored) -> f64;

    /// Converts sums to values.
    fn convert<const N: usize>(sums: [f64; N]) -> [Self::Stored; N];
}

/// Rounds sums to the nearest integers, halves away from zero. Overflow becomes `i32::MIN`, as in Pillow on x86.
#[inline(always)]
fn round<const N: usize>(sums: [f64; N]) -> [i32; N] {
    truncate::truncate(sums.map(|sum| if sum >= 0.0 { sum + 0.5 } else { sum - 0.5 }))
}

/// 32-bit integers.
#[derive(Clone, Copy)]
pub struct I32;

impl Value for I32 {
    const TYPE: ValueType = ValueType::I32;

    type Stored = [u8; 4];

    #[inline(always)]
    fn read(stored: [u8; 4]) -> f64 {
        f64::from(i32::from_ne_bytes(stored))
    }

    #[inline(always)]
    fn convert<const N: usize>(sums: [f64; N]) -> [[u8; 4]; N] {
        round(sums).map(i32::to_ne_bytes)
    }
}

/// 32-bit floats.
#[derive(Clone, Copy)]
pub struct F32;

impl Value for F32 {
    const TYPE: ValueType = ValueType::F32;

    type Stored = [u8; 4];

    #[inline(always)]
    fn read(stored: [u8; 4]) -> f64 {
        f64::from(f32::from_ne_bytes(stored))
    }

    #[inline(always)]
    fn convert<const N: usize>(sums: [f64; N]) -> [[u8; 4]; N] {
        sums.map(|sum| (sum as f32).to_ne_bytes())
    }
}

/// Unsigned 16-bit integers.
#[derive(Clone, Copy)]
pub struct U16<const BIG_ENDIAN: bool>;

impl<const BIG_ENDIAN: bool> Value for U16<BIG_ENDIAN> {
    const TYPE: ValueType = if BIG_ENDIAN { ValueType::U16Be } else { ValueType::U16Le };

    type Stored = [u8; 2];

    #[inline(always)]
    fn read(stored: [u8; 2]) -> f64 {
        f64::from(if BIG_ENDIAN { u16::from_be_bytes(stored) } else { u16::from_le_bytes(stored) })
    }

    #[inline(always)]
    fn convert<const N: usize>(sums: [f64; N]) -> [[u8; 2]; N] {
        let values = round(sums).map(|value| value.clamp(0, 65535) as u16);
        values.map(|value| if BIG_ENDIAN { value.to_be_bytes() } else { value.to_le_bytes() })
    }
}
