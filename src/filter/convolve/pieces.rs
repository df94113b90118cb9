//! Two rows at once, piece by piece. What may not be what the floats sum up to is *tied*, and settled by them while the
//! piece is at hand.

use super::super::kernels::{BLOCKS, LEAST, MOST_INPUTS, Places};
use super::blocks::{Blocks, SMALL_BLOCK, for_blocks};
use super::clear;
use super::floats::{Floats, U8};
use crate::simd::isa::multiversion;

/// Of so many bytes one may be tied on average, or all are made of floats.
const SELDOM: usize = 16;

/// Has `sums` make pieces of two rows, of at least [`LEAST`] bytes each, and tell the places that are tied.
pub fn settled<const SIZE: usize, const STEP: usize>(
    [upper, lower]: [&mut [u8]; 2],
    inputs: &[&[u8]],
    kept: [u8; 4],
    floats: &Floats<U8, SIZE, STEP>,
    sums: impl Fn(&mut [&mut [u8]; 2], &[&[u8]; MOST_INPUTS], &mut Places),
) {
    let mut places = [[0; BLOCKS]; 2];
    for_pieces::<SIZE, STEP>([upper, lower], inputs, |outs, inputs| {
        sums(outs, inputs, &mut places);
        for (n, (out, places)) in outs.iter_mut().zip(&mut places).enumerate() {
            settle(floats, out, &inputs[n..], places, kept);
        }
    });
}

/// Hands out pieces of two rows, with what is around them.
pub fn for_pieces<const SIZE: usize, const STEP: usize>(
    [upper, lower]: [&mut [u8]; 2],
    inputs: &[&[u8]],
    mut work: impl FnMut(&mut [&mut [u8]; 2], &[&[u8]; MOST_INPUTS]),
) {
    let bytes = upper.len();
    for start in (0..bytes).step_by(BLOCKS * LEAST) {
        let piece = start.min(bytes - LEAST)..bytes.min(start + BLOCKS * LEAST);
        let mut around: [&[u8]; MOST_INPUTS] = [&[]; MOST_INPUTS];
        for (piece_of_row, row) in around.iter_mut().zip(inputs) {
            *piece_of_row = &row[piece.start..piece.end + (SIZE - 1) * STEP];
        }
        work(&mut [&mut upper[piece.clone()], &mut lower[piece]], &around);
    }
}

multiversion! {
    /// Settles what is tied in a piece of a row and not at bytes that are cleared.
    fn settle<F: Settle>(floats: &F, out: &mut [u8], inputs: &[&[u8]], places: &mut [u64; BLOCKS], kept: [u8; 4]) {
        let last = out.len() - LEAST;
        let kept_places = u64::from(u32::from_le_bytes(kept) & 0x0804_0201).wrapping_mul(0x0101_0101) >> 24 & 15;
        let places = &mut places[..out.len().div_ceil(LEAST)];
        let mut all = 0;
        for places in &mut *places {
            *places &= kept_places * 0x1111_1111_1111_1111;
            all += places.count_ones() as usize;
        }
        if all > out.len() / SELDOM {
            floats.settle_all(out, inputs);
            return clear(out, kept);
        }
        let mut ties = [0; BLOCKS * LEAST / SELDOM + 2];
        let mut count = 0;
        for (block, places) in places.iter().enumerate() {
            let start = (block * LEAST).min(last);
            let mut places = *places;
            // There are none or one, most often, and seldom more than two: what comes next shall not be guessed.
            for _ in 0..2 {
                ties[count] = (start + places.trailing_zeros() as usize) as u16;
                count += usize::from(places != 0);
                places &= places.wrapping_sub(1);
            }
            while places != 0 {
                ties[count] = (start + places.trailing_zeros() as usize) as u16;
                count += 1;
                places &= places - 1;
            }
        }
        for ties in ties[..count].chunks(SMALL_BLOCK) {
            floats.settle(out, inputs, ties);
        }
    }
}

/// Settles ties.
trait Settle {
    /// Sums up the floats for these bytes of a row, [`SMALL_BLOCK`] of them at most.
    fn settle(&self, out: &mut [u8], inputs: &[&[u8]], places: &[u16]);

    /// Sums up the floats for all bytes.
    fn settle_all(&self, out: &mut [u8], inputs: &[&[u8]]);
}

