//! Bands taken out of pixels and put in, and images laid over one another.

use std::ffi::{c_int, c_void};
use std::ptr::null_mut;

use super::input::Input;
use super::output::Output;
use super::work::on_pixels;
use super::{geometry, guard, reference, reference_mut};
use crate::abi::{Imaging, ModeID};
use crate::composite::{self, Band};
use crate::error::{Error, Result};
use crate::image::{ImageMut, ImageRef};
use crate::mode::{Mode, PixelType};

/// The mode of an image, where there is one.
///
/// # Safety
///
/// `im` is NULL or points to a live image.
unsafe fn mode(im: Imaging) -> Result<Mode> {
    // SAFETY: as the caller promises.
    unsafe { im.as_ref() }.and_then(|im| Mode::from_id(im.mode)).ok_or(Error::Mode)
}

/// The mode of an image of 8-bit bands.
///
/// # Safety
///
/// `im` is NULL or points to a live image.
unsafe fn mode_of_bytes(im: Imaging) -> Result<Mode> {
    // SAFETY: as the caller promises.
    let mode = unsafe { mode(im)? };
    if mode.spec().pixel_type == PixelType::U8 { Ok(mode) } else { Err(Error::Mode) }
}

// # Bands
//
// Bands count from 0; the alpha of a two-band image is band 1. ValueError for a band that the image does not have.

/// A band of an image of 8-bit bands, as a new L image; where there is just one band, a copy of the image in its own mode.
/// ModeError for images of other bands.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingGetBand(im: Imaging, band: c_int) -> Imaging {
    guard(null_mut(), || {
        // SAFETY: the caller's image is NULL or live.
        let mode = unsafe { mode_of_bytes(im)? };
        let band = Band::new(mode, band)?;
        if mode.spec().bands == 1 {
            // SAFETY: as above.
            return unsafe { geometry::copy(null_mut(), im) };
        }
        // SAFETY: as above; the new image is nobody else's.
        unsafe {
            let input = ImageRef::from_raw(im)?;
            let output = Output::new(Mode::L.id(), (*im).xsize, (*im).ysize)?;
            let out = output.view_mut()?;
            on_pixels([out], [input], |[out], [input]| composite::get_band(out, &input, band));
            Ok(output.into_raw())
        }
    })
}

/// Copies the one-band image `imIn` to a band of `im`, which has the same size and type of values; returns `im`. Where `im`
/// has just one band, both must have the same mode, and the palette is copied too. The two may share pixels: the result is
/// then that of a copy of `imIn`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingPutBand(im: Imaging, imIn: Imaging, band: c_int) -> Imaging {
    guard(null_mut(), || {
        // SAFETY: the caller's images are NULL or live.
        let (from, to) = unsafe { (mode(imIn)?, mode(im)?) };
        if from.spec().bands != 1 {
            return Err(Error::Mode);
        }
        let band = Band::new(to, band)?;
        // SAFETY: as above.
        let sizes = unsafe { [((*im).xsize, (*im).ysize), ((*imIn).xsize, (*imIn).ysize)] };
        if from.spec().pixel_type != to.spec().pixel_type || sizes[0] != sizes[1] {
            return Err(Error::Mismatch);
        }
        if to.spec().bands == 1 {
            // SAFETY: as above.
            return unsafe { geometry::copy(im, imIn) };
        }
        // SAFETY: both images are live, and an image of one band is not one of several.
        let out = unsafe { ImageMut::from_raw(im)? };
        // SAFETY: the caller's input is live.
        let input = unsafe { Input::beside(&out, imIn)? };
        on_pixels([out], [input.view()?], |[out], [input]| composite::put_band(out, &input, band));
        Ok(im)
    })
}

