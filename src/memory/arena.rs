//! The arena: the source of blocks, the pool of freed blocks, and counters. (`ImagingMemoryArena` in Pillow's `Storage.c`.)
//!
//! Bindings read and write the fields of `ImagingDefaultArena` directly, at any time and from any thread. So every field is
//! an atomic here, and none of its values is trusted. The pool has a mutex of this library's own, which is not locked while
//! there is no pool, nor held while memory is allocated.
//!
//! A process may have two copies of this library, say in two plugins that link it statically, and the dynamic linker may
//! bind both to one arena, while each copy has a mutex of its own. So a thread that locks the mutex also takes the list of
//! cached blocks out of the arena: see [`Pool`]. The arena's symbol is not hidden from that on purpose: a program that is
//! linked to the shared library may have the arena in its own data, by a copy relocation, and configure it there.

use std::ffi::c_int;
use std::mem::offset_of;
use std::ptr::null_mut;
use std::sync::atomic::{
    AtomicI32, AtomicPtr, AtomicU8,
    Ordering::{Acquire, Relaxed, Release},
};

use super::heap::{self, AllocInit};
use super::pool_lock;
use crate::abi::{ImagingMemoryArenaInstance, ImagingMemoryBlock, ImagingMutex};
use crate::error::{Error, Result};
use crate::process::MutexGuard;

/// The largest alignment of a row, in Pillow as here.
pub const MAX_ALIGNMENT: c_int = 128;

/// An arena: `ImagingMemoryArenaInstance` with atomic fields.
#[repr(C)]
pub struct Arena {
    alignment: AtomicI32,
    block_size: AtomicI32,
    blocks_max: AtomicI32,
    blocks_cached: AtomicI32,
    blocks_pool: AtomicPtr<ImagingMemoryBlock>,
    stats_new_count: AtomicI32,
    stats_allocated_blocks: AtomicI32,
    stats_reused_blocks: AtomicI32,
    stats_reallocated_blocks: AtomicI32,
    stats_freed_blocks: AtomicI32,
    use_block_allocator: AtomicI32,
    #[cfg(py_gil_disabled)]
    mutex: AtomicU8,
}

/// Asserts at compile time that the two structs have the same layout.
macro_rules! assert_same_layout {
    ($($field:ident),+) => {
        const _: () = {
            assert!(size_of::<Arena>() == size_of::<ImagingMemoryArenaInstance>());
            assert!(align_of::<Arena>() == align_of::<ImagingMemoryArenaInstance>());
            $(assert!(offset_of!(Arena, $field) == offset_of!(ImagingMemoryArenaInstance, $field));)+
        };
    };
}
assert_same_layout!(
    alignment,
    block_size,
    blocks_max,
    blocks_cached,
    blocks_pool,
    stats_new_count,
    stats_allocated_blocks,
    stats_reused_blocks,
    stats_reallocated_blocks,
    stats_freed_blocks,
    use_block_allocator
);

/// The default arena, with room behind it for the mutex of free-threaded Python.
#[repr(C)]
pub struct DefaultArena(Arena, [AtomicU8; size_of::<ImagingMutex>()]);

/// The default arena. Programs know it as `struct ImagingMemoryArena ImagingDefaultArena`.
#[unsafe(export_name = "ImagingDefaultArena")]
pub static DEFAULT: DefaultArena = DefaultArena(
    Arena {
        alignment: AtomicI32::new(1),
        block_size: AtomicI32::new(16 << 20),
        blocks_max: AtomicI32::new(0),
        blocks_cached: AtomicI32::new(0),
        blocks_pool: AtomicPtr::new(null_mut()),
        stats_new_count: AtomicI32::new(0),
        stats_allocated_blocks: AtomicI32::new(0),
        stats_reused_blocks: AtomicI32::new(0),
        stats_reallocated_blocks: AtomicI32::new(0),
        stats_freed_blocks: AtomicI32::new(0),
        use_block_allocator: AtomicI32::new(0),
        #[cfg(py_gil_disabled)]
        mutex: AtomicU8::new(0),
    },
    [const { AtomicU8::new(0) }; size_of::<ImagingMutex>()],
);

/// A block from `malloc`, and the right to return it.
#[derive(Debug)]
pub struct Block(ImagingMemoryBlock);

impl Block {
    /// Takes over a block.
    ///
    /// # Safety
    ///
    /// `memory` came from [`into_raw`](Self::into_raw), and nobody uses it any more.
    pub unsafe fn from_raw(memory: ImagingMemoryBlock) -> Self {
        Self(memory)
    }

    /// Hands the block over to the caller.
    pub fn into_raw(self) -> ImagingMemoryBlock {
        self.0
    }

    fn from_malloc(ptr: *mut u8, size: c_int) -> Self {
        Self(ImagingMemoryBlock { ptr: ptr.cast(), size })
    }
}

