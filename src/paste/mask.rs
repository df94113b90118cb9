//! Masks: what a mask of each mode does to a row.
//!
//! ```text
//! blend    div255(out * (255 - mask) + in * mask + 128)      div255(v) = ((v >> 8) + v) >> 8
//! add      div255(out * (255 - alpha) + 128) + in            modulo 256
//! ```

use super::{bad_mask, has_alpha};
use crate::error::Result;
use crate::image::ImageRef;
use crate::mode::Mode;
use crate::simd::isa::multiversion;

/// A mask, and what it does.
#[derive(Clone, Copy)]
pub struct Mask<'a> {
    image: &'a ImageRef<'a>,
    kind: Kind,
    /// Bytes of the image that a pixel of the mask applies to.
    unit: usize,
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    /// Mode 1: replaces pixels where it is not 0.
    Select,
    /// Mode L: blends.
    Blend,
    /// Modes LA and RGBA: blend by alpha.
    BlendAlpha,
    /// Mode RGBa: adds to what alpha leaves.
    Add,
}

impl<'a> Mask<'a> {
    /// The mask of a paste into an image of this mode.
    pub fn for_paste(image: &'a ImageRef<'a>, out: Mode) -> Result<Self> {
        let kind = match image.mode() {
            Mode::LA => Kind::BlendAlpha,
            mode => Kind::of(mode)?,
        };
        Ok(Self { image, kind, unit: unit(out, kind == Kind::Select) })
    }

    /// The mask of a fill of an image of this mode. LA is no mask for that.
    pub fn for_fill(image: &'a ImageRef<'a>, out: Mode) -> Result<Self> {
        let kind = Kind::of(image.mode())?;
        Ok(Self { image, kind, unit: unit(out, kind == Kind::Blend) })
    }

    /// Returns the bytes of the image that a pixel of the mask applies to.
    pub fn unit(&self) -> usize {
        self.unit
    }

    /// Pastes a row through row `y` of the mask, from column `x` on.
    pub fn paste(self, out: &mut [u8], input: &[u8], y: usize, x: usize) {
        let mask = self.image.row(y);
        match (self.kind, self.unit) {
            (Kind::Select, 1) => select(out.as_chunks_mut::<1>().0, input.as_chunks().0, &mask[x..]),
            (Kind::Select, 2) => select(out.as_chunks_mut::<2>().0, input.as_chunks().0, &mask[x..]),
            (Kind::Select, _) => select(out.as_chunks_mut::<4>().0, input.as_chunks().0, &mask[x..]),
            (Kind::Blend, 4) => blend_4(out.as_chunks_mut().0, input.as_chunks().0, &mask[x..]),
            (Kind::Blend, _) => blend_1(out, input, &mask[x..]),
            (Kind::BlendAlpha, 4) => blend_alpha_4(out.as_chunks_mut().0, input.as_chunks().0, alpha(mask, x)),
            (Kind::BlendAlpha, _) => blend_alpha_1(out, input, alpha(mask, x)),
            (Kind::Add, 4) => add_4(out.as_chunks_mut().0, input.as_chunks().0, alpha(mask, x)),
            (Kind::Add, _) => add_1(out, input, alpha(mask, x)),
        }
    }

    /// Fills a row of a mode with `ink` through row `y` of the mask, from column `x` on.
    pub fn fill(self, out: &mut [u8], ink: [u8; 4], y: usize, x: usize, mode: Mode) {
        let mask = self.image.row(y);
        match (self.kind, self.unit) {
            (Kind::Select, 4) => select_ink(out.as_chunks_mut::<4>().0, ink, &mask[x..]),
            (Kind::Select, _) => select_ink(out.as_chunks_mut::<1>().0, [ink[0]], &mask[x..]),
            (Kind::Blend, 4) if has_alpha(mode) => blend_ink_with_alpha(out.as_chunks_mut().0, ink, &mask[x..]),
            (Kind::Blend, 4) => blend_ink(out.as_chunks_mut::<4>().0, ink, &mask[x..]),
            (Kind::Blend, 2) => blend_ink(out.as_chunks_mut::<2>().0, [ink[0], ink[1]], &mask[x..]),
            (Kind::Blend, _) => blend_ink(out.as_chunks_mut::<1>().0, [ink[0]], &mask[x..]),
            (Kind::BlendAlpha, 4) => blend_ink_alpha(out.as_chunks_mut::<4>().0, ink, alpha(mask, x)),
            (Kind::BlendAlpha, _) => blend_ink_alpha(out.as_chunks_mut::<1>().0, [ink[0]], alpha(mask, x)),
            (Kind::Add, 4) => add_ink(out.as_chunks_mut::<4>().0, ink, alpha(mask, x)),
            (Kind::Add, _) => add_ink(out.as_chunks_mut::<1>().0, [ink[0]], alpha(mask, x)),
        }
    }
}

/// The size of a pixel of a mode. The reference counts 16-bit pixels as bytes, but where it knows of them.
fn unit(mode: Mode, knows_16_bits: bool) -> usize {
    match mode.pixel_size() {
        2 if !knows_16_bits => 1,
        size => size,
    }
}

