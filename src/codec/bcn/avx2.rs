//! BC1 to BC5 with AVX2: eight blocks at a time, two in each vector.

use std::arch::x86_64::*;

use safe_unaligned_simd::x86_64::{_mm256_loadu_si256, _mm256_storeu_si256};

use super::block::PixelRow;
use crate::simd::isa::entry;

/// The blocks of an iteration.
const BLOCKS: usize = 8;

/// Blocks of 8 bytes.
type Small = [[u8; 8]; BLOCKS];
/// Blocks of 16 bytes.
type Large = [[u8; 16]; BLOCKS];
/// A row of the blocks.
type Row = [PixelRow; BLOCKS];
/// A row of the blocks, of pixels of one byte.
type Bytes = [[u8; 4]; BLOCKS];

entry! {
    /// Decodes BC1. The slices have one length.
    pub fn bc1(Avx2, blocks: &[Small], rows: [&mut [Row]; 4]) = bc1_avx2;

    /// Decodes BC2.
    pub fn bc2(Avx2, blocks: &[Large], rows: [&mut [Row]; 4]) = bc2_avx2;

    /// Decodes BC3.
    pub fn bc3(Avx2, blocks: &[Large], rows: [&mut [Row]; 4]) = bc3_avx2;

    /// Decodes BC4.
    pub fn bc4(Avx2, blocks: &[Small], rows: [&mut [Bytes]; 4]) = bc4_avx2;

    /// Decodes BC5.
    pub fn bc5(Avx2, blocks: &[Large], rows: [&mut [Row]; 4], is_signed: bool) = bc5_avx2;
}

#[target_feature(enable = "avx2")]
fn bc1_avx2(blocks: &[Small], rows: [&mut [Row]; 4]) {
    // From the halves of a vector, evens and odds: blocks 2n and 2n + 1 are lane n of a half each.
    let order = _mm256_setr_epi32(0, 4, 2, 6, 1, 5, 3, 7);
    for_groups(blocks, rows, |blocks, rows| {
        let [low, high] = bytemuck::cast_ref::<_, [[u8; 32]; 2]>(blocks).each_ref().map(|bytes| load(bytes));
        let (low, high) = (_mm256_castsi256_ps(low), _mm256_castsi256_ps(high));
        let ends = _mm256_castps_si256(_mm256_shuffle_ps::<0x88>(low, high));
        let indices = _mm256_castps_si256(_mm256_shuffle_ps::<0xdd>(low, high));
        let palettes = palettes::<true>(_mm256_permutevar8x32_epi32(ends, order));
        let indices = _mm256_permutevar8x32_epi32(indices, order);
        let indices = [
            _mm256_shuffle_epi32::<0x00>(indices),
            _mm256_shuffle_epi32::<0x55>(indices),
            _mm256_shuffle_epi32::<0xaa>(indices),
            _mm256_shuffle_epi32::<0xff>(indices),
        ];
        for (y, row) in rows.into_iter().enumerate() {
            for (n, pair) in pairs(row).iter_mut().enumerate() {
                _mm256_storeu_si256(pair, colors(palettes[n], indices[n], y));
            }
        }
    });
}

#[target_feature(enable = "avx2")]
fn bc2_avx2(blocks: &[Large], rows: [&mut [Row]; 4]) {
    // A pixel's alpha goes to the highest bits.
    let shifts = [_mm256_set_epi32(16, 20, 24, 28, 16, 20, 24, 28), _mm256_set_epi32(0, 4, 8, 12, 0, 4, 8, 12)];
    let upper = _mm256_set1_epi32(0xf000_0000_u32 as i32);
    for_groups(blocks, rows, |blocks, rows| {
        let (raw, palettes) = load_large(blocks);
        for (y, row) in rows.into_iter().enumerate() {
            for (n, pair) in pairs(row).iter_mut().enumerate() {
                let half =
                    if y < 2 { _mm256_shuffle_epi32::<0x00>(raw[n]) } else { _mm256_shuffle_epi32::<0x55>(raw[n]) };
                let alpha = _mm256_and_si256(_mm256_sllv_epi32(half, shifts[y % 2]), upper);
                let alpha = _mm256_or_si256(alpha, _mm256_srli_epi32::<4>(alpha));
                let colors = colors(palettes[n], _mm256_shuffle_epi32::<0xff>(raw[n]), y);
                _mm256_storeu_si256(pair, _mm256_or_si256(colors, alpha));
            }
        }
    });
}

