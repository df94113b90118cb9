//! Extrema of floats with AVX2. `vminps` and `vmaxps` return their second operand where one of them is NaN, so with the
//! accumulator there NaN is skipped; LLVM compiles such a loop to comparisons.

use std::arch::x86_64::*;

use crate::simd::isa::entry;

/// The vectors that are reduced side by side, so that an instruction does not wait for the one before it.
const VECTORS: usize = 4;

entry! {
    /// Returns the extrema of floats and of others. NaN is skipped.
    pub fn f32_extrema(Avx2, row: &[[u8; 4]], extrema: [f32; 2]) -> [f32; 2] = f32_extrema_avx2;
}

#[target_feature(enable = "avx2")]
fn f32_extrema_avx2(row: &[[u8; 4]], [min, max]: [f32; 2]) -> [f32; 2] {
    let (mut least, mut greatest) = ([_mm256_set1_ps(min); VECTORS], [_mm256_set1_ps(max); VECTORS]);
    let (blocks, rest) = row.as_chunks::<{ 8 * VECTORS }>();
    for block in blocks {
        let vectors: [__m256; VECTORS] = bytemuck::cast(*block);
        for n in 0..VECTORS {
            least[n] = _mm256_min_ps(vectors[n], least[n]);
            greatest[n] = _mm256_max_ps(vectors[n], greatest[n]);
        }
    }
    let least: [f32; 8 * VECTORS] = bytemuck::cast(least);
    let greatest: [f32; 8 * VECTORS] = bytemuck::cast(greatest);
    let rest = || rest.iter().map(|pixel| f32::from_ne_bytes(*pixel));
    let min = least.into_iter().chain(rest()).fold(min, |min, value| if value < min { value } else { min });
    let max = greatest.into_iter().chain(rest()).fold(max, |max, value| if value > max { value } else { max });
    [min, max]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simd::isa::Isa;

    #[test]
    fn nan_is_skipped() {
        let Some(isa) = Isa::available().find_map(Isa::avx2) else { return };
        for length in 1..=100 {
            for extreme in 0..length {
                let mut row = vec![f32::NAN.to_ne_bytes(); length];
                row[extreme] = 7.5f32.to_ne_bytes();
                assert_eq!(f32_extrema(isa, &row, [f32::INFINITY, f32::NEG_INFINITY]), [7.5, 7.5]);
            }
        }
    }
}
