//! Numbers whose size, sign or byte order differs from the modes I and F.

use super::conversion::LineConversion;

/// A number in a file.
pub trait Number: 'static {
    /// Its size in bytes.
    const SIZE: usize;

    /// Converts to an integer. `u32` keeps its bits.
    fn as_i32(bytes: &[u8]) -> i32;

    /// Converts to the nearest float.
    fn as_f32(bytes: &[u8]) -> f32;
}

/// A little-endian number of type `T`.
pub struct LittleEndian<T>(std::marker::PhantomData<T>);

/// A big-endian number of type `T`.
pub struct BigEndian<T>(std::marker::PhantomData<T>);

/// A number of type `T` in native byte order.
#[cfg(target_endian = "little")]
pub type NativeEndian<T> = LittleEndian<T>;
/// A number of type `T` in native byte order.
#[cfg(target_endian = "big")]
pub type NativeEndian<T> = BigEndian<T>;

macro_rules! numbers {
    ($($number:ty)*) => {
        $(numbers!(LittleEndian, $number, from_le_bytes);
        numbers!(BigEndian, $number, from_be_bytes);)*
    };
    ($endian:ident, $number:ty, $from_bytes:ident) => {
        impl Number for $endian<$number> {
            const SIZE: usize = size_of::<$number>();

            #[inline(always)]
            fn as_i32(bytes: &[u8]) -> i32 {
                <$number>::$from_bytes(bytes.try_into().expect("chunks have this size")) as i32
            }

            #[inline(always)]
            fn as_f32(bytes: &[u8]) -> f32 {
                <$number>::$from_bytes(bytes.try_into().expect("chunks have this size")) as f32
            }
        }
    };
}

numbers!(u8 i8 u16 i16 u32 i32 f64);

/// The value of a pixel of mode I (`i32`) or F (`f32`).
pub trait PixelValue: 'static {
    /// Converts a number, to native byte order.
    fn from_number<T: Number>(bytes: &[u8]) -> [u8; 4];
}

impl PixelValue for i32 {
    #[inline(always)]
    fn from_number<T: Number>(bytes: &[u8]) -> [u8; 4] {
        T::as_i32(bytes).to_ne_bytes()
    }
}

impl PixelValue for f32 {
    #[inline(always)]
    fn from_number<T: Number>(bytes: &[u8]) -> [u8; 4] {
        T::as_f32(bytes).to_ne_bytes()
    }
}

/// Converts numbers of type `T` to pixels of type `P`.
pub struct ConvertNumber<T, P>(std::marker::PhantomData<(T, P)>);

/// Converts numbers to pixels of mode I.
pub type ToI32<T> = ConvertNumber<T, i32>;

/// Converts numbers to pixels of mode F.
pub type ToF32<T> = ConvertNumber<T, f32>;

impl<T: Number, P: PixelValue> LineConversion for ConvertNumber<T, P> {
    fn input_bytes(pixels: usize) -> usize {
        pixels * T::SIZE
    }

    fn output_bytes(pixels: usize) -> usize {
        pixels * 4
    }

    #[inline(always)]
    fn convert(out: &mut [u8], input: &[u8], _pixels: usize) {
        for (out, input) in out.as_chunks_mut::<4>().0.iter_mut().zip(input.chunks_exact(T::SIZE)) {
            *out = P::from_number::<T>(input);
        }
    }
}

/// Clamps pixels of mode I to big-endian `u16`.
pub struct ClampToU16BigEndian;

impl LineConversion for ClampToU16BigEndian {
    fn input_bytes(pixels: usize) -> usize {
        pixels * 4
    }

    fn output_bytes(pixels: usize) -> usize {
        pixels * 2
    }

    #[inline(always)]
    fn convert(out: &mut [u8], input: &[u8], _pixels: usize) {
        for (out, input) in out.as_chunks_mut::<2>().0.iter_mut().zip(input.as_chunks::<4>().0) {
            *out = (i32::from_ne_bytes(*input).clamp(0, 65535) as u16).to_be_bytes();
        }
    }
}
