//! AVX-512: pixels made of those around a place, for eight places at once.
//!
//! The pixels around are collected from wherever they are. The arithmetic is that of `transform::filters`, in the same order.

use std::arch::x86_64::*;

use bytemuck::AnyBitPattern;

use super::super::table::{Ahead, Table, ask_for};
use super::super::{CHUNK, Pixels, Places};
use crate::simd::isa;

/// How many are computed at once.
const LANES: usize = 8;

/// Which [`Pixels`] there are, for kernels to be compiled for each.
const BYTE: u8 = Pixels::Byte as u8;
const HALF: u8 = Pixels::Half as u8;
const TWO: u8 = Pixels::TwoBytes as u8;
const THREE: u8 = Pixels::ThreeBytes as u8;
const FOUR: u8 = Pixels::FourBytes as u8;
const INTEGER: u8 = Pixels::Integer as u8;
const FLOAT: u8 = Pixels::Float as u8;

/// Bytes of a pixel of the input.
const fn bytes(pixels: u8) -> usize {
    if pixels == BYTE || pixels == HALF { 1 } else { 4 }
}

/// Whether pixels are of several bytes that are computed one by one.
const fn has_bands(pixels: u8) -> bool {
    pixels == TWO || pixels == THREE || pixels == FOUR
}

/// Makes pixels at places whose `SIDE` by `SIDE` pixels around all are in the input. Returns false, and makes none, where
/// some are not, or may not be, or where the instructions are not to be used.
pub fn between<P: AnyBitPattern, const SIDE: usize>(
    out: &mut [u8],
    table: &Table<'_, P>,
    pixels: Pixels,
    places: &Places,
    ahead: Ahead,
) -> bool {
    if isa::current().avx512().is_none() {
        return false;
    }
    let work = match pixels {
        Pixels::Byte => chunk::<P, BYTE, SIDE>,
        Pixels::Half => chunk::<P, HALF, SIDE>,
        Pixels::TwoBytes => chunk::<P, TWO, SIDE>,
        Pixels::ThreeBytes => chunk::<P, THREE, SIDE>,
        Pixels::FourBytes => chunk::<P, FOUR, SIDE>,
        Pixels::Integer => chunk::<P, INTEGER, SIDE>,
        Pixels::Float => chunk::<P, FLOAT, SIDE>,
    };
    // SAFETY: the processor has the instructions.
    unsafe { work(out, table, places, ahead) }
}

/// # Safety
///
/// The processor has the instructions.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx2")]
unsafe fn chunk<P: AnyBitPattern, const PIXELS: u8, const SIDE: usize>(
    out: &mut [u8],
    table: &Table<'_, P>,
    places: &Places,
    ahead: Ahead,
) -> bool {
    const { assert!(SIDE == 2 || SIDE == 4) };
    let size = if PIXELS == HALF { 2 } else { bytes(PIXELS) };
    assert!(size_of::<P>() == bytes(PIXELS) && out.len() == CHUNK * size);
    let half = _mm512_set1_pd(0.5);
    let groups = || places.x.as_chunks::<LANES>().0.iter().zip(places.y.as_chunks::<LANES>().0);
    // Bytes are collected by fours.
    let read = if bytes(PIXELS) == 1 { 4 } else { SIDE };
    let (x_range, y_range) =
        (first_pixels::<SIDE>(table.width(), read), first_pixels::<SIDE>(table.rows().len(), SIDE));
    let mut inside = 0xff;
    for (x, y) in groups() {
        // SAFETY: there are eight of each.
        let (x, y) = unsafe { (_mm512_loadu_pd(x.as_ptr()), _mm512_loadu_pd(y.as_ptr())) };
        inside &= is_within(_mm512_sub_pd(x, half), x_range) & is_within(_mm512_sub_pd(y, half), y_range);
    }
    if inside != 0xff {
        return false;
    }
    for ((x, y), out) in groups().zip(out.chunks_exact_mut(LANES * size)) {
        // SAFETY: there are eight of each; all pixels around are within the input; there is room for eight pixels.
        unsafe {
            let (x, y) = (Along::of(_mm512_loadu_pd(x.as_ptr())), Along::of(_mm512_loadu_pd(y.as_ptr())));
            eight::<P, PIXELS, SIDE>(out.as_mut_ptr(), table, &x, &y, ahead);
        }
    }
    true
}

