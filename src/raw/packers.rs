//! The packers: convert lines of an image to lines of a file (`Pack.c` in Pillow). The names of raw modes are explained in
//! [`unpackers`](super::unpackers).

use std::ffi::{CStr, c_int};

use super::bits::{Binarize, PackBits};
use super::cmyk::CmykToRgb;
use super::conversion::LineConversion;
use super::endian::{NativeBe16, NativeLe16, NativeLe32, SwapBytes16};
use super::lanes::LaneSource::{Constant, Inverted, Lane, SignFlipped};
use super::numbers::ClampToU16BigEndian;
use super::planar::ToPlanar;
use super::premultiplied::PremultiplyToBgra;
use super::swizzle::{CopyBytes, swizzle};
use super::table::{ShufflerIndex, TableEntry};
use crate::mode::Mode;

/// Finds the packer from a mode to a raw mode, given by their numbers.
pub fn find(mode: c_int, raw_mode: c_int) -> Option<&'static TableEntry> {
    TableEntry::find(&PACKERS, mode, raw_mode)
}

const fn entry<C: LineConversion>(mode: Mode, raw_mode: &'static CStr, bits: c_int) -> TableEntry {
    TableEntry::new::<C>(mode, raw_mode, bits)
}

/// Packs RGB to 3 bytes a pixel: blue, green, red.
pub type Bgr = swizzle!(4 => Lane(2), Lane(1), Lane(0));

type Rgb = swizzle!(4 => Lane(0), Lane(1), Lane(2));
type GreyAlpha = swizzle!(4 => Lane(0), Lane(3));
type Band0 = swizzle!(4 => Lane(0));
type Band1 = swizzle!(4 => Lane(1));
type Band2 = swizzle!(4 => Lane(2));
type Band3 = swizzle!(4 => Lane(3));
type Xrgb = swizzle!(4 => Constant(0), Lane(0), Lane(1), Lane(2));
type Xbgr = swizzle!(4 => Constant(0), Lane(2), Lane(1), Lane(0));
type Bgrx = swizzle!(4 => Lane(2), Lane(1), Lane(0), Constant(0));
type Bgra = swizzle!(4 => Lane(2), Lane(1), Lane(0), Lane(3));
type Abgr = swizzle!(4 => Lane(3), Lane(2), Lane(1), Lane(0));

/// Finds packers by their C functions.
pub static INDEX: ShufflerIndex<93> = ShufflerIndex::of(&PACKERS);

