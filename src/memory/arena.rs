//! The arena: where blocks come from, the pool of freed ones, and the counters.
//!
//! Bindings read and write the fields of `ImagingDefaultArena` themselves, at any time and from any thread. So every
//! field is read and written here as an atomic, and nothing is believed of its value. The pool has a lock of this
//! library's own, which is not taken while there is no pool, nor held while memory is allocated.
//!
//! A process may have two copies of this library, say in two plugins that are linked to it statically, and their dynamic
//! symbols may be bound to one arena, while each copy has a lock of its own. So whoever holds a lock also takes the list
//! of cached blocks out of the arena: [`Pool`]. The arena is not hidden from that on purpose: a program that is linked to
//! the shared library may have the arena in its own data, by a copy relocation, and sets it up there.

use std::ffi::c_int;
use std::mem::MaybeUninit;
use std::ptr::NonNull;
use std::sync::atomic::{
    AtomicI32, AtomicPtr,
    Ordering::{Acquire, Relaxed, Release},
};

use super::{Fill, heap, pages, pool_lock};
use crate::abi::{ImagingMemoryArenaInstance, ImagingMemoryBlock, ImagingMutex};
use crate::error::{Error, Result};
use crate::process::MutexGuard;

/// The largest alignment of a line, as Pillow has it.
pub const MAX_ALIGNMENT: c_int = 128;

/// The arena that every image comes from, with room for the lock that free-threaded programs see behind it.
#[repr(C)]
pub struct DefaultArena(ImagingMemoryArenaInstance, MaybeUninit<ImagingMutex>);

/// The default arena itself. Programs know it as `struct ImagingMemoryArena ImagingDefaultArena`.
#[unsafe(export_name = "ImagingDefaultArena")]
pub static mut DEFAULT: DefaultArena = DefaultArena(
    ImagingMemoryArenaInstance {
        alignment: 1,
        block_size: 16 << 20,
        blocks_max: 0,
        blocks_cached: 0,
        blocks_pool: std::ptr::null_mut(),
        stats_new_count: 0,
        stats_allocated_blocks: 0,
        stats_reused_blocks: 0,
        stats_reallocated_blocks: 0,
        stats_freed_blocks: 0,
        use_block_allocator: 0,
    },
    MaybeUninit::zeroed(),
);

/// A block that belongs to whoever holds it.
pub struct Block(pub ImagingMemoryBlock);

/// A live arena.
#[derive(Clone, Copy)]
pub struct Arena(NonNull<ImagingMemoryArenaInstance>);

/// A field of an arena as an atomic.
macro_rules! field {
    ($arena:expr, $name:ident) => {
        // SAFETY: an `Arena` points to a live, aligned struct, whose `int`s this library only uses like this.
        unsafe { AtomicI32::from_ptr(&raw mut (*$arena.0.as_ptr()).$name) }
    };
}

impl Arena {
    /// The arena that every image comes from.
    pub fn the_default() -> Self {
        // SAFETY: a static has an address; it is used through the atomics of `field!` and under the pool's lock alone.
        Self(unsafe { NonNull::new_unchecked(&raw mut DEFAULT.0) })
    }

    /// An arena that a program hands in, or `None` for NULL.
    ///
    /// # Safety
    ///
    /// `arena` is NULL or points to an arena that lives as long as what is returned.
    pub unsafe fn from_raw(arena: *mut ImagingMemoryArenaInstance) -> Option<Self> {
        NonNull::new(arena).map(Self)
    }

    /// What each line's address is a multiple of. Nonsense that a program has written there counts as 1.
    pub fn alignment(self) -> usize {
        let alignment = field!(self, alignment).load(Relaxed);
        if (1..=MAX_ALIGNMENT).contains(&alignment) && alignment.count_ones() == 1 { alignment as usize } else { 1 }
    }

    /// Sets what each line's address is a multiple of.
    pub fn set_alignment(self, alignment: c_int) {
        field!(self, alignment).store(alignment, Relaxed);
    }

    /// The size of a block of several lines.
    pub fn block_size(self) -> c_int {
        field!(self, block_size).load(Relaxed)
    }

    /// Sets the size of a block of several lines.
    pub fn set_block_size(self, size: c_int) {
        field!(self, block_size).store(size, Relaxed);
    }

