//! Conversion between modes, by a matrix, by a lookup table.

use std::ffi::c_int;
use std::ptr::null_mut;

use super::arguments::{AliasedImageIn, ImageIn, ImageOut, PaletteInOut, slice};
use super::boundary::guard;
use super::copy::copy_to;
use super::output::Output;
use super::work::{LONG, on_image, on_pixels};
use crate::abi::{Imaging, ModeID};
use crate::color::{self, FromPalette, NearestEntry, lut3d, matrix};
use crate::error::{Error, ModeNumber, Result};
use crate::image::palette::Palette;
use crate::image::{ImageMut, ImageRef};
use crate::mode::{Mode, PixelType};

/// Converts an image to `mode`; `IMAGING_MODE_UNKNOWN` means the mode of the image's palette. If the image has the given
/// mode already, it is copied.
///
/// `imOut` receives the result: NULL for a new image, or an image of `mode` and of the size of `imIn`. The two may share
/// pixels.
///
/// `palette` is used for P and PA only. It is the palette that colours are mapped to, or NULL for the standard one: a
/// grey ramp for L, the 216-colour web-safe palette for other modes. Its cache of nearest colours is filled and kept. If
/// `dither` is not 0, conversions to 1 (from L and RGB only), P and PA use Floyd-Steinberg dithering.
///
/// Returns the result. Returns NULL and raises ModeError if `imIn` is NULL, Mismatch if `imOut` does not match, and
/// ValueError if there is no such conversion, if a P or PA image has no palette, or if `palette` is empty or belongs to
/// `imOut`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingConvert(
    imOut: ImageOut,
    imIn: AliasedImageIn,
    mode: ModeID,
    palette: PaletteInOut,
    dither: c_int,
) -> Imaging {
    guard(null_mut(), || {
        const UNKNOWN: ModeID = 0;
        let input = imIn.header().ok_or(Error::Mode)?;
        let mode = match mode {
            UNKNOWN => input.palette_mode.ok_or(Error::Mode)?,
            mode if mode == input.mode => return copy_to(imOut, &imIn),
            mode => mode,
        };
        let (from, to) = (Mode::from_id(input.mode), Mode::from_id(mode));
        let output = match (from, to) {
            (Some(from @ (Mode::P | Mode::PA)), _) => from_palette(imOut, &imIn, from, to),
            (_, Some(Mode::P | Mode::PA)) => to_palette(imOut, &imIn, from, mode, palette, dither != 0),
            (_, Some(Mode::One)) if dither != 0 => to_bits(imOut, &imIn, from),
            _ => {
                let conversion = from.zip(to).and_then(|(from, to)| color::conversion(from, to));
                let conversion = conversion.ok_or_else(|| unsupported(input.mode, mode, ""))?;
                let output = Output::like(mode, imOut, &imIn)?;
                pixelwise(output, &imIn, |out, input| conversion.convert(out, input))
            }
        };
        Ok(output?.into_raw())
    })
}

/// What the functions below return if there is no such conversion.
const UNSUPPORTED: Error = Error::Value("conversion not supported");

/// The same error with the names of both modes.
fn unsupported(from: ModeID, to: ModeID, within: &'static str) -> Error {
    Error::Conversion { from: ModeNumber(from), to: ModeNumber(to), within }
}

/// Runs a pointwise conversion.
fn pixelwise(
    mut output: Output,
    input: &AliasedImageIn,
    convert: impl FnOnce(ImageMut<'_>, &ImageRef<'_>),
) -> Result<Output> {
    let out = output.view_mut()?;
    let input = input.beside(&out)?;
    on_pixels([out], [input.view()?], |[out], [input]| convert(out, &input));
    Ok(output)
}

