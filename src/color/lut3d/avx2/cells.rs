//! Interpolates within cells: a copy of a narrow table where the eight corners of each cell are one cache line.
//!
//! The eight neighbours of a colour are in four places of a table. In this copy they are adjacent, and so is what the
//! first interpolation needs of them:
//!
//! ```text
//! corners        (0,0) (0,1) (1,0) (1,1)    in the planes y, z; four 16-bit channels each: 32 bytes
//! differences    to their neighbours along x, doubled for `pmulhw`:                       32 bytes
//! ```
//!
//! The copy is up to eight times as large as the table, and pays where an image has many more pixels than the table has
//! cells.

use std::arch::x86_64::*;

use super::interpolate::{lerp, lerp_halves, locate, round};
use super::row;
use crate::color::lut3d::table::{Axis, Lut3d, NarrowLut};
use crate::simd::isa::{Avx2, entry};
use crate::simd::prefetch;

/// The corners of a cell at the lower end of the first dimension, the second dimension running faster than the third, and
/// twice the differences to their neighbours along the first.
#[derive(Clone, Copy)]
#[repr(align(64))]
struct Cell {
    corners: [[i16; 4]; 4],
    differences: [[i16; 4]; 4],
}

impl Cell {
    /// Copies the cell whose lower corners have these offsets in a table.
    fn new(lut: &Lut3d<'_>, offsets: [usize; 4]) -> Self {
        let mut cell = Self { corners: [[0; 4]; 4], differences: [[0; 4]; 4] };
        for (corner, offset) in offsets.into_iter().enumerate() {
            let (values, next) = lut.values()[offset..][..2 * lut.channels()].split_at(lut.channels());
            for (channel, (value, next)) in values.iter().zip(next).enumerate() {
                cell.corners[corner][channel] = *value;
                cell.differences[corner][channel] = 2 * (next - value);
            }
        }
        cell
    }
}

/// The cells of a narrow table.
pub struct CellLut {
    isa: Avx2,
    cells: Vec<Cell>,
    axes: [Axis; 3],
    /// The mask of the input that stays: alpha, where the table has three channels.
    keep: u32,
}

impl CellLut {
    /// Copies the cells of a table; `None` where memory runs out.
    pub fn new(isa: Avx2, lut: NarrowLut<'_>) -> Option<Self> {
        let lut = lut.lut();
        let sizes = lut.sizes().map(|size| size - 1);
        let mut cells = Vec::new();
        cells.try_reserve_exact(sizes.iter().product()).ok()?;
        let [x_stride, y_stride, z_stride] = lut.axes().each_ref().map(|axis| axis.stride());
        for z in 0..sizes[2] {
            for y in 0..sizes[1] {
                let row = y * y_stride + z * z_stride;
                cells.extend((0..sizes[0]).map(|x| {
                    let offset = row + x * x_stride;
                    Cell::new(lut, [offset, offset + y_stride, offset + z_stride, offset + y_stride + z_stride])
                }));
            }
        }
        let axis = |n: usize, stride: usize| Axis::new(lut.sizes()[n], stride);
        let axes = [axis(0, 1)?, axis(1, sizes[0])?, axis(2, sizes[0] * sizes[1])?];
        Some(Self { isa, cells, axes, keep: if lut.channels() == 3 { 0xff << 24 } else { 0 } })
    }

    /// Looks up the colours of a row. Without an `input` it is converted in place.
    pub fn convert_row(&self, out: &mut [u8], input: Option<&[u8]>) {
        convert_row(self.isa, out, input, self);
    }

    /// Whether cells exceed the second-level cache, so that prefetching pays.
    fn exceeds_cache(&self) -> bool {
        size_of_val(&*self.cells) > 1 << 20
    }
}

entry! {
    fn convert_row(Avx2, out: &mut [u8], input: Option<&[u8]>, lut: &CellLut) = convert_row_avx2;
}

#[target_feature(enable = "avx2")]
fn convert_row_avx2(out: &mut [u8], input: Option<&[u8]>, lut: &CellLut) {
    row::convert_row(
        out,
        input,
        |pixels| {
            let positions = Positions::new(pixels, &lut.axes);
            if lut.exceeds_cache() {
                for cell in positions.cells {
                    prefetch::t0(lut.cells.as_ptr().wrapping_add(cell as usize));
                }
            }
            positions
        },
        |positions| interpolate(positions, lut),
    );
}

