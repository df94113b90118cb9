//! Palettes.

use std::ffi::c_int;
use std::ptr::null_mut;

use super::arguments::{PaletteIn, PaletteInOut};
use super::boundary::guard;
use crate::abi::{ImagingPalette, ModeID};
use crate::error::Error;
use crate::image::palette::{self, Palette};
use crate::memory;
use crate::mode::Mode;

/// Makes a palette with colours of `mode`, which is RGB, RGBA or CMYK. It has size 0, and all its entries are black and
/// opaque. The caller owns it: see `ImagingPaletteDelete`.
///
/// Returns NULL and raises ModeError for another mode.
#[unsafe(no_mangle)]
pub extern "C" fn ImagingPaletteNew(mode: ModeID) -> ImagingPalette {
    guard(null_mut(), || {
        let mode = Mode::from_id(mode).ok_or(Error::Mode)?;
        Ok(Palette::new(mode)?.into_raw())
    })
}

/// Makes the RGB palette of the 216 web-safe colours, 6 × 6 × 6 steps of 51, from entry 10 on. The caller owns it.
#[unsafe(no_mangle)]
pub extern "C" fn ImagingPaletteNewBrowser() -> ImagingPalette {
    guard(null_mut(), || {
        let mut palette = Palette::new(Mode::RGB)?;
        palette::fill_web_safe(&mut palette);
        Ok(palette.into_raw())
    })
}

/// Copies a palette, without its cache. The caller owns the copy. Returns NULL, and raises nothing, for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingPaletteDuplicate(palette: PaletteIn) -> ImagingPalette {
    guard(null_mut(), || match palette.get() {
        Some(palette) => Ok(Palette::copy_of(palette)?.into_raw()),
        None => Ok(null_mut()),
    })
}

/// Deletes a palette and its cache. Does nothing for NULL. A palette that belongs to an image is deleted with the image.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingPaletteDelete(palette: ImagingPalette) {
    // SAFETY: `palette` is NULL or a palette that the caller owns and does not use again: the header says so.
    unsafe { memory::palette::delete(palette) }
}

/// Gives a palette an empty cache of nearest colours, if it has none; see `ImagingPaletteCache`.
///
/// Returns 0. Returns -1 and raises MemoryError if there is no memory for it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingPaletteCachePrepare(mut palette: PaletteInOut) -> c_int {
    guard(-1, || {
        memory::palette::prepare_cache(palette.require()?)?;
        Ok(0)
    })
}

/// Finds the nearest colours for the 8 × 8 × 8 cache cells around the colour (r, g, b), 0 to 255 each, and stores their
/// indices in the cache, which must have been prepared.
///
/// Method: Heckbert's locally sorted search, as in the JPEG library of Thomas Lane.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingPaletteCacheUpdate(mut palette: PaletteInOut, r: c_int, g: c_int, b: c_int) {
    guard((), || palette::update_cache(palette.require()?, [r, g, b]));
}

/// Frees the cache of a palette. Does nothing for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingPaletteCacheDelete(mut palette: PaletteInOut) {
    if let Some(palette) = palette.get() {
        memory::palette::delete_cache(palette);
    }
}