/// Converts an image that has a palette.
fn from_palette(out: ImageOut, input: &AliasedImageIn, from: Mode, to: Option<Mode>) -> Result<Output> {
    let palette = input.copy_palette()?.ok_or(Error::Value("no palette"))?;
    let to = to.ok_or(UNSUPPORTED)?;
    let conversion = FromPalette::new(&palette, from, to)?;
    let mut output = Output::like(to.id(), out, input)?;
    if to.spec().has_palette {
        output.set_palette(Some(palette));
    }
    pixelwise(output, input, |out, input| conversion.convert(out, input))
}

/// Converts an image to a mode with a palette.
fn to_palette(
    out: ImageOut,
    input: &AliasedImageIn,
    from: Option<Mode>,
    to: ModeID,
    mut palette: PaletteInOut,
    dither: bool,
) -> Result<Output> {
    let from = from.filter(|mode| color::has_palette_form(*mode)).ok_or(UNSUPPORTED)?;
    let belongs_to_output = palette.belongs_to(&out);
    let mut standard = None;
    let palette = match palette.get() {
        Some(palette) if palette.size == 0 => return Err(Error::Value("empty palette")),
        Some(_) if belongs_to_output => return Err(Error::Value("palette is that of the output image")),
        Some(palette) => palette,
        None => {
            let palette = standard.insert(Palette::new(Mode::RGB)?);
            color::fill_default_palette(palette, from);
            palette
        }
    };
    let mut output = Output::like(to, out, input)?;
    output.replace_palette(palette)?;
    if from == Mode::L {
        return pixelwise(output, input, color::grey_to_palette);
    }
    let out = output.view_mut()?;
    let input = input.beside(&out)?;
    let input = input.view()?;
    // The palette gets its cache, whether there are pixels or not.
    let mut nearest = NearestEntry::new(palette)?;
    on_image(out, LONG, |out| color::to_palette(out, &input, &mut nearest, dither))?;
    Ok(output)
}

/// Dithers an image to black and white.
fn to_bits(out: ImageOut, input: &AliasedImageIn, from: Option<Mode>) -> Result<Output> {
    if !matches!(from, Some(Mode::L | Mode::RGB)) {
        return Err(UNSUPPORTED);
    }
    let mut output = Output::like(Mode::One.id(), out, input)?;
    let out = output.view_mut()?;
    let input = input.beside(&out)?;
    let input = input.view()?;
    on_image(out, LONG, |out| color::to_bilevel(out, &input))?;
    Ok(output)
}

/// Converts to a mode with alpha and makes pixels of the colour (r, g, b) transparent. Converts from RGB to RGBA, RGBa, LA
/// or La; and from 1, L, I or I;16 to RGBA or LA, where `r` alone is the colour. Only the lower eight bits of each value
/// count.
///
/// A transparent pixel becomes (r, g, b, 0), in LA too; in RGBa and La all four bytes become 0. From RGB to LA or La the
/// colour is compared with the pixels of the source, whose fourth byte must be 255.
///
/// Returns a new image. Returns NULL and raises ModeError if `im` is NULL, or ValueError for other modes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingConvertTransparent(im: ImageIn, mode: ModeID, r: c_int, g: c_int, b: c_int) -> Imaging {
    guard(null_mut(), || {
        let source = im.header().ok_or(Error::Mode)?;
        let (from, to) = (Mode::from_id(source.mode), Mode::from_id(mode));
        let colour = [r, g, b].map(|value| value as u8);
        let conversion = from.zip(to).and_then(|(from, to)| color::transparency(from, to, colour));
        let conversion = conversion.ok_or_else(|| unsupported(source.mode, mode, " in convert_transparent"))?;
        let mut output = Output::new(mode, source.size)?;
        on_pixels([output.view_mut()?], [im.view()?], |[out], [input]| conversion.convert(out, &input));
        Ok(output.into_raw())
    })
}

