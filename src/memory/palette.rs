//! The memory of palettes and of their caches. [`image::palette`](crate::image::palette) computes the colours.

use std::mem::{ManuallyDrop, MaybeUninit};
use std::ops::{Deref, DerefMut};
use std::ptr::{NonNull, null_mut};

use super::heap::{self, AllocInit};
use super::raw::Raw;
use crate::abi::{ImagingPalette, ImagingPaletteInstance};
use crate::error::{Error, Result};
use crate::mode::Mode;

/// The entries of a cache: one for each value of the upper six bits of red, green and blue.
pub const CACHE_SIZE: usize = 64 * 64 * 64;

/// The cache entry of a colour whose nearest palette entry is not known yet.
pub const UNKNOWN: i16 = 0x100;

/// An owned palette.
#[derive(Debug)]
pub struct Palette(NonNull<ImagingPaletteInstance>);

impl Palette {
    /// Creates an empty palette, all black and opaque, of mode RGB, RGBA or CMYK.
    pub fn new(mode: Mode) -> Result<Self> {
        if !matches!(mode, Mode::RGB | Mode::RGBA | Mode::CMYK) {
            return Err(Error::Mode);
        }
        // All zero is a valid palette.
        let mut palette = Self(heap::zeroed::<ImagingPaletteInstance>(1)?);
        palette.mode = mode.id();
        for colour in palette.palette.as_chunks_mut::<4>().0 {
            colour[3] = 255;
        }
        Ok(palette)
    }

    /// Creates a palette of at most 256 colours. The mode is RGB, which makes them opaque, or RGBA.
    pub fn of_colours(mode: Mode, colours: &[[u8; 4]]) -> Result<Self> {
        let mut palette = Self::new(mode)?;
        palette.size = colours.len().min(256) as i32;
        for (entry, [r, g, b, a]) in palette.palette.as_chunks_mut::<4>().0.iter_mut().zip(colours) {
            *entry = [*r, *g, *b, if mode == Mode::RGBA { *a } else { 255 }];
        }
        Ok(palette)
    }

    /// Copies a palette, without its cache.
    pub fn copy_of(source: &ImagingPaletteInstance) -> Result<Self> {
        let mut copy = Self(heap::zeroed::<ImagingPaletteInstance>(1)?);
        copy.mode = source.mode;
        copy.size = source.size;
        copy.palette = source.palette;
        copy.keep_cache = source.keep_cache;
        Ok(copy)
    }

    /// Hands the palette over to the caller.
    pub fn into_raw(self) -> ImagingPalette {
        ManuallyDrop::new(self).0.as_ptr()
    }

    /// Makes this the palette of an image, whose own is deleted.
    ///
    /// # Safety
    ///
    /// Nobody uses the image's palette meanwhile, nor has a reference to its old palette.
    pub unsafe fn give_to(self, im: Raw<'_>) {
        // SAFETY: the image is live by the contract of `Raw::new`, and owns its old palette, which nobody uses any more.
        unsafe { delete(std::mem::replace(&mut (*im.as_ptr()).palette, self.into_raw())) };
    }
}

impl Deref for Palette {
    type Target = ImagingPaletteInstance;

    fn deref(&self) -> &ImagingPaletteInstance {
        // SAFETY: the palette lives until its owner is dropped.
        unsafe { self.0.as_ref() }
    }
}

impl DerefMut for Palette {
    fn deref_mut(&mut self) -> &mut ImagingPaletteInstance {
        // SAFETY: the palette lives until its owner is dropped, and only the owner has a reference to it.
        unsafe { self.0.as_mut() }
    }
}

impl Drop for Palette {
    fn drop(&mut self) {
        // SAFETY: the constructors have allocated the palette, and nobody uses it after its owner.
        unsafe { delete(self.0.as_ptr()) };
    }
}

/// Deletes a palette and its cache.
///
/// # Safety
///
/// `palette` is NULL or a palette of this library that nobody uses any more.
pub unsafe fn delete(palette: ImagingPalette) {
    // SAFETY: NULL or live, by this function's contract.
    if let Some(instance) = unsafe { palette.as_mut() } {
        delete_cache(instance);
        // SAFETY: palettes come from the C allocator, and nobody uses this one any more.
        unsafe { heap::free(palette) };
    }
}

/// Creates the cache of a palette, all unknown, unless it has one.
pub fn prepare_cache(palette: &mut ImagingPaletteInstance) -> Result<()> {
    if palette.cache().is_null() {
        let bytes = CACHE_SIZE * size_of::<i16>();
        let cache = heap::bytes(bytes, AllocInit::Uninitialized)?.cast::<MaybeUninit<i16>>();
        // SAFETY: allocated above, in this size.
        unsafe { std::slice::from_raw_parts_mut(cache.as_ptr(), CACHE_SIZE) }.fill(MaybeUninit::new(UNKNOWN));
        // SAFETY: the cache has `CACHE_SIZE` entries, came from the C allocator, and belongs to this palette alone.
        unsafe { palette.set_cache(cache.cast().as_ptr()) };
    }
    Ok(())
}

/// The cache of a palette.
pub fn cache(palette: &mut ImagingPaletteInstance) -> Option<&mut [i16]> {
    let cache = NonNull::new(palette.cache())?;
    // SAFETY: a cache has `CACHE_SIZE` entries and belongs to its palette, by the contract of `set_cache`.
    Some(unsafe { std::slice::from_raw_parts_mut(cache.as_ptr(), CACHE_SIZE) })
}

/// Deletes the cache of a palette.
pub fn delete_cache(palette: &mut ImagingPaletteInstance) {
    let cache = palette.cache();
    // SAFETY: NULL may be set. The cache came from the C allocator and belonged to the palette, by the contract of
    // `set_cache`.
    unsafe {
        palette.set_cache(null_mut());
        heap::free(cache);
    }
}
