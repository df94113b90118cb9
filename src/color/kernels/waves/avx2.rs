//! AVX2: 16 lines at once.

use std::arch::x86_64::*;

use super::{Palette, ended, is_there, missing, steps, whole_steps};

/// How many lines of bytes are dithered at once, and how many of colours.
pub const LINES_OF_BYTES: usize = 16;
pub const LINES_OF_COLOURS: usize = 16;

missing!(
    "avx2",
    __m256i,
    _mm256_setzero_si256,
    _mm256_set1_epi16,
    _mm256_add_epi16,
    _mm256_sub_epi16,
    _mm256_min_epi16,
    _mm256_max_epi16,
    _mm256_slli_epi16,
    _mm256_srli_epi16,
    _mm256_srai_epi16
);

/// Dithers up to [`LINES_OF_BYTES`] lines of bytes to 0 and 255. `cells` has the bytes of each step and then what they
/// become; `below` what comes from above to each pixel of the first line, and then what goes on from the last. The
/// processor must have AVX2.
pub fn dither_bytes(cells: &mut [[u8; LINES_OF_BYTES]], below: &mut [i16], lines: usize, brightest_black: i16) {
    assert!(cells.len() == steps::<LINES_OF_BYTES>(below.len()));
    // SAFETY: as the caller promises.
    unsafe { bytes(cells, below, lines, brightest_black) }
}

#[target_feature(enable = "avx2")]
fn bytes(cells: &mut [[u8; LINES_OF_BYTES]], below: &mut [i16], lines: usize, brightest_black: i16) {
    const LAG: usize = 2 * (LINES_OF_BYTES - 1);
    let pixels = below.len();
    let whole = whole_steps(pixels, lines);
    let mut missing = Missing::none();
    let mut down = _mm256_setzero_si256();
    for (step, cell) in cells.iter_mut().enumerate() {
        let first = _mm_set1_epi16(below.get(step).copied().unwrap_or(0));
        // What each line gets is what has gone down from the one above it.
        let before = _mm256_inserti128_si256::<1>(_mm256_castsi128_si256(first), _mm256_castsi256_si128(down));
        let above = _mm256_alignr_epi8::<14>(down, before);
        // SAFETY: a cell has 16 bytes.
        let values = _mm256_cvtepu8_epi16(unsafe { _mm_loadu_si128(cell.as_ptr().cast()) });
        let wanted = missing.wanted(values, above);
        let white = _mm256_cmpgt_epi16(wanted, _mm256_set1_epi16(brightest_black));
        let mut now = _mm256_sub_epi16(wanted, _mm256_srli_epi16::<8>(white));
        if lines < LINES_OF_BYTES || !whole.contains(&step) {
            let mut mask = [0i16; LINES_OF_BYTES];
            for (line, mask) in mask.iter_mut().enumerate() {
                *mask = -i16::from(is_there(step, line, pixels, lines));
            }
            // SAFETY: the mask has 32 bytes.
            now = _mm256_and_si256(now, unsafe { _mm256_loadu_si256(mask.as_ptr().cast()) });
        }
        down = missing.spread(now);
        let shown = _mm_packs_epi16(_mm256_castsi256_si128(white), _mm256_extracti128_si256::<1>(white));
        // SAFETY: a cell has 16 bytes.
        unsafe { _mm_storeu_si128(cell.as_mut_ptr().cast(), shown) };
        if let Some(below) = step.checked_sub(LAG + 1).and_then(|pixel| below.get_mut(pixel)) {
            *below = _mm256_extract_epi16::<15>(down) as i16;
        }
    }
}

/// Dithers up to [`LINES_OF_COLOURS`] lines of colours. `indices` gets the indices of each step; `below` is as for
/// [`dither_bytes`], of a colour each. The processor must have AVX2.
pub fn dither_colours<P: Palette>(
    colours: &[[[u8; 4]; LINES_OF_COLOURS]],
    indices: &mut [[u8; LINES_OF_COLOURS]],
    below: &mut [[i16; 4]],
    lines: usize,
    palette: &mut P,
) {
    assert!(colours.len() == steps::<LINES_OF_COLOURS>(below.len()) && indices.len() == colours.len());
    // SAFETY: as the caller promises.
    unsafe { self::colours(colours, indices, below, lines, palette) }
}