/// Multiplies each pixel of an image of three bands by a matrix `m`: one row of four values (to L) or three rows of four
/// (to RGB). A row is three factors and a constant. Results are rounded to the nearest integer and clipped to 0..255; the
/// fourth byte of a pixel becomes 255.
///
/// Returns a new image of `mode`. Returns NULL and raises ModeError unless `im` has three bands and `mode` is L or RGB. For
/// L only the first row is read.
///
/// cbindgen:ptrs-as-arrays=[[m; 12]]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingConvertMatrix(im: ImageIn, mode: ModeID, m: *const f32) -> Imaging {
    guard(null_mut(), || {
        let source = im.header().filter(|source| source.bands == 3).ok_or(Error::Mode)?;
        let mode = Mode::from_id(mode).filter(|mode| matches!(mode, Mode::L | Mode::RGB)).ok_or(Error::Mode)?;
        let rows = if mode == Mode::L { 1 } else { 3 };
        // SAFETY: `m` is NULL or has the rows that the mode needs: the header says so.
        let rows: &[matrix::Row] = unsafe { slice(m.cast(), rows, "matrix")? };
        let input = im.view()?;
        let mut output = Output::new(mode.id(), source.size)?;
        on_pixels([output.view_mut()?], [input], |[out], [input]| match rows {
            [first, second, third] => matrix::to_colour(out, &input, &[*first, *second, *third]),
            rows => matrix::to_grey(out, &input, &rows[0]),
        });
        Ok(output.into_raw())
    })
}

/// Maps the first three bands through a three-dimensional lookup table, with trilinear interpolation.
///
/// The table has `size1D * size2D * size3D` entries of `table_channels` (3 or 4) values; the index of the first band
/// varies fastest. Values are in fixed point with 6 fraction bits: 255 << 6 is white. Sizes are at least 2, and not 256
/// or a multiple of 255 above that, which would interpolate with an entry beyond the last.
///
/// `imOut` receives the result for the part of `imIn` that it covers, from the top left; it is no larger than `imIn`. It
/// may be `imIn`, or share pixels with it. Both have three or four bands of 8 bits, and `imOut` has at least
/// `table_channels`. If the table has three channels, the fourth byte is copied from `imIn`, which then needs a fourth
/// band if `imOut` has one.
///
/// Returns `imOut`. Returns NULL and raises ModeError for other bands, Mismatch if `imOut` is larger than `imIn`, and
/// ValueError for a bad table.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingColorLUT3D_linear(
    mut imOut: ImageOut,
    imIn: AliasedImageIn,
    table_channels: c_int,
    size1D: c_int,
    size2D: c_int,
    size3D: c_int,
    table: *mut i16,
) -> Imaging {
    guard(null_mut(), || {
        if !matches!(table_channels, 3 | 4) {
            return Err(Error::Value("table_channels should be 3 or 4"));
        }
        let input = imIn.header().ok_or(Error::Null("input image"))?;
        let out = imOut.header().ok_or(Error::Null("output image"))?;
        let bytes = PixelType::U8 as c_int;
        if input.pixel_type != bytes || out.pixel_type != bytes || input.bands < 3 || out.bands < table_channels {
            return Err(Error::Mode);
        }
        if out.bands > table_channels && out.bands > input.bands {
            return Err(Error::Mode);
        }
        if out.size.0 > input.size.0 || out.size.1 > input.size.1 {
            return Err(Error::Mismatch);
        }
        let sizes = [size1D, size2D, size3D].map(|size| usize::try_from(size).unwrap_or(0));
        let channels = table_channels as usize;
        if table.is_null() {
            return Err(Error::Null("table"));
        }
        // SAFETY: `table` has as many values as its sizes say: the header says so.
        let values = unsafe { slice(table, lut3d::value_count(channels, sizes)?, "table")? };
        let table = lut3d::Lut3d::new(values, channels, sizes)?;
        imOut.apply(&imIn, |out, input| {
            on_image(out, LONG, |out| {
                table.apply(out, input);
                Ok(())
            })
        })?;
        Ok(imOut.as_ptr())
    })
}
