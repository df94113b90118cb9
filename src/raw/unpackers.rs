//! The unpackers: convert lines of a file to lines of an image (`Unpack.c` in Pillow).
//!
//! The name of a raw mode has the bands in their order in the file, and after `;` what is unusual about them:
//!
//! | in the name | layout in the file |
//! | --- | --- |
//! | `X` | a byte that is skipped |
//! | a number | bits of a value, or of a packed pixel |
//! | `I` | inverted |
//! | `R` | bits of each byte in reverse order |
//! | `L`, `B`, `N` after a number | little-endian, big-endian, native byte order |
//! | `L` alone | planar lines; with `P;2` and `P;4`, bit planes |
//! | `S`, `F` | signed integers, floats |
//! | `Z` | inverted alpha |
//! | a lowercase `a` | premultiplied alpha |

use std::ffi::{CStr, c_int};

use super::bits::{Binarize, Unpack12, UnpackBitPlanes, UnpackBits};
use super::cmyk::CmykToRgb;
use super::conversion::LineConversion;
use super::endian::{NativeBe16, NativeBe32, NativeLe16, NativeLe32, SwapBytes16};
use super::lanes::LaneSource::{BitReversed, Constant, Inverted, Lane, SignFlipped};
use super::numbers::{BigEndian, LittleEndian, NativeEndian, ToF32, ToI32};
use super::packed16::{AlphaField, UnpackRgb16};
use super::planar::FromPlanar;
use super::premultiplied::Unpremultiply;
use super::swizzle::{CopyBytes, InsertBand, swizzle};
use super::table::{ShufflerIndex, TableEntry};
use super::ycbcr::{PhotoYccToRgb, PhotoYccaToRgba};
use crate::mode::Mode;

/// Finds the unpacker from a raw mode to a mode, given by their numbers.
pub fn find(mode: c_int, raw_mode: c_int) -> Option<&'static TableEntry> {
    TableEntry::find(&UNPACKERS, mode, raw_mode)
}

const fn entry<C: LineConversion>(mode: Mode, raw_mode: &'static CStr, bits: c_int) -> TableEntry {
    TableEntry::new::<C>(mode, raw_mode, bits)
}

// 16-bit values are reduced to their more significant byte.
type HighByte = swizzle!(2 => Lane(1));
type LowByte = swizzle!(2 => Lane(0));
type Rgb16Le = swizzle!(6 => Lane(1), Lane(3), Lane(5), Constant(255));
type Rgb16Be = swizzle!(6 => Lane(0), Lane(2), Lane(4), Constant(255));
type Rgba16Le = swizzle!(8 => Lane(1), Lane(3), Lane(5), Lane(7));
type Rgba16Be = swizzle!(8 => Lane(0), Lane(2), Lane(4), Lane(6));

/// Writes one band of a pixel of four.
pub type Band<const BAND: usize> = InsertBand<BAND, 1, 0, false>;
type BandInverted<const BAND: usize> = InsertBand<BAND, 1, 0, true>;
type Band16Le<const BAND: usize> = InsertBand<BAND, 2, 1, false>;
type Band16Be<const BAND: usize> = InsertBand<BAND, 2, 0, false>;

#[cfg(target_endian = "little")]
mod native {
    pub type Rgb16Ne = super::Rgb16Le;
    pub type Rgba16Ne = super::Rgba16Le;
    pub type Band16Ne<const BAND: usize> = super::Band16Le<BAND>;
    pub type Unpremultiply16Ne = super::Unpremultiply16Le;
}
#[cfg(target_endian = "big")]
mod native {
    pub type Rgb16Ne = super::Rgb16Be;
    pub type Rgba16Ne = super::Rgba16Be;
    pub type Band16Ne<const BAND: usize> = super::Band16Be<BAND>;
    pub type Unpremultiply16Ne = super::Unpremultiply16Be;
}
use native::{Rgb16Ne, Rgba16Ne, Unpremultiply16Ne};

/// Writes one band of a pixel of four, from 16 bits in the byte order of this machine.
pub type Band16Ne<const BAND: usize> = native::Band16Ne<BAND>;

