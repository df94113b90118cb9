//! AVX2: eight pixels at once, two to a vector as long as all of their neighbours are there.

use std::arch::x86_64::*;

use super::super::{Axis, HALF, ONE, PLACE, PRECISION, Table, WEIGHT};

/// Looks up the colours of a line, of `N` channels: 3 or 4. Without an `input`, it is the line itself. The processor must
/// have AVX2, and the table's values must be `NARROW` where that is said.
pub fn line_avx2<const N: usize, const NARROW: bool>(out: &mut [u8], input: Option<&[u8]>, table: &Table<'_>) {
    // SAFETY: as the caller promises.
    unsafe { line::<N, NARROW>(out, input, table) }
}

#[target_feature(enable = "avx2")]
fn line<const N: usize, const NARROW: bool>(out: &mut [u8], input: Option<&[u8]>, table: &Table<'_>) {
    let (eights, rest) = out.as_chunks_mut::<32>();
    let inputs = input.map(<[u8]>::as_chunks::<32>);
    all::<N, NARROW>(eights, inputs.map(|(eights, _)| eights), table);
    let mut last = [0; 32];
    last[..rest.len()].copy_from_slice(inputs.map_or(&*rest, |(_, rest)| rest));
    all::<N, NARROW>(std::slice::from_mut(&mut last), None, table);
    rest.copy_from_slice(&last[..rest.len()]);
}

/// Looks up eight colours each, as [`line_avx2`] does.
#[target_feature(enable = "avx2")]
fn all<const N: usize, const NARROW: bool>(out: &mut [[u8; 32]], input: Option<&[[u8; 32]]>, table: &Table<'_>) {
    let Some(last) = out.len().checked_sub(1) else { return };
    // Places are computed one turn ahead, so that the table's values do not have to wait for them.
    let mut places = Places::of::<NARROW>(&input.unwrap_or(out)[0], table);
    for n in 0..out.len() {
        let next = Places::of::<NARROW>(&input.unwrap_or(out)[(n + 1).min(last)], table);
        out[n] = eight_colours::<N, NARROW>(&places, table);
        places = next;
    }
}

/// Where eight pixels lie in the table. They are in the order 0, 1, 4, 5, and 2, 3, 6, 7, which packing leaves so.
struct Places {
    colours: __m256i,
    /// From where on their neighbours are.
    starts: [u32; 8],
    /// The weights along each dimension.
    weights: [__m256i; 3],
}

impl Places {
    #[inline]
    #[target_feature(enable = "avx2")]
    fn of<const NARROW: bool>(pixels: &[u8; 32], table: &Table<'_>) -> Self {
        // SAFETY: there are 32 bytes.
        let colours = unsafe { _mm256_loadu_si256(pixels.as_ptr().cast()) };
        let colours = _mm256_permute4x64_epi64::<0b11_01_10_00>(colours);
        let low = _mm256_set1_epi32(0xff);
        let (start, first) = step::<NARROW>(_mm256_and_si256(colours, low), &table.axes[0]);
        let (more, second) = step::<NARROW>(_mm256_and_si256(_mm256_srli_epi32::<8>(colours), low), &table.axes[1]);
        let start = _mm256_add_epi32(start, more);
        let (more, third) = step::<NARROW>(_mm256_and_si256(_mm256_srli_epi32::<16>(colours), low), &table.axes[2]);
        let start = _mm256_add_epi32(start, more);
        let mut starts = [0; 8];
        // SAFETY: there are 32 bytes.
        unsafe { _mm256_storeu_si256(starts.as_mut_ptr().cast(), start) };
        Self { colours, starts, weights: [first, second, third] }
    }
}

/// Where values of a band lie in the table, each in 32 bits: from where on their neighbours are, and the weights, both
/// halves of the 32 bits.
#[inline]
#[target_feature(enable = "avx2")]
pub fn step<const NARROW: bool>(values: __m256i, axis: &Axis) -> (__m256i, __m256i) {
    let place = _mm256_mullo_epi32(values, _mm256_set1_epi32(axis.scale as i32));
    let index = _mm256_srli_epi32::<{ PLACE as i32 }>(place);
    let start = _mm256_mullo_epi32(index, _mm256_set1_epi32(axis.stride as i32));
    let next = _mm256_srli_epi32::<{ (PLACE - WEIGHT) as i32 }>(place);
    let next = _mm256_and_si256(next, _mm256_set1_epi32(ONE - 1));
    let weights = if NARROW {
        _mm256_or_si256(next, _mm256_slli_epi32::<16>(next))
    } else {
        // Negative: 1 is more than 16 bits hold, and -1 is not.
        let (first, second) = (_mm256_sub_epi16(next, _mm256_set1_epi32(ONE)), _mm256_slli_epi32::<16>(next));
        _mm256_sub_epi16(first, second)
    };
    (start, weights)
}

/// Two neighbours along the first dimension, in four channels each, for one pixel in each half. Where there are three, the
/// fourth is 0.
///
/// # Safety
///
/// The neighbours are in the table. Of three channels, also two values behind them where they are the `FIRST` of a pixel,
/// and else two before.
#[inline]
#[target_feature(enable = "avx2")]
unsafe fn neighbours<const N: usize, const FIRST: bool>(values: *const i16, low: usize, high: usize) -> __m256i {
    let before = if N == 3 && !FIRST { 2 } else { 0 };
    // SAFETY: as the caller promises: 8 values.
    let both = unsafe {
        let (low, high) = (values.add(low - before), values.add(high - before));
        _mm256_inserti128_si256::<1>(_mm256_castsi128_si256(_mm_loadu_si128(low.cast())), _mm_loadu_si128(high.cast()))
    };
    if N == 4 {
        return both;
    }
    let order = if FIRST {
        _mm_setr_epi8(0, 1, 2, 3, 4, 5, -1, -1, 6, 7, 8, 9, 10, 11, -1, -1)
    } else {
        _mm_setr_epi8(4, 5, 6, 7, 8, 9, -1, -1, 10, 11, 12, 13, 14, 15, -1, -1)
    };
    _mm256_shuffle_epi8(both, _mm256_broadcastsi128_si256(order))
}

