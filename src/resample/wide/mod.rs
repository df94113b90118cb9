//! Values of 16 and 32 bits: sums of products in double precision, term by term in the order of the taps, since rounding is
//! part of the outcome.

#[cfg(target_arch = "x86_64")]
mod avx512;
pub mod table;

use super::format::{Kind, Scratch};
use crate::error::Result;
use crate::resample::coefficients::Coefficients;
use crate::resample::wide::table::{Number, Spread};
use crate::simd::isa::{Isa, multiversion};
use crate::simd::truncate;

/// Rows whose sums are made side by side.
const FOUR: usize = 4;

/// A value in its bytes.
trait Value: Copy {
    /// Which kind it is.
    const NUMBER: Number;

    /// Its bytes.
    type Stored: bytemuck::Pod;

    fn read(stored: Self::Stored) -> f64;

    fn made<const N: usize>(sums: [f64; N]) -> [Self::Stored; N];
}

/// A sum as an integer: to the nearest, halves away from zero. A sum that is too large for one becomes the least one, as
/// x86 processors have it, which is what the reference gives there.
#[inline(always)]
fn nearest<const N: usize>(sums: [f64; N]) -> [i32; N] {
    truncate::truncate(sums.map(|sum| if sum >= 0.0 { sum + 0.5 } else { sum - 0.5 }))
}

/// 32-bit integers.
#[derive(Clone, Copy)]
pub struct Integer;

impl Value for Integer {
    const NUMBER: Number = Number::Integer;

    type Stored = [u8; 4];

    #[inline(always)]
    fn read(stored: [u8; 4]) -> f64 {
        f64::from(i32::from_ne_bytes(stored))
    }

    #[inline(always)]
    fn made<const N: usize>(sums: [f64; N]) -> [[u8; 4]; N] {
        nearest(sums).map(i32::to_ne_bytes)
    }
}

/// 32-bit floats.
#[derive(Clone, Copy)]
pub struct Float;

impl Value for Float {
    const NUMBER: Number = Number::Float;

    type Stored = [u8; 4];

    #[inline(always)]
    fn read(stored: [u8; 4]) -> f64 {
        f64::from(f32::from_ne_bytes(stored))
    }

    #[inline(always)]
    fn made<const N: usize>(sums: [f64; N]) -> [[u8; 4]; N] {
        sums.map(|sum| (sum as f32).to_ne_bytes())
    }
}

/// 16-bit integers, the high byte first if `BIG`.
#[derive(Clone, Copy)]
pub struct Half<const BIG: bool>;

impl<const BIG: bool> Value for Half<BIG> {
    const NUMBER: Number = if BIG { Number::Big } else { Number::Little };

    type Stored = [u8; 2];

    #[inline(always)]
    fn read(stored: [u8; 2]) -> f64 {
        f64::from(if BIG { u16::from_be_bytes(stored) } else { u16::from_le_bytes(stored) })
    }

    #[inline(always)]
    fn made<const N: usize>(sums: [f64; N]) -> [[u8; 2]; N] {
        let values = nearest(sums).map(|value| value.clamp(0, 65535) as u16);
        values.map(|value| if BIG { value.to_be_bytes() } else { value.to_le_bytes() })
    }
}

