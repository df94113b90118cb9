//! The unpackers: from the file to memory.
//!
//! The names say how a pixel lies in the file: `;` and the bits of a value (where they are not those of the mode), then
//! `I` for inverted, `R` for reversed bits, `L` for little endian or, with no bits, for planes, `B` for big endian, `N`
//! for the machine's order, `S` for signed, `F` for floats, `Z` for inverted alpha; an `X` is a byte to be skipped.

use std::ffi::{CStr, c_int};

use super::bits::{FromBitPlanes, FromBits, FromTwelve, Truth};
use super::colour::{Alpha, Divided, FromPacked16, Separated};
use super::numbers::{Big, Little, Native, ToF32, ToI32};
use super::pick::{IntoBand, Same, picked};
use super::planes::FromPlanes;
use super::shuffle::Byte::{Always, Not, Of, Reversed, Signed};
use super::shuffle::Shuffle;
use super::table::{Index, Pair};
use super::ycc::{FromPhotoYcc, FromPhotoYcca};
use crate::mode::Mode;

/// The unpacker for a mode and a raw mode, by their numbers.
pub fn find(mode: c_int, raw_mode: c_int) -> Option<&'static Pair> {
    Pair::find(&UNPACKERS, mode, raw_mode)
}

const fn pair<S: Shuffle>(mode: Mode, raw_mode: &'static CStr, bits: c_int) -> Pair {
    Pair::new::<S>(mode, raw_mode, bits)
}

/// A byte, or the upper one of two, into one band of four.
type Band<const BAND: usize> = IntoBand<BAND, 1, 0, false>;
type BandInverted<const BAND: usize> = IntoBand<BAND, 1, 0, true>;
type BandLittle<const BAND: usize> = IntoBand<BAND, 2, 1, false>;
type BandBig<const BAND: usize> = IntoBand<BAND, 2, 0, false>;
#[cfg(target_endian = "little")]
type BandNative<const BAND: usize> = BandLittle<BAND>;
#[cfg(target_endian = "big")]
type BandNative<const BAND: usize> = BandBig<BAND>;

/// The upper bytes of three, or four, 16-bit values.
type ThreeLittle = picked!(6 => Of(1), Of(3), Of(5), Always(255));
type ThreeBig = picked!(6 => Of(0), Of(2), Of(4), Always(255));
type FourLittle = picked!(8 => Of(1), Of(3), Of(5), Of(7));
type FourBig = picked!(8 => Of(0), Of(2), Of(4), Of(6));
#[cfg(target_endian = "little")]
type ThreeNative = ThreeLittle;
#[cfg(target_endian = "big")]
type ThreeNative = ThreeBig;
#[cfg(target_endian = "little")]
type FourNative = FourLittle;
#[cfg(target_endian = "big")]
type FourNative = FourBig;

type Upper = picked!(2 => Of(1));
type Lower = picked!(2 => Of(0));
type GreyAlpha = picked!(2 => Of(0), Of(0), Of(0), Of(1));
type Rgb = picked!(3 => Of(0), Of(1), Of(2), Always(255));
type Bgr = picked!(3 => Of(2), Of(1), Of(0), Always(255));
type Bgrx = picked!(4 => Of(2), Of(1), Of(0), Always(255));
type Xrgb = picked!(4 => Of(1), Of(2), Of(3), Always(255));
type Xbgr = picked!(4 => Of(3), Of(2), Of(1), Always(255));
type Bgra = picked!(4 => Of(2), Of(1), Of(0), Of(3));
type Argb = picked!(4 => Of(1), Of(2), Of(3), Of(0));
type Abgr = picked!(4 => Of(3), Of(2), Of(1), Of(0));
type FourOfFive = picked!(5 => Of(0), Of(1), Of(2), Of(3));
type FourOfSix = picked!(6 => Of(0), Of(1), Of(2), Of(3));
type Swapped2 = picked!(2 => Of(1), Of(0));
type Swapped4 = picked!(4 => Of(3), Of(2), Of(1), Of(0));
#[cfg(target_endian = "little")]
type FromLittle4 = Same<4>;
#[cfg(target_endian = "little")]
type FromBig4 = Swapped4;
#[cfg(target_endian = "big")]
type FromLittle4 = Swapped4;
#[cfg(target_endian = "big")]
type FromBig4 = Same<4>;
#[cfg(target_endian = "little")]
type NativeToLittle2 = Same<2>;
#[cfg(target_endian = "little")]
type NativeToBig2 = Swapped2;
#[cfg(target_endian = "big")]
type NativeToLittle2 = Swapped2;
#[cfg(target_endian = "big")]
type NativeToBig2 = Same<2>;

