//! The kernels that a conversion has on each ISA of x86-64.

use crate::raw::conversion::{Kernel, LineConversion};
use crate::raw::lanes::{LanePattern, LaneSource};
use crate::raw::{bits, swizzle};
use crate::simd::isa::{Avx2, Avx512, entry};

entry! {
    /// Converts a line with SSE4.1.
    pub fn sse41[C: LineConversion][C](Sse41, out: &mut [u8], input: &[u8], pixels: usize) = convert_sse41::<C>;

    /// Converts a line with AVX2.
    pub fn avx2[C: LineConversion][C](Avx2 as isa, out: &mut [u8], input: &[u8], pixels: usize) = convert_avx2::<C>;

    /// Converts a line with AVX-512.
    pub fn avx512[C: LineConversion][C](Avx512 as isa, out: &mut [u8], input: &[u8], pixels: usize) = convert_avx512::<C>;
}

#[target_feature(enable = "sse4.1,ssse3")]
fn convert_sse41<C: LineConversion>(out: &mut [u8], input: &[u8], pixels: usize) {
    let converted = match C::KERNEL {
        // Bytes widened to two are as good from LLVM (`punpcklbw`).
        Kernel::Swizzle(pattern) if pattern.input > 1 || pattern.output > 2 => swizzle::sse41::swizzle::<C>(out, input),
        Kernel::PackBits { lsb_first, inverted } => bits::sse41::pack(out, input, lsb_first, inverted),
        _ => 0,
    };
    convert_rest::<C>(out, input, pixels, converted);
}

#[target_feature(enable = "avx2,bmi2")]
fn convert_avx2<C: LineConversion>(isa: Avx2, out: &mut [u8], input: &[u8], pixels: usize) {
    let converted = match C::KERNEL {
        // From and to single bytes LLVM needs fewer instructions (`vpmovzx`, `vpackuswb`).
        Kernel::Swizzle(pattern) if pattern.input > 1 && pattern.output > 1 => swizzle::avx2::swizzle::<C>(out, input),
        Kernel::UnpackBits { lsb_first, inverted, scale } => bits::avx2::unpack(out, input, lsb_first, inverted, scale),
        Kernel::PackBits { lsb_first, inverted } => bits::avx2::pack(out, input, lsb_first, inverted),
        Kernel::Vectors { avx2, .. } => avx2(isa, out, input),
        Kernel::Swizzle(_) | Kernel::Copy | Kernel::Autovectorized => 0,
    };
    convert_rest::<C>(out, input, pixels, converted);
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vbmi,avx2,bmi2")]
fn convert_avx512<C: LineConversion>(isa: Avx512, out: &mut [u8], input: &[u8], pixels: usize) {
    let converted = match C::KERNEL {
        Kernel::UnpackBits { lsb_first, inverted, scale } => {
            bits::avx512::unpack(out, input, lsb_first, inverted, scale)
        }
        Kernel::PackBits { lsb_first, inverted } => bits::avx512::pack(out, input, lsb_first, inverted),
        Kernel::Vectors { avx512, .. } => avx512(isa, out, input),
        Kernel::Swizzle(LanePattern { input: 4, output: 1, lanes: [LaneSource::Lane(lane), ..] }) => {
            swizzle::avx512::extract_lane(out, input, lane)
        }
        _ => 0,
    };
    convert_rest::<C>(out, input, pixels, converted);
}

/// Converts the pixels from `converted` on, whose bytes start at whole bytes on both sides.
#[inline(always)]
fn convert_rest<C: LineConversion>(out: &mut [u8], input: &[u8], pixels: usize, converted: usize) {
    if converted < pixels {
        let (out, input) = (&mut out[C::output_bytes(converted)..], &input[C::input_bytes(converted)..]);
        C::convert(out, input, pixels - converted);
    }
}