/// Within what places, less half a pixel, the first of `SIDE` pixels around is one of `length`, with `read` from it on.
fn first_pixels<const SIDE: usize>(length: usize, read: usize) -> [f64; 2] {
    let before = (SIDE / 2 - 1) as f64;
    [before, before + 1.0 + length as f64 - read as f64]
}

#[inline]
#[target_feature(enable = "avx512f,avx512dq")]
fn is_within(places: __m512d, [first, end]: [f64; 2]) -> __mmask8 {
    let above = _mm512_cmp_pd_mask::<_CMP_GE_OQ>(places, _mm512_set1_pd(first));
    _mm512_mask_cmp_pd_mask::<_CMP_LT_OQ>(above, places, _mm512_set1_pd(end))
}

/// Places along one axis.
struct Along {
    /// The pixels before them, whole numbers.
    pixel: __m512d,
    /// How far they are from its middle.
    distance: __m512d,
}

impl Along {
    #[inline]
    #[target_feature(enable = "avx512f,avx512dq")]
    fn of(places: __m512d) -> Self {
        let places = _mm512_sub_pd(places, _mm512_set1_pd(0.5));
        let pixel = _mm512_roundscale_pd::<{ _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC }>(places);
        Self { pixel, distance: _mm512_sub_pd(places, pixel) }
    }
}

/// Makes eight pixels.
///
/// # Safety
///
/// The pixels around all of them are in the input, and four where they are bytes; `out` has room for eight.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx2")]
unsafe fn eight<P: AnyBitPattern, const PIXELS: u8, const SIDE: usize>(
    out: *mut u8,
    table: &Table<'_, P>,
    x: &Along,
    y: &Along,
    ahead: Ahead,
) {
    let mut lines = [[_mm512_setzero_si512(); 2]; SIDE];
    for (down, line) in lines.iter_mut().enumerate() {
        // SAFETY: these rows are in the input, and these columns in each.
        unsafe {
            let starts = starts::<P, SIDE>(table, x.pixel, y.pixel, down);
            if down == 0 {
                ask_for(starts[0], ahead);
            }
            *line = collect::<PIXELS, SIDE>(&starts);
        }
    }
    let mut values = [_mm256_setzero_si256(); 4];
    for (band, value) in values.iter_mut().enumerate() {
        let is_asked = match PIXELS {
            TWO => band == 0 || band == 3,
            THREE => band < 3,
            FOUR => true,
            _ => band == 0,
        };
        if is_asked {
            *value = whole::<PIXELS>(value_at::<PIXELS, SIDE>(&lines, band, x.distance, y.distance));
        }
    }
    // SAFETY: the caller has room there.
    unsafe { store::<PIXELS>(out, values) };
}

