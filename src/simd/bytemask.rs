//! Comparisons of bytes, with a bit for each byte as their result.
//!
//! Run lengths are found in such masks: the number of trailing zeros is the distance of the next byte that differs, whatever
//! the length of a run, so there is no branch for a byte. SSE2 is part of x86-64, so nothing is detected.

#[cfg(target_arch = "x86_64")]
use std::arch::x86_64::*;

#[cfg(target_arch = "x86_64")]
use crate::simd::isa::{Sse2, entry};

/// The bytes that are compared at once.
pub const BYTES: usize = u64::BITS as usize;

/// Returns a mask of the bytes of `a` that differ from those of `b`. The first byte has the lowest bit.
#[inline(always)]
pub fn unequal(a: &[u8; BYTES], b: &[u8; BYTES]) -> u64 {
    #[cfg(target_arch = "x86_64")]
    let mask = sse2(Sse2, a, b);
    #[cfg(not(target_arch = "x86_64"))]
    let mask = words(a, b);
    mask
}

#[cfg(target_arch = "x86_64")]
entry! {
    fn sse2(Sse2, a: &[u8; BYTES], b: &[u8; BYTES]) -> u64 = unequal_sse2;
}

#[cfg(target_arch = "x86_64")]
#[inline]
#[target_feature(enable = "sse2")]
fn unequal_sse2(a: &[u8; BYTES], b: &[u8; BYTES]) -> u64 {
    let (a, b): ([__m128i; 4], [__m128i; 4]) = (bytemuck::cast(*a), bytemuck::cast(*b));
    let equal = |part: usize| u64::from(_mm_movemask_epi8(_mm_cmpeq_epi8(a[part], b[part])).cast_unsigned());
    !(equal(0) | equal(1) << 16 | equal(2) << 32 | equal(3) << 48)
}

/// Compares eight bytes in a word at a time.
#[cfg(any(test, not(target_arch = "x86_64")))]
fn words(a: &[u8; BYTES], b: &[u8; BYTES]) -> u64 {
    const LOW_BITS: u64 = u64::from_ne_bytes([0x7f; 8]);
    /// Moves the lowest bits of all bytes to the top byte: each is multiplied by a power of 2 of its own.
    const GATHER: u64 = 0x0102_0408_1020_4080;
    let words = a.as_chunks::<8>().0.iter().zip(b.as_chunks::<8>().0).rev();
    words.fold(0, |mask, (a, b)| {
        let difference = u64::from_le_bytes(*a) ^ u64::from_le_bytes(*b);
        let top_bits = (((difference & LOW_BITS) + LOW_BITS) | difference) & !LOW_BITS;
        mask << 8 | (top_bits >> 7).wrapping_mul(GATHER) >> 56
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing_random::bytes;

    #[test]
    fn each_byte_has_a_bit() {
        let mut random = bytes(1);
        for round in 0..1000 {
            let mut byte = || random.next().expect("endless");
            let a: [u8; BYTES] = std::array::from_fn(|_| byte());
            let b = a.map(|value| if byte() & 1 == 0 { value } else { value ^ [byte(), 1, 0x80][round % 3] });
            let expected = (0..BYTES).fold(0, |mask, at| mask | u64::from(a[at] != b[at]) << at);
            assert_eq!([unequal(&a, &b), words(&a, &b)], [expected; 2]);
        }
    }
}
