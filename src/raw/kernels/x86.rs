//! x86-64: SSE4.1, AVX2 and AVX-512.
//!
//! A kernel does as many pixels as its vectors hold, from the first on, and says how many. The compiled shuffle does the
//! rest.

use std::arch::x86_64::*;
use std::marker::PhantomData;

use super::super::shuffle::{Byte, Kernel, Pick, Shuffle};

/// SSE4.1.
#[target_feature(enable = "sse4.1,ssse3")]
pub fn shuffle_sse41<S: Shuffle>(out: &mut [u8], input: &[u8], pixels: usize) {
    let done = match S::KERNEL {
        // Bytes widened to two: the compiler unpacks them as well.
        Kernel::Pick(pick) if pick.input > 1 || pick.output > 2 => pick_sse41::<S>(out, input),
        Kernel::ToBits { reversed, inverted } => to_bits_sse41(out, input, reversed, inverted),
        _ => 0,
    };
    finish::<S>(out, input, pixels, done);
}

/// AVX2.
#[target_feature(enable = "avx2,bmi2")]
pub fn shuffle_avx2<S: Shuffle>(out: &mut [u8], input: &[u8], pixels: usize) {
    let done = match S::KERNEL {
        // To bytes, and from bytes: the compiler has shorter ways.
        Kernel::Pick(pick) if pick.input > 1 && pick.output > 1 => pick_avx2::<S>(out, input),
        Kernel::FromBits { reversed, inverted, scale } => from_bits_avx2(out, input, reversed, inverted, scale),
        Kernel::ToBits { reversed, inverted } => to_bits_avx2(out, input, reversed, inverted),
        Kernel::Vectors { avx2, .. } => avx2(out, input),
        Kernel::Pick(_) | Kernel::Same | Kernel::Compiled => 0,
    };
    finish::<S>(out, input, pixels, done);
}

/// AVX-512. The compiler finds its permutations of bytes by itself, but for one.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vbmi,avx2,bmi2")]
pub fn shuffle_avx512<S: Shuffle>(out: &mut [u8], input: &[u8], pixels: usize) {
    let done = match S::KERNEL {
        Kernel::FromBits { reversed, inverted, scale } => from_bits_avx512(out, input, reversed, inverted, scale),
        Kernel::ToBits { reversed, inverted } => to_bits_avx512(out, input, reversed, inverted),
        Kernel::Vectors { avx512, .. } => avx512(out, input),
        Kernel::Pick(Pick { input: 4, output: 1, bytes: [Byte::Of(place), ..] }) => pick_one_of_four(out, input, place),
        _ => 0,
    };
    finish::<S>(out, input, pixels, done);
}

/// Converts the pixels behind the first `done`, which end at whole bytes on both sides.
#[inline(always)]
fn finish<S: Shuffle>(out: &mut [u8], input: &[u8], pixels: usize, done: usize) {
    if done < pixels {
        S::shuffle(&mut out[S::output(done)..], &input[S::input(done)..], pixels - done);
    }
}

/// How bytes are picked for a vector of 16: from as many loads as have them all, each of which gives some.
struct Permutation<S>(PhantomData<S>);

impl<S: Shuffle> Permutation<S> {
    const PICK: Pick = match S::KERNEL {
        Kernel::Pick(pick) => pick,
        _ => Pick { input: 1, output: 1, bytes: [Byte::Of(0); 4] },
    };

    /// Pixels of a vector.
    const PIXELS: usize = 16 / Self::PICK.output;

    /// Bytes that these have before, and behind.
    const INPUT: usize = Self::PIXELS * Self::PICK.input;
    const OUTPUT: usize = Self::PIXELS * Self::PICK.output;

    /// How many loads have them all.
    const LOADS: usize = Self::INPUT.div_ceil(16);

    /// For each load, where the bytes of the outcome are in it; 0x80 for those that are not. Then the bits that are
    /// inverted, and those that are set.
    const TABLE: ([[u8; 16]; 8], [u8; 16], [u8; 16]) = {
        let (mut places, mut inverted, mut set) = ([[0x80; 16]; 8], [0; 16], [0; 16]);
        let mut n = 0;
        while n < Self::OUTPUT {
            let place = match Self::PICK.bytes[n % Self::PICK.output] {
                Byte::Always(value) => {
                    set[n] = value;
                    None
                }
                Byte::Not(place) => {
                    inverted[n] = 0xff;
                    Some(place)
                }
                Byte::Signed(place) => {
                    inverted[n] = 0x80;
                    Some(place)
                }
                Byte::Of(place) | Byte::Reversed(place) => Some(place),
            };
            if let Some(place) = place {
                let place = n / Self::PICK.output * Self::PICK.input + place as usize;
                places[place / 16][n] = (place % 16) as u8;
            }
            n += 1;
        }
        (places, inverted, set)
    };

    /// How many vectors there are whose loads and stores, of 16 bytes each, stay within the lines.
    fn vectors(out: &[u8], input: &[u8]) -> usize {
        let steps = |length: usize, access: usize, step: usize| length.checked_sub(access).map_or(0, |n| n / step + 1);
        steps(out.len(), 16, Self::OUTPUT).min(steps(input.len(), 16 * Self::LOADS, Self::INPUT))
    }
}

