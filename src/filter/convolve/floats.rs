//! Sums of floats, as the reference has them.

use std::marker::PhantomData;

use bytemuck::{AnyBitPattern, NoUninit, Zeroable};

use super::blocks::{Around, BLOCK, Blocks, SMALL_BLOCK, for_blocks};
use super::{ALL, Convolution, Kernel, MOST, MOST_AROUND};
use crate::error::Result;
use crate::memory::heap::try_vec;
use crate::simd::truncate::{saturate, saturate_i32, saturate_u8};

/// A sum of floats for each sample of kind `S`, `STEP` of which are a pixel.
pub struct Floats<S, const SIZE: usize, const STEP: usize> {
    kernel: Kernel<SIZE>,
    samples: PhantomData<fn(S)>,
}

impl<S: Sample, const SIZE: usize, const STEP: usize> Floats<S, SIZE, STEP> {
    pub fn of(kernel: &Kernel<SIZE>) -> Self {
        Self { kernel: *kernel, samples: PhantomData }
    }
}

/// Rows that are made at once of floats: four, and four again, so that less is made a float twice.
const FOUR: usize = 4;

/// Samples of a row that are floats at once, and those beside them that a kernel may reach.
const STRIP: usize = 256;
const BESIDE: usize = 16;

/// What starts where a line of the cache does, as every vector in it then does, and those that the compiler puts beside it.
#[derive(Clone, Copy)]
#[repr(align(64))]
pub struct Aligned<T>(T);

/// Samples of some rows, [`MOST_AROUND`].
type Strips = Vec<Aligned<[f32; STRIP + BESIDE]>>;

/// Samples that are summed up at once, and those beside them.
type Piece = [f32; SMALL_BLOCK + BESIDE];

impl<S: Sample, const SIZE: usize, const STEP: usize> Convolution for Floats<S, SIZE, STEP> {
    const MARGIN: usize = SIZE / 2;
    const EDGE: usize = Self::MARGIN * STEP * size_of::<S::Stored>();
    const ROWS: usize = MOST;

    type Room = Strips;

    fn room() -> Result<Strips> {
        try_vec(Aligned([0.0; STRIP + BESIDE]), MOST_AROUND)
    }

    #[inline(always)]
    fn plain(&self, outs: &mut [&mut [u8]], inputs: &[&[u8]], kept: [u8; 4], floats: &mut Strips) {
        const { assert!((SIZE - 1) * STEP <= BESIDE) };
        if SIZE == 3 && size_of::<S::Stored>() > 1 {
            // So few sums of wide samples are sooner made than shared.
            for (n, out) in outs.iter_mut().enumerate() {
                for_blocks::<S::Stored, SIZE, STEP>(out, &inputs[n..], self);
            }
            return;
        }
        let count = outs[0].len() / size_of::<S::Stored>();
        for start in (0..count).step_by(STRIP) {
            let width = (count - start).min(STRIP);
            for (floats, row) in floats.iter_mut().zip(inputs) {
                load::<S>(&mut floats.0, &bytemuck::cast_slice(row)[start..start + width + (SIZE - 1) * STEP]);
            }
            for (group, outs) in outs.chunks_mut(FOUR).enumerate() {
                let floats = floats[group * FOUR..].first_chunk().expect("as many as rows");
                let mut made = Aligned([[S::Stored::zeroed(); STRIP]; FOUR]);
                for block in (0..width).step_by(SMALL_BLOCK) {
                    self.four(&mut made.0, floats, block);
                }
                for (out, made) in outs.iter_mut().zip(&made.0) {
                    let made = bytemuck::cast_slice(&made[..width]);
                    keep(&mut out[start * size_of::<S::Stored>()..][..made.len()], made, kept);
                }
            }
        }
    }
}

impl<S: Sample, const SIZE: usize, const STEP: usize> Floats<S, SIZE, STEP> {
    /// Makes a piece of four rows from sample `start` on.
    #[inline(always)]
    fn four(
        &self,
        outs: &mut [[S::Stored; STRIP]; FOUR],
        rows: &[Aligned<[f32; STRIP + BESIDE]>; 2 * FOUR],
        start: usize,
    ) {
        let mut pieces = [&[0.0; SMALL_BLOCK + BESIDE]; 2 * FOUR];
        for (piece, row) in pieces.iter_mut().zip(rows) {
            *piece = row.0[start..].first_chunk().expect("within the strip");
        }
        let [first, second, third, fourth] = outs;
        let [first, second, third, fourth] = [first, second, third, fourth].map(|row| {
            let row: &mut [S::Stored; SMALL_BLOCK] = row[start..].first_chunk_mut().expect("within the strip");
            row
        });
        for n in 0..SMALL_BLOCK {
            // Each sum has the lowest row first.
            let mut sums = [self.kernel.offset; FOUR];
            self.add_row::<7>(&mut sums, pieces[7], n);
            self.add_row::<6>(&mut sums, pieces[6], n);
            self.add_row::<5>(&mut sums, pieces[5], n);
            self.add_row::<4>(&mut sums, pieces[4], n);
            self.add_row::<3>(&mut sums, pieces[3], n);
            self.add_row::<2>(&mut sums, pieces[2], n);
            self.add_row::<1>(&mut sums, pieces[1], n);
            self.add_row::<0>(&mut sums, pieces[0], n);
            first[n] = S::store(sums[0]);
            second[n] = S::store(sums[1]);
            third[n] = S::store(sums[2]);
            fourth[n] = S::store(sums[3]);
        }
    }

