//! The arithmetic of a pass, for each kind of pixel.

use super::coefficients::{Coefficients, PRECISION};
use crate::error::Result;
use crate::exec::simd::for_each_level;

/// A kind of pixel.
pub trait Kind {
    /// What a weight is.
    type Weight: Sync;

    /// Bytes of a pixel.
    const BYTES: usize;

    /// The weights as this kind needs them.
    fn weights(coefficients: Coefficients<f64>) -> Result<Coefficients<Self::Weight>>;

    /// Makes a row of the pixels of another.
    fn horizontal(out: &mut [u8], input: &[u8], coefficients: &Coefficients<Self::Weight>);

    /// Makes a row of those in `rows`, which are as long, with a weight for each.
    fn vertical(out: &mut [u8], rows: &[&[u8]], weights: &[Self::Weight]);
}

/// Pixels of `BYTES` bytes, of which `BANDS` are bands: all, or the first and the last of four. The others become 0.
pub struct Bytes<const BYTES: usize, const BANDS: usize>;

/// Whether a byte of a pixel is one of its bands.
const fn is_band(byte: usize, bands: usize) -> bool {
    match bands {
        2 => byte == 0 || byte == 3,
        _ => byte < bands,
    }
}

/// A sum as an 8-bit value.
#[inline(always)]
fn rounded(sum: i32) -> u8 {
    (sum >> PRECISION).clamp(0, 255) as u8
}

/// Half of the last place, which sums begin with.
const HALF: i32 = 1 << (PRECISION - 1);

impl<const BYTES: usize, const BANDS: usize> Kind for Bytes<BYTES, BANDS> {
    type Weight = i32;

    const BYTES: usize = BYTES;

    fn weights(coefficients: Coefficients<f64>) -> Result<Coefficients<i32>> {
        coefficients.fixed_point()
    }

    fn horizontal(out: &mut [u8], input: &[u8], coefficients: &Coefficients<i32>) {
        match (BYTES, BANDS) {
            (1, _) => horizontal_1(out, input, coefficients),
            (_, 2) => horizontal_4_2(out, input, coefficients),
            (_, 3) => horizontal_4_3(out, input, coefficients),
            _ => horizontal_4_4(out, input, coefficients),
        }
    }

    fn vertical(out: &mut [u8], rows: &[&[u8]], weights: &[i32]) {
        vertical_bytes(out, rows, weights);
        // Rows of pixels have zeros where there is no band; sums of them are zeros too.
        if BANDS == 2 || BANDS == 3 {
            clear_unused(out, BANDS);
        }
    }
}

/// Zeros the bytes of pixels of four that are no bands.
fn clear_unused(out: &mut [u8], bands: usize) {
    for pixel in out.as_chunks_mut::<4>().0 {
        for (byte, value) in pixel.iter_mut().enumerate() {
            if !is_band(byte, bands) {
                *value = 0;
            }
        }
    }
}

/// The bands of a pixel of four bytes.
#[inline(always)]
fn horizontal_pixels<const BANDS: usize>(out: &mut [u8], input: &[u8], coefficients: &Coefficients<i32>) {
    let input = input.as_chunks::<4>().0;
    for (x, out) in out.as_chunks_mut::<4>().0.iter_mut().enumerate() {
        let mut sums = [HALF; 4];
        let pixels = &input[coefficients.taps(x).start..];
        for (pixel, weight) in pixels.iter().zip(coefficients.weights(x)) {
            for (sum, value) in sums.iter_mut().zip(pixel) {
                *sum += i32::from(*value) * weight;
            }
        }
        for (byte, (out, sum)) in out.iter_mut().zip(sums).enumerate() {
            *out = if is_band(byte, BANDS) { rounded(sum) } else { 0 };
        }
    }
}

for_each_level! {
    /// One band.
    fn horizontal_1(out: &mut [u8], input: &[u8], coefficients: &Coefficients<i32>) {
        for (x, out) in out.iter_mut().enumerate() {
            let pixels = &input[coefficients.taps(x).start..];
            let products = pixels.iter().zip(coefficients.weights(x)).map(|(value, weight)| i32::from(*value) * weight);
            *out = rounded(HALF + products.sum::<i32>());
        }
    }

    /// Two bands, the first and the last of four bytes.
    fn horizontal_4_2(out: &mut [u8], input: &[u8], coefficients: &Coefficients<i32>) {
        horizontal_pixels::<2>(out, input, coefficients);
    }

    /// Three bands of four bytes.
    fn horizontal_4_3(out: &mut [u8], input: &[u8], coefficients: &Coefficients<i32>) {
        horizontal_pixels::<3>(out, input, coefficients);
    }

    /// Four bands.
    fn horizontal_4_4(out: &mut [u8], input: &[u8], coefficients: &Coefficients<i32>) {
        horizontal_pixels::<4>(out, input, coefficients);
    }

    /// Bytes, whatever band they are.
    fn vertical_bytes(out: &mut [u8], rows: &[&[u8]], weights: &[i32]) {
        const PIECE: usize = 64;
        let whole = out.len() / PIECE * PIECE;
        for start in (0..whole).step_by(PIECE) {
            let mut sums = [HALF; PIECE];
            for (row, weight) in rows.iter().zip(weights) {
                let row: &[u8; PIECE] = row[start..start + PIECE].try_into().expect("of this length");
                for (sum, value) in sums.iter_mut().zip(row) {
                    *sum += i32::from(*value) * weight;
                }
            }
            for (out, sum) in out[start..start + PIECE].iter_mut().zip(sums) {
                *out = rounded(sum);
            }
        }
        for (x, out) in out.iter_mut().enumerate().skip(whole) {
            let products = rows.iter().zip(weights).map(|(row, weight)| i32::from(row[x]) * weight);
            *out = rounded(HALF + products.sum::<i32>());
        }
    }
}

