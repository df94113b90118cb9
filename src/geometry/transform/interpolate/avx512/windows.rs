//! Loads the windows of eight coordinates.

#![allow(unsafe_code)] // loads without bounds checks, from windows that were checked together

use std::arch::x86_64::*;

use bytemuck::Pod;
use safe_unaligned_simd::x86_64::_mm512_loadu_pd;

use crate::geometry::transform::mapping::Coordinates;
use crate::geometry::transform::source::{EvenSpacing, PrefetchDistance, Source};

/// The windows of a group.
pub const LANES: usize = 8;

/// A batch whose windows of `SIDE` × `SIDE` pixels all lie inside the source.
pub struct InteriorBatch<'a, P, const SIDE: usize> {
    source: &'a Source<'a, P>,
    coordinates: &'a Coordinates,
}

/// Eight windows of `SIDE` × `SIDE` pixels, all of which lie inside the source.
pub struct Windows<'a, P, const SIDE: usize> {
    source: &'a Source<'a, P>,
    /// The spacing of the source's rows, if it is even.
    spacing: Option<EvenSpacing>,
    /// The byte offsets of the windows' first columns: from the first row of the source, at the pixel before the
    /// coordinate along y, if the rows are evenly spaced; otherwise from the start of a row.
    offsets: __m512i,
    /// The rows of the pixels before the coordinates, unless the rows are evenly spaced.
    rows: __m512i,
    /// The fractions of the coordinates along x and y.
    fractions: (__m512d, __m512d),
}

/// Coordinates along one axis, less 0.5.
struct Axis {
    /// Rounded down: the pixels before the coordinates.
    floor: __m512d,
    /// The fraction of the way to the next pixel.
    fraction: __m512d,
}

/// Where a row of each of eight windows starts. [`loaded`] pixels can be read from each.
type RowStarts = [*const u8; LANES];

/// Returns how many pixels are loaded from each row of a window. Single bytes are loaded four at a time.
const fn loaded<P, const SIDE: usize>() -> usize {
    if size_of::<P>() == 1 { 4 } else { SIDE }
}

impl<'a, P: Pod, const SIDE: usize> InteriorBatch<'a, P, SIDE> {
    /// Returns `None` if a window, or what is loaded of it, reaches beyond the source.
    #[inline]
    #[target_feature(enable = "avx512f,avx512dq")]
    pub fn new(source: &'a Source<'a, P>, coordinates: &'a Coordinates) -> Option<Self> {
        const { assert!(SIDE == 2 || SIDE == 4) };
        const { assert!(size_of::<P>() == 1 || size_of::<P>() == 4) };
        let half = _mm512_set1_pd(0.5);
        let x_range = interior::<SIDE>(source.width(), loaded::<P, SIDE>());
        let y_range = interior::<SIDE>(source.rows().len(), SIDE);
        let mut inside = 0xff;
        for (x, y) in coordinates.x.as_chunks().0.iter().zip(coordinates.y.as_chunks().0) {
            let (x, y) = (_mm512_loadu_pd(x), _mm512_loadu_pd(y));
            inside &= is_within(_mm512_sub_pd(x, half), x_range) & is_within(_mm512_sub_pd(y, half), y_range);
        }
        (inside == 0xff).then_some(Self { source, coordinates })
    }

    /// Returns the windows of group `n` of the batch.
    #[inline]
    #[target_feature(enable = "avx512f,avx512dq")]
    pub fn windows(&self, n: usize) -> Windows<'a, P, SIDE> {
        let [x, y] = [&self.coordinates.x, &self.coordinates.y].map(|values| &values.as_chunks().0[n]);
        let (x, y) = (Axis::new(_mm512_loadu_pd(x)), Axis::new(_mm512_loadu_pd(y)));
        // Doubles represent all byte offsets exactly.
        let first_column = _mm512_sub_pd(x.floor, _mm512_set1_pd(before::<SIDE>() as f64));
        let right = _mm512_mul_pd(first_column, _mm512_set1_pd(size_of::<P>() as f64));
        let spacing = self.source.spacing();
        let (offsets, rows) = match spacing {
            Some(EvenSpacing { stride, .. }) => {
                let down = _mm512_mul_pd(y.floor, _mm512_set1_pd(stride as f64));
                (_mm512_cvttpd_epi64(_mm512_add_pd(right, down)), _mm512_setzero_si512())
            }
            None => (_mm512_cvttpd_epi64(right), _mm512_cvttpd_epi64(y.floor)),
        };
        Windows { source: self.source, spacing, offsets, rows, fractions: (x.fraction, y.fraction) }
    }
}

/// Returns the pixels of a window before the first of the middle two.
const fn before<const SIDE: usize>() -> i64 {
    SIDE as i64 / 2 - 1
}

/// Returns the range of coordinates, less 0.5, for which a window of `SIDE` pixels starts at one of `length` pixels and
/// `loaded` pixels can be loaded from there.
fn interior<const SIDE: usize>(length: usize, loaded: usize) -> [f64; 2] {
    let before = before::<SIDE>() as f64;
    [before, before + 1.0 + length as f64 - loaded as f64]
}