/// Sets a band of an image of 8-bit bands to `color`, clipped to 0..255; returns `im`. ValueError where there is just one
/// band, unless the image is no wider than a pixel.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingFillBand(im: Imaging, band: c_int, color: c_int) -> Imaging {
    guard(null_mut(), || {
        // SAFETY: the caller's image is NULL or live.
        let mode = unsafe { mode_of_bytes(im)? };
        let band = Band::new(mode, band)?;
        // SAFETY: as above, and nobody else uses it meanwhile.
        let mut view = unsafe { ImageMut::from_raw(im)? };
        let value = color.clamp(0, 255) as u8;
        if mode.spec().bands > 1 {
            on_pixels([view], [], |[im], []| composite::fill_band(im, band, value));
        } else if view.xsize() <= 1 {
            view.rows_mut().for_each(|row| row.fill(value));
        } else {
            return Err(Error::Value("image has just one band: fill all of it"));
        }
        Ok(im)
    })
}

/// Puts the bands of an image of 8-bit bands into `bands`: new L images all, or a copy of the image where it has just one.
/// Returns 0; or -1 on error, and then `bands` is as it was.
///
/// cbindgen:ptrs-as-arrays=[[bands; 4]]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingSplit(im: Imaging, bands: *mut Imaging) -> c_int {
    guard(-1, || {
        // SAFETY: the caller's image is NULL or live, and `bands` has four places.
        let (mode, bands) = unsafe { (mode_of_bytes(im)?, reference_mut(bands.cast::<[Imaging; 4]>(), "bands")?) };
        // SAFETY: as above.
        unsafe {
            match mode.spec().bands {
                1 => bands[0] = geometry::copy(null_mut(), im)?,
                2 => bands[..2].copy_from_slice(&split::<2>(im)?),
                3 => bands[..3].copy_from_slice(&split::<3>(im)?),
                _ => *bands = split::<4>(im)?,
            }
        }
        Ok(0)
    })
}

/// The bands of an image of `N`, as new images.
///
/// # Safety
///
/// `im` is NULL or points to a live image.
unsafe fn split<const N: usize>(im: Imaging) -> Result<[Imaging; N]> {
    // SAFETY: as the caller promises.
    let input = unsafe { ImageRef::from_raw(im)? };
    let mut outputs = [const { None }; N];
    for output in &mut outputs {
        // SAFETY: the image is live.
        *output = unsafe { Some(Output::new(Mode::L.id(), (*im).xsize, (*im).ysize)?) };
    }
    let outputs = outputs.map(|output| output.expect("made above"));
    let mut views = [const { None }; N];
    for (view, output) in views.iter_mut().zip(&outputs) {
        // SAFETY: the image is new.
        *view = unsafe { Some(output.view_mut()?) };
    }
    let views = views.map(|view| view.expect("made above"));
    on_pixels(views, [input], |out, [input]| composite::split(out, &input));
    Ok(outputs.map(Output::into_raw))
}

/// Makes an image of `mode` out of one-band images of the same size; the first NULL ends `bands`. ValueError unless there
/// are as many as the mode has; ModeError unless each has 8-bit values, or there is just one.
///
/// cbindgen:ptrs-as-arrays=[[bands; 4]]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingMerge(mode: ModeID, bands: *mut Imaging) -> Imaging {
    guard(null_mut(), || {
        // SAFETY: `bands` is NULL or has four places.
        let bands = unsafe { reference_mut(bands.cast::<[Imaging; 4]>(), "bands")? };
        let count = bands.iter().position(|band| band.is_null()).unwrap_or(bands.len());
        let bands = &bands[..count];
        // SAFETY: each of these is a live image.
        unsafe {
            let (xsize, ysize) = check_bands(bands)?;
            let output = Output::new(mode, xsize, ysize)?;
            if Mode::from_id(mode).is_none_or(|mode| usize::from(mode.spec().bands) != count) {
                return Err(WRONG_NUMBER);
            }
            match *bands {
                [only] => {
                    geometry::copy(output.as_raw(), only)?;
                }
                [a, b] => merge(&output, [a, b])?,
                [a, b, c] => merge(&output, [a, b, c])?,
                [a, b, c, d] => merge(&output, [a, b, c, d])?,
                _ => return Err(WRONG_NUMBER),
            }
            Ok(output.into_raw())
        }
    })
}

const WRONG_NUMBER: Error = Error::Value("wrong number of bands");

