//! AVX-512: nearest pixels, picked by many at once.

use std::arch::x86_64::*;

use bytemuck::Pod;

use super::super::Places;
use super::super::steps::{First, MOST, Pair, Steps};
use super::super::table::{Ahead, Table, ask_for};
use crate::simd::isa;

/// How many pixels are picked from anywhere at once.
const LANES: usize = 16;

/// An image whose pixels lie where a 32-bit number says, counted from its first byte.
struct Field {
    first: *const u8,
    stride: i32,
    width: i32,
    height: i32,
    /// The last column from which four bytes can be read.
    last: i32,
}

impl Field {
    /// None where the instructions are not to be used, or for an image that has more bytes, or less than four in a row.
    fn of<P: Pod>(table: &Table<'_, P>) -> Option<Self> {
        let (width, height, size) = (table.width(), table.rows().len(), size_of::<P>());
        let (first, stride) = table.even().filter(|_| isa::current().avx512().is_some())?;
        let bytes = stride.abs().checked_mul(height as i64)?.checked_add((width * size) as i64)?;
        if i32::try_from(bytes).is_err() || width * size < 4 {
            return None;
        }
        Some(Self {
            first: std::ptr::with_exposed_provenance(first),
            stride: stride as i32,
            width: width as i32,
            height: height as i32,
            last: (width - 4 / size) as i32,
        })
    }

    /// Picks pixels that are there, of those that are asked for; the others are zero. Says which are there.
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,avx512vl")]
    fn pick<P>(&self, columns: __m512i, rows: __m512i, asked: __mmask16, ahead: Ahead) -> (__m512i, __mmask16) {
        let inside = _mm512_mask_cmplt_epu32_mask(asked, columns, _mm512_set1_epi32(self.width));
        let inside = _mm512_mask_cmplt_epu32_mask(inside, rows, _mm512_set1_epi32(self.height));
        let size = size_of::<P>() as i32;
        // Four bytes are read where they are in the row, and the pixel is then the lowest again.
        let from = if size == 4 { columns } else { _mm512_min_epi32(columns, _mm512_set1_epi32(self.last)) };
        let right = _mm512_mullo_epi32(from, _mm512_set1_epi32(size));
        let offsets = _mm512_add_epi32(_mm512_mullo_epi32(rows, _mm512_set1_epi32(self.stride)), right);
        for half in [_mm512_castsi512_si256(offsets), _mm512_extracti64x4_epi64::<1>(offsets)] {
            let offset = _mm_cvtsi128_si32(_mm256_castsi256_si128(half));
            ask_for(self.first.wrapping_offset(offset as isize), ahead);
        }
        // SAFETY: lanes that are inside have four bytes there; the others are not read.
        let read =
            unsafe { _mm512_mask_i32gather_epi32::<1>(_mm512_setzero_si512(), inside, offsets, self.first.cast()) };
        if size == 4 {
            return (read, inside);
        }
        let bits = _mm512_mullo_epi32(_mm512_sub_epi32(columns, from), _mm512_set1_epi32(8 * size));
        (_mm512_srlv_epi32(read, bits), inside)
    }
}

/// As many ones as there are pixels, at the most one for each lane.
fn ones(pixels: usize) -> u16 {
    ((1u32 << pixels.min(LANES)) - 1) as u16
}

/// Stores pixels.
///
/// # Safety
///
/// There is room for those that are asked for.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl")]
unsafe fn store<P>(out: *mut P, pixels: __m512i, asked: __mmask16) {
    // SAFETY: as the caller promises.
    unsafe {
        match size_of::<P>() {
            1 => _mm_mask_storeu_epi8(out.cast(), asked, _mm512_cvtepi32_epi8(pixels)),
            2 => _mm256_mask_storeu_epi16(out.cast(), asked, _mm512_cvtepi32_epi16(pixels)),
            _ => _mm512_mask_storeu_epi32(out.cast(), asked, pixels),
        }
    }
}

