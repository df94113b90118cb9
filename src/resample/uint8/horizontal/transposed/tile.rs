//! The tile: a sliding window over eight rows, transposed. [The module](super) shows its layout.

#![allow(unsafe_code)] // slices without bounds checks

use std::arch::x86_64::*;

use bytemuck::Zeroable;
use safe_unaligned_simd::x86_64::{_mm_loadu_si128, _mm256_loadu_si256};

use super::table::Window;
use crate::error::Result;
use crate::memory::heap::try_vec;
use crate::resample::format::ROWS;
use crate::resample::uint8::coeff_split::GROUP_TAPS;
use crate::simd::transpose::{shuffle_4x4_bytes, transpose_4x4_halves};

/// The vectors of a tile.
const CAPACITY: usize = 512;

/// Eight vectors: a matrix of 8x8 numbers of 32 bits.
pub type Square = [__m256i; 8];

/// Returns the bytes of a pixel whose groups have `vectors` vectors.
pub const fn pixel_bytes(vectors: usize) -> usize {
    if vectors == 1 { 1 } else { 4 }
}

/// Returns the groups that are transposed at once, a *unit*.
const fn unit_groups(vectors: usize) -> usize {
    if vectors == 1 { 8 } else { 1 }
}

/// Returns the bytes of a row that are transposed at once.
const fn unit_bytes(vectors: usize) -> usize {
    unit_groups(vectors) * GROUP_TAPS * pixel_bytes(vectors)
}

/// Returns the groups that a tile holds, whichever group is the first.
pub const fn capacity(vectors: usize) -> usize {
    CAPACITY / vectors / unit_groups(vectors) * unit_groups(vectors) - 2 * unit_groups(vectors)
}

/// The memory of a tile.
pub type Scratch = Vec<__m256i>;

/// Allocates the memory of a tile.
pub fn scratch() -> Result<Scratch> {
    try_vec(__m256i::zeroed(), CAPACITY)
}

/// Transposes a matrix of 8x8 numbers of 32 bits.
#[inline]
#[target_feature(enable = "avx2")]
pub fn transpose_8x8(rows: Square) -> Square {
    let [a, b, c, d, e, f, g, h] = rows;
    let (first, last) = (transpose_4x4_halves([a, b, c, d]), transpose_4x4_halves([e, f, g, h]));
    let mut out = [_mm256_setzero_si256(); 8];
    for column in 0..4 {
        out[column] = _mm256_permute2x128_si256::<0x20>(first[column], last[column]);
        out[column + 4] = _mm256_permute2x128_si256::<0x31>(first[column], last[column]);
    }
    out
}

/// Transposes a unit, [`unit_bytes`] of each row.
#[inline]
#[target_feature(enable = "avx2")]
fn transpose_unit<const VECTORS: usize>(rows: [&[u8]; ROWS], out: &mut [__m256i]) {
    if VECTORS == 1 {
        let mut vectors = [_mm256_setzero_si256(); 8];
        for (vector, row) in vectors.iter_mut().zip(rows) {
            *vector = _mm256_loadu_si256(row.first_chunk::<32>().expect("a unit of the row"));
        }
        out.copy_from_slice(&transpose_8x8(vectors));
        return;
    }
    // Four pixels of rows `n` and `n + 4`, band by band.
    let bands = |row: usize| {
        let load = |row: usize| _mm_loadu_si128(rows[row].first_chunk::<16>().expect("a unit of the row"));
        let pixels = _mm256_inserti128_si256::<1>(_mm256_castsi128_si256(load(row)), load(row + 4));
        _mm256_shuffle_epi8(pixels, shuffle_4x4_bytes())
    };
    if VECTORS == 4 {
        for (row, vector) in out.iter_mut().enumerate() {
            *vector = bands(row);
        }
        return;
    }
    // The bands of rows 3 and 7 take the place of the unused fourth band of the rows before them.
    let fourth = bands(3);
    let fourth = [
        _mm256_shuffle_epi32::<0b00_00_00_00>(fourth),
        _mm256_shuffle_epi32::<0b01_00_00_00>(fourth),
        _mm256_shuffle_epi32::<0b10_00_00_00>(fourth),
    ];
    for (row, (vector, fourth)) in out.iter_mut().zip(fourth).enumerate() {
        *vector = _mm256_blend_epi32::<0b1000_1000>(bands(row), fourth);
    }
}

