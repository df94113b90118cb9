//! The table of pixel-by-pixel conversions, one for each supported pair of modes (Pillow's `converters[]` in
//! `Convert.c`).
//!
//! Conversions from and to palettes, and dithering, are elsewhere. Other pairs are not supported.

use super::bilevel::{
    BilevelToCmyk, BilevelToF32, BilevelToHsv, BilevelToI32, BilevelToRgb, BilevelToYcbcr, GreyToBilevel,
};
use super::hsv::{CmykToHsv, HsvToRgb, RgbToHsv};
use super::luma::{
    RgbToBilevel, RgbToF32, RgbToGrey, RgbToI32, RgbToOpaqueGrey, RgbToU16Big, RgbToU16Little, RgbaToGreyAlpha,
};
use super::numbers::{
    F32ToGrey, F32ToI32, GreyToF32, GreyToI32, I32ToF32, I32ToGrey, I32ToHsv, I32ToRgb, I32ToU16Little, U16BigToGrey,
    U16LittleToGrey, U16LittleToRgb,
};
use super::premultiply::{Premultiply, PremultiplyGrey};
use super::unpremultiply::{Unpremultiply, UnpremultiplyGrey, UnpremultiplyToRgb};
use crate::mode::Mode;
use crate::raw::LaneSource::{Constant, Inverted, Lane};
use crate::raw::bits::Binarize;
use crate::raw::cmyk::CmykToRgb;
use crate::raw::numbers::{BigEndian, ClampToU16BigEndian, LittleEndian, ToF32, ToI32};
use crate::raw::swizzle::swizzle;
use crate::raw::ycbcr::{RgbToYcbcr, YcbcrToRgb};
use crate::raw::{LineConversion, Shuffler};

/// A conversion, and the modes that it converts between.
pub struct Pair {
    from: Mode,
    to: Mode,
    shuffler: Shuffler,
}

const fn pair<S: LineConversion>(from: Mode, to: Mode) -> Pair {
    Pair { from, to, shuffler: Shuffler::of::<S>() }
}

/// Finds the conversion between two modes.
pub fn find(from: Mode, to: Mode) -> Option<&'static Shuffler> {
    PAIRS.iter().find(|pair| (pair.from, pair.to) == (from, to)).map(|pair| &pair.shuffler)
}

type GreyToRgb = swizzle!(1 => Lane(0), Lane(0), Lane(0), Constant(255));
type GreyToCmyk = swizzle!(1 => Constant(0), Constant(0), Constant(0), Inverted(0));
type GreyToYcbcr = swizzle!(1 => Lane(0), Constant(128), Constant(128), Constant(255));
type GreyToHsv = swizzle!(1 => Constant(0), Constant(0), Lane(0), Constant(255));
type GreyToU16Little = swizzle!(1 => Lane(0), Constant(0));
type GreyToU16Big = swizzle!(1 => Constant(0), Lane(0));

type FirstBand = swizzle!(4 => Lane(0));
type FirstBandOpaque = swizzle!(4 => Lane(0), Lane(0), Lane(0), Constant(255));
type GreyAlphaToRgb = swizzle!(4 => Lane(0), Lane(0), Lane(0), Lane(3));
type GreyAlphaToCmyk = swizzle!(4 => Constant(0), Constant(0), Constant(0), Inverted(0));
type GreyAlphaToYcbcr = swizzle!(4 => Lane(0), Constant(128), Constant(128), Constant(255));
type GreyAlphaToHsv = swizzle!(4 => Constant(0), Constant(0), Lane(0), Lane(3));

type SetOpaque = swizzle!(4 => Lane(0), Lane(1), Lane(2), Constant(255));
type RgbToCmyk = swizzle!(4 => Inverted(0), Inverted(1), Inverted(2), Constant(0));

type U16LittleToI32 = ToI32<LittleEndian<u16>>;
type U16BigToI32 = ToI32<BigEndian<u16>>;
type U16LittleToF32 = ToF32<LittleEndian<u16>>;
type U16BigToF32 = ToF32<BigEndian<u16>>;

#[cfg(target_endian = "little")]
mod native_u16 {
    //! Conversions of I;16N, little-endian here.
    pub type RgbTo = super::RgbToU16Little;
    pub type GreyTo = super::GreyToU16Little;
    pub type I32To = super::I32ToU16Little;
    pub type ToGrey = super::U16LittleToGrey;
    pub type ToI32 = super::U16LittleToI32;
    pub type ToF32 = super::U16LittleToF32;
}
#[cfg(target_endian = "big")]
mod native_u16 {
    //! Conversions of I;16N, big-endian here.
    pub type RgbTo = super::RgbToU16Big;
    pub type GreyTo = super::GreyToU16Big;
    pub type I32To = super::ClampToU16BigEndian;
    pub type ToGrey = super::U16BigToGrey;
    pub type ToI32 = super::U16BigToI32;
    pub type ToF32 = super::U16BigToF32;
}