    /// Whether images are to be single blocks.
    pub fn uses_block_allocator(self) -> bool {
        field!(self, use_block_allocator).load(Relaxed) != 0
    }

    /// Sets whether images are to be single blocks.
    pub fn use_block_allocator(self, on: c_int) {
        field!(self, use_block_allocator).store(on, Relaxed);
    }

    /// Counts a new image.
    pub fn count_new(self) {
        count(field!(self, stats_new_count));
    }

    /// A block of `size` bytes: from the pool where there is one, else from the system.
    pub fn get_block(self, size: c_int, fill: Fill) -> Result<Block> {
        let bytes = usize::try_from(size).map_err(|_| Error::Memory)?;
        if let Some(cached) = self.take() {
            return self.reuse(cached, size, fill);
        }
        count(field!(self, stats_allocated_blocks));
        let ptr = heap::bytes(bytes, fill)?.as_ptr().cast();
        Ok(Block(ImagingMemoryBlock { ptr, size }))
    }

    /// Whether the blocks of an image whose largest has so many bytes are to be mappings. Where there is a pool, they are
    /// not: what is reused need not be mapped anew.
    pub fn uses_pages(self, bytes: usize) -> bool {
        field!(self, blocks_max).load(Relaxed) <= 0 && pages::are_for(bytes)
    }

    /// A zeroed block of `size` bytes that is a mapping of its own, for [`return_mapped_block`](Self::return_mapped_block).
    pub fn map_block(self, size: c_int) -> Result<Block> {
        let bytes = usize::try_from(size).map_err(|_| Error::Memory)?;
        count(field!(self, stats_allocated_blocks));
        let ptr = pages::map(bytes)?.as_ptr().cast();
        Ok(Block(ImagingMemoryBlock { ptr, size }))
    }

    /// Unmaps a block. Where there is a pool by now, that gets another in its place, so that the counters are those of the
    /// reference.
    ///
    /// # Safety
    ///
    /// The block came from [`map_block`](Self::map_block).
    pub unsafe fn return_mapped_block(self, Block(block): Block) {
        // SAFETY: the block came from `pages` by this function's contract, and this was its owner.
        unsafe { pages::unmap(block.ptr.cast()) };
        let has_pool = field!(self, blocks_max).load(Relaxed) > 0;
        let size = block.size.min(self.block_size()).max(1);
        match if has_pool { heap::bytes(size as usize, Fill::Dirty).ok() } else { None } {
            Some(memory) => self.return_block(Block(ImagingMemoryBlock { ptr: memory.as_ptr().cast(), size })),
            None => count(field!(self, stats_freed_blocks)),
        }
    }

    /// Brings a block from the pool to the size that is needed.
    fn reuse(self, Block(cached): Block, size: c_int, fill: Fill) -> Result<Block> {
        let mut ptr = cached.ptr;
        if cached.size != size {
            // SAFETY: the block came from the C allocator and is nobody else's.
            ptr = unsafe { libc::realloc(ptr.cast(), size.max(1) as usize) }.cast();
            if ptr.is_null() {
                self.free(Block(cached));
                return Err(Error::Memory);
            }
        }
        if fill == Fill::Zeroed {
            // SAFETY: the block has `size` bytes.
            unsafe { ptr.write_bytes(0, size as usize) };
        }
        count(field!(self, stats_reused_blocks));
        if ptr != cached.ptr {
            count(field!(self, stats_reallocated_blocks));
        }
        Ok(Block(ImagingMemoryBlock { ptr, size }))
    }

    /// Takes a block back: into the pool where there is room, cut to the arena's size, else to the system.
    pub fn return_block(self, block: Block) {
        if field!(self, blocks_cached).load(Relaxed) >= field!(self, blocks_max).load(Relaxed) {
            return self.free(block);
        }
        let Block(mut kept) = block;
        let limit = self.block_size().max(1);
        if kept.size > limit {
            // SAFETY: the block came from the C allocator and is nobody else's.
            let cut = unsafe { libc::realloc(kept.ptr.cast(), limit as usize) };
            if !cut.is_null() {
                kept = ImagingMemoryBlock { ptr: cut.cast(), size: limit };
            }
        }
        let put = self.pool().put(Block(kept));
        if let Err(block) = put {
            self.free(block);
        }
    }

