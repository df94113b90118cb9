//! Integers of 16 and 32 bits, and floats. What has fewer bits takes the nearest value that it has.

use super::pixelwise::pixelwise;
use crate::raw::LineConversion;
use crate::simd::isa;
use crate::simd::truncate::{Float, saturate_u8};

/// The nearest grey.
#[inline(always)]
fn grey(pixel: [u8; 4]) -> u8 {
    i32::from_ne_bytes(pixel).clamp(0, 255) as u8
}

/// The nearest grey of 16 bits.
#[inline(always)]
fn grey16(value: u16) -> u8 {
    value.min(255) as u8
}

pixelwise! {
    /// Integers become grey.
    IntToGrey(pixel, 4 => 1) { [grey(pixel)] }

    /// Integers become grey colours, opaque.
    IntToColour(pixel, 4 => 4) { [grey(pixel), grey(pixel), grey(pixel), 255] }

    /// Integers become values without hue and saturation.
    IntToHsv(pixel, 4 => 4) { [0, 0, grey(pixel), 255] }

    /// Integers become the nearest floats.
    IntToFloat(pixel, 4 => 4) { (i32::from_ne_bytes(pixel) as f32).to_ne_bytes() }

    /// Integers become integers of 16 bits, low byte first.
    IntToLittle16(pixel, 4 => 2) { (i32::from_ne_bytes(pixel).clamp(0, 65535) as u16).to_le_bytes() }

    /// Floats become grey: their whole part; what is not a number becomes 0.
    FloatToGrey(pixel, 4 => 1) { [saturate_u8(f32::from_ne_bytes(pixel))] }

    /// Grey becomes integers of 32 bits.
    GreyToInt([grey], 1 => 4) { i32::from(grey).to_ne_bytes() }

    /// Grey becomes floats.
    GreyToFloat([grey], 1 => 4) { f32::from(grey).to_ne_bytes() }

    /// Integers of 16 bits, low byte first, become grey.
    Little16ToGrey(pixel, 2 => 1) { [grey16(u16::from_le_bytes(pixel))] }

    /// Integers of 16 bits, high byte first, become grey.
    Big16ToGrey(pixel, 2 => 1) { [grey16(u16::from_be_bytes(pixel))] }

    /// Integers of 16 bits, low byte first, become grey colours, opaque.
    Little16ToColour(pixel, 2 => 4) {
        let grey = grey16(u16::from_le_bytes(pixel));
        [grey, grey, grey, 255]
    }
}

/// Floats become integers: their whole part.
pub struct FloatToInt;

impl LineConversion for FloatToInt {
    fn input_bytes(pixels: usize) -> usize {
        4 * pixels
    }

    fn output_bytes(pixels: usize) -> usize {
        4 * pixels
    }

    #[inline(always)]
    fn convert(out: &mut [u8], input: &[u8], _pixels: usize) {
        let (mut out, mut input) = (out.as_chunks_mut::<4>().0, input.as_chunks::<4>().0);
        if isa::current().avx2().is_none() {
            let (fours, rest) = out.as_chunks_mut::<4>();
            let (inputs, rest_of_input) = input.as_chunks();
            for (out, pixels) in fours.iter_mut().zip(inputs) {
                *out = bytemuck::cast(f32::truncate_4(bytemuck::cast::<[[u8; 4]; 4], _>(*pixels)));
            }
            (out, input) = (rest, rest_of_input);
        }
        for (out, pixel) in out.iter_mut().zip(input) {
            *out = f32::from_ne_bytes(*pixel).truncate().to_ne_bytes();
        }
    }
}
