//! Mode 1, black and white: any non-zero byte is white.

use super::pixelwise::pixelwise;

/// Returns 255 for white, 0 for black.
#[inline(always)]
fn white(bit: u8) -> u8 {
    if bit != 0 { 255 } else { 0 }
}

pixelwise! {
    /// 1 to opaque grey, in all modes whose first three bands are equal for greys.
    BilevelToRgb([bit], 1 => 4) { [white(bit), white(bit), white(bit), 255] }

    /// 1 to CMYK: black ink only.
    BilevelToCmyk([bit], 1 => 4) { [0, 0, 0, !white(bit)] }

    /// 1 to YCbCr: luma, neutral chroma.
    BilevelToYcbcr([bit], 1 => 4) { [white(bit), 128, 128, 255] }

    /// 1 to HSV: value only.
    BilevelToHsv([bit], 1 => 4) { [0, 0, white(bit), 255] }

    /// 1 to I.
    BilevelToI32([bit], 1 => 4) { i32::from(white(bit)).to_ne_bytes() }

    /// 1 to F.
    BilevelToF32([bit], 1 => 4) { f32::from(white(bit)).to_ne_bytes() }

    /// L to 1: white from 128 on.
    GreyToBilevel([grey], 1 => 1) { [if grey >= 128 { 255 } else { 0 }] }
}
