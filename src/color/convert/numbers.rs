//! Modes I and F, and the 16-bit modes. Conversions to fewer bits saturate.

use super::pixelwise::pixelwise;
use crate::raw::LineConversion;
use crate::simd::isa;
use crate::simd::truncate::{Float, saturate_u8};

/// Clamps an integer to 0 to 255.
#[inline(always)]
fn saturate_i32_u8(pixel: [u8; 4]) -> u8 {
    i32::from_ne_bytes(pixel).clamp(0, 255) as u8
}

/// Clamps a 16-bit integer to 255.
#[inline(always)]
fn saturate_u16_u8(value: u16) -> u8 {
    value.min(255) as u8
}

pixelwise! {
    /// I to L.
    I32ToGrey(pixel, 4 => 1) { [saturate_i32_u8(pixel)] }

    /// I to RGB and its like, opaque.
    I32ToRgb(pixel, 4 => 4) {
        let grey = saturate_i32_u8(pixel);
        [grey, grey, grey, 255]
    }

    /// I to HSV: value only.
    I32ToHsv(pixel, 4 => 4) { [0, 0, saturate_i32_u8(pixel), 255] }

    /// I to F, rounded to nearest.
    I32ToF32(pixel, 4 => 4) { (i32::from_ne_bytes(pixel) as f32).to_ne_bytes() }

    /// I to I;16, little-endian.
    I32ToU16Little(pixel, 4 => 2) { (i32::from_ne_bytes(pixel).clamp(0, 65535) as u16).to_le_bytes() }

    /// F to L, truncated; NaN becomes 0.
    F32ToGrey(pixel, 4 => 1) { [saturate_u8(f32::from_ne_bytes(pixel))] }

    /// L to I.
    GreyToI32([grey], 1 => 4) { i32::from(grey).to_ne_bytes() }

    /// L to F.
    GreyToF32([grey], 1 => 4) { f32::from(grey).to_ne_bytes() }

    /// I;16 to L, little-endian.
    U16LittleToGrey(pixel, 2 => 1) { [saturate_u16_u8(u16::from_le_bytes(pixel))] }

    /// I;16B to L, big-endian.
    U16BigToGrey(pixel, 2 => 1) { [saturate_u16_u8(u16::from_be_bytes(pixel))] }

    /// I;16 to RGB, little-endian.
    U16LittleToRgb(pixel, 2 => 4) {
        let grey = saturate_u16_u8(u16::from_le_bytes(pixel));
        [grey, grey, grey, 255]
    }
}

/// F to I, truncated as x86 does: NaN and overflow become `i32::MIN`.
pub struct F32ToI32;

impl LineConversion for F32ToI32 {
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
