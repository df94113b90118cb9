//! Rows turned on their side, as far as they are needed.

#![allow(unsafe_code)] // intrinsics

use std::arch::x86_64::*;

use crate::error::Result;
use crate::memory::heap::filled;
use crate::resample::format::{Scratch, Vector};
use crate::resample::uint8::coeff_split::GROUP;
use crate::resample::uint8::horizontal::transposed::table::{Batch, ROWS};

/// Vectors that a strip has room for.
const ROOM: usize = 512;

/// Eight vectors: one of each row, or one of each place.
pub type Square = [__m256i; 8];

/// Vectors of a group: of pixels of one byte, and of those of four bytes, of which three are bands, or all.
pub const ONE: usize = 1;
pub const THREE: usize = 3;
pub const FOUR: usize = 4;

/// Bytes of a pixel.
pub const fn bytes(vectors: usize) -> usize {
    if vectors == ONE { 1 } else { 4 }
}

/// Groups that are turned at once.
const fn unit(vectors: usize) -> usize {
    if vectors == ONE { 8 } else { 1 }
}

/// Groups that a strip has room for, wherever they begin.
pub const fn room(vectors: usize) -> usize {
    ROOM / vectors / unit(vectors) * unit(vectors) - 2 * unit(vectors)
}

/// Places of 16 bytes of four by four to be turned.
#[inline]
#[target_feature(enable = "avx2")]
pub fn four_by_four() -> __m256i {
    _mm256_broadcastsi128_si256(_mm_setr_epi8(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15))
}

/// 16 bytes from either place.
#[inline]
#[target_feature(enable = "avx2")]
unsafe fn both(low: *const u8, high: *const u8) -> __m256i {
    // SAFETY: the caller has as many there.
    unsafe {
        _mm256_inserti128_si256::<1>(_mm256_castsi128_si256(_mm_loadu_si128(low.cast())), _mm_loadu_si128(high.cast()))
    }
}

/// Eight vectors of 32 bits, turned.
#[inline]
#[target_feature(enable = "avx2")]
pub fn turned(rows: Square) -> Square {
    let [a, b, c, d, e, f, g, h] = rows;
    let (ab, cd) = (_mm256_unpacklo_epi32(a, b), _mm256_unpacklo_epi32(c, d));
    let (ef, gh) = (_mm256_unpacklo_epi32(e, f), _mm256_unpacklo_epi32(g, h));
    let (ab_high, cd_high) = (_mm256_unpackhi_epi32(a, b), _mm256_unpackhi_epi32(c, d));
    let (ef_high, gh_high) = (_mm256_unpackhi_epi32(e, f), _mm256_unpackhi_epi32(g, h));
    let first = [
        _mm256_unpacklo_epi64(ab, cd),
        _mm256_unpackhi_epi64(ab, cd),
        _mm256_unpacklo_epi64(ab_high, cd_high),
        _mm256_unpackhi_epi64(ab_high, cd_high),
    ];
    let last = [
        _mm256_unpacklo_epi64(ef, gh),
        _mm256_unpackhi_epi64(ef, gh),
        _mm256_unpacklo_epi64(ef_high, gh_high),
        _mm256_unpackhi_epi64(ef_high, gh_high),
    ];
    let mut out = [_mm256_setzero_si256(); 8];
    for place in 0..4 {
        out[place] = _mm256_permute2x128_si256::<0x20>(first[place], last[place]);
        out[place + 4] = _mm256_permute2x128_si256::<0x31>(first[place], last[place]);
    }
    out
}

/// Turns a unit of pixels of one byte: four of a row stand beside the same ones of the others.
///
/// # Safety
///
/// The rows have 32 bytes, and the strip as many vectors as groups are turned at once.
#[inline]
#[target_feature(enable = "avx2")]
unsafe fn turn_one(rows: &[*const u8; ROWS], strip: *mut __m256i) {
    // SAFETY: as the caller promises.
    unsafe {
        let mut vectors = [_mm256_setzero_si256(); 8];
        for (vector, row) in vectors.iter_mut().zip(rows) {
            *vector = _mm256_loadu_si256(row.cast());
        }
        for (place, vector) in turned(vectors).into_iter().enumerate() {
            strip.add(place).write(vector);
        }
    }
}

/// Turns four pixels of three bands: those of the fourth row, and of the last, stand behind those of the three before it.
///
/// # Safety
///
/// The rows have 16 bytes, and the strip three vectors.
#[inline]
#[target_feature(enable = "avx2")]
unsafe fn turn_three(rows: &[*const u8; ROWS], strip: *mut __m256i) {
    // SAFETY: as the caller promises.
    unsafe {
        let bands = |row: usize| _mm256_shuffle_epi8(both(rows[row], rows[row + 4]), four_by_four());
        let fourth = bands(3);
        let fourth = [
            _mm256_shuffle_epi32::<0b00_00_00_00>(fourth),
            _mm256_shuffle_epi32::<0b01_00_00_00>(fourth),
            _mm256_shuffle_epi32::<0b10_00_00_00>(fourth),
        ];
        for (row, fourth) in fourth.into_iter().enumerate() {
            strip.add(row).write(_mm256_blend_epi32::<0b1000_1000>(bands(row), fourth));
        }
    }
}

