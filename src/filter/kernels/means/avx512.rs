//! AVX-512: the mean of a box by products of words, of which `vpdpwssd` adds two.
//!
//! What a sum and those at the edges weigh has 24 bits: an upper word and a lower one, which may be negative. Of the mean
//! with its fraction only the upper 16 bits are needed, so only those of the lower words' products, and the lower 16 bits of
//! the upper words'. That they wrap around does no harm.

use std::arch::x86_64::*;

use super::RUN;
use crate::filter::box_blur::Weights;

/// What sums are less, so that they are words with a sign.
const BIAS: u16 = 1 << 15;

/// As [`super::run`].
#[target_feature(enable = "avx512f,avx512bw,avx512vbmi,avx512vnni")]
pub fn run(out: &mut [u8; 4 * RUN], sum: &mut u64, pixels: [&[u64; RUN]; 3], weights: &Weights) {
    let factors = Factors::new(weights);
    let [gone, come, next] = pixels;
    let (gone, come, next) = (gone.as_chunks().0, come.as_chunks().0, next.as_chunks().0);
    let none = _mm512_setzero_si512();
    let mut sums = _mm512_xor_si512(_mm512_set1_epi64(sum.cast_signed()), _mm512_set1_epi16(BIAS.cast_signed()));
    for (((out, gone), come), next) in out.as_chunks_mut().0.iter_mut().zip(gone).zip(come).zip(next) {
        let gone = eight_pixels(gone);
        let mut moved = _mm512_sub_epi16(eight_pixels(come), gone);
        // By each pixel and the one before; by each four; by all up to each.
        moved = _mm512_add_epi16(moved, _mm512_alignr_epi64::<7>(moved, none));
        moved = _mm512_add_epi16(moved, _mm512_alignr_epi64::<6>(moved, none));
        moved = _mm512_add_epi16(moved, _mm512_alignr_epi64::<4>(moved, none));
        let inner = _mm512_add_epi16(sums, moved);
        factors.means(out, inner, _mm512_add_epi16(gone, eight_pixels(next)));
        sums = _mm512_permutexvar_epi64(_mm512_set1_epi64(7), inner);
    }
    let sums = _mm512_xor_si512(sums, _mm512_set1_epi16(BIAS.cast_signed()));
    *sum = _mm_cvtsi128_si64(_mm512_castsi512_si128(sums)).cast_unsigned();
}

/// As [`super::columns`].
#[target_feature(enable = "avx512f,avx512bw,avx512vbmi,avx512vnni")]
pub fn columns(out: &mut [u8], sums: &mut [u16], rows: [&[u8]; 3], weights: &Weights) -> usize {
    let factors = Factors::new(weights);
    let [gone, come, next] = rows;
    let (gone, come, next) = (gone.as_chunks().0, come.as_chunks().0, next.as_chunks().0);
    let (out, sums) = (out.as_chunks_mut().0, sums.as_chunks_mut().0);
    let count = out.len();
    for ((((out, sums), gone), come), next) in out.iter_mut().zip(sums).zip(gone).zip(come).zip(next) {
        let (gone, come, next) = (words(gone), words(come), words(next));
        let sums: &mut [u16; 32] = sums;
        let place = sums.as_mut_ptr().cast();
        // SAFETY: there are 64 bytes.
        let inner = _mm512_add_epi16(unsafe { _mm512_loadu_si512(place) }, _mm512_sub_epi16(come, gone));
        // SAFETY: as above.
        unsafe { _mm512_storeu_si512(place, inner) };
        let inner = _mm512_xor_si512(inner, _mm512_set1_epi16(BIAS.cast_signed()));
        factors.means(out, inner, _mm512_add_epi16(gone, next));
    }
    32 * count
}

/// What the sums of boxes are multiplied by.
#[derive(Clone, Copy)]
struct Factors {
    /// The lower words and the upper words, for sums and for what is at the edges.
    lower: __m512i,
    upper: __m512i,
    /// A half, and what biased sums lack.
    added: __m512i,
    /// Where the means are among 16 sums of products and another 16.
    places: __m512i,
}

impl Factors {
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,avx512vbmi")]
    fn new(weights: &Weights) -> Self {
        let (inner, outer) = (weights.inner, weights.outer);
        let upper = |weight: u32| weight.wrapping_add(1 << 15) >> 16;
        let both = |inner: u32, outer: u32| _mm512_set1_epi32((inner & 0xffff | outer << 16).cast_signed());
        let added = (1u32 << 23).wrapping_add(inner.wrapping_mul(BIAS.into()));
        Self {
            lower: both(inner, outer),
            upper: both(upper(inner), upper(outer)),
            added: _mm512_set1_epi32(added.cast_signed()),
            // SAFETY: there are 64 bytes.
            places: unsafe { _mm512_loadu_si512(PLACES.as_ptr().cast()) },
        }
    }

    /// The means of 32 boxes, by the biased sums of their inner pixels and those of the outer.
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,avx512vbmi,avx512vnni")]
    fn means(&self, out: &mut [u8; 32], inner: __m512i, outer: __m512i) {
        let mean = |both| {
            let lower = _mm512_dpwssd_epi32(self.added, both, self.lower);
            _mm512_dpwssd_epi32(_mm512_srli_epi32::<16>(lower), both, self.upper)
        };
        let low = mean(_mm512_unpacklo_epi16(inner, outer));
        let high = mean(_mm512_unpackhi_epi16(inner, outer));
        let means = _mm512_castsi512_si256(_mm512_permutex2var_epi8(low, self.places, high));
        // SAFETY: there are 32 bytes.
        unsafe { _mm256_storeu_si256(out.as_mut_ptr().cast(), means) };
    }
}

/// Where the means of 32 boxes are among their sums of products: in the second byte of each, by fours from the lower and the
/// higher eight of each 16 bytes.
static PLACES: [u8; 64] = {
    let mut places = [0; 64];
    let mut n = 0;
    while n < 32 {
        let (lane, half, sum) = (n / 8, n / 4 % 2, n % 4);
        places[n] = (64 * half + 16 * lane + 4 * sum + 1) as u8;
        n += 1;
    }
    places
};

/// Eight pixels, of four bands of 16 bits each.
#[inline]
#[target_feature(enable = "avx512f")]
fn eight_pixels(pixels: &[u64; 8]) -> __m512i {
    // SAFETY: there are 64 bytes.
    unsafe { _mm512_loadu_si512(pixels.as_ptr().cast()) }
}

/// Bytes as words.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn words(bytes: &[u8; 32]) -> __m512i {
    // SAFETY: there are 32 bytes.
    _mm512_cvtepu8_epi16(unsafe { _mm256_loadu_si256(bytes.as_ptr().cast()) })
}