impl<const SIZE: usize, const STEP: usize> Settle for Floats<U8, SIZE, STEP> {
    #[inline(always)]
    fn settle(&self, out: &mut [u8], inputs: &[&[u8]], places: &[u16]) {
        let rows: [&[u8]; SIZE] = std::array::from_fn(|row| inputs[SIZE - 1 - row]);
        let mut around = [[[0; SMALL_BLOCK]; SIZE]; SIZE];
        for (n, place) in places.iter().enumerate() {
            for (samples, row) in around.iter_mut().zip(rows) {
                let row = &row[usize::from(*place)..][..(SIZE - 1) * STEP + 1];
                for (column, samples) in samples.iter_mut().enumerate() {
                    samples[n] = row[column * STEP];
                }
            }
        }
        let mut settled = [0; SMALL_BLOCK];
        self.block(&mut settled, &around.each_ref().map(|row| row.each_ref()));
        for (place, settled) in places.iter().zip(settled) {
            out[usize::from(*place)] = settled;
        }
    }

    #[inline(always)]
    fn settle_all(&self, out: &mut [u8], inputs: &[&[u8]]) {
        for_blocks::<u8, SIZE, STEP>(out, inputs, self);
    }
}

#[cfg(test)]
mod tests {
    use super::super::fractions::Fractions;
    use super::super::near::Near;
    use super::super::{Convolution, Kernel};
    use super::*;

    const KEPT: [u8; 4] = [255, 255, 0, 255];

    /// Two rows of noise, convolved; or one of few colours, where many are tied.
    fn made<const SIZE: usize, C: Convolution>(convolution: &C, bytes: usize, colours: u8) -> [Vec<u8>; 2] {
        let noise = |n: usize| (n as u32 ^ 0xbeef).wrapping_mul(2654435761).wrapping_mul(n as u32 | 1).to_be_bytes()[0];
        let row = |row: usize| (0..bytes + 4 * (SIZE - 1)).map(move |n| noise(n * 16 + row) / colours * colours);
        let inputs: Vec<Vec<u8>> = (0..SIZE + 1).map(|n| row(n).collect()).collect();
        let inputs: Vec<&[u8]> = inputs.iter().map(Vec::as_slice).collect();
        let mut outs = [vec![1; bytes], vec![2; bytes]];
        convolution.rows(&mut outs.each_mut().map(Vec::as_mut_slice), &inputs, KEPT, &mut C::room().expect("small"));
        outs
    }

    fn compare<const SIZE: usize>(weights: [[f32; SIZE]; SIZE], parts: f32) {
        let weights = weights.map(|row| row.map(|weight| weight / parts));
        let kernel = Kernel::<SIZE>::new(weights.as_flattened(), 0.5);
        let (fractions, near) = (Fractions::<SIZE, 4>::of(&kernel), Near::<SIZE>::of(&kernel));
        for (bytes, colours) in [4, 60, 64, 68, 1000, 4096, 4100, 5000].into_iter().zip([1, 1, 50, 1, 85, 1, 1, 50]) {
            let expected = made::<SIZE, _>(&Floats::<U8, SIZE, 4>::of(&kernel), bytes, colours);
            if let Some(fractions) = &fractions {
                assert!(made::<SIZE, _>(fractions, bytes, colours) == expected, "{bytes} bytes, fractions");
            }
            if let Some(near) = &near {
                assert!(made::<SIZE, _>(near, bytes, colours) == expected, "{bytes} bytes, near");
            }
        }
    }

    #[test]
    fn rows_are_what_floats_make() {
        for parts in [100.0, 50.0, 64.0, 127.3] {
            compare([[10.0, 20.0, -30.0], [40.0, 55.0, 10.0], [7.0, -20.0, 8.0]], parts);
            compare([[10.0; 3]; 3], parts);
            compare([[0.0, -9.0, 3.0], [-8.0, 1.0, 0.0], [2.5, -3.0, 8.0]], parts);
            compare([[1.0; 5], [1.0, 5.0, 5.0, 5.0, 1.0], [1.0, 5.0, 44.0, 5.0, 1.0], [5.0; 5], [1.0; 5]], parts);
            compare([[0.0, -9.0, 3.0, 0.0, 1.0], [5.5; 5], [2.0, 30.0, -3.0, 7.0, 1.0], [-7.0; 5], [8.0; 5]], parts);
        }
    }
}
