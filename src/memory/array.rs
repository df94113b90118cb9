//! Array storage: a list of blocks with whole rows in each, every row aligned.

use std::ptr::null_mut;

use super::arena::{Arena, Block, BlockKind};
use super::heap::{self, AllocInit};
use super::instance::{self, UniqueInstance};
use crate::abi::{Imaging, ImagingMemoryBlock, ImagingMemoryInstance, ModeID};
use crate::error::{Error, Result};

/// The block size of the second attempt, a page.
const MIN_BLOCK_SIZE: i32 = 4096;

/// Creates an image with blocks of an arena. If the arena's block size cannot be had, tries once more with blocks of a page:
/// the free memory may be fragmented.
pub fn new(mode: ModeID, xsize: i32, ysize: i32, arena: &Arena, init: AllocInit) -> Result<UniqueInstance> {
    let mut im = instance::new(mode, xsize, ysize, size_of::<ImagingMemoryInstance>())?;
    if allocate_blocks(&mut im, arena, init, arena.block_size()).is_err() {
        allocate_blocks(&mut im, arena, init, MIN_BLOCK_SIZE)?;
    }
    Ok(im)
}

/// The distribution of an image's rows over blocks.
struct Layout {
    alignment: usize,
    /// Bytes from a row to the next.
    stride: usize,
    rows_per_block: usize,
}

impl Layout {
    fn new(linesize: usize, alignment: usize, block_size: i32) -> Option<Self> {
        let stride = linesize.checked_next_multiple_of(alignment)?;
        let usable = usize::try_from(block_size).unwrap_or(0).saturating_sub(alignment - 1);
        Some(Self { alignment, stride, rows_per_block: (usable / stride).max(1) })
    }

    /// Bytes of a block of `rows` rows, whose address need not be aligned.
    fn block_bytes(&self, rows: usize) -> Option<i32> {
        rows.checked_mul(self.stride)?.checked_add(self.alignment - 1)?.try_into().ok()
    }
}

/// Allocates the blocks of a new image. On an error the image is without pixels again.
fn allocate_blocks(im: &mut UniqueInstance, arena: &Arena, init: AllocInit, block_size: i32) -> Result<()> {
    let (linesize, ysize) = (im.as_raw().linesize() as usize, im.as_raw().ysize() as usize);
    if linesize == 0 || ysize == 0 {
        return Ok(());
    }
    let layout = Layout::new(linesize, arena.alignment(), block_size).ok_or(Error::Memory)?;
    let count = ysize.div_ceil(layout.rows_per_block);

    let largest = layout.block_bytes(layout.rows_per_block.min(ysize)).unwrap_or(0);
    let kind = arena.block_kind(largest as usize);

    // One more, all zero, ends the list.
    let blocks = heap::zeroed::<ImagingMemoryBlock>(count + 1)?.as_ptr();
    // SAFETY: the caller has created the image and nobody else has seen it; the list ends after the blocks that it has so
    // far, all of which are of the kind that `destroy` expects.
    let instance = unsafe { im.fields_mut() };
    instance.blocks = blocks;
    instance.blocks_count = count as i32;
    instance.lines_per_block = layout.rows_per_block as i32;
    instance.destroy = Some(match kind {
        BlockKind::Malloc => destroy_malloc,
        BlockKind::Mapped => destroy_mapped,
    });

    for number in 0..count {
        let first = number * layout.rows_per_block;
        let rows = layout.rows_per_block.min(ysize - first);
        let size = layout.block_bytes(rows).ok_or(Error::Memory);
        let block = match size.and_then(|size| arena.get_block(size, kind, init)) {
            Ok(block) => block.into_raw(),
            Err(error) => {
                // SAFETY: the image is live, and its blocks are of this kind.
                unsafe { return_blocks(instance, kind) };
                return Err(error);
            }
        };
        let aligned = block.ptr.map_addr(|address| address.next_multiple_of(layout.alignment));
        // SAFETY: the list has room for `count` blocks and one more, and the row table for `ysize` rows; the block has
        // `rows` rows behind its aligned start.
        unsafe {
            blocks.add(number).write(block);
            let table = instance.image.add(first);
            for row in 0..rows {
                table.add(row).write(aligned.add(row * layout.stride));
            }
        }
    }
    Ok(())
}

/// Returns an image's blocks to the default arena, and frees their list.
///
/// # Safety
///
/// `im` points to a live image in array storage, whose blocks are all of this kind, and nobody uses its pixels any more.
unsafe fn return_blocks(im: Imaging, kind: BlockKind) {
    // SAFETY: the image is live, and nobody else uses it, by this function's contract.
    let instance = unsafe { &mut *im };
    let blocks = std::mem::replace(&mut instance.blocks, null_mut());
    if blocks.is_null() {
        return;
    }
    instance.destroy = None;
    for number in 0.. {
        // SAFETY: `allocate_blocks` has ended the list by a block that is NULL, and the loop ends there.
        let memory = unsafe { *blocks.add(number) };
        if memory.ptr.is_null() {
            break;
        }
        // SAFETY: the blocks are of this kind, by this function's contract; the list is gone, so each is returned once.
        Arena::the_default().return_block(unsafe { Block::from_raw(memory, kind) });
    }
    // SAFETY: the list came from the C allocator, and the image does not refer to it any more.
    unsafe { heap::free(blocks) };
}

/// The `destroy` of an image with blocks from `malloc`.
unsafe extern "C" fn destroy_malloc(im: Imaging) {
    // SAFETY: the image's last owner calls this once; `allocate_blocks` has set it for blocks of this kind.
    unsafe { return_blocks(im, BlockKind::Malloc) };
}

/// The `destroy` of an image with mapped blocks.
unsafe extern "C" fn destroy_mapped(im: Imaging) {
    // SAFETY: the image's last owner calls this once; `allocate_blocks` has set it for blocks of this kind.
    unsafe { return_blocks(im, BlockKind::Mapped) };
}
