//! Packed 16-bit pixels: RGB555, RGB565, RGBA5551, RGBA4444.

use super::conversion::LineConversion;

/// The use of the bits above the three colour fields.
#[derive(Clone, Copy)]
pub struct AlphaField;

impl AlphaField {
    /// Ignored: alpha is 255.
    pub const IGNORED: u8 = 0;
    /// Alpha, expanded to 8 bits.
    pub const ALPHA: u8 = 1;
    /// Inverted alpha (transparency), expanded to 8 bits.
    pub const INVERTED: u8 = 2;
}

/// Unpacks little-endian 16-bit pixels to 4 bytes. From the least significant bit on they have three colour fields, blue
/// first if `BLUE_FIRST`, and an `ALPHA` field. `WIDTHS` has the bits of the colour fields as hexadecimal digits, the first
/// field on the left. Fields are expanded to 8 bits: `value * 255 / max`, truncated.
pub struct UnpackRgb16<const WIDTHS: u16, const BLUE_FIRST: bool, const ALPHA: u8>;

impl<const WIDTHS: u16, const BLUE_FIRST: bool, const ALPHA: u8> LineConversion
    for UnpackRgb16<WIDTHS, BLUE_FIRST, ALPHA>
{
    fn input_bytes(pixels: usize) -> usize {
        pixels * 2
    }

    fn output_bytes(pixels: usize) -> usize {
        pixels * 4
    }

    #[inline(always)]
    fn convert(out: &mut [u8], input: &[u8], _pixels: usize) {
        let [first, second, third] = [WIDTHS >> 8 & 0xf, WIDTHS >> 4 & 0xf, WIDTHS & 0xf].map(u32::from);
        let field = |pixel: u32, shift: u32, bits: u32| {
            let max = (1 << bits) - 1;
            ((pixel >> shift & max) * 255 / max) as u8
        };
        for (out, input) in out.as_chunks_mut::<4>().0.iter_mut().zip(input.as_chunks::<2>().0) {
            let pixel = u32::from(u16::from_le_bytes(*input));
            let above = first + second + third;
            let alpha = match ALPHA {
                AlphaField::IGNORED => 255,
                AlphaField::INVERTED => !field(pixel, above, 16 - above),
                _ => field(pixel, above, 16 - above),
            };
            let colours = [field(pixel, 0, first), field(pixel, first, second), field(pixel, first + second, third)];
            *out = if BLUE_FIRST {
                [colours[2], colours[1], colours[0], alpha]
            } else {
                [colours[0], colours[1], colours[2], alpha]
            };
        }
    }
}
