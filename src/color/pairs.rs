//! Every pair of modes with a conversion pixel by pixel.
//!
//! Not here: from and to palettes, and dithering. Pairs that are not here have no conversion.

use super::alpha::{Divided, DividedOpaque, GreyDivided, GreyMultiplied, Multiplied};
use super::bits::{BitToColour, BitToFloat, BitToHsv, BitToInk, BitToInt, BitToYcbcr, GreyToBit};
use super::grey::{
    ColourToBig16, ColourToBit, ColourToFloat, ColourToGrey, ColourToGreyAlpha, ColourToInt, ColourToLittle16,
    ColourToOpaque,
};
use super::hsv::{ColourToHsv, HsvToColour, InkToHsv};
use super::wide::{
    Big16ToGrey, FloatToGrey, FloatToInt, GreyToFloat, GreyToInt, IntToColour, IntToFloat, IntToGrey, IntToHsv,
    IntToLittle16, Little16ToColour, Little16ToGrey,
};
use crate::mode::Mode;
use crate::raw::LaneSource::{Constant, Inverted, Lane};
use crate::raw::bits::Binarize;
use crate::raw::cmyk::CmykToRgb;
use crate::raw::numbers::{BigEndian, ClampToU16BigEndian, LittleEndian, ToF32, ToI32};
use crate::raw::swizzle::swizzle;
use crate::raw::ycbcr::{RgbToYcbcr, YcbcrToRgb};
use crate::raw::{LineConversion, Shuffler};

/// From one mode to another.
pub struct Pair {
    from: Mode,
    to: Mode,
    shuffler: Shuffler,
}

const fn pair<S: LineConversion>(from: Mode, to: Mode) -> Pair {
    Pair { from, to, shuffler: Shuffler::of::<S>() }
}

/// The conversion from a mode to another, where there is one.
pub fn find(from: Mode, to: Mode) -> Option<&'static Shuffler> {
    PAIRS.iter().find(|pair| (pair.from, pair.to) == (from, to)).map(|pair| &pair.shuffler)
}

type GreyToColour = swizzle!(1 => Lane(0), Lane(0), Lane(0), Constant(255));
type GreyToInk = swizzle!(1 => Constant(0), Constant(0), Constant(0), Inverted(0));
type GreyToYcbcr = swizzle!(1 => Lane(0), Constant(128), Constant(128), Constant(255));
type GreyToHsv = swizzle!(1 => Constant(0), Constant(0), Lane(0), Constant(255));
type GreyToLittle16 = swizzle!(1 => Lane(0), Constant(0));
type GreyToBig16 = swizzle!(1 => Constant(0), Lane(0));

type FirstBand = swizzle!(4 => Lane(0));
type FirstBandOpaque = swizzle!(4 => Lane(0), Lane(0), Lane(0), Constant(255));
type GreyAlphaToColour = swizzle!(4 => Lane(0), Lane(0), Lane(0), Lane(3));
type GreyAlphaToInk = swizzle!(4 => Constant(0), Constant(0), Constant(0), Inverted(0));
type GreyAlphaToYcbcr = swizzle!(4 => Lane(0), Constant(128), Constant(128), Constant(255));
type GreyAlphaToHsv = swizzle!(4 => Constant(0), Constant(0), Lane(0), Lane(3));

type Opaque = swizzle!(4 => Lane(0), Lane(1), Lane(2), Constant(255));
type ColourToInk = swizzle!(4 => Inverted(0), Inverted(1), Inverted(2), Constant(0));

type Little16ToInt = ToI32<LittleEndian<u16>>;
type Big16ToInt = ToI32<BigEndian<u16>>;
type Little16ToFloat = ToF32<LittleEndian<u16>>;
type Big16ToFloat = ToF32<BigEndian<u16>>;

#[cfg(target_endian = "little")]
mod native16 {
    //! The machine's byte order is low byte first.
    pub type ColourTo = super::ColourToLittle16;
    pub type GreyTo = super::GreyToLittle16;
    pub type IntTo = super::IntToLittle16;
    pub type ToGrey = super::Little16ToGrey;
    pub type ToInt = super::Little16ToInt;
    pub type ToFloat = super::Little16ToFloat;
}
#[cfg(target_endian = "big")]
mod native16 {
    //! The machine's byte order is high byte first.
    pub type ColourTo = super::ColourToBig16;
    pub type GreyTo = super::GreyToBig16;
    pub type IntTo = super::ClampToU16BigEndian;
    pub type ToGrey = super::Big16ToGrey;
    pub type ToInt = super::Big16ToInt;
    pub type ToFloat = super::Big16ToFloat;
}

