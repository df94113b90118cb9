//! Convolution in single precision, in exactly the reference's order of operations.
//!
//! The sum starts with the offset. Then the products of each kernel row are summed from left to right, and each row's
//! sum is added, the lowest row of pixels first. Nothing is fused (no FMA), so every rounding is the reference's.
//!
//! Two things make it faster than one sample at a time, and neither changes a sum. LLVM vectorises along the row, where
//! all sums are independent. And eight output rows are computed together, tile by tile: the samples of a tile are
//! converted to floats once for all of them, and four rows at a time share the loads of these floats.

use std::marker::PhantomData;

use bytemuck::Zeroable;

use super::band_mask::BandMask;
use super::blocks::{BLOCK, BlockConvolver, SMALL_BLOCK, Taps, convolve_blocks};
use super::kernel::Kernel;
use super::rows::{MAX_INPUTS, MAX_ROWS, RowConvolver};
use super::samples::Sample;
use crate::error::Result;
use crate::memory::heap::try_vec;

/// Convolves samples of type `S`; a pixel has `STRIDE` of them.
pub struct FloatConvolver<S, const KSIZE: usize, const STRIDE: usize> {
    kernel: Kernel<KSIZE>,
    samples: PhantomData<fn(S)>,
}

impl<S: Sample, const KSIZE: usize, const STRIDE: usize> FloatConvolver<S, KSIZE, STRIDE> {
    pub fn new(kernel: &Kernel<KSIZE>) -> Self {
        Self { kernel: *kernel, samples: PhantomData }
    }
}

/// The output rows that share loads. Their sums stay in registers.
const SHARED: usize = 4;

/// The output samples of a tile's rows, and the input samples that the kernel reaches beyond them.
const TILE: usize = 256;
const HALO: usize = 16;

/// A value aligned to a cache line, so that no vector in it crosses one.
#[derive(Clone, Copy)]
#[repr(align(64))]
pub struct CacheAligned<T>(T);

/// A row of a tile, as floats.
type TileRow = CacheAligned<[f32; TILE + HALO]>;

/// The part of a [`TileRow`] that a block of output samples is computed from.
type Window = [f32; SMALL_BLOCK + HALO];

impl<S: Sample, const KSIZE: usize, const STRIDE: usize> RowConvolver for FloatConvolver<S, KSIZE, STRIDE> {
    const RADIUS: usize = KSIZE / 2;
    const EDGE_BYTES: usize = Self::RADIUS * STRIDE * size_of::<S::Stored>();
    const ROWS: usize = MAX_ROWS;

    /// [`MAX_INPUTS`] rows.
    type Scratch = Vec<TileRow>;

    fn scratch() -> Result<Self::Scratch> {
        try_vec(CacheAligned([0.0; TILE + HALO]), MAX_INPUTS)
    }

    #[inline(always)]
    fn scalar(&self, outs: &mut [&mut [u8]], inputs: &[&[u8]], band_mask: BandMask, tile: &mut Self::Scratch) {
        const { assert!((KSIZE - 1) * STRIDE <= HALO) };
        if KSIZE == 3 && size_of::<S::Stored>() > 1 {
            // Wide samples are cheap to convert: nine taps do not pay for a tile.
            for (n, out) in outs.iter_mut().enumerate() {
                convolve_blocks::<S::Stored, KSIZE, STRIDE>(out, &inputs[n..], self);
            }
            return;
        }
        let count = outs[0].len() / size_of::<S::Stored>();
        for start in (0..count).step_by(TILE) {
            let width = (count - start).min(TILE);
            for (floats, row) in tile.iter_mut().zip(inputs) {
                load::<S>(&mut floats.0, &bytemuck::cast_slice(row)[start..start + width + (KSIZE - 1) * STRIDE]);
            }
            for (group, outs) in outs.chunks_mut(SHARED).enumerate() {
                let floats = tile[group * SHARED..].first_chunk().expect("a tile has MAX_INPUTS rows");
                let mut samples = CacheAligned([[S::Stored::zeroed(); TILE]; SHARED]);
                for block in (0..width).step_by(SMALL_BLOCK) {
                    self.convolve_four_rows(&mut samples.0, floats, block);
                }
                for (out, samples) in outs.iter_mut().zip(&samples.0) {
                    let samples = bytemuck::cast_slice(&samples[..width]);
                    band_mask.copy(&mut out[start * size_of::<S::Stored>()..][..samples.len()], samples);
                }
            }
        }
    }
}

