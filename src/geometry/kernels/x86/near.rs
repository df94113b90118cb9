//! AVX-512: pixels that are picked out of one vector or two.

use std::arch::x86_64::*;

use crate::error::{Error, Result};
use crate::simd::isa;

/// Bytes of a vector.
const BYTES: usize = 64;

/// Which pixels of a row become those of a vector.
#[derive(Clone, Copy)]
struct Step {
    /// The first byte that is read.
    first: usize,
    /// For each byte of the outcome, or for each four, where it is behind the first, in pixels.
    places: [u8; BYTES],
}

/// Columns in steps of as many as a vector has. The last step covers some of those before it again.
pub struct Near {
    steps: Vec<Step>,
    pixel_size: usize,
    /// How many pixels are picked, and how many a row has.
    count: usize,
    width: usize,
}

impl Near {
    /// These columns, where there are enough of them to be worth it, and none of those that belong together is too far from
    /// the others.
    pub fn new(columns: &[u32], width: usize, pixel_size: usize) -> Result<Option<Self>> {
        let lanes = BYTES / pixel_size;
        let reach = 2 * lanes;
        if isa::current().avx512().is_none()
            || !matches!(pixel_size, 1 | 4)
            || columns.len() < 4 * lanes
            || width < reach
        {
            return Ok(None);
        }
        let mut steps = Vec::new();
        steps.try_reserve_exact(columns.len().div_ceil(lanes)).map_err(|_| Error::Memory)?;
        for start in (0..columns.len()).step_by(lanes) {
            let columns = &columns[start.min(columns.len() - lanes)..][..lanes];
            let least = columns.iter().fold(u32::MAX, |least, column| least.min(*column)) as usize;
            let first = least.min(width - reach);
            let mut places = [0; BYTES];
            for (lane, column) in columns.iter().enumerate() {
                let place = *column as usize - first;
                if place >= reach {
                    return Ok(None);
                }
                places[lane * pixel_size] = place as u8;
            }
            steps.push(Step { first: first * pixel_size, places });
        }
        Ok(Some(Self { steps, pixel_size, count: columns.len(), width }))
    }

    /// Picks pixels, one for each column.
    pub fn pick(&self, out: &mut [u8], row: &[u8]) {
        assert!(out.len() == self.count * self.pixel_size && row.len() >= self.width * self.pixel_size);
        let last = out.len() - BYTES;
        for (number, step) in self.steps.iter().enumerate() {
            let out = out[last.min(number * BYTES)..].first_chunk_mut().expect("a vector's");
            let row = row[step.first..].first_chunk().expect("two vectors'");
            // SAFETY: the processor has the instructions: else there would be no columns.
            unsafe {
                match self.pixel_size {
                    1 => pick_bytes(out, row, &step.places),
                    _ => pick_fours(out, row, &step.places),
                }
            }
        }
    }
}

#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vbmi")]
fn pick_bytes(out: &mut [u8; BYTES], row: &[u8; 2 * BYTES], places: &[u8; BYTES]) {
    // SAFETY: all are as long as the vectors.
    unsafe {
        let [low, high] = [0, BYTES].map(|at| _mm512_loadu_si512(row.as_ptr().add(at).cast()));
        let places = _mm512_loadu_si512(places.as_ptr().cast());
        _mm512_storeu_si512(out.as_mut_ptr().cast(), _mm512_permutex2var_epi8(low, places, high));
    }
}

#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vbmi")]
fn pick_fours(out: &mut [u8; BYTES], row: &[u8; 2 * BYTES], places: &[u8; BYTES]) {
    // SAFETY: all are as long as the vectors.
    unsafe {
        let [low, high] = [0, BYTES].map(|at| _mm512_loadu_si512(row.as_ptr().add(at).cast()));
        let places = _mm512_loadu_si512(places.as_ptr().cast());
        _mm512_storeu_si512(out.as_mut_ptr().cast(), _mm512_permutex2var_epi32(low, places, high));
    }
}
