//! What the AVX2 kernels share: pixels of four bytes, eight to a vector.

use std::arch::x86_64::*;

/// Makes row kernels of expressions that convert a vector of pixels. A kernel converts all whole vectors of a row, and
/// returns the count of their pixels.
macro_rules! row_kernels {
    ($($(#[$meta:meta])* $name:ident($pixels:ident) = $convert:expr;)+) => {$(
        $(#[$meta])*
        pub fn $name(isa: $crate::simd::isa::Avx2, out: &mut [u8], input: &[u8]) -> usize {
            #[target_feature(enable = "avx2")]
            fn convert_avx2(out: &mut [[u8; 32]], input: &[[u8; 32]]) {
                for (out, input) in out.iter_mut().zip(input) {
                    let $pixels: __m256i = bytemuck::cast(*input);
                    *out = bytemuck::cast($convert);
                }
            }
            $crate::simd::isa::entry! {
                fn convert(Avx2, out: &mut [[u8; 32]], input: &[[u8; 32]]) = convert_avx2;
            }
            let input = input.as_chunks().0;
            convert(isa, out.as_chunks_mut().0, input);
            input.len() * 8
        }
    )+};
}
pub(super) use row_kernels;

/// Returns the operand of `pshufb` that reorders the bytes of every pixel: the source of each byte, -1 for zero.
#[inline]
#[target_feature(enable = "avx2")]
pub fn pixel_shuffle(bytes: [i8; 4]) -> __m256i {
    let pixels = _mm_set_epi32(0x0c0c_0c0c, 0x0808_0808, 0x0404_0404, 0);
    // -1 stays negative, whatever bits are set in it.
    _mm256_broadcastsi128_si256(_mm_or_si128(pixels, _mm_set1_epi32(i32::from_le_bytes(bytes.map(|byte| byte as u8)))))
}

/// Widens bytes to 16 bits: the even bytes (red, blue) and the odd ones (green, alpha).
#[inline]
#[target_feature(enable = "avx2")]
pub fn widen_even_odd(pixels: __m256i) -> [__m256i; 2] {
    [_mm256_and_si256(pixels, _mm256_set1_epi16(0xff)), _mm256_srli_epi16::<8>(pixels)]
}

/// Returns the mask of the alpha bytes: an opaque alpha, over black.
#[inline]
#[target_feature(enable = "avx2")]
pub fn opaque() -> __m256i {
    _mm256_set1_epi32(0xff << 24)
}

/// Broadcasts the first byte of each pixel to its three colour bytes; alpha stays.
#[inline]
#[target_feature(enable = "avx2")]
pub fn broadcast_grey(pixels: __m256i) -> __m256i {
    _mm256_shuffle_epi8(pixels, pixel_shuffle([0, 0, 0, 3]))
}
