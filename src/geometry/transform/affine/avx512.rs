//! AVX-512: samples a row at fixed-point coordinates.
//!
//! [`gather`] takes sixteen pixels from anywhere. [`permute`] is for pixels of one byte and flat rows, at most 1/8 row
//! down for each pixel: up to 64 output pixels then come from at most 64 columns of a few input rows, their
//! *footprint*. One masked load and one `vpermb` of each input row give all output pixels that lie in it:
//!
//! ```text
//! input row 0   A B C D E F G H …   vpermb ─► A B C D - - - - …
//! input row 1   I J K L M N O P …   vpermb ─► - - - - M N O P …   merged by the mask of the output pixels in this row
//!                                            ───────────────────
//! output                                      A B C D M N O P …
//! ```

#![allow(unsafe_code)] // masked loads and stores

use std::arch::x86_64::*;

use bytemuck::Pod;
use safe_unaligned_simd::x86_64::_mm512_loadu_si512;

use crate::geometry::transform::source::avx512::{LANES, first_lanes, store};
use crate::geometry::transform::source::{Gather, PrefetchDistance, Source};
use crate::simd::isa::{Avx512, entry};

entry! {
    /// Copies pixels from the coordinates `start`, `start + step` and so on. Those outside of the source are not
    /// changed.
    pub fn gather[P: Pod][P](
        Avx512, out: &mut [P], source: &Gather<'_, P, Avx512>, start: [i32; 2], step: [i32; 2], distance: PrefetchDistance,
    ) = gather_avx512::<P>;

    /// Copies bytes from the coordinates `start`, `start` plus one step and so on. All of them must lie in the source.
    pub fn permute[P: Pod][P](
        Avx512, out: &mut [u8], source: &Source<'_, P>, start: [i32; 2], permutes: &Permutes,
        distance: PrefetchDistance,
    ) = permute_avx512::<P>;
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl")]
fn gather_avx512<P: Pod>(
    out: &mut [P],
    source: &Gather<'_, P, Avx512>,
    start: [i32; 2],
    step: [i32; 2],
    distance: PrefetchDistance,
) {
    let numbers = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    let first = |axis: usize| {
        let steps = _mm512_mullo_epi32(numbers, _mm512_set1_epi32(step[axis]));
        (_mm512_add_epi32(_mm512_set1_epi32(start[axis]), steps), _mm512_set1_epi32(step[axis].wrapping_mul(16)))
    };
    let ((mut x, right), (mut y, down)) = (first(0), first(1));
    for out in out.chunks_mut(LANES) {
        let (columns, rows) = (_mm512_srai_epi32::<16>(x), _mm512_srai_epi32::<16>(y));
        let lanes = first_lanes(out.len());
        let (pixels, inside) = source.pixels(columns, rows, lanes, distance);
        store(out, pixels, inside);
        (x, y) = (_mm512_add_epi32(x, right), _mm512_add_epi32(y, down));
    }
}

/// The bytes of a vector.
const BYTES: usize = 64;

/// The steepest step along y for which rows are permuted: each input row costs a load and a permute.
const MAX_STEP_Y: u32 = 65536 / 8;

/// The largest step along x for which rows are permuted.
const MAX_STEP_X: u32 = 2 * 65536;

/// The steps to the pixels of a vector, for [`permute`].
pub struct Permutes {
    /// The token that the kernel needs.
    pub avx512: Avx512,
    /// The size of a step along x and y.
    step: [i32; 2],
    x: Offsets,
    y: Offsets,
    /// The output pixels of a vector whose footprint has at most 64 columns.
    pixels: usize,
}

/// The multiples of a step along one axis, as integer and fraction.
struct Offsets {
    integer: [i8; BYTES],
    fraction: [u16; BYTES],
}

impl Permutes {
    /// Returns `None` if pixels are to be gathered: those of several bytes, and steep or large steps.
    pub fn new<P>(avx512: Avx512, step: [i32; 2]) -> Option<Self> {
        let [right, down] = step.map(i32::unsigned_abs);
        if size_of::<P>() != 1 || down > MAX_STEP_Y || right > MAX_STEP_X {
            return None;
        }
        Some(Self {
            avx512,
            step,
            x: Offsets::new(step[0]),
            y: Offsets::new(step[1]),
            pixels: pixels_within(step[0], BYTES),
        })
    }
}

impl Offsets {
    fn new(step: i32) -> Self {
        let offset = |n: usize| step.wrapping_mul(n as i32);
        Self {
            integer: std::array::from_fn(|n| (offset(n) >> 16) as i8),
            fraction: std::array::from_fn(|n| offset(n) as u16),
        }
    }
}

/// Returns how many adjacent output pixels come from `columns` columns, at most `columns`.
fn pixels_within(step: i32, columns: usize) -> usize {
    let step = i64::from(step).abs().max(1);
    (((columns as i64 - 2) * 65536 / step) as usize + 1).min(columns)
}

/// The columns and rows of the source that output pixels come from.
struct Footprint {
    /// The leftmost column.
    left: usize,
    /// The column of the first output pixel.
    column: i32,
    /// The rows of the first and the last output pixel.
    rows: [i32; 2],
}

impl Footprint {
    /// Returns the footprint of pixels between two coordinates.
    fn new(first: [i32; 2], last: [i32; 2]) -> Self {
        let [[column, row], [last_column, last_row]] = [first, last].map(|point| point.map(|value| value >> 16));
        Self { left: column.min(last_column) as usize, column, rows: [row, last_row] }
    }

    /// Returns the rows from the top down, each with its distance from the first pixel's row.
    fn rows(&self) -> impl Iterator<Item = (usize, i32)> {
        let [first, last] = self.rows;
        (first.min(last)..=first.max(last)).map(move |row| (row as usize, row - first))
    }
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vbmi,bmi2")]
fn permute_avx512<P: Pod>(
    mut out: &mut [u8],
    source: &Source<'_, P>,
    start: [i32; 2],
    permutes: &Permutes,
    distance: PrefetchDistance,
) {
    let advance = |[x, y]: [i32; 2], count: usize| {
        let [step_x, step_y] = permutes.step.map(|step| step.wrapping_mul(count as i32));
        [x.wrapping_add(step_x), y.wrapping_add(step_y)]
    };
    let (right, down) = (OffsetVectors::load(&permutes.x), OffsetVectors::load(&permutes.y));
    let mut first = start;
    while !out.is_empty() {
        let count = permutes.pixels.min(out.len());
        let footprint = Footprint::new(first, advance(first, count - 1));
        let left = _mm512_set1_epi8((footprint.left as i32 - footprint.column) as i8);
        let index = _mm512_sub_epi8(right.pixels_from(first[0]), left);
        let rows = down.pixels_from(first[1]);
        let mut pixels = _mm512_setzero_si512();
        for (row, row_distance) in footprint.rows() {
            let row = &bytemuck::cast_slice::<P, u8>(source.rows()[row])[footprint.left..];
            if row_distance == 0 {
                distance.prefetch_from(row.as_ptr());
            }
            let row = load_start(row);
            let in_row = _mm512_cmpeq_epi8_mask(rows, _mm512_set1_epi8(row_distance as i8));
            pixels = _mm512_mask_permutexvar_epi8(pixels, in_row, index, row);
        }
        // Stores garbage behind the `count` pixels, which the next iteration overwrites.
        store_start(out, pixels);
        out = &mut out[count..];
        first = advance(first, count);
    }
}

/// Loads the first bytes of a slice, at most 64. The others are zero.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,bmi2")]
fn load_start(bytes: &[u8]) -> __m512i {
    let mask = _bzhi_u64(u64::MAX, bytes.len().min(BYTES) as u32);
    // SAFETY: only the lanes of the mask are read, which lie within `bytes`.
    unsafe { _mm512_maskz_loadu_epi8(mask, bytes.as_ptr().cast()) }
}

/// Stores a vector to the first bytes of a slice, at most 64.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,bmi2")]
fn store_start(out: &mut [u8], vector: __m512i) {
    let mask = _bzhi_u64(u64::MAX, out.len().min(BYTES) as u32);
    // SAFETY: only the lanes of the mask are written, which lie within `out`.
    unsafe { _mm512_mask_storeu_epi8(out.as_mut_ptr().cast(), mask, vector) };
}

/// [`Offsets`] in vectors.
struct OffsetVectors {
    integer: __m512i,
    fraction: [__m512i; 2],
}

impl OffsetVectors {
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw")]
    fn load(offsets: &Offsets) -> Self {
        let [low, high]: &[[u16; BYTES / 2]; 2] = bytemuck::cast_ref(&offsets.fraction);
        let fraction = [_mm512_loadu_si512(low), _mm512_loadu_si512(high)];
        Self { integer: _mm512_loadu_si512(&offsets.integer), fraction }
    }

    /// Returns the distances, in pixels, from the pixel at `start` to those of the vector: the integers, plus one where
    /// the fractions carry.
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw")]
    fn pixels_from(&self, start: i32) -> __m512i {
        let max_without_carry = _mm512_set1_epi16(!start as i16);
        let [low, high] = self.fraction;
        let carries = u64::from(_mm512_cmpgt_epu16_mask(low, max_without_carry))
            | u64::from(_mm512_cmpgt_epu16_mask(high, max_without_carry)) << 32;
        _mm512_mask_add_epi8(self.integer, carries, self.integer, _mm512_set1_epi8(1))
    }
}