#[inline]
#[target_feature(enable = "avx512f,avx512dq")]
fn is_within(values: __m512d, [start, end]: [f64; 2]) -> __mmask8 {
    let above = _mm512_cmp_pd_mask::<_CMP_GE_OQ>(values, _mm512_set1_pd(start));
    _mm512_mask_cmp_pd_mask::<_CMP_LT_OQ>(above, values, _mm512_set1_pd(end))
}

impl Axis {
    #[inline]
    #[target_feature(enable = "avx512f,avx512dq")]
    fn new(coordinates: __m512d) -> Self {
        let coordinates = _mm512_sub_pd(coordinates, _mm512_set1_pd(0.5));
        let floor = _mm512_roundscale_pd::<{ _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC }>(coordinates);
        Self { floor, fraction: _mm512_sub_pd(coordinates, floor) }
    }
}

impl<P: Pod, const SIDE: usize> Windows<'_, P, SIDE> {
    /// Returns the fractions of the coordinates along x and y.
    #[inline]
    #[target_feature(enable = "avx512f")]
    pub fn fractions(&self) -> (__m512d, __m512d) {
        self.fractions
    }

    /// Loads row `n` of each window, and prefetches pixels that are used later with the first row.
    ///
    /// Single bytes come as 32 bits for each window. Pixels of four bytes come as 64 bits for each window: the first
    /// two pixels in the first vector, the last two of a window of 4 × 4 in the second.
    #[inline]
    #[target_feature(enable = "avx512f,avx512vl,avx512dq")]
    pub fn load_row(&self, n: usize, distance: PrefetchDistance) -> [__m512i; 2] {
        let starts = self.row_starts(n);
        if n == 0 {
            distance.prefetch_from(starts[0]);
        }
        let zero = _mm512_setzero_si512();
        let [a, b, c, d, e, f, g, h] = starts;
        // SAFETY: `row_starts` points to pixels of the source, and `InteriorBatch::new` has found that `loaded` pixels
        // can be read from there: four of one byte, or two or four of four bytes.
        unsafe {
            if size_of::<P>() == 1 {
                let load = |start: *const u8| start.cast::<i32>().read_unaligned();
                let all = _mm256_setr_epi32(load(a), load(b), load(c), load(d), load(e), load(f), load(g), load(h));
                return [_mm512_castsi256_si512(all), zero];
            }
            if SIDE == 2 {
                // As doubles: LLVM would split loads of 64-bit integers into halves.
                let load = |start: *const u8| start.cast::<f64>().read_unaligned();
                let all = _mm512_setr_pd(load(a), load(b), load(c), load(d), load(e), load(f), load(g), load(h));
                return [_mm512_castpd_si512(all), zero];
            }
            let load = |start: *const u8| _mm_loadu_si128(start.cast());
            let load_4 = |a, b, c, d| {
                let (low, high) = (_mm256_set_m128i(load(b), load(a)), _mm256_set_m128i(load(d), load(c)));
                _mm512_inserti64x4::<1>(_mm512_castsi256_si512(low), high)
            };
            let (low, high) = (load_4(a, b, c, d), load_4(e, f, g, h));
            let left = _mm512_setr_epi64(0, 2, 4, 6, 8, 10, 12, 14);
            let right = _mm512_setr_epi64(1, 3, 5, 7, 9, 11, 13, 15);
            [_mm512_permutex2var_epi64(low, left, high), _mm512_permutex2var_epi64(low, right, high)]
        }
    }

    /// Returns where row `n` of each window starts.
    #[inline]
    #[target_feature(enable = "avx512f")]
    fn row_starts(&self, n: usize) -> RowStarts {
        assert!(n < SIDE);
        let down = n as i64 - before::<SIDE>();
        let mut starts = [std::ptr::null(); LANES];
        if let Some(EvenSpacing { first, stride }) = self.spacing {
            let addresses = _mm512_add_epi64(self.offsets, _mm512_set1_epi64(first as i64 + down * stride));
            for (start, address) in starts.iter_mut().zip(to_array(addresses)) {
                *start = std::ptr::with_exposed_provenance(address as usize);
            }
            return starts;
        }
        let (rows, offsets) = (to_array(self.rows), to_array(self.offsets));
        for (start, (offset, row)) in starts.iter_mut().zip(offsets.into_iter().zip(rows)) {
            let row = (row + down) as usize;
            // SAFETY: `InteriorBatch::new` has found that all rows and columns of the windows lie inside the source.
            *start = unsafe { self.source.rows().get_unchecked(row).as_ptr().cast::<u8>().add(offset as usize) };
        }
        starts
    }
}

#[inline]
#[target_feature(enable = "avx512f")]
fn to_array(vector: __m512i) -> [i64; LANES] {
    bytemuck::cast(vector)
}