type Rgb555 = FromPacked16<0x555, false, { Alpha::NONE }>;
type Bgr555 = FromPacked16<0x555, true, { Alpha::NONE }>;
type Rgba5551 = FromPacked16<0x555, false, { Alpha::ABOVE }>;
type Bgra5551 = FromPacked16<0x555, true, { Alpha::ABOVE }>;
type Rgb444 = FromPacked16<0x444, false, { Alpha::NONE }>;

/// Finds the unpacker behind a C function.
pub static INDEX: Index<221> = Index::of(&UNPACKERS);

/// Every unpacker.
pub static UNPACKERS: [Pair; 221] = {
    use Mode::*;
    [
        pair::<FromBits<1, false, false, 255>>(One, c"1", 1),
        pair::<FromBits<1, false, true, 255>>(One, c"1;I", 1),
        pair::<FromBits<1, true, false, 255>>(One, c"1;R", 1),
        pair::<FromBits<1, true, true, 255>>(One, c"1;IR", 1),
        pair::<Truth>(One, c"1;8", 8),
        pair::<Truth>(One, c"L", 8),
        //
        pair::<Same<1>>(L, c"L", 8),
        pair::<FromBits<2, false, false, 0x55>>(L, c"L;2", 2),
        pair::<FromBits<2, false, true, 0x55>>(L, c"L;2I", 2),
        pair::<FromBits<2, true, false, 0x55>>(L, c"L;2R", 2),
        pair::<FromBits<2, true, true, 0x55>>(L, c"L;2IR", 2),
        pair::<FromBits<4, false, false, 0x11>>(L, c"L;4", 4),
        pair::<FromBits<4, false, true, 0x11>>(L, c"L;4I", 4),
        pair::<FromBits<4, true, false, 0x11>>(L, c"L;4R", 4),
        pair::<FromBits<4, true, true, 0x11>>(L, c"L;4IR", 4),
        pair::<picked!(1 => Not(0))>(L, c"L;I", 8),
        pair::<picked!(1 => Reversed(0))>(L, c"L;R", 8),
        pair::<Upper>(L, c"L;16", 16),
        pair::<Lower>(L, c"L;16B", 16),
        pair::<Lower>(L, c"LX", 16),
        //
        pair::<GreyAlpha>(LA, c"LA", 16),
        pair::<FromPlanes<2, 0x0001>>(LA, c"LA;L", 16),
        pair::<GreyAlpha>(La, c"La", 16),
        //
        pair::<Same<1>>(P, c"P", 8),
        pair::<Same<1>>(P, c"L", 8),
        pair::<FromBits<1, false, false, 1>>(P, c"P;1", 1),
        pair::<FromBits<2, false, false, 1>>(P, c"P;2", 2),
        pair::<FromBits<4, false, false, 1>>(P, c"P;4", 4),
        pair::<FromBitPlanes<2>>(P, c"P;2L", 2),
        pair::<FromBitPlanes<4>>(P, c"P;4L", 4),
        pair::<picked!(1 => Reversed(0))>(P, c"P;R", 8),
        pair::<Lower>(P, c"PX", 16),
        //
        pair::<GreyAlpha>(PA, c"PA", 16),
        pair::<GreyAlpha>(PA, c"LA", 16),
        pair::<FromPlanes<2, 0x0001>>(PA, c"PA;L", 16),
        //
        pair::<Rgb>(RGB, c"RGB", 24),
        pair::<FromPlanes<3, 0x012f>>(RGB, c"RGB;L", 24),
        pair::<picked!(3 => Reversed(0), Reversed(1), Reversed(2), Always(255))>(RGB, c"RGB;R", 24),
        pair::<ThreeLittle>(RGB, c"RGB;16L", 48),
        pair::<ThreeBig>(RGB, c"RGB;16B", 48),
        pair::<ThreeNative>(RGB, c"RGB;16N", 48),
        pair::<Bgr>(RGB, c"BGR", 24),
        pair::<Rgb555>(RGB, c"RGB;15", 16),
        pair::<Bgr555>(RGB, c"BGR;15", 16),
        pair::<Bgr555>(RGB, c"BGR;5", 16),
        pair::<FromPacked16<0x565, false, { Alpha::NONE }>>(RGB, c"RGB;16", 16),
        pair::<FromPacked16<0x565, true, { Alpha::NONE }>>(RGB, c"BGR;16", 16),
        pair::<Rgb444>(RGB, c"RGB;4B", 16),
        pair::<Rgba5551>(RGB, c"RGBA;15", 16),
        pair::<FourLittle>(RGB, c"RGBX;16L", 64),
        pair::<FourBig>(RGB, c"RGBX;16B", 64),
        pair::<FourNative>(RGB, c"RGBX;16N", 64),
        pair::<Same<4>>(RGB, c"RGBX", 32),
        pair::<FourOfFive>(RGB, c"RGBXX", 40),
        pair::<FourOfSix>(RGB, c"RGBXXX", 48),
        pair::<FromPlanes<4, 0x0123>>(RGB, c"RGBX;L", 32),
        pair::<FromPlanes<4, 0x0123>>(RGB, c"RGBA;L", 32),
        pair::<Bgrx>(RGB, c"BGRX", 32),
        pair::<picked!(4 => Of(3), Of(1), Of(0), Always(255))>(RGB, c"BGXR", 32),
        pair::<Xrgb>(RGB, c"XRGB", 32),
        pair::<Xbgr>(RGB, c"XBGR", 32),
        pair::<FromPhotoYcc>(RGB, c"YCC;P", 24),
        pair::<Separated<4>>(RGB, c"CMYK", 32),
        pair::<Band<0>>(RGB, c"R", 8),
        pair::<Band<1>>(RGB, c"G", 8),
        pair::<Band<2>>(RGB, c"B", 8),
        pair::<BandLittle<0>>(RGB, c"R;16L", 16),
        pair::<BandLittle<1>>(RGB, c"G;16L", 16),
        pair::<BandLittle<2>>(RGB, c"B;16L", 16),
        pair::<BandBig<0>>(RGB, c"R;16B", 16),
        pair::<BandBig<1>>(RGB, c"G;16B", 16),
        pair::<BandBig<2>>(RGB, c"B;16B", 16),
        pair::<BandNative<0>>(RGB, c"R;16N", 16),
        pair::<BandNative<1>>(RGB, c"G;16N", 16),
        pair::<BandNative<2>>(RGB, c"B;16N", 16),
        //
        pair::<Same<4>>(RGBA, c"RGBA", 32),
        pair::<GreyAlpha>(RGBA, c"LA", 16),
        pair::<picked!(4 => Of(0), Of(0), Of(0), Of(2))>(RGBA, c"LA;16B", 32),
        pair::<FourOfFive>(RGBA, c"RGBAX", 40),
        pair::<FourOfSix>(RGBA, c"RGBAXX", 48),
        pair::<Divided<4, 0x0123>>(RGBA, c"RGBa", 32),
        pair::<Divided<5, 0x0123>>(RGBA, c"RGBaX", 40),
        pair::<Divided<6, 0x0123>>(RGBA, c"RGBaXX", 48),
        pair::<Divided<8, 0x1357>>(RGBA, c"RGBa;16L", 64),
        pair::<Divided<8, 0x0246>>(RGBA, c"RGBa;16B", 64),
        #[cfg(target_endian = "little")]
        pair::<Divided<8, 0x1357>>(RGBA, c"RGBa;16N", 64),
        #[cfg(target_endian = "big")]
        pair::<Divided<8, 0x0246>>(RGBA, c"RGBa;16N", 64),
        pair::<Divided<4, 0x2103>>(RGBA, c"BGRa", 32),
        pair::<Bgr>(RGBA, c"BGR", 24),
        pair::<picked!(4 => Not(0), Not(1), Not(2), Of(3))>(RGBA, c"RGBA;I", 32),
        pair::<FromPlanes<4, 0x0123>>(RGBA, c"RGBA;L", 32),
        pair::<Rgba5551>(RGBA, c"RGBA;15", 16),
        pair::<Bgra5551>(RGBA, c"BGRA;15", 16),
        pair::<FromPacked16<0x555, true, { Alpha::INVERTED }>>(RGBA, c"BGRA;15Z", 16),
        pair::<FromPacked16<0x444, false, { Alpha::ABOVE }>>(RGBA, c"RGBA;4B", 16),
        pair::<FourLittle>(RGBA, c"RGBA;16L", 64),
        pair::<FourBig>(RGBA, c"RGBA;16B", 64),
        pair::<FourNative>(RGBA, c"RGBA;16N", 64),
        pair::<Bgra>(RGBA, c"BGRA", 32),
        pair::<picked!(8 => Of(5), Of(3), Of(1), Of(7))>(RGBA, c"BGRA;16L", 64),
        pair::<picked!(8 => Of(4), Of(2), Of(0), Of(6))>(RGBA, c"BGRA;16B", 64),
        pair::<picked!(4 => Of(3), Of(1), Of(0), Of(2))>(RGBA, c"BGAR", 32),
        pair::<Argb>(RGBA, c"ARGB", 32),
        pair::<Abgr>(RGBA, c"ABGR", 32),
        pair::<FromPhotoYcca>(RGBA, c"YCCA;P", 32),
        pair::<Band<0>>(RGBA, c"R", 8),
        pair::<Band<1>>(RGBA, c"G", 8),
        pair::<Band<2>>(RGBA, c"B", 8),
        pair::<Band<3>>(RGBA, c"A", 8),
        pair::<BandLittle<0>>(RGBA, c"R;16L", 16),
        pair::<BandLittle<1>>(RGBA, c"G;16L", 16),
        pair::<BandLittle<2>>(RGBA, c"B;16L", 16),
        pair::<BandLittle<3>>(RGBA, c"A;16L", 16),
        pair::<BandBig<0>>(RGBA, c"R;16B", 16),
        pair::<BandBig<1>>(RGBA, c"G;16B", 16),
        pair::<BandBig<2>>(RGBA, c"B;16B", 16),
        pair::<BandBig<3>>(RGBA, c"A;16B", 16),
        pair::<BandNative<0>>(RGBA, c"R;16N", 16),
        pair::<BandNative<1>>(RGBA, c"G;16N", 16),
        pair::<BandNative<2>>(RGBA, c"B;16N", 16),
        pair::<BandNative<3>>(RGBA, c"A;16N", 16),
        //
        pair::<Same<4>>(RGBa, c"RGBa", 32),
        pair::<Bgra>(RGBa, c"BGRa", 32),
        pair::<Argb>(RGBa, c"aRGB", 32),
        pair::<Abgr>(RGBa, c"aBGR", 32),
        //
        pair::<Rgb>(RGBX, c"RGB", 24),
        pair::<FromPlanes<3, 0x012f>>(RGBX, c"RGB;L", 24),
        pair::<ThreeBig>(RGBX, c"RGB;16B", 48),
        pair::<Bgr>(RGBX, c"BGR", 24),
        pair::<Rgb555>(RGBX, c"RGB;15", 16),
        pair::<Bgr555>(RGBX, c"BGR;15", 16),
        pair::<Bgr555>(RGBX, c"BGR;5", 16),
        pair::<Rgb444>(RGBX, c"RGB;4B", 16),
        pair::<Same<4>>(RGBX, c"RGBX", 32),
        pair::<FourOfFive>(RGBX, c"RGBXX", 40),
        pair::<FourOfSix>(RGBX, c"RGBXXX", 48),
        pair::<FromPlanes<4, 0x0123>>(RGBX, c"RGBX;L", 32),
        pair::<FourLittle>(RGBX, c"RGBX;16L", 64),
        pair::<FourBig>(RGBX, c"RGBX;16B", 64),
        pair::<FourNative>(RGBX, c"RGBX;16N", 64),
        pair::<Bgrx>(RGBX, c"BGRX", 32),
        pair::<Xrgb>(RGBX, c"XRGB", 32),
        pair::<Xbgr>(RGBX, c"XBGR", 32),
        pair::<FromPhotoYcc>(RGBX, c"YCC;P", 24),
        pair::<Band<0>>(RGBX, c"R", 8),
        pair::<Band<1>>(RGBX, c"G", 8),
        pair::<Band<2>>(RGBX, c"B", 8),
        pair::<Band<3>>(RGBX, c"X", 8),
        //
        pair::<Same<4>>(CMYK, c"CMYK", 32),
        pair::<FourOfFive>(CMYK, c"CMYKX", 40),
        pair::<FourOfSix>(CMYK, c"CMYKXX", 48),
        pair::<picked!(4 => Not(0), Not(1), Not(2), Not(3))>(CMYK, c"CMYK;I", 32),
        pair::<FromPlanes<4, 0x0123>>(CMYK, c"CMYK;L", 32),
        pair::<FourLittle>(CMYK, c"CMYK;16L", 64),
        pair::<FourBig>(CMYK, c"CMYK;16B", 64),
        pair::<FourNative>(CMYK, c"CMYK;16N", 64),
        pair::<Band<0>>(CMYK, c"C", 8),
        pair::<Band<1>>(CMYK, c"M", 8),
        pair::<Band<2>>(CMYK, c"Y", 8),
        pair::<Band<3>>(CMYK, c"K", 8),
        pair::<BandInverted<0>>(CMYK, c"C;I", 8),
        pair::<BandInverted<1>>(CMYK, c"M;I", 8),
        pair::<BandInverted<2>>(CMYK, c"Y;I", 8),
        pair::<BandInverted<3>>(CMYK, c"K;I", 8),
        //
        pair::<Rgb>(YCbCr, c"YCbCr", 24),
        pair::<FromPlanes<3, 0x012f>>(YCbCr, c"YCbCr;L", 24),
        pair::<Same<4>>(YCbCr, c"YCbCrX", 32),
        pair::<Same<4>>(YCbCr, c"YCbCrK", 32),
        //
        pair::<picked!(3 => Of(0), Signed(1), Signed(2), Always(255))>(LAB, c"LAB", 24),
        pair::<Band<0>>(LAB, c"L", 8),
        pair::<Band<1>>(LAB, c"A", 8),
        pair::<Band<2>>(LAB, c"B", 8),
        //
        pair::<Rgb>(HSV, c"HSV", 24),
        pair::<Band<0>>(HSV, c"H", 8),
        pair::<Band<1>>(HSV, c"S", 8),
        pair::<Band<2>>(HSV, c"V", 8),
        //
        pair::<Same<4>>(I, c"I", 32),
        pair::<ToI32<Little<u8>>>(I, c"I;8", 8),
        pair::<ToI32<Little<i8>>>(I, c"I;8S", 8),
        pair::<ToI32<Little<u16>>>(I, c"I;16", 16),
        pair::<ToI32<Little<i16>>>(I, c"I;16S", 16),
        pair::<ToI32<Big<u16>>>(I, c"I;16B", 16),
        pair::<ToI32<Big<i16>>>(I, c"I;16BS", 16),
        pair::<ToI32<Native<u16>>>(I, c"I;16N", 16),
        pair::<ToI32<Native<i16>>>(I, c"I;16NS", 16),
        pair::<FromLittle4>(I, c"I;32", 32),
        pair::<FromLittle4>(I, c"I;32S", 32),
        pair::<FromBig4>(I, c"I;32B", 32),
        pair::<FromBig4>(I, c"I;32BS", 32),
        pair::<Same<4>>(I, c"I;32N", 32),
        pair::<Same<4>>(I, c"I;32NS", 32),
        //
        pair::<Same<4>>(F, c"F", 32),
        pair::<ToF32<Little<u8>>>(F, c"F;8", 8),
        pair::<ToF32<Little<i8>>>(F, c"F;8S", 8),
        pair::<ToF32<Little<u16>>>(F, c"F;16", 16),
        pair::<ToF32<Little<i16>>>(F, c"F;16S", 16),
        pair::<ToF32<Big<u16>>>(F, c"F;16B", 16),
        pair::<ToF32<Big<i16>>>(F, c"F;16BS", 16),
        pair::<ToF32<Native<u16>>>(F, c"F;16N", 16),
        pair::<ToF32<Native<i16>>>(F, c"F;16NS", 16),
        pair::<ToF32<Little<u32>>>(F, c"F;32", 32),
        pair::<ToF32<Little<i32>>>(F, c"F;32S", 32),
        pair::<ToF32<Big<u32>>>(F, c"F;32B", 32),
        pair::<ToF32<Big<i32>>>(F, c"F;32BS", 32),
        pair::<ToF32<Native<u32>>>(F, c"F;32N", 32),
        pair::<ToF32<Native<i32>>>(F, c"F;32NS", 32),
        pair::<FromLittle4>(F, c"F;32F", 32),
        pair::<FromBig4>(F, c"F;32BF", 32),
        pair::<Same<4>>(F, c"F;32NF", 32),
        pair::<ToF32<Little<f64>>>(F, c"F;64F", 64),
        pair::<ToF32<Big<f64>>>(F, c"F;64BF", 64),
        pair::<ToF32<Native<f64>>>(F, c"F;64NF", 64),
        //
        pair::<Same<2>>(I16, c"I;16", 16),
        pair::<Swapped2>(I16, c"I;16B", 16),
        pair::<NativeToLittle2>(I16, c"I;16N", 16),
        pair::<picked!(2 => Reversed(0), Reversed(1))>(I16, c"I;16R", 16),
        pair::<FromTwelve>(I16, c"I;12", 12),
        pair::<Same<2>>(I16L, c"I;16L", 16),
        pair::<NativeToLittle2>(I16L, c"I;16N", 16),
        pair::<Same<2>>(I16B, c"I;16B", 16),
        pair::<NativeToBig2>(I16B, c"I;16N", 16),
        pair::<Same<2>>(I16N, c"I;16N", 16),
    ]
};
