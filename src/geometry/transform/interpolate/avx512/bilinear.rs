//! Interpolates bytes between 2 × 2 pixels in single precision, sixteen pixels at a time, and marks those that need double
//! precision.
//!
//! The method is that of the [AVX2 kernels](crate::geometry::transform::interpolate::avx2), whose bound of the error holds
//! here, too. What differs: positions come from a [`RowMap`] instead of a DDA, gathers load two adjacent pixels of four bytes
//! at once, and windows that reach beyond the source are drawn here.

#![allow(unsafe_code)] // gathers and masked stores

use std::arch::x86_64::*;

use bytemuck::{Pod, Zeroable};

use crate::geometry::transform::interpolate::avx2::{BILINEAR_ERROR, Marks};
use crate::geometry::transform::interpolate::format::{Format, Layout};
use crate::geometry::transform::interpolate::window_source::WindowSource;
use crate::geometry::transform::positions::avx512::{Coordinates, LANES, Positions, RowMap};
use crate::geometry::transform::sampler::Sampler;
use crate::geometry::transform::source::PrefetchDistance;
use crate::geometry::transform::source::avx512::{first_lanes, store};
use crate::simd::isa::{Avx512, entry};

/// What a row is drawn from.
pub struct BilinearRow<'a, P> {
    source: WindowSource<'a, P, Avx512, 2>,
    map: RowMap,
    distance: PrefetchDistance,
    fill: bool,
}

impl<'a, P: Pod> BilinearRow<'a, P> {
    /// Returns `None` if the windows or the positions of the first `width` pixels of row `y` do not allow this kernel.
    pub fn new(
        avx512: Avx512,
        sampler: &Sampler<'a, P>,
        y: usize,
        width: usize,
        distance: PrefetchDistance,
    ) -> Option<Self> {
        let source = WindowSource::new(avx512, &sampler.source)?;
        let sizes = [source.source().width(), source.source().height()];
        let map = RowMap::new(sampler.mapping, y, width, sizes, 0.5)?;
        Some(Self { source, map, distance, fill: sampler.fill })
    }

    /// The token that the kernel needs.
    pub fn isa(&self) -> Avx512 {
        self.source.source().isa()
    }
}

entry! {
    /// Draws a segment of a row from pixel `x` on, and marks the pixels that are not final.
    pub fn draw_segment[F: Format][F](
        Avx512, out: &mut [F::Output], row: &BilinearRow<'_, F::Input>, x: usize, marks: &mut Marks,
    ) = draw_segment_avx512::<F>;
}

/// The windows of sixteen pixels.
#[derive(Clone, Copy)]
struct Windows {
    /// The pixels of each corner. The upper bytes of pixels of one byte are undefined.
    corners: [__m512i; 4],
    /// The fractions of the positions along x and y, in units of 2^-24.
    fractions: [__m512i; 2],
    /// The pixels to which another window may belong, since their positions are near integers.
    near_integers: __mmask16,
}

