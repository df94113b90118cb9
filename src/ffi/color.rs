//! Conversion between modes, by a matrix, by a table.

use std::ffi::c_int;
use std::ptr::null_mut;

use super::input::Input;
use super::output::Output;
use super::work::on_pixels;
use super::{guard, reference};
use crate::abi::{Imaging, ImagingPalette, ModeID};
use crate::color::{self, FromPalette, NearestEntry, lut3d, matrix};
use crate::error::{Error, ModeNumber, Result};
use crate::host::long_section;
use crate::image::palette::Palette;
use crate::image::{ImageMut, ImageRef};
use crate::mode::{Mode, PixelType};

/// Converts to another mode; `IMAGING_MODE_UNKNOWN` stands for the mode of the image's palette.
///
/// `imOut` is NULL, or an image of the wanted mode and the same size that takes the result, and that may share pixels with
/// `imIn`: the result is then that of a copy. `palette` is the palette to
/// map to when the mode is P or PA, or NULL for a standard one: every grey for L, else the colours of the browsers. It
/// gets a cache of its nearest colours, which stays with it. Anything but 0 for `dither` asks for Floyd-Steinberg
/// dithering where colours are lost (to 1, from L and RGB only, and to P and PA).
///
/// To the mode that the image has, copies it. Returns the result; NULL for NULL, where there is no such conversion, where
/// an image of mode P or PA has no palette or a given palette no colours, and where `imOut` does not match.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingConvert(
    imOut: Imaging,
    imIn: Imaging,
    mode: ModeID,
    palette: ImagingPalette,
    dither: c_int,
) -> Imaging {
    guard(null_mut(), || {
        // SAFETY: the caller's images and palettes are NULL or live.
        unsafe {
            let input = imIn.as_ref().ok_or(Error::Mode)?;
            const UNKNOWN: ModeID = 0;
            let mode = match mode {
                UNKNOWN => input.palette.as_ref().ok_or(Error::Mode)?.mode,
                mode if mode == input.mode => return super::geometry::copy(imOut, imIn),
                mode => mode,
            };
            let (from, to) = (Mode::from_id(input.mode), Mode::from_id(mode));
            let out = match (from, to) {
                (Some(Mode::P | Mode::PA), _) => from_palette(imOut, imIn, to),
                (_, Some(Mode::P | Mode::PA)) => to_palette(imOut, imIn, mode, palette, dither != 0),
                (_, Some(Mode::One)) if dither != 0 => to_bits(imOut, imIn),
                _ => pixel_by_pixel(imOut, imIn, input.mode, mode),
            };
            Ok(out?.into_raw())
        }
    })
}

/// What the functions below return where there is no such conversion.
const UNSUPPORTED: Error = Error::Value("conversion not supported");

/// The same in more words.
fn unsupported(from: ModeID, to: ModeID, within: &'static str) -> Error {
    Error::Conversion { from: ModeNumber(from), to: ModeNumber(to), within }
}

/// Converts an image without a palette to another without one.
///
/// # Safety
///
/// `out` is NULL or live, `im` live.
unsafe fn pixel_by_pixel<'a>(out: Imaging, im: Imaging, from: ModeID, to: ModeID) -> Result<Output<'a>> {
    let unsupported = || unsupported(from, to, "");
    let mode = |id| Mode::from_id(id).ok_or_else(unsupported);
    let (from, to) = (mode(from)?, mode(to)?);
    let conversion = color::conversion(from, to).ok_or_else(unsupported)?;
    // SAFETY: as the caller promises; the two images have different modes, and so are two.
    unsafe {
        let out = Output::like(to.id(), out, im)?;
        let view = out.view_mut()?;
        let input = Input::beside(&view, im)?;
        on_pixels([view], [input.view()?], |[out], [input]| conversion.convert(out, &input));
        Ok(out)
    }
}

/// Converts an image with a palette.
///
/// # Safety
///
/// `out` is NULL or live, `im` live.
unsafe fn from_palette<'a>(out: Imaging, im: Imaging, to: Option<Mode>) -> Result<Output<'a>> {
    // SAFETY: as the caller promises; the two images have different modes, and so are two.
    unsafe {
        let palette = (*im).palette.as_ref().ok_or(Error::Value("no palette"))?;
        let (from, to) = Mode::from_id((*im).mode).zip(to).ok_or(UNSUPPORTED)?;
        let conversion = FromPalette::new(palette, from, to)?;
        let mut out = Output::like(to.id(), out, im)?;
        if to.spec().has_palette {
            out.replace_palette(palette)?;
        }
        let view = out.view_mut()?;
        let input = Input::beside(&view, im)?;
        on_pixels([view], [input.view()?], |[out], [input]| conversion.convert(out, &input));
        Ok(out)
    }
}

