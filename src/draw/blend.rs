//! Blends an ink with pixels of four bytes.
//!
//! ```text
//! out = div255(out * (255 - opacity) + ink * opacity)      div255(v) = (v + 128 + ((v + 128) >> 8)) >> 8
//! ```
//!
//! Opacity and ink are constant, so the second product is computed once, together with the 128. The fourth byte of a pixel
//! gets the factor 255 and no ink, which leaves it as it is: so all bytes are computed alike, in 16-bit lanes.

use crate::simd::isa::multiversion;

/// The bytes that are blended at a time: two vectors of AVX2.
const CHUNK: usize = 64;

/// The pixels of a chunk.
const PIXELS: usize = CHUNK / 4;

/// An ink with an opacity.
#[derive(Clone, Copy, Debug)]
pub struct Blend {
    /// What each byte of a pixel is multiplied by.
    factors: [u16; 4],
    /// What is added to each product.
    addends: [u16; 4],
}

impl Blend {
    /// Makes a blend of three bytes and their opacity.
    #[inline(always)]
    pub fn new([r, g, b]: [u8; 3], opacity: u8) -> Self {
        let factor = u16::from(255 - opacity);
        let addend = |ink: u8| u16::from(ink) * u16::from(opacity) + 128;
        Self { factors: [factor, factor, factor, 255], addends: [addend(r), addend(g), addend(b), 128] }
    }

    /// Blends a pixel.
    #[inline(always)]
    #[allow(clippy::needless_range_loop)] // LLVM vectorises this loop, in place and over indices, and not an iterator's
    pub fn blend(&self, pixel: &mut [u8; 4]) {
        for n in 0..4 {
            pixel[n] = blend(pixel[n], self.factors[n], self.addends[n]);
        }
    }

    /// Blends all pixels of a span.
    #[inline]
    pub fn blend_span(&self, span: &mut [[u8; 4]]) {
        if span.len() < PIXELS {
            span.iter_mut().for_each(|pixel| self.blend(pixel));
        } else {
            blend_all(span, *self);
        }
    }

    /// Blends those pixels of a span where `mask`, a byte for each, is not 0.
    pub fn blend_selected(&self, span: &mut [[u8; 4]], mask: &[u8]) {
        blend_where(span, mask, *self);
    }
}

#[inline(always)]
fn blend(out: u8, factor: u16, addend: u16) -> u8 {
    let value = u16::from(out) * factor + addend;
    ((value + (value >> 8)) >> 8) as u8
}

/// Returns the blended bytes of a chunk.
#[inline(always)]
fn blended(chunk: [u8; CHUNK], factors: &[u16; CHUNK], addends: &[u16; CHUNK]) -> [u8; CHUNK] {
    let mut out = [0; CHUNK];
    for n in 0..CHUNK {
        out[n] = blend(chunk[n], factors[n], addends[n]);
    }
    out
}

multiversion! {
    fn blend_all(span: &mut [[u8; 4]], ink: Blend) {
        let (factors, addends) = (bytemuck::cast([ink.factors; PIXELS]), bytemuck::cast([ink.addends; PIXELS]));
        let (chunks, rest) = span.as_chunks_mut::<PIXELS>();
        for chunk in chunks {
            *chunk = bytemuck::cast(blended(bytemuck::cast(*chunk), &factors, &addends));
        }
        rest.iter_mut().for_each(|pixel| ink.blend(pixel));
    }

    fn blend_where(span: &mut [[u8; 4]], mask: &[u8], ink: Blend) {
        let (factors, addends) = (bytemuck::cast([ink.factors; PIXELS]), bytemuck::cast([ink.addends; PIXELS]));
        let (chunks, rest) = span.as_chunks_mut::<PIXELS>();
        let (masks, rest_of_mask) = mask.as_chunks::<PIXELS>();
        for (chunk, mask) in chunks.iter_mut().zip(masks) {
            let mut pixels: [u32; PIXELS] = bytemuck::cast(*chunk);
            let drawn: [u32; PIXELS] = bytemuck::cast(blended(bytemuck::cast(*chunk), &factors, &addends));
            for n in 0..PIXELS {
                pixels[n] = if mask[n] != 0 { drawn[n] } else { pixels[n] };
            }
            *chunk = bytemuck::cast(pixels);
        }
        for (pixel, _) in rest.iter_mut().zip(rest_of_mask).filter(|(_, mask)| **mask != 0) {
            ink.blend(pixel);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arithmetic::div255;

    #[test]
    fn a_blend_equals_its_formula() {
        for opacity in 0..=255u8 {
            for ink in [0, 1, 77, 128, 254, 255] {
                let blend = Blend::new([ink, 255 - ink, 9], opacity);
                let mut span: Vec<[u8; 4]> = (0..=255).map(|value| [value, value, value, value]).collect();
                let mask: Vec<u8> = (0..=255).map(|value: u8| value % 3).collect();
                let mut masked = span.clone();
                blend.blend_span(&mut span[1..]);
                blend.blend_selected(&mut masked, &mask);
                for (value, pixel) in (1..=255u8).zip(&span[1..]) {
                    let expected = |ink: u8| {
                        div255(u16::from(value) * u16::from(255 - opacity) + u16::from(ink) * u16::from(opacity))
                    };
                    assert_eq!(*pixel, [expected(ink), expected(255 - ink), expected(9), value]);
                    let is_masked = value % 3 == 0;
                    assert_eq!(masked[usize::from(value)], if is_masked { [value; 4] } else { *pixel });
                }
            }
        }
    }
}
