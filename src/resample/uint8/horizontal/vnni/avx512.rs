//! AVX-512: 8-bit bands, by products of bytes and digits: `vpdpbusd` adds four products to each 32-bit sum.

#![allow(unsafe_code)] // intrinsics

use std::arch::x86_64::*;

use crate::resample::coefficients::{HALF, PRECISION};
use crate::resample::uint8::coeff_split::MOST;
use crate::resample::uint8::horizontal::vnni::table::{Across, BlockDigits, Quad};
use crate::resample::uint8::vertical::table::Row;
use crate::resample::x86::{Next, Outs, by_rows};

/// The sums of products of bytes and each digit of the weights, side by side.
type Sums<const DIGITS: usize> = [__m512i; DIGITS];

/// Makes rows of pixels of four bytes.
pub fn pixels(outs: &mut [&mut [u8]], inputs: &[&[u8]], across: &Across<4>, kept: [u8; 4]) {
    let lengths = (4 * across.blocks.output(), 4 * across.blocks.input());
    // SAFETY: such tables are made where the processor has the instructions; the rows' lengths are checked.
    unsafe {
        match across.blocks.windows() {
            true => by_rows(
                outs,
                inputs,
                lengths,
                |outs, inputs| pixels_avx512::<4, true>(outs, inputs, across, kept),
                |outs, inputs| pixels_avx512::<1, true>(outs, inputs, across, kept),
            ),
            false => by_rows(
                outs,
                inputs,
                lengths,
                |outs, inputs| pixels_avx512::<4, false>(outs, inputs, across, kept),
                |outs, inputs| pixels_avx512::<1, false>(outs, inputs, across, kept),
            ),
        }
    }
}

/// Makes rows of bytes, 16 at once, which are read from windows of one vector or of two.
pub fn wide(outs: &mut [&mut [u8]], inputs: &[&[u8]], across: &Across<16>) {
    let lengths = (across.blocks.output(), across.blocks.input());
    let window = across.blocks.window().expect("made for windows");
    assert!(window == 64 || window == 128);
    // SAFETY: as above; the table can be read from windows of this size.
    unsafe {
        match window {
            64 => by_rows(
                outs,
                inputs,
                lengths,
                |outs, inputs| wide_avx512::<4, 64>(outs, inputs, across),
                |outs, inputs| wide_avx512::<1, 64>(outs, inputs, across),
            ),
            _ => by_rows(
                outs,
                inputs,
                lengths,
                |outs, inputs| wide_avx512::<4, 128>(outs, inputs, across),
                |outs, inputs| wide_avx512::<1, 128>(outs, inputs, across),
            ),
        }
    }
}

/// Makes rows of bytes, four at once.
pub fn deep(outs: &mut [&mut [u8]], inputs: &[&[u8]], across: &Across<4>) {
    // SAFETY: as above.
    unsafe {
        by_rows(
            outs,
            inputs,
            (across.blocks.output(), across.blocks.input()),
            |outs, inputs| deep_avx512(outs, inputs, across),
            |outs, inputs| deep_avx512(outs, inputs, across),
        );
    }
}

/// Makes a row of others, four at once.
pub fn down(out: &mut [u8], rows: &[&[u8]], quads: Row<'_, Quad>, kept: [u8; 4]) {
    assert!(!rows.is_empty() && rows.len().div_ceil(4) == quads.groups.len());
    assert!(rows.iter().all(|row| row.len() == out.len()));
    let kept = i32::from_ne_bytes(kept);
    // SAFETY: such tables are made where the processor has the instructions; the rows are as long as the outcome.
    unsafe {
        match quads.pieces {
            1 => down_avx512::<1>(out, rows, quads, kept),
            2 => down_avx512::<2>(out, rows, quads, kept),
            _ => down_avx512::<3>(out, rows, quads, kept),
        }
    }
}

/// A vector with this value for each byte.
#[inline]
#[target_feature(enable = "avx512f")]
fn table(value: impl Fn(usize) -> usize) -> __m512i {
    let bytes: [u8; 64] = std::array::from_fn(|byte| value(byte) as u8);
    // SAFETY: there are 64 bytes.
    unsafe { _mm512_loadu_si512(bytes.as_ptr().cast()) }
}