impl Windows {
    #[inline]
    #[target_feature(enable = "avx512f")]
    fn new(corners: [__m512i; 4], positions: &Positions) -> Self {
        let fractions = [positions.x.fraction, positions.y.fraction];
        Self { corners, fractions, near_integers: positions.near_integers() }
    }
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,bmi2")]
fn draw_segment_avx512<F: Format>(out: &mut [F::Output], row: &BilinearRow<'_, F::Input>, x: usize, marks: &mut Marks) {
    *marks = Marks::default();
    let marks = marks.as_chunks_mut::<{ LANES / 8 }>().0;
    let (vectors, rest) = out.as_chunks_mut::<LANES>();
    let mut next = row.map.positions(x);
    for (n, (out, marks)) in vectors.iter_mut().zip(&mut *marks).enumerate() {
        let positions = next;
        let corners = row.source.corners(&positions, row.distance);
        // Maps the next pixels while the gathers wait for memory.
        next = row.map.positions(x + (n + 1) * LANES);
        *marks = match corners {
            Some(corners) => {
                let (pixels, marked) = interpolate(&Windows::new(corners, &positions), F::LAYOUT);
                store_bands::<F>(out, pixels, !0, 0);
                marked
            }
            None => draw_at_edges::<F>(out, row, positions),
        }
        .to_le_bytes();
    }
    if !rest.is_empty() {
        marks[vectors.len()] = draw_at_edges::<F>(rest, row, next).to_le_bytes();
    }
}

/// Draws at most sixteen pixels, some of whose windows may reach beyond the source. Its edge pixels are repeated. Returns the
/// marked pixels: those whose coordinates may lie inside or outside, too.
#[inline(never)]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,bmi2")]
fn draw_at_edges<F: Format>(out: &mut [F::Output], row: &BilinearRow<'_, F::Input>, positions: Positions) -> __mmask16 {
    let (source, lanes) = (row.source.source(), first_lanes(out.len()));
    let [width, height] = [source.width(), source.height()];
    let outside = lanes & (far_outside(positions.x.integer, width) | far_outside(positions.y.integer, height));
    if outside == lanes {
        if row.fill {
            out.fill(F::Output::zeroed());
        }
        return 0;
    }
    let (x, y) = (EdgeAxis::new(&positions.x, width), EdgeAxis::new(&positions.y, height));
    let outside = lanes & (outside | x.outside | y.outside);
    let inside = lanes & !(outside | x.unknown | y.unknown);
    let mut corners = [_mm512_setzero_si512(); 4];
    for (n, corner) in corners.iter_mut().enumerate() {
        *corner = source.pixels(x.pixels[n % 2], y.pixels[n / 2], inside, row.distance).0;
    }
    let (pixels, marked) = interpolate(&Windows::new(corners, &positions), F::LAYOUT);
    let zeroed = if row.fill { outside } else { 0 };
    store_bands::<F>(out, _mm512_maskz_mov_epi32(inside, pixels), inside, zeroed);
    (marked & inside) | (lanes & !inside & !outside)
}

/// Returns the mask of the integers of positions that are more than half a pixel outside of `size` pixels: they are below
/// -1, or at least `size`.
#[inline]
#[target_feature(enable = "avx512f")]
fn far_outside(integers: __m512i, size: i32) -> __mmask16 {
    _mm512_cmpgt_epu32_mask(_mm512_add_epi32(integers, _mm512_set1_epi32(1)), _mm512_set1_epi32(size))
}

/// Positions along an axis, some of which are near an edge of the source or outside of it.
struct EdgeAxis {
    /// The pixels before and behind the positions. Beyond the edges, the edge pixels are repeated.
    pixels: [__m512i; 2],
    /// The pixels that are at most half a pixel outside of the source.
    outside: __mmask16,
    /// The pixels of which only the exact coordinates tell where they are.
    unknown: __mmask16,
}

impl EdgeAxis {
    #[inline]
    #[target_feature(enable = "avx512f")]
    fn new(positions: &Coordinates, size: i32) -> Self {
        const HALF: i32 = 1 << 23;
        let Coordinates { integer, fraction } = *positions;
        let (one, last) = (_mm512_set1_epi32(1), _mm512_set1_epi32(size - 1));
        let clamp = |pixels: __m512i| _mm512_min_epi32(_mm512_max_epi32(pixels, _mm512_setzero_si512()), last);
        // The source begins half a pixel before its first position, and ends half a pixel behind the last one.
        let before = _mm512_cmpeq_epi32_mask(integer, _mm512_set1_epi32(-1));
        let behind = _mm512_cmpeq_epi32_mask(integer, last);
        let below_half = _mm512_cmplt_epi32_mask(fraction, _mm512_set1_epi32(HALF));
        let from_near_half = _mm512_sub_epi32(fraction, _mm512_set1_epi32(HALF - 2));
        let near_half = _mm512_cmplt_epu32_mask(from_near_half, _mm512_set1_epi32(4));
        let unknown = (before | behind) & near_half;
        Self {
            pixels: [clamp(integer), clamp(_mm512_add_epi32(integer, one))],
            outside: ((before & below_half) | (behind & !below_half)) & !unknown,
            unknown,
        }
    }
}

impl<P: Pod> WindowSource<'_, P, Avx512, 2> {
    /// Loads the pixels of each corner of sixteen windows, and prefetches those that are used later. Returns `None` if one of
    /// the windows reaches beyond the source.
    #[inline]
    #[target_feature(enable = "avx512f")]
    fn corners(&self, positions: &Positions, distance: PrefetchDistance) -> Option<[__m512i; 4]> {
        let (column, row) = (positions.x.integer, positions.y.integer);
        let [columns, rows] = self.starts().map(|starts| _mm512_set1_epi32(starts));
        let inside = _mm512_mask_cmplt_epu32_mask(_mm512_cmplt_epu32_mask(column, columns), row, rows);
        if inside != !0 {
            return None;
        }
        let source = self.source();
        let right = if size_of::<P>() == 1 { column } else { _mm512_slli_epi32::<2>(column) };
        let offsets = _mm512_add_epi32(_mm512_mullo_epi32(row, _mm512_set1_epi32(source.stride())), right);
        let halves = [_mm512_castsi512_si256(offsets), _mm512_extracti64x4_epi64::<1>(offsets)];
        for half in halves {
            let offset = _mm_cvtsi128_si32(_mm256_castsi256_si128(half));
            distance.prefetch_from(source.first().wrapping_offset(offset as isize));
        }
        let [upper, lower] = [source.first(), source.first().wrapping_offset(source.stride() as isize)];
        if size_of::<P>() == 1 {
            // SAFETY: all windows start in one of the first `starts` columns and rows: by the invariant of this type, four
            // pixels of one byte can be read from there in both of its rows.
            let [a, c] = unsafe {
                [_mm512_i32gather_epi32::<1>(offsets, upper.cast()), _mm512_i32gather_epi32::<1>(offsets, lower.cast())]
            };
            return Some([a, _mm512_srli_epi32::<8>(a), c, _mm512_srli_epi32::<8>(c)]);
        }
        // SAFETY: all windows start in one of the first `starts` columns and rows: by the invariant of this type, two pixels
        // of four bytes can be read from there in both of its rows.
        let [[a, b], [c, d]] = unsafe {
            [
                halves.map(|half| _mm512_i32gather_epi64::<1>(half, upper.cast())),
                halves.map(|half| _mm512_i32gather_epi64::<1>(half, lower.cast())),
            ]
        };
        let left = _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
        let right = _mm512_or_si512(left, _mm512_set1_epi32(1));
        Some([
            _mm512_permutex2var_epi32(a, left, b),
            _mm512_permutex2var_epi32(a, right, b),
            _mm512_permutex2var_epi32(c, left, d),
            _mm512_permutex2var_epi32(c, right, d),
        ])
    }
}

