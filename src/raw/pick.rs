//! Bytes picked: each byte of a pixel is one of the bytes that it has on the other side, or a constant.
//!
//! Most raw modes are like that: they order bands otherwise, have more or less of them, wider ones of which the upper
//! byte counts, or inverted ones.

use super::shuffle::{Byte, Kernel, Pick, Shuffle};

/// Picks bytes: pixels of `IN` bytes become pixels of `OUT` bytes, as `CODE` says: see `picked!`.
pub struct Picked<const IN: usize, const OUT: usize, const CODE: u64>;

/// The type of a shuffle that picks bytes: `picked!(3 => Of(2), Of(1), Of(0), Always(255))`.
macro_rules! picked {
    ($input:literal => $($byte:expr),+) => {
        $crate::raw::pick::Picked<
            $input,
            { [$($byte),+].len() },
            { $crate::raw::Pick::code(&[$($byte),+]) },
        >
    };
}
pub(crate) use picked;

impl<const IN: usize, const OUT: usize, const CODE: u64> Shuffle for Picked<IN, OUT, CODE> {
    fn input(pixels: usize) -> usize {
        pixels * IN
    }

    fn output(pixels: usize) -> usize {
        pixels * OUT
    }

    #[inline(always)]
    fn shuffle(out: &mut [u8], input: &[u8], _pixels: usize) {
        let pick = const { Pick::decode(IN, OUT, CODE) };
        for (out, input) in out.as_chunks_mut::<OUT>().0.iter_mut().zip(input.as_chunks::<IN>().0) {
            if OUT == 4 && (IN == 1 || IN == 4) {
                // As parts of a number, and not as bytes, there are vectors of them with any instructions.
                let pixel = input.first_chunk().map_or(input[0].into(), |bytes| u32::from_le_bytes(*bytes));
                let mut picked = 0;
                for (n, byte) in pick.bytes.into_iter().enumerate() {
                    picked |= u32::from(byte.of(|place| (pixel >> (8 * place)) as u8)) << (8 * n);
                }
                out.copy_from_slice(&picked.to_le_bytes());
            } else {
                for (out, byte) in out.iter_mut().zip(pick.bytes) {
                    *out = byte.of(|place| input[usize::from(place)]);
                }
            }
        }
    }

    const KERNEL: Kernel = Pick::decode(IN, OUT, CODE).kernel();
}

/// Nothing changes: `N` bytes a pixel on both sides.
pub struct Same<const N: usize>;

impl<const N: usize> Shuffle for Same<N> {
    fn input(pixels: usize) -> usize {
        pixels * N
    }

    fn output(pixels: usize) -> usize {
        pixels * N
    }

    #[inline(always)]
    fn shuffle(out: &mut [u8], input: &[u8], _pixels: usize) {
        out.copy_from_slice(input);
    }

    const KERNEL: Kernel = Kernel::Same;
}

/// One byte becomes one band of pixels of four; the other bands stay. It is byte `AT` of `IN`.
pub struct IntoBand<const BAND: usize, const IN: usize, const AT: usize, const INVERTED: bool>;

impl<const BAND: usize, const IN: usize, const AT: usize, const INVERTED: bool> Shuffle
    for IntoBand<BAND, IN, AT, INVERTED>
{
    fn input(pixels: usize) -> usize {
        pixels * IN
    }

    fn output(pixels: usize) -> usize {
        pixels * 4
    }

    #[inline(always)]
    fn shuffle(out: &mut [u8], input: &[u8], _pixels: usize) {
        for (out, input) in out.as_chunks_mut::<4>().0.iter_mut().zip(input.as_chunks::<IN>().0) {
            // Rewriting the other bands too lets the compiler work on whole pixels.
            let value = if INVERTED { !input[AT] } else { input[AT] };
            let others = u32::from_le_bytes(*out) & !(0xff << (8 * BAND));
            *out = (others | u32::from(value) << (8 * BAND)).to_le_bytes();
        }
    }
}

impl Byte {
    /// The byte, of those of a pixel.
    #[inline(always)]
    fn of(self, pixel: impl Fn(u8) -> u8) -> u8 {
        match self {
            Self::Of(place) => pixel(place),
            Self::Not(place) => !pixel(place),
            Self::Signed(place) => pixel(place) ^ 0x80,
            Self::Reversed(place) => pixel(place).reverse_bits(),
            Self::Always(value) => value,
        }
    }
}