    /// Adds input row `ROW` to the sums of those of four rows that it is around.
    #[inline(always)]
    fn add_row<const ROW: usize>(&self, sums: &mut [f32; FOUR], samples: &Piece, n: usize) {
        for (out, sum) in sums.iter_mut().enumerate() {
            if out <= ROW && ROW < out + SIZE {
                let weights = &self.kernel.weights[SIZE - 1 - (ROW - out)];
                let mut part = samples[n] * weights[0];
                for column in 1..SIZE {
                    part += samples[n + column * STEP] * weights[column];
                }
                *sum += part;
            }
        }
    }
}

impl<S: Sample, const SIZE: usize, const STEP: usize> Blocks<S::Stored, SIZE> for Floats<S, SIZE, STEP> {
    #[inline(always)]
    fn block<const N: usize>(&self, out: &mut [S::Stored; N], around: &Around<'_, S::Stored, SIZE, N>) {
        for (n, out) in out.iter_mut().enumerate() {
            let mut sum = self.kernel.offset;
            for (samples, weights) in around.iter().zip(&self.kernel.weights) {
                let mut part = S::load(samples[0][n]) * weights[0];
                for column in 1..SIZE {
                    part += S::load(samples[column][n]) * weights[column];
                }
                sum += part;
            }
            *out = S::store(sum);
        }
    }
}

/// Makes samples floats, so many at once that vectors are filled: the last of them again, where some would be left over.
#[inline(always)]
fn load<S: Sample>(floats: &mut [f32], samples: &[S::Stored]) {
    let whole = samples.len() / BLOCK * BLOCK;
    load_each::<S>(&mut floats[..whole], &samples[..whole]);
    if whole < samples.len() {
        let last = samples.len().saturating_sub(BLOCK);
        load_each::<S>(&mut floats[last..samples.len()], &samples[last..]);
    }
}

#[inline(always)]
fn load_each<S: Sample>(floats: &mut [f32], samples: &[S::Stored]) {
    for (float, sample) in floats.iter_mut().zip(samples) {
        *float = S::load(*sample);
    }
}

/// Copies the bits of each four bytes that are kept; others become 0.
#[inline(always)]
fn keep(out: &mut [u8], made: &[u8], kept: [u8; 4]) {
    if kept == ALL {
        return out.copy_from_slice(made);
    }
    for (out, made) in out.as_chunks_mut::<4>().0.iter_mut().zip(made.as_chunks().0) {
        *out = (u32::from_ne_bytes(*made) & u32::from_ne_bytes(kept)).to_ne_bytes();
    }
}

/// A kind of sample.
pub trait Sample: 'static {
    type Stored: AnyBitPattern + NoUninit;

    /// The float that it becomes.
    fn load(stored: Self::Stored) -> f32;

    /// What becomes of a float: within the range of samples, the fraction cut.
    fn store(sum: f32) -> Self::Stored;
}

pub struct U8;

impl Sample for U8 {
    type Stored = u8;

    #[inline(always)]
    fn load(stored: u8) -> f32 {
        f32::from(stored)
    }

    #[inline(always)]
    fn store(sum: f32) -> u8 {
        saturate_u8(sum)
    }
}

pub struct U16le;

impl Sample for U16le {
    type Stored = [u8; 2];

    #[inline(always)]
    fn load(stored: [u8; 2]) -> f32 {
        f32::from(u16::from_le_bytes(stored))
    }

    #[inline(always)]
    fn store(sum: f32) -> [u8; 2] {
        (saturate::<65535>(sum) as u16).to_le_bytes()
    }
}

pub struct U16be;

impl Sample for U16be {
    type Stored = [u8; 2];

    #[inline(always)]
    fn load(stored: [u8; 2]) -> f32 {
        f32::from(u16::from_be_bytes(stored))
    }

    #[inline(always)]
    fn store(sum: f32) -> [u8; 2] {
        (saturate::<65535>(sum) as u16).to_be_bytes()
    }
}

pub struct I32;

impl Sample for I32 {
    type Stored = i32;

    #[inline(always)]
    fn load(stored: i32) -> f32 {
        stored as f32
    }

    #[inline(always)]
    fn store(sum: f32) -> i32 {
        saturate_i32(sum)
    }
}
