//! Dispatch of line conversions on the ISA.
//!
//! Every conversion is compiled for each ISA from its one body, and LLVM vectorises it where it can. Where a conversion names
//! a [`Kernel`] that the ISA has, the kernel converts whole vectors of pixels first, and the body the last few:
//!
//! | kernel | SSE4.1 | AVX2 | AVX-512 |
//! | --- | --- | --- | --- |
//! | swizzle | `pshufb` | `vpshufb`, unless one side has 1 byte a pixel | one lane of four: `vpermt2b`; else LLVM |
//! | unpack bits | LLVM | yes | yes |
//! | pack bits | yes | yes | yes |
//! | functions of `color` and [`ycbcr`](super::ycbcr) | LLVM | yes | yes |

#[cfg(target_arch = "x86_64")]
mod x86;

use super::conversion::{Kernel, LineConversion};
use super::lanes::{LanePattern, LaneSource};
use super::swizzle;
use crate::simd::isa::Isa;

/// Converts a line with the kernels of an ISA.
pub fn convert<C: LineConversion>(isa: Isa, out: &mut [u8], input: &[u8], pixels: usize) {
    match isa {
        #[cfg(target_arch = "x86_64")]
        Isa::Avx512(avx512) => x86::avx512::<C>(avx512, out, input, pixels),
        #[cfg(target_arch = "x86_64")]
        Isa::Avx2(avx2) => x86::avx2::<C>(avx2, out, input, pixels),
        #[cfg(target_arch = "x86_64")]
        Isa::Sse41(sse41) => x86::sse41::<C>(sse41, out, input, pixels),
        Isa::Generic => match C::KERNEL {
            Kernel::Swizzle(LanePattern { input: 4, output: 1, lanes: [LaneSource::Lane(lane), ..] }) => {
                swizzle::extract_lane(out, input, lane);
            }
            _ => C::convert(out, input, pixels),
        },
    }
}
