//! Array storage: a list of blocks with whole rows in each, every row aligned.
//!
//! The reference allocates each block by itself. Here the blocks of an image lie beside each other, in memory of
//! [`regions`], so that its rows are evenly spaced however large it is:
//!
//! ```text
//! blocks[0].ptr          blocks[1].ptr          blocks[2].ptr
//! | row | row | … | row  | row | row | … | row  | row | …   |
//! ```
//!
//! They are separate, and from an [`arena`](super::arena), if that keeps a pool of blocks, or where there is no memory in one
//! piece. The list of blocks and the arena's counters are the same in all cases.

use std::ffi::c_char;
use std::ptr::{NonNull, null_mut};

use super::arena::{Arena, Block};
use super::heap::{self, AllocInit};
use super::instance::{self, UniqueInstance};
use super::regions::{self, Source};
use crate::abi::{Imaging, ImagingMemoryBlock, ImagingMemoryInstance, ModeID};
use crate::error::{Error, Result};

/// The block size of the second attempt, a page.
const MIN_BLOCK_SIZE: i32 = 4096;

/// Creates an image with blocks of an arena. If the arena's block size cannot be had, tries once more with blocks of a page:
/// the free memory may be fragmented.
pub fn new(mode: ModeID, xsize: i32, ysize: i32, arena: &Arena, init: AllocInit) -> Result<UniqueInstance> {
    let mut im = instance::new(mode, xsize, ysize, size_of::<ImagingMemoryInstance>())?;
    let block_size = arena.block_size();
    if (arena.has_pool() || allocate_joined(&mut im, arena, init, block_size).is_err())
        && allocate_separate(&mut im, arena, init, block_size).is_err()
    {
        allocate_separate(&mut im, arena, init, MIN_BLOCK_SIZE)?;
    }
    Ok(im)
}

/// The distribution of an image's rows over blocks. There are rows, and they have bytes.
struct Layout {
    alignment: usize,
    /// Bytes from a row to the next.
    stride: usize,
    /// The number of rows.
    rows: usize,
    rows_per_block: usize,
}

impl Layout {
    /// The layout of an image's rows; `None` if it has no bytes.
    fn of(im: &UniqueInstance, alignment: usize, block_size: i32) -> Result<Option<Self>> {
        let (linesize, rows) = (im.as_raw().linesize() as usize, im.as_raw().ysize() as usize);
        if linesize == 0 || rows == 0 {
            return Ok(None);
        }
        let stride = linesize.checked_next_multiple_of(alignment).ok_or(Error::Memory)?;
        let usable = usize::try_from(block_size).unwrap_or(0).saturating_sub(alignment - 1);
        Ok(Some(Self { alignment, stride, rows, rows_per_block: (usable / stride).max(1) }))
    }

    /// The number of blocks.
    fn blocks(&self) -> usize {
        self.rows.div_ceil(self.rows_per_block)
    }

    /// The number of rows of a block.
    fn rows_of(&self, block: usize) -> usize {
        self.rows_per_block.min(self.rows - block * self.rows_per_block)
    }

    /// Bytes of a block, whose address need not be aligned.
    fn bytes_of(&self, block: usize) -> Result<i32> {
        let rows = self.rows_of(block).checked_mul(self.stride).ok_or(Error::Memory)?;
        rows.checked_add(self.alignment - 1).and_then(|bytes| bytes.try_into().ok()).ok_or(Error::Memory)
    }

    /// Bytes of all blocks beside each other. The address need not be aligned; nor does the last block end with its last row.
    fn joined_bytes(&self) -> Result<usize> {
        let rows = self.rows.checked_mul(self.stride).ok_or(Error::Memory)?;
        rows.checked_add(2 * (self.alignment - 1)).ok_or(Error::Memory)
    }
}

