//! Loads the windows of eight positions.

#![allow(unsafe_code)] // loads without bounds checks, from windows that were checked together

use std::arch::x86_64::*;

use bytemuck::Pod;
use safe_unaligned_simd::x86_64::{_mm256_loadu_si256, _mm256_storeu_si256};

use crate::geometry::transform::interpolate::window_source::WindowSource;
use crate::geometry::transform::positions::avx2::{ABOVE_ALL, Coordinates, LANES, Positions};
use crate::geometry::transform::source::avx2::is_below;
use crate::geometry::transform::source::{Gather, PrefetchDistance};
use crate::simd::isa::Avx2;

/// Eight windows, all of which lie inside the source.
pub struct Windows<'a, P, const SIDE: usize> {
    source: &'a Gather<'a, P, Avx2>,
    /// The offsets of the windows' first pixels. [`WindowSource::LOADED`] pixels can be read from each, and from those in
    /// the rows below, `SIDE` in all.
    offsets: __m256i,
}

impl<P: Pod, const SIDE: usize> WindowSource<'_, P, Avx2, SIDE> {
    /// Returns the windows at positions less half a pixel, and prefetches pixels that are used later. Returns `None` if
    /// one of them reaches beyond the source.
    #[inline]
    #[target_feature(enable = "avx2")]
    pub fn windows(&self, positions: &Positions, distance: PrefetchDistance) -> Option<Windows<'_, P, SIDE>> {
        let before = _mm256_set1_epi32(Self::BEFORE);
        let column = _mm256_sub_epi32(positions.x.integer, before);
        let row = _mm256_sub_epi32(positions.y.integer, before);
        let inside = _mm256_and_si256(is_below(column, self.starts()[0]), is_below(row, self.starts()[1]));
        if _mm256_movemask_epi8(inside) != -1 {
            return None;
        }
        let offsets = self.source().offsets(column, row);
        self.source().prefetch(offsets, distance);
        Some(Windows { source: self.source(), offsets })
    }

    /// Returns the mask of the pixels whose exact coordinates are outside of the source, too, since they are more than
    /// half a pixel away from it.
    #[inline]
    #[target_feature(enable = "avx2")]
    pub fn are_outside(&self, positions: &Positions) -> u8 {
        let [x, y] = [is_far(positions.x, self.source().width()), is_far(positions.y, self.source().height())];
        _mm256_movemask_ps(_mm256_castsi256_ps(_mm256_or_si256(x, y))) as u8
    }
}

/// Returns the lanes in which a coordinate less half a pixel is below -1, or at least `size`, and not NaN.
#[inline]
#[target_feature(enable = "avx2")]
fn is_far(coordinates: Coordinates, size: i32) -> __m256i {
    let before = _mm256_cmpgt_epi32(_mm256_set1_epi32(-1), coordinates.integer);
    let behind = _mm256_cmpgt_epi32(coordinates.integer, _mm256_set1_epi32(size - 1));
    let is_number = _mm256_cmpgt_epi32(_mm256_set1_epi32(ABOVE_ALL), coordinates.integer);
    _mm256_or_si256(before, _mm256_and_si256(behind, is_number))
}

impl<P: Pod, const SIDE: usize> Windows<'_, P, SIDE> {
    /// Returns the address from which the offsets count in row `n` of the windows.
    #[inline(always)]
    fn base(&self, n: usize) -> *const u8 {
        assert!(n < SIDE);
        self.source.first().wrapping_offset(n as isize * self.source.stride() as isize)
    }

    /// Loads the rows of all windows, of pixels of one byte: four bytes each, from the windows' first column on.
    #[inline]
    #[target_feature(enable = "avx2")]
    pub fn gather_rows(&self) -> [__m256i; SIDE] {
        assert!(size_of::<P>() == 1);
        let mut rows = [_mm256_setzero_si256(); SIDE];
        for (n, row) in rows.iter_mut().enumerate() {
            // SAFETY: `offsets` are those of windows inside the source, of which `n` is a row: by the invariant of this
            // type, four pixels of one byte can be read there.
            *row = unsafe { _mm256_i32gather_epi32::<1>(self.base(n).cast(), self.offsets) };
        }
        rows
    }

    /// Stores the offsets.
    #[inline]
    #[target_feature(enable = "avx2")]
    pub fn scalars(&self) -> ScalarWindows<'_, P, SIDE> {
        let mut offsets = [0; LANES];
        _mm256_storeu_si256(bytemuck::cast_mut::<_, [u8; 32]>(&mut offsets), self.offsets);
        ScalarWindows { windows: self, offsets }
    }
}

