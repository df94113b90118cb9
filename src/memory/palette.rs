//! The memory of palettes and of their caches. What the colours are is [`image::palette`](crate::image::palette)'s.

use std::mem::MaybeUninit;
use std::ptr::NonNull;

use super::{Fill, Raw, heap};
use crate::abi::ImagingPaletteInstance;
use crate::error::{Error, Result};
use crate::mode::Mode;

/// How many colours a cache has: the upper six bits of each of three bands.
pub const CACHE_SIZE: usize = 64 * 64 * 64;

/// What the cache holds where the nearest colour is not known yet.
pub const UNKNOWN: i16 = 0x100;

/// Makes a palette of no colours: all black and opaque.
pub fn new(mode: Mode) -> Result<NonNull<ImagingPaletteInstance>> {
    if !matches!(mode, Mode::RGB | Mode::RGBA | Mode::CMYK) {
        return Err(Error::Mode);
    }
    let palette = heap::zeroed::<ImagingPaletteInstance>(1)?;
    // SAFETY: made just now, and all zero is a valid palette.
    let instance = unsafe { &mut *palette.as_ptr() };
    instance.mode = mode.id();
    for colour in instance.palette.as_chunks_mut::<4>().0 {
        colour[3] = 255;
    }
    Ok(palette)
}

/// Copies a palette; the copy starts without a cache.
pub fn duplicate(source: &ImagingPaletteInstance) -> Result<NonNull<ImagingPaletteInstance>> {
    let palette = heap::bytes(size_of::<ImagingPaletteInstance>(), Fill::Dirty)?.cast::<ImagingPaletteInstance>();
    // SAFETY: made just now, with room for a palette; what is copied is one.
    unsafe {
        palette.copy_from_nonoverlapping(NonNull::from(source), 1);
        (*palette.as_ptr()).cache = std::ptr::null_mut();
    }
    Ok(palette)
}

/// Gives an image a copy of a palette, instead of its own.
///
/// # Safety
///
/// The image is live.
pub unsafe fn replace(destination: Raw, palette: &ImagingPaletteInstance) -> Result<()> {
    let copy = duplicate(palette)?;
    // SAFETY: the image is live by this function's contract, and the copy is nobody else's.
    unsafe { install(destination, copy) };
    Ok(())
}

/// Makes a palette that of an image, whose own is deleted.
///
/// # Safety
///
/// The image is live, `palette` belongs to the caller, and nobody uses the image's own any more.
pub unsafe fn install(destination: Raw, palette: NonNull<ImagingPaletteInstance>) {
    // SAFETY: the image is live by this function's contract, and owns its palette.
    unsafe { delete(std::mem::replace(&mut (*destination.as_ptr()).palette, palette.as_ptr())) };
}

/// Frees a palette and its cache. NULL is none.
///
/// # Safety
///
/// `palette` is NULL or a palette of this library that nobody uses any more.
pub unsafe fn delete(palette: *mut ImagingPaletteInstance) {
    // SAFETY: as the caller promises.
    if let Some(instance) = unsafe { palette.as_mut() } {
        delete_cache(instance);
        // SAFETY: as the caller promises.
        unsafe { heap::free(palette) };
    }
}

/// Gives a palette a cache, of which nothing is known, where it has none.
pub fn prepare_cache(palette: &mut ImagingPaletteInstance) -> Result<()> {
    if palette.cache.is_null() {
        palette.cache = heap::bytes(CACHE_SIZE * size_of::<i16>(), Fill::Dirty)?.cast().as_ptr();
        // SAFETY: allocated just now, in this size.
        let cells = unsafe { std::slice::from_raw_parts_mut(palette.cache.cast::<MaybeUninit<i16>>(), CACHE_SIZE) };
        cells.fill(MaybeUninit::new(UNKNOWN));
    }
    Ok(())
}

/// The cache of a palette, where it has one.
pub fn cache(palette: &mut ImagingPaletteInstance) -> Option<&mut [i16]> {
    if palette.cache.is_null() {
        return None;
    }
    // SAFETY: a cache is always of this size, and the palette owns it.
    Some(unsafe { std::slice::from_raw_parts_mut(palette.cache, CACHE_SIZE) })
}

/// Takes the cache from a palette, where it has one.
pub fn delete_cache(palette: &mut ImagingPaletteInstance) {
    // SAFETY: the palette owns its cache, and forgets it here.
    unsafe { heap::free(std::mem::replace(&mut palette.cache, std::ptr::null_mut())) };
}
