//! Palettes.

use std::ffi::c_int;
use std::ptr::null_mut;

use super::{guard, reference_mut};
use crate::abi::{ImagingPalette, ModeID};
use crate::error::Error;
use crate::image::palette::{self, Palette};
use crate::memory;
use crate::mode::Mode;

/// Makes a palette for colours of this mode (RGB, RGBA or CMYK), of no colours yet: all black and opaque. Returns NULL
/// for another mode. The caller owns it: see `ImagingPaletteDelete`.
#[unsafe(no_mangle)]
pub extern "C" fn ImagingPaletteNew(mode: ModeID) -> ImagingPalette {
    guard(null_mut(), || {
        let mode = Mode::from_id(mode).ok_or(Error::Mode)?;
        Ok(Palette::new(mode)?.into_raw())
    })
}

/// Makes an RGB palette of the 216 colours of 6 × 6 × 6 steps that every browser has, from entry 10 on.
#[unsafe(no_mangle)]
pub extern "C" fn ImagingPaletteNewBrowser() -> ImagingPalette {
    guard(null_mut(), || {
        let mut palette = Palette::new(Mode::RGB)?;
        palette::fill_web_safe(&mut palette);
        Ok(palette.into_raw())
    })
}

/// Copies a palette, without its cache. Returns NULL for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingPaletteDuplicate(palette: ImagingPalette) -> ImagingPalette {
    guard(null_mut(), || {
        // SAFETY: the caller's palette is NULL or live.
        match unsafe { palette.as_ref() } {
            Some(palette) => Ok(Palette::copy_of(palette)?.into_raw()),
            None => Ok(null_mut()),
        }
    })
}

/// Deletes a palette and its cache. NULL is none. A palette that belongs to an image is deleted with it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingPaletteDelete(palette: ImagingPalette) {
    // SAFETY: the caller's palette is NULL or live, and the caller gives it up.
    unsafe { memory::palette::delete(palette) }
}

/// Gives a palette a cache of the nearest colours, none of which is known yet; see `ImagingPaletteCache`. Returns 0, or
/// -1 where there is no memory for it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingPaletteCachePrepare(palette: ImagingPalette) -> c_int {
    guard(-1, || {
        // SAFETY: the caller's palette is NULL or live, and nobody else uses it meanwhile.
        memory::palette::prepare_cache(unsafe { reference_mut(palette, "palette")? })?;
        Ok(0)
    })
}

/// Finds the nearest colours for the 8 × 8 × 8 cache cells around the colour (r, g, b), 0 to 255 each, and writes their
/// numbers into the cache, which must have been prepared.
///
/// The search is Heckbert's locally sorted search, as the JPEG library of Thomas Lane has it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingPaletteCacheUpdate(palette: ImagingPalette, r: c_int, g: c_int, b: c_int) {
    guard((), || {
        // SAFETY: the caller's palette is NULL or live, and nobody else uses it meanwhile.
        palette::update_cache(unsafe { reference_mut(palette, "palette")? }, [r, g, b])
    });
}

/// Frees the cache of a palette. NULL is none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingPaletteCacheDelete(palette: ImagingPalette) {
    // SAFETY: the caller's palette is NULL or live, and nobody else uses it meanwhile.
    if let Some(palette) = unsafe { palette.as_mut() } {
        memory::palette::delete_cache(palette);
    }
}