impl Kind {
    fn of(mode: Mode) -> Result<Self> {
        match mode {
            Mode::One => Ok(Self::Select),
            Mode::L => Ok(Self::Blend),
            Mode::RGBA => Ok(Self::BlendAlpha),
            Mode::RGBa => Ok(Self::Add),
            _ => Err(bad_mask()),
        }
    }
}

/// The pixels of a mask with alpha.
fn alpha(mask: &[u8], x: usize) -> &[[u8; 4]] {
    &mask.as_chunks().0[x..]
}

#[inline(always)]
fn div255(value: u16) -> u8 {
    let value = u32::from(value) + 128;
    (((value >> 8) + value) >> 8) as u8
}

#[inline(always)]
fn blend(mask: u8, out: u8, input: u8) -> u8 {
    div255(u16::from(out) * u16::from(255 - mask) + u16::from(input) * u16::from(mask))
}

#[inline(always)]
fn add(alpha: u8, out: u8, input: u8) -> u8 {
    div255(u16::from(out) * u16::from(255 - alpha)).wrapping_add(input)
}

#[inline(always)]
fn zip4(a: [u8; 4], b: [u8; 4], function: impl Fn(u8, u8) -> u8) -> [u8; 4] {
    std::array::from_fn(|n| function(a[n], b[n]))
}

fn select<const N: usize>(out: &mut [[u8; N]], input: &[[u8; N]], mask: &[u8]) {
    for ((out, input), mask) in out.iter_mut().zip(input).zip(mask) {
        *out = if *mask != 0 { *input } else { *out };
    }
}

fn select_ink<const N: usize>(out: &mut [[u8; N]], ink: [u8; N], mask: &[u8]) {
    for (out, mask) in out.iter_mut().zip(mask) {
        *out = if *mask != 0 { ink } else { *out };
    }
}

fn blend_ink<const N: usize>(out: &mut [[u8; N]], ink: [u8; N], mask: &[u8]) {
    for (out, mask) in out.iter_mut().zip(mask) {
        *out = std::array::from_fn(|n| blend(*mask, out[n], ink[n]));
    }
}

fn blend_ink_alpha<const N: usize>(out: &mut [[u8; N]], ink: [u8; N], mask: &[[u8; 4]]) {
    for (out, mask) in out.iter_mut().zip(mask) {
        *out = std::array::from_fn(|n| blend(mask[3], out[n], ink[n]));
    }
}

fn add_ink<const N: usize>(out: &mut [[u8; N]], ink: [u8; N], mask: &[[u8; 4]]) {
    for (out, mask) in out.iter_mut().zip(mask) {
        *out = std::array::from_fn(|n| add(mask[3], out[n], ink[n]));
    }
}

multiversion! {
    fn blend_1(out: &mut [u8], input: &[u8], mask: &[u8]) {
        for ((out, input), mask) in out.iter_mut().zip(input).zip(mask) {
            *out = blend(*mask, *out, *input);
        }
    }

    fn blend_4(out: &mut [[u8; 4]], input: &[[u8; 4]], mask: &[u8]) {
        for ((out, input), mask) in out.iter_mut().zip(input).zip(mask) {
            *out = zip4(*out, *input, |out, input| blend(*mask, out, input));
        }
    }

    fn blend_alpha_1(out: &mut [u8], input: &[u8], mask: &[[u8; 4]]) {
        for ((out, input), mask) in out.iter_mut().zip(input).zip(mask) {
            *out = blend(mask[3], *out, *input);
        }
    }

    fn blend_alpha_4(out: &mut [[u8; 4]], input: &[[u8; 4]], mask: &[[u8; 4]]) {
        for ((out, input), mask) in out.iter_mut().zip(input).zip(mask) {
            *out = zip4(*out, *input, |out, input| blend(mask[3], out, input));
        }
    }

    fn add_1(out: &mut [u8], input: &[u8], mask: &[[u8; 4]]) {
        for ((out, input), mask) in out.iter_mut().zip(input).zip(mask) {
            *out = add(mask[3], *out, *input);
        }
    }

    fn add_4(out: &mut [[u8; 4]], input: &[[u8; 4]], mask: &[[u8; 4]]) {
        for ((out, input), mask) in out.iter_mut().zip(input).zip(mask) {
            *out = zip4(*out, *input, |out, input| add(mask[3], out, input));
        }
    }

    /// Blends, but where `out` is transparent takes the colour of the ink whole, so that no colour of transparent pixels
    /// shows through.
    fn blend_ink_with_alpha(out: &mut [[u8; 4]], ink: [u8; 4], mask: &[u8]) {
        for (out, mask) in out.iter_mut().zip(mask) {
            let colour_mask = if out[3] == 0 && *mask != 0 { 255 } else { *mask };
            let [r, g, b, a] = *out;
            *out = [
                blend(colour_mask, r, ink[0]),
                blend(colour_mask, g, ink[1]),
                blend(colour_mask, b, ink[2]),
                blend(*mask, a, ink[3]),
            ];
        }
    }
}
