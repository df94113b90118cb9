//! The packers: from memory to the file. The raw modes' names are explained with the [`unpackers`](super::unpackers).

use std::ffi::{CStr, c_int};

use super::bits::{ToBits, Truth};
use super::colour::{MultipliedBgra, Separated};
use super::numbers::ToU16Big;
use super::pick::{Same, picked};
use super::planes::ToPlanes;
use super::shuffle::Byte::{Always, Not, Of, Signed};
use super::shuffle::Shuffle;
use super::table::{Index, Pair};
use crate::mode::Mode;

/// The packer for a mode and a raw mode, by their numbers.
pub fn find(mode: c_int, raw_mode: c_int) -> Option<&'static Pair> {
    Pair::find(&PACKERS, mode, raw_mode)
}

const fn pair<S: Shuffle>(mode: Mode, raw_mode: &'static CStr, bits: c_int) -> Pair {
    Pair::new::<S>(mode, raw_mode, bits)
}

/// Blue, green and red of RGB.
pub type Bgr = picked!(4 => Of(2), Of(1), Of(0));

type Rgb = picked!(4 => Of(0), Of(1), Of(2));
type GreyAlpha = picked!(4 => Of(0), Of(3));
type Band0 = picked!(4 => Of(0));
type Band1 = picked!(4 => Of(1));
type Band2 = picked!(4 => Of(2));
type Band3 = picked!(4 => Of(3));
type Xrgb = picked!(4 => Always(0), Of(0), Of(1), Of(2));
type Xbgr = picked!(4 => Always(0), Of(2), Of(1), Of(0));
type Bgrx = picked!(4 => Of(2), Of(1), Of(0), Always(0));
type Bgra = picked!(4 => Of(2), Of(1), Of(0), Of(3));
type Abgr = picked!(4 => Of(3), Of(2), Of(1), Of(0));
#[cfg(target_endian = "little")]
type ToLittle4 = Same<4>;
#[cfg(target_endian = "big")]
type ToLittle4 = Abgr;
#[cfg(target_endian = "little")]
type LittleToNative2 = Same<2>;
#[cfg(target_endian = "big")]
type LittleToNative2 = Swapped2;
#[cfg(target_endian = "little")]
type BigToNative2 = Swapped2;
#[cfg(target_endian = "big")]
type BigToNative2 = Same<2>;
type Swapped2 = picked!(2 => Of(1), Of(0));

/// Finds the packer behind a C function.
pub static INDEX: Index<93> = Index::of(&PACKERS);

