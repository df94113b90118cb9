//! Pixels of less than a byte.

use super::shuffle::{Kernel, Shuffle};

/// Pixels of `N` bits, the first in the upper bits; `REVERSED` if it is the other way round (bits of a pixel included),
/// `INVERTED` if 0 is white. A pixel's value is multiplied by `SCALE`.
pub struct FromBits<const N: usize, const REVERSED: bool, const INVERTED: bool, const SCALE: u8>;

impl<const N: usize, const REVERSED: bool, const INVERTED: bool, const SCALE: u8> Shuffle
    for FromBits<N, REVERSED, INVERTED, SCALE>
{
    fn input(pixels: usize) -> usize {
        (pixels * N).div_ceil(8)
    }

    fn output(pixels: usize) -> usize {
        pixels
    }

    #[inline(always)]
    fn shuffle(out: &mut [u8], input: &[u8], _pixels: usize) {
        let expand = |byte: u8, out: &mut [u8]| {
            let byte = if REVERSED { byte.reverse_bits() } else { byte };
            let byte = if INVERTED { !byte } else { byte };
            for (place, out) in out.iter_mut().enumerate() {
                *out = (byte >> (8 - N - N * place) & ((1 << N) - 1) as u8) * SCALE;
            }
        };
        let per_byte = 8 / N;
        let (whole, rest) = out.split_at_mut(out.len() / per_byte * per_byte);
        for (out, byte) in whole.chunks_exact_mut(per_byte).zip(input) {
            expand(*byte, out);
        }
        if !rest.is_empty() {
            expand(input[input.len() - 1], rest);
        }
    }

    const KERNEL: Kernel = match N {
        1 => Kernel::FromBits { reversed: REVERSED, inverted: INVERTED, scale: SCALE },
        _ => Kernel::Compiled,
    };
}

/// Collects the lower `N` bits of `PIXELS` pixels, which are one number: a product moves them all. There are vectors of
/// such numbers, while to take bytes out of vectors one by one is slow.
#[inline(always)]
fn narrow<const N: usize, const PIXELS: usize>(out: &mut [u8], input: &[u8]) {
    let (mut kept, mut moves) = (0u32, 0u32);
    for place in 0..PIXELS {
        kept |= ((1 << N) - 1) << (8 * place);
        moves |= 1 << ((8 + N) * (PIXELS - 1 - place));
    }
    for (out, pixels) in out.iter_mut().zip(input.as_chunks::<PIXELS>().0) {
        let mut word = [0; 4];
        word[..PIXELS].copy_from_slice(pixels);
        let product = (u32::from_le_bytes(word) & kept).wrapping_mul(moves);
        *out = (product >> (8 * (PIXELS - 1))) as u8;
    }
}

/// Pixels become `N` bits, the lower bits of each, the first in the upper bits of a byte. One bit is set where a pixel
/// is not 0. `REVERSED` and `INVERTED` as for [`FromBits`].
pub struct ToBits<const N: usize, const REVERSED: bool, const INVERTED: bool>;

impl<const N: usize, const REVERSED: bool, const INVERTED: bool> Shuffle for ToBits<N, REVERSED, INVERTED> {
    fn input(pixels: usize) -> usize {
        pixels
    }

    fn output(pixels: usize) -> usize {
        (pixels * N).div_ceil(8)
    }

    #[inline(always)]
    fn shuffle(out: &mut [u8], input: &[u8], _pixels: usize) {
        let collect = |pixels: &[u8]| {
            let mut byte = 0u8;
            for (place, pixel) in pixels.iter().enumerate() {
                let value = match N {
                    1 => u8::from((*pixel != 0) != INVERTED),
                    _ => pixel & ((1 << N) - 1) as u8,
                };
                byte |= if REVERSED { value << (N * place) } else { value << (8 - N - N * place) };
            }
            byte
        };
        let whole = input.chunks_exact(8 / N);
        let rest = whole.remainder();
        match N {
            2 if !REVERSED => narrow::<2, 4>(out, input),
            4 if !REVERSED => narrow::<4, 2>(out, input),
            _ => out.iter_mut().zip(whole).for_each(|(out, pixels)| *out = collect(pixels)),
        }
        if let ([.., last], false) = (out, rest.is_empty()) {
            *last = collect(rest);
        }
    }

    const KERNEL: Kernel = match N {
        1 => Kernel::ToBits { reversed: REVERSED, inverted: INVERTED },
        _ => Kernel::Compiled,
    };
}

/// Pixels whose bits lie in `N` planes, the lowest first: a line of upper-first bits for each.
pub struct FromBitPlanes<const N: usize>;

impl<const N: usize> Shuffle for FromBitPlanes<N> {
    fn input(pixels: usize) -> usize {
        N * pixels.div_ceil(8)
    }

    fn output(pixels: usize) -> usize {
        pixels
    }

    #[inline(always)]
    fn shuffle(out: &mut [u8], input: &[u8], pixels: usize) {
        let plane = pixels.div_ceil(8);
        for (column, out) in out.chunks_mut(8).enumerate() {
            for (place, out) in out.iter_mut().enumerate() {
                *out = (0..N).fold(0, |value, bit| value | (input[bit * plane + column] >> (7 - place) & 1) << bit);
            }
        }
    }
}

/// Bytes that are true where they are not 0: 255, or 0.
pub struct Truth;

impl Shuffle for Truth {
    fn input(pixels: usize) -> usize {
        pixels
    }

    fn output(pixels: usize) -> usize {
        pixels
    }

    #[inline(always)]
    fn shuffle(out: &mut [u8], input: &[u8], _pixels: usize) {
        for (out, input) in out.iter_mut().zip(input) {
            *out = if *input != 0 { 255 } else { 0 };
        }
    }
}

/// Two pixels of 12 bits in three bytes, upper bits first, become 16-bit values with the low byte first.
pub struct FromTwelve;

impl Shuffle for FromTwelve {
    fn input(pixels: usize) -> usize {
        (pixels * 12).div_ceil(8)
    }

    fn output(pixels: usize) -> usize {
        pixels * 2
    }

    #[inline(always)]
    fn shuffle(out: &mut [u8], input: &[u8], _pixels: usize) {
        let (pairs, last) = out.as_chunks_mut::<4>();
        for (out, [a, b, c]) in pairs.iter_mut().zip(input.as_chunks::<3>().0) {
            let (first, second) = (u16::from(*a) << 4 | u16::from(*b >> 4), u16::from(*b & 0x0f) << 8 | u16::from(*c));
            let ([first_low, first_high], [second_low, second_high]) = (first.to_le_bytes(), second.to_le_bytes());
            *out = [first_low, first_high, second_low, second_high];
        }
        if let ([low, high], [.., a, b]) = (last, input) {
            [*low, *high] = (u16::from(*a) << 4 | u16::from(*b >> 4)).to_le_bytes();
        }
    }
}
