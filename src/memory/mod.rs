//! Where images live.
//!
//! Everything here is `malloc`'s memory, so that either side of the border may free it: the instance, its row table, its
//! blocks. (But for large blocks where a program asks for [huge pages](pages); `destroy` knows them.) An image begins as an [`instance`] without pixels and then gets its rows from one of the storages:
//!
//! - [`array`]: a chain of blocks from an [`arena`], whole lines in each; what `ImagingNew` gives;
//! - [`block`]: one block, rows without gaps; for sharing;
//! - [`borrowed`]: somebody else's memory, such as an Arrow array;
//! - [`mapped`]: a file;
//! - [`view`]: another image's rows.

#![allow(unsafe_code)] // this room makes raw memory; every function says what it takes and leaves

pub mod arena;
pub mod array;
pub mod arrow;
pub mod block;
pub mod borrowed;
pub mod config;
pub mod extended;
pub mod heap;
pub mod instance;
pub mod lines;
pub mod mapped;
mod pages;
pub mod palette;
mod pool_lock;
pub mod view;

use std::ptr::NonNull;

use crate::abi::{ImagingMemoryInstance, ModeID};
use crate::error::Result;

use arena::Arena;

/// A raw image. Whoever holds one knows that it points to a live instance.
pub type Raw = NonNull<ImagingMemoryInstance>;

/// Whether the pixels of a new image are zeroed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fill {
    /// They are.
    Zeroed,
    /// They are whatever was there: for images that are written whole at once.
    Dirty,
}

/// Makes an image with pixels, in array storage or, where the default arena is set so, in a single block.
pub fn new_image(mode: ModeID, xsize: i32, ysize: i32, fill: Fill) -> Result<Raw> {
    let arena = Arena::the_default();
    if arena.uses_block_allocator() {
        return new_block_image(mode, xsize, ysize);
    }
    with_storage(mode, xsize, ysize, |im| array::allocate(im, arena, fill))
}

/// Makes an image with zeroed pixels in a single block.
pub fn new_block_image(mode: ModeID, xsize: i32, ysize: i32) -> Result<Raw> {
    with_storage(mode, xsize, ysize, block::allocate)
}

/// Makes an instance and lets `allocate` give it its rows; deletes it again where that fails.
pub fn with_storage(mode: ModeID, xsize: i32, ysize: i32, allocate: impl FnOnce(Raw) -> Result<()>) -> Result<Raw> {
    let im = instance::new(mode, xsize, ysize, size_of::<ImagingMemoryInstance>())?;
    match allocate(im) {
        Ok(()) => Ok(im),
        Err(error) => {
            // SAFETY: the instance was made just now and nobody else has seen it.
            unsafe { instance::delete(im) };
            Err(error)
        }
    }
}