impl Arena {
    /// The arena that every image comes from.
    pub fn the_default() -> &'static Self {
        &DEFAULT.0
    }

    /// A program's arena. `None` for NULL.
    ///
    /// # Safety
    ///
    /// `arena` is NULL or points to an arena that lives for `'a`.
    pub unsafe fn from_raw<'a>(arena: *mut ImagingMemoryArenaInstance) -> Option<&'a Self> {
        // SAFETY: NULL or live, by this function's contract; the layouts are the same, by the assertion above.
        unsafe { arena.cast::<Self>().as_ref() }
    }

    /// The alignment of each row's address. Invalid values, which a program may have written, count as 1.
    pub fn alignment(&self) -> usize {
        let alignment = self.alignment.load(Relaxed);
        if (1..=MAX_ALIGNMENT).contains(&alignment) && alignment.count_ones() == 1 { alignment as usize } else { 1 }
    }

    /// Sets the alignment of each row's address.
    pub fn set_alignment(&self, alignment: c_int) {
        self.alignment.store(alignment, Relaxed);
    }

    /// The size of blocks with several rows.
    pub fn block_size(&self) -> c_int {
        self.block_size.load(Relaxed)
    }

    /// Sets the size of blocks with several rows.
    pub fn set_block_size(&self, size: c_int) {
        self.block_size.store(size, Relaxed);
    }

    /// Whether images are created in single-block storage.
    pub fn uses_block_allocator(&self) -> bool {
        self.use_block_allocator.load(Relaxed) != 0
    }

    /// Sets whether images are created in single-block storage.
    pub fn use_block_allocator(&self, on: c_int) {
        self.use_block_allocator.store(on, Relaxed);
    }

    /// Counts a new image.
    pub fn count_new(&self) {
        increment(&self.stats_new_count);
    }

    /// Whether freed blocks are kept for reuse.
    pub fn has_pool(&self) -> bool {
        self.blocks_max.load(Relaxed) > 0
    }

    /// Whether the pool has room for a block.
    fn has_room(&self) -> bool {
        self.blocks_cached.load(Relaxed) < self.blocks_max.load(Relaxed)
    }

    /// Returns a block of `size` bytes: from the pool if it has one, else from the system.
    pub fn get_block(&self, size: c_int, init: AllocInit) -> Result<Block> {
        let bytes = usize::try_from(size).map_err(|_| Error::Memory)?;
        if let Some(cached) = self.pop() {
            return self.reuse(cached, size, init);
        }
        increment(&self.stats_allocated_blocks);
        Ok(Block::from_malloc(heap::bytes(bytes, init)?.as_ptr(), size))
    }

    /// Counts `count` blocks that lie beside each other, in memory that is none of the arena's.
    pub fn count_joined_blocks(&self, count: usize) {
        self.stats_allocated_blocks.fetch_add(count as c_int, Relaxed);
    }

    /// Resizes a block from the pool.
    fn reuse(&self, cached: Block, size: c_int, init: AllocInit) -> Result<Block> {
        let old = cached.0.ptr;
        let mut ptr = old.cast::<u8>();
        if cached.0.size != size {
            // SAFETY: blocks of the pool came from the C allocator, and `cached` owns this one.
            ptr = unsafe { libc::realloc(old.cast(), size.max(1) as usize) }.cast();
            if ptr.is_null() {
                self.free(cached);
                return Err(Error::Memory);
            }
        }
        if init == AllocInit::Zeroed {
            // SAFETY: the block has `size` bytes.
            unsafe { ptr.write_bytes(0, size as usize) };
        }
        increment(&self.stats_reused_blocks);
        if ptr != old.cast() {
            increment(&self.stats_reallocated_blocks);
        }
        Ok(Block::from_malloc(ptr, size))
    }

    /// Takes a block back: into the pool if it has room, truncated to the arena's block size; else to the system.
    pub fn return_block(&self, block: Block) {
        if !self.has_room() {
            return self.free(block);
        }
        let mut kept = block;
        let limit = self.block_size().max(1);
        if kept.0.size > limit {
            // SAFETY: the block came from the C allocator, and `kept` owns it.
            let truncated = unsafe { libc::realloc(kept.0.ptr.cast(), limit as usize) };
            if !truncated.is_null() {
                kept = Block::from_malloc(truncated.cast(), limit);
            }
        }
        let pushed = self.lock_pool().push(kept);
        if let Err(block) = pushed {
            self.free(block);
        }
    }

    /// Counts a block of `size` bytes whose memory is none of the arena's, and is about to be freed. If the arena has a pool by
    /// now, another block goes into it, so that the counters are those of the reference.
    pub fn return_joined_block(&self, size: c_int) {
        let size = size.min(self.block_size()).max(1);
        let replacement =
            if self.has_room() { heap::bytes(size as usize, AllocInit::Uninitialized).ok() } else { None };
        match replacement {
            Some(memory) => self.return_block(Block::from_malloc(memory.as_ptr(), size)),
            None => increment(&self.stats_freed_blocks),
        }
    }

    /// Frees cached blocks until at most `limit` are left.
    pub fn clear_cache(&self, limit: c_int) {
        while self.blocks_cached.load(Relaxed) > limit.max(0) {
            match self.pop() {
                Some(block) => self.free(block),
                None => break,
            }
        }
    }

    /// Sets how many freed blocks are cached, and frees the others. If there is no memory for the list, the old number stays.
    pub fn set_blocks_max(&self, blocks_max: c_int) -> Result<()> {
        let capacity = usize::try_from(blocks_max).map_err(|_| Error::Value("blocks_max should be greater than 0"))?;
        let mut pool = self.lock_pool();
        // Before the list shrinks, and under the same lock: other threads may push blocks.
        while self.blocks_cached.load(Relaxed) > blocks_max
            && let Some(block) = pool.pop()
        {
            self.free(block);
        }
        pool.set_capacity(capacity)?;
        self.blocks_max.store(blocks_max, Relaxed);
        Ok(())
    }

    /// Locks the pool.
    fn lock_pool(&self) -> Pool<'_> {
        let lock = pool_lock::lock();
        loop {
            let list = self.blocks_pool.swap(IN_USE, Acquire);
            if list != IN_USE {
                return Pool { arena: self, list, _lock: lock };
            }
            // Another copy of this library holds the list, for a few instructions.
            std::thread::yield_now();
        }
    }

    /// Takes the last block from the pool.
    fn pop(&self) -> Option<Block> {
        if self.blocks_cached.load(Relaxed) <= 0 {
            return None;
        }
        self.lock_pool().pop()
    }

    /// Frees a block from `malloc`.
    fn free(&self, block: Block) {
        // SAFETY: the block came from the C allocator, and `block` owns it.
        unsafe { heap::free(block.0.ptr) };
        increment(&self.stats_freed_blocks);
    }
}