/// Every pair.
static PAIRS: [Pair; 104] = {
    use Mode::*;
    [
        pair::<Binarize>(One, L),
        pair::<BitToInt>(One, I),
        pair::<BitToFloat>(One, F),
        pair::<BitToColour>(One, LA),
        pair::<BitToColour>(One, RGB),
        pair::<BitToColour>(One, RGBA),
        pair::<BitToColour>(One, RGBX),
        pair::<BitToInk>(One, CMYK),
        pair::<BitToYcbcr>(One, YCbCr),
        pair::<BitToHsv>(One, HSV),
        //
        pair::<GreyToBit>(L, One),
        pair::<GreyToColour>(L, LA),
        pair::<GreyToColour>(L, RGB),
        pair::<GreyToColour>(L, RGBA),
        pair::<GreyToColour>(L, RGBX),
        pair::<GreyToInk>(L, CMYK),
        pair::<GreyToYcbcr>(L, YCbCr),
        pair::<GreyToHsv>(L, HSV),
        pair::<GreyToInt>(L, I),
        pair::<GreyToFloat>(L, F),
        pair::<GreyToLittle16>(L, I16),
        pair::<GreyToLittle16>(L, I16L),
        pair::<GreyToBig16>(L, I16B),
        pair::<native16::GreyTo>(L, I16N),
        //
        pair::<FirstBand>(LA, L),
        pair::<GreyMultiplied>(LA, La),
        pair::<GreyAlphaToColour>(LA, RGB),
        pair::<GreyAlphaToColour>(LA, RGBA),
        pair::<GreyAlphaToColour>(LA, RGBX),
        pair::<GreyAlphaToInk>(LA, CMYK),
        pair::<GreyAlphaToYcbcr>(LA, YCbCr),
        pair::<GreyAlphaToHsv>(LA, HSV),
        //
        pair::<GreyDivided>(La, LA),
        //
        pair::<IntToGrey>(I, L),
        pair::<IntToFloat>(I, F),
        pair::<IntToColour>(I, RGB),
        pair::<IntToColour>(I, RGBA),
        pair::<IntToColour>(I, RGBX),
        pair::<IntToHsv>(I, HSV),
        pair::<IntToLittle16>(I, I16),
        pair::<IntToLittle16>(I, I16L),
        pair::<ClampToU16BigEndian>(I, I16B),
        pair::<native16::IntTo>(I, I16N),
        //
        pair::<FloatToGrey>(F, L),
        pair::<FloatToInt>(F, I),
        //
        pair::<Little16ToGrey>(I16, L),
        pair::<Little16ToInt>(I16, I),
        pair::<Little16ToFloat>(I16, F),
        pair::<Little16ToColour>(I16, RGB),
        pair::<Little16ToGrey>(I16L, L),
        pair::<Little16ToInt>(I16L, I),
        pair::<Little16ToFloat>(I16L, F),
        pair::<Big16ToGrey>(I16B, L),
        pair::<Big16ToInt>(I16B, I),
        pair::<Big16ToFloat>(I16B, F),
        pair::<native16::ToGrey>(I16N, L),
        pair::<native16::ToInt>(I16N, I),
        pair::<native16::ToFloat>(I16N, F),
        //
        pair::<ColourToBit>(RGB, One),
        pair::<ColourToGrey>(RGB, L),
        pair::<ColourToOpaque>(RGB, LA),
        pair::<ColourToOpaque>(RGB, La),
        pair::<ColourToInt>(RGB, I),
        pair::<ColourToFloat>(RGB, F),
        pair::<ColourToLittle16>(RGB, I16),
        pair::<ColourToLittle16>(RGB, I16L),
        pair::<ColourToBig16>(RGB, I16B),
        pair::<native16::ColourTo>(RGB, I16N),
        pair::<Opaque>(RGB, RGBA),
        pair::<Opaque>(RGB, RGBa),
        pair::<Opaque>(RGB, RGBX),
        pair::<ColourToInk>(RGB, CMYK),
        pair::<RgbToYcbcr>(RGB, YCbCr),
        pair::<ColourToHsv>(RGB, HSV),
        //
        pair::<ColourToBit>(RGBA, One),
        pair::<ColourToGrey>(RGBA, L),
        pair::<ColourToGreyAlpha>(RGBA, LA),
        pair::<ColourToInt>(RGBA, I),
        pair::<ColourToFloat>(RGBA, F),
        pair::<Opaque>(RGBA, RGB),
        pair::<Multiplied>(RGBA, RGBa),
        pair::<Opaque>(RGBA, RGBX),
        pair::<ColourToInk>(RGBA, CMYK),
        pair::<RgbToYcbcr>(RGBA, YCbCr),
        pair::<ColourToHsv>(RGBA, HSV),
        //
        pair::<Divided>(RGBa, RGBA),
        pair::<DividedOpaque>(RGBa, RGB),
        //
        pair::<ColourToBit>(RGBX, One),
        pair::<ColourToGrey>(RGBX, L),
        pair::<ColourToOpaque>(RGBX, LA),
        pair::<ColourToInt>(RGBX, I),
        pair::<ColourToFloat>(RGBX, F),
        pair::<Opaque>(RGBX, RGB),
        pair::<ColourToInk>(RGBX, CMYK),
        pair::<RgbToYcbcr>(RGBX, YCbCr),
        pair::<ColourToHsv>(RGBX, HSV),
        //
        pair::<CmykToRgb<4>>(CMYK, RGB),
        pair::<CmykToRgb<4>>(CMYK, RGBA),
        pair::<CmykToRgb<4>>(CMYK, RGBX),
        pair::<InkToHsv>(CMYK, HSV),
        //
        pair::<FirstBand>(YCbCr, L),
        pair::<FirstBandOpaque>(YCbCr, LA),
        pair::<YcbcrToRgb>(YCbCr, RGB),
        //
        pair::<HsvToColour>(HSV, RGB),
    ]
};