#[target_feature(enable = "avx2")]
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
    // Four lines each.
    const FOURS: usize = LINES_OF_COLOURS / 4;
    let mut missing = [Missing::none(); FOURS];
    let mut down = [_mm256_setzero_si256(); FOURS];
    for (step, (colours, indices)) in colours.iter().zip(indices).enumerate() {
        let first: i64 = bytemuck::cast(below.get(step).copied().unwrap_or([0; 4]));
        // What each line gets is what has gone down from the one above it.
        let mut above = [one_line_down(down[0], _mm256_set1_epi64x(first)); FOURS];
        for four in 1..FOURS {
            above[four] = one_line_down(down[four], _mm256_permute4x64_epi64::<0xff>(down[four - 1]));
        }
        let fours = colours.as_flattened().as_chunks::<16>().0;
        let is_whole = whole.contains(&step);
        let there = if is_whole { all } else { std::array::from_fn(|line| is_there(step, line, pixels, lines)) };
        for four in 0..FOURS {
            // SAFETY: there are 16 bytes.
            let values = _mm256_cvtepu8_epi16(unsafe { _mm_loadu_si128(fours[four].as_ptr().cast()) });
            let wanted = missing[four].wanted(values, above[four]);
            let cells = four_cells(wanted);
            let mut shown = [0; 4];
            for line in 0..4 {
                // Colours that are not there are not asked for: the palette would remember them.
                if there[4 * four + line] {
                    let index = palette.nearest(cells[line]);
                    indices[4 * four + line] = index;
                    shown[line] = palette.colour(index);
                }
            }
            let mut now = _mm256_sub_epi16(wanted, _mm256_setr_epi64x(shown[0], shown[1], shown[2], shown[3]));
            if lines < LINES_OF_COLOURS || !is_whole {
                let [a, b, c, d]: [i64; 4] = std::array::from_fn(|line| -i64::from(there[4 * four + line]));
                now = _mm256_and_si256(now, _mm256_setr_epi64x(a, b, c, d));
            }
            let ends = missing[four];
            down[four] = missing[four].spread(now);
            if !is_whole {
                down[four] = four_ended(down[four], ends, |line| {
                    let line = 4 * four + line;
                    line < lines && step == pixels + 2 * line
                });
            }
        }
        if let Some(below) = step.checked_sub(LAG + 1).and_then(|pixel| below.get_mut(pixel)) {
            *below = bytemuck::cast(_mm256_extract_epi64::<3>(down[FOURS - 1]));
        }
    }
}

/// What has gone down from four lines, as the next ones get it: the first gets what has come from elsewhere.
#[inline]
#[target_feature(enable = "avx2")]
fn one_line_down(down: __m256i, first: __m256i) -> __m256i {
    _mm256_blend_epi32::<0b0000_0011>(_mm256_permute4x64_epi64::<0b10_01_00_00>(down), first)
}

/// The cells of a palette's cache that four colours, of 16 bits a band, lie in.
#[inline]
#[target_feature(enable = "avx2")]
fn four_cells(colours: __m256i) -> [usize; 4] {
    let steps = _mm256_set1_epi64x(1 | 64 << 16 | 4096 << 32);
    let parts = _mm256_madd_epi16(_mm256_srli_epi16::<2>(colours), steps);
    let cells = _mm256_add_epi32(parts, _mm256_srli_epi64::<32>(parts));
    let (low, high) = (_mm256_castsi256_si128(cells), _mm256_extracti128_si256::<1>(cells));
    [
        _mm_cvtsi128_si32(low) as usize,
        _mm_extract_epi32::<2>(low) as usize,
        _mm_cvtsi128_si32(high) as usize,
        _mm_extract_epi32::<2>(high) as usize,
    ]
}

/// What has gone down from four lines, of which some may have ended.
#[cold]
#[target_feature(enable = "avx2")]
fn four_ended(down: __m256i, missing: Missing, has_ended: impl Fn(usize) -> bool) -> __m256i {
    // SAFETY: both have 32 bytes, whatever these are.
    let lines = |vector| unsafe { std::mem::transmute::<__m256i, [[i16; 4]; 4]>(vector) };
    let down = ended(lines(down), lines(missing.down), lines(missing.before), has_ended);
    // SAFETY: as above.
    unsafe { std::mem::transmute::<[[i16; 4]; 4], __m256i>(down) }
}
