//! Byte order of 16-bit and 32-bit values: byte swaps between the native order and that of a file, or copies where both are
//! the same. Each type converts in both directions.

use super::lanes::LaneSource::Lane;
use super::swizzle::{CopyBytes, swizzle};

/// Swaps the bytes of 16-bit values.
pub type SwapBytes16 = swizzle!(2 => Lane(1), Lane(0));

/// Swaps the bytes of 32-bit values.
pub type SwapBytes32 = swizzle!(4 => Lane(3), Lane(2), Lane(1), Lane(0));

#[cfg(target_endian = "little")]
mod native {
    pub type NativeLe16 = super::CopyBytes<2>;
    pub type NativeBe16 = super::SwapBytes16;
    pub type NativeLe32 = super::CopyBytes<4>;
    pub type NativeBe32 = super::SwapBytes32;
}

#[cfg(target_endian = "big")]
mod native {
    pub type NativeLe16 = super::SwapBytes16;
    pub type NativeBe16 = super::CopyBytes<2>;
    pub type NativeLe32 = super::SwapBytes32;
    pub type NativeBe32 = super::CopyBytes<4>;
}

/// Converts 16-bit values between native and little-endian byte order.
pub type NativeLe16 = native::NativeLe16;

/// Converts 16-bit values between native and big-endian byte order.
pub type NativeBe16 = native::NativeBe16;

/// Converts 32-bit values between native and little-endian byte order.
pub type NativeLe32 = native::NativeLe32;

/// Converts 32-bit values between native and big-endian byte order.
pub type NativeBe32 = native::NativeBe32;
