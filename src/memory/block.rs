//! Single-block storage: all rows in one piece without gaps, for sharing.

use super::{Fill, Raw, heap, pages};
use crate::abi::{Imaging, ImagingMemoryInstance};
use crate::error::{Error, Result};

/// Gives an image its rows, zeroed, in one block. It may be larger than an `int` can tell.
pub fn allocate(im: Raw) -> Result<()> {
    // SAFETY: the caller's image is live, and nobody else uses it while it has no pixels.
    let instance = unsafe { &mut *im.as_ptr() };
    let size = (instance.linesize as usize).checked_mul(instance.ysize as usize).ok_or(Error::Memory)?;
    let on_pages = pages::are_for(size);
    let block = if on_pages { pages::map(size)? } else { heap::bytes(size, Fill::Zeroed)? }.as_ptr().cast();
    instance.block = block;
    instance.destroy = Some(if on_pages { destroy_pages } else { destroy });
    // SAFETY: the block has room for all rows.
    unsafe { lay_rows(instance, block) };
    Ok(())
}

/// Points the row table at rows that lie one behind the other. Rows without bytes stay NULL: there may be billions of them,
/// in a table that takes no memory until it is written.
///
/// # Safety
///
/// From `first` on there are `ysize` rows of `linesize` bytes, and they stay as long as the image.
pub unsafe fn lay_rows(instance: &mut ImagingMemoryInstance, first: *mut std::ffi::c_char) {
    let (table, linesize) = (instance.image, instance.linesize as usize);
    let rows = if linesize == 0 { 0 } else { instance.ysize as usize };
    for y in 0..rows {
        // SAFETY: the row table has `ysize` places; the memory is the caller's promise.
        unsafe { table.add(y).write(first.add(y * linesize)) };
    }
}

/// What `ImagingDelete` calls for an image in a single block.
unsafe extern "C" fn destroy(im: Imaging) {
    // SAFETY: `ImagingDelete` calls it once, with the live image; the block came from `malloc`.
    unsafe {
        heap::free((*im).block);
        (*im).block = std::ptr::null_mut();
    }
}

/// What `ImagingDelete` calls for an image in a single block that is a mapping.
unsafe extern "C" fn destroy_pages(im: Imaging) {
    // SAFETY: `ImagingDelete` calls it once, with the live image; the block came from `pages`.
    unsafe {
        pages::unmap((*im).block.cast());
        (*im).block = std::ptr::null_mut();
    }
}