#[target_feature(enable = "avx2")]
fn bc3_avx2(blocks: &[Large], rows: [&mut [Row]; 4]) {
    for_groups(blocks, rows, |blocks, rows| {
        let (raw, palettes) = load_large(blocks);
        let alphas = raw.map(|raw| channels::<false>(raw));
        for (y, row) in rows.into_iter().enumerate() {
            // Byte x of the row becomes the highest byte of pixel x.
            let first = _mm256_set1_epi32(y as i32 * 0x0400_0000);
            let place = _mm256_add_epi32(
                first,
                _mm256_set_epi32(
                    0x0380_8080,
                    0x0280_8080,
                    0x0180_8080,
                    0x0080_8080,
                    0x0380_8080,
                    0x0280_8080,
                    0x0180_8080,
                    0x0080_8080,
                ),
            );
            for (n, pair) in pairs(row).iter_mut().enumerate() {
                let colors = colors(palettes[n], _mm256_shuffle_epi32::<0xff>(raw[n]), y);
                _mm256_storeu_si256(pair, _mm256_or_si256(colors, _mm256_shuffle_epi8(alphas[n], place)));
            }
        }
    });
}

#[target_feature(enable = "avx2")]
fn bc4_avx2(blocks: &[Small], rows: [&mut [Bytes]; 4]) {
    for_groups(blocks, rows, |blocks, rows| {
        let [low, high] = bytemuck::cast_ref::<_, [[u8; 32]; 2]>(blocks).each_ref().map(|bytes| load(bytes));
        // Blocks n and n + 4 are beside each other, so that a transposition within halves puts all into order.
        let even = _mm256_permute2x128_si256::<0x20>(low, high);
        let odd = _mm256_permute2x128_si256::<0x31>(low, high);
        let [a, b, c, d] = [even, _mm256_unpackhi_epi64(even, even), odd, _mm256_unpackhi_epi64(odd, odd)]
            .map(|parts| channels::<false>(parts));
        let values = transpose(a, b, c, d);
        for (row, values) in rows.into_iter().zip(values) {
            _mm256_storeu_si256(bytemuck::cast_mut::<_, [u8; 32]>(row), values);
        }
    });
}

#[target_feature(enable = "avx2")]
fn bc5_avx2(blocks: &[Large], rows: [&mut [Row]; 4], is_signed: bool) {
    if is_signed { bc5_of::<true>(blocks, rows) } else { bc5_of::<false>(blocks, rows) }
}

#[target_feature(enable = "avx2")]
fn bc5_of<const IS_SIGNED: bool>(blocks: &[Large], rows: [&mut [Row]; 4]) {
    let others = _mm256_set1_epi16(if IS_SIGNED { 0x8080_u16 as i16 } else { 0 });
    for_groups(blocks, rows, |blocks, [row0, row1, row2, row3]| {
        let raw = bytemuck::cast_ref::<_, [[u8; 32]; 4]>(blocks).each_ref().map(|bytes| load(bytes));
        for (n, raw) in raw.into_iter().enumerate() {
            let (red, green) = (channels::<IS_SIGNED>(raw), channels::<IS_SIGNED>(_mm256_srli_si256::<8>(raw)));
            let upper = _mm256_unpacklo_epi8(red, green);
            let lower = _mm256_unpackhi_epi8(red, green);
            _mm256_storeu_si256(&mut pairs(row0)[n], _mm256_unpacklo_epi16(upper, others));
            _mm256_storeu_si256(&mut pairs(row1)[n], _mm256_unpackhi_epi16(upper, others));
            _mm256_storeu_si256(&mut pairs(row2)[n], _mm256_unpacklo_epi16(lower, others));
            _mm256_storeu_si256(&mut pairs(row3)[n], _mm256_unpackhi_epi16(lower, others));
        }
    });
}

