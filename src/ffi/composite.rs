//! Bands, alpha composition and filling.

use std::ffi::{c_int, c_void};
use std::ptr::null_mut;

use arrayvec::ArrayVec;

use super::arguments::{AliasedImageIn, ImageIn, ImageOut, array, slice};
use super::boundary::guard;
use super::copy::{copy, copy_into, copy_to};
use super::output::Output;
use super::work::on_pixels;
use crate::abi::{Imaging, ModeID};
use crate::composite::{self, Band};
use crate::error::{Error, Result};
use crate::mode::Mode;

// # Bands
//
// Bands are numbered from 0; the alpha of a two-band image is band 1. All functions raise ValueError if the image has no
// such band.

/// Copies a band of an image of 8-bit bands to a new L image. Copies an image of one band in its own mode.
///
/// Returns NULL and raises ModeError if the bands are not of 8 bits.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingGetBand(im: ImageIn, band: c_int) -> Imaging {
    guard(null_mut(), || {
        let mode = im.mode()?;
        let band = Band::of_8_bits(mode, band)?;
        if mode.spec().bands == 1 {
            return copy(im);
        }
        let input = im.view()?;
        let mut output = Output::new(Mode::L.id(), im.header().ok_or(Error::Mode)?.size)?;
        on_pixels([output.view_mut()?], [input], |[out], [input]| composite::get_band(out, &input, band));
        Ok(output.into_raw())
    })
}

/// Copies the one-band image `imIn` to a band of `im` and returns `im`. Both must have the same size and type of values. If
/// `im` has one band, both must have the same mode, and the palette is copied too. The images may share pixels.
///
/// Returns NULL and raises ModeError if `imIn` has several bands, or Mismatch if sizes or types differ.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingPutBand(mut im: ImageOut, imIn: AliasedImageIn, band: c_int) -> Imaging {
    guard(null_mut(), || {
        let (Some(input), Some(out)) = (imIn.header(), im.header()) else { return Err(Error::Mode) };
        let (from, to) = (input.mode()?.spec(), out.mode()?.spec());
        if from.bands != 1 {
            return Err(Error::Mode);
        }
        let band = Band::new(out.mode()?, band)?;
        if from.pixel_type != to.pixel_type || input.size != out.size {
            return Err(Error::Mismatch);
        }
        if to.bands == 1 {
            return copy_to(im, &imIn);
        }
        let out = im.view_mut()?;
        let input = imIn.beside(&out)?;
        on_pixels([out], [input.view()?], |[out], [input]| composite::put_band(out, &input, band));
        Ok(im.as_ptr())
    })
}

/// Sets a band of an image of 8-bit bands to `color`, clipped to 0..255, and returns `im`.
///
/// Returns NULL and raises ModeError if the bands are not of 8 bits, and ValueError if the image has one band and is more
/// than one pixel wide.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingFillBand(mut im: ImageOut, band: c_int, color: c_int) -> Imaging {
    guard(null_mut(), || {
        let mode = im.mode()?;
        let band = Band::of_8_bits(mode, band)?;
        let mut view = im.view_mut()?;
        let value = color.clamp(0, 255) as u8;
        if mode.spec().bands > 1 {
            on_pixels([view], [], |[im], []| composite::fill_band(im, band, value));
        } else if view.xsize() <= 1 {
            view.rows_mut().for_each(|row| row.fill(value));
        } else {
            return Err(Error::Value("image has one band: use ImagingFill to fill it"));
        }
        Ok(im.as_ptr())
    })
}

/// Splits an image of 8-bit bands into new L images, one for each band, and stores them in `bands`. Copies an image of one
/// band in its own mode. The caller owns the images.
///
/// Returns 0. Returns -1 on error, with `bands` unchanged: ModeError if the bands are not of 8 bits.
///
/// cbindgen:ptrs-as-arrays=[[bands; 4]]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingSplit(im: ImageIn, bands: *mut Imaging) -> c_int {
    guard(-1, || {
        let mode = im.mode()?;
        composite::check_8_bits(mode)?;
        // SAFETY: `bands` is NULL or an array of four pointers that nobody else uses: the header declares it so.
        let bands = unsafe { bands.cast::<[Imaging; 4]>().as_mut() }.ok_or(Error::Null("bands"))?;
        match mode.spec().bands {
            1 => bands[0] = copy(im)?,
            2 => bands[..2].copy_from_slice(&split::<2>(im)?),
            3 => bands[..3].copy_from_slice(&split::<3>(im)?),
            _ => *bands = split::<4>(im)?,
        }
        Ok(0)
    })
}

