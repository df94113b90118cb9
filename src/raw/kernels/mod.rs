//! The same shuffles with more instructions.
//!
//! Every shuffle is compiled for each isa, where the compiler makes of it what it can. Those that only pick bytes have
//! permutations written by hand, which it does not find by itself: [`x86`].

#![allow(unsafe_code)] // instructions that not every processor has, used where it has them

#[cfg(target_arch = "x86_64")]
mod x86;

use super::shuffle::{Byte, Kernel, Pick, Shuffle};
use crate::simd::isa::Isa;

/// Converts a line with the instructions of a isa, which the processor must have.
pub fn shuffle<S: Shuffle>(isa: Isa, out: &mut [u8], input: &[u8], pixels: usize) {
    match isa {
        #[cfg(target_arch = "x86_64")]
        // SAFETY: the isa is one that was detected, or asked for and not higher than that.
        Isa::Avx512(_) => unsafe { x86::shuffle_avx512::<S>(out, input, pixels) },
        #[cfg(target_arch = "x86_64")]
        // SAFETY: as above.
        Isa::Avx2(_) => unsafe { x86::shuffle_avx2::<S>(out, input, pixels) },
        #[cfg(target_arch = "x86_64")]
        // SAFETY: as above.
        Isa::Sse41(_) => unsafe { x86::shuffle_sse41::<S>(out, input, pixels) },
        _ => match S::KERNEL {
            Kernel::Pick(Pick { input: 4, output: 1, bytes: [Byte::Of(place), ..] }) => one_of_four(out, input, place),
            _ => S::shuffle(out, input, pixels),
        },
    }
}

/// Picks one byte of four, as a part of a number: where nothing puts bytes into another order, these would be picked one by
/// one.
#[inline(always)]
fn one_of_four(out: &mut [u8], input: &[u8], place: u8) {
    for (out, pixel) in out.iter_mut().zip(input.as_chunks().0) {
        *out = (u32::from_le_bytes(*pixel) >> (8 * place)) as u8;
    }
}
