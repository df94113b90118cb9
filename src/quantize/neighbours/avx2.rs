//! The search for eight entries of a row at a time.

use std::arch::x86_64::*;

use super::row::Row;
use crate::quantize::colours::Colour;
use crate::quantize::distance::squared;
use crate::simd::isa::entry;

entry! {
    /// Replaces the index of an entry near each colour by that of the nearest one.
    pub fn search(Avx2, indices: &mut [u8], colours: &[Colour], rows: &[Row], entries: &[[u8; 4]]) = search_avx2;
}

#[target_feature(enable = "avx2")]
fn search_avx2(indices: &mut [u8], colours: &[Colour], rows: &[Row], entries: &[[u8; 4]]) {
    for (index, colour) in indices.iter_mut().zip(colours) {
        let row = &rows[usize::from(*index)];
        let distance = squared(colour.rgb, entries[usize::from(*index)]);
        let best = search_row(row, colour.rgb, distance);
        if best < distance << 8 {
            *index = row.indices[(best & 255) as usize];
        }
    }
}

/// Returns the distance of the nearest entry, shifted left by 8, and its place in the row; only the distance of the start, if
/// no entry is nearer.
#[target_feature(enable = "avx2")]
fn search_row(row: &Row, colour: [u8; 4], distance: u32) -> u32 {
    let low_bytes = _mm256_set1_epi16(255);
    let colour = _mm256_set1_epi32(i32::from_le_bytes(colour));
    let (red_blue, green) = (_mm256_and_si256(colour, low_bytes), _mm256_srli_epi16::<8>(colour));
    let radius = _mm256_set1_epi32((4 * distance).cast_signed());
    let mut places = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    let mut best = _mm256_set1_epi32((distance << 8).cast_signed());
    for (reach, colours) in row.reach.as_chunks::<8>().0.iter().zip(row.colours.as_chunks::<8>().0) {
        let colours: __m256i = bytemuck::cast(*colours);
        let red_blue = _mm256_sub_epi16(_mm256_and_si256(colours, low_bytes), red_blue);
        let green = _mm256_sub_epi16(_mm256_srli_epi16::<8>(colours), green);
        let distances = _mm256_add_epi32(_mm256_madd_epi16(red_blue, red_blue), _mm256_madd_epi16(green, green));
        let candidates = _mm256_or_si256(_mm256_slli_epi32::<8>(distances), places);
        let is_reached = _mm256_cmpeq_epi32(_mm256_max_epu32(bytemuck::cast(*reach), radius), radius);
        // Those that are not reached lose to all others: all bits but those of the mask are set.
        let reached = _mm256_or_si256(candidates, _mm256_xor_si256(is_reached, _mm256_set1_epi32(-1)));
        best = _mm256_min_epu32(best, reached);
        if _mm256_movemask_epi8(is_reached) != -1 {
            break;
        }
        places = _mm256_add_epi32(places, _mm256_set1_epi32(8));
    }
    let halves = _mm_min_epu32(_mm256_castsi256_si128(best), _mm256_extracti128_si256::<1>(best));
    let pairs = _mm_min_epu32(halves, _mm_shuffle_epi32::<0b01_00_11_10>(halves));
    let least = _mm_min_epu32(pairs, _mm_shuffle_epi32::<0b10_11_00_01>(pairs));
    _mm_cvtsi128_si32(least).cast_unsigned()
}
