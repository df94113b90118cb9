//! YCbCr: that of JFIF files (JPEG, ITU-R BT.601 with full range), and PhotoYCC of Photo CDs.
//!
//! The reference has a lookup table for each coefficient, whose entries are `coefficient * (value - offset)`, rounded. The
//! same entries are computed here, since vectors have no table lookups: `Term` multiplies by the coefficient in fixed
//! point, with enough fraction bits that every one of the 256 entries is exact. JPEG's terms keep 6 fraction bits
//! (`SCALE` in Pillow's `ConvertYCbCr.c`) until they are summed; PhotoYCC's have none. `avx2` computes JPEG's terms with
//! 16 bits.

#[cfg(target_arch = "x86_64")]
mod avx2;
mod coefficients;

#[cfg(target_arch = "x86_64")]
use super::conversion::Kernel;
use super::conversion::LineConversion;
use crate::arithmetic::{clip8, reciprocal255, unpremultiply};

/// A term of a colour matrix: `coefficient * (value - offset)`, plus a half, truncated.
#[derive(Clone, Copy)]
struct Term {
    /// With [`Term::FRACTION`] fraction bits.
    coefficient: i32,
    offset: i32,
}

impl Term {
    const FRACTION: u32 = 16;
    const ONE: i32 = 1 << Self::FRACTION;

    const fn new(coefficient: f64, offset: i32) -> Self {
        let scaled = coefficient * Self::ONE as f64;
        Self { coefficient: (if scaled < 0.0 { scaled - 0.5 } else { scaled + 0.5 }) as i32, offset }
    }

    #[inline(always)]
    const fn of(self, value: u8) -> i32 {
        ((value as i32 - self.offset) * self.coefficient + Self::ONE / 2) / Self::ONE
    }
}

/// A term with [`coefficients::FRACTION`] fraction bits.
const fn jpeg(coefficient: f64, offset: i32) -> Term {
    Term::new(coefficient * (1 << coefficients::FRACTION) as f64, offset)
}

/// The terms of red, green and blue.
const fn jpeg_row([red, green, blue]: [f64; 3]) -> [Term; 3] {
    [jpeg(red, 0), jpeg(green, 0), jpeg(blue, 0)]
}

macro_rules! four_bytes_a_pixel {
    () => {
        fn input_bytes(pixels: usize) -> usize {
            pixels * 4
        }

        fn output_bytes(pixels: usize) -> usize {
            pixels * 4
        }
    };
}

/// Converts RGB to JFIF's YCbCr, and copies the fourth byte.
pub struct RgbToYcbcr;

impl LineConversion for RgbToYcbcr {
    four_bytes_a_pixel!();

    #[cfg(target_arch = "x86_64")]
    const KERNEL: Kernel = Kernel::Vectors {
        avx2: avx2::rgb_to_ycbcr,
        avx512: |isa, out, input| avx2::rgb_to_ycbcr(isa.avx2(), out, input),
    };

    #[inline(always)]
    fn convert(out: &mut [u8], input: &[u8], _pixels: usize) {
        const Y: [Term; 3] = jpeg_row(coefficients::Y);
        const CB: [Term; 3] = jpeg_row(coefficients::CB);
        const CR: [Term; 3] = jpeg_row(coefficients::CR);
        for (out, [r, g, b, a]) in out.as_chunks_mut::<4>().0.iter_mut().zip(input.as_chunks::<4>().0) {
            let sum =
                |[red, green, blue]: [Term; 3]| (red.of(*r) + green.of(*g) + blue.of(*b)) >> coefficients::FRACTION;
            *out = [sum(Y) as u8, (sum(CB) + 128) as u8, (sum(CR) + 128) as u8, *a];
        }
    }
}

/// Converts JFIF's YCbCr to RGB, and copies the fourth byte.
pub struct YcbcrToRgb;

impl LineConversion for YcbcrToRgb {
    four_bytes_a_pixel!();

    #[cfg(target_arch = "x86_64")]
    const KERNEL: Kernel = Kernel::Vectors {
        avx2: avx2::ycbcr_to_rgb,
        avx512: |isa, out, input| avx2::ycbcr_to_rgb(isa.avx2(), out, input),
    };

    #[inline(always)]
    fn convert(out: &mut [u8], input: &[u8], _pixels: usize) {
        const R_CR: Term = jpeg(coefficients::R_CR, 128);
        const G_CB: Term = jpeg(coefficients::G_CB, 128);
        const G_CR: Term = jpeg(coefficients::G_CR, 128);
        const B_CB: Term = jpeg(coefficients::B_CB, 128);
        for (out, [y, cb, cr, a]) in out.as_chunks_mut::<4>().0.iter_mut().zip(input.as_chunks::<4>().0) {
            let (r, g, b) = (R_CR.of(*cr), G_CB.of(*cb) + G_CR.of(*cr), B_CB.of(*cb));
            let [r, g, b] = [r, g, b].map(|chroma| clip8(i32::from(*y) + (chroma >> coefficients::FRACTION)));
            *out = [r, g, b, *a];
        }
    }
}