/// Turns four pixels of four bands.
///
/// # Safety
///
/// The rows have 16 bytes, and the strip four vectors.
#[inline]
#[target_feature(enable = "avx2")]
unsafe fn turn_four(rows: &[*const u8; ROWS], strip: *mut __m256i) {
    for row in 0..4 {
        // SAFETY: as the caller promises.
        unsafe { strip.add(row).write(_mm256_shuffle_epi8(both(rows[row], rows[row + 4]), four_by_four())) };
    }
}

/// Turns some units.
///
/// # Safety
///
/// The rows have as many, and the strip has room for them.
#[inline]
#[target_feature(enable = "avx2")]
unsafe fn turn<const VECTORS: usize>(rows: &[*const u8; ROWS], strip: *mut __m256i, units: usize) {
    for number in 0..units {
        // SAFETY: as the caller promises.
        unsafe {
            let rows = rows.map(|row| row.add(number * unit(VECTORS) * GROUP * bytes(VECTORS)));
            let strip = strip.add(number * unit(VECTORS) * VECTORS);
            match VECTORS {
                ONE => turn_one(&rows, strip),
                THREE => turn_three(&rows, strip),
                _ => turn_four(&rows, strip),
            }
        }
    }
}

/// Memory for a strip.
pub fn scratch() -> Result<Scratch> {
    filled(Vector([0; 32]), ROOM)
}

/// Some groups of the rows, turned.
pub struct Strip<'a, const VECTORS: usize> {
    vectors: &'a mut [Vector; ROOM],
    /// Which groups are there.
    first: usize,
    end: usize,
    /// The rows, the last of them for those that there are not.
    rows: [&'a [u8]; ROWS],
}

impl<'a, const VECTORS: usize> Strip<'a, VECTORS> {
    /// An empty one, in what [`scratch`] made.
    #[inline(always)]
    pub fn of(inputs: &[&'a [u8]], scratch: &'a mut [Vector]) -> Self {
        let rows = std::array::from_fn(|row| inputs[row.min(inputs.len() - 1)]);
        let vectors = scratch.first_chunk_mut().expect("a kernel of strips gets its scratch");
        Self { vectors, first: 0, end: 0, rows }
    }

    /// Has the groups of a batch be there, and those that are there already stay.
    ///
    /// # Safety
    ///
    /// The batches follow each other as those of a table do.
    #[inline]
    #[target_feature(enable = "avx2")]
    pub unsafe fn ensure(&mut self, batch: &Batch) {
        let unit = unit(VECTORS);
        if self.end <= batch.first {
            self.first = batch.first / unit * unit;
            self.end = self.first;
        } else if batch.end.next_multiple_of(unit) - self.first > ROOM / VECTORS {
            let first = batch.first / unit * unit;
            self.vectors.copy_within((first - self.first) * VECTORS..(self.end - self.first) * VECTORS, 0);
            self.first = first;
        }
        let (bytes, place) = (unit * GROUP * bytes(VECTORS), (self.end - self.first) * VECTORS);
        let units = (batch.end.max(self.end) - self.end).div_ceil(unit);
        let start = self.end / unit * bytes;
        let whole = units.min((self.rows[0].len().max(start) - start) / bytes);
        self.end += units * unit;
        // SAFETY: a table's batches fit into the room, and so many whole units are within the rows.
        unsafe {
            let strip = self.vectors.as_mut_ptr().add(place).cast();
            turn::<VECTORS>(&self.rows.map(|row| row.as_ptr().wrapping_add(start)), strip, whole);
            if whole < units {
                self.turn_last(start + whole * bytes, strip.add(whole * unit * VECTORS));
            }
        }
    }

    /// Turns the last unit, where it is not whole: behind the end of the rows there are zeros.
    ///
    /// # Safety
    ///
    /// There is room for it.
    #[cold]
    #[inline(never)]
    #[target_feature(enable = "avx2")]
    unsafe fn turn_last(&self, start: usize, strip: *mut __m256i) {
        let mut last = [[0; 32]; ROWS];
        for (last, row) in last.iter_mut().zip(self.rows) {
            last[..row.len() - start].copy_from_slice(&row[start..]);
        }
        // SAFETY: there are as many bytes.
        unsafe { turn::<VECTORS>(&last.each_ref().map(|last| last.as_ptr()), strip, 1) };
    }

    /// Where the first group of the rows would be.
    #[inline(always)]
    pub fn base(&self) -> *const [__m256i; VECTORS] {
        self.vectors.as_ptr().cast::<[__m256i; VECTORS]>().wrapping_sub(self.first)
    }
}
