//! What pixels are made of, as the filters see it.

use bytemuck::{AnyBitPattern, NoUninit};

use super::filters::{bicubic, bilinear};

/// A kind of pixel.
pub trait Kind {
    /// A pixel of the input.
    type Input: AnyBitPattern + Sync;

    /// A pixel of the outcome.
    type Output: AnyBitPattern + NoUninit;

    /// Makes a pixel of two by two, at (`x`, `y`) between them.
    fn bilinear(out: &mut Self::Output, rows: [[Self::Input; 2]; 2], x: f64, y: f64);

    /// Makes a pixel of four by four, at (`x`, `y`) between the middle ones.
    fn bicubic(out: &mut Self::Output, rows: [[Self::Input; 4]; 4], x: f64, y: f64);
}

/// Implements both filters: how a pixel is read, and how it is written.
macro_rules! filters {
    ($read:expr, $write:expr) => {
        #[inline(always)]
        fn bilinear(out: &mut Self::Output, rows: [[Self::Input; 2]; 2], x: f64, y: f64) {
            $write(out, bilinear(rows.map(|row| row.map($read)), x, y));
        }

        #[inline(always)]
        fn bicubic(out: &mut Self::Output, rows: [[Self::Input; 4]; 4], x: f64, y: f64) {
            $write(out, bicubic(rows.map(|row| row.map($read)), x, y));
        }
    };
}

/// One byte.
pub struct Byte;

impl Kind for Byte {
    type Input = [u8; 1];
    type Output = [u8; 1];

    filters!(|pixel: [u8; 1]| pixel.map(i32::from), |out: &mut [u8; 1], values: [f64; 1]| *out =
        values.map(|value| value as u8));
}

/// 16-bit integers. The reference has no filters for them, and takes those for bytes: it looks at as many bytes of a row as
/// there are pixels, and writes to the first byte of each.
pub struct Half;

impl Kind for Half {
    type Input = [u8; 1];
    type Output = [u8; 2];

    filters!(|pixel: [u8; 1]| pixel.map(i32::from), |out: &mut [u8; 2], values: [f64; 1]| out[0] = values[0] as u8);
}

/// Four bytes, of which the first three may be bands, or all, or the first and the last, which two are written to as many
/// bytes as there are.
pub struct Bytes<const BANDS: usize>;

impl<const BANDS: usize> Kind for Bytes<BANDS> {
    type Input = [u8; 4];
    type Output = [u8; 4];

    filters!(|pixel: [u8; 4]| pixel.map(i32::from), |out: &mut [u8; 4], values: [f64; 4]| {
        let bytes = values.map(|value| value as u8);
        *out = match BANDS {
            2 => [bytes[0], bytes[0], bytes[0], bytes[3]],
            3 => [bytes[0], bytes[1], bytes[2], out[3]],
            _ => bytes,
        };
    });
}

/// 32-bit integers.
pub struct Integer;

impl Kind for Integer {
    type Input = [u8; 4];
    type Output = [u8; 4];

    filters!(|pixel: [u8; 4]| [i32::from_ne_bytes(pixel)], |out: &mut [u8; 4], [value]: [f64; 1]| {
        // What is too large either way, or not a number, has one value for all.
        let fits = value > -2_147_483_649.0 && value < 2_147_483_648.0;
        *out = if fits { value as i32 } else { i32::MIN }.to_ne_bytes();
    });
}

/// 32-bit floats.
pub struct Float;

impl Kind for Float {
    type Input = [u8; 4];
    type Output = [u8; 4];

    filters!(|pixel: [u8; 4]| [f32::from_ne_bytes(pixel)], |out: &mut [u8; 4], [value]: [f64; 1]| {
        *out = (value as f32).to_ne_bytes();
    });
}
