//! The sample types: how the bytes of an image become floats, and floats bytes.

use bytemuck::{AnyBitPattern, NoUninit};

use crate::simd::truncate::{saturate, saturate_i32, saturate_u8};

/// A sample type.
pub trait Sample: 'static {
    /// The sample in memory.
    type Stored: AnyBitPattern + NoUninit;

    fn load(stored: Self::Stored) -> f32;

    /// Clamps a sum to the range of samples, and truncates it.
    fn store(sum: f32) -> Self::Stored;
}

pub struct U8;
pub struct U16le;
pub struct U16be;
pub struct I32;

macro_rules! samples {
    ($($sample:ty: $stored:ty, load($value:ident) = $load:expr, store($sum:ident) = $store:expr;)+) => {$(
        impl Sample for $sample {
            type Stored = $stored;

            #[inline(always)]
            fn load($value: $stored) -> f32 {
                $load
            }

            #[inline(always)]
            fn store($sum: f32) -> $stored {
                $store
            }
        }
    )+};
}
samples! {
    U8: u8, load(value) = f32::from(value), store(sum) = saturate_u8(sum);
    U16le: [u8; 2], load(bytes) = f32::from(u16::from_le_bytes(bytes)), store(sum) = saturate_u16(sum).to_le_bytes();
    U16be: [u8; 2], load(bytes) = f32::from(u16::from_be_bytes(bytes)), store(sum) = saturate_u16(sum).to_be_bytes();
    I32: i32, load(value) = value as f32, store(sum) = saturate_i32(sum);
}

#[inline(always)]
fn saturate_u16(sum: f32) -> u16 {
    saturate::<65535>(sum) as u16
}