/// Converts an image to one with a palette.
///
/// # Safety
///
/// `out` and `palette` are NULL or live, `im` live; nobody else uses `palette`.
unsafe fn to_palette<'a>(
    out: Imaging,
    im: Imaging,
    mode: ModeID,
    palette: ImagingPalette,
    dither: bool,
) -> Result<Output<'a>> {
    // SAFETY: as the caller promises; the two images have different modes, and so are two.
    unsafe {
        let from = Mode::from_id((*im).mode).filter(|mode| color::has_palette_form(*mode)).ok_or(UNSUPPORTED)?;
        let mut own = None;
        let palette = match palette.as_mut() {
            Some(palette) if palette.size == 0 => return Err(Error::Value("empty palette")),
            Some(palette) => palette,
            None => {
                let palette = own.insert(Palette::new(Mode::RGB)?);
                color::fill_default_palette(palette, from);
                palette
            }
        };
        if out.as_ref().is_some_and(|out| std::ptr::eq(out.palette, palette)) {
            return Err(Error::Value("palette is that of the output image"));
        }
        let mut out = Output::like(mode, out, im)?;
        out.replace_palette(palette)?;
        let view = out.view_mut()?;
        let input = Input::beside(&view, im)?;
        let input = input.view()?;
        if from == Mode::L {
            on_pixels([view], [input], |[out], [input]| color::grey_to_palette(out, &input));
        } else {
            // The palette gets its cache, whether there are pixels or not.
            let mut nearest = NearestEntry::new(palette)?;
            if view.bytes() > 0 {
                long_section(|| color::to_palette(view, &input, &mut nearest, dither))?;
            }
        }
        Ok(out)
    }
}

/// Dithers an image to black and white.
///
/// # Safety
///
/// `out` is NULL or live, `im` live.
unsafe fn to_bits<'a>(out: Imaging, im: Imaging) -> Result<Output<'a>> {
    // SAFETY: as the caller promises; the two images have different modes, and so are two.
    unsafe {
        if !matches!(Mode::from_id((*im).mode), Some(Mode::L | Mode::RGB)) {
            return Err(UNSUPPORTED);
        }
        let out = Output::like(Mode::One.id(), out, im)?;
        let view = out.view_mut()?;
        let input = Input::beside(&view, im)?;
        let input = input.view()?;
        if view.bytes() > 0 {
            long_section(|| color::to_bilevel(view, &input))?;
        }
        Ok(out)
    }
}

/// Converts to a mode with alpha and makes pixels of the colour (r, g, b) transparent. From RGB to RGBA, RGBa, LA or La;
/// from 1, L, I or I;16 to RGBA or LA, where `r` alone is the colour. Of each, the lower eight bits count.
///
/// A transparent pixel keeps its colour, in LA too, where that is red, green, blue and no alpha; in RGBa and La it is all
/// zero. From RGB to LA or La it is looked for in the source, where also the fourth byte must be 255.
///
/// Returns a new image; NULL for NULL and other modes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingConvertTransparent(im: Imaging, mode: ModeID, r: c_int, g: c_int, b: c_int) -> Imaging {
    guard(null_mut(), || {
        // SAFETY: the caller's image is NULL or live, and nobody writes to it meanwhile.
        unsafe {
            let source = im.as_ref().ok_or(Error::Mode)?;
            let (from, to) = (Mode::from_id(source.mode), Mode::from_id(mode));
            let colour = [r, g, b].map(|value| value as u8);
            let conversion = from.zip(to).and_then(|(from, to)| color::transparency(from, to, colour));
            let conversion = conversion.ok_or_else(|| unsupported(source.mode, mode, " in convert_transparent"))?;
            let out = Output::new(mode, source.xsize, source.ysize)?;
            let (view, input) = (out.view_mut()?, ImageRef::from_raw(im)?);
            on_pixels([view], [input], |[out], [input]| conversion.convert(out, &input));
            Ok(out.into_raw())
        }
    })
}

