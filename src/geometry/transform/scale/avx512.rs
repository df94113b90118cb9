//! AVX-512 VBMI: permutes the pixels of two vectors of the input row to a vector of the output.
//!
//! Adjacent output pixels mostly come from input columns near each other. Where those of each output vector lie within
//! two vectors of the input row, `vpermt2b` or `vpermt2d` looks all of them up at once:
//!
//! ```text
//! row     … A B C D E F G H …        two vectors, loaded at `offset`
//! indices   0 0 1 3 4 4 5 7          columns relative to the first one
//! out       A A B D E E F H
//! ```

use std::arch::x86_64::*;

use safe_unaligned_simd::x86_64::{_mm512_loadu_si512, _mm512_storeu_si512};

use crate::error::{Error, Result};
use crate::simd::isa::{Avx512, entry};

/// The bytes of a vector.
const BYTES: usize = 64;

/// Where the pixels of an output vector come from.
#[derive(Clone, Copy)]
struct Permute {
    /// The first byte of the two input vectors.
    offset: usize,
    /// The pixel in these of each output byte, or of each fourth output byte for pixels of four bytes.
    indices: [u8; BYTES],
}

/// The permutations of a row. The last output vector overlaps the one before it.
pub struct PermuteTable {
    avx512: Avx512,
    permutes: Vec<Permute>,
    pixel_size: usize,
}

impl PermuteTable {
    /// Makes a table for rows of `width` pixels. Returns `None` if there are too few columns, or if the columns of an
    /// output vector are too far apart.
    pub fn new(avx512: Avx512, columns: &[u32], width: usize, pixel_size: usize) -> Result<Option<Self>> {
        let lanes = BYTES / pixel_size;
        let reach = 2 * lanes;
        if !matches!(pixel_size, 1 | 4) || columns.len() < 4 * lanes || width < reach {
            return Ok(None);
        }
        let mut permutes = Vec::new();
        permutes.try_reserve_exact(columns.len().div_ceil(lanes)).map_err(|_| Error::Memory)?;
        for start in (0..columns.len()).step_by(lanes) {
            let columns = &columns[start.min(columns.len() - lanes)..][..lanes];
            let leftmost = columns.iter().fold(u32::MAX, |leftmost, column| leftmost.min(*column)) as usize;
            let first = leftmost.min(width - reach);
            let mut indices = [0; BYTES];
            for (lane, column) in columns.iter().enumerate() {
                let index = *column as usize - first;
                if index >= reach {
                    return Ok(None);
                }
                indices[lane * pixel_size] = index as u8;
            }
            permutes.push(Permute { offset: first * pixel_size, indices });
        }
        Ok(Some(Self { avx512, permutes, pixel_size }))
    }

    /// Copies the pixel of each column. Panics if `out` or `row` is shorter than the table's.
    pub fn gather(&self, out: &mut [u8], row: &[u8]) {
        match self.pixel_size {
            1 => gather::<1>(self.avx512, out, row, &self.permutes),
            _ => gather::<4>(self.avx512, out, row, &self.permutes),
        }
    }
}

entry! {
    fn gather[const PIXEL_SIZE: usize][PIXEL_SIZE](Avx512, out: &mut [u8], row: &[u8], permutes: &[Permute])
        = gather_avx512::<PIXEL_SIZE>;
}

#[target_feature(enable = "avx512f,avx512bw,avx512vbmi")]
fn gather_avx512<const PIXEL_SIZE: usize>(out: &mut [u8], row: &[u8], permutes: &[Permute]) {
    let last = out.len() - BYTES;
    for (n, permute) in permutes.iter().enumerate() {
        let out: &mut [u8; BYTES] = out[last.min(n * BYTES)..].first_chunk_mut().expect("an output vector");
        let row: &[[u8; BYTES]; 2] = row[permute.offset..].as_chunks().0.first_chunk().expect("two input vectors");
        let [low, high] = [_mm512_loadu_si512(&row[0]), _mm512_loadu_si512(&row[1])];
        let indices = _mm512_loadu_si512(&permute.indices);
        let pixels = match PIXEL_SIZE {
            1 => _mm512_permutex2var_epi8(low, indices, high),
            _ => _mm512_permutex2var_epi32(low, indices, high),
        };
        _mm512_storeu_si512(out, pixels);
    }
}