impl<S: Sample, const KSIZE: usize, const STRIDE: usize> FloatConvolver<S, KSIZE, STRIDE> {
    /// Computes a block of four rows of a tile, from sample `start` on.
    #[inline(always)]
    fn convolve_four_rows(&self, outs: &mut [[S::Stored; TILE]; SHARED], rows: &[TileRow; 2 * SHARED], start: usize) {
        let mut windows = [&[0.0; SMALL_BLOCK + HALO]; 2 * SHARED];
        for (window, row) in windows.iter_mut().zip(rows) {
            *window = row.0[start..].first_chunk().expect("within the tile");
        }
        let [first, second, third, fourth] = outs;
        let [first, second, third, fourth] = [first, second, third, fourth].map(|row| {
            let row: &mut [S::Stored; SMALL_BLOCK] = row[start..].first_chunk_mut().expect("within the tile");
            row
        });
        for n in 0..SMALL_BLOCK {
            // The lowest row first.
            let mut sums = [self.kernel.offset; SHARED];
            self.add_row::<7>(&mut sums, windows[7], n);
            self.add_row::<6>(&mut sums, windows[6], n);
            self.add_row::<5>(&mut sums, windows[5], n);
            self.add_row::<4>(&mut sums, windows[4], n);
            self.add_row::<3>(&mut sums, windows[3], n);
            self.add_row::<2>(&mut sums, windows[2], n);
            self.add_row::<1>(&mut sums, windows[1], n);
            self.add_row::<0>(&mut sums, windows[0], n);
            first[n] = S::store(sums[0]);
            second[n] = S::store(sums[1]);
            third[n] = S::store(sums[2]);
            fourth[n] = S::store(sums[3]);
        }
    }

    /// Adds input row `ROW` to the sums of the output rows whose neighbourhood it belongs to.
    #[inline(always)]
    fn add_row<const ROW: usize>(&self, sums: &mut [f32; SHARED], window: &Window, n: usize) {
        for (out, sum) in sums.iter_mut().enumerate() {
            if out <= ROW && ROW < out + KSIZE {
                let weights = &self.kernel.weights[KSIZE - 1 - (ROW - out)];
                let mut row_sum = window[n] * weights[0];
                for column in 1..KSIZE {
                    row_sum += window[n + column * STRIDE] * weights[column];
                }
                *sum += row_sum;
            }
        }
    }
}

impl<S: Sample, const KSIZE: usize, const STRIDE: usize> BlockConvolver<S::Stored, KSIZE>
    for FloatConvolver<S, KSIZE, STRIDE>
{
    #[inline(always)]
    fn convolve_block<const N: usize>(&self, out: &mut [S::Stored; N], taps: &Taps<'_, S::Stored, KSIZE, N>) {
        for (n, out) in out.iter_mut().enumerate() {
            let mut sum = self.kernel.offset;
            for (taps, weights) in taps.iter().zip(&self.kernel.weights) {
                let mut row_sum = S::load(taps[0][n]) * weights[0];
                for column in 1..KSIZE {
                    row_sum += S::load(taps[column][n]) * weights[column];
                }
                sum += row_sum;
            }
            *out = S::store(sum);
        }
    }
}

/// Converts samples to floats, in blocks that fill vectors. The last block overlaps the one before.
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
