//! Grey of colours: the luma of ITU-R 601-2.

use super::pixelwise::pixelwise;

/// The bands of a colour. As parts of a number, and not as bytes: so there are vectors of them with any instructions.
#[inline(always)]
fn bands(pixel: [u8; 4]) -> [u32; 3] {
    let pixel = u32::from_le_bytes(pixel);
    [pixel & 0xff, pixel >> 8 & 0xff, pixel >> 16 & 0xff]
}

/// Luma in thousandths.
#[inline(always)]
pub fn thousandths(pixel: [u8; 4]) -> i32 {
    let [r, g, b] = bands(pixel);
    (r * 299 + g * 587 + b * 114) as i32
}

/// Luma to the nearest, in a fixed point of 16 bits.
#[inline(always)]
pub fn luma(pixel: [u8; 4]) -> u8 {
    let [r, g, b] = bands(pixel);
    ((r * 19595 + g * 38470 + b * 7471 + 0x8000) >> 16) as u8
}

pixelwise! {
    /// Colours become white where they are at least half as bright as that.
    ColourToBit(pixel, 4 => 1) { [if thousandths(pixel) >= 128_000 { 255 } else { 0 }] }

    /// Colours become grey.
    ColourToGrey(pixel, 4 => 1) { [luma(pixel)] }

    /// Colours become grey, opaque.
    ColourToOpaque(pixel, 4 => 4, grey_opaque in pixels, pixels) {
        let grey = luma(pixel);
        [grey, grey, grey, 255]
    }

    /// Colours become grey; the alpha stays.
    ColourToGreyAlpha(pixel, 4 => 4, grey_alpha in pixels, pixels) {
        let grey = luma(pixel);
        [grey, grey, grey, pixel[3]]
    }

    /// Colours become integers of 32 bits.
    ColourToInt(pixel, 4 => 4) { i32::from(luma(pixel)).to_ne_bytes() }

    /// Colours become floats, which keep what is behind the point.
    ColourToFloat(pixel, 4 => 4) { (thousandths(pixel) as f32 / 1000.0).to_ne_bytes() }

    /// Colours become integers of 16 bits, low byte first, but no more than 255.
    ColourToLittle16(pixel, 4 => 2) { [luma(pixel), 0] }

    /// The same, high byte first.
    ColourToBig16(pixel, 4 => 2) { [0, luma(pixel)] }
}
