//! The memory of images: the instance, its row table, and the storage of its rows.
//!
//! Instances, row tables and small images come from `malloc`, the pixels of large images from [`regions`], which are given back
//! to the system when they have been idle. An image starts as an [`instance`] without pixels and gets its rows from one of
//! the storages:
//!
//! - [`array`]: blocks with whole rows in each, as Pillow's `ImagingAllocateArray`; the default. Without a pool of blocks they
//!   lie beside each other, else they come from an [`arena`];
//! - [`block`]: one block, rows without gaps, as `ImagingAllocateBlock`; for sharing;
//! - [`borrowed`]: foreign memory, such as an [Arrow](arrow) array;
//! - [`mapped`]: a file;
//! - [`view`]: the rows of another image.
//!
//! The storages that own more than `malloc`'s memory keep a [`backing`] object behind the instance. Three types hold an
//! instance: [`UniqueInstance`] owns one that nobody else writes to, [`SharedInstance`] keeps one alive, [`Raw`] borrows
//! one. None of them can be made safely from a mere pointer, so the functions that take them have no preconditions.

#![allow(unsafe_code)] // raw memory that C programs share

pub mod arena;
pub mod array;
pub mod arrow;
pub mod backing;
pub mod block;
pub mod borrowed;
pub mod config;
pub mod file_layout;
pub mod heap;
pub mod instance;
pub mod mapped;
mod pages;
pub mod palette;
mod pool_lock;
mod raw;
pub mod regions;
pub mod view;
pub mod zeroed;

use crate::abi::ModeID;
use crate::error::Result;

use arena::Arena;

pub use heap::AllocInit;
pub use instance::{SharedInstance, UniqueInstance};
pub use raw::Raw;

/// Creates an image in array storage or, if the default arena is set so, in a single block.
pub fn new_image(mode: ModeID, xsize: i32, ysize: i32, init: AllocInit) -> Result<UniqueInstance> {
    let arena = Arena::the_default();
    if arena.uses_block_allocator() {
        return block::new(mode, xsize, ysize);
    }
    array::new(mode, xsize, ysize, arena, init)
}
