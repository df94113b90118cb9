//! AVX-512 VNNI: sums of products with [`I8Digits`].

use std::arch::x86_64::*;

use super::super::avx2_steps::pack_u8;
use super::avx2::{Sums, scale};
use super::kernel::{store_transposed, transposed_kernel};
use super::table::{BATCH, Table};
use super::taps::Groups;
use super::tile::{Scratch, Tile, pixel_bytes};
use crate::resample::format::ROWS;
use crate::resample::rows::Prefetcher;
use crate::resample::uint8::coeff_split::{GROUP_TAPS, I8Digits, MAX_PARTS, Split};
use crate::simd::isa::entry;

entry! {
    /// Resamples up to [`ROWS`] rows. Bytes where `band_mask` is 0 become 0.
    pub fn horizontal[const VECTORS: usize, const OUTPUTS: usize][VECTORS, OUTPUTS](
        Avx512,
        outs: &mut [&mut [u8]],
        inputs: &[&[u8]],
        table: &Table<I8Digits, OUTPUTS>,
        band_mask: [u8; 4],
        scratch: &mut Scratch,
    ) = horizontal_avx512::<VECTORS, OUTPUTS>;
}

transposed_kernel! { horizontal_avx512, "avx2,avx512f,avx512vl,avx512vnni", I8Digits, sum_products }

/// Sums the products of a block.
#[inline]
#[target_feature(enable = "avx2,avx512f,avx512vl,avx512vnni")]
fn sum_products<const VECTORS: usize, const OUTPUTS: usize>(
    groups: Groups<'_, [__m256i; VECTORS], OUTPUTS>,
    parts: &[i32],
    split: &Split<OUTPUTS>,
) -> Sums<VECTORS, OUTPUTS> {
    match split.parts {
        1 => sum_digits::<1, VECTORS, OUTPUTS>(groups, parts, split),
        2 => sum_digits::<2, VECTORS, OUTPUTS>(groups, parts, split),
        _ => sum_digits::<MAX_PARTS, VECTORS, OUTPUTS>(groups, parts, split),
    }
}

/// Sums products with coefficients of `DIGITS` digits.
#[inline]
#[target_feature(enable = "avx2,avx512f,avx512vl,avx512vnni")]
fn sum_digits<const DIGITS: usize, const VECTORS: usize, const OUTPUTS: usize>(
    groups: Groups<'_, [__m256i; VECTORS], OUTPUTS>,
    parts: &[i32],
    split: &Split<OUTPUTS>,
) -> Sums<VECTORS, OUTPUTS> {
    let mut all = [[[_mm256_setzero_si256(); DIGITS]; VECTORS]; OUTPUTS];
    let parts: &[[[i32; DIGITS]; OUTPUTS]] = parts.as_chunks().0.as_chunks().0;
    for (groups, parts) in groups.iter().zip(parts) {
        for ((sums, group), digits) in all.iter_mut().zip(groups).zip(parts) {
            for (sums, pixels) in sums.iter_mut().zip(*group) {
                for (sum, digit) in sums.iter_mut().zip(digits) {
                    *sum = _mm256_dpbusd_epi32(*sum, pixels, _mm256_set1_epi32(*digit));
                }
            }
        }
    }
    let mut combined = [[_mm256_setzero_si256(); VECTORS]; OUTPUTS];
    for ((combined, all), factor) in combined.iter_mut().zip(all).zip(split.factors) {
        for (sum, digits) in combined.iter_mut().zip(all) {
            for digit in (0..DIGITS).rev() {
                *sum = _mm256_add_epi32(_mm256_slli_epi32::<8>(*sum), digits[digit]);
            }
        }
        scale(combined, factor);
    }
    combined
}
