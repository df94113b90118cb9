//! AVX2: rows as they lie, eight pixels of four bytes in a vector.

#![allow(unsafe_code)] // intrinsics

use std::arch::x86_64::*;

use crate::resample::coefficients::HALF;
use crate::resample::uint8::coeff_split::MOST;
use crate::resample::uint8::horizontal::transposed::{FOUR, four_by_four, narrowed, with_above, words};
use crate::resample::uint8::horizontal::windowed::table::{BATCH, Batch, PIXELS, Piece, Windows};
use crate::resample::x86::Next;

/// A vector of each output pixel: the bands of four pixels, and those of the next four.
type Sums = [__m256i; BATCH];

/// A vector of each two output pixels: the first and the fifth, and so on.
type Twos = [__m256i; FOUR];

/// Makes rows of pixels of four bytes.
pub fn across(outs: &mut [&mut [u8]], inputs: &[&[u8]], windows: &Windows, kept: [u8; 4]) {
    assert!(outs.iter().all(|out| out.len() == 4 * windows.output()));
    assert!(inputs.iter().all(|input| input.len() == 4 * windows.input()));
    let kept = i32::from_ne_bytes(kept);
    // SAFETY: such tables are made where the processor has the instructions; the rows' lengths are checked.
    unsafe {
        match windows.count() {
            1 => across_avx2::<1>(outs, inputs, windows, kept),
            2 => across_avx2::<2>(outs, inputs, windows, kept),
            _ => unreachable!("a table has no more"),
        }
    }
}

/// Eight output pixels of each row, and the next eight.
///
/// # Safety
///
/// The rows are as long as the table says, whose output pixels have so many windows.
#[target_feature(enable = "avx2")]
unsafe fn across_avx2<const COUNT: usize>(outs: &mut [&mut [u8]], inputs: &[&[u8]], windows: &Windows, kept: i32) {
    let kept = _mm256_set1_epi32(kept);
    let mut next = Next::of(inputs);
    for batch in windows.batches() {
        next.until(4 * batch.starts[BATCH - 1], inputs);
        let weights = windows.weights(batch);
        for (out, input) in outs.iter_mut().zip(inputs) {
            // SAFETY: a table's windows are within the row, and so are its batches within that of the outcome.
            unsafe {
                let sums = match &batch.factors {
                    Some(factors) => by_bytes::<COUNT>(input.as_ptr(), batch, weights, factors),
                    None => whole::<COUNT>(input.as_ptr(), batch, weights),
                };
                let made = _mm256_and_si256(narrowed::<FOUR, 1>([sums]), kept);
                _mm256_storeu_si256(out.as_mut_ptr().add(4 * batch.first).cast(), made);
            }
        }
    }
}

/// A window of an output pixel, band by band.
///
/// # Safety
///
/// The row has as many pixels.
#[inline]
#[target_feature(enable = "avx2")]
unsafe fn pixels(row: *const u8, start: usize, window: usize) -> __m256i {
    // SAFETY: as the caller promises.
    unsafe { _mm256_shuffle_epi8(_mm256_loadu_si256(row.add(4 * (start + PIXELS * window)).cast()), four_by_four()) }
}

/// A piece of the weights.
///
/// # Safety
///
/// There are as many.
#[inline]
#[target_feature(enable = "avx2")]
unsafe fn piece(weights: &[Piece], number: usize) -> __m256i {
    // SAFETY: as the caller promises.
    unsafe { _mm256_loadu_si256(weights.as_ptr().add(number).cast()) }
}

/// Sums of products with bytes.
///
/// # Safety
///
/// The row has the batch's windows, and these are its weights and its factors.
#[inline]
#[target_feature(enable = "avx2")]
unsafe fn by_bytes<const COUNT: usize>(row: *const u8, batch: &Batch, weights: &[Piece], factors: &[Piece]) -> Twos {
    let mut sums = [_mm256_setzero_si256(); BATCH];
    for (output, (sum, start)) in sums.iter_mut().zip(batch.starts).enumerate() {
        for window in 0..COUNT {
            // SAFETY: as the caller promises.
            let (pixels, bytes) = unsafe { (pixels(row, start, window), piece(weights, output * COUNT + window)) };
            *sum = _mm256_add_epi16(*sum, _mm256_maddubs_epi16(pixels, bytes));
        }
    }
    let (mut all, others) = halves(sums);
    for (place, (sum, other)) in all.iter_mut().zip(others).enumerate() {
        // SAFETY: as the caller promises.
        let factors = unsafe { piece(factors, place) };
        let whole = _mm256_madd_epi16(_mm256_add_epi16(*sum, other), _mm256_set1_epi16(1));
        *sum = _mm256_add_epi32(_mm256_mullo_epi32(whole, factors), _mm256_set1_epi32(HALF));
    }
    all
}

/// Sums of products with whole weights.
///
/// # Safety
///
/// The row has the batch's windows, and these are its weights.
#[inline]
#[target_feature(enable = "avx2")]
unsafe fn whole<const COUNT: usize>(row: *const u8, batch: &Batch, weights: &[Piece]) -> Twos {
    let (mut low, mut high) = ([_mm256_setzero_si256(); BATCH], [_mm256_setzero_si256(); BATCH]);
    for (output, start) in batch.starts.into_iter().enumerate() {
        for window in 0..COUNT {
            let number = MOST * (output * COUNT + window);
            // SAFETY: as the caller promises.
            let (pixels, pieces) = unsafe {
                let pieces = [piece(weights, number), piece(weights, number + 1), piece(weights, number + 2)];
                (pixels(row, start, window), pieces)
            };
            let [even, odd] = words(pixels);
            low[output] = _mm256_add_epi32(low[output], _mm256_madd_epi16(even, pieces[0]));
            low[output] = _mm256_add_epi32(low[output], _mm256_madd_epi16(odd, pieces[1]));
            high[output] = _mm256_add_epi16(high[output], _mm256_maddubs_epi16(pixels, pieces[2]));
        }
    }
    let ((mut all, others), (high, others_high)) = (halves(low), halves(high));
    for ((sum, other), (high, other_high)) in all.iter_mut().zip(others).zip(high.into_iter().zip(others_high)) {
        let low = _mm256_add_epi32(_mm256_add_epi32(*sum, other), _mm256_set1_epi32(HALF));
        *sum = with_above(low, _mm256_add_epi16(high, other_high));
    }
    all
}

/// Vectors that are to be added for each two output pixels: halves of the one beside halves of the other.
#[inline]
#[target_feature(enable = "avx2")]
fn halves(sums: Sums) -> (Twos, Twos) {
    let (mut outer, mut inner) = ([_mm256_setzero_si256(); FOUR], [_mm256_setzero_si256(); FOUR]);
    for place in 0..FOUR {
        let (first, second) = (sums[place], sums[place + FOUR]);
        outer[place] = _mm256_blend_epi32::<0b1111_0000>(first, second);
        inner[place] = _mm256_permute2x128_si256::<0x21>(first, second);
    }
    (outer, inner)
}