/// Where the pixels around eight places begin, `down` rows below the first.
///
/// # Safety
///
/// These rows are in the input.
#[inline]
#[target_feature(enable = "avx512f,avx512vl,avx512dq")]
unsafe fn starts<P: AnyBitPattern, const SIDE: usize>(
    table: &Table<'_, P>,
    column: __m512d,
    row: __m512d,
    down: usize,
) -> [*const u8; LANES] {
    let size = size_of::<P>() as f64;
    let before = (SIDE / 2 - 1) as i64;
    let mut starts = [std::ptr::null(); LANES];
    // Floats have room for all numbers of bytes that there can be.
    let right = _mm512_mul_pd(_mm512_sub_pd(column, _mm512_set1_pd(before as f64)), _mm512_set1_pd(size));
    if let Some((first, stride)) = table.even() {
        let bytes = _mm512_add_pd(right, _mm512_mul_pd(row, _mm512_set1_pd(stride as f64)));
        let first = first as i64 + (down as i64 - before) * stride;
        let addresses = _mm512_add_epi64(_mm512_cvttpd_epi64(bytes), _mm512_set1_epi64(first));
        for (start, address) in starts.iter_mut().zip(numbers(addresses)) {
            *start = std::ptr::with_exposed_provenance(address as usize);
        }
        return starts;
    }
    let rows = numbers(_mm512_cvttpd_epi64(row));
    for (start, (right, row)) in starts.iter_mut().zip(numbers(_mm512_cvttpd_epi64(right)).into_iter().zip(rows)) {
        // SAFETY: the row is there, and has the column.
        *start = unsafe {
            let row = table.rows().get_unchecked((row + down as i64 - before) as usize);
            row.as_ptr().cast::<u8>().add(right as usize)
        };
    }
    starts
}

/// A vector as eight numbers.
#[inline]
#[target_feature(enable = "avx512f")]
fn numbers(vector: __m512i) -> [i64; LANES] {
    let mut numbers = [0; LANES];
    // SAFETY: there are eight of them.
    unsafe { _mm512_storeu_si512(numbers.as_mut_ptr().cast(), vector) };
    numbers
}

/// The pixels of a row around eight places: bytes by fours; others by twos, the left ones and the right ones.
///
/// # Safety
///
/// All of them are there.
#[inline]
#[target_feature(enable = "avx512f,avx512vl,avx512dq")]
unsafe fn collect<const PIXELS: u8, const SIDE: usize>(starts: &[*const u8; LANES]) -> [__m512i; 2] {
    let nothing = _mm512_setzero_si512();
    let [a, b, c, d, e, f, g, h] = *starts;
    // SAFETY: as the caller promises.
    unsafe {
        if bytes(PIXELS) == 1 {
            let four = |start: *const u8| start.cast::<i32>().read_unaligned();
            let all = _mm256_setr_epi32(four(a), four(b), four(c), four(d), four(e), four(f), four(g), four(h));
            return [_mm512_castsi256_si512(all), nothing];
        }
        if SIDE == 2 {
            // Whatever they are: of integers the compiler would read each half by itself.
            let two = |start: *const u8| start.cast::<f64>().read_unaligned();
            let all = _mm512_setr_pd(two(a), two(b), two(c), two(d), two(e), two(f), two(g), two(h));
            return [_mm512_castpd_si512(all), nothing];
        }
        let four = |start: *const u8| _mm_loadu_si128(start.cast());
        let pairs = |a, b, c, d| {
            let (low, high) = (_mm256_set_m128i(four(b), four(a)), _mm256_set_m128i(four(d), four(c)));
            _mm512_inserti64x4::<1>(_mm512_castsi256_si512(low), high)
        };
        let (low, high) = (pairs(a, b, c, d), pairs(e, f, g, h));
        let left = _mm512_setr_epi64(0, 2, 4, 6, 8, 10, 12, 14);
        let right = _mm512_setr_epi64(1, 3, 5, 7, 9, 11, 13, 15);
        [_mm512_permutex2var_epi64(low, left, high), _mm512_permutex2var_epi64(low, right, high)]
    }
}

/// For each byte of eight the vector that moves it to the lowest, and zeros above.
static LOWEST: [[i64; LANES]; 8] = {
    let mut all = [[0; LANES]; 8];
    let mut byte = 0;
    while byte < 8 {
        let mut lane = 0;
        while lane < LANES {
            all[byte][lane] = 0x8080_8080_8080_8000_u64 as i64 | (byte + 8 * (lane % 2)) as i64;
            lane += 1;
        }
        byte += 1;
    }
    all
};