/// Calls `work` on each group of blocks with its rows.
#[inline(always)]
fn for_groups<B, R>(blocks: &[B], rows: [&mut [R]; 4], work: impl Fn(&B, [&mut R; 4])) {
    let [row0, row1, row2, row3] = rows;
    let rows = row0.iter_mut().zip(row1).zip(row2).zip(row3);
    for (blocks, (((row0, row1), row2), row3)) in blocks.iter().zip(rows) {
        work(blocks, [row0, row1, row2, row3]);
    }
}

/// Returns the pairs of blocks of a row.
#[inline(always)]
fn pairs(row: &mut Row) -> &mut [[u8; 32]; 4] {
    bytemuck::cast_mut(row)
}

#[inline]
#[target_feature(enable = "avx2")]
fn load(bytes: &[u8; 32]) -> __m256i {
    _mm256_loadu_si256(bytes)
}

/// Loads pairs of blocks, and computes the palettes of their colours.
#[inline]
#[target_feature(enable = "avx2")]
fn load_large(blocks: &Large) -> ([__m256i; 4], [__m256i; 4]) {
    let [a, b, c, d] = bytemuck::cast_ref::<_, [[u8; 32]; 4]>(blocks).each_ref().map(|pair| load(pair));
    let ends = _mm256_unpacklo_epi64(_mm256_unpackhi_epi32(a, b), _mm256_unpackhi_epi32(c, d));
    ([a, b, c, d], palettes::<false>(ends))
}

/// Transposes 4 × 4 elements in each half.
#[inline]
#[target_feature(enable = "avx2")]
fn transpose(a: __m256i, b: __m256i, c: __m256i, d: __m256i) -> [__m256i; 4] {
    let (ab_low, cd_low) = (_mm256_unpacklo_epi32(a, b), _mm256_unpacklo_epi32(c, d));
    let (ab_high, cd_high) = (_mm256_unpackhi_epi32(a, b), _mm256_unpackhi_epi32(c, d));
    [
        _mm256_unpacklo_epi64(ab_low, cd_low),
        _mm256_unpackhi_epi64(ab_low, cd_low),
        _mm256_unpacklo_epi64(ab_high, cd_high),
        _mm256_unpackhi_epi64(ab_high, cd_high),
    ]
}

/// Computes the palettes of eight blocks from their endpoints: those of even blocks are in the lower half of the vector,
/// those of odd ones in the upper. Each result has the palettes of two neighbouring blocks.
#[inline]
#[target_feature(enable = "avx2")]
fn palettes<const HAS_TRANSPARENT: bool>(ends: __m256i) -> [__m256i; 4] {
    // Channels of both endpoints, as 16-bit elements.
    let r = _mm256_srli_epi16::<11>(ends);
    let r = _mm256_or_si256(_mm256_slli_epi16::<3>(r), _mm256_srli_epi16::<2>(r));
    let g = _mm256_and_si256(_mm256_srli_epi16::<5>(ends), _mm256_set1_epi16(0x3f));
    let g = _mm256_or_si256(_mm256_slli_epi16::<2>(g), _mm256_srli_epi16::<4>(g));
    let b = _mm256_and_si256(ends, _mm256_set1_epi16(0x1f));
    let b = _mm256_or_si256(_mm256_slli_epi16::<3>(b), _mm256_srli_epi16::<2>(b));

    let alpha = if HAS_TRANSPARENT { 0xff00_0000_u32 as i32 } else { 0 };
    let pixel = |r: __m256i, g: __m256i, b: __m256i| {
        let rg = _mm256_or_si256(r, _mm256_slli_epi32::<8>(g));
        _mm256_or_si256(_mm256_or_si256(rg, _mm256_slli_epi32::<16>(b)), _mm256_set1_epi32(alpha))
    };
    // Both endpoints, weighted, and the sum divided.
    let low = _mm256_set1_epi32(0xffff);
    let first = pixel(_mm256_and_si256(r, low), _mm256_and_si256(g, low), _mm256_and_si256(b, low));
    let second = pixel(_mm256_srli_epi32::<16>(r), _mm256_srli_epi32::<16>(g), _mm256_srli_epi32::<16>(b));
    // The reciprocal of 3 is near enough for sums to 3 · 255.
    let third = |channel: __m256i, weights: __m256i| {
        _mm256_mulhi_epu16(_mm256_madd_epi16(channel, weights), _mm256_set1_epi32(21846))
    };
    let two_to_one = _mm256_set1_epi32(0x0001_0002);
    let one_to_two = _mm256_set1_epi32(0x0002_0001);
    let mut third_entry = pixel(third(r, two_to_one), third(g, two_to_one), third(b, two_to_one));
    let mut fourth_entry = pixel(third(r, one_to_two), third(g, one_to_two), third(b, one_to_two));
    if HAS_TRANSPARENT {
        let half = |channel: __m256i| _mm256_srli_epi32::<1>(_mm256_madd_epi16(channel, _mm256_set1_epi16(1)));
        let has_four = _mm256_cmpgt_epi32(_mm256_and_si256(ends, low), _mm256_srli_epi32::<16>(ends));
        third_entry = _mm256_blendv_epi8(pixel(half(r), half(g), half(b)), third_entry, has_four);
        fourth_entry = _mm256_and_si256(fourth_entry, has_four);
    }
    transpose(first, second, third_entry, fourth_entry)
}