/// The positions of eight pixels: their cells, and the weights along each dimension in both halves of 32 bits.
struct Positions {
    pixels: __m256i,
    cells: [u32; 8],
    first: [i32; 8],
    second: [i32; 8],
    third: __m256i,
}

impl Positions {
    #[inline]
    #[target_feature(enable = "avx2")]
    fn new(pixels: &[u8; 32], [x, y, z]: &[Axis; 3]) -> Self {
        let pixels: __m256i = bytemuck::cast(*pixels);
        let byte = _mm256_set1_epi32(0xff);
        let (x, first) = locate::<true>(_mm256_and_si256(pixels, byte), x);
        let (y, second) = locate::<true>(_mm256_and_si256(_mm256_srli_epi32::<8>(pixels), byte), y);
        let (z, third) = locate::<true>(_mm256_and_si256(_mm256_srli_epi32::<16>(pixels), byte), z);
        let cells = _mm256_add_epi32(_mm256_add_epi32(x, y), z);
        let (cells, first, second) = (bytemuck::cast(cells), bytemuck::cast(first), bytemuck::cast(second));
        Self { pixels, cells, first, second, third }
    }
}

/// Interpolates the colours of eight pixels.
#[inline]
#[target_feature(enable = "avx2")]
fn interpolate(positions: &Positions, lut: &CellLut) -> [u8; 32] {
    let pairs = [
        interpolate_planes(0, positions, lut),
        interpolate_planes(2, positions, lut),
        interpolate_planes(4, positions, lut),
        interpolate_planes(6, positions, lut),
    ];
    let low = _mm256_permutevar8x32_epi32(positions.third, _mm256_setr_epi32(0, 0, 1, 1, 2, 2, 3, 3));
    let high = _mm256_permutevar8x32_epi32(positions.third, _mm256_setr_epi32(4, 4, 5, 5, 6, 6, 7, 7));
    let low = interpolate_third(pairs[0], pairs[1], low);
    let high = interpolate_third(pairs[2], pairs[3], high);
    let out = _mm256_permute4x64_epi64::<0b11_01_10_00>(_mm256_packus_epi16(low, high));
    let kept = _mm256_and_si256(positions.pixels, _mm256_set1_epi32(lut.keep as i32));
    bytemuck::cast(_mm256_or_si256(out, kept))
}

/// Interpolates the corners of a pixel's cell along the first dimension.
#[inline]
#[target_feature(enable = "avx2")]
fn interpolate_first(pixel: usize, positions: &Positions, lut: &CellLut) -> __m256i {
    let Cell { corners, differences } = &lut.cells[positions.cells[pixel] as usize];
    let (corners, differences): (__m256i, __m256i) = (bytemuck::cast(*corners), bytemuck::cast(*differences));
    let part = _mm256_mulhi_epi16(differences, _mm256_set1_epi32(positions.first[pixel]));
    _mm256_add_epi16(corners, part)
}

/// Interpolates along the first and the second dimension, for a pixel and the next. Each half has one plane of both.
#[inline]
#[target_feature(enable = "avx2")]
fn interpolate_planes(pixel: usize, positions: &Positions, lut: &CellLut) -> __m256i {
    let weights: i64 = bytemuck::cast([positions.second[pixel], positions.second[pixel + 1]]);
    let weights = _mm256_shuffle_epi32::<0x50>(_mm256_set1_epi64x(weights));
    let (a, b) = (interpolate_first(pixel, positions, lut), interpolate_first(pixel + 1, positions, lut));
    lerp_halves::<true>(a, b, [weights, weights])
}

/// Interpolates four pixels, two in each vector, along the third dimension.
#[inline]
#[target_feature(enable = "avx2")]
fn interpolate_third(a: __m256i, b: __m256i, weights: __m256i) -> __m256i {
    let (lower, upper) = (_mm256_permute2x128_si256::<0x20>(a, b), _mm256_permute2x128_si256::<0x31>(a, b));
    round(lerp::<true>(lower, upper, [weights, weights]))
}
