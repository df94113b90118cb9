//! Creation and deletion of images, and their arena.

use std::ffi::c_int;
use std::ptr::{NonNull, null_mut};

use super::arguments::{AliasedImageIn, ImageOut};
use super::boundary::guard;
use super::output::Output;
use crate::abi::{Imaging, ImagingMemoryArena, ImagingMemoryInstance, ModeID};
use crate::error::{Error, Result};
use crate::memory::arena::Arena;
use crate::memory::{self, AllocInit, SharedInstance, block, instance};

/// Makes an image of `xsize` × `ysize` pixels, all zero. A side may be 0. The caller owns the image: see `ImagingDelete`.
///
/// Returns NULL and raises ValueError if the mode is unknown or a side is negative, or MemoryError.
#[unsafe(no_mangle)]
pub extern "C" fn ImagingNew(mode: ModeID, xsize: c_int, ysize: c_int) -> Imaging {
    guard(null_mut(), || Ok(memory::new_image(mode, xsize, ysize, AllocInit::Zeroed)?.into_raw()))
}

/// Makes an image like `ImagingNew`, whose pixels are undefined: for images that are written completely.
#[unsafe(no_mangle)]
pub extern "C" fn ImagingNewDirty(mode: ModeID, xsize: c_int, ysize: c_int) -> Imaging {
    guard(null_mut(), || Ok(memory::new_image(mode, xsize, ysize, AllocInit::Uninitialized)?.into_raw()))
}

/// Makes an image like `ImagingNew`, with all rows in one contiguous block, `im->block`.
#[unsafe(no_mangle)]
pub extern "C" fn ImagingNewBlock(mode: ModeID, xsize: c_int, ysize: c_int) -> Imaging {
    guard(null_mut(), || Ok(block::new(mode, xsize, ysize)?.into_raw()))
}

/// Returns `imOut` if it has this mode and the size of `imIn`. If `imOut` is NULL, makes an image of this mode and size,
/// whose pixels are undefined.
///
/// Returns NULL and raises Mismatch if mode or size differ.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingNew2Dirty(mode: ModeID, imOut: ImageOut, imIn: AliasedImageIn) -> Imaging {
    guard(null_mut(), || Ok(Output::like(mode, imOut, &imIn)?.into_raw()))
}

/// Makes an image without pixels: its row table has `ysize` entries, all NULL, for the caller to fill. Set `destroy` to a
/// function that frees the pixels.
#[unsafe(no_mangle)]
pub extern "C" fn ImagingNewPrologue(mode: ModeID, xsize: c_int, ysize: c_int) -> Imaging {
    let structure_size = size_of::<ImagingMemoryInstance>();
    guard(null_mut(), || Ok(instance::new(mode, xsize, ysize, structure_size)?.into_raw()))
}

/// Makes an image like `ImagingNewPrologue`, in a struct of `structure_size` bytes that begins with a
/// `struct ImagingMemoryInstance`. The bytes behind it are zero, and the caller's own.
#[unsafe(no_mangle)]
pub extern "C" fn ImagingNewPrologueSubtype(
    mode: ModeID,
    xsize: c_int,
    ysize: c_int,
    structure_size: c_int,
) -> Imaging {
    guard(null_mut(), || {
        let structure_size = usize::try_from(structure_size).unwrap_or(0);
        Ok(instance::new(mode, xsize, ysize, structure_size)?.into_raw())
    })
}

/// Releases the caller's ownership of an image. The last owner's call deletes the image: its palette, its pixels (by
/// `destroy`), its row table and itself. Does nothing for NULL. May be called on any thread.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingDelete(im: Imaging) {
    guard((), || {
        // SAFETY: `im` is NULL or a live image that the caller owns and does not use again: the header says so.
        drop(NonNull::new(im).map(|im| unsafe { SharedInstance::from_raw(im) }));
        Ok(())
    });
}

/// Replaces the palette of `destination` by a copy of that of `source`. Does nothing if `source` has none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingCopyPalette(mut destination: ImageOut, source: AliasedImageIn) {
    guard((), || {
        source.header().ok_or(Error::Null("source image"))?;
        destination.header().ok_or(Error::Null("destination image"))?;
        if let Some(palette) = source.copy_palette()? {
            destination.set_palette(palette);
        }
        Ok(())
    });
}

/// Returns the caller's arena, or an error for NULL.
///
/// # Safety
///
/// `arena` is NULL or an arena that lives as long as the result is used.
unsafe fn arena<'a>(arena: ImagingMemoryArena) -> Result<&'a Arena> {
    // SAFETY: the pointer is NULL or a live arena, by this function's contract.
    unsafe { Arena::from_raw(arena) }.ok_or(Error::Null("arena"))
}

/// Sets how many freed blocks the arena keeps for reuse, and frees those above that number.
///
/// Returns 1. Returns 0 if there is no memory for the list of blocks (nothing is raised, and the number is unchanged), or
/// raises ValueError if `blocks_max` is negative.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingMemorySetBlocksMax(arena: ImagingMemoryArena, blocks_max: c_int) -> c_int {
    guard(0, || {
        // SAFETY: `arena` is NULL or a live arena: the header says so.
        match unsafe { self::arena(arena)? }.set_blocks_max(blocks_max) {
            // Callers raise MemoryError on 0, as Pillow's bindings do.
            Err(Error::Memory) => Ok(0),
            result => result.map(|()| 1),
        }
    })
}

/// Frees blocks that the arena keeps for reuse, until at most `new_size` are left.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingMemoryClearCache(arena: ImagingMemoryArena, new_size: c_int) {
    guard((), || {
        // SAFETY: `arena` is NULL or a live arena: the header says so.
        unsafe { self::arena(arena)? }.clear_cache(new_size);
        Ok(())
    });
}

/// Sets whether `ImagingNew` and `ImagingNewDirty` allocate each image as one block (not 0) or as an array of blocks from
/// the arena (0, the default).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingMemorySetBlockAllocator(arena: ImagingMemoryArena, use_block_allocator: c_int) {
    guard((), || {
        // SAFETY: `arena` is NULL or a live arena: the header says so.
        unsafe { self::arena(arena)? }.use_block_allocator(use_block_allocator);
        Ok(())
    });
}
