//! Making and deleting images, and the arena that they come from.

use std::ffi::c_int;
use std::ptr::{NonNull, null_mut};

use super::guard;
use super::output::Output;
use crate::abi::{Imaging, ImagingMemoryArena, ImagingMemoryInstance, ModeID};
use crate::error::{Error, Result};
use crate::memory::arena::Arena;
use crate::memory::{self, AllocInit, Raw, SharedInstance, block, instance};

/// Makes an image of `xsize` × `ysize` pixels, all zero. Either may be 0.
///
/// Returns NULL for a mode that there is not, a negative size, or where there is not enough memory. The caller owns the
/// image: see `ImagingDelete`.
#[unsafe(no_mangle)]
pub extern "C" fn ImagingNew(mode: ModeID, xsize: c_int, ysize: c_int) -> Imaging {
    guard(null_mut(), || Ok(memory::new_image(mode, xsize, ysize, AllocInit::Zeroed)?.into_raw()))
}

/// Makes an image as `ImagingNew` does, but leaves in its pixels whatever was there: for images that are written whole.
#[unsafe(no_mangle)]
pub extern "C" fn ImagingNewDirty(mode: ModeID, xsize: c_int, ysize: c_int) -> Imaging {
    guard(null_mut(), || Ok(memory::new_image(mode, xsize, ysize, AllocInit::Uninitialized)?.into_raw()))
}

/// Makes an image as `ImagingNew` does, with all rows in a single block, one behind the other, at `im->block`.
#[unsafe(no_mangle)]
pub extern "C" fn ImagingNewBlock(mode: ModeID, xsize: c_int, ysize: c_int) -> Imaging {
    guard(null_mut(), || Ok(block::new(mode, xsize, ysize)?.into_raw()))
}

/// Returns `imOut` where it has this mode and the size of `imIn`, and an error where it has not; where `imOut` is NULL,
/// a new image of this mode and that size, its pixels yet to be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingNew2Dirty(mode: ModeID, imOut: Imaging, imIn: Imaging) -> Imaging {
    // SAFETY: the caller's images are NULL or live.
    guard(null_mut(), || Ok(unsafe { Output::like(mode, imOut, imIn)? }.into_raw()))
}

/// Makes an image without pixels: its row table has `ysize` places, all NULL, for the caller to fill. Set `destroy` to
/// what frees the pixels.
#[unsafe(no_mangle)]
pub extern "C" fn ImagingNewPrologue(mode: ModeID, xsize: c_int, ysize: c_int) -> Imaging {
    let structure_size = size_of::<ImagingMemoryInstance>();
    guard(null_mut(), || Ok(instance::new(mode, xsize, ysize, structure_size)?.into_raw()))
}

/// Makes an image without pixels as `ImagingNewPrologue` does, in a struct of `structure_size` bytes that begins with a
/// `struct ImagingMemoryInstance`. What is behind that is zeroed, and the caller's own.
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

/// Gives up an image. With its last owner it is deleted: its palette, its pixels (by `destroy`), itself. NULL is none.
/// May be called on any thread.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingDelete(im: Imaging) {
    guard((), || {
        if let Some(im) = NonNull::new(im) {
            // SAFETY: the caller's image is live, and the caller gives up a count of its owners.
            drop(unsafe { SharedInstance::from_raw(im) });
        }
        Ok(())
    });
}

/// Gives `destination` a copy of the palette of `source`, instead of its own. Does nothing where `source` has none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingCopyPalette(destination: Imaging, source: Imaging) {
    guard((), || {
        // SAFETY: the caller's images are NULL or live, and nobody else uses their palettes meanwhile.
        unsafe {
            let source = Raw::new(source).ok_or(Error::Null("source image"))?;
            let destination = Raw::new(destination).ok_or(Error::Null("destination image"))?;
            memory::palette::copy(destination, source)
        }
    });
}

/// The caller's arena.
///
/// # Safety
///
/// `arena` is NULL or live for `'a`.
unsafe fn live<'a>(arena: ImagingMemoryArena) -> Result<&'a Arena> {
    // SAFETY: NULL or live, by this function's contract.
    unsafe { Arena::from_raw(arena) }.ok_or(Error::Null("arena"))
}

/// Sets how many freed blocks the arena keeps for reuse, and frees those above that. Returns 1, or 0 where there is no
/// memory for that many (the number then stays as it was).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingMemorySetBlocksMax(arena: ImagingMemoryArena, blocks_max: c_int) -> c_int {
    guard(0, || {
        // SAFETY: the caller's arena is NULL or live.
        match unsafe { live(arena)?.set_blocks_max(blocks_max) } {
            // Whoever gets 0 raises the error: bindings do.
            Err(Error::Memory) => Ok(0),
            result => result.map(|()| 1),
        }
    })
}

/// Frees blocks that the arena keeps, until no more than `new_size` are left.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingMemoryClearCache(arena: ImagingMemoryArena, new_size: c_int) {
    guard((), || {
        // SAFETY: the caller's arena is NULL or live.
        unsafe { live(arena)? }.clear_cache(new_size);
        Ok(())
    });
}

/// Sets whether `ImagingNew` and `ImagingNewDirty` make single-block images (not 0) or array images (0, the default).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingMemorySetBlockAllocator(arena: ImagingMemoryArena, use_block_allocator: c_int) {
    guard((), || {
        // SAFETY: the caller's arena is NULL or live.
        unsafe { live(arena)? }.use_block_allocator(use_block_allocator);
        Ok(())
    });
}