/// Every packer.
pub static PACKERS: [Pair; 93] = {
    use Mode::*;
    [
        pair::<ToBits<1, false, false>>(One, c"1", 1),
        pair::<ToBits<1, false, true>>(One, c"1;I", 1),
        pair::<ToBits<1, true, false>>(One, c"1;R", 1),
        pair::<ToBits<1, true, true>>(One, c"1;IR", 1),
        pair::<Truth>(One, c"L", 8),
        //
        pair::<Same<1>>(L, c"L", 8),
        pair::<ToBits<1, false, false>>(L, c"L;1", 1),
        pair::<ToBits<2, false, false>>(L, c"L;2", 2),
        pair::<ToBits<4, false, false>>(L, c"L;4", 4),
        pair::<picked!(1 => Always(0), Of(0))>(L, c"L;16", 16),
        pair::<picked!(1 => Of(0), Always(0))>(L, c"L;16B", 16),
        //
        pair::<GreyAlpha>(LA, c"LA", 16),
        pair::<ToPlanes<2, 0x03>>(LA, c"LA;L", 16),
        pair::<GreyAlpha>(La, c"La", 16),
        //
        pair::<Same<1>>(P, c"P", 8),
        pair::<ToBits<1, false, false>>(P, c"P;1", 1),
        pair::<ToBits<2, false, false>>(P, c"P;2", 2),
        pair::<ToBits<4, false, false>>(P, c"P;4", 4),
        pair::<GreyAlpha>(PA, c"PA", 16),
        pair::<ToPlanes<2, 0x03>>(PA, c"PA;L", 16),
        //
        pair::<Rgb>(RGB, c"RGB", 24),
        pair::<Same<4>>(RGB, c"RGBX", 32),
        pair::<Same<4>>(RGB, c"RGBA", 32),
        pair::<Xrgb>(RGB, c"XRGB", 32),
        pair::<Bgr>(RGB, c"BGR", 24),
        pair::<Bgrx>(RGB, c"BGRX", 32),
        pair::<Xbgr>(RGB, c"XBGR", 32),
        pair::<ToPlanes<3, 0x012>>(RGB, c"RGB;L", 24),
        pair::<Band0>(RGB, c"R", 8),
        pair::<Band1>(RGB, c"G", 8),
        pair::<Band2>(RGB, c"B", 8),
        //
        pair::<Same<4>>(RGBA, c"RGBA", 32),
        pair::<ToPlanes<4, 0x0123>>(RGBA, c"RGBA;L", 32),
        pair::<Rgb>(RGBA, c"RGB", 24),
        pair::<Bgr>(RGBA, c"BGR", 24),
        pair::<Bgra>(RGBA, c"BGRA", 32),
        pair::<Abgr>(RGBA, c"ABGR", 32),
        pair::<MultipliedBgra>(RGBA, c"BGRa", 32),
        pair::<Band0>(RGBA, c"R", 8),
        pair::<Band1>(RGBA, c"G", 8),
        pair::<Band2>(RGBA, c"B", 8),
        pair::<Band3>(RGBA, c"A", 8),
        //
        pair::<Same<4>>(RGBa, c"RGBa", 32),
        pair::<Bgra>(RGBa, c"BGRa", 32),
        pair::<Abgr>(RGBa, c"aBGR", 32),
        //
        pair::<Same<4>>(RGBX, c"RGBX", 32),
        pair::<ToPlanes<4, 0x0123>>(RGBX, c"RGBX;L", 32),
        pair::<Rgb>(RGBX, c"RGB", 24),
        pair::<Bgr>(RGBX, c"BGR", 24),
        pair::<Bgrx>(RGBX, c"BGRX", 32),
        pair::<Xbgr>(RGBX, c"XBGR", 32),
        pair::<Band0>(RGBX, c"R", 8),
        pair::<Band1>(RGBX, c"G", 8),
        pair::<Band2>(RGBX, c"B", 8),
        pair::<Band3>(RGBX, c"X", 8),
        //
        pair::<Same<4>>(CMYK, c"CMYK", 32),
        pair::<picked!(4 => Not(0), Not(1), Not(2), Not(3))>(CMYK, c"CMYK;I", 32),
        pair::<ToPlanes<4, 0x0123>>(CMYK, c"CMYK;L", 32),
        pair::<Separated<3>>(CMYK, c"RGB", 24),
        pair::<Band0>(CMYK, c"C", 8),
        pair::<Band1>(CMYK, c"M", 8),
        pair::<Band2>(CMYK, c"Y", 8),
        pair::<Band3>(CMYK, c"K", 8),
        //
        pair::<Rgb>(YCbCr, c"YCbCr", 24),
        pair::<ToPlanes<3, 0x012>>(YCbCr, c"YCbCr;L", 24),
        pair::<Same<4>>(YCbCr, c"YCbCrX", 32),
        pair::<Same<4>>(YCbCr, c"YCbCrK", 32),
        pair::<Band0>(YCbCr, c"Y", 8),
        pair::<Band1>(YCbCr, c"Cb", 8),
        pair::<Band2>(YCbCr, c"Cr", 8),
        //
        pair::<picked!(4 => Of(0), Signed(1), Signed(2))>(LAB, c"LAB", 24),
        pair::<Band0>(LAB, c"L", 8),
        pair::<Band1>(LAB, c"A", 8),
        pair::<Band2>(LAB, c"B", 8),
        //
        pair::<Rgb>(HSV, c"HSV", 24),
        pair::<Band0>(HSV, c"H", 8),
        pair::<Band1>(HSV, c"S", 8),
        pair::<Band2>(HSV, c"V", 8),
        //
        pair::<Same<4>>(I, c"I", 32),
        pair::<ToU16Big>(I, c"I;16B", 16),
        pair::<ToLittle4>(I, c"I;32S", 32),
        pair::<Same<4>>(I, c"I;32NS", 32),
        pair::<Same<4>>(F, c"F", 32),
        pair::<ToLittle4>(F, c"F;32F", 32),
        pair::<Same<4>>(F, c"F;32NF", 32),
        //
        pair::<Same<2>>(I16, c"I;16", 16),
        pair::<Swapped2>(I16, c"I;16B", 16),
        pair::<LittleToNative2>(I16, c"I;16N", 16),
        pair::<Same<2>>(I16L, c"I;16L", 16),
        pair::<LittleToNative2>(I16L, c"I;16N", 16),
        pair::<Same<2>>(I16B, c"I;16B", 16),
        pair::<BigToNative2>(I16B, c"I;16N", 16),
        pair::<Same<2>>(I16N, c"I;16N", 16),
    ]
};