const LUMINANCE: Term = Term::new(1.3584, 0);
const R_CR: Term = Term::new(1.8215, 137);
const G_CR: Term = Term::new(-0.9271435, 137);
const G_CB: Term = Term::new(-0.4302726, 156);
const B_CB: Term = Term::new(2.2179, 156);

/// Converts a pixel of PhotoYCC to RGB.
#[inline(always)]
fn photo_ycc_to_rgb([y, cb, cr]: [u8; 3]) -> [u8; 3] {
    let luminance = LUMINANCE.of(y);
    [R_CR.of(cr), G_CR.of(cr) + G_CB.of(cb), B_CB.of(cb)].map(|chroma| clip8(luminance + chroma))
}

/// Converts PhotoYCC to RGB.
pub struct PhotoYccToRgb;

impl LineConversion for PhotoYccToRgb {
    fn input_bytes(pixels: usize) -> usize {
        pixels * 3
    }

    fn output_bytes(pixels: usize) -> usize {
        pixels * 4
    }

    #[inline(always)]
    fn convert(out: &mut [u8], input: &[u8], _pixels: usize) {
        for (out, input) in out.as_chunks_mut::<4>().0.iter_mut().zip(input.as_chunks::<3>().0) {
            let [r, g, b] = photo_ycc_to_rgb(*input);
            *out = [r, g, b, 255];
        }
    }
}

/// Converts premultiplied PhotoYCC with alpha to RGBA.
pub struct PhotoYccaToRgba;

impl LineConversion for PhotoYccaToRgba {
    four_bytes_a_pixel!();

    #[inline(always)]
    fn convert(out: &mut [u8], input: &[u8], _pixels: usize) {
        for (out, [y, cb, cr, a]) in out.as_chunks_mut::<4>().0.iter_mut().zip(input.as_chunks::<4>().0) {
            // Values above alpha are invalid: the low 8 bits of the quotient are used, as in the reference.
            let reciprocal = reciprocal255(*a);
            let [r, g, b] = photo_ycc_to_rgb([y, cb, cr].map(|value| unpremultiply(*value, reciprocal) as u8));
            *out = [r, g, b, *a];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "x86_64")]
    use crate::simd::isa::Isa;

    /// Every pair of a band's values with each of some values of the third band.
    #[cfg(target_arch = "x86_64")]
    fn kernels_equal_the_scalar_code<C: LineConversion>(thirds: impl Iterator<Item = u8>) {
        let Kernel::Vectors { avx2, .. } = C::KERNEL else { panic!("the conversion has kernels") };
        let Some(isa) = Isa::available().find_map(Isa::avx2) else { return };
        let (mut expected, mut out) = (vec![0; 4 << 16], vec![0; 4 << 16]);
        for third in thirds {
            let pixel = |pair: u16| [pair as u8, (pair >> 8) as u8, third, pair as u8 ^ third];
            let input: Vec<u8> = (0..=u16::MAX).flat_map(pixel).collect();
            C::convert(&mut expected, &input, 1 << 16);
            assert_eq!(avx2(isa, &mut out, &input), 1 << 16);
            assert!(out == expected, "third band {third}");
        }
        assert_eq!(avx2(isa, &mut [7; 68], &[1; 68]), 16);
    }

    #[cfg(target_arch = "x86_64")]
    #[test]
    fn vector_kernels_equal_the_scalar_code() {
        let some = || (0..=255).step_by(17);
        kernels_equal_the_scalar_code::<RgbToYcbcr>(some());
        kernels_equal_the_scalar_code::<YcbcrToRgb>(some());
    }

    #[cfg(target_arch = "x86_64")]
    #[test]
    #[ignore = "takes seconds: every pixel; run it after a change of the arithmetic"]
    fn vector_kernels_equal_the_scalar_code_for_all_pixels() {
        kernels_equal_the_scalar_code::<RgbToYcbcr>(0..=255);
        kernels_equal_the_scalar_code::<YcbcrToRgb>(0..=255);
    }

    #[test]
    fn terms_equal_those_of_the_exact_coefficients() {
        let jpeg = [0.299, 0.587, 0.114, -0.16874, -0.33126, 0.5, -0.41869, -0.08131].map(|factor| (factor * 64.0, 0));
        let jpeg_inverse = [1.402, -0.34414, -0.71414, 1.772].map(|factor| (factor * 64.0, 128));
        let photo = [(1.3584, 0), (1.8215, 137), (-0.9271435, 137), (-0.4302726, 156), (2.2179, 156)];
        for (coefficient, offset) in [&jpeg[..], &jpeg_inverse, &photo].concat() {
            for value in 0..=255u8 {
                let exact = (coefficient * f64::from(i32::from(value) - offset) + 0.5) as i32;
                assert_eq!(Term::new(coefficient, offset).of(value), exact, "{coefficient} * ({value} - {offset})");
            }
        }
    }
}