/// Picks bytes, 16 at once.
#[target_feature(enable = "sse4.1,ssse3")]
fn pick_sse41<S: Shuffle>(out: &mut [u8], input: &[u8]) -> usize {
    let (places, inverted, set) = const { &Permutation::<S>::TABLE };
    let vectors = Permutation::<S>::vectors(out, input);
    for vector in 0..vectors {
        // SAFETY: `vectors` are those whose accesses stay within the lines; the tables have 16 bytes each.
        unsafe {
            let from = input.as_ptr().add(vector * Permutation::<S>::INPUT);
            let mut picked = _mm_setzero_si128();
            for (load, places) in places.iter().enumerate().take(Permutation::<S>::LOADS) {
                let bytes = _mm_loadu_si128(from.add(16 * load).cast());
                picked = _mm_or_si128(picked, _mm_shuffle_epi8(bytes, _mm_loadu_si128(places.as_ptr().cast())));
            }
            picked = _mm_xor_si128(picked, _mm_loadu_si128(inverted.as_ptr().cast()));
            picked = _mm_or_si128(picked, _mm_loadu_si128(set.as_ptr().cast()));
            _mm_storeu_si128(out.as_mut_ptr().add(vector * Permutation::<S>::OUTPUT).cast(), picked);
        }
    }
    vectors * Permutation::<S>::PIXELS
}

/// Picks bytes, twice 16 at once.
#[target_feature(enable = "avx2")]
fn pick_avx2<S: Shuffle>(out: &mut [u8], input: &[u8]) -> usize {
    let (places, inverted, set) = const { &Permutation::<S>::TABLE };
    let vectors = Permutation::<S>::vectors(out, input) / 2;
    // SAFETY: the tables have 16 bytes each.
    let both = |table: &[u8; 16]| unsafe { _mm256_broadcastsi128_si256(_mm_loadu_si128(table.as_ptr().cast())) };
    for vector in 0..vectors {
        // SAFETY: twice `vectors` are those whose accesses stay within the lines.
        unsafe {
            let from = input.as_ptr().add(2 * vector * Permutation::<S>::INPUT);
            let mut picked = _mm256_setzero_si256();
            for (load, places) in places.iter().enumerate().take(Permutation::<S>::LOADS) {
                let low = from.add(16 * load).cast();
                let bytes = _mm256_loadu2_m128i(from.add(Permutation::<S>::INPUT + 16 * load).cast(), low);
                picked = _mm256_or_si256(picked, _mm256_shuffle_epi8(bytes, both(places)));
            }
            picked = _mm256_xor_si256(picked, both(inverted));
            picked = _mm256_or_si256(picked, both(set));
            let to = out.as_mut_ptr().add(2 * vector * Permutation::<S>::OUTPUT);
            // The lower store first: where a vector has less than 16 bytes, the upper one writes over what is too much.
            _mm256_storeu2_m128i(to.add(Permutation::<S>::OUTPUT).cast(), to.cast(), picked);
        }
    }
    2 * vectors * Permutation::<S>::PIXELS
}

/// Picks one byte of four, 64 at once.
#[target_feature(enable = "avx512f,avx512vbmi")]
fn pick_one_of_four(out: &mut [u8], input: &[u8], place: u8) -> usize {
    let places: [u8; 64] = std::array::from_fn(|pixel| (4 * pixel as u8).wrapping_add(place) % 128);
    // SAFETY: there are 64 bytes.
    let loaded = |bytes: &[u8; 64]| unsafe { _mm512_loadu_si512(bytes.as_ptr().cast()) };
    let places = loaded(&places);
    let (vectors, _) = out.as_chunks_mut::<64>();
    let count = vectors.len();
    for (out, [a, b, c, d]) in vectors.iter_mut().zip(input.as_chunks().0.as_chunks::<4>().0) {
        let first = _mm512_permutex2var_epi8(loaded(a), places, loaded(b));
        let second = _mm512_permutex2var_epi8(loaded(c), places, loaded(d));
        // Both have their bytes twice.
        let picked = _mm512_inserti64x4::<1>(first, _mm512_castsi512_si256(second));
        // SAFETY: there are 64 bytes.
        unsafe { _mm512_storeu_si512(out.as_mut_ptr().cast(), picked) };
    }
    count * 64
}

/// From where a pixel comes to its place, so that bits collected from the lowest on are in the order of the file.
const fn order(reversed: bool, place: usize) -> u8 {
    (if reversed { place } else { place ^ 7 }) as u8
}

/// Collects bits, 16 at once.
#[target_feature(enable = "sse4.1,ssse3")]
fn to_bits_sse41(out: &mut [u8], input: &[u8], reversed: bool, inverted: bool) -> usize {
    let places: [u8; 16] = std::array::from_fn(|place| order(reversed, place));
    let (vectors, _) = input.as_chunks::<16>();
    for (out, bytes) in out.as_chunks_mut::<2>().0.iter_mut().zip(vectors) {
        // SAFETY: both arrays have 16 bytes.
        let bytes = unsafe {
            let places = _mm_loadu_si128(places.as_ptr().cast());
            _mm_shuffle_epi8(_mm_loadu_si128(bytes.as_ptr().cast()), places)
        };
        let zeros = _mm_movemask_epi8(_mm_cmpeq_epi8(bytes, _mm_setzero_si128())) as u16;
        *out = (if inverted { zeros } else { !zeros }).to_le_bytes();
    }
    vectors.len() * 16
}

