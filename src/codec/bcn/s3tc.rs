//! S3TC: BC1, BC2 and BC3.

#[cfg(target_arch = "x86_64")]
use super::avx2;
use super::block::{BlockFormat, GROUP, Lanes, OPAQUE, Pixel, PixelRow, mask, select};
use super::rgb565;
use super::rgtc::Channels;
use crate::simd::isa::Isa;

/// BC1: colours, whose palette has a transparent entry if `c0 <= c1`.
pub struct Bc1;

/// BC2: four bits of alpha for each pixel, and colours.
pub struct Bc2;

/// BC3: alpha as a channel of BC4, and colours.
pub struct Bc3;

impl BlockFormat for Bc1 {
    type Block = [u8; 8];
    type Row = PixelRow;

    #[inline(always)]
    fn decode(blocks: &[[u8; 8]], rows: [&mut [PixelRow]; 4]) {
        let colors = Colors::of::<true, _>(blocks, |block| u64::from_le_bytes(*block));
        for (y, row) in rows.into_iter().enumerate() {
            for (n, row) in row.iter_mut().enumerate() {
                *row = colors.row(n, y).map(u32::to_le_bytes);
            }
        }
    }

    #[cfg(target_arch = "x86_64")]
    fn decode_vectors(isa: Isa, blocks: &[[u8; 8]], rows: [&mut [Self::Row]; 4]) -> usize {
        let (Some(avx2), blocks) = (isa.avx2(), blocks.as_chunks().0) else { return 0 };
        avx2::bc1(avx2, blocks, rows.map(|row| row.as_chunks_mut().0));
        blocks.as_flattened().len()
    }
}

impl BlockFormat for Bc2 {
    type Block = [u8; 16];
    type Row = PixelRow;

    #[inline(always)]
    fn decode(blocks: &[[u8; 16]], rows: [&mut [PixelRow]; 4]) {
        let colors = Colors::of::<false, _>(blocks, |block| halves(block)[1]);
        let mut alphas: [Lanes<u32>; 4] = [[0; GROUP]; 4];
        for (n, block) in blocks.iter().enumerate() {
            for (y, alphas) in alphas.iter_mut().enumerate() {
                alphas[n] = (halves(block)[0] >> (16 * y)) as u32;
            }
        }
        for ((y, row), alphas) in rows.into_iter().enumerate().zip(&alphas) {
            for (n, (row, alphas)) in row.iter_mut().zip(alphas).enumerate() {
                let mut pixels = colors.row(n, y);
                for (x, pixel) in pixels.iter_mut().enumerate() {
                    let alpha = alphas << (28 - 4 * x) & 0xf000_0000;
                    *pixel |= alpha | alpha >> 4;
                }
                *row = pixels.map(u32::to_le_bytes);
            }
        }
    }

    #[cfg(target_arch = "x86_64")]
    fn decode_vectors(isa: Isa, blocks: &[[u8; 16]], rows: [&mut [Self::Row]; 4]) -> usize {
        let (Some(avx2), blocks) = (isa.avx2(), blocks.as_chunks().0) else { return 0 };
        avx2::bc2(avx2, blocks, rows.map(|row| row.as_chunks_mut().0));
        blocks.as_flattened().len()
    }
}

impl BlockFormat for Bc3 {
    type Block = [u8; 16];
    type Row = PixelRow;

    #[inline(always)]
    fn decode(blocks: &[[u8; 16]], rows: [&mut [PixelRow]; 4]) {
        let colors = Colors::of::<false, _>(blocks, |block| halves(block)[1]);
        let alphas = Channels::of::<false, _>(blocks, |block| halves(block)[0]);
        for (y, row) in rows.into_iter().enumerate() {
            for (n, row) in row.iter_mut().enumerate() {
                let (mut pixels, alphas) = (colors.row(n, y), alphas.row(n, y));
                for (pixel, alpha) in pixels.iter_mut().zip(alphas) {
                    *pixel |= Pixel::from(alpha) << 24;
                }
                *row = pixels.map(u32::to_le_bytes);
            }
        }
    }

    #[cfg(target_arch = "x86_64")]
    fn decode_vectors(isa: Isa, blocks: &[[u8; 16]], rows: [&mut [Self::Row]; 4]) -> usize {
        let (Some(avx2), blocks) = (isa.avx2(), blocks.as_chunks().0) else { return 0 };
        avx2::bc3(avx2, blocks, rows.map(|row| row.as_chunks_mut().0));
        blocks.as_flattened().len()
    }
}