/// Adds products of bytes and the digits.
#[inline]
#[target_feature(enable = "avx512f,avx512vnni")]
fn add<const DIGITS: usize>(sums: &mut Sums<DIGITS>, bytes: __m512i, digits: [__m512i; DIGITS]) {
    for (sum, digits) in sums.iter_mut().zip(digits) {
        *sum = _mm512_dpbusd_epi32(*sum, bytes, digits);
    }
}

/// What sums begin with, so that the whole ones begin with `first` where nothing multiplies them.
#[inline]
#[target_feature(enable = "avx512f")]
fn beginning<const DIGITS: usize>(first: __m512i) -> Sums<DIGITS> {
    let mut sums = [_mm512_setzero_si512(); DIGITS];
    if DIGITS == MOST {
        sums[0] = first;
    }
    sums
}

/// The whole sums that began with `first`: where weights have few digits, once they are multiplied by a factor.
#[inline]
#[target_feature(enable = "avx512f")]
fn whole<const DIGITS: usize>(sums: Sums<DIGITS>, factor: __m512i, first: __m512i) -> __m512i {
    let mut whole = sums[DIGITS - 1];
    for digit in (0..DIGITS - 1).rev() {
        whole = _mm512_add_epi32(_mm512_slli_epi32::<8>(whole), sums[digit]);
    }
    if DIGITS < MOST { _mm512_add_epi32(_mm512_mullo_epi32(whole, factor), first) } else { whole }
}