/// Interpolates between the corners of windows. Returns the pixels, and the mask of those with a band that is to be computed
/// in double precision.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512dq")]
fn interpolate(windows: &Windows, layout: Layout) -> (__m512i, __mmask16) {
    let ([a, b, c, d], [x, y]) = (windows.corners, windows.fractions);
    let unit = _mm512_set1_ps(1.0 / (1 << 24) as f32);
    let one = _mm512_set1_ps(1.0);
    let right = _mm512_mul_ps(_mm512_cvtepi32_ps(x), unit);
    let down = _mm512_mul_ps(_mm512_cvtepi32_ps(y), unit);
    let (left, up) = (_mm512_sub_ps(one, right), _mm512_sub_ps(one, down));
    let weights =
        [_mm512_mul_ps(left, up), _mm512_mul_ps(right, up), _mm512_mul_ps(left, down), _mm512_mul_ps(right, down)];
    // The bits in which the corners of a window differ. A sum does not depend on which of two windows an integer coordinate
    // belongs to, but whether all corners are equal does.
    const XOR_OR: i32 = 0b1111_0110; // a | (b ^ c), for bits a, b and c
    let different = _mm512_ternarylogic_epi32::<XOR_OR>(_mm512_xor_si512(a, b), a, c);
    let different = _mm512_ternarylogic_epi32::<XOR_OR>(different, a, d);
    let different = _mm512_mask_mov_epi32(different, windows.near_integers, _mm512_set1_epi32(-1));

    let (mut bands, mut marked) = ([_mm512_setzero_si512(); 4], 0);
    for band in 0..4 {
        if !(layout == Layout::L && band == 0 || layout != Layout::L && layout.has_band(band)) {
            continue;
        }
        let mut sum = _mm512_set1_ps(BILINEAR_ERROR);
        for (corner, weight) in windows.corners.iter().zip(weights) {
            sum = _mm512_fmadd_ps(_mm512_cvtepi32_ps(extract(*corner, band)), weight, sum);
        }
        bands[band as usize] = _mm512_cvttps_epi32(sum);
        let above = _mm512_reduce_ps::<{ _MM_FROUND_TO_ZERO | _MM_FROUND_NO_EXC }>(sum);
        let near = _mm512_cmp_ps_mask::<_CMP_LT_OQ>(above, _mm512_set1_ps(2.0 * BILINEAR_ERROR));
        marked |= _mm512_mask_test_epi32_mask(near, different, _mm512_set1_epi32(255 << (8 * band)));
    }
    let [a, b, c, d] = bands;
    const OR: i32 = 0b1111_1110;
    let pixels = match layout {
        Layout::L => a,
        Layout::La => {
            let grey = _mm512_ternarylogic_epi32::<OR>(a, _mm512_slli_epi32::<8>(a), _mm512_slli_epi32::<16>(a));
            _mm512_or_si512(grey, _mm512_slli_epi32::<24>(d))
        }
        _ => {
            let colors = _mm512_ternarylogic_epi32::<OR>(a, _mm512_slli_epi32::<8>(b), _mm512_slli_epi32::<16>(c));
            _mm512_or_si512(colors, _mm512_slli_epi32::<24>(d))
        }
    };
    (pixels, marked)
}

