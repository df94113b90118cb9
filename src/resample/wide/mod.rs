//! Resampling of I, F and I;16: sums in double precision, Pillow's `ImagingResample*_32bpc` and `_16bpc`.
//!
//! Rounding is part of the result, so every sum adds its products tap by tap, without FMA, as in the reference. A
//! vector holds the sums of several *outputs*, never several products of one sum:
//!
//! - horizontal, [`scalar`]: four rows at once, whose sums do not wait for one another.
//! - horizontal, AVX-512 ([`avx512`]): eight neighbouring output values of up to four rows; "2048×1280, LANCZOS, I" and
//!   F.
//! - vertical, [`scalar`]: 32 columns at once, a loop that LLVM vectorises.

#[cfg(target_arch = "x86_64")]
mod avx512;
mod scalar;
#[cfg(target_arch = "x86_64")]
mod table;
mod value;

pub use value::{F32, I32, U16};

use super::coefficients::Coefficients;
use super::format::PixelFormat;
use crate::error::Result;
use crate::simd::isa::Isa;
use value::Value;

/// A method for the horizontal pass, with its coefficients.
pub enum Horizontal {
    Scalar,
    #[cfg(target_arch = "x86_64")]
    Avx512(table::Table),
}

impl<V: Value> PixelFormat for V {
    type Coefficient = f64;
    type Horizontal = Horizontal;
    type Vertical = ();
    type Scratch = ();

    const BYTES: usize = size_of::<V::Stored>();

    fn convert(coefficients: Coefficients<f64>) -> Result<Coefficients<f64>> {
        Ok(coefficients)
    }

    #[cfg_attr(not(target_arch = "x86_64"), allow(unused_variables))]
    fn plan_horizontal(coefficients: &Coefficients<f64>, (input, _): (usize, usize), isa: Isa) -> Result<Horizontal> {
        #[cfg(target_arch = "x86_64")]
        if let Some(isa) = isa.avx512() {
            let table = table::Table::new(isa, coefficients, input)?;
            return Ok(table.map_or(Horizontal::Scalar, Horizontal::Avx512));
        }
        Ok(Horizontal::Scalar)
    }

    fn plan_vertical(_: &Coefficients<f64>, _: usize, _: Isa) -> Result<()> {
        Ok(())
    }

    fn scratch(_: &Horizontal) -> Result<()> {
        Ok(())
    }

    fn horizontal(
        outs: &mut [&mut [u8]],
        inputs: &[&[u8]],
        coefficients: &Coefficients<f64>,
        method: &Horizontal,
        (): &mut (),
    ) {
        match method {
            #[cfg(target_arch = "x86_64")]
            Horizontal::Avx512(table) => avx512::horizontal::<V>(table.isa(), outs, inputs, table),
            Horizontal::Scalar => {
                let (fours, rest) = outs.as_chunks_mut();
                let (input_fours, input_rest) = inputs.as_chunks();
                for (outs, inputs) in fours.iter_mut().zip(input_fours) {
                    scalar::horizontal_4::<V>(outs, inputs, coefficients);
                }
                for (out, input) in rest.iter_mut().zip(input_rest) {
                    scalar::horizontal_1::<V>(out, input, coefficients);
                }
            }
        }
    }

    fn vertical(out: &mut [u8], taps: &[&[u8]], y: usize, coefficients: &Coefficients<f64>, (): &()) {
        scalar::vertical::<V>(out, taps, coefficients.of(y));
    }
}