/// Gives a new image an empty list of blocks.
fn set_list(im: &mut UniqueInstance, layout: &Layout) -> Result<()> {
    // One more, all zero, ends the list.
    let blocks = heap::zeroed::<ImagingMemoryBlock>(layout.blocks() + 1)?.as_ptr();
    // SAFETY: the caller has created the image and nobody else has seen it; the list ends after the blocks that it has so far:
    // none.
    let instance = unsafe { im.fields_mut() };
    instance.blocks = blocks;
    instance.blocks_count = layout.blocks() as i32;
    instance.lines_per_block = layout.rows_per_block as i32;
    Ok(())
}

/// Enters a block into the list, and its rows into the row table.
///
/// # Safety
///
/// The image has a list for this layout. The block has the bytes of its rows in the layout, which live as long as the image.
unsafe fn set_block(im: &mut UniqueInstance, layout: &Layout, number: usize, block: ImagingMemoryBlock) {
    let aligned = block.ptr.map_addr(|address| address.next_multiple_of(layout.alignment));
    // SAFETY: the list has room for all blocks of the layout and one more, and the row table for all rows; the block has its
    // rows behind the aligned start, by this function's contract.
    unsafe {
        let instance = im.fields_mut();
        instance.blocks.add(number).write(block);
        let table = instance.image.add(number * layout.rows_per_block);
        for row in 0..layout.rows_of(number) {
            table.add(row).write(aligned.add(row * layout.stride));
        }
    }
}

/// Allocates the blocks of a new image beside each other. On an error the image is without pixels again.
fn allocate_joined(im: &mut UniqueInstance, arena: &Arena, init: AllocInit, block_size: i32) -> Result<()> {
    let Some(layout) = Layout::of(im, arena.alignment(), block_size)? else { return Ok(()) };
    // The first block is the largest.
    layout.bytes_of(0)?;
    let (memory, source) = regions::allocate(layout.joined_bytes()?, init)?;
    let memory: *mut c_char = memory.as_ptr().cast();
    if let Err(error) = set_list(im, &layout) {
        // SAFETY: allocated above, and nobody else has seen it.
        unsafe { regions::free(memory.cast(), source) };
        return Err(error);
    }
    for number in 0..layout.blocks() {
        let size = layout.bytes_of(number)?;
        // SAFETY: the first block starts with the memory, and the others at their first row, `number` blocks of rows behind the
        // aligned start; the memory has the rows of all.
        unsafe {
            let aligned = memory.map_addr(|address| address.next_multiple_of(layout.alignment));
            let start = aligned.add(number * layout.rows_per_block * layout.stride);
            let ptr = if number == 0 { memory } else { start };
            set_block(im, &layout, number, ImagingMemoryBlock { ptr, size });
        }
    }
    arena.count_joined_blocks(layout.blocks());
    // SAFETY: the list has the blocks that this function expects.
    unsafe { im.fields_mut() }.destroy = Some(match source {
        Source::Malloc => destroy_joined_malloc,
        Source::Region => destroy_joined_region,
    });
    Ok(())
}

/// Allocates the blocks of a new image separately. On an error the image is without pixels again.
fn allocate_separate(im: &mut UniqueInstance, arena: &Arena, init: AllocInit, block_size: i32) -> Result<()> {
    let Some(layout) = Layout::of(im, arena.alignment(), block_size)? else { return Ok(()) };
    set_list(im, &layout)?;
    // SAFETY: the list has no blocks yet, and all that it gets are separate.
    unsafe { im.fields_mut() }.destroy = Some(destroy_separate);
    for number in 0..layout.blocks() {
        match layout.bytes_of(number).and_then(|size| arena.get_block(size, init)) {
            // SAFETY: the list was made for this layout, and the block has the bytes of its rows.
            Ok(block) => unsafe { set_block(im, &layout, number, block.into_raw()) },
            Err(error) => {
                // SAFETY: the image is live, and its blocks are separate.
                unsafe { destroy_separate(im.as_raw().as_ptr()) };
                return Err(error);
            }
        }
    }
    Ok(())
}