/// The size of all these images, each of which has one band.
///
/// # Safety
///
/// Each points to a live image.
unsafe fn check_bands(bands: &[Imaging]) -> Result<(c_int, c_int)> {
    // SAFETY: as the caller promises.
    let size = |im: Imaging| unsafe { ((*im).xsize, (*im).ysize) };
    let first = size(*bands.first().ok_or(WRONG_NUMBER)?);
    for band in bands {
        // SAFETY: as the caller promises.
        let spec = unsafe { mode(*band)? }.spec();
        if spec.bands != 1 || bands.len() != 1 && spec.pixel_size == 4 {
            return Err(Error::Mode);
        }
        if size(*band) != first {
            return Err(Error::Mismatch);
        }
    }
    Ok(first)
}

/// Puts bands together.
///
/// # Safety
///
/// Each points to a live image, and nobody else uses the output.
unsafe fn merge<const N: usize>(output: &Output<'_>, bands: [Imaging; N]) -> Result<()> {
    // SAFETY: as the caller promises.
    let out = unsafe { output.view_mut()? };
    let mut views = [const { None }; N];
    for (view, band) in views.iter_mut().zip(bands) {
        // SAFETY: as the caller promises.
        *view = unsafe { Some(ImageRef::from_raw(band)?) };
    }
    let views = views.map(|view| view.expect("made above"));
    on_pixels([out], views, |[out], bands| composite::merge(out, bands))
}

// # Compositing

/// Lays `imIn2` over `imIn1` by their alpha and returns a new image. Both are RGBA, or both LA, and of the same size.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingAlphaComposite(imIn1: Imaging, imIn2: Imaging) -> Imaging {
    guard(null_mut(), || {
        // SAFETY: the caller's images are NULL or live.
        let (under, over) = unsafe { (mode(imIn1)?, imIn2.as_ref().ok_or(Error::Mode)?) };
        if !matches!(under, Mode::RGBA | Mode::LA) {
            return Err(Error::Mode);
        }
        // SAFETY: as above; the new image is nobody else's.
        unsafe {
            let size = ((*imIn1).xsize, (*imIn1).ysize);
            if (over.mode, over.xsize, over.ysize) != (under.id(), size.0, size.1) {
                return Err(Error::Mismatch);
            }
            let (under, over) = (ImageRef::from_raw(imIn1)?, ImageRef::from_raw(imIn2)?);
            let output = Output::new((*imIn1).mode, size.0, size.1)?;
            let out = output.view_mut()?;
            on_pixels([out], [under, over], |[out], [under, over]| composite::alpha_composite(out, &under, &over));
            Ok(output.into_raw())
        }
    })
}

// # Filling

/// Sets all pixels to `ink`, which points to one as it lies in memory, `pixelsize` bytes; that of a 16-bit mode is a number
/// in the machine's order. Returns `im`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingFill(im: Imaging, ink: *const c_void) -> Imaging {
    guard(null_mut(), || {
        // SAFETY: the caller's image is NULL or live, and nobody else uses its pixels meanwhile.
        let out = unsafe { ImageMut::from_raw(im)? };
        if out.bytes() == 0 {
            return Ok(im);
        }
        // SAFETY: the caller's ink is NULL or a pixel of this image's mode.
        let pixel = unsafe {
            reference(ink.cast::<u8>(), "ink")?;
            pixel(out.mode(), std::slice::from_raw_parts(ink.cast(), out.mode().pixel_size()))
        };
        on_pixels([out], [], |[out], []| composite::fill(out, pixel));
        Ok(im)
    })
}

/// Four bytes of pixels of an ink.
fn pixel(mode: Mode, ink: &[u8]) -> [u8; 4] {
    match *ink {
        [byte] => [byte; 4],
        [a, b] => {
            let number = u16::from_ne_bytes([a, b]);
            let [a, b] = match mode {
                Mode::I16B => number.to_be_bytes(),
                Mode::I16N => number.to_ne_bytes(),
                _ => number.to_le_bytes(),
            };
            [a, b, a, b]
        }
        _ => std::array::from_fn(|byte| ink[byte]),
    }
}