/// All conversions, grouped by the mode that they convert from.
static PAIRS: [Pair; 104] = {
    use Mode::*;
    [
        pair::<Binarize>(One, L),
        pair::<BilevelToI32>(One, I),
        pair::<BilevelToF32>(One, F),
        pair::<BilevelToRgb>(One, LA),
        pair::<BilevelToRgb>(One, RGB),
        pair::<BilevelToRgb>(One, RGBA),
        pair::<BilevelToRgb>(One, RGBX),
        pair::<BilevelToCmyk>(One, CMYK),
        pair::<BilevelToYcbcr>(One, YCbCr),
        pair::<BilevelToHsv>(One, HSV),
        //
        pair::<GreyToBilevel>(L, One),
        pair::<GreyToRgb>(L, LA),
        pair::<GreyToRgb>(L, RGB),
        pair::<GreyToRgb>(L, RGBA),
        pair::<GreyToRgb>(L, RGBX),
        pair::<GreyToCmyk>(L, CMYK),
        pair::<GreyToYcbcr>(L, YCbCr),
        pair::<GreyToHsv>(L, HSV),
        pair::<GreyToI32>(L, I),
        pair::<GreyToF32>(L, F),
        pair::<GreyToU16Little>(L, I16),
        pair::<GreyToU16Little>(L, I16L),
        pair::<GreyToU16Big>(L, I16B),
        pair::<native_u16::GreyTo>(L, I16N),
        //
        pair::<FirstBand>(LA, L),
        pair::<PremultiplyGrey>(LA, La),
        pair::<GreyAlphaToRgb>(LA, RGB),
        pair::<GreyAlphaToRgb>(LA, RGBA),
        pair::<GreyAlphaToRgb>(LA, RGBX),
        pair::<GreyAlphaToCmyk>(LA, CMYK),
        pair::<GreyAlphaToYcbcr>(LA, YCbCr),
        pair::<GreyAlphaToHsv>(LA, HSV),
        //
        pair::<UnpremultiplyGrey>(La, LA),
        //
        pair::<I32ToGrey>(I, L),
        pair::<I32ToF32>(I, F),
        pair::<I32ToRgb>(I, RGB),
        pair::<I32ToRgb>(I, RGBA),
        pair::<I32ToRgb>(I, RGBX),
        pair::<I32ToHsv>(I, HSV),
        pair::<I32ToU16Little>(I, I16),
        pair::<I32ToU16Little>(I, I16L),
        pair::<ClampToU16BigEndian>(I, I16B),
        pair::<native_u16::I32To>(I, I16N),
        //
        pair::<F32ToGrey>(F, L),
        pair::<F32ToI32>(F, I),
        //
        pair::<U16LittleToGrey>(I16, L),
        pair::<U16LittleToI32>(I16, I),
        pair::<U16LittleToF32>(I16, F),
        pair::<U16LittleToRgb>(I16, RGB),
        pair::<U16LittleToGrey>(I16L, L),
        pair::<U16LittleToI32>(I16L, I),
        pair::<U16LittleToF32>(I16L, F),
        pair::<U16BigToGrey>(I16B, L),
        pair::<U16BigToI32>(I16B, I),
        pair::<U16BigToF32>(I16B, F),
        pair::<native_u16::ToGrey>(I16N, L),
        pair::<native_u16::ToI32>(I16N, I),
        pair::<native_u16::ToF32>(I16N, F),
        //
        pair::<RgbToBilevel>(RGB, One),
        pair::<RgbToGrey>(RGB, L),
        pair::<RgbToOpaqueGrey>(RGB, LA),
        pair::<RgbToOpaqueGrey>(RGB, La),
        pair::<RgbToI32>(RGB, I),
        pair::<RgbToF32>(RGB, F),
        pair::<RgbToU16Little>(RGB, I16),
        pair::<RgbToU16Little>(RGB, I16L),
        pair::<RgbToU16Big>(RGB, I16B),
        pair::<native_u16::RgbTo>(RGB, I16N),
        pair::<SetOpaque>(RGB, RGBA),
        pair::<SetOpaque>(RGB, RGBa),
        pair::<SetOpaque>(RGB, RGBX),
        pair::<RgbToCmyk>(RGB, CMYK),
        pair::<RgbToYcbcr>(RGB, YCbCr),
        pair::<RgbToHsv>(RGB, HSV),
        //
        pair::<RgbToBilevel>(RGBA, One),
        pair::<RgbToGrey>(RGBA, L),
        pair::<RgbaToGreyAlpha>(RGBA, LA),
        pair::<RgbToI32>(RGBA, I),
        pair::<RgbToF32>(RGBA, F),
        pair::<SetOpaque>(RGBA, RGB),
        pair::<Premultiply>(RGBA, RGBa),
        pair::<SetOpaque>(RGBA, RGBX),
        pair::<RgbToCmyk>(RGBA, CMYK),
        pair::<RgbToYcbcr>(RGBA, YCbCr),
        pair::<RgbToHsv>(RGBA, HSV),
        //
        pair::<Unpremultiply>(RGBa, RGBA),
        pair::<UnpremultiplyToRgb>(RGBa, RGB),
        //
        pair::<RgbToBilevel>(RGBX, One),
        pair::<RgbToGrey>(RGBX, L),
        pair::<RgbToOpaqueGrey>(RGBX, LA),
        pair::<RgbToI32>(RGBX, I),
        pair::<RgbToF32>(RGBX, F),
        pair::<SetOpaque>(RGBX, RGB),
        pair::<RgbToCmyk>(RGBX, CMYK),
        pair::<RgbToYcbcr>(RGBX, YCbCr),
        pair::<RgbToHsv>(RGBX, HSV),
        //
        pair::<CmykToRgb<4>>(CMYK, RGB),
        pair::<CmykToRgb<4>>(CMYK, RGBA),
        pair::<CmykToRgb<4>>(CMYK, RGBX),
        pair::<CmykToHsv>(CMYK, HSV),
        //
        pair::<FirstBand>(YCbCr, L),
        pair::<FirstBandOpaque>(YCbCr, LA),
        pair::<YcbcrToRgb>(YCbCr, RGB),
        //
        pair::<HsvToRgb>(HSV, RGB),
    ]
};
