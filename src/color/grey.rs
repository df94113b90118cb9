//! Grey of colours: the luma of ITU-R 601-2.

use super::pixelwise::pixelwise;

/// Luma in thousandths.
#[inline(always)]
pub fn thousandths(r: u8, g: u8, b: u8) -> i32 {
    i32::from(r) * 299 + i32::from(g) * 587 + i32::from(b) * 114
}

/// Luma to the nearest, in a fixed point of 16 bits.
#[inline(always)]
pub fn luma(r: u8, g: u8, b: u8) -> u8 {
    ((u32::from(r) * 19595 + u32::from(g) * 38470 + u32::from(b) * 7471 + 0x8000) >> 16) as u8
}

pixelwise! {
    /// Colours become white where they are at least half as bright as that.
    ColourToBit([r, g, b, _], 4 => 1) { [if thousandths(r, g, b) >= 128_000 { 255 } else { 0 }] }

    /// Colours become grey.
    ColourToGrey([r, g, b, _], 4 => 1) { [luma(r, g, b)] }

    /// Colours become grey, opaque.
    ColourToOpaque([r, g, b, _], 4 => 4, grey_opaque in pixels, pixels) {
        let grey = luma(r, g, b);
        [grey, grey, grey, 255]
    }

    /// Colours become grey; the alpha stays.
    ColourToGreyAlpha([r, g, b, a], 4 => 4, grey_alpha in pixels, pixels) {
        let grey = luma(r, g, b);
        [grey, grey, grey, a]
    }

    /// Colours become integers of 32 bits.
    ColourToInt([r, g, b, _], 4 => 4) { i32::from(luma(r, g, b)).to_ne_bytes() }

    /// Colours become floats, which keep what is behind the point.
    ColourToFloat([r, g, b, _], 4 => 4) { (thousandths(r, g, b) as f32 / 1000.0).to_ne_bytes() }

    /// Colours become integers of 16 bits, low byte first, but no more than 255.
    ColourToLittle16([r, g, b, _], 4 => 2) { [luma(r, g, b), 0] }

    /// The same, high byte first.
    ColourToBig16([r, g, b, _], 4 => 2) { [0, luma(r, g, b)] }
}