/// Stands in the place of a list that a thread has taken. It is no address of a list.
const IN_USE: *mut ImagingMemoryBlock = std::ptr::without_provenance_mut(1);

/// The list of an arena's cached blocks, taken out of the arena: this thread's alone, among the threads of all copies of
/// the library. The mutex makes threads of one copy sleep while they wait; it is locked first and unlocked last.
struct Pool<'a> {
    arena: &'a Arena,
    /// Room for `blocks_max` blocks, of which `blocks_cached` are there; or NULL.
    list: *mut ImagingMemoryBlock,
    _lock: MutexGuard<'static, ()>,
}

impl Pool<'_> {
    /// Takes the last block.
    fn pop(&mut self) -> Option<Block> {
        let cached = &self.arena.blocks_cached;
        let last = usize::try_from(cached.load(Relaxed)).ok()?.checked_sub(1)?;
        if self.list.is_null() {
            return None;
        }
        cached.store(last as c_int, Relaxed);
        // SAFETY: `self` owns the list, which has `blocks_cached` blocks at least, all from the C allocator.
        Some(unsafe { Block::from_raw(self.list.add(last).read()) })
    }

    /// Appends a block, or returns it if the list is full.
    fn push(&mut self, block: Block) -> std::result::Result<(), Block> {
        let cached = &self.arena.blocks_cached;
        let end = cached.load(Relaxed);
        if self.list.is_null() || end < 0 || end >= self.arena.blocks_max.load(Relaxed) {
            return Err(block);
        }
        // SAFETY: `self` owns the list, which has room for `blocks_max` blocks.
        unsafe { self.list.add(end as usize).write(block.into_raw()) };
        cached.store(end + 1, Relaxed);
        Ok(())
    }

    /// Resizes the list.
    fn set_capacity(&mut self, capacity: usize) -> Result<()> {
        if capacity == 0 {
            // SAFETY: `self` owns the list, which is NULL or came from the C allocator.
            unsafe { heap::free(std::mem::replace(&mut self.list, null_mut())) };
            return Ok(());
        }
        let bytes = capacity.checked_mul(size_of::<ImagingMemoryBlock>()).ok_or(Error::Memory)?;
        // SAFETY: `self` owns the list, which is NULL or came from the C allocator.
        let resized = unsafe { libc::realloc(self.list.cast(), bytes) };
        if resized.is_null() {
            return Err(Error::Memory);
        }
        self.list = resized.cast();
        Ok(())
    }
}

impl Drop for Pool<'_> {
    fn drop(&mut self) {
        self.arena.blocks_pool.store(self.list, Release);
    }
}

/// Increments a counter, which wraps around.
fn increment(counter: &AtomicI32) {
    counter.fetch_add(1, Relaxed);
}