    /// Frees cached blocks until no more than `left` are kept.
    pub fn clear_cache(self, left: c_int) {
        while field!(self, blocks_cached).load(Relaxed) > left.max(0) {
            match self.take() {
                Some(block) => self.free(block),
                None => break,
            }
        }
    }

    /// Sets how many freed blocks are kept; frees those above it. Where there is no memory for the list of them, the
    /// old number stays.
    pub fn set_blocks_max(self, blocks_max: c_int) -> Result<()> {
        let places = usize::try_from(blocks_max).map_err(|_| Error::Value("blocks_max should be greater than 0"))?;
        let mut pool = self.pool();
        // Before the list is cut, and without letting go of it: others may be putting blocks into it.
        while field!(self, blocks_cached).load(Relaxed) > blocks_max
            && let Some(block) = pool.pop()
        {
            self.free(block);
        }
        if places == 0 {
            // SAFETY: the list is this thread's, came from the C allocator, and its blocks are gone.
            unsafe { heap::free(std::mem::replace(&mut pool.list, std::ptr::null_mut())) };
        } else {
            let bytes = places.checked_mul(size_of::<ImagingMemoryBlock>()).ok_or(Error::Memory)?;
            // SAFETY: the list is this thread's, and is NULL or came from the C allocator.
            let grown = unsafe { libc::realloc(pool.list.cast(), bytes) };
            if grown.is_null() {
                return Err(Error::Memory);
            }
            pool.list = grown.cast();
        }
        field!(self, blocks_max).store(blocks_max, Relaxed);
        Ok(())
    }

    /// Locks the pool.
    fn pool(self) -> Pool {
        let lock = pool_lock::lock();
        loop {
            let list = self.list().swap(IN_USE, Acquire);
            if list != IN_USE {
                return Pool { arena: self, list, _lock: lock };
            }
            // Another copy of this library has it, for a few instructions.
            std::thread::yield_now();
        }
    }

    /// Where the arena has its list of cached blocks.
    fn list<'a>(self) -> &'a AtomicPtr<ImagingMemoryBlock> {
        // SAFETY: an `Arena` points to a live, aligned struct, whose list this library only uses like this.
        unsafe { AtomicPtr::from_ptr(&raw mut (*self.0.as_ptr()).blocks_pool) }
    }

    /// Takes the last block from the pool.
    fn take(self) -> Option<Block> {
        if field!(self, blocks_cached).load(Relaxed) <= 0 {
            return None;
        }
        self.pool().pop()
    }

    fn free(self, block: Block) {
        // SAFETY: the block came from the C allocator, and this was its owner.
        unsafe { heap::free(block.0.ptr) };
        count(field!(self, stats_freed_blocks));
    }
}

/// What is in the place of a list that somebody uses. No list begins there.
const IN_USE: *mut ImagingMemoryBlock = std::ptr::without_provenance_mut(1);

/// The list of an arena's cached blocks, taken out of it: this thread's alone, whichever copy of the library it is in. The
/// lock makes the threads of one copy sleep while they wait; it comes first, and is let go of last.
struct Pool {
    arena: Arena,
    list: *mut ImagingMemoryBlock,
    _lock: MutexGuard<'static, ()>,
}

impl Pool {
    /// Takes the last block.
    fn pop(&mut self) -> Option<Block> {
        let cached = field!(self.arena, blocks_cached);
        let last = usize::try_from(cached.load(Relaxed)).ok()?.checked_sub(1)?;
        if self.list.is_null() {
            return None;
        }
        cached.store(last as c_int, Relaxed);
        // SAFETY: the list is this thread's, and has at least as many places as blocks are cached.
        Some(Block(unsafe { self.list.add(last).read() }))
    }

    /// Puts a block in, or hands it back where there is no place.
    fn put(&mut self, block: Block) -> std::result::Result<(), Block> {
        let cached = field!(self.arena, blocks_cached);
        let place = cached.load(Relaxed);
        if self.list.is_null() || place < 0 || place >= field!(self.arena, blocks_max).load(Relaxed) {
            return Err(block);
        }
        // SAFETY: the list is this thread's, and has `blocks_max` places.
        unsafe { self.list.add(place as usize).write(block.0) };
        cached.store(place + 1, Relaxed);
        Ok(())
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.arena.list().store(self.list, Release);
    }
}

/// Counts one more. Wraps around, as nobody can be told of an overflow.
fn count(counter: &AtomicI32) {
    counter.fetch_add(1, Relaxed);
}
