//! Premultiplication: colours multiplied by their alpha, `value * alpha / 255` rounded to nearest.
//!
//! The division by 255 is Pillow's `MULDIV255`, exact for all bytes: see [`muldiv255`]. [`avx2`] multiplies 16-bit lanes.

#[cfg(target_arch = "x86_64")]
mod avx2;

use super::pixelwise::pixelwise;
use crate::arithmetic::muldiv255;

pixelwise! {
    /// RGBA to RGBa.
    Premultiply([r, g, b, a], 4 => 4, avx2: avx2::premultiply) { [muldiv255(r, a), muldiv255(g, a), muldiv255(b, a), a] }

    /// LA to La.
    PremultiplyGrey([grey, _, _, a], 4 => 4, avx2: avx2::premultiply_grey) {
        let grey = muldiv255(grey, a);
        [grey, grey, grey, a]
    }
}
