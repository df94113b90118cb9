//! AVX2: pixels of four bytes, eight at once. Each kernel does as many as there are eights, and says how many pixels that
//! is. The processor must have AVX2.

use std::arch::x86_64::*;

/// Makes a kernel of what happens to a vector of pixels.
macro_rules! eights {
    ($($(#[$meta:meta])* $name:ident($pixels:ident) $convert:block)+) => {$(
        $(#[$meta])*
        pub fn $name(out: &mut [u8], input: &[u8]) -> usize {
            #[target_feature(enable = "avx2")]
            fn all(out: &mut [[u8; 32]], input: &[[u8; 32]]) {
                for (out, input) in out.iter_mut().zip(input) {
                    // SAFETY: there are 32 bytes.
                    let $pixels = unsafe { _mm256_loadu_si256(input.as_ptr().cast()) };
                    let converted = $convert;
                    // SAFETY: as above.
                    unsafe { _mm256_storeu_si256(out.as_mut_ptr().cast(), converted) };
                }
            }
            let input = input.as_chunks().0;
            // SAFETY: as the caller promises.
            unsafe { all(out.as_chunks_mut().0, input) };
            input.len() * 8
        }
    )+};
}

eights! {
    /// Colours become grey, three times, opaque.
    grey_opaque(pixels) { _mm256_or_si256(three_greys(pixels), _mm256_set1_epi32(0xff << 24)) }

    /// Colours become grey, three times; the alpha stays.
    grey_alpha(pixels) { _mm256_or_si256(three_greys(pixels), alphas(pixels)) }

    /// Colours are multiplied by their alpha.
    multiplied(pixels) { multiply(pixels, pixels) }

    /// Grey is multiplied by its alpha, and taken three times.
    grey_multiplied(pixels) { multiply(_mm256_shuffle_epi8(pixels, each([0, 0, 0, 3])), pixels) }

    /// Colours are divided by their alpha.
    divided(pixels) { divide(pixels) }

    /// Colours are divided by their alpha, and become opaque.
    divided_opaque(pixels) { _mm256_or_si256(divide(pixels), _mm256_set1_epi32(0xff << 24)) }

    /// Grey is divided by its alpha, and taken three times.
    grey_divided(pixels) { divide(_mm256_shuffle_epi8(pixels, each([0, 0, 0, 3]))) }
}

/// A shuffle that does the same to every pixel: which of its bytes are taken, -1 for none.
#[inline]
#[target_feature(enable = "avx2")]
fn each(bytes: [i8; 4]) -> __m256i {
    let pixels = _mm_set_epi32(0x0c0c_0c0c, 0x0808_0808, 0x0404_0404, 0);
    // A byte of -1 stays negative, whatever is set in it.
    _mm256_broadcastsi128_si256(_mm_or_si128(pixels, _mm_set1_epi32(i32::from_le_bytes(bytes.map(|byte| byte as u8)))))
}

/// The fourth bytes, and zeros.
#[inline]
#[target_feature(enable = "avx2")]
fn alphas(pixels: __m256i) -> __m256i {
    _mm256_and_si256(pixels, _mm256_set1_epi32(0xff << 24))
}

/// The first and third bytes, and the second and fourth, each in 16 bits.
#[inline]
#[target_feature(enable = "avx2")]
fn apart(pixels: __m256i) -> [__m256i; 2] {
    [_mm256_and_si256(pixels, _mm256_set1_epi16(0xff)), _mm256_srli_epi16::<8>(pixels)]
}

/// The luma of colours as their first three bytes; the fourth is 0.
#[inline]
#[target_feature(enable = "avx2")]
fn three_greys(pixels: __m256i) -> __m256i {
    let [red_blue, _] = apart(pixels);
    // Half the weight of green, twice: the whole is more than 16 bits hold.
    let green = _mm256_shuffle_epi8(pixels, each([1, -1, 1, -1]));
    let red_blue = _mm256_madd_epi16(red_blue, _mm256_set1_epi32(19595 | 7471 << 16));
    let green = _mm256_madd_epi16(green, _mm256_set1_epi16(19235));
    let sum = _mm256_add_epi32(_mm256_add_epi32(red_blue, green), _mm256_set1_epi32(0x8000));
    _mm256_shuffle_epi8(sum, each([2, 2, 2, -1]))
}

/// The products of the first three bytes and the alpha of `by`; the fourth is that alpha.
#[inline]
#[target_feature(enable = "avx2")]
fn multiply(pixels: __m256i, by: __m256i) -> __m256i {
    let alpha = _mm256_shuffle_epi8(by, each([3, -1, 3, -1]));
    let [red_blue, green_alpha] = apart(pixels);
    // The fourth byte is multiplied by 1.
    let of_green_alpha = _mm256_or_si256(alpha, _mm256_set1_epi32(0xff << 16));
    let red_blue = muldiv255(red_blue, alpha);
    _mm256_or_si256(red_blue, _mm256_slli_epi16::<8>(muldiv255(green_alpha, of_green_alpha)))
}

/// Products of bytes as parts of 255, to the nearest. A 257th of 65536 is what adding a 256th and dividing by 256 is.
#[inline]
#[target_feature(enable = "avx2")]
fn muldiv255(a: __m256i, b: __m256i) -> __m256i {
    let product = _mm256_add_epi16(_mm256_mullo_epi16(a, b), _mm256_set1_epi16(128));
    _mm256_mulhi_epu16(product, _mm256_set1_epi16(257))
}

/// The first three bytes divided by the alpha, where there is any; that stays.
#[inline]
#[target_feature(enable = "avx2")]
fn divide(pixels: __m256i) -> __m256i {
    let alpha = _mm256_srli_epi32::<24>(pixels);
    // 255 / alpha in a fixed point of 16 bits, rounded up. Where that is a whole number it is one too large: so little that
    // it makes no difference.
    let factor = _mm256_div_ps(_mm256_set1_ps((255 << 16) as f32), _mm256_cvtepi32_ps(alpha));
    let factor = _mm256_add_epi32(_mm256_cvttps_epi32(factor), _mm256_set1_epi32(1));
    let whole = _mm256_shuffle_epi8(factor, each([2, 3, 2, 3]));
    let part = _mm256_shuffle_epi8(factor, each([0, 1, 0, 1]));
    // What is above its alpha becomes 255 as the alpha itself does.
    let colours = _mm256_min_epu8(pixels, _mm256_shuffle_epi8(pixels, each([3, 3, 3, 3])));
    let [red_blue, green] = apart(colours);
    let (red_blue, green) = (product(red_blue, whole, part), product(green, whole, part));
    let divided = _mm256_or_si256(red_blue, _mm256_slli_epi16::<8>(green));
    let stays = _mm256_or_si256(_mm256_cmpeq_epi32(alpha, _mm256_setzero_si256()), _mm256_set1_epi32(0xff << 24));
    _mm256_blendv_epi8(divided, pixels, stays)
}

/// The whole part of products with a factor of a whole number and a part of 16 bits.
#[inline]
#[target_feature(enable = "avx2")]
fn product(values: __m256i, whole: __m256i, part: __m256i) -> __m256i {
    _mm256_add_epi16(_mm256_mullo_epi16(values, whole), _mm256_mulhi_epu16(values, part))
}

#[cfg(test)]
mod tests {
    use crate::color::alpha::{Divided, DividedOpaque, GreyDivided, GreyMultiplied, Multiplied};
    use crate::color::grey::{ColourToGreyAlpha, ColourToOpaque};
    use crate::raw::{Kernel, LineConversion};
    use crate::simd::isa::Isa;

    fn agrees<S: LineConversion>(pixels: &[u8]) {
        let Kernel::Vectors { avx2, avx512 } = S::KERNEL else { panic!("there are kernels") };
        let mut plain = vec![0; pixels.len()];
        S::convert(&mut plain, pixels, pixels.len() / 4);
        let best = Isa::available().next_back().expect("generic");
        for (is_available, kernel) in [(best.avx2().is_some(), avx2), (best.avx512().is_some(), avx512)] {
            if is_available {
                let mut vectors = vec![0; pixels.len()];
                let done = kernel(&mut vectors, pixels);
                assert!(done >= pixels.len() / 32 * 8);
                assert_eq!(vectors[..4 * done], plain[..4 * done]);
            }
        }
    }

    /// Of every value and every alpha, neighbours of one alpha and of different ones.
    #[test]
    fn kernels_agree() {
        let pixel = |[value, a]: [u8; 2]| [value, !value, value ^ 0x55, a];
        let alike: Vec<u8> = (0..=u16::MAX).map(u16::to_le_bytes).flat_map(pixel).collect();
        let mixed: Vec<u8> = (0..=u16::MAX).map(u16::to_be_bytes).flat_map(pixel).collect();
        for pixels in [&alike[..], &mixed, &mixed[..100], &mixed[..28], &[]] {
            agrees::<Divided>(pixels);
            agrees::<DividedOpaque>(pixels);
            agrees::<GreyDivided>(pixels);
            agrees::<Multiplied>(pixels);
            agrees::<GreyMultiplied>(pixels);
            agrees::<ColourToOpaque>(pixels);
            agrees::<ColourToGreyAlpha>(pixels);
        }
    }
}