/// Picks the pixels that places are in. Where one is outside, it becomes zero if it is to be filled, else it stays. Returns
/// false, and does nothing, where that is not to be done like this.
pub fn places<P: Pod>(out: &mut [P], table: &Table<'_, P>, places: &Places, ahead: Ahead, fill: bool) -> bool {
    let Some(field) = Field::of(table) else { return false };
    // SAFETY: the processor has the instructions.
    unsafe { places_avx512(out, &field, places, ahead, fill) };
    true
}

/// # Safety
///
/// The processor has the instructions.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq")]
unsafe fn places_avx512<P>(out: &mut [P], field: &Field, places: &Places, ahead: Ahead, fill: bool) {
    let groups = places.x.as_chunks::<LANES>().0.iter().zip(places.y.as_chunks::<LANES>().0);
    for (out, (x, y)) in out.chunks_mut(LANES).zip(groups) {
        let asked = ones(out.len());
        let (pixels, inside) = field.pick::<P>(floors(x), floors(y), asked, ahead);
        // SAFETY: no more are asked for than there are.
        unsafe { store(out.as_mut_ptr(), pixels, if fill { asked } else { inside }) };
    }
}

/// Floats, rounded down. What no integer can be becomes the least one.
#[inline]
#[target_feature(enable = "avx512f,avx512dq")]
fn floors(values: &[f64; LANES]) -> __m512i {
    const DOWN: i32 = _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC;
    let (low, high) = values.split_at(LANES / 2);
    // SAFETY: there are eight of each.
    let (low, high) = unsafe { (_mm512_loadu_pd(low.as_ptr()), _mm512_loadu_pd(high.as_ptr())) };
    let low = _mm512_castsi256_si512(_mm512_cvt_roundpd_epi32::<DOWN>(low));
    _mm512_inserti64x4::<1>(low, _mm512_cvt_roundpd_epi32::<DOWN>(high))
}

/// The most rows for a step, in 65536ths, for which bytes are permuted and not gathered: each row costs.
const FLAT: u32 = 65536 / 8;

/// Picks pixels from places, all of which are inside. Returns false, and picks none, where that is not to be done like this.
pub fn steps<P: Pod>(out: &mut [P], table: &Table<'_, P>, start: Pair<i32>, steps: &Steps, ahead: Ahead) -> bool {
    let [right, down] = steps.step.map(i32::unsigned_abs);
    // SAFETY: the processor has the instructions.
    unsafe {
        if size_of::<P>() == 1 && down <= FLAT && right <= 2 * 65536 && isa::current().avx512().is_some() {
            flat_bytes(bytemuck::cast_slice_mut(out), table, start, steps, ahead);
            return true;
        }
        let Some(field) = Field::of(table) else { return false };
        steps_avx512(out, &field, start, steps.step, ahead);
    }
    true
}

/// # Safety
///
/// The processor has the instructions.
#[target_feature(enable = "avx512f,avx512bw,avx512vl")]
unsafe fn steps_avx512<P>(out: &mut [P], field: &Field, start: Pair<i32>, step: Pair<i32>, ahead: Ahead) {
    let numbers = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    let first = |axis: usize| {
        let steps = _mm512_mullo_epi32(numbers, _mm512_set1_epi32(step[axis]));
        (_mm512_add_epi32(_mm512_set1_epi32(start[axis]), steps), _mm512_set1_epi32(step[axis].wrapping_mul(16)))
    };
    let ((mut x, right), (mut y, down)) = (first(0), first(1));
    for out in out.chunks_mut(LANES) {
        let (columns, rows) = (_mm512_srai_epi32::<16>(x), _mm512_srai_epi32::<16>(y));
        let asked = ones(out.len());
        let (pixels, inside) = field.pick::<P>(columns, rows, asked, ahead);
        // SAFETY: no more are asked for than there are.
        unsafe { store(out.as_mut_ptr(), pixels, inside) };
        (x, y) = (_mm512_add_epi32(x, right), _mm512_add_epi32(y, down));
    }
}

