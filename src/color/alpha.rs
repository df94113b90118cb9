//! Colours multiplied by their alpha, and divided by it again.

use super::pixelwise::pixelwise;
use crate::arithmetic::{clip8, muldiv255, reciprocal255, unpremultiply};

/// A colour without the alpha that it was multiplied by. Where there is no alpha it stays.
#[inline(always)]
fn divided<const N: usize>(colour: [u8; N], alpha: u8) -> [u8; N] {
    let reciprocal = if alpha == 0 { 1 << 16 } else { reciprocal255(alpha) };
    colour.map(|value| clip8(unpremultiply(value, reciprocal)))
}

pixelwise! {
    /// RGBA multiplied: RGBa.
    Multiplied([r, g, b, a], 4 => 4, multiplied in pixels, pixels) { [muldiv255(r, a), muldiv255(g, a), muldiv255(b, a), a] }

    /// RGBa divided: RGBA.
    Divided([r, g, b, a], 4 => 4, divided in pixels, divide) {
        let [r, g, b] = divided([r, g, b], a);
        [r, g, b, a]
    }

    /// RGBa divided, and its alpha forgotten: RGB.
    DividedOpaque([r, g, b, a], 4 => 4, divided_opaque in pixels, divide) {
        let [r, g, b] = divided([r, g, b], a);
        [r, g, b, 255]
    }

    /// LA multiplied: La.
    GreyMultiplied([grey, _, _, a], 4 => 4, grey_multiplied in pixels, pixels) {
        let grey = muldiv255(grey, a);
        [grey, grey, grey, a]
    }

    /// La divided: LA.
    GreyDivided([grey, _, _, a], 4 => 4, grey_divided in pixels, divide) {
        let [grey] = divided([grey], a);
        [grey, grey, grey, a]
    }
}