/// A tile of `VECTORS` vectors a group.
pub struct Tile<'a, const VECTORS: usize> {
    vectors: &'a mut [__m256i; CAPACITY],
    /// The groups that are in the tile.
    first: usize,
    end: usize,
    /// The rows, all of one length. The last one is repeated if there are fewer than eight.
    rows: [&'a [u8]; ROWS],
}

impl<'a, const VECTORS: usize> Tile<'a, VECTORS> {
    /// Makes an empty tile for up to eight rows of one length.
    #[inline(always)]
    pub fn new(inputs: &[&'a [u8]], scratch: &'a mut Scratch) -> Self {
        let rows = std::array::from_fn(|row| inputs[row.min(inputs.len() - 1)]);
        assert!(rows.iter().all(|row| row.len() == rows[0].len()));
        let vectors = scratch.first_chunk_mut().expect("the memory of a tile");
        Self { vectors, first: 0, end: 0, rows }
    }

    /// Slides the tile on, so that it holds the groups of a window, and returns these. Groups that it holds already are
    /// kept.
    #[inline]
    #[target_feature(enable = "avx2")]
    pub fn slide_to(&mut self, window: &Window) -> &[[__m256i; VECTORS]] {
        let unit = const { unit_groups(VECTORS) };
        if self.end <= window.start {
            self.first = window.start / unit * unit;
            self.end = self.first;
        } else if window.end.next_multiple_of(unit) - self.first > CAPACITY / VECTORS {
            let first = window.start / unit * unit;
            self.vectors.copy_within((first - self.first) * VECTORS..(self.end - self.first) * VECTORS, 0);
            self.first = first;
        }
        let units = (window.end.max(self.end) - self.end).div_ceil(unit);
        let unit_bytes = const { unit_bytes(VECTORS) };
        let start = self.end / unit * unit_bytes;
        let whole_units = units.min((self.rows[0].len().max(start) - start) / unit_bytes);
        let unit_vectors = unit * VECTORS;
        let vectors = &mut self.vectors[(self.end - self.first) * VECTORS..][..units * unit_vectors];
        self.end += units * unit;
        let (whole, last) = vectors.split_at_mut(whole_units * unit_vectors);
        for (number, out) in whole.chunks_exact_mut(unit_vectors).enumerate() {
            let start = start + number * unit_bytes;
            let mut rows = [[].as_slice(); ROWS];
            for (unit, row) in rows.iter_mut().zip(self.rows) {
                // SAFETY: `number < whole_units`, and these units are within the first row; `new` has asserted that all
                // rows are as long.
                *unit = unsafe { row.get_unchecked(start..start + unit_bytes) };
            }
            transpose_unit::<VECTORS>(rows, out);
        }
        if !last.is_empty() {
            transpose_last_unit::<VECTORS>(&self.rows, start + whole_units * unit_bytes, last);
        }
        &self.vectors.as_chunks().0[window.start - self.first..window.end - self.first]
    }
}

/// Transposes the last unit of rows that end within it: zeros follow them.
#[cold]
#[inline(never)]
#[target_feature(enable = "avx2")]
fn transpose_last_unit<const VECTORS: usize>(rows: &[&[u8]; ROWS], start: usize, out: &mut [__m256i]) {
    let mut last = [[0; 32]; ROWS];
    for (last, row) in last.iter_mut().zip(rows) {
        last[..row.len() - start].copy_from_slice(&row[start..]);
    }
    transpose_unit::<VECTORS>(last.each_ref().map(<[u8; 32]>::as_slice), out);
}
