//! Masks: what a mask of each mode does to a row.
//!
//! ```text
//! blend    div255(out * (255 - mask) + in * mask + 128)      div255(v) = ((v >> 8) + v) >> 8
//! add      div255(out * (255 - alpha) + 128) + in            modulo 256
//! ```

use crate::arithmetic::{div255, muldiv255};
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
        self.combine(out, Row(input), y, x);
    }

    /// Fills a row of a mode with `ink` through row `y` of the mask, from column `x` on.
    pub fn fill(self, out: &mut [u8], ink: [u8; 4], y: usize, x: usize, mode: Mode) {
        let ink = match self.unit {
            4 => ink,
            2 => [ink[0], ink[1], ink[0], ink[1]],
            _ => [ink[0]; 4],
        };
        if self.kind == Kind::Blend && self.unit == 4 && mode.has_alpha() {
            return blend_row(out, Ink(ink), OpaqueIfTransparent(&self.image.row(y)[x..]));
        }
        self.combine(out, Ink(ink), y, x);
    }

    fn combine<S: Source>(self, out: &mut [u8], source: S, y: usize, x: usize) {
        let mask = self.image.row(y);
        match (self.kind, self.unit) {
            (Kind::Select, 1) => select_row(out, source, Bytes::<1>(&mask[x..])),
            (Kind::Select, 2) => select_row(out, source, Bytes::<2>(&mask[x..])),
            (Kind::Select, _) => select_row(out, source, Bytes::<4>(&mask[x..])),
            (Kind::Blend, 1) => blend_row(out, source, Bytes::<1>(&mask[x..])),
            (Kind::Blend, 2) => blend_row(out, source, Bytes::<2>(&mask[x..])),
            (Kind::Blend, _) => blend_row(out, source, Bytes::<4>(&mask[x..])),
            (Kind::BlendAlpha, 4) => blend_row(out, source, Alpha::<4>(alpha(mask, x))),
            (Kind::BlendAlpha, _) => blend_row(out, source, Alpha::<1>(alpha(mask, x))),
            (Kind::Add, 4) => add_row(out, source, Alpha::<4>(alpha(mask, x))),
            (Kind::Add, _) => add_row(out, source, Alpha::<1>(alpha(mask, x))),
        }
    }
}

/// Fills the pixels of a span where `mask`, a byte for each, is not 0.
pub fn fill_selected<const SIZE: usize>(span: &mut [[u8; SIZE]], ink: [u8; SIZE], mask: &[u8]) {
    let ink = Ink(std::array::from_fn(|n| ink[n % SIZE]));
    select_row(span.as_flattened_mut(), ink, Bytes::<SIZE>(mask));
}

/// The bytes that are combined at a time.
const CHUNK: usize = 64;

type Chunk = [u8; CHUNK];

/// What is combined with the output: whole chunks, and the bytes behind them.
trait Source: Copy {
    /// Returns chunk `n`.
    fn chunk(self, n: usize) -> Chunk;

    /// Returns the byte at `index` of the row.
    fn byte(self, index: usize) -> u8;
}

/// A row of the output's length.
#[derive(Clone, Copy)]
struct Row<'a>(&'a [u8]);

/// Four bytes, repeated.
#[derive(Clone, Copy)]
struct Ink([u8; 4]);

impl Source for Row<'_> {
    #[inline(always)]
    fn chunk(self, n: usize) -> Chunk {
        self.0.as_chunks().0[n]
    }

    #[inline(always)]
    fn byte(self, index: usize) -> u8 {
        self.0[index]
    }
}

impl Source for Ink {
    #[inline(always)]
    fn chunk(self, _: usize) -> Chunk {
        bytemuck::cast([self.0; CHUNK / 4])
    }

    #[inline(always)]
    fn byte(self, index: usize) -> u8 {
        self.0[index % 4]
    }
}

/// The weights of the bytes of a row.
trait Weights: Copy {
    /// Returns the weights of chunk `n`, which `out` has the bytes of.
    fn chunk(self, n: usize, out: &Chunk) -> Chunk;

    /// Returns the weight of the byte at `index` of the row. `out` starts with its pixel.
    fn byte(self, index: usize, out: &[u8]) -> u8;
}

/// A byte of the mask for `UNIT` bytes of the row: 1, 2 or 4.
#[derive(Clone, Copy)]
struct Bytes<'a, const UNIT: usize>(&'a [u8]);

/// The last byte of a pixel of the mask for `UNIT` bytes of the row: 1 or 4.
#[derive(Clone, Copy)]
struct Alpha<'a, const UNIT: usize>(&'a [[u8; 4]]);

/// A byte of the mask for a pixel with alpha. Where the pixel is transparent and the mask is not 0, the colours get weight
/// 255, so that no colour of transparent pixels shows through.
#[derive(Clone, Copy)]
struct OpaqueIfTransparent<'a>(&'a [u8]);

