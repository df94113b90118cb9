//! Bit packing and unpacking in plain code.

use crate::raw::conversion::{Kernel, LineConversion};

/// Unpacks pixels of `N` bits. The first has the most significant bits; all bits of a byte are in reverse order if
/// `LSB_FIRST`, and inverted if `INVERTED`. Values are multiplied by `SCALE`.
pub struct UnpackBits<const N: usize, const LSB_FIRST: bool, const INVERTED: bool, const SCALE: u8>;

impl<const N: usize, const LSB_FIRST: bool, const INVERTED: bool, const SCALE: u8> LineConversion
    for UnpackBits<N, LSB_FIRST, INVERTED, SCALE>
{
    fn input_bytes(pixels: usize) -> usize {
        (pixels * N).div_ceil(8)
    }

    fn output_bytes(pixels: usize) -> usize {
        pixels
    }

    #[inline(always)]
    fn convert(out: &mut [u8], input: &[u8], _pixels: usize) {
        let unpack = |byte: u8, out: &mut [u8]| {
            let byte = if LSB_FIRST { byte.reverse_bits() } else { byte };
            let byte = if INVERTED { !byte } else { byte };
            for (n, out) in out.iter_mut().enumerate() {
                *out = (byte >> (8 - N - N * n) & ((1 << N) - 1) as u8) * SCALE;
            }
        };
        let per_byte = 8 / N;
        let (whole, partial) = out.split_at_mut(out.len() / per_byte * per_byte);
        for (out, byte) in whole.chunks_exact_mut(per_byte).zip(input) {
            unpack(*byte, out);
        }
        if !partial.is_empty() {
            unpack(input[input.len() - 1], partial);
        }
    }

    const KERNEL: Kernel = match N {
        1 => Kernel::UnpackBits { lsb_first: LSB_FIRST, inverted: INVERTED, scale: SCALE },
        _ => Kernel::Autovectorized,
    };
}

/// Packs the low `N` bits of `PIXELS` pixels into each byte, the first pixel into the most significant bits.
///
/// The pixels are one `u32`, and one multiplication moves all of them: it adds a copy shifted for each pixel, so that
/// their bits meet in one byte. LLVM vectorises that; extracting bytes from vectors one by one is slow.
#[inline(always)]
fn pack_by_multiplication<const N: usize, const PIXELS: usize>(out: &mut [u8], input: &[u8]) {
    let (mut mask, mut shifts) = (0u32, 0u32);
    for n in 0..PIXELS {
        mask |= ((1 << N) - 1) << (8 * n);
        shifts |= 1 << ((8 + N) * (PIXELS - 1 - n));
    }
    for (out, pixels) in out.iter_mut().zip(input.as_chunks::<PIXELS>().0) {
        let mut word = [0; 4];
        word[..PIXELS].copy_from_slice(pixels);
        let product = (u32::from_le_bytes(word) & mask).wrapping_mul(shifts);
        *out = (product >> (8 * (PIXELS - 1))) as u8;
    }
}

/// Packs the low `N` bits of each pixel. For `N` = 1 the bit is whether the pixel is not 0. `LSB_FIRST` and `INVERTED` as
/// for [`UnpackBits`].
pub struct PackBits<const N: usize, const LSB_FIRST: bool, const INVERTED: bool>;

impl<const N: usize, const LSB_FIRST: bool, const INVERTED: bool> LineConversion for PackBits<N, LSB_FIRST, INVERTED> {
    fn input_bytes(pixels: usize) -> usize {
        pixels
    }

    fn output_bytes(pixels: usize) -> usize {
        (pixels * N).div_ceil(8)
    }

    #[inline(always)]
    fn convert(out: &mut [u8], input: &[u8], _pixels: usize) {
        let pack = |pixels: &[u8]| {
            let mut byte = 0u8;
            for (n, pixel) in pixels.iter().enumerate() {
                let value = match N {
                    1 => u8::from((*pixel != 0) != INVERTED),
                    _ => pixel & ((1 << N) - 1) as u8,
                };
                byte |= if LSB_FIRST { value << (N * n) } else { value << (8 - N - N * n) };
            }
            byte
        };
        let whole = input.chunks_exact(8 / N);
        let partial = whole.remainder();
        match N {
            2 if !LSB_FIRST => pack_by_multiplication::<2, 4>(out, input),
            4 if !LSB_FIRST => pack_by_multiplication::<4, 2>(out, input),
            _ => out.iter_mut().zip(whole).for_each(|(out, pixels)| *out = pack(pixels)),
        }
        if let ([.., last], false) = (out, partial.is_empty()) {
            *last = pack(partial);
        }
    }

    const KERNEL: Kernel = match N {
        1 => Kernel::PackBits { lsb_first: LSB_FIRST, inverted: INVERTED },
        _ => Kernel::Autovectorized,
    };
}

/// Unpacks `N` bit planes: the file has a line of bits for each, the least significant bits of all pixels first.
pub struct UnpackBitPlanes<const N: usize>;

impl<const N: usize> LineConversion for UnpackBitPlanes<N> {
    fn input_bytes(pixels: usize) -> usize {
        N * pixels.div_ceil(8)
    }

    fn output_bytes(pixels: usize) -> usize {
        pixels
    }

    #[inline(always)]
    fn convert(out: &mut [u8], input: &[u8], pixels: usize) {
        let plane_bytes = pixels.div_ceil(8);
        for (byte, out) in out.chunks_mut(8).enumerate() {
            for (n, out) in out.iter_mut().enumerate() {
                *out =
                    (0..N).fold(0, |value, plane| value | (input[plane * plane_bytes + byte] >> (7 - n) & 1) << plane);
            }
        }
    }
}

/// Binarizes bytes: 255 where a byte is not 0.
pub struct Binarize;

impl LineConversion for Binarize {
    fn input_bytes(pixels: usize) -> usize {
        pixels
    }

    fn output_bytes(pixels: usize) -> usize {
        pixels
    }

    #[inline(always)]
    fn convert(out: &mut [u8], input: &[u8], _pixels: usize) {
        for (out, input) in out.iter_mut().zip(input) {
            *out = if *input != 0 { 255 } else { 0 };
        }
    }
}

/// Unpacks pixels of 12 bits, two in three bytes with the most significant bits first, to little-endian 16-bit integers.
pub struct Unpack12;

impl LineConversion for Unpack12 {
    fn input_bytes(pixels: usize) -> usize {
        (pixels * 12).div_ceil(8)
    }

    fn output_bytes(pixels: usize) -> usize {
        pixels * 2
    }

    #[inline(always)]
    fn convert(out: &mut [u8], input: &[u8], _pixels: usize) {
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