/// Returns row `y` of a pair of blocks. Each half of `indices` repeats the indices of a block.
#[inline]
#[target_feature(enable = "avx2")]
fn colors(palettes: __m256i, indices: __m256i, y: usize) -> __m256i {
    let shifts = _mm256_add_epi32(_mm256_set1_epi32(8 * y as i32), _mm256_setr_epi32(0, 2, 4, 6, 0, 2, 4, 6));
    let selected = _mm256_permutevar_ps(_mm256_castsi256_ps(palettes), _mm256_srlv_epi32(indices, shifts));
    _mm256_castps_si256(selected)
}

/// Decodes a channel of a pair of blocks, which is in the lower 8 bytes of each half. An element of the result is a row.
///
/// A palette is eight sums of products, divided by 7 or 5, and looked up with `pshufb`.
#[inline]
#[target_feature(enable = "avx2")]
fn channels<const IS_SIGNED: bool>(parts: __m256i) -> __m256i {
    let both = |bytes: __m128i| _mm256_broadcastsi128_si256(bytes);
    let bias = _mm256_set1_epi8(if IS_SIGNED { -0x80 } else { 0 });
    let ends = _mm256_xor_si256(_mm256_shuffle_epi8(parts, _mm256_set1_epi16(0x0100)), bias);
    let has_six = _mm256_cmpgt_epi16(_mm256_and_si256(ends, _mm256_set1_epi16(0xff)), _mm256_srli_epi16::<8>(ends));
    let six = both(_mm_setr_epi8(7, 0, 0, 7, 6, 1, 5, 2, 4, 3, 3, 4, 2, 5, 1, 6));
    let four = both(_mm_setr_epi8(5, 0, 0, 5, 4, 1, 3, 2, 2, 3, 1, 4, 0, 0, 0, 0));
    let sums = _mm256_maddubs_epi16(ends, _mm256_blendv_epi8(four, six, has_six));
    // 2^16 / 7 and 2^16 / 5, rounded up.
    let reciprocals = _mm256_blendv_epi8(_mm256_set1_epi16(13108), _mm256_set1_epi16(9363), has_six);
    let last = both(_mm_setr_epi16(0, 0, 0, 0, 0, 0, 0, 255));
    let palettes = _mm256_or_si256(_mm256_mulhi_epu16(sums, reciprocals), _mm256_andnot_si256(has_six, last));
    let palettes = _mm256_packus_epi16(palettes, palettes);

    // The two bytes that have a row's 12 bits, then fields of three bits in bytes.
    let rows = both(_mm_setr_epi8(2, 3, -1, -1, 3, 4, -1, -1, 5, 6, -1, -1, 6, 7, -1, -1));
    let fields = _mm256_srlv_epi32(_mm256_shuffle_epi8(parts, rows), _mm256_setr_epi32(0, 4, 0, 4, 0, 4, 0, 4));
    let fields = _mm256_or_si256(fields, _mm256_slli_epi32::<10>(fields));
    let fields = _mm256_and_si256(fields, _mm256_set1_epi32(0x003f_003f));
    let fields = _mm256_or_si256(fields, _mm256_slli_epi32::<5>(fields));
    _mm256_shuffle_epi8(palettes, _mm256_and_si256(fields, _mm256_set1_epi32(0x0707_0707)))
}