/// The table.
pub static PACKERS: [TableEntry; 93] = {
    use Mode::*;
    [
        entry::<PackBits<1, false, false>>(One, c"1", 1),
        entry::<PackBits<1, false, true>>(One, c"1;I", 1),
        entry::<PackBits<1, true, false>>(One, c"1;R", 1),
        entry::<PackBits<1, true, true>>(One, c"1;IR", 1),
        entry::<Binarize>(One, c"L", 8),
        //
        entry::<CopyBytes<1>>(L, c"L", 8),
        entry::<PackBits<1, false, false>>(L, c"L;1", 1),
        entry::<PackBits<2, false, false>>(L, c"L;2", 2),
        entry::<PackBits<4, false, false>>(L, c"L;4", 4),
        entry::<swizzle!(1 => Constant(0), Lane(0))>(L, c"L;16", 16),
        entry::<swizzle!(1 => Lane(0), Constant(0))>(L, c"L;16B", 16),
        //
        entry::<GreyAlpha>(LA, c"LA", 16),
        entry::<ToPlanar<2, 0x03>>(LA, c"LA;L", 16),
        entry::<GreyAlpha>(La, c"La", 16),
        //
        entry::<CopyBytes<1>>(P, c"P", 8),
        entry::<PackBits<1, false, false>>(P, c"P;1", 1),
        entry::<PackBits<2, false, false>>(P, c"P;2", 2),
        entry::<PackBits<4, false, false>>(P, c"P;4", 4),
        entry::<GreyAlpha>(PA, c"PA", 16),
        entry::<ToPlanar<2, 0x03>>(PA, c"PA;L", 16),
        //
        entry::<Rgb>(RGB, c"RGB", 24),
        entry::<CopyBytes<4>>(RGB, c"RGBX", 32),
        entry::<CopyBytes<4>>(RGB, c"RGBA", 32),
        entry::<Xrgb>(RGB, c"XRGB", 32),
        entry::<Bgr>(RGB, c"BGR", 24),
        entry::<Bgrx>(RGB, c"BGRX", 32),
        entry::<Xbgr>(RGB, c"XBGR", 32),
        entry::<ToPlanar<3, 0x012>>(RGB, c"RGB;L", 24),
        entry::<Band0>(RGB, c"R", 8),
        entry::<Band1>(RGB, c"G", 8),
        entry::<Band2>(RGB, c"B", 8),
        //
        entry::<CopyBytes<4>>(RGBA, c"RGBA", 32),
        entry::<ToPlanar<4, 0x0123>>(RGBA, c"RGBA;L", 32),
        entry::<Rgb>(RGBA, c"RGB", 24),
        entry::<Bgr>(RGBA, c"BGR", 24),
        entry::<Bgra>(RGBA, c"BGRA", 32),
        entry::<Abgr>(RGBA, c"ABGR", 32),
        entry::<PremultiplyToBgra>(RGBA, c"BGRa", 32),
        entry::<Band0>(RGBA, c"R", 8),
        entry::<Band1>(RGBA, c"G", 8),
        entry::<Band2>(RGBA, c"B", 8),
        entry::<Band3>(RGBA, c"A", 8),
        //
        entry::<CopyBytes<4>>(RGBa, c"RGBa", 32),
        entry::<Bgra>(RGBa, c"BGRa", 32),
        entry::<Abgr>(RGBa, c"aBGR", 32),
        //
        entry::<CopyBytes<4>>(RGBX, c"RGBX", 32),
        entry::<ToPlanar<4, 0x0123>>(RGBX, c"RGBX;L", 32),
        entry::<Rgb>(RGBX, c"RGB", 24),
        entry::<Bgr>(RGBX, c"BGR", 24),
        entry::<Bgrx>(RGBX, c"BGRX", 32),
        entry::<Xbgr>(RGBX, c"XBGR", 32),
        entry::<Band0>(RGBX, c"R", 8),
        entry::<Band1>(RGBX, c"G", 8),
        entry::<Band2>(RGBX, c"B", 8),
        entry::<Band3>(RGBX, c"X", 8),
        //
        entry::<CopyBytes<4>>(CMYK, c"CMYK", 32),
        entry::<swizzle!(4 => Inverted(0), Inverted(1), Inverted(2), Inverted(3))>(CMYK, c"CMYK;I", 32),
        entry::<ToPlanar<4, 0x0123>>(CMYK, c"CMYK;L", 32),
        entry::<CmykToRgb<3>>(CMYK, c"RGB", 24),
        entry::<Band0>(CMYK, c"C", 8),
        entry::<Band1>(CMYK, c"M", 8),
        entry::<Band2>(CMYK, c"Y", 8),
        entry::<Band3>(CMYK, c"K", 8),
        //
        entry::<Rgb>(YCbCr, c"YCbCr", 24),
        entry::<ToPlanar<3, 0x012>>(YCbCr, c"YCbCr;L", 24),
        entry::<CopyBytes<4>>(YCbCr, c"YCbCrX", 32),
        entry::<CopyBytes<4>>(YCbCr, c"YCbCrK", 32),
        entry::<Band0>(YCbCr, c"Y", 8),
        entry::<Band1>(YCbCr, c"Cb", 8),
        entry::<Band2>(YCbCr, c"Cr", 8),
        //
        entry::<swizzle!(4 => Lane(0), SignFlipped(1), SignFlipped(2))>(LAB, c"LAB", 24),
        entry::<Band0>(LAB, c"L", 8),
        entry::<Band1>(LAB, c"A", 8),
        entry::<Band2>(LAB, c"B", 8),
        //
        entry::<Rgb>(HSV, c"HSV", 24),
        entry::<Band0>(HSV, c"H", 8),
        entry::<Band1>(HSV, c"S", 8),
        entry::<Band2>(HSV, c"V", 8),
        //
        entry::<CopyBytes<4>>(I, c"I", 32),
        entry::<ClampToU16BigEndian>(I, c"I;16B", 16),
        entry::<NativeLe32>(I, c"I;32S", 32),
        entry::<CopyBytes<4>>(I, c"I;32NS", 32),
        entry::<CopyBytes<4>>(F, c"F", 32),
        entry::<NativeLe32>(F, c"F;32F", 32),
        entry::<CopyBytes<4>>(F, c"F;32NF", 32),
        //
        entry::<CopyBytes<2>>(I16, c"I;16", 16),
        entry::<SwapBytes16>(I16, c"I;16B", 16),
        entry::<NativeLe16>(I16, c"I;16N", 16),
        entry::<CopyBytes<2>>(I16L, c"I;16L", 16),
        entry::<NativeLe16>(I16L, c"I;16N", 16),
        entry::<CopyBytes<2>>(I16B, c"I;16B", 16),
        entry::<NativeBe16>(I16B, c"I;16N", 16),
        entry::<CopyBytes<2>>(I16N, c"I;16N", 16),
    ]
};
