//! SSE2, which every processor of this architecture has: 8 lines of bytes at once, and 4 of colours.

use std::arch::x86_64::*;

use super::{Palette, ended, is_there, missing, steps, whole_steps};

/// How many lines of bytes are dithered at once, and how many of colours.
pub const LINES_OF_BYTES: usize = 8;
pub const LINES_OF_COLOURS: usize = 4;

missing!(
    "sse2",
    __m128i,
    _mm_setzero_si128,
    _mm_set1_epi16,
    _mm_add_epi16,
    _mm_sub_epi16,
    _mm_min_epi16,
    _mm_max_epi16,
    _mm_slli_epi16,
    _mm_srli_epi16,
    _mm_srai_epi16
);

/// As [`dither_bytes`](super::avx2::dither_bytes) with AVX2.
pub fn dither_bytes(cells: &mut [[u8; LINES_OF_BYTES]], below: &mut [i16], lines: usize, brightest_black: i16) {
    assert!(cells.len() == steps::<LINES_OF_BYTES>(below.len()));
    // SAFETY: every processor of this architecture has SSE2.
    unsafe { bytes(cells, below, lines, brightest_black) }
}

#[target_feature(enable = "sse2")]
fn bytes(cells: &mut [[u8; LINES_OF_BYTES]], below: &mut [i16], lines: usize, brightest_black: i16) {
    const LAG: usize = 2 * (LINES_OF_BYTES - 1);
    let pixels = below.len();
    let whole = whole_steps(pixels, lines);
    let mut missing = Missing::none();
    let mut down = _mm_setzero_si128();
    for (step, cell) in cells.iter_mut().enumerate() {
        let first = below.get(step).copied().unwrap_or(0);
        // What each line gets is what has gone down from the one above it.
        let above = _mm_insert_epi16::<0>(_mm_slli_si128::<2>(down), first.into());
        let wanted = missing.wanted(_mm_unpacklo_epi8(eight_bytes(cell), _mm_setzero_si128()), above);
        let white = _mm_cmpgt_epi16(wanted, _mm_set1_epi16(brightest_black));
        let mut now = _mm_sub_epi16(wanted, _mm_srli_epi16::<8>(white));
        if lines < LINES_OF_BYTES || !whole.contains(&step) {
            let there = |line| -i16::from(is_there(step, line, pixels, lines));
            let [a, b, c, d, e, f, g, h] = std::array::from_fn(there);
            now = _mm_and_si128(now, _mm_setr_epi16(a, b, c, d, e, f, g, h));
        }
        down = missing.spread(now);
        *cell = _mm_cvtsi128_si64(_mm_packs_epi16(white, white)).to_le_bytes();
        if let Some(below) = step.checked_sub(LAG + 1).and_then(|pixel| below.get_mut(pixel)) {
            *below = _mm_extract_epi16::<7>(down) as i16;
        }
    }
}

/// As [`dither_colours`](super::avx2::dither_colours) with AVX2.
pub fn dither_colours<P: Palette>(
    colours: &[[[u8; 4]; LINES_OF_COLOURS]],
    indices: &mut [[u8; LINES_OF_COLOURS]],
    below: &mut [[i16; 4]],
    lines: usize,
    palette: &mut P,
) {
    assert!(colours.len() == steps::<LINES_OF_COLOURS>(below.len()) && indices.len() == colours.len());
    // SAFETY: every processor of this architecture has SSE2.
    unsafe { self::colours(colours, indices, below, lines, palette) }
}

