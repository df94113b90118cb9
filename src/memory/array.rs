//! Array storage: a chain of blocks with whole lines in each, every line aligned.

use super::arena::{Arena, Block};
use super::{Fill, Raw, heap};
use crate::abi::{Imaging, ImagingMemoryBlock};
use crate::error::{Error, Result};

/// The block size of the second try: the smallest that the system deals in.
const PAGE: i32 = 4096;

/// Gives an image its rows from an arena. Where blocks of the arena's size cannot be had, tries once more with the
/// smallest: memory may be there, but in pieces.
pub fn allocate(im: Raw, arena: Arena, fill: Fill) -> Result<()> {
    allocate_blocks(im, arena, fill, arena.block_size()).or_else(|_| allocate_blocks(im, arena, fill, PAGE))
}

/// How the lines of an image are dealt out to blocks.
struct Layout {
    alignment: usize,
    line: usize,
    lines_per_block: usize,
}

impl Layout {
    fn new(linesize: usize, alignment: usize, block_size: i32) -> Option<Self> {
        let line = linesize.checked_next_multiple_of(alignment)?;
        let usable = usize::try_from(block_size).unwrap_or(0).saturating_sub(alignment - 1);
        Some(Self { alignment, line, lines_per_block: (usable / line).max(1) })
    }

    /// Bytes of a block of so many lines: an arena gives blocks that start anywhere.
    fn block_bytes(&self, lines: usize) -> Option<i32> {
        lines.checked_mul(self.line)?.checked_add(self.alignment - 1)?.try_into().ok()
    }
}

fn allocate_blocks(im: Raw, arena: Arena, fill: Fill, block_size: i32) -> Result<()> {
    // SAFETY: the caller's image is live, and nobody else uses it while it has no pixels.
    let instance = unsafe { &mut *im.as_ptr() };
    if instance.linesize == 0 || instance.ysize == 0 {
        return Ok(());
    }
    let ysize = instance.ysize as usize;
    let layout = Layout::new(instance.linesize as usize, arena.alignment(), block_size).ok_or(Error::Memory)?;
    let count = ysize.div_ceil(layout.lines_per_block);

    let largest = layout.block_bytes(layout.lines_per_block.min(ysize)).unwrap_or(0);
    let on_pages = arena.uses_pages(largest as usize);

    // One more, all zero, ends the list.
    let blocks = heap::zeroed::<ImagingMemoryBlock>(count + 1)?.as_ptr();
    instance.blocks = blocks;
    instance.blocks_count = count as i32;
    instance.lines_per_block = layout.lines_per_block as i32;
    instance.destroy = Some(if on_pages { destroy_pages } else { destroy });

    for number in 0..count {
        let first = number * layout.lines_per_block;
        let lines = layout.lines_per_block.min(ysize - first);
        let block = layout.block_bytes(lines).ok_or(Error::Memory).and_then(|size| match on_pages {
            true => arena.map_block(size),
            false => arena.get_block(size, fill),
        });
        let Block(block) = match block {
            Ok(block) => block,
            Err(error) => {
                // SAFETY: the blocks so far are all of one kind.
                unsafe { release(im, on_pages) };
                return Err(error);
            }
        };
        let aligned = block.ptr.map_addr(|address| address.next_multiple_of(layout.alignment));
        // SAFETY: the list has `count` places, the row table `ysize`, and the block room for `lines` aligned lines.
        unsafe {
            blocks.add(number).write(block);
            let table = instance.image.add(first);
            for line in 0..lines {
                table.add(line).write(aligned.add(line * layout.line));
            }
        }
    }
    Ok(())
}

/// Gives the blocks that an image has got so far back to the default arena.
///
/// # Safety
///
/// The blocks are mappings, all of them, where `on_pages` says so, else none of them is.
unsafe fn release(im: Raw, on_pages: bool) {
    let arena = Arena::the_default();
    // SAFETY: the image is live, its list of blocks ends with NULL, and each is given back once, to where it came from by
    // this function's contract: the list goes too.
    unsafe {
        let instance = im.as_ptr();
        let blocks = (*instance).blocks;
        if blocks.is_null() {
            return;
        }
        let mut next = blocks;
        while !(*next).ptr.is_null() {
            match on_pages {
                true => arena.return_mapped_block(Block(*next)),
                false => arena.return_block(Block(*next)),
            }
            next = next.add(1);
        }
        heap::free(blocks);
        (*instance).blocks = std::ptr::null_mut();
        (*instance).destroy = None;
    }
}

/// What `ImagingDelete` calls for an image in array storage.
unsafe extern "C" fn destroy(im: Imaging) {
    if let Some(im) = Raw::new(im) {
        // SAFETY: an image with this `destroy` has blocks from `get_block`.
        unsafe { release(im, false) };
    }
}

/// What `ImagingDelete` calls for an image whose blocks are mappings.
unsafe extern "C" fn destroy_pages(im: Imaging) {
    if let Some(im) = Raw::new(im) {
        // SAFETY: an image with this `destroy` has blocks from `map_block`.
        unsafe { release(im, true) };
    }
}