/// A band of the pixels number `at` of a row around eight places: as 64-bit integers where there are several bands, else as
/// the 32 bits that they are, or have become.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx2")]
fn tap<const PIXELS: u8>(line: &[__m512i; 2], at: usize, band: usize) -> __m512i {
    if bytes(PIXELS) == 1 {
        let four = _mm512_castsi512_si256(line[0]);
        let moved = _mm256_srlv_epi32(four, _mm256_set1_epi32(8 * at as i32));
        return _mm512_castsi256_si512(_mm256_and_si256(moved, _mm256_set1_epi32(255)));
    }
    let two = line[at / 2];
    if has_bands(PIXELS) {
        // SAFETY: there are eight numbers of 64 bits.
        let lowest = unsafe { _mm512_loadu_si512(LOWEST[band + 4 * (at % 2)].as_ptr().cast()) };
        return _mm512_shuffle_epi8(two, lowest);
    }
    let one = if at.is_multiple_of(2) { two } else { _mm512_srli_epi64::<32>(two) };
    _mm512_castsi256_si512(_mm512_cvtepi64_epi32(one))
}

#[inline]
#[target_feature(enable = "avx512f,avx512dq")]
fn double<const PIXELS: u8>(values: __m512i) -> __m512d {
    match PIXELS {
        FLOAT => _mm512_cvtps_pd(_mm256_castsi256_ps(_mm512_castsi512_si256(values))),
        TWO | THREE | FOUR => _mm512_cvtepi64_pd(values),
        _ => _mm512_cvtepi32_pd(_mm512_castsi512_si256(values)),
    }
}

#[inline]
#[target_feature(enable = "avx512f,avx2")]
fn add<const PIXELS: u8>(a: __m512i, b: __m512i) -> __m512i {
    let (low_a, low_b) = (_mm512_castsi512_si256(a), _mm512_castsi512_si256(b));
    match PIXELS {
        FLOAT => {
            let sum = _mm256_add_ps(_mm256_castsi256_ps(low_a), _mm256_castsi256_ps(low_b));
            _mm512_castsi256_si512(_mm256_castps_si256(sum))
        }
        TWO | THREE | FOUR => _mm512_add_epi64(a, b),
        _ => _mm512_castsi256_si512(_mm256_add_epi32(low_a, low_b)),
    }
}

#[inline]
#[target_feature(enable = "avx512f,avx2")]
fn subtract<const PIXELS: u8>(a: __m512i, b: __m512i) -> __m512i {
    let (low_a, low_b) = (_mm512_castsi512_si256(a), _mm512_castsi512_si256(b));
    match PIXELS {
        FLOAT => {
            let difference = _mm256_sub_ps(_mm256_castsi256_ps(low_a), _mm256_castsi256_ps(low_b));
            _mm512_castsi256_si512(_mm256_castps_si256(difference))
        }
        TWO | THREE | FOUR => _mm512_sub_epi64(a, b),
        _ => _mm512_castsi256_si512(_mm256_sub_epi32(low_a, low_b)),
    }
}

/// The values of a band at eight places.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx2")]
fn value_at<const PIXELS: u8, const SIDE: usize>(
    lines: &[[__m512i; 2]; SIDE],
    band: usize,
    x: __m512d,
    y: __m512d,
) -> __m512d {
    let mut rows = [_mm512_setzero_pd(); SIDE];
    for (row, line) in rows.iter_mut().zip(lines) {
        let mut taps = [_mm512_setzero_si512(); SIDE];
        for (at, each) in taps.iter_mut().enumerate() {
            *each = tap::<PIXELS>(line, at, band);
        }
        *row = if SIDE == 2 {
            let [a, b] = [taps[0], taps[1]];
            linear(double::<PIXELS>(a), double::<PIXELS>(subtract::<PIXELS>(b, a)), x)
        } else {
            let [a, b, c, d] = [taps[0], taps[1], taps[2], taps[3]];
            let (p2, p3) = (subtract::<PIXELS>(c, a), subtract::<PIXELS>(a, b));
            let p3 = subtract::<PIXELS>(add::<PIXELS>(add::<PIXELS>(p3, p3), c), d);
            let p4 = add::<PIXELS>(subtract::<PIXELS>(subtract::<PIXELS>(b, a), c), d);
            curve([double::<PIXELS>(b), double::<PIXELS>(p2), double::<PIXELS>(p3), double::<PIXELS>(p4)], x)
        };
    }
    if SIDE == 2 {
        return linear(rows[0], _mm512_sub_pd(rows[1], rows[0]), y);
    }
    let [a, b, c, d] = [rows[0], rows[1], rows[2], rows[3]];
    let (p2, p3) = (_mm512_sub_pd(c, a), _mm512_sub_pd(a, b));
    let p3 = _mm512_sub_pd(_mm512_add_pd(_mm512_add_pd(p3, p3), c), d);
    let p4 = _mm512_add_pd(_mm512_sub_pd(_mm512_sub_pd(b, a), c), d);
    curve([b, p2, p3, p4], y)
}