/// [`Windows`] that are loaded one by one.
pub struct ScalarWindows<'a, P, const SIDE: usize> {
    windows: &'a Windows<'a, P, SIDE>,
    /// Those of the windows.
    offsets: [i32; LANES],
}

impl<P: Pod, const SIDE: usize> ScalarWindows<'_, P, SIDE> {
    /// Loads two pixels of window `n`, of four bytes, from row `row` and columns `2 * pair` and `2 * pair + 1`.
    #[inline]
    #[target_feature(enable = "avx2")]
    fn load_pair(&self, n: usize, row: usize, pair: usize) -> __m128i {
        assert!(size_of::<P>() == 4);
        assert!(pair < SIDE / 2);
        let start = self.windows.base(row).wrapping_offset(self.offsets[n] as isize + 8 * pair as isize);
        // SAFETY: window `n` lies inside the source: by the invariant of `Windows`, `SIDE` pixels of four bytes can be
        // read from its first column in each of its rows, `row` among them. These are two of them.
        unsafe { _mm_loadl_epi64(start.cast()) }
    }

    /// Loads windows of 2 × 2 pixels: the pixels of each corner.
    #[inline]
    #[target_feature(enable = "avx2")]
    pub fn corners(&self) -> [__m256i; 4] {
        let ([a, b], [c, d]) = (self.two_pixels(0), self.two_pixels(1));
        [a, b, c, d]
    }

    /// Loads a row of windows of 2 × 2 pixels: the left pixels and the right ones.
    #[inline]
    #[target_feature(enable = "avx2")]
    fn two_pixels(&self, row: usize) -> [__m256i; 2] {
        let windows = |n: usize| _mm_unpacklo_epi64(self.load_pair(n, row, 0), self.load_pair(n + 1, row, 0));
        let low = _mm256_castsi256_ps(_mm256_set_m128i(windows(4), windows(0)));
        let high = _mm256_castsi256_ps(_mm256_set_m128i(windows(6), windows(2)));
        let left = _mm256_shuffle_ps::<0b10_00_10_00>(low, high);
        let right = _mm256_shuffle_ps::<0b11_01_11_01>(low, high);
        [_mm256_castps_si256(left), _mm256_castps_si256(right)]
    }

    /// Loads the bands of two columns of window `n` as floats.
    #[inline]
    #[target_feature(enable = "avx2")]
    pub fn two_columns(&self, n: usize, row: usize, pair: usize) -> __m256 {
        _mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(self.load_pair(n, row, pair)))
    }

    /// Returns the mask of the bands that have the same value in all pixels of a window.
    #[inline]
    #[target_feature(enable = "avx2")]
    pub fn flat_bands(&self) -> __m256i {
        let mut different = [0; LANES];
        for (n, different) in different.iter_mut().enumerate() {
            let first = _mm_shuffle_epi32::<0>(self.load_pair(n, 0, 0));
            let mut bits = _mm_setzero_si128();
            for row in 0..SIDE {
                for pair in 0..SIDE / 2 {
                    bits = _mm_or_si128(bits, _mm_xor_si128(self.load_pair(n, row, pair), first));
                }
            }
            *different = _mm_cvtsi128_si32(_mm_or_si128(bits, _mm_shuffle_epi32::<1>(bits)));
        }
        let different = _mm256_loadu_si256(bytemuck::cast_ref::<_, [u8; 32]>(&different));
        _mm256_cmpeq_epi8(different, _mm256_setzero_si256())
    }
}

/// Returns the mask of the bytes that are the same in all corners.
#[inline]
#[target_feature(enable = "avx2")]
pub fn same_bytes([a, b, c, d]: &[__m256i; 4]) -> __m256i {
    let different = _mm256_or_si256(_mm256_xor_si256(*a, *b), _mm256_xor_si256(*a, *c));
    _mm256_cmpeq_epi8(_mm256_or_si256(different, _mm256_xor_si256(*a, *d)), _mm256_setzero_si256())
}

/// Returns the lanes whose windows of pixels of one byte have a single value.
#[inline]
#[target_feature(enable = "avx2")]
pub fn are_flat<const SIDE: usize>(rows: &[__m256i; SIDE]) -> __m256i {
    let first = rows[0];
    let mut different = _mm256_and_si256(
        _mm256_xor_si256(first, _mm256_srli_epi32::<8>(first)),
        _mm256_set1_epi32(if SIDE == 2 { 0xff } else { 0xff_ffff }),
    );
    for row in &rows[1..] {
        let bits = _mm256_xor_si256(first, *row);
        different = _mm256_or_si256(different, if SIDE == 2 { _mm256_slli_epi32::<16>(bits) } else { bits });
    }
    _mm256_cmpeq_epi32(different, _mm256_setzero_si256())
}