type GreyAlpha = swizzle!(2 => Lane(0), Lane(0), Lane(0), Lane(1));
type Rgb = swizzle!(3 => Lane(0), Lane(1), Lane(2), Constant(255));
type Bgr = swizzle!(3 => Lane(2), Lane(1), Lane(0), Constant(255));
type Bgrx = swizzle!(4 => Lane(2), Lane(1), Lane(0), Constant(255));
type Xrgb = swizzle!(4 => Lane(1), Lane(2), Lane(3), Constant(255));
type Xbgr = swizzle!(4 => Lane(3), Lane(2), Lane(1), Constant(255));
type Bgra = swizzle!(4 => Lane(2), Lane(1), Lane(0), Lane(3));
type Argb = swizzle!(4 => Lane(1), Lane(2), Lane(3), Lane(0));
type Abgr = swizzle!(4 => Lane(3), Lane(2), Lane(1), Lane(0));
type FourOfFive = swizzle!(5 => Lane(0), Lane(1), Lane(2), Lane(3));
type FourOfSix = swizzle!(6 => Lane(0), Lane(1), Lane(2), Lane(3));

type Unpremultiply16Le = Unpremultiply<8, 0x1357>;
type Unpremultiply16Be = Unpremultiply<8, 0x0246>;

type Rgb555 = UnpackRgb16<0x555, false, { AlphaField::IGNORED }>;
type Bgr555 = UnpackRgb16<0x555, true, { AlphaField::IGNORED }>;
type Rgba5551 = UnpackRgb16<0x555, false, { AlphaField::ALPHA }>;
type Bgra5551 = UnpackRgb16<0x555, true, { AlphaField::ALPHA }>;
type Rgb444 = UnpackRgb16<0x444, false, { AlphaField::IGNORED }>;

/// Finds unpackers by their C functions.
pub static INDEX: ShufflerIndex<221> = ShufflerIndex::of(&UNPACKERS);