/// Multiplies each pixel of a 3-band image by a matrix of one row of 4 (to L) or three rows of 4 (to RGB): three factors
/// and a constant each. Bands are rounded to the nearest and clipped; the fourth byte becomes 255.
///
/// Returns a new image; NULL for NULL and other modes. To L, only the first row is read.
///
/// cbindgen:ptrs-as-arrays=[[m; 12]]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingConvertMatrix(im: Imaging, mode: ModeID, m: *const f32) -> Imaging {
    guard(null_mut(), || {
        // SAFETY: the caller's image is NULL or live, and nobody writes to it meanwhile; the matrix is NULL or has the
        // rows that the mode needs.
        unsafe {
            let source = im.as_ref().filter(|im| im.bands == 3).ok_or(Error::Mode)?;
            let mode = Mode::from_id(mode).filter(|mode| matches!(mode, Mode::L | Mode::RGB)).ok_or(Error::Mode)?;
            reference(m, "matrix")?;
            let input = ImageRef::from_raw(im)?;
            let out = Output::new(mode.id(), source.xsize, source.ysize)?;
            let view = out.view_mut()?;
            match mode {
                Mode::L => {
                    let row = reference(m.cast::<matrix::Row>(), "matrix")?;
                    on_pixels([view], [input], |[out], [input]| matrix::to_grey(out, &input, row));
                }
                _ => {
                    let rows = reference(m.cast::<[matrix::Row; 3]>(), "matrix")?;
                    on_pixels([view], [input], |[out], [input]| matrix::to_colour(out, &input, rows));
                }
            }
            Ok(out.into_raw())
        }
    })
}

/// Looks up the first three bands in a three-dimensional table and interpolates between its eight neighbours.
///
/// The table has `size1D * size2D * size3D` colours of `table_channels` (3 or 4) values, the first band running fastest,
/// where 255 << 6 is white. Sizes are 2 at least; 256, and each 255 more, would need a neighbour that is not there.
///
/// `imOut` takes the result: the part of `imIn` that is as large, and no larger. It may be `imIn`, or share pixels with it:
/// the result is then that of a copy. Both have three or four
/// bands of 8 bits, `imOut` as many as the table at least; where the table has three, the fourth byte comes from `imIn`,
/// which must then have a fourth band if `imOut` has. Returns `imOut`, or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingColorLUT3D_linear(
    imOut: Imaging,
    imIn: Imaging,
    table_channels: c_int,
    size1D: c_int,
    size2D: c_int,
    size3D: c_int,
    table: *mut i16,
) -> Imaging {
    guard(null_mut(), || {
        // SAFETY: the caller's images are NULL or live, and nobody else uses them meanwhile; the table is NULL or has as
        // many values as its sizes say.
        unsafe {
            if !matches!(table_channels, 3 | 4) {
                return Err(Error::Value("table_channels should be 3 or 4"));
            }
            let (input, out) = (reference(imIn, "input image")?, reference(imOut, "output image")?);
            let bytes = PixelType::U8 as c_int;
            if input.r#type != bytes || out.r#type != bytes || input.bands < 3 || out.bands < table_channels {
                return Err(Error::Mode);
            }
            if out.bands > table_channels && out.bands > input.bands {
                return Err(Error::Mode);
            }
            if out.xsize > input.xsize || out.ysize > input.ysize {
                return Err(Error::Mismatch);
            }
            let table = lut_of(table, table_channels, [size1D, size2D, size3D])?;
            let view = ImageMut::from_raw(imOut)?;
            let source = if imIn == imOut { None } else { Some(Input::beside(&view, imIn)?) };
            let source = source.as_ref().map(Input::view).transpose()?;
            if view.bytes() > 0 {
                long_section(|| table.apply(view, source.as_ref()));
            }
            Ok(imOut)
        }
    })
}

/// A table of the caller's.
///
/// # Safety
///
/// `values` is NULL, or has as many values as `channels` and `sizes` say, which nobody writes to for `'a`.
unsafe fn lut_of<'a>(values: *const i16, channels: c_int, sizes: [c_int; 3]) -> Result<lut3d::Lut3d<'a>> {
    let (channels, sizes) = (channels as usize, sizes.map(|size| usize::try_from(size).unwrap_or(0)));
    // SAFETY: as the caller promises.
    unsafe {
        reference(values, "table")?;
        let values = std::slice::from_raw_parts(values, lut3d::value_count(channels, sizes)?);
        lut3d::Lut3d::new(values, channels, sizes)
    }
}
