//! AVX2: tables of which every cell has its eight corners side by side, in a line of the processor's cache.
//!
//! Making such a copy of a table pays where there are many more pixels than cells.

use std::arch::x86_64::*;

use super::super::{Axis, Table};
use super::avx2::{across, between, rounded, step};
use crate::simd::prefetch;

/// The corners of a cell, of four channels each: the four that come first along the first dimension, along the second one
/// the fastest, and then twice the differences to their neighbours.
#[derive(Clone, Copy)]
#[repr(align(64))]
struct Cell {
    corners: [[i16; 4]; 4],
    differences: [[i16; 4]; 4],
}

/// The cells of a table whose values are narrow.
pub struct Cells {
    cells: Vec<Cell>,
    axes: [Axis; 3],
    /// What stays of the colours that are looked up: the fourth byte, where the table has three channels.
    stays: u32,
}

impl Cells {
    /// The cells of a table of narrow values. `None` where there is no memory for them.
    pub fn new(table: &Table<'_>) -> Option<Self> {
        let sizes = table.sizes.map(|size| size - 1);
        let mut cells = Vec::new();
        cells.try_reserve_exact(sizes.iter().product()).ok()?;
        let [first, second, third] = [0, 1, 2].map(|axis| table.axes[axis].stride);
        for z in 0..sizes[2] {
            for y in 0..sizes[1] {
                let row = y * second + z * third;
                cells.extend((0..sizes[0]).map(|x| {
                    let start = row + x * first;
                    Cell::new(table, [start, start + second, start + third, start + second + third])
                }));
            }
        }
        let axis = |n: usize, stride: usize| Axis::new(table.sizes[n], stride);
        let axes = [axis(0, 1)?, axis(1, sizes[0])?, axis(2, sizes[0] * sizes[1])?];
        Some(Self { cells, axes, stays: if table.channels == 3 { 0xff << 24 } else { 0 } })
    }

    /// Whether they are more than a core's own caches hold, so that it pays to ask for them early.
    fn are_far(&self) -> bool {
        size_of_val(&*self.cells) > 1 << 20
    }

    /// Looks up the colours of a line. Without an `input`, it is the line itself. The processor must have AVX2.
    pub fn line(&self, out: &mut [u8], input: Option<&[u8]>) {
        // SAFETY: as the caller promises.
        unsafe { line(out, input, self) }
    }
}

impl Cell {
    /// The cell whose corners are at these places of a table, and next to them.
    fn new(table: &Table<'_>, places: [usize; 4]) -> Self {
        let mut cell = Self { corners: [[0; 4]; 4], differences: [[0; 4]; 4] };
        for (corner, place) in places.into_iter().enumerate() {
            let (values, next) = table.values[place..][..2 * table.channels].split_at(table.channels);
            for (channel, (value, next)) in values.iter().zip(next).enumerate() {
                cell.corners[corner][channel] = *value;
                cell.differences[corner][channel] = 2 * (next - value);
            }
        }
        cell
    }
}

#[target_feature(enable = "avx2")]
fn line(out: &mut [u8], input: Option<&[u8]>, cells: &Cells) {
    let (eights, rest) = out.as_chunks_mut::<32>();
    let inputs = input.map(<[u8]>::as_chunks::<32>);
    all(eights, inputs.map(|(eights, _)| eights), cells);
    let mut last = [0; 32];
    last[..rest.len()].copy_from_slice(inputs.map_or(&*rest, |(_, rest)| rest));
    all(std::slice::from_mut(&mut last), None, cells);
    rest.copy_from_slice(&last[..rest.len()]);
}

/// Looks up eight colours each, as [`Cells::line`] does.
#[target_feature(enable = "avx2")]
fn all(out: &mut [[u8; 32]], input: Option<&[[u8; 32]]>, cells: &Cells) {
    let Some(last) = out.len().checked_sub(1) else { return };
    // Places are computed one turn ahead, so that the cells do not have to wait for them.
    let mut places = Places::of(&input.unwrap_or(out)[0], &cells.axes);
    for n in 0..out.len() {
        let next = Places::of(&input.unwrap_or(out)[(n + 1).min(last)], &cells.axes);
        if cells.are_far() {
            for cell in next.cells {
                prefetch::t0(cells.cells.as_ptr().wrapping_add(cell as usize));
            }
        }
        out[n] = eight_colours(&places, cells);
        places = next;
    }
}