multiversion! {
    /// One row.
    fn horizontal_1<V: Value>(out: &mut [u8], input: &[u8], coefficients: &Coefficients<f64>) {
        let input: &[V::Stored] = bytemuck::cast_slice(input);
        for (x, out) in bytemuck::cast_slice_mut::<u8, V::Stored>(out).iter_mut().enumerate() {
            let values = &input[coefficients.taps(x).start..];
            let products = values.iter().zip(coefficients.weights(x)).map(|(value, weight)| V::read(*value) * weight);
            [*out] = V::made([products.fold(0.0, |sum, product| sum + product)]);
        }
    }

    /// Four rows, whose sums do not wait for each other.
    fn horizontal_4<V: Value>(outs: &mut [&mut [u8]; FOUR], inputs: &[&[u8]; FOUR], coefficients: &Coefficients<f64>) {
        let inputs: [&[V::Stored]; FOUR] = inputs.map(bytemuck::cast_slice);
        for x in 0..coefficients.len() {
            let (taps, weights) = (coefficients.taps(x), coefficients.weights(x));
            let values = inputs.map(|input| &input[taps.start..][..weights.len()]);
            let mut sums = [0.0; FOUR];
            for (tap, weight) in weights.iter().enumerate() {
                for (sum, values) in sums.iter_mut().zip(values) {
                    *sum += V::read(values[tap]) * weight;
                }
            }
            for (out, made) in outs.iter_mut().zip(V::made(sums)) {
                bytemuck::cast_slice_mut::<u8, V::Stored>(out)[x] = made;
            }
        }
    }

    /// Several values at once, each on its own.
    fn vertical_values<V: Value>(out: &mut [u8], rows: &[&[u8]], weights: &[f64]) {
        const PIECE: usize = 32;
        let (pieces, rest) = bytemuck::cast_slice_mut::<u8, V::Stored>(out).as_chunks_mut::<PIECE>();
        for (piece, out) in pieces.iter_mut().enumerate() {
            let mut sums = [0.0; PIECE];
            for (row, weight) in rows.iter().zip(weights) {
                let values = &bytemuck::cast_slice::<u8, V::Stored>(row).as_chunks::<PIECE>().0[piece];
                for (sum, value) in sums.iter_mut().zip(values) {
                    *sum += V::read(*value) * weight;
                }
            }
            *out = V::made(sums);
        }
        for (x, out) in rest.iter_mut().enumerate() {
            let values = rows.iter().map(|row| bytemuck::cast_slice::<u8, V::Stored>(row)[pieces.len() * PIECE + x]);
            let products = values.zip(weights).map(|(value, weight)| V::read(value) * weight);
            [*out] = V::made([products.fold(0.0, |sum, product| sum + product)]);
        }
    }
}

macro_rules! kind_of_values {
    ($kind:ty $(, $generic:ident)?) => {
        impl $(<const $generic: bool>)? Kind for $kind {
            type Weight = f64;
            type Across = Option<Spread>;
            type Down = ();

            const BYTES: usize = size_of::<<Self as Value>::Stored>();

            fn weights(coefficients: Coefficients<f64>) -> Result<Coefficients<f64>> {
                Ok(coefficients)
            }

            fn across(coefficients: &Coefficients<f64>, (input, _): (usize, usize), isa: Isa) -> Result<Option<Spread>> {
                if isa.avx512().is_some() { Spread::new(coefficients, input) } else { Ok(None) }
            }

            fn down(_: &Coefficients<f64>, _: usize, _: Isa) -> Result<()> {
                Ok(())
            }

            fn horizontal(
                outs: &mut [&mut [u8]],
                inputs: &[&[u8]],
                coefficients: &Coefficients<f64>,
                spread: &Option<Spread>,
                _scratch: &mut Scratch,
            ) {
                #[cfg(target_arch = "x86_64")]
                if let Some(spread) = spread {
                    return avx512::values(outs, inputs, spread, Self::NUMBER);
                }
                let (fours, rest) = outs.as_chunks_mut();
                let (inputs, rest_of_inputs) = inputs.as_chunks();
                for (outs, inputs) in fours.iter_mut().zip(inputs) {
                    horizontal_4::<Self>(outs, inputs, coefficients);
                }
                for (out, input) in rest.iter_mut().zip(rest_of_inputs) {
                    horizontal_1::<Self>(out, input, coefficients);
                }
            }

            fn vertical(out: &mut [u8], rows: &[&[u8]], y: usize, coefficients: &Coefficients<f64>, (): &()) {
                vertical_values::<Self>(out, rows, coefficients.weights(y));
            }
        }
    };
}

kind_of_values!(Integer);
kind_of_values!(Float);
kind_of_values!(Half<BIG>, BIG);