/// How many places side by side, `most` at the most, are within as many pixels.
fn reach(step: i32, most: usize) -> usize {
    let step = i64::from(step).abs().max(1);
    (((most as i64 - 2) * 65536 / step) as usize + 1).min(most)
}

/// Some pixels of a row, and which rows and columns of the input they are from.
struct Group {
    /// The leftmost column.
    left: usize,
    /// The column of the first pixel.
    column: i32,
    /// The row of the first pixel, and the last.
    rows: [i32; 2],
}

impl Group {
    fn of(start: Pair<i32>, steps: &Steps, count: usize) -> Self {
        let [[column, row], [last_column, last_row]] =
            [start, steps.after(start, count - 1)].map(|at| at.map(|at| at >> 16));
        Self { left: column.min(last_column) as usize, column, rows: [row, last_row] }
    }

    /// The rows from the top down, and how far each is from the first pixel's.
    fn rows(&self) -> impl Iterator<Item = (usize, i32)> {
        let [first, last] = self.rows;
        (first.min(last)..=first.max(last)).map(move |row| (row as usize, row - first))
    }
}

/// Bytes: each row of the input that some of 64 places are in gives those, permuted.
///
/// # Safety
///
/// The processor has the instructions.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vbmi")]
unsafe fn flat_bytes<P: Pod>(mut out: &mut [u8], table: &Table<'_, P>, start: Pair<i32>, steps: &Steps, ahead: Ahead) {
    let count = reach(steps.step[0], MOST);
    let (right, down) = (Bytes::of(&steps.first[0]), Bytes::of(&steps.first[1]));
    let mut at = start;
    while !out.is_empty() {
        let count = count.min(out.len());
        let group = Group::of(at, steps, count);
        let index = _mm512_sub_epi8(right.from(at[0]), _mm512_set1_epi8((group.left as i32 - group.column) as i8));
        let rows = down.from(at[1]);
        let mut pixels = _mm512_setzero_si512();
        for (row, distance) in group.rows() {
            let row = &bytemuck::cast_slice::<P, u8>(table.rows()[row])[group.left..];
            if distance == 0 {
                ask_for(row.as_ptr(), ahead);
            }
            let there = u64::MAX >> (64 - row.len().min(64));
            // SAFETY: no more are read than there are.
            let row = unsafe { _mm512_maskz_loadu_epi8(there, row.as_ptr().cast()) };
            let here = _mm512_cmpeq_epi8_mask(rows, _mm512_set1_epi8(distance as i8));
            pixels = _mm512_mask_permutexvar_epi8(pixels, here, index, row);
        }
        let room = u64::MAX >> (64 - out.len().min(64));
        // SAFETY: no more are written than there is room for; those behind the group come again.
        unsafe { _mm512_mask_storeu_epi8(out.as_mut_ptr().cast(), room, pixels) };
        out = &mut out[count..];
        at = steps.after(at, count);
    }
}

/// [`First`] steps.
struct Bytes {
    whole: __m512i,
    rest: [__m512i; 2],
}

impl Bytes {
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw")]
    fn of(first: &First) -> Self {
        // SAFETY: there are 64 bytes, and twice 32 numbers of 16 bits.
        unsafe {
            let rest = [0, MOST / 2].map(|n| _mm512_loadu_si512(first.rest[n..].as_ptr().cast()));
            Self { whole: _mm512_loadu_si512(first.whole.as_ptr().cast()), rest }
        }
    }

    /// How many pixels the places are from that at `start`.
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw")]
    fn from(&self, start: i32) -> __m512i {
        let most = _mm512_set1_epi16(!start as i16);
        let [low, high] = self.rest;
        let carried =
            u64::from(_mm512_cmpgt_epu16_mask(low, most)) | u64::from(_mm512_cmpgt_epu16_mask(high, most)) << 32;
        _mm512_mask_add_epi8(self.whole, carried, self.whole, _mm512_set1_epi8(1))
    }
}