/// Where eight pixels lie: their cells, and their weights along each dimension, in both halves of 32 bits.
struct Places {
    colours: __m256i,
    cells: [u32; 8],
    first: [i32; 8],
    second: [i32; 8],
    third: __m256i,
}

impl Places {
    #[inline]
    #[target_feature(enable = "avx2")]
    fn of(pixels: &[u8; 32], axes: &[Axis; 3]) -> Self {
        // SAFETY: there are 32 bytes.
        let colours = unsafe { _mm256_loadu_si256(pixels.as_ptr().cast()) };
        let low = _mm256_set1_epi32(0xff);
        let (x, first) = step::<true>(_mm256_and_si256(colours, low), &axes[0]);
        let (y, second) = step::<true>(_mm256_and_si256(_mm256_srli_epi32::<8>(colours), low), &axes[1]);
        let (z, third) = step::<true>(_mm256_and_si256(_mm256_srli_epi32::<16>(colours), low), &axes[2]);
        let mut places = Self { colours, cells: [0; 8], first: [0; 8], second: [0; 8], third };
        // SAFETY: each has 32 bytes.
        unsafe {
            let cells = _mm256_add_epi32(_mm256_add_epi32(x, y), z);
            _mm256_storeu_si256(places.cells.as_mut_ptr().cast(), cells);
            _mm256_storeu_si256(places.first.as_mut_ptr().cast(), first);
            _mm256_storeu_si256(places.second.as_mut_ptr().cast(), second);
        }
        places
    }
}

/// Looks up eight colours.
#[inline]
#[target_feature(enable = "avx2")]
fn eight_colours(places: &Places, cells: &Cells) -> [u8; 32] {
    let pairs = [two(0, places, cells), two(2, places, cells), two(4, places, cells), two(6, places, cells)];
    let low = _mm256_permutevar8x32_epi32(places.third, _mm256_setr_epi32(0, 0, 1, 1, 2, 2, 3, 3));
    let high = _mm256_permutevar8x32_epi32(places.third, _mm256_setr_epi32(4, 4, 5, 5, 6, 6, 7, 7));
    let (low, high) = (four(pairs[0], pairs[1], low), four(pairs[2], pairs[3], high));
    let out = _mm256_permute4x64_epi64::<0b11_01_10_00>(_mm256_packus_epi16(low, high));
    let stay = _mm256_and_si256(places.colours, _mm256_set1_epi32(cells.stays as i32));
    let mut bytes = [0; 32];
    // SAFETY: there are 32 bytes.
    unsafe { _mm256_storeu_si256(bytes.as_mut_ptr().cast(), _mm256_or_si256(out, stay)) };
    bytes
}

/// Between the corners of a pixel's cell along the first dimension.
#[inline]
#[target_feature(enable = "avx2")]
fn one(pixel: usize, places: &Places, cells: &Cells) -> __m256i {
    let Cell { corners, differences } = &cells.cells[places.cells[pixel] as usize];
    // SAFETY: there are 32 bytes each.
    let (corners, differences) =
        unsafe { (_mm256_loadu_si256(corners.as_ptr().cast()), _mm256_loadu_si256(differences.as_ptr().cast())) };
    let part = _mm256_mulhi_epi16(differences, _mm256_set1_epi32(places.first[pixel]));
    _mm256_add_epi16(corners, part)
}

/// Between corners along the first and the second dimension: of a pixel and the next, in each half one of the third.
#[inline]
#[target_feature(enable = "avx2")]
fn two(pixel: usize, places: &Places, cells: &Cells) -> __m256i {
    let weights: i64 = bytemuck::cast([places.second[pixel], places.second[pixel + 1]]);
    let weights = _mm256_shuffle_epi32::<0x50>(_mm256_set1_epi64x(weights));
    across::<true>(one(pixel, places, cells), one(pixel + 1, places, cells), [weights, weights])
}

/// Four colours, of two pairs of pixels.
#[inline]
#[target_feature(enable = "avx2")]
fn four(a: __m256i, b: __m256i, weights: __m256i) -> __m256i {
    let (values, next) = (_mm256_permute2x128_si256::<0x20>(a, b), _mm256_permute2x128_si256::<0x31>(a, b));
    rounded(between::<true>(values, next, [weights, weights]))
}