#[target_feature(enable = "sse2")]
fn colours<P: Palette>(
    colours: &[[[u8; 4]; LINES_OF_COLOURS]],
    indices: &mut [[u8; LINES_OF_COLOURS]],
    below: &mut [[i16; 4]],
    lines: usize,
    palette: &mut P,
) {
    const LAG: usize = 2 * (LINES_OF_COLOURS - 1);
    let pixels = below.len();
    let whole = whole_steps(pixels, lines);
    let all: [bool; LINES_OF_COLOURS] = std::array::from_fn(|line| line < lines);
    // Two lines each.
    let mut missing = [Missing::none(); 2];
    let mut down = [_mm_setzero_si128(); 2];
    for (step, (colours, indices)) in colours.iter().zip(indices).enumerate() {
        let first: i64 = bytemuck::cast(below.get(step).copied().unwrap_or([0; 4]));
        // What each line gets is what has gone down from the one above it.
        let above = [
            _mm_unpacklo_epi64(_mm_cvtsi64_si128(first), down[0]),
            _mm_unpacklo_epi64(_mm_srli_si128::<8>(down[0]), down[1]),
        ];
        let halves = colours.as_flattened().as_chunks::<8>().0;
        let is_whole = whole.contains(&step);
        let there = if is_whole { all } else { std::array::from_fn(|line| is_there(step, line, pixels, lines)) };
        for half in 0..2 {
            let values = _mm_unpacklo_epi8(eight_bytes(&halves[half]), _mm_setzero_si128());
            let wanted = missing[half].wanted(values, above[half]);
            let cells = two_cells(wanted);
            let mut shown = [0; 2];
            for line in 0..2 {
                // Colours that are not there are not asked for: the palette would remember them.
                if there[2 * half + line] {
                    let index = palette.nearest(cells[line]);
                    indices[2 * half + line] = index;
                    shown[line] = palette.colour(index);
                }
            }
            let mut now = _mm_sub_epi16(wanted, _mm_set_epi64x(shown[1], shown[0]));
            if lines < LINES_OF_COLOURS || !is_whole {
                let [a, b] = std::array::from_fn(|line| -i64::from(there[2 * half + line]));
                now = _mm_and_si128(now, _mm_set_epi64x(b, a));
            }
            let ends = missing[half];
            down[half] = missing[half].spread(now);
            if !is_whole {
                down[half] = two_ended(down[half], ends, |line| {
                    let line = 2 * half + line;
                    line < lines && step == pixels + 2 * line
                });
            }
        }
        if let Some(below) = step.checked_sub(LAG + 1).and_then(|pixel| below.get_mut(pixel)) {
            *below = bytemuck::cast(_mm_cvtsi128_si64(_mm_srli_si128::<8>(down[1])));
        }
    }
}

/// Eight bytes, the lower ones of a vector.
#[inline]
#[target_feature(enable = "sse2")]
fn eight_bytes(bytes: &[u8; 8]) -> __m128i {
    _mm_cvtsi64_si128(i64::from_le_bytes(*bytes))
}

/// The cells of a palette's cache that two colours, of 16 bits a band, lie in.
#[inline]
#[target_feature(enable = "sse2")]
fn two_cells(colours: __m128i) -> [usize; 2] {
    let steps = _mm_set1_epi64x(1 | 64 << 16 | 4096 << 32);
    let parts = _mm_madd_epi16(_mm_srli_epi16::<2>(colours), steps);
    let cells = _mm_add_epi32(parts, _mm_srli_epi64::<32>(parts));
    [_mm_cvtsi128_si32(cells) as usize, _mm_cvtsi128_si32(_mm_srli_si128::<8>(cells)) as usize]
}

/// What has gone down from two lines, of which some may have ended.
#[cold]
#[target_feature(enable = "sse2")]
fn two_ended(down: __m128i, missing: Missing, has_ended: impl Fn(usize) -> bool) -> __m128i {
    // SAFETY: both have 16 bytes, whatever these are.
    let lines = |vector| unsafe { std::mem::transmute::<__m128i, [[i16; 4]; 2]>(vector) };
    let down = ended(lines(down), lines(missing.down), lines(missing.before), has_ended);
    // SAFETY: as above.
    unsafe { std::mem::transmute::<[[i16; 4]; 2], __m128i>(down) }
}
