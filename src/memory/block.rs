//! Single-block storage: all rows without gaps in one block, for sharing.

use std::ffi::c_char;
use std::ptr::null_mut;

use super::heap::AllocInit;
use super::instance::{self, UniqueInstance};
use super::regions::{self, Source};
use crate::abi::{Imaging, ImagingMemoryInstance, ModeID};
use crate::error::{Error, Result};

/// Creates an image with zeroed pixels in one block, which may have more bytes than an `int` can count.
pub fn new(mode: ModeID, xsize: i32, ysize: i32) -> Result<UniqueInstance> {
    let mut im = instance::new(mode, xsize, ysize, size_of::<ImagingMemoryInstance>())?;
    // SAFETY: the image was created above, and nobody else has seen it; its rows are in the block, which `destroy` frees.
    let instance = unsafe { im.fields_mut() };
    let size = (instance.linesize as usize).checked_mul(instance.ysize as usize).ok_or(Error::Memory)?;
    let (block, source) = regions::allocate(size, AllocInit::Zeroed)?;
    let block = block.as_ptr().cast();
    instance.block = block;
    instance.destroy = Some(match source {
        Source::Malloc => free_block,
        Source::Region => free_region,
    });
    // SAFETY: the block has room for `ysize` rows, and is freed with the image.
    unsafe { set_contiguous_rows(instance, block) };
    Ok(im)
}

/// Points the row table at contiguous rows. Rows without bytes stay NULL: there may be billions of them, in a table that
/// takes no memory until it is written to.
///
/// # Safety
///
/// The row table has `ysize` entries. `first` points to `ysize` rows of `linesize` bytes, which live as long as the image.
pub unsafe fn set_contiguous_rows(instance: &mut ImagingMemoryInstance, first: *mut c_char) {
    let (table, linesize) = (instance.image, instance.linesize as usize);
    let rows = if linesize == 0 { 0 } else { instance.ysize as usize };
    for y in 0..rows {
        // SAFETY: `y` is less than `ysize`, and the rows are in the memory at `first`, by this function's contract.
        unsafe { table.add(y).write(first.add(y * linesize)) };
    }
}

/// Frees the block of an image.
///
/// # Safety
///
/// `im` points to a live image of [`new`] with memory from this source, and nobody uses its pixels any more.
unsafe fn free(im: Imaging, source: Source) {
    // SAFETY: the block is of this source, by this function's contract; the image does not refer to it any more.
    unsafe { regions::free(std::mem::replace(&mut (*im).block, null_mut()).cast(), source) };
}

/// The `destroy` of an image whose block came from `malloc`.
unsafe extern "C" fn free_block(im: Imaging) {
    // SAFETY: the image's last owner calls this once; `new` has set it for a block from `malloc`.
    unsafe { free(im, Source::Malloc) };
}

/// The `destroy` of an image whose block is a region.
unsafe extern "C" fn free_region(im: Imaging) {
    // SAFETY: the image's last owner calls this once; `new` has set it for a region.
    unsafe { free(im, Source::Region) };
}
