//! Black and white: what is not 0 is white.

use super::pixelwise::pixelwise;

/// 255 for white.
#[inline(always)]
fn white(bit: u8) -> u8 {
    if bit != 0 { 255 } else { 0 }
}

pixelwise! {
    /// To anything that has grey three times, opaque.
    BitToColour([bit], 1 => 4) { [white(bit), white(bit), white(bit), 255] }

    /// To black ink.
    BitToInk([bit], 1 => 4) { [0, 0, 0, !white(bit)] }

    /// To luminance without chrominance.
    BitToYcbcr([bit], 1 => 4) { [white(bit), 128, 128, 255] }

    /// To a value without hue and saturation.
    BitToHsv([bit], 1 => 4) { [0, 0, white(bit), 255] }

    /// To 32-bit integers.
    BitToInt([bit], 1 => 4) { i32::from(white(bit)).to_ne_bytes() }

    /// To floats.
    BitToFloat([bit], 1 => 4) { f32::from(white(bit)).to_ne_bytes() }

    /// Grey becomes white where it is at least half as bright.
    GreyToBit([grey], 1 => 1) { [if grey >= 128 { 255 } else { 0 }] }
}
