//! Masks: what a mask of each mode does to a row.
//!
//! ```text
//! blend    div255(out * (255 - mask) + in * mask + 128)      div255(v) = ((v >> 8) + v) >> 8
//! add      div255(out * (255 - alpha) + 128) + in            modulo 256
//! ```

use crate::error::{Error, Result};
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
            (Kind::Blend, 4) => blend_4(out, Source::Row(input), Weights::Bytes(&mask[x..])),
            (Kind::Blend, _) => blend_1(out, Source::Row(input), Weights::Bytes(&mask[x..])),
            (Kind::BlendAlpha, 4) => blend_4(out, Source::Row(input), Weights::Alpha(alpha(mask, x))),
            (Kind::BlendAlpha, _) => blend_1(out, Source::Row(input), Weights::Alpha(alpha(mask, x))),
            (Kind::Add, 4) => add_4(out, Source::Row(input), Weights::Alpha(alpha(mask, x))),
            (Kind::Add, _) => add_1(out, Source::Row(input), Weights::Alpha(alpha(mask, x))),
        }
    }

    /// Fills a row of a mode with `ink` through row `y` of the mask, from column `x` on.
    pub fn fill(self, out: &mut [u8], ink: [u8; 4], y: usize, x: usize, mode: Mode) {
        let mask = self.image.row(y);
        let byte = Source::Ink([ink[0]; 4]);
        match (self.kind, self.unit) {
            (Kind::Select, 4) => select_ink(out.as_chunks_mut::<4>().0, ink, &mask[x..]),
            (Kind::Select, _) => select_ink(out.as_chunks_mut::<1>().0, [ink[0]], &mask[x..]),
            (Kind::Blend, 4) if has_alpha(mode) => blend_ink_with_alpha(out.as_chunks_mut().0, ink, &mask[x..]),
            (Kind::Blend, 4) => blend_4(out, Source::Ink(ink), Weights::Bytes(&mask[x..])),
            (Kind::Blend, 2) => {
                for (out, mask) in out.as_chunks_mut::<2>().0.iter_mut().zip(&mask[x..]) {
                    *out = [blend(*mask, out[0], ink[0]), blend(*mask, out[1], ink[1])];
                }
            }
            (Kind::Blend, _) => blend_1(out, byte, Weights::Bytes(&mask[x..])),
            (Kind::BlendAlpha, 4) => blend_4(out, Source::Ink(ink), Weights::Alpha(alpha(mask, x))),
            (Kind::BlendAlpha, _) => blend_1(out, byte, Weights::Alpha(alpha(mask, x))),
            (Kind::Add, 4) => add_4(out, Source::Ink(ink), Weights::Alpha(alpha(mask, x))),
            (Kind::Add, _) => add_1(out, byte, Weights::Alpha(alpha(mask, x))),
        }
    }
}

/// What is blended into the output.
#[derive(Clone, Copy)]
enum Source<'a> {
    /// A row of the same length.
    Row(&'a [u8]),
    /// Four bytes, repeated.
    Ink([u8; 4]),
}

/// The weights of the pixels of a row.
#[derive(Clone, Copy)]
enum Weights<'a> {
    /// Bytes.
    Bytes(&'a [u8]),
    /// The last bytes of pixels.
    Alpha(&'a [[u8; 4]]),
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
            _ => Err(Error::Value("bad transparency mask")),
        }
    }
}

/// Returns whether a mode has alpha in its last byte, which a fill through an L mask respects.
fn has_alpha(mode: Mode) -> bool {
    matches!(mode, Mode::RGBa | Mode::RGBA | Mode::La | Mode::LA | Mode::PA)
}

/// The pixels of a mask with alpha.
fn alpha(mask: &[u8], x: usize) -> &[[u8; 4]] {
    &mask.as_chunks().0[x..]
}

/// Divides by 255 with rounding. `value` is at most 255 * 255, so that all sums have 16 bits.
#[inline(always)]
fn div255(value: u16) -> u8 {
    let value = value + 128;
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

/// The bytes that are blended at a time.
const CHUNK: usize = 64;

/// Applies `blend` to all bytes of a row, with one weight for `UNIT` bytes: 1 or 4. Whole chunks are arrays of constant
/// length, whose loops LLVM vectorises.
#[inline(always)]
fn for_chunks<const UNIT: usize>(
    out: &mut [u8],
    source: Source<'_>,
    weights: Weights<'_>,
    blend: impl Fn(u8, u8, u8) -> u8,
) {
    let ink: [u8; CHUNK] = match source {
        Source::Ink(ink) => bytemuck::cast([ink; CHUNK / 4]),
        Source::Row(_) => [0; CHUNK],
    };
    for (n, out) in out.chunks_mut(CHUNK).enumerate() {
        let (first, count) = (n * CHUNK / UNIT, out.len() / UNIT);
        let mut weight = [0; CHUNK];
        match (weights, UNIT) {
            (Weights::Bytes(bytes), 1) => weight[..count].copy_from_slice(&bytes[first..first + count]),
            (Weights::Bytes(bytes), _) => {
                let repeated = weight.as_chunks_mut::<4>().0;
                for (weight, byte) in repeated.iter_mut().zip(&bytes[first..first + count]) {
                    *weight = (u32::from(*byte) * 0x0101_0101).to_ne_bytes();
                }
            }
            (Weights::Alpha(pixels), 1) => {
                for (weight, pixel) in weight.iter_mut().zip(&pixels[first..first + count]) {
                    *weight = pixel[3];
                }
            }
            (Weights::Alpha(pixels), _) => {
                let repeated = weight.as_chunks_mut::<4>().0;
                for (weight, pixel) in repeated.iter_mut().zip(&pixels[first..first + count]) {
                    *weight = ((u32::from_le_bytes(*pixel) >> 24) * 0x0101_0101).to_ne_bytes();
                }
            }
        }
        let source = match source {
            Source::Ink(_) => &ink[..out.len()],
            Source::Row(row) => &row[n * CHUNK..][..out.len()],
        };
        match (out.as_chunks_mut::<CHUNK>().0, source.as_chunks::<CHUNK>().0) {
            ([out], [source]) => {
                for n in 0..CHUNK {
                    out[n] = blend(weight[n], out[n], source[n]);
                }
            }
            _ => {
                for ((out, source), weight) in out.iter_mut().zip(source).zip(weight) {
                    *out = blend(weight, *out, *source);
                }
            }
        }
    }
}

multiversion! {
    fn blend_1(out: &mut [u8], source: Source<'_>, weights: Weights<'_>) {
        for_chunks::<1>(out, source, weights, blend);
    }

    fn blend_4(out: &mut [u8], source: Source<'_>, weights: Weights<'_>) {
        for_chunks::<4>(out, source, weights, blend);
    }

    fn add_1(out: &mut [u8], source: Source<'_>, weights: Weights<'_>) {
        for_chunks::<1>(out, source, weights, add);
    }

    fn add_4(out: &mut [u8], source: Source<'_>, weights: Weights<'_>) {
        for_chunks::<4>(out, source, weights, add);
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