impl<const UNIT: usize> Weights for Bytes<'_, UNIT> {
    #[inline(always)]
    fn chunk(self, n: usize, _: &Chunk) -> Chunk {
        match UNIT {
            1 => self.0.as_chunks().0[n],
            2 => {
                let (bytes, mut weights) = (&self.0.as_chunks::<{ CHUNK / 2 }>().0[n], [0; CHUNK / 2]);
                for n in 0..CHUNK / 2 {
                    weights[n] = u16::from(bytes[n]) * 0x0101;
                }
                bytemuck::cast(weights)
            }
            _ => bytemuck::cast(repeated(&self.0.as_chunks().0[n])),
        }
    }

    #[inline(always)]
    fn byte(self, index: usize, _: &[u8]) -> u8 {
        self.0[index / UNIT]
    }
}

impl<const UNIT: usize> Weights for Alpha<'_, UNIT> {
    #[inline(always)]
    fn chunk(self, n: usize, _: &Chunk) -> Chunk {
        if UNIT == 1 {
            let (pixels, mut weights) = (&self.0.as_chunks::<CHUNK>().0[n], [0; CHUNK]);
            for n in 0..CHUNK {
                weights[n] = (u32::from_le_bytes(pixels[n]) >> 24) as u8;
            }
            return weights;
        }
        let (pixels, mut weights) = (&self.0.as_chunks::<{ CHUNK / 4 }>().0[n], [0; CHUNK / 4]);
        for n in 0..CHUNK / 4 {
            weights[n] = (u32::from_le_bytes(pixels[n]) >> 24) * 0x0101_0101;
        }
        bytemuck::cast(weights)
    }

    #[inline(always)]
    fn byte(self, index: usize, _: &[u8]) -> u8 {
        self.0[index / UNIT][3]
    }
}

impl Weights for OpaqueIfTransparent<'_> {
    #[inline(always)]
    fn chunk(self, n: usize, out: &Chunk) -> Chunk {
        let mut weights = repeated(&self.0.as_chunks().0[n]);
        let pixels: [u32; CHUNK / 4] = bytemuck::cast(*out);
        let colours = u32::from_ne_bytes([255, 255, 255, 0]);
        for n in 0..CHUNK / 4 {
            let is_filled = (weights[n] != 0) & (pixels[n] & !colours == 0);
            weights[n] |= if is_filled { colours } else { 0 };
        }
        bytemuck::cast(weights)
    }

    #[inline(always)]
    fn byte(self, index: usize, out: &[u8]) -> u8 {
        match self.0[index / 4] {
            0 => 0,
            _ if index % 4 != 3 && out[3] == 0 => 255,
            weight => weight,
        }
    }
}

/// Repeats each byte four times.
#[inline(always)]
fn repeated(bytes: &[u8; CHUNK / 4]) -> [u32; CHUNK / 4] {
    let mut repeated = [0; CHUNK / 4];
    for n in 0..CHUNK / 4 {
        repeated[n] = u32::from(bytes[n]) * 0x0101_0101;
    }
    repeated
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

/// The pixels of a mask with alpha.
fn alpha(mask: &[u8], x: usize) -> &[[u8; 4]] {
    &mask.as_chunks().0[x..]
}

#[inline(always)]
fn blend(mask: u8, out: u8, input: u8) -> u8 {
    div255(u16::from(out) * u16::from(255 - mask) + u16::from(input) * u16::from(mask))
}

#[inline(always)]
fn add(alpha: u8, out: u8, input: u8) -> u8 {
    muldiv255(out, 255 - alpha).wrapping_add(input)
}

#[inline(always)]
fn select(mask: u8, out: u8, input: u8) -> u8 {
    if mask != 0 { input } else { out }
}

/// Applies `combine` to the weight, the output and the source of all bytes of a row. Chunks are arrays of constant length,
/// whose loops LLVM vectorises.
#[inline(always)]
fn for_chunks(out: &mut [u8], source: impl Source, weights: impl Weights, combine: impl Fn(u8, u8, u8) -> u8) {
    let (chunks, rest) = out.as_chunks_mut::<CHUNK>();
    let first = chunks.len() * CHUNK;
    for (n, out) in chunks.iter_mut().enumerate() {
        let (source, weights) = (source.chunk(n), weights.chunk(n, out));
        for n in 0..CHUNK {
            out[n] = combine(weights[n], out[n], source[n]);
        }
    }
    for start in (0..rest.len()).step_by(4) {
        let pixel = &mut rest[start..];
        let count = pixel.len().min(4);
        let mut combined = [0; 4];
        for (n, combined) in combined[..count].iter_mut().enumerate() {
            let index = first + start + n;
            *combined = combine(weights.byte(index, pixel), pixel[n], source.byte(index));
        }
        pixel[..count].copy_from_slice(&combined[..count]);
    }
}

multiversion! {
    fn blend_row<S: Source, W: Weights>(out: &mut [u8], source: S, weights: W) {
        for_chunks(out, source, weights, blend);
    }

    fn add_row<S: Source, W: Weights>(out: &mut [u8], source: S, weights: W) {
        for_chunks(out, source, weights, add);
    }

    fn select_row<S: Source, W: Weights>(out: &mut [u8], source: S, weights: W) {
        for_chunks(out, source, weights, select);
    }
}