/// Splits an image of `N` bands into new images.
fn split<const N: usize>(im: ImageIn) -> Result<[Imaging; N]> {
    let input = im.view()?;
    let new = |_| Output::new(Mode::L.id(), im.header().ok_or(Error::Mode)?.size);
    let mut outputs = array_of::<_, N>((0..N).map(new))?;
    let views = array_of::<_, N>(outputs.iter_mut().map(Output::view_mut))?;
    on_pixels(views, [input], |out, [input]| composite::split(out, &input));
    Ok(outputs.map(Output::into_raw))
}

/// Collects `N` results into an array. Panics unless there are `N`.
fn array_of<T, const N: usize>(results: impl Iterator<Item = Result<T>>) -> Result<[T; N]> {
    let values = results.collect::<Result<ArrayVec<T, N>>>()?;
    Ok(values.into_inner().unwrap_or_else(|_| panic!("fewer than {N} values")))
}

/// Merges one-band images of the same size into a new image of `mode`. `bands` has as many images as the mode has bands; if
/// they are fewer than four, NULL follows the last.
///
/// Returns NULL and raises ValueError if the number of images is not that of the mode's bands, Mismatch if their sizes
/// differ, and ModeError if an image has several bands, or if several images have values that are not of 8 bits.
///
/// cbindgen:ptrs-as-arrays=[[bands; 4]]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingMerge(mode: ModeID, bands: *mut ImageIn) -> Imaging {
    guard(null_mut(), || {
        // SAFETY: `bands` is NULL or an array of four images or NULLs that nobody writes to: the header declares it so.
        let bands: &[ImageIn; 4] = unsafe { array(bands, "bands")? };
        let described = bands.iter().map_while(|band| band.header());
        let described: ArrayVec<_, 4> =
            described.map(|header| Ok((header.mode()?, header.size))).collect::<Result<_>>()?;
        let size = composite::check_bands(&described)?;
        let mut output = Output::new(mode, size)?;
        composite::check_band_count(Mode::from_id(mode), described.len())?;
        let [a, b, c, d] = bands;
        match described.len() {
            1 => return copy_into(output, *a),
            2 => merge(&mut output, [a, b])?,
            3 => merge(&mut output, [a, b, c])?,
            _ => merge(&mut output, [a, b, c, d])?,
        }
        Ok(output.into_raw())
    })
}

/// Merges bands into an image of `N` bands.
fn merge<const N: usize>(output: &mut Output, bands: [&ImageIn; N]) -> Result<()> {
    let out = output.view_mut()?;
    let bands = array_of::<_, N>(bands.into_iter().map(ImageIn::view))?;
    on_pixels([out], bands, |[out], bands| composite::merge(out, bands))
}

// # Compositing

/// Composites `imIn2` over `imIn1` by its alpha and returns a new image. Both must be RGBA or both LA, of the same size.
///
/// Returns NULL and raises ModeError if `imIn1` has another mode, or Mismatch if mode or size differ.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingAlphaComposite(imIn1: ImageIn, imIn2: ImageIn) -> Imaging {
    guard(null_mut(), || {
        let (Some(under), Some(over)) = (imIn1.header(), imIn2.header()) else { return Err(Error::Mode) };
        composite::check_layers((under.mode()?, under.size), (Mode::from_id(over.mode), over.size))?;
        let views = [imIn1.view()?, imIn2.view()?];
        let mut output = Output::new(under.mode, under.size)?;
        on_pixels([output.view_mut()?], views, |[out], [under, over]| composite::alpha_composite(out, &under, &over));
        Ok(output.into_raw())
    })
}

// # Filling

/// Sets all pixels to `ink` and returns `im`. `ink` points to one pixel as it lies in memory, `pixelsize` bytes; that of a
/// 16-bit mode is a number in the machine's byte order.
///
/// Returns NULL and raises ValueError if the image is read-only or an argument is NULL. An image without pixels needs no
/// ink.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingFill(mut im: ImageOut, ink: *const c_void) -> Imaging {
    guard(null_mut(), || {
        let out = im.view_mut()?;
        if out.bytes() > 0 {
            // SAFETY: `ink` is NULL or a pixel of this image's mode: the header says so.
            let ink = unsafe { slice(ink.cast(), out.mode().pixel_size(), "ink")? };
            let pixel = repeated(out.mode(), ink);
            on_pixels([out], [], |[out], []| composite::fill(out, pixel));
        }
        Ok(im.as_ptr())
    })
}

/// Repeats an ink until it has four bytes, in the byte order of the mode.
fn repeated(mode: Mode, ink: &[u8]) -> [u8; 4] {
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
