//! Numbers of other sizes, signs and byte orders than those of the modes I and F.

use super::shuffle::Shuffle;

/// A number in a file.
pub trait Number: 'static {
    /// How many bytes it has.
    const SIZE: usize;

    /// As an integer; one of 32 bits without a sign keeps its bits.
    fn as_i32(bytes: &[u8]) -> i32;

    /// As the nearest float.
    fn as_f32(bytes: &[u8]) -> f32;
}

/// The number `T`, low byte first.
pub struct Little<T>(std::marker::PhantomData<T>);

/// The number `T`, high byte first.
pub struct Big<T>(std::marker::PhantomData<T>);

/// The number `T` in the machine's byte order.
#[cfg(target_endian = "little")]
pub type Native<T> = Little<T>;
/// The number `T` in the machine's byte order.
#[cfg(target_endian = "big")]
pub type Native<T> = Big<T>;

macro_rules! numbers {
    ($($number:ty)*) => {
        $(numbers!(Little, $number, from_le_bytes);
        numbers!(Big, $number, from_be_bytes);)*
    };
    ($order:ident, $number:ty, $read:ident) => {
        impl Number for $order<$number> {
            const SIZE: usize = size_of::<$number>();

            #[inline(always)]
            fn as_i32(bytes: &[u8]) -> i32 {
                <$number>::$read(bytes.try_into().expect("chunks are of this size")) as i32
            }

            #[inline(always)]
            fn as_f32(bytes: &[u8]) -> f32 {
                <$number>::$read(bytes.try_into().expect("chunks are of this size")) as f32
            }
        }
    };
}

numbers!(u8 i8 u16 i16 u32 i32 f64);

/// What numbers become: the values of a mode.
pub trait Outcome: 'static {
    /// The value of a number, as it lies in memory.
    fn of<T: Number>(bytes: &[u8]) -> [u8; 4];
}

impl Outcome for i32 {
    #[inline(always)]
    fn of<T: Number>(bytes: &[u8]) -> [u8; 4] {
        T::as_i32(bytes).to_ne_bytes()
    }
}

impl Outcome for f32 {
    #[inline(always)]
    fn of<T: Number>(bytes: &[u8]) -> [u8; 4] {
        T::as_f32(bytes).to_ne_bytes()
    }
}

/// Numbers become values of the machine's own.
pub struct Converted<T, O>(std::marker::PhantomData<(T, O)>);

/// Numbers become 32-bit integers.
pub type ToI32<T> = Converted<T, i32>;

/// Numbers become 32-bit floats.
pub type ToF32<T> = Converted<T, f32>;

impl<T: Number, O: Outcome> Shuffle for Converted<T, O> {
    fn input(pixels: usize) -> usize {
        pixels * T::SIZE
    }

    fn output(pixels: usize) -> usize {
        pixels * 4
    }

    #[inline(always)]
    fn shuffle(out: &mut [u8], input: &[u8], _pixels: usize) {
        for (out, input) in out.as_chunks_mut::<4>().0.iter_mut().zip(input.chunks_exact(T::SIZE)) {
            *out = O::of::<T>(input);
        }
    }
}

/// 32-bit integers become 16-bit ones without a sign, high byte first; what is beyond them becomes the nearest.
pub struct ToU16Big;

impl Shuffle for ToU16Big {
    fn input(pixels: usize) -> usize {
        pixels * 4
    }

    fn output(pixels: usize) -> usize {
        pixels * 2
    }

    #[inline(always)]
    fn shuffle(out: &mut [u8], input: &[u8], _pixels: usize) {
        for (out, input) in out.as_chunks_mut::<2>().0.iter_mut().zip(input.as_chunks::<4>().0) {
            *out = (i32::from_ne_bytes(*input).clamp(0, 65535) as u16).to_be_bytes();
        }
    }
}