/// Extracts a byte of each lane.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn extract(pixels: __m512i, band: i32) -> __m512i {
    match band {
        0 => _mm512_and_si512(pixels, _mm512_set1_epi32(255)),
        3 => _mm512_srli_epi32::<24>(pixels),
        _ => {
            let to_lowest = |lane: i32| 0x8080_8000_u32 as i32 | (4 * lane + band);
            _mm512_shuffle_epi8(pixels, _mm512_set4_epi32(to_lowest(3), to_lowest(2), to_lowest(1), to_lowest(0)))
        }
    }
}

/// Stores the bands of the pixels of `drawn`, and all bytes of those of `zeroed`, which must be zero.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,bmi2")]
fn store_bands<F: Format>(out: &mut [F::Output], pixels: __m512i, drawn: __mmask16, zeroed: __mmask16) {
    if F::LAYOUT == Layout::L {
        store::<[u8; 1]>(bytemuck::cast_slice_mut(out), pixels, drawn | zeroed);
    } else if F::LAYOUT == Layout::Rgb {
        let out: &mut [[u8; 4]] = bytemuck::cast_slice_mut(out);
        let lanes = first_lanes(out.len());
        let bytes = |lanes: __mmask16| _pdep_u64(u64::from(lanes), 0x1111_1111_1111_1111);
        let mask = (7 * bytes(drawn & lanes)) | (15 * bytes(zeroed & lanes));
        // SAFETY: only bytes of the first `out.len()` pixels are written.
        unsafe { _mm512_mask_storeu_epi8(out.as_mut_ptr().cast(), mask, pixels) };
    } else {
        store::<[u8; 4]>(bytemuck::cast_slice_mut(out), pixels, drawn | zeroed);
    }
}