/// Takes the list of blocks from an image, calls `returned` for each, and frees the list.
///
/// # Safety
///
/// `im` points to a live image in array storage, and nobody uses its pixels any more.
unsafe fn take_blocks(im: Imaging, mut returned: impl FnMut(ImagingMemoryBlock)) {
    // SAFETY: the image is live, and nobody else uses it, by this function's contract.
    let instance = unsafe { &mut *im };
    let blocks = std::mem::replace(&mut instance.blocks, null_mut());
    if blocks.is_null() {
        return;
    }
    instance.destroy = None;
    for number in 0.. {
        // SAFETY: `set_list` has ended the list by a block that is NULL, and the loop ends there.
        let memory = unsafe { *blocks.add(number) };
        if memory.ptr.is_null() {
            break;
        }
        returned(memory);
    }
    // SAFETY: the list came from the C allocator, and the image does not refer to it any more.
    unsafe { heap::free(blocks) };
}

/// The `destroy` of an image with separate blocks.
unsafe extern "C" fn destroy_separate(im: Imaging) {
    // SAFETY: the image's last owner calls this once; `allocate_separate` has set it for blocks of the arena. The list is gone,
    // so each block is returned once.
    unsafe { take_blocks(im, |block| Arena::the_default().return_block(Block::from_raw(block))) };
}

/// Frees the blocks of an image that lie beside each other.
///
/// # Safety
///
/// `im` points to a live image of [`allocate_joined`] with memory from this source, and nobody uses its pixels any more.
unsafe fn free_joined(im: Imaging, source: Source) {
    let mut memory: *mut c_char = null_mut();
    // SAFETY: the image is in array storage, and its pixels are not used any more, by this function's contract.
    unsafe {
        take_blocks(im, |block| {
            if memory.is_null() {
                memory = block.ptr;
            }
            Arena::the_default().return_joined_block(block.size);
        });
    }
    // SAFETY: the first block starts with the memory, which is of this source, and the list is gone.
    unsafe { regions::free(memory.cast(), source) };
}

/// The `destroy` of an image whose blocks lie beside each other in memory of `malloc`.
unsafe extern "C" fn destroy_joined_malloc(im: Imaging) {
    // SAFETY: the image's last owner calls this once; `allocate_joined` has set it for memory of `malloc`.
    unsafe { free_joined(im, Source::Malloc) };
}

/// The `destroy` of an image whose blocks lie beside each other in a region.
unsafe extern "C" fn destroy_joined_region(im: Imaging) {
    // SAFETY: the image's last owner calls this once; `allocate_joined` has set it for a region.
    unsafe { free_joined(im, Source::Region) };
}

/// Whether the blocks of an image lie beside each other in one piece of memory.
pub fn is_joined(destroy: Option<unsafe extern "C" fn(im: Imaging)>) -> bool {
    let ours: [unsafe extern "C" fn(Imaging); 2] = [destroy_joined_malloc, destroy_joined_region];
    destroy.is_some_and(|destroy| ours.iter().any(|own| std::ptr::fn_addr_eq(*own, destroy)))
}

/// Returns whether the pixels of an image are in memory that was just mapped, whose pages do not exist yet. They count as written to
/// from now on.
///
/// # Safety
///
/// `im` is a live image.
pub unsafe fn take_new(im: &ImagingMemoryInstance) -> bool {
    let region: unsafe extern "C" fn(Imaging) = destroy_joined_region;
    if !im.destroy.is_some_and(|destroy| std::ptr::fn_addr_eq(destroy, region)) || im.blocks.is_null() {
        return false;
    }
    // SAFETY: `allocate_joined` has set this `destroy` for a region, with which the first block starts.
    unsafe { NonNull::new((*im.blocks).ptr).is_some_and(|memory| regions::take_new(memory.cast())) }
}