#[inline]
#[target_feature(enable = "avx512f")]
fn linear(a: __m512d, difference: __m512d, d: __m512d) -> __m512d {
    _mm512_add_pd(a, _mm512_mul_pd(difference, d))
}

#[inline]
#[target_feature(enable = "avx512f")]
fn curve([p1, p2, p3, p4]: [__m512d; 4], d: __m512d) -> __m512d {
    let sum = _mm512_add_pd(p3, _mm512_mul_pd(d, p4));
    let sum = _mm512_add_pd(p2, _mm512_mul_pd(d, sum));
    _mm512_add_pd(p1, _mm512_mul_pd(d, sum))
}

/// Values as the numbers that pixels have. What no integer can be becomes the least one.
#[inline]
#[target_feature(enable = "avx512f")]
fn whole<const PIXELS: u8>(values: __m512d) -> __m256i {
    match PIXELS {
        FLOAT => _mm256_castps_si256(_mm512_cvtpd_ps(values)),
        INTEGER => _mm512_cvttpd_epi32(values),
        _ => {
            // Where a value is not a number, it becomes zero.
            let values = _mm512_max_pd(values, _mm512_setzero_pd());
            _mm512_cvttpd_epi32(_mm512_min_pd(values, _mm512_set1_pd(255.0)))
        }
    }
}

/// Stores eight pixels, by their bands. Bytes that are none stay what they are.
///
/// # Safety
///
/// There is room for eight.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx2")]
unsafe fn store<const PIXELS: u8>(out: *mut u8, [a, b, c, d]: [__m256i; 4]) {
    let (to, to_half) = (out.cast::<__m256i>(), out.cast::<__m128i>());
    // SAFETY: as the caller promises.
    unsafe {
        match PIXELS {
            BYTE => _mm_storel_epi64(to_half, _mm256_cvtepi32_epi8(a)),
            HALF => {
                let kept = _mm_and_si128(_mm_loadu_si128(to_half), _mm_set1_epi16(0xff00_u16 as i16));
                _mm_storeu_si128(to_half, _mm_or_si128(kept, _mm256_cvtepi32_epi16(a)));
            }
            TWO => {
                let grey = _mm256_or_si256(a, _mm256_or_si256(_mm256_slli_epi32::<8>(a), _mm256_slli_epi32::<16>(a)));
                _mm256_storeu_si256(to, _mm256_or_si256(grey, _mm256_slli_epi32::<24>(d)));
            }
            THREE | FOUR => {
                let low = _mm256_or_si256(a, _mm256_slli_epi32::<8>(b));
                let high = match PIXELS {
                    FOUR => _mm256_slli_epi32::<24>(d),
                    _ => _mm256_and_si256(_mm256_loadu_si256(to), _mm256_set1_epi32(0xff00_0000_u32 as i32)),
                };
                let high = _mm256_or_si256(high, _mm256_slli_epi32::<16>(c));
                _mm256_storeu_si256(to, _mm256_or_si256(low, high));
            }
            _ => _mm256_storeu_si256(to, a),
        }
    }
}
