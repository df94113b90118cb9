use super::luma::{RgbToOpaqueGrey, RgbaToGreyAlpha};
use super::premultiply::{Premultiply, PremultiplyGrey};
use super::unpremultiply::{Unpremultiply, UnpremultiplyGrey, UnpremultiplyToRgb};
use crate::raw::{Kernel, LineConversion};
use crate::simd::isa::Isa;

fn kernels_equal_the_scalar_code<C: LineConversion>(pixels: &[u8]) {
    let Kernel::Vectors { avx2, avx512 } = C::KERNEL else { panic!("the conversion has kernels") };
    let mut expected = vec![0; pixels.len()];
    C::convert(&mut expected, pixels, pixels.len() / 4);
    for isa in Isa::available() {
        let mut out = vec![0; pixels.len()];
        let converted = match isa {
            Isa::Avx2(isa) => avx2(isa, &mut out, pixels),
            Isa::Avx512(isa) => avx512(isa, &mut out, pixels),
            _ => continue,
        };
        assert!(converted >= pixels.len() / 32 * 8);
        assert_eq!(out[..4 * converted], expected[..4 * converted]);
    }
}

/// Every value with every alpha: neighbours of one alpha, and of different ones.
#[test]
fn vector_kernels_equal_the_scalar_code() {
    let pixel = |[value, a]: [u8; 2]| [value, !value, value ^ 0x55, a];
    let alike: Vec<u8> = (0..=u16::MAX).map(u16::to_le_bytes).flat_map(pixel).collect();
    let mixed: Vec<u8> = (0..=u16::MAX).map(u16::to_be_bytes).flat_map(pixel).collect();
    for pixels in [&alike[..], &mixed, &mixed[..100], &mixed[..28], &[]] {
        kernels_equal_the_scalar_code::<Unpremultiply>(pixels);
        kernels_equal_the_scalar_code::<UnpremultiplyToRgb>(pixels);
        kernels_equal_the_scalar_code::<UnpremultiplyGrey>(pixels);
        kernels_equal_the_scalar_code::<Premultiply>(pixels);
        kernels_equal_the_scalar_code::<PremultiplyGrey>(pixels);
        kernels_equal_the_scalar_code::<RgbToOpaqueGrey>(pixels);
        kernels_equal_the_scalar_code::<RgbaToGreyAlpha>(pixels);
    }
}