/// Between values and the next ones. `weights` are those of the lower and of the upper half of each 128 bits, but all of
/// them twice where the values are `NARROW`.
#[inline]
#[target_feature(enable = "avx2")]
pub fn between<const NARROW: bool>(values: __m256i, next: __m256i, weights: [__m256i; 2]) -> __m256i {
    if NARROW {
        // Twice the difference fits into 16 bits, and then the upper half of the product is what is wanted.
        let difference = _mm256_sub_epi16(next, values);
        let part = _mm256_mulhi_epi16(_mm256_add_epi16(difference, difference), weights[0]);
        return _mm256_add_epi16(values, part);
    }
    let low = sum(_mm256_unpacklo_epi16(values, next), weights[0]);
    let high = sum(_mm256_unpackhi_epi16(values, next), weights[1]);
    _mm256_packs_epi32(low, high)
}

/// The sum of the weighted values of each pair, without what is behind the point.
#[inline]
#[target_feature(enable = "avx2")]
fn sum(pairs: __m256i, weights: __m256i) -> __m256i {
    let negative = _mm256_madd_epi16(pairs, weights);
    _mm256_srai_epi32::<{ WEIGHT as i32 }>(_mm256_sub_epi32(_mm256_setzero_si256(), negative))
}

/// Between the values in the lower halves of both, and those in the upper halves.
#[inline]
#[target_feature(enable = "avx2")]
pub fn across<const NARROW: bool>(a: __m256i, b: __m256i, weights: [__m256i; 2]) -> __m256i {
    between::<NARROW>(_mm256_unpacklo_epi64(a, b), _mm256_unpackhi_epi64(a, b), weights)
}

/// Looks up eight colours.
#[inline]
#[target_feature(enable = "avx2")]
fn eight_colours<const N: usize, const NARROW: bool>(places: &Places, table: &Table<'_>) -> [u8; 32] {
    // SAFETY: the neighbours of all places are in the table.
    let [a, b, c, d] = unsafe {
        [
            planes::<N, NARROW, 0, 0x00>(table, places),
            planes::<N, NARROW, 1, 0x55>(table, places),
            planes::<N, NARROW, 2, 0xaa>(table, places),
            planes::<N, NARROW, 3, 0xff>(table, places),
        ]
    };
    let third = places.weights[2];
    let weights = if NARROW {
        let (ab, cd) = (_mm256_shuffle_epi32::<0x50>(third), _mm256_shuffle_epi32::<0xfa>(third));
        [[ab, ab], [cd, cd]]
    } else {
        [
            [_mm256_shuffle_epi32::<0x00>(third), _mm256_shuffle_epi32::<0x55>(third)],
            [_mm256_shuffle_epi32::<0xaa>(third), _mm256_shuffle_epi32::<0xff>(third)],
        ]
    };
    let (ab, cd) = (rounded(across::<NARROW>(a, b, weights[0])), rounded(across::<NARROW>(c, d, weights[1])));
    let mut out = _mm256_packus_epi16(ab, cd);
    if N == 3 {
        out = _mm256_or_si256(out, _mm256_and_si256(places.colours, _mm256_set1_epi32(0xff << 24)));
    }
    let mut bytes = [0; 32];
    // SAFETY: there are 32 bytes.
    unsafe { _mm256_storeu_si256(bytes.as_mut_ptr().cast(), _mm256_permute4x64_epi64::<0b11_01_10_00>(out)) };
    bytes
}

/// Between neighbours along the first dimension and then along the second, of pixel `PIXEL` of each four: what is left are
/// the two along the third. `SHUFFLE` has `PIXEL` four times.
///
/// # Safety
///
/// The neighbours of all places are in the table.
#[inline]
#[target_feature(enable = "avx2")]
unsafe fn planes<const N: usize, const NARROW: bool, const PIXEL: usize, const SHUFFLE: i32>(
    table: &Table<'_>,
    places: &Places,
) -> __m256i {
    let (low, high) = (places.starts[PIXEL] as usize, places.starts[4 + PIXEL] as usize);
    let [first, second, _] = places.weights;
    let (first, second) = (_mm256_shuffle_epi32::<SHUFFLE>(first), _mm256_shuffle_epi32::<SHUFFLE>(second));
    let (values, row, plane) = (table.values.as_ptr(), table.axes[1].stride, table.axes[2].stride);
    // SAFETY: as the caller promises. Behind the first neighbours of a pixel there are more, and the others lie behind them.
    let (a, b, c, d) = unsafe {
        (
            neighbours::<N, true>(values, low, high),
            neighbours::<N, false>(values, low + row, high + row),
            neighbours::<N, false>(values, low + plane, high + plane),
            neighbours::<N, false>(values, low + plane + row, high + plane + row),
        )
    };
    let (lower, upper) = (across::<NARROW>(a, b, [first, first]), across::<NARROW>(c, d, [first, first]));
    across::<NARROW>(lower, upper, [second, second])
}

/// Without the bits behind the point.
#[inline]
#[target_feature(enable = "avx2")]
pub fn rounded(values: __m256i) -> __m256i {
    _mm256_srai_epi16::<{ PRECISION as i32 }>(_mm256_adds_epi16(values, _mm256_set1_epi16(HALF as i16)))
}