/// The table.
pub static UNPACKERS: [TableEntry; 221] = {
    use Mode::*;
    [
        entry::<UnpackBits<1, false, false, 255>>(One, c"1", 1),
        entry::<UnpackBits<1, false, true, 255>>(One, c"1;I", 1),
        entry::<UnpackBits<1, true, false, 255>>(One, c"1;R", 1),
        entry::<UnpackBits<1, true, true, 255>>(One, c"1;IR", 1),
        entry::<Binarize>(One, c"1;8", 8),
        entry::<Binarize>(One, c"L", 8),
        //
        entry::<CopyBytes<1>>(L, c"L", 8),
        entry::<UnpackBits<2, false, false, 0x55>>(L, c"L;2", 2),
        entry::<UnpackBits<2, false, true, 0x55>>(L, c"L;2I", 2),
        entry::<UnpackBits<2, true, false, 0x55>>(L, c"L;2R", 2),
        entry::<UnpackBits<2, true, true, 0x55>>(L, c"L;2IR", 2),
        entry::<UnpackBits<4, false, false, 0x11>>(L, c"L;4", 4),
        entry::<UnpackBits<4, false, true, 0x11>>(L, c"L;4I", 4),
        entry::<UnpackBits<4, true, false, 0x11>>(L, c"L;4R", 4),
        entry::<UnpackBits<4, true, true, 0x11>>(L, c"L;4IR", 4),
        entry::<swizzle!(1 => Inverted(0))>(L, c"L;I", 8),
        entry::<swizzle!(1 => BitReversed(0))>(L, c"L;R", 8),
        entry::<HighByte>(L, c"L;16", 16),
        entry::<LowByte>(L, c"L;16B", 16),
        entry::<LowByte>(L, c"LX", 16),
        //
        entry::<GreyAlpha>(LA, c"LA", 16),
        entry::<FromPlanar<2, 0x0001>>(LA, c"LA;L", 16),
        entry::<GreyAlpha>(La, c"La", 16),
        //
        entry::<CopyBytes<1>>(P, c"P", 8),
        entry::<CopyBytes<1>>(P, c"L", 8),
        entry::<UnpackBits<1, false, false, 1>>(P, c"P;1", 1),
        entry::<UnpackBits<2, false, false, 1>>(P, c"P;2", 2),
        entry::<UnpackBits<4, false, false, 1>>(P, c"P;4", 4),
        entry::<UnpackBitPlanes<2>>(P, c"P;2L", 2),
        entry::<UnpackBitPlanes<4>>(P, c"P;4L", 4),
        entry::<swizzle!(1 => BitReversed(0))>(P, c"P;R", 8),
        entry::<LowByte>(P, c"PX", 16),
        //
        entry::<GreyAlpha>(PA, c"PA", 16),
        entry::<GreyAlpha>(PA, c"LA", 16),
        entry::<FromPlanar<2, 0x0001>>(PA, c"PA;L", 16),
        //
        entry::<Rgb>(RGB, c"RGB", 24),
        entry::<FromPlanar<3, 0x012f>>(RGB, c"RGB;L", 24),
        entry::<swizzle!(3 => BitReversed(0), BitReversed(1), BitReversed(2), Constant(255))>(RGB, c"RGB;R", 24),
        entry::<Rgb16Le>(RGB, c"RGB;16L", 48),
        entry::<Rgb16Be>(RGB, c"RGB;16B", 48),
        entry::<Rgb16Ne>(RGB, c"RGB;16N", 48),
        entry::<Bgr>(RGB, c"BGR", 24),
        entry::<Rgb555>(RGB, c"RGB;15", 16),
        entry::<Bgr555>(RGB, c"BGR;15", 16),
        entry::<Bgr555>(RGB, c"BGR;5", 16),
        entry::<UnpackRgb16<0x565, false, { AlphaField::IGNORED }>>(RGB, c"RGB;16", 16),
        entry::<UnpackRgb16<0x565, true, { AlphaField::IGNORED }>>(RGB, c"BGR;16", 16),
        entry::<Rgb444>(RGB, c"RGB;4B", 16),
        entry::<Rgba5551>(RGB, c"RGBA;15", 16),
        entry::<Rgba16Le>(RGB, c"RGBX;16L", 64),
        entry::<Rgba16Be>(RGB, c"RGBX;16B", 64),
        entry::<Rgba16Ne>(RGB, c"RGBX;16N", 64),
        entry::<CopyBytes<4>>(RGB, c"RGBX", 32),
        entry::<FourOfFive>(RGB, c"RGBXX", 40),
        entry::<FourOfSix>(RGB, c"RGBXXX", 48),
        entry::<FromPlanar<4, 0x0123>>(RGB, c"RGBX;L", 32),
        entry::<FromPlanar<4, 0x0123>>(RGB, c"RGBA;L", 32),
        entry::<Bgrx>(RGB, c"BGRX", 32),
        entry::<swizzle!(4 => Lane(3), Lane(1), Lane(0), Constant(255))>(RGB, c"BGXR", 32),
        entry::<Xrgb>(RGB, c"XRGB", 32),
        entry::<Xbgr>(RGB, c"XBGR", 32),
        entry::<PhotoYccToRgb>(RGB, c"YCC;P", 24),
        entry::<CmykToRgb<4>>(RGB, c"CMYK", 32),
        entry::<Band<0>>(RGB, c"R", 8),
        entry::<Band<1>>(RGB, c"G", 8),
        entry::<Band<2>>(RGB, c"B", 8),
        entry::<Band16Le<0>>(RGB, c"R;16L", 16),
        entry::<Band16Le<1>>(RGB, c"G;16L", 16),
        entry::<Band16Le<2>>(RGB, c"B;16L", 16),
        entry::<Band16Be<0>>(RGB, c"R;16B", 16),
        entry::<Band16Be<1>>(RGB, c"G;16B", 16),
        entry::<Band16Be<2>>(RGB, c"B;16B", 16),
        entry::<Band16Ne<0>>(RGB, c"R;16N", 16),
        entry::<Band16Ne<1>>(RGB, c"G;16N", 16),
        entry::<Band16Ne<2>>(RGB, c"B;16N", 16),
        //
        entry::<CopyBytes<4>>(RGBA, c"RGBA", 32),
        entry::<GreyAlpha>(RGBA, c"LA", 16),
        entry::<swizzle!(4 => Lane(0), Lane(0), Lane(0), Lane(2))>(RGBA, c"LA;16B", 32),
        entry::<FourOfFive>(RGBA, c"RGBAX", 40),
        entry::<FourOfSix>(RGBA, c"RGBAXX", 48),
        entry::<Unpremultiply<4, 0x0123>>(RGBA, c"RGBa", 32),
        entry::<Unpremultiply<5, 0x0123>>(RGBA, c"RGBaX", 40),
        entry::<Unpremultiply<6, 0x0123>>(RGBA, c"RGBaXX", 48),
        entry::<Unpremultiply16Le>(RGBA, c"RGBa;16L", 64),
        entry::<Unpremultiply16Be>(RGBA, c"RGBa;16B", 64),
        entry::<Unpremultiply16Ne>(RGBA, c"RGBa;16N", 64),
        entry::<Unpremultiply<4, 0x2103>>(RGBA, c"BGRa", 32),
        entry::<Bgr>(RGBA, c"BGR", 24),
        entry::<swizzle!(4 => Inverted(0), Inverted(1), Inverted(2), Lane(3))>(RGBA, c"RGBA;I", 32),
        entry::<FromPlanar<4, 0x0123>>(RGBA, c"RGBA;L", 32),
        entry::<Rgba5551>(RGBA, c"RGBA;15", 16),
        entry::<Bgra5551>(RGBA, c"BGRA;15", 16),
        entry::<UnpackRgb16<0x555, true, { AlphaField::INVERTED }>>(RGBA, c"BGRA;15Z", 16),
        entry::<UnpackRgb16<0x444, false, { AlphaField::ALPHA }>>(RGBA, c"RGBA;4B", 16),
        entry::<Rgba16Le>(RGBA, c"RGBA;16L", 64),
        entry::<Rgba16Be>(RGBA, c"RGBA;16B", 64),
        entry::<Rgba16Ne>(RGBA, c"RGBA;16N", 64),
        entry::<Bgra>(RGBA, c"BGRA", 32),
        entry::<swizzle!(8 => Lane(5), Lane(3), Lane(1), Lane(7))>(RGBA, c"BGRA;16L", 64),
        entry::<swizzle!(8 => Lane(4), Lane(2), Lane(0), Lane(6))>(RGBA, c"BGRA;16B", 64),
        entry::<swizzle!(4 => Lane(3), Lane(1), Lane(0), Lane(2))>(RGBA, c"BGAR", 32),
        entry::<Argb>(RGBA, c"ARGB", 32),
        entry::<Abgr>(RGBA, c"ABGR", 32),
        entry::<PhotoYccaToRgba>(RGBA, c"YCCA;P", 32),
        entry::<Band<0>>(RGBA, c"R", 8),
        entry::<Band<1>>(RGBA, c"G", 8),
        entry::<Band<2>>(RGBA, c"B", 8),
        entry::<Band<3>>(RGBA, c"A", 8),
        entry::<Band16Le<0>>(RGBA, c"R;16L", 16),
        entry::<Band16Le<1>>(RGBA, c"G;16L", 16),
        entry::<Band16Le<2>>(RGBA, c"B;16L", 16),
        entry::<Band16Le<3>>(RGBA, c"A;16L", 16),
        entry::<Band16Be<0>>(RGBA, c"R;16B", 16),
        entry::<Band16Be<1>>(RGBA, c"G;16B", 16),
        entry::<Band16Be<2>>(RGBA, c"B;16B", 16),
        entry::<Band16Be<3>>(RGBA, c"A;16B", 16),
        entry::<Band16Ne<0>>(RGBA, c"R;16N", 16),
        entry::<Band16Ne<1>>(RGBA, c"G;16N", 16),
        entry::<Band16Ne<2>>(RGBA, c"B;16N", 16),
        entry::<Band16Ne<3>>(RGBA, c"A;16N", 16),
        //
        entry::<CopyBytes<4>>(RGBa, c"RGBa", 32),
        entry::<Bgra>(RGBa, c"BGRa", 32),
        entry::<Argb>(RGBa, c"aRGB", 32),
        entry::<Abgr>(RGBa, c"aBGR", 32),
        //
        entry::<Rgb>(RGBX, c"RGB", 24),
        entry::<FromPlanar<3, 0x012f>>(RGBX, c"RGB;L", 24),
        entry::<Rgb16Be>(RGBX, c"RGB;16B", 48),
        entry::<Bgr>(RGBX, c"BGR", 24),
        entry::<Rgb555>(RGBX, c"RGB;15", 16),
        entry::<Bgr555>(RGBX, c"BGR;15", 16),
        entry::<Bgr555>(RGBX, c"BGR;5", 16),
        entry::<Rgb444>(RGBX, c"RGB;4B", 16),
        entry::<CopyBytes<4>>(RGBX, c"RGBX", 32),
        entry::<FourOfFive>(RGBX, c"RGBXX", 40),
        entry::<FourOfSix>(RGBX, c"RGBXXX", 48),
        entry::<FromPlanar<4, 0x0123>>(RGBX, c"RGBX;L", 32),
        entry::<Rgba16Le>(RGBX, c"RGBX;16L", 64),
        entry::<Rgba16Be>(RGBX, c"RGBX;16B", 64),
        entry::<Rgba16Ne>(RGBX, c"RGBX;16N", 64),
        entry::<Bgrx>(RGBX, c"BGRX", 32),
        entry::<Xrgb>(RGBX, c"XRGB", 32),
        entry::<Xbgr>(RGBX, c"XBGR", 32),
        entry::<PhotoYccToRgb>(RGBX, c"YCC;P", 24),
        entry::<Band<0>>(RGBX, c"R", 8),
        entry::<Band<1>>(RGBX, c"G", 8),
        entry::<Band<2>>(RGBX, c"B", 8),
        entry::<Band<3>>(RGBX, c"X", 8),
        //
        entry::<CopyBytes<4>>(CMYK, c"CMYK", 32),
        entry::<FourOfFive>(CMYK, c"CMYKX", 40),
        entry::<FourOfSix>(CMYK, c"CMYKXX", 48),
        entry::<swizzle!(4 => Inverted(0), Inverted(1), Inverted(2), Inverted(3))>(CMYK, c"CMYK;I", 32),
        entry::<FromPlanar<4, 0x0123>>(CMYK, c"CMYK;L", 32),
        entry::<Rgba16Le>(CMYK, c"CMYK;16L", 64),
        entry::<Rgba16Be>(CMYK, c"CMYK;16B", 64),
        entry::<Rgba16Ne>(CMYK, c"CMYK;16N", 64),
        entry::<Band<0>>(CMYK, c"C", 8),
        entry::<Band<1>>(CMYK, c"M", 8),
        entry::<Band<2>>(CMYK, c"Y", 8),
        entry::<Band<3>>(CMYK, c"K", 8),
        entry::<BandInverted<0>>(CMYK, c"C;I", 8),
        entry::<BandInverted<1>>(CMYK, c"M;I", 8),
        entry::<BandInverted<2>>(CMYK, c"Y;I", 8),
        entry::<BandInverted<3>>(CMYK, c"K;I", 8),
        //
        entry::<Rgb>(YCbCr, c"YCbCr", 24),
        entry::<FromPlanar<3, 0x012f>>(YCbCr, c"YCbCr;L", 24),
        entry::<CopyBytes<4>>(YCbCr, c"YCbCrX", 32),
        entry::<CopyBytes<4>>(YCbCr, c"YCbCrK", 32),
        //
        entry::<swizzle!(3 => Lane(0), SignFlipped(1), SignFlipped(2), Constant(255))>(LAB, c"LAB", 24),
        entry::<Band<0>>(LAB, c"L", 8),
        entry::<Band<1>>(LAB, c"A", 8),
        entry::<Band<2>>(LAB, c"B", 8),
        //
        entry::<Rgb>(HSV, c"HSV", 24),
        entry::<Band<0>>(HSV, c"H", 8),
        entry::<Band<1>>(HSV, c"S", 8),
        entry::<Band<2>>(HSV, c"V", 8),
        //
        entry::<CopyBytes<4>>(I, c"I", 32),
        entry::<ToI32<LittleEndian<u8>>>(I, c"I;8", 8),
        entry::<ToI32<LittleEndian<i8>>>(I, c"I;8S", 8),
        entry::<ToI32<LittleEndian<u16>>>(I, c"I;16", 16),
        entry::<ToI32<LittleEndian<i16>>>(I, c"I;16S", 16),
        entry::<ToI32<BigEndian<u16>>>(I, c"I;16B", 16),
        entry::<ToI32<BigEndian<i16>>>(I, c"I;16BS", 16),
        entry::<ToI32<NativeEndian<u16>>>(I, c"I;16N", 16),
        entry::<ToI32<NativeEndian<i16>>>(I, c"I;16NS", 16),
        entry::<NativeLe32>(I, c"I;32", 32),
        entry::<NativeLe32>(I, c"I;32S", 32),
        entry::<NativeBe32>(I, c"I;32B", 32),
        entry::<NativeBe32>(I, c"I;32BS", 32),
        entry::<CopyBytes<4>>(I, c"I;32N", 32),
        entry::<CopyBytes<4>>(I, c"I;32NS", 32),
        //
        entry::<CopyBytes<4>>(F, c"F", 32),
        entry::<ToF32<LittleEndian<u8>>>(F, c"F;8", 8),
        entry::<ToF32<LittleEndian<i8>>>(F, c"F;8S", 8),
        entry::<ToF32<LittleEndian<u16>>>(F, c"F;16", 16),
        entry::<ToF32<LittleEndian<i16>>>(F, c"F;16S", 16),
        entry::<ToF32<BigEndian<u16>>>(F, c"F;16B", 16),
        entry::<ToF32<BigEndian<i16>>>(F, c"F;16BS", 16),
        entry::<ToF32<NativeEndian<u16>>>(F, c"F;16N", 16),
        entry::<ToF32<NativeEndian<i16>>>(F, c"F;16NS", 16),
        entry::<ToF32<LittleEndian<u32>>>(F, c"F;32", 32),
        entry::<ToF32<LittleEndian<i32>>>(F, c"F;32S", 32),
        entry::<ToF32<BigEndian<u32>>>(F, c"F;32B", 32),
        entry::<ToF32<BigEndian<i32>>>(F, c"F;32BS", 32),
        entry::<ToF32<NativeEndian<u32>>>(F, c"F;32N", 32),
        entry::<ToF32<NativeEndian<i32>>>(F, c"F;32NS", 32),
        entry::<NativeLe32>(F, c"F;32F", 32),
        entry::<NativeBe32>(F, c"F;32BF", 32),
        entry::<CopyBytes<4>>(F, c"F;32NF", 32),
        entry::<ToF32<LittleEndian<f64>>>(F, c"F;64F", 64),
        entry::<ToF32<BigEndian<f64>>>(F, c"F;64BF", 64),
        entry::<ToF32<NativeEndian<f64>>>(F, c"F;64NF", 64),
        //
        entry::<CopyBytes<2>>(I16, c"I;16", 16),
        entry::<SwapBytes16>(I16, c"I;16B", 16),
        entry::<NativeLe16>(I16, c"I;16N", 16),
        entry::<swizzle!(2 => BitReversed(0), BitReversed(1))>(I16, c"I;16R", 16),
        entry::<Unpack12>(I16, c"I;12", 12),
        entry::<CopyBytes<2>>(I16L, c"I;16L", 16),
        entry::<NativeLe16>(I16L, c"I;16N", 16),
        entry::<CopyBytes<2>>(I16B, c"I;16B", 16),
        entry::<NativeBe16>(I16B, c"I;16N", 16),
        entry::<CopyBytes<2>>(I16N, c"I;16N", 16),
    ]
};