/// Collects bits, 32 at once.
#[target_feature(enable = "avx2")]
fn to_bits_avx2(out: &mut [u8], input: &[u8], reversed: bool, inverted: bool) -> usize {
    let places: [u8; 32] = std::array::from_fn(|place| order(reversed, place % 16));
    let (vectors, _) = input.as_chunks::<32>();
    for (out, bytes) in out.as_chunks_mut::<4>().0.iter_mut().zip(vectors) {
        // SAFETY: both arrays have 32 bytes.
        let bytes = unsafe {
            let places = _mm256_loadu_si256(places.as_ptr().cast());
            _mm256_shuffle_epi8(_mm256_loadu_si256(bytes.as_ptr().cast()), places)
        };
        let zeros = _mm256_movemask_epi8(_mm256_cmpeq_epi8(bytes, _mm256_setzero_si256())) as u32;
        *out = (if inverted { zeros } else { !zeros }).to_le_bytes();
    }
    vectors.len() * 32
}

/// Collects bits, 64 at once.
#[target_feature(enable = "avx512f,avx512bw")]
fn to_bits_avx512(out: &mut [u8], input: &[u8], reversed: bool, inverted: bool) -> usize {
    let places: [u8; 64] = std::array::from_fn(|place| order(reversed, place % 16));
    let (vectors, _) = input.as_chunks::<64>();
    for (out, bytes) in out.as_chunks_mut::<8>().0.iter_mut().zip(vectors) {
        // SAFETY: both arrays have 64 bytes.
        let bytes = unsafe {
            let places = _mm512_loadu_si512(places.as_ptr().cast());
            _mm512_shuffle_epi8(_mm512_loadu_si512(bytes.as_ptr().cast()), places)
        };
        let set = _mm512_test_epi8_mask(bytes, bytes);
        *out = (if inverted { !set } else { set }).to_le_bytes();
    }
    vectors.len() * 64
}

/// Spreads bits, 32 at once.
#[target_feature(enable = "avx2")]
fn from_bits_avx2(out: &mut [u8], input: &[u8], reversed: bool, inverted: bool, scale: u8) -> usize {
    // Each byte of the input is copied to the eight of its pixels, where one bit of it is looked at.
    let spread = _mm256_set_epi64x(0x0303_0303_0303_0303, 0x0202_0202_0202_0202, 0x0101_0101_0101_0101, 0);
    let bit = if reversed { 0x8040_2010_0804_0201u64 } else { 0x0102_0408_1020_4080 };
    let bits = _mm256_set1_epi64x(bit as i64);
    let wanted = if inverted { _mm256_setzero_si256() } else { bits };
    let scale = _mm256_set1_epi8(scale as i8);
    let (vectors, _) = out.as_chunks_mut::<32>();
    let count = vectors.len();
    for (out, bytes) in vectors.iter_mut().zip(input.as_chunks::<4>().0) {
        let bytes = _mm256_shuffle_epi8(_mm256_set1_epi32(i32::from_le_bytes(*bytes)), spread);
        let set = _mm256_cmpeq_epi8(_mm256_and_si256(bytes, bits), wanted);
        // SAFETY: there are 32 bytes.
        unsafe { _mm256_storeu_si256(out.as_mut_ptr().cast(), _mm256_and_si256(set, scale)) };
    }
    count * 32
}

/// Spreads bits, 64 at once.
#[target_feature(enable = "avx512f,avx512bw")]
fn from_bits_avx512(out: &mut [u8], input: &[u8], reversed: bool, inverted: bool, scale: u8) -> usize {
    let spread: [u8; 64] = std::array::from_fn(|pixel| (pixel / 8) as u8);
    // SAFETY: there are 64 bytes.
    let spread = unsafe { _mm512_loadu_si512(spread.as_ptr().cast()) };
    let bit = if reversed { 0x8040_2010_0804_0201u64 } else { 0x0102_0408_1020_4080 };
    let bits = _mm512_set1_epi64(bit as i64);
    let scale = _mm512_set1_epi8(scale as i8);
    let (vectors, _) = out.as_chunks_mut::<64>();
    let count = vectors.len();
    for (out, bytes) in vectors.iter_mut().zip(input.as_chunks::<8>().0) {
        let bytes = _mm512_shuffle_epi8(_mm512_set1_epi64(i64::from_le_bytes(*bytes)), spread);
        let set = if inverted { _mm512_testn_epi8_mask(bytes, bits) } else { _mm512_test_epi8_mask(bytes, bits) };
        // SAFETY: there are 64 bytes.
        unsafe { _mm512_storeu_si512(out.as_mut_ptr().cast(), _mm512_maskz_mov_epi8(set, scale)) };
    }
    count * 64
}