/// The sums of a block's products in each row, which begin with `first`: `load` gets what a row has for a group of taps, and a
/// group has `VECTOR` digits of each place.
///
/// # Safety
///
/// There are vectors of digits for so many groups.
#[inline]
#[target_feature(enable = "avx512f,avx512vnni")]
unsafe fn sums<const R: usize, const VECTOR: usize, const OUTPUTS: usize>(
    inputs: &[&[u8]; R],
    (digits, groups): (BlockDigits<'_, OUTPUTS>, usize),
    (factors, first): (__m512i, __m512i),
    load: impl Fn(&[u8], usize) -> __m512i,
) -> [__m512i; R] {
    let vectors = (digits.vectors.as_ptr(), groups);
    // SAFETY: as the caller promises.
    unsafe {
        match digits.pieces {
            1 => sums_by::<R, VECTOR, 1>(inputs, vectors, (factors, first), load),
            2 => sums_by::<R, VECTOR, 2>(inputs, vectors, (factors, first), load),
            _ => sums_by::<R, VECTOR, 3>(inputs, vectors, (factors, first), load),
        }
    }
}

/// The same with so many digits.
///
/// # Safety
///
/// The same.
#[inline]
#[target_feature(enable = "avx512f,avx512vnni")]
unsafe fn sums_by<const R: usize, const VECTOR: usize, const DIGITS: usize>(
    inputs: &[&[u8]; R],
    (digits, groups): (*const i8, usize),
    (factors, first): (__m512i, __m512i),
    load: impl Fn(&[u8], usize) -> __m512i,
) -> [__m512i; R] {
    let mut sums = [beginning::<DIGITS>(first); R];
    for group in 0..groups {
        let mut vectors = [first; DIGITS];
        for (digit, vector) in vectors.iter_mut().enumerate() {
            // SAFETY: as the caller promises.
            *vector = unsafe {
                let digits = digits.add((group * DIGITS + digit) * VECTOR);
                match VECTOR {
                    16 => _mm512_broadcast_i32x4(_mm_loadu_si128(digits.cast())),
                    _ => _mm512_loadu_si512(digits.cast()),
                }
            };
        }
        for (sums, input) in sums.iter_mut().zip(inputs) {
            add(sums, load(input, group), vectors);
        }
    }
    let mut all = [first; R];
    for (all, sums) in all.iter_mut().zip(sums) {
        *all = whole(sums, factors, first);
    }
    all
}

/// Sums as 16 bytes.
#[inline]
#[target_feature(enable = "avx512f")]
fn narrowed(sums: __m512i) -> __m128i {
    let values = _mm512_srai_epi32::<{ PRECISION }>(sums);
    _mm512_cvtusepi32_epi8(_mm512_max_epi32(values, _mm512_setzero_si512()))
}

/// Four times 16 bytes of a row, one after the other in a vector.
///
/// # Safety
///
/// There are 16 bytes of the row from each place.
#[inline]
#[target_feature(enable = "avx512f")]
unsafe fn gathered(row: *const u8, places: [usize; 4]) -> __m512i {
    // SAFETY: as the caller promises.
    unsafe {
        let [a, b, c, d] = places.map(|place| _mm_loadu_si128(row.add(place).cast()));
        let (low, high) = (_mm256_set_m128i(b, a), _mm256_set_m128i(d, c));
        _mm512_inserti64x4::<1>(_mm512_castsi256_si512(low), high)
    }
}

/// Four output pixels at once: their first bands, then their second, third and fourth.
///
/// # Safety
///
/// The rows are as long as the table says, and where it is to be read from windows it can.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vbmi,avx512vnni")]
unsafe fn pixels_avx512<const R: usize, const WINDOW: bool>(
    outs: Outs<'_, '_, R>,
    inputs: &[&[u8]; R],
    across: &Across<4>,
    kept: [u8; 4],
) {
    let band_tap = |byte: usize| byte / 16 + byte % 4 * 4;
    let apart = table(|byte| byte % 16 / 4 * 16 + band_tap(byte));
    let places = table(band_tap);
    let order = table(|byte| byte % 4 * 16 + byte / 16 * 4 + byte / 4 % 4);
    let kept = _mm512_movepi8_mask(_mm512_set1_epi32(i32::from_ne_bytes(kept)));
    let half = _mm512_set1_epi32(HALF);
    let groups = across.blocks.groups();
    let mut next = Next::of(inputs);
    for (number, block) in across.blocks.iter().enumerate() {
        next.until(4 * block.starts[3], inputs);
        let index = if WINDOW {
            let [a, b, c, d] = block.starts.map(|start| (4 * (start - block.base)) as i32 * 0x01_01_01_01);
            _mm512_add_epi8(places, _mm512_broadcast_i32x4(_mm_setr_epi32(a, b, c, d)))
        } else {
            apart
        };
        let digits = across.digits(number, 16);
        let [a, b, c, d] = *digits.factors;
        let factors = _mm512_broadcast_i32x4(_mm_setr_epi32(a, b, c, d));
        let load = |input: &[u8], group: usize| {
            // SAFETY: all groups of a block, or their windows, are within the row.
            let bytes = unsafe {
                if WINDOW {
                    _mm512_loadu_si512(input.as_ptr().add(4 * (block.base + 4 * group)).cast())
                } else {
                    gathered(input.as_ptr(), block.starts.map(|start| 4 * (start + 4 * group)))
                }
            };
            _mm512_permutexvar_epi8(index, bytes)
        };
        // SAFETY: the table has as many vectors.
        let mut values = unsafe { sums::<R, 16, _>(inputs, (digits, groups), (factors, half), load) };
        for value in &mut values {
            *value = _mm512_srai_epi32::<{ PRECISION }>(*value);
        }
        let words = |row: usize| _mm512_packs_epi32(values[row % R], values[(row + 1) % R]);
        let bytes = _mm512_packus_epi16(words(0), words(2));
        let bytes = _mm512_maskz_permutexvar_epi8(kept, order, bytes);
        let rows = [
            _mm512_castsi512_si128(bytes),
            _mm512_extracti32x4_epi32::<1>(bytes),
            _mm512_extracti32x4_epi32::<2>(bytes),
            _mm512_extracti32x4_epi32::<3>(bytes),
        ];
        for (out, bytes) in outs.iter_mut().zip(rows) {
            // SAFETY: a block's output pixels are within the row.
            unsafe { _mm_storeu_si128(out.as_mut_ptr().add(4 * block.first).cast(), bytes) };
        }
    }
}

/// 16 output bytes at once, of four taps each, from windows.
///
/// # Safety
///
/// The rows are as long as the table says, which can be read from windows.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vbmi,avx512vnni")]
unsafe fn wide_avx512<const R: usize, const WINDOW: usize>(
    outs: Outs<'_, '_, R>,
    inputs: &[&[u8]; R],
    across: &Across<16>,
) {
    let places = table(|byte| byte % 4);
    let spread = table(|byte| byte / 4);
    let half = _mm512_set1_epi32(HALF);
    let groups = across.blocks.groups();
    let mut next = Next::of(inputs);
    for (number, block) in across.blocks.iter().enumerate() {
        next.until(block.starts[15], inputs);
        let starts = block.starts.map(|start| (start - block.base) as u8);
        // SAFETY: there are 16 of them.
        let starts = _mm512_castsi128_si512(unsafe { _mm_loadu_si128(starts.as_ptr().cast()) });
        let index = _mm512_add_epi8(places, _mm512_permutexvar_epi8(spread, starts));
        let digits = across.digits(number, 64);
        // SAFETY: there are 16 of them.
        let factors = unsafe { _mm512_loadu_si512(digits.factors.as_ptr().cast()) };
        let load = |input: &[u8], group: usize| {
            // SAFETY: the windows of all groups are within the row.
            unsafe {
                let window = input.as_ptr().add(block.base + 4 * group);
                let first = _mm512_loadu_si512(window.cast());
                match WINDOW {
                    64 => _mm512_permutexvar_epi8(index, first),
                    _ => _mm512_permutex2var_epi8(first, index, _mm512_loadu_si512(window.add(64).cast())),
                }
            }
        };
        // SAFETY: the table has as many vectors.
        let sums = unsafe { sums::<R, 64, _>(inputs, (digits, groups), (factors, half), load) };
        for (out, sums) in outs.iter_mut().zip(sums) {
            // SAFETY: a block's output pixels are within the row.
            unsafe { _mm_storeu_si128(out.as_mut_ptr().add(block.first).cast(), narrowed(sums)) };
        }
    }
}

/// Four output bytes at once, of 16 taps each.
///
/// # Safety
///
/// The rows are as long as the table says.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vbmi,avx512vnni")]
unsafe fn deep_avx512<const R: usize>(outs: Outs<'_, '_, R>, inputs: &[&[u8]; R], across: &Across<4>) {
    let order = _mm_setr_epi8(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
    let quarters = _mm512_setr_epi32(0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3);
    // Once for each output byte.
    let half = _mm512_maskz_set1_epi32(0b0001_0001_0001_0001, HALF);
    let groups = across.blocks.groups();
    let mut next = Next::of(inputs);
    for (number, block) in across.blocks.iter().enumerate() {
        next.until(block.starts[3], inputs);
        let digits = across.digits(number, 64);
        let [a, b, c, d] = *digits.factors;
        let factors = _mm512_permutexvar_epi32(quarters, _mm512_castsi128_si512(_mm_setr_epi32(a, b, c, d)));
        let load = |input: &[u8], group: usize| {
            // SAFETY: all groups of a block are within the row.
            unsafe { gathered(input.as_ptr(), block.starts.map(|start| start + 16 * group)) }
        };
        // An output byte has four sums; what is left has one for each row, side by side.
        // SAFETY: the table has as many vectors.
        let sums = unsafe { sums::<R, 64, _>(inputs, (digits, groups), (factors, half), load) };
        let halves = |row: usize| {
            let (a, b) = (sums[row % R], sums[(row + 1) % R]);
            _mm512_add_epi32(_mm512_unpacklo_epi32(a, b), _mm512_unpackhi_epi32(a, b))
        };
        let (a, b) = (halves(0), halves(2));
        let sums = _mm512_add_epi32(_mm512_unpacklo_epi64(a, b), _mm512_unpackhi_epi64(a, b));
        let bytes = _mm_shuffle_epi8(narrowed(sums), order);
        let rows = [_mm_extract_epi32::<0>(bytes), _mm_extract_epi32::<1>(bytes), _mm_extract_epi32::<2>(bytes)];
        let rows = [rows[0], rows[1], rows[2], _mm_extract_epi32::<3>(bytes)];
        for (out, bytes) in outs.iter_mut().zip(rows) {
            // SAFETY: a block's output pixels are within the row.
            unsafe { out.as_mut_ptr().add(block.first).cast::<i32>().write_unaligned(bytes) };
        }
    }
}

/// 64 bytes at once.
///
/// # Safety
///
/// There are rows, all of them as long as the outcome, and a quad for each four.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vbmi,avx512vnni")]
unsafe fn down_avx512<const DIGITS: usize>(out: &mut [u8], rows: &[&[u8]], quads: Row<'_, Quad>, kept: i32) {
    let whole = out.len() / 64;
    let kept = _mm512_set1_epi32(kept);
    for piece in 0..whole {
        // SAFETY: the piece is within the rows.
        unsafe {
            let bytes = column::<DIGITS>(rows, quads, |row| _mm512_loadu_si512(row.as_ptr().add(piece * 64).cast()));
            _mm512_storeu_si512(out.as_mut_ptr().add(piece * 64).cast(), _mm512_and_si512(bytes, kept));
        }
    }
    if !out.len().is_multiple_of(64) {
        let mask = (1u64 << (out.len() % 64)) - 1;
        // SAFETY: what is masked out is neither read nor written.
        unsafe {
            let bytes =
                column::<DIGITS>(rows, quads, |row| _mm512_maskz_loadu_epi8(mask, row.as_ptr().add(whole * 64).cast()));
            _mm512_mask_storeu_epi8(out.as_mut_ptr().add(whole * 64).cast(), mask, _mm512_and_si512(bytes, kept));
        }
    }
}

/// The means of 64 bytes of each row.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
fn column<const DIGITS: usize>(rows: &[&[u8]], quads: Row<'_, Quad>, load: impl Fn(&[u8]) -> __m512i) -> __m512i {
    let half = _mm512_set1_epi32(HALF);
    let mut sums = [beginning::<DIGITS>(half); 4];
    let (fours, rest) = rows.as_chunks::<4>();
    for (rows, quad) in fours.iter().zip(quads.groups) {
        add_rows(&mut sums, rows.map(&load), quad);
    }
    if let (&[first, ..], Some(quad)) = (rest, quads.groups.last()) {
        // Rows that there are not have no weight.
        let rest = std::array::from_fn(|row| load(rest.get(row).unwrap_or(&first)));
        add_rows(&mut sums, rest, quad);
    }
    let mut means = [_mm512_setzero_si512(); 4];
    for (mean, sums) in means.iter_mut().zip(sums) {
        let sum = whole(sums, _mm512_set1_epi32(quads.factor), half);
        *mean = _mm512_srai_epi32::<{ PRECISION }>(sum);
    }
    let [a, b, c, d] = means;
    _mm512_packus_epi16(_mm512_packs_epi32(a, b), _mm512_packs_epi32(c, d))
}

/// Adds the products of four rows: in the first sums those of the first four bytes of each 16, and so on.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
fn add_rows<const DIGITS: usize>(sums: &mut [[__m512i; DIGITS]; 4], [a, b, c, d]: [__m512i; 4], quad: &Quad) {
    let (ab, cd) = (_mm512_unpacklo_epi8(a, b), _mm512_unpacklo_epi8(c, d));
    let (ab_high, cd_high) = (_mm512_unpackhi_epi8(a, b), _mm512_unpackhi_epi8(c, d));
    let columns = [
        _mm512_unpacklo_epi16(ab, cd),
        _mm512_unpackhi_epi16(ab, cd),
        _mm512_unpacklo_epi16(ab_high, cd_high),
        _mm512_unpackhi_epi16(ab_high, cd_high),
    ];
    for (sums, column) in sums.iter_mut().zip(columns) {
        for (sum, digits) in sums.iter_mut().zip(quad) {
            *sum = _mm512_dpbusd_epi32(*sum, column, _mm512_set1_epi32(*digits));
        }
    }
}
