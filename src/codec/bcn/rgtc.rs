//! RGTC: BC4 and BC5.

#[cfg(target_arch = "x86_64")]
use super::avx2;
use super::block::{BlockFormat, GROUP, Lanes, Pixel, PixelRow};
use crate::simd::isa::Isa;

/// BC4: one channel.
pub struct Bc4;

/// BC5: red and green. Signed endpoints count from -128. The other bytes of pixels are those of zero.
pub struct Bc5<const IS_SIGNED: bool>;

impl BlockFormat for Bc4 {
    type Block = [u8; 8];
    type Row = [u8; 4];

    #[inline(always)]
    fn decode(blocks: &[[u8; 8]], rows: [&mut [[u8; 4]]; 4]) {
        let channels = Channels::of::<false, _>(blocks, |block| u64::from_le_bytes(*block));
        for (y, row) in rows.into_iter().enumerate() {
            for (n, row) in row.iter_mut().enumerate() {
                let [a, b, c, d] = channels.row(n, y).map(u32::from);
                *row = (a | b << 8 | c << 16 | d << 24).to_le_bytes();
            }
        }
    }

    #[cfg(target_arch = "x86_64")]
    fn decode_vectors(isa: Isa, blocks: &[[u8; 8]], rows: [&mut [Self::Row]; 4]) -> usize {
        let (Some(avx2), blocks) = (isa.avx2(), blocks.as_chunks().0) else { return 0 };
        avx2::bc4(avx2, blocks, rows.map(|row| row.as_chunks_mut().0));
        blocks.as_flattened().len()
    }
}

impl<const IS_SIGNED: bool> BlockFormat for Bc5<IS_SIGNED> {
    type Block = [u8; 16];
    type Row = PixelRow;

    #[inline(always)]
    fn decode(blocks: &[[u8; 16]], rows: [&mut [PixelRow]; 4]) {
        let half = |block: &[u8; 16], n: usize| bytemuck::cast::<_, [u64; 2]>(*block).map(u64::from_le)[n];
        let reds = Channels::of::<IS_SIGNED, _>(blocks, |block| half(block, 0));
        let greens = Channels::of::<IS_SIGNED, _>(blocks, |block| half(block, 1));
        let others: Pixel = if IS_SIGNED { 0x8080_0000 } else { 0 };
        for (y, row) in rows.into_iter().enumerate() {
            for (n, row) in row.iter_mut().enumerate() {
                let (reds, greens) = (reds.row(n, y).map(Pixel::from), greens.row(n, y).map(Pixel::from));
                let pixel = |x: usize| (reds[x] | greens[x] << 8 | others).to_le_bytes();
                *row = [pixel(0), pixel(1), pixel(2), pixel(3)];
            }
        }
    }

    #[cfg(target_arch = "x86_64")]
    fn decode_vectors(isa: Isa, blocks: &[[u8; 16]], rows: [&mut [Self::Row]; 4]) -> usize {
        let (Some(avx2), blocks) = (isa.avx2(), blocks.as_chunks().0) else { return 0 };
        avx2::bc5(avx2, blocks, rows.map(|row| row.as_chunks_mut().0), IS_SIGNED);
        blocks.as_flattened().len()
    }
}

/// A channel of a group of blocks.
///
/// A value is `((steps - step) · a0 + step · a1) / steps`, where index 0 is step 0, index 1 is the last step, and the
/// others are those between. There are 7 steps if `a0 > a1`; else there are 5, and the last two indices are 0 and 255.
pub struct Channels {
    /// `steps · a0`.
    starts: Lanes<u16>,
    /// `a1 - a0`, modulo 2^16.
    differences: Lanes<u16>,
    steps: Lanes<u16>,
    /// 2^16 / `steps`, rounded up: near enough for products to 7 · 255.
    reciprocals: Lanes<u16>,
    /// All bits set if the last two indices are 0 and 255.
    has_extremes: Lanes<u16>,
    /// The indices of each row, three bits each.
    indices: [Lanes<u16>; 4],
}

impl Channels {
    /// Computes the steps of blocks, whose channel `part` returns.
    #[inline(always)]
    pub fn of<const IS_SIGNED: bool, B>(blocks: &[B], part: impl Fn(&B) -> u64) -> Self {
        let none = [0; GROUP];
        let mut channels = Self {
            starts: none,
            differences: none,
            steps: none,
            reciprocals: none,
            has_extremes: none,
            indices: [none; 4],
        };
        let bias = if IS_SIGNED { 0x80 } else { 0 };
        for (n, block) in blocks.iter().enumerate() {
            let part = part(block);
            let (a0, a1) = (part as u16 & 0xff ^ bias, (part >> 8) as u16 & 0xff ^ bias);
            let has_extremes = 0u16.wrapping_sub(u16::from(a0 <= a1));
            let steps = 7 - (2 & has_extremes);
            channels.starts[n] = steps * a0;
            channels.differences[n] = a1.wrapping_sub(a0);
            channels.steps[n] = steps;
            channels.reciprocals[n] = 9363 + ((13108 - 9363) & has_extremes);
            channels.has_extremes[n] = has_extremes;
            channels.indices[0][n] = (part >> 16) as u16;
            channels.indices[1][n] = (part >> 28) as u16;
            channels.indices[2][n] = (part >> 40) as u16;
            channels.indices[3][n] = (part >> 52) as u16;
        }
        channels
    }

    /// Returns the values of row `y` of block `n`.
    #[inline(always)]
    pub fn row(&self, n: usize, y: usize) -> [u16; 4] {
        let (indices, steps) = (self.indices[y][n], self.steps[n]);
        let (start, difference, reciprocal) = (self.starts[n], self.differences[n], self.reciprocals[n]);
        [0, 3, 6, 9].map(|shift| {
            let index = indices >> shift & 7;
            let mask = |condition: bool| 0u16.wrapping_sub(u16::from(condition));
            let step = index.wrapping_sub(1) & mask(index > 1) | steps & mask(index == 1);
            let sum = start.wrapping_add(step.wrapping_mul(difference));
            let value = ((u32::from(sum) * u32::from(reciprocal)) >> 16) as u16;
            let is_extreme = self.has_extremes[n] & mask(index > 5);
            value & !is_extreme | 0xff & is_extreme & mask(index == 7)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_those_of_exact_division() {
        for ends in 0..=u16::MAX {
            let (a0, a1) = (u32::from(ends & 0xff), u32::from(ends >> 8));
            let part = u64::from(ends) | 0b_111_110_101_100_011_010_001_000 << 16;
            let channels = Channels::of::<false, _>(&[part], |part| *part);
            let (steps, last) = if a0 > a1 { (7, [2, 1].map(|n| (n * a0 + (7 - n) * a1) / 7)) } else { (5, [0, 255]) };
            let between = [1, 2, 3, 4].map(|n| ((steps - n) * a0 + n * a1) / steps);
            let expected = [&[a0, a1], &between[..], &last].concat();
            assert_eq!(
                [channels.row(0, 0), channels.row(0, 1)].concat(),
                expected.iter().map(|v| *v as u16).collect::<Vec<_>>()
            );
        }
    }
}
