//! What pixels are made of, as the filters see it.

use bytemuck::{AnyBitPattern, NoUninit};

use super::filters::{Values, bicubic, bilinear};
use super::map::CHUNK;
use crate::geometry::kernels::Pixels;
use crate::simd::truncate::integral;

/// `SIDE` by `SIDE` pixels around each of some places.
pub type Taps<P, const SIDE: usize> = [[[P; CHUNK]; SIDE]; SIDE];

/// A kind of pixel.
pub trait Kind {
    /// A pixel of the input.
    type Input: AnyBitPattern + Sync;

    /// A pixel of the outcome.
    type Output: AnyBitPattern + NoUninit;

    /// What it is to the kernels.
    const PIXELS: Pixels;

    /// The values between two by two pixels.
    fn bilinear(taps: &Taps<Self::Input, 2>, x: &[f64; CHUNK], y: &[f64; CHUNK]) -> Values;

    /// The values between four by four pixels.
    fn bicubic(taps: &Taps<Self::Input, 4>, x: &[f64; CHUNK], y: &[f64; CHUNK]) -> Values;

    /// Makes pixels of values, those that are asked for.
    fn put(out: &mut [Self::Output], values: &Values, asked: &[bool; CHUNK]);
}

/// Implements both filters for pixels of so many values.
macro_rules! filters {
    ($bands:literal of $value:ty) => {
        #[inline(always)]
        fn bilinear(taps: &Taps<Self::Input, 2>, x: &[f64; CHUNK], y: &[f64; CHUNK]) -> Values {
            bilinear::<$value, $bands>(taps, x, y)
        }

        #[inline(always)]
        fn bicubic(taps: &Taps<Self::Input, 4>, x: &[f64; CHUNK], y: &[f64; CHUNK]) -> Values {
            bicubic::<$value, $bands>(taps, x, y)
        }
    };
}

/// Implements how pixels are made of values: `$from` has them, so many for each.
macro_rules! put {
    ($output:ty, $from:expr, $bands:literal, |$out:ident, $values:ident| $make:expr) => {
        #[inline(always)]
        fn put(out: &mut [$output], values: &Values, asked: &[bool; CHUNK]) {
            let values = $from(values);
            for (($out, $values), asked) in out.iter_mut().zip(values.as_chunks::<$bands>().0).zip(asked) {
                if *asked {
                    $make
                }
            }
        }
    };
}

/// Values as they are.
#[inline(always)]
fn same(values: &Values) -> &Values {
    values
}

/// Values as bytes: cut off where they are not whole, clipped, and 0 where they are not numbers.
#[inline(always)]
fn bytes(values: &Values) -> [u8; 4 * CHUNK] {
    let mut bytes = [0; 4 * CHUNK];
    for (byte, value) in bytes.iter_mut().zip(values) {
        let value = if *value > 0.0 { *value } else { 0.0 };
        let value = if value < 255.0 { value } else { 255.0 };
        *byte = integral(value.floor()) as u8;
    }
    bytes
}

/// One byte.
pub struct Byte;

impl Kind for Byte {
    type Input = [u8; 1];
    type Output = [u8; 1];
    const PIXELS: Pixels = Pixels::Byte;

    filters!(1 of u8);

    put!([u8; 1], bytes, 1, |out, values| *out = *values);
}

/// 16-bit integers. The reference has no filters for them, and takes those for bytes: it looks at as many bytes of a row as
/// there are pixels, and writes to the first byte of each.
pub struct Half;

impl Kind for Half {
    type Input = [u8; 1];
    type Output = [u8; 2];
    const PIXELS: Pixels = Pixels::Half;

    filters!(1 of u8);

    put!([u8; 2], bytes, 1, |out, values| out[0] = values[0]);
}

/// Four bytes. Of these all are bands, or the first three, and the other one stays; or the first and the last, and the
/// others become what the first is.
pub struct Bytes<const BANDS: usize>;

impl<const BANDS: usize> Kind for Bytes<BANDS> {
    type Input = [u8; 4];
    type Output = [u8; 4];
    const PIXELS: Pixels = match BANDS {
        2 => Pixels::TwoBytes,
        3 => Pixels::ThreeBytes,
        _ => Pixels::FourBytes,
    };

    filters!(4 of u8);

    put!([u8; 4], bytes, 4, |out, values| {
        *out = match BANDS {
            2 => [values[0], values[0], values[0], values[3]],
            3 => [values[0], values[1], values[2], out[3]],
            _ => *values,
        };
    });
}

/// 32-bit integers.
pub struct Integer;

impl Kind for Integer {
    type Input = [i32; 1];
    type Output = [i32; 1];
    const PIXELS: Pixels = Pixels::Integer;

    filters!(1 of i32);

    put!([i32; 1], same, 1, |out, values| {
        // What is too large either way, or not a number, has one value for all.
        let fits = values[0] > -2_147_483_649.0 && values[0] < 2_147_483_648.0;
        *out = [if fits { values[0] as i32 } else { i32::MIN }];
    });
}

/// 32-bit floats.
pub struct Float;

impl Kind for Float {
    type Input = [f32; 1];
    type Output = [f32; 1];
    const PIXELS: Pixels = Pixels::Float;

    filters!(1 of f32);

    put!([f32; 1], same, 1, |out, values| *out = [values[0] as f32]);
}

/// A filter, of `SIDE` by `SIDE` pixels.
pub trait Filtering<K: Kind, const SIDE: usize> {
    /// The values between them.
    fn values(taps: &Taps<K::Input, SIDE>, x: &[f64; CHUNK], y: &[f64; CHUNK]) -> Values;
}

/// Two by two.
pub struct Bilinear;

/// Four by four.
pub struct Bicubic;

impl<K: Kind> Filtering<K, 2> for Bilinear {
    #[inline(always)]
    fn values(taps: &Taps<K::Input, 2>, x: &[f64; CHUNK], y: &[f64; CHUNK]) -> Values {
        K::bilinear(taps, x, y)
    }
}

impl<K: Kind> Filtering<K, 4> for Bicubic {
    #[inline(always)]
    fn values(taps: &Taps<K::Input, 4>, x: &[f64; CHUNK], y: &[f64; CHUNK]) -> Values {
        K::bicubic(taps, x, y)
    }
}