/// A value that sums of products are made of in double precision, term by term in the order of the taps.
trait Value: Copy {
    fn read(bytes: &[u8]) -> f64;

    fn write(sum: f64, bytes: &mut [u8]);
}

/// A sum as an integer: to the nearest, halves away from zero. A sum that is too large for one becomes the least one, as
/// x86 processors have it, which is what the reference gives there.
#[inline(always)]
fn nearest(sum: f64) -> i32 {
    let nearest = if sum >= 0.0 { sum + 0.5 } else { sum - 0.5 };
    if nearest > f64::from(i32::MIN) - 1.0 && nearest < -f64::from(i32::MIN) { nearest as i32 } else { i32::MIN }
}

/// 32-bit integers.
#[derive(Clone, Copy)]
pub struct Integer;

impl Value for Integer {
    #[inline(always)]
    fn read(bytes: &[u8]) -> f64 {
        f64::from(i32::from_ne_bytes(bytes.try_into().expect("four bytes")))
    }

    #[inline(always)]
    fn write(sum: f64, bytes: &mut [u8]) {
        bytes.copy_from_slice(&nearest(sum).to_ne_bytes());
    }
}

/// 32-bit floats.
#[derive(Clone, Copy)]
pub struct Float;

impl Value for Float {
    #[inline(always)]
    fn read(bytes: &[u8]) -> f64 {
        f64::from(f32::from_ne_bytes(bytes.try_into().expect("four bytes")))
    }

    #[inline(always)]
    fn write(sum: f64, bytes: &mut [u8]) {
        bytes.copy_from_slice(&(sum as f32).to_ne_bytes());
    }
}

/// 16-bit integers, the high byte first if `BIG`.
#[derive(Clone, Copy)]
pub struct Half<const BIG: bool>;

impl<const BIG: bool> Value for Half<BIG> {
    #[inline(always)]
    fn read(bytes: &[u8]) -> f64 {
        let bytes = bytes.try_into().expect("two bytes");
        f64::from(if BIG { u16::from_be_bytes(bytes) } else { u16::from_le_bytes(bytes) })
    }

    #[inline(always)]
    fn write(sum: f64, bytes: &mut [u8]) {
        let value = nearest(sum).clamp(0, 65535) as u16;
        bytes.copy_from_slice(&if BIG { value.to_be_bytes() } else { value.to_le_bytes() });
    }
}

for_each_level! {
    /// One value after the other.
    fn horizontal_values<V: Value>(out: &mut [u8], input: &[u8], coefficients: &Coefficients<f64>, bytes: usize) {
        for (x, out) in out.chunks_exact_mut(bytes).enumerate() {
            let pixels = input[coefficients.taps(x).start * bytes..].chunks_exact(bytes);
            let products = pixels.zip(coefficients.weights(x)).map(|(value, weight)| V::read(value) * weight);
            V::write(products.fold(0.0, |sum, product| sum + product), out);
        }
    }

    /// Several values at once, each on its own.
    fn vertical_values<V: Value>(out: &mut [u8], rows: &[&[u8]], weights: &[f64], bytes: usize) {
        const PIECE: usize = 16;
        for (piece, out) in out.chunks_mut(PIECE * bytes).enumerate() {
            let start = piece * PIECE * bytes;
            let mut sums = [0.0; PIECE];
            for (row, weight) in rows.iter().zip(weights) {
                let row = &row[start..start + out.len()];
                for (sum, value) in sums.iter_mut().zip(row.chunks_exact(bytes)) {
                    *sum += V::read(value) * weight;
                }
            }
            for (out, sum) in out.chunks_exact_mut(bytes).zip(sums) {
                V::write(sum, out);
            }
        }
    }
}

macro_rules! kind_of_values {
    ($kind:ty, $bytes:literal $(, $generic:ident)?) => {
        impl $(<const $generic: bool>)? Kind for $kind {
            type Weight = f64;

            const BYTES: usize = $bytes;

            fn weights(coefficients: Coefficients<f64>) -> Result<Coefficients<f64>> {
                Ok(coefficients)
            }

            fn horizontal(out: &mut [u8], input: &[u8], coefficients: &Coefficients<f64>) {
                horizontal_values::<Self>(out, input, coefficients, $bytes);
            }

            fn vertical(out: &mut [u8], rows: &[&[u8]], weights: &[f64]) {
                vertical_values::<Self>(out, rows, weights, $bytes);
            }
        }
    };
}

kind_of_values!(Integer, 4);
kind_of_values!(Float, 4);
kind_of_values!(Half<BIG>, 2, BIG);