/// Returns the two parts of a block.
#[inline(always)]
pub fn halves(block: &[u8; 16]) -> [u64; 2] {
    bytemuck::cast::<_, [u64; 2]>(*block).map(u64::from_le)
}

/// The colours of a group of blocks.
struct Colors {
    palettes: [Lanes<Pixel>; 4],
    indices: Lanes<u32>,
}

impl Colors {
    /// Computes the palettes of blocks, whose colours `part` returns. With `HAS_TRANSPARENT` they have alpha, too.
    #[inline(always)]
    fn of<const HAS_TRANSPARENT: bool, B>(blocks: &[B], part: impl Fn(&B) -> u64) -> Self {
        let mut colors = Self { palettes: [[0; GROUP]; 4], indices: [0; GROUP] };
        for (n, block) in blocks.iter().enumerate() {
            let part = part(block);
            let [entry0, entry1, entry2, entry3] = palette::<HAS_TRANSPARENT>(part as u32);
            colors.palettes[0][n] = entry0;
            colors.palettes[1][n] = entry1;
            colors.palettes[2][n] = entry2;
            colors.palettes[3][n] = entry3;
            colors.indices[n] = (part >> 32) as u32;
        }
        colors
    }

    /// Returns the pixels of row `y` of block `n`. All of them are selected, which vectorises; a lookup does not.
    #[inline(always)]
    fn row(&self, n: usize, y: usize) -> [Pixel; 4] {
        let [entry0, entry1, entry2, entry3] = [0, 1, 2, 3].map(|entry: usize| self.palettes[entry][n]);
        let indices = self.indices[n] >> (8 * y);
        [0, 2, 4, 6].map(|shift| {
            let (is_odd, is_upper) = (mask(indices >> shift & 1 != 0), mask(indices >> shift & 2 != 0));
            select(is_upper, select(is_odd, entry3, entry2), select(is_odd, entry1, entry0))
        })
    }
}

/// Returns the colours between two endpoints, `c0` in the lower half of `ends`.
#[inline(always)]
fn palette<const HAS_TRANSPARENT: bool>(ends: u32) -> [Pixel; 4] {
    let (c0, c1) = (ends & 0xffff, ends >> 16);
    let alpha = if HAS_TRANSPARENT { OPAQUE } else { 0 };
    let pixel = |[r, g, b]: [u32; 3]| r | g << 8 | b << 16 | alpha;
    let (first, second) = (rgb565::expand(c0), rgb565::expand(c1));
    let mix = |one: [u32; 3], other: [u32; 3], mix: fn(u32, u32) -> u32| {
        pixel([mix(one[0], other[0]), mix(one[1], other[1]), mix(one[2], other[2])])
    };
    // A third, rounded down: the reciprocal is near enough for sums to 3 · 255.
    let two_to_one = |one: u32, other: u32| ((2 * one + other) * 21846) >> 16;
    let (entry2, entry3) = (mix(first, second, two_to_one), mix(second, first, two_to_one));
    let ends = [pixel(first), pixel(second)];
    if !HAS_TRANSPARENT {
        return [ends[0], ends[1], entry2, entry3];
    }
    let has_four = mask(c0 > c1);
    let middle = mix(first, second, |one, other| (one + other) >> 1);
    [ends[0], ends[1], select(has_four, entry2, middle), entry3 & has_four]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn palettes_are_those_of_exact_division() {
        for (c0, c1) in (0..=u32::from(u16::MAX)).step_by(7).zip((0..=u32::from(u16::MAX)).rev().step_by(5).cycle()) {
            let (a, b) = (rgb565::expand(c0), rgb565::expand(c1));
            let mix = |p: u32, q: u32| {
                let [r, g, b] = [0, 1, 2].map(|n| (p * a[n] + q * b[n]) / (p + q));
                r | g << 8 | b << 16
            };
            assert_eq!(palette::<false>(c0 | c1 << 16), [mix(1, 0), mix(0, 1), mix(2, 1), mix(1, 2)]);
            let (mix, middle) = (|p, q| mix(p, q) | OPAQUE, mix(1, 1) | OPAQUE);
            let others = if c0 > c1 { [mix(2, 1), mix(1, 2)] } else { [middle, 0] };
            assert_eq!(palette::<true>(c0 | c1 << 16), [mix(1, 0), mix(0, 1), others[0], others[1]]);
        }
    }
}
