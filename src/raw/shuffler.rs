//! Line conversions as values: for tables, and for C as `ImagingShuffler`.

use std::marker::PhantomData;

use super::conversion::{Kernel, LineConversion};
use super::dispatch;
use super::lanes::LanePattern;
use crate::image::shuffler::{self, RowConversion, ShufflerFn};
use crate::simd::isa;

/// A line conversion as function pointers.
#[derive(Clone, Copy)]
pub struct Shuffler {
    /// Returns the bytes of an input line: [`LineConversion::input_bytes`].
    pub input_bytes: fn(usize) -> usize,
    /// Returns the bytes of an output line: [`LineConversion::output_bytes`].
    pub output_bytes: fn(usize) -> usize,
    /// Converts a line with the kernels of the current ISA: [`LineConversion::convert`].
    pub convert: fn(&mut [u8], &[u8], usize),
    /// The same as a C function: `ImagingShuffler`.
    pub entry: ShufflerFn,
    /// Whether the layouts are equal, so that a file can be mapped.
    pub is_copy: bool,
    /// The conversion, if it is a swizzle: for a codec that writes pixels itself.
    pub swizzle: Option<LanePattern>,
    /// `convert` with the kernels of a given ISA.
    #[cfg(test)]
    pub convert_with: fn(isa::Isa, &mut [u8], &[u8], usize),
}

impl Shuffler {
    /// Returns the shuffler of the conversion `C`.
    pub const fn of<C: LineConversion>() -> Self {
        Self {
            input_bytes: C::input_bytes,
            output_bytes: C::output_bytes,
            convert: convert::<C>,
            entry: shuffler::shuffler::<CLine<C>>,
            is_copy: matches!(C::KERNEL, Kernel::Copy),
            swizzle: match C::KERNEL {
                Kernel::Swizzle(pattern) => Some(pattern),
                _ => None,
            },
            #[cfg(test)]
            convert_with: dispatch::convert::<C>,
        }
    }

    /// Whether lines of `pixels` pixels fit `input` bytes to be read and `output` bytes to be written.
    pub fn fits(&self, pixels: usize, input: usize, output: usize) -> bool {
        (self.input_bytes)(pixels) <= input && (self.output_bytes)(pixels) <= output
    }
}

/// Converts a line with the kernels of the current ISA.
fn convert<C: LineConversion>(out: &mut [u8], input: &[u8], pixels: usize) {
    // `memcpy` dispatches by itself.
    if let Kernel::Copy = C::KERNEL {
        return C::convert(out, input, pixels);
    }
    dispatch::convert::<C>(isa::current(), out, input, pixels);
}

/// Adapts a conversion to lines of C programs.
struct CLine<C>(PhantomData<C>);

impl<C: LineConversion> RowConversion for CLine<C> {
    fn input_bytes(pixels: usize) -> usize {
        C::input_bytes(pixels)
    }

    fn output_bytes(pixels: usize) -> usize {
        C::output_bytes(pixels)
    }

    fn convert(out: &mut [u8], input: &[u8], pixels: usize) {
        convert::<C>(out, input, pixels);
    }
}
