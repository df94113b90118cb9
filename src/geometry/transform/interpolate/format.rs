//! Pixel formats, as the interpolation filters see them.

use bytemuck::{AnyBitPattern, NoUninit, Pod};

use super::arithmetic::{Bands, Windows, bicubic, bilinear};
use crate::geometry::transform::mapping::BATCH;
use crate::simd::truncate::integral;

/// What the bytes of a pixel are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// One byte.
    L,
    /// One byte of the input; the first of two bytes of the output.
    I16,
    /// Two bands, in the first and the last of four bytes. The bytes between become copies of the first.
    La,
    /// Three bands, in the first three of four bytes. The last byte is not changed.
    Rgb,
    /// Four bands.
    Rgba,
    /// A 32-bit integer.
    I,
    /// A 32-bit float.
    F,
}

impl Layout {
    /// Returns whether byte `n` of a pixel of four bytes is a band.
    #[inline(always)]
    pub fn has_band(self, n: i32) -> bool {
        match self {
            Self::La => n == 0 || n == 3,
            Self::Rgb => n < 3,
            _ => true,
        }
    }
}

/// A pixel format.
pub trait Format {
    /// A pixel of the input.
    type Input: Pod + Sync;

    /// A pixel of the output.
    type Output: AnyBitPattern + NoUninit;

    /// What the bytes of these are.
    const LAYOUT: Layout;

    /// Interpolates between 2 × 2 pixels.
    fn bilinear(windows: &Windows<Self::Input, 2>, x: &[f64; BATCH], y: &[f64; BATCH]) -> Bands;

    /// Interpolates between 4 × 4 pixels.
    fn bicubic(windows: &Windows<Self::Input, 4>, x: &[f64; BATCH], y: &[f64; BATCH]) -> Bands;

    /// Converts bands to output pixels, for which `mask` is set.
    fn store(out: &mut [Self::Output], bands: &Bands, mask: &[bool; BATCH]);
}

/// Implements the filters for pixels of `$bands` values.
macro_rules! filters {
    ($bands:literal of $value:ty) => {
        #[inline(always)]
        fn bilinear(windows: &Windows<Self::Input, 2>, x: &[f64; BATCH], y: &[f64; BATCH]) -> Bands {
            bilinear::<$value, $bands>(windows, x, y)
        }

        #[inline(always)]
        fn bicubic(windows: &Windows<Self::Input, 4>, x: &[f64; BATCH], y: &[f64; BATCH]) -> Bands {
            bicubic::<$value, $bands>(windows, x, y)
        }
    };
}

/// Implements `store`: `$convert` converts all bands, and `$store` stores the `$bands` bands of a pixel.
macro_rules! store {
    ($output:ty, $convert:expr, $bands:literal, |$out:ident, $values:ident| $store:expr) => {
        #[inline(always)]
        fn store(out: &mut [$output], bands: &Bands, mask: &[bool; BATCH]) {
            let bands = $convert(bands);
            for (($out, $values), is_set) in out.iter_mut().zip(bands.as_chunks::<$bands>().0).zip(mask) {
                if *is_set {
                    $store
                }
            }
        }
    };
}

/// Returns bands unchanged.
#[inline(always)]
fn identity(bands: &Bands) -> &Bands {
    bands
}

/// Truncates bands to bytes. They saturate; NaN becomes 0.
#[inline(always)]
fn saturate(bands: &Bands) -> [u8; 4 * BATCH] {
    let mut bytes = [0; 4 * BATCH];
    for (byte, value) in bytes.iter_mut().zip(bands) {
        let value = if *value > 0.0 { *value } else { 0.0 };
        let value = if value < 255.0 { value } else { 255.0 };
        *byte = integral(value.floor()) as u8;
    }
    bytes
}

/// The modes of one 8-bit band.
pub struct L;

impl Format for L {
    type Input = [u8; 1];
    type Output = [u8; 1];
    const LAYOUT: Layout = Layout::L;

    filters!(1 of u8);

    store!([u8; 1], saturate, 1, |out, bands| *out = *bands);
}

/// The 16-bit modes. The reference has no filters for these, and treats them as 8-bit images: it takes byte n of a row
/// for pixel n of the input, and writes to the first byte of each output pixel.
pub struct I16;

impl Format for I16 {
    type Input = [u8; 1];
    type Output = [u8; 2];
    const LAYOUT: Layout = Layout::I16;

    filters!(1 of u8);

    store!([u8; 2], saturate, 1, |out, bands| out[0] = bands[0]);
}

/// The modes of several 8-bit bands, in pixels of four bytes: [`Layout::La`], [`Layout::Rgb`] or [`Layout::Rgba`].
pub struct U8x4<const BANDS: usize>;

impl<const BANDS: usize> Format for U8x4<BANDS> {
    type Input = [u8; 4];
    type Output = [u8; 4];
    const LAYOUT: Layout = match BANDS {
        2 => Layout::La,
        3 => Layout::Rgb,
        _ => Layout::Rgba,
    };

    filters!(4 of u8);

    store!([u8; 4], saturate, 4, |out, bands| {
        *out = match BANDS {
            2 => [bands[0], bands[0], bands[0], bands[3]],
            3 => [bands[0], bands[1], bands[2], out[3]],
            _ => *bands,
        };
    });
}

/// The mode I.
pub struct I;

impl Format for I {
    type Input = [i32; 1];
    type Output = [i32; 1];
    const LAYOUT: Layout = Layout::I;

    filters!(1 of i32);

    store!([i32; 1], identity, 1, |out, bands| {
        // `cvttsd2si` semantics: NaN and overflow become `i32::MIN`.
        let fits = bands[0] > -2_147_483_649.0 && bands[0] < 2_147_483_648.0;
        *out = [if fits { bands[0] as i32 } else { i32::MIN }];
    });
}

/// The mode F.
pub struct F;

impl Format for F {
    type Input = [f32; 1];
    type Output = [f32; 1];
    const LAYOUT: Layout = Layout::F;

    filters!(1 of f32);

    store!([f32; 1], identity, 1, |out, bands| *out = [bands[0] as f32]);
}

/// An interpolation filter with a window of `SIDE` × `SIDE` pixels.
pub trait Filter<F: Format, const SIDE: usize> {
    /// Interpolates at the fractions `x` and `y` behind the pixel before the coordinates.
    fn interpolate(windows: &Windows<F::Input, SIDE>, x: &[f64; BATCH], y: &[f64; BATCH]) -> Bands;
}

/// Bilinear interpolation.
pub struct Bilinear;

/// Bicubic interpolation.
pub struct Bicubic;

impl<F: Format> Filter<F, 2> for Bilinear {
    #[inline(always)]
    fn interpolate(windows: &Windows<F::Input, 2>, x: &[f64; BATCH], y: &[f64; BATCH]) -> Bands {
        F::bilinear(windows, x, y)
    }
}

impl<F: Format> Filter<F, 4> for Bicubic {
    #[inline(always)]
    fn interpolate(windows: &Windows<F::Input, 4>, x: &[f64; BATCH], y: &[f64; BATCH]) -> Bands {
        F::bicubic(windows, x, y)
    }
}
