//! Regions: mappings for the pixels of large images, which are kept for a moment after they are freed.
//!
//! The first access to a page of a new mapping faults, and the system clears the page: for an image of 64 MiB that takes 30
//! ms, where filling memory that is there takes 1 ms. `malloc` keeps some of what is freed, but at most two of its largest
//! blocks, and without an end: the heap of a program whose images are gone stays large. So a freed region is kept, and
//! becomes the memory of the next image of its size or a bit less. A region that nobody has wanted for [`PERIOD`] is
//! unmapped:
//!
//! ```text
//!   image deleted        tick         tick
//!        │                │            │
//!        ├─ kept ─────────┼─ old ──────┼─ unmapped, and the thread ends with the last one
//!        └─ next image of this size: reused
//! ```
//!
//! - **The thread.** A thread of the library's own ticks while regions are kept, and ends when none is. It ends before a fork,
//!   and when the library is unloaded. Where none may be created, at most [`MOST_WITHOUT_THREAD`] bytes are kept, as `malloc`
//!   keeps them, until [`trim`].
//! - **The peak.** Kept regions and those in use together are never more than the images of the last moment have been at once,
//!   but for [`SLACK`]. What is kept beyond [`LAZY_ABOVE`] is free to the system (`MADV_FREE`), should it need memory.
//! - **Zeros.** New mappings are zeros that take no memory until they are written to. A kept region is cleared, unless it is
//!   large and seems never to have been written to: that one is unmapped, and a new one mapped.
//! - **Forks.** The thread that forks holds the mutex meanwhile; kept regions are unmapped before.
//! - **Memory.** Nothing allocates but `pthread_create`, whose failure is handled.

use std::ffi::c_void;
use std::mem::take;
use std::ptr::NonNull;
use std::time::Duration;

use arrayvec::ArrayVec;

use super::heap::{self, AllocInit};
use super::pages;
use crate::error::{Error, Result};
use crate::process::atfork::atfork;
use crate::process::cancel::CancellationDisabled;
use crate::process::load::at_unload;
use crate::process::{Condvar, Mutex, MutexGuard, lock_unless_held, thread};

/// The smallest memory that is a region; smaller ones come from `malloc`.
const MIN_BYTES: usize = 256 << 10;

/// The time between two ticks. A region is kept for one to two of them.
const PERIOD: Duration = Duration::from_millis(250);

/// The most regions that are kept.
const MOST_REGIONS: usize = 64;

/// The bytes that are kept beyond the peak.
const SLACK: usize = 64 << 20;

/// The most bytes that are kept where there is no thread to unmap them: what `malloc` keeps at most.
const MOST_WITHOUT_THREAD: usize = 64 << 20;

/// The most bytes that are kept without leave for the system to take them.
const LAZY_ABOVE: usize = 256 << 20;

/// The largest kept region that is cleared for an image of zeros, whatever it contains.
const MAX_CLEARED: usize = 32 << 20;

/// Where memory is from, and goes back to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// `malloc`.
    Malloc,
    /// A region.
    Region,
}

/// Returns memory of `bytes` bytes: a region if it is large and one can be had, else memory of `malloc`.
pub fn allocate(bytes: usize, init: AllocInit) -> Result<(NonNull<u8>, Source)> {
    if bytes >= MIN_BYTES
        && let Ok(memory) = region(bytes, init)
    {
        return Ok((memory, Source::Region));
    }
    Ok((heap::bytes(bytes, init)?, Source::Malloc))
}

/// Takes memory back.
///
/// # Safety
///
/// `memory` is NULL or came from [`allocate`] with this source, and nobody uses it any more.
pub unsafe fn free(memory: *mut u8, source: Source) {
    let Some(memory) = NonNull::new(memory) else { return };
    match source {
        // SAFETY: the memory came from `malloc`, and nobody uses it any more, by this function's contract.
        Source::Malloc => unsafe { heap::free(memory.as_ptr()) },
        Source::Region => {
            // SAFETY: the memory is a region that nobody uses any more, by this function's contract.
            keep(unsafe { Region::of(memory) });
        }
    }
}

/// Returns whether a region is new: the system has no pages for it yet. It counts as written to from now on.
///
/// # Safety
///
/// `memory` came from [`allocate`] as a [`Source::Region`], and is not freed meanwhile.
pub unsafe fn take_new(memory: NonNull<u8>) -> bool {
    // SAFETY: a region comes from `pages::map`, and is not unmapped before it is freed.
    unsafe { pages::take_new(memory) }
}

/// Unmaps all regions that are kept, and has `malloc` return what it can.
pub fn trim() {
    unmap_all(CACHE.lock());
    #[cfg(target_env = "gnu")]
    // SAFETY: the function takes any number of bytes, here to keep at the end of the heap.
    unsafe {
        libc::malloc_trim(0);
    }
}

/// A region that nobody uses, and the right to unmap it.
#[derive(Debug)]
struct Region {
    memory: NonNull<u8>,
    /// The bytes of the memory.
    length: usize,
    /// Whether it was kept at the last tick.
    is_old: bool,
}

// SAFETY: the region's owner is the only user of its memory, on whichever thread.
unsafe impl Send for Region {}

impl Region {
    /// Maps a region of at least `bytes` bytes, all zero.
    fn map(bytes: usize) -> Result<Self> {
        let memory = pages::map(bytes)?;
        // SAFETY: mapped above.
        Ok(unsafe { Self::of(memory) })
    }

    /// Takes over memory.
    ///
    /// # Safety
    ///
    /// The memory came from [`pages::map`], and nobody uses it any more.
    unsafe fn of(memory: NonNull<u8>) -> Self {
        // SAFETY: the memory came from `pages::map`, by this function's contract.
        Self { memory, length: unsafe { pages::length(memory) }, is_old: false }
    }

    /// Hands the memory over to the caller.
    fn into_memory(self) -> NonNull<u8> {
        // SAFETY: the region is a mapping of `pages::map`, whose memory has this length.
        unsafe { pages::set_head(self.memory, self.length, false) };
        self.memory
    }

    /// Unmaps the region.
    fn unmap(self) {
        // SAFETY: the region came from `pages::map`, and its owner gives it up.
        unsafe { pages::unmap(self.into_memory().as_ptr()) };
    }

    /// Lets the system take the pages when it needs memory. Returns whether it can.
    fn lend_to_system(&mut self) -> bool {
        // SAFETY: the memory has this length, and its contents are not needed any more.
        unsafe { pages::lend_to_system(self.memory, self.length) }
    }

    /// Whether some of the region's bytes are not zero. Looks at few of them: a region that was written to may seem not to be.
    fn seems_written(&self) -> bool {
        const PLACES: usize = 32;
        (0..PLACES).any(|place| {
            // SAFETY: the place is within the memory, which was mapped as zeros.
            unsafe { self.memory.add(self.length / PLACES * place).read() != 0 }
        })
    }
}

/// The regions that are kept.
struct Cache {
    /// The newest last.
    regions: ArrayVec<Region, MOST_REGIONS>,
    /// The bytes of these.
    kept: usize,
    /// The bytes of regions in use.
    live: usize,
    /// The most bytes of regions in use since the last tick.
    peak: usize,
    /// The thread that ticks, or has ended and is not joined yet.
    thread: Option<libc::pthread_t>,
    /// Whether the thread ticks.
    ticks: bool,
    /// The number of threads that wait for the thread to end.
    closing: usize,
    /// Whether the library is unloaded: nothing is kept any more.
    closed: bool,
}

impl Cache {
    /// Returns a cache without regions.
    const fn new() -> Self {
        Self {
            regions: ArrayVec::new_const(),
            kept: 0,
            live: 0,
            peak: 0,
            thread: None,
            ticks: false,
            closing: 0,
            closed: false,
        }
    }

    /// Removes a region.
    fn remove(&mut self, index: usize) -> Region {
        let region = self.regions.remove(index);
        self.kept -= region.length;
        region
    }

    /// Removes the smallest region that has `bytes` bytes and not many more; the newest one of these.
    fn fitting(&mut self, bytes: usize) -> Option<Region> {
        let fits = |region: &Region| region.length >= bytes && region.length - bytes <= bytes / 4;
        let fitting = self.regions.iter().enumerate().rev().filter(|(_, region)| fits(region));
        let index = fitting.min_by_key(|(_, region)| region.length)?.0;
        Some(self.remove(index))
    }

    /// Counts a region that is used from now on.
    fn count_live(&mut self, bytes: usize) {
        self.live += bytes;
        self.peak = self.peak.max(self.live);
    }

    /// Removes the oldest regions, until at most `bytes` bytes are kept.
    fn shrink(&mut self, bytes: usize) -> Regions {
        let mut removed = Regions::new();
        while self.kept > bytes {
            removed.push(self.remove(0));
        }
        removed
    }

    /// Removes the regions that were kept at the last tick.
    fn tick(&mut self) -> Regions {
        let old = self.regions.iter().take_while(|region| region.is_old).count();
        let removed: Regions = self.regions.drain(..old).collect();
        self.kept -= removed.iter().map(|region| region.length).sum::<usize>();
        self.regions.iter_mut().for_each(|region| region.is_old = true);
        self.peak = self.live + self.kept;
        removed
    }
}

/// Regions that are to be unmapped when the mutex is unlocked.
type Regions = ArrayVec<Region, MOST_REGIONS>;

static CACHE: Mutex<Cache> = Mutex::new(Cache::new());

/// Notified when the thread is to look at the cache before the next tick.
static WAKE: Condvar = Condvar::new();

atfork!(CACHE, before: end_thread, in_child: |cache: &mut Cache| {
    // The thread does not exist in the child.
    cache.thread = None;
    cache.ticks = false;
    cache.closing = 0;
    // SAFETY: a forked child starts with a single thread, this one, which does not wait.
    unsafe { WAKE.reset() };
});

// A plugin that contains the static library may be unloaded, and with it the code that the thread runs.
extern "C" fn unload() {
    if let Some(mut cache) = lock_unless_held(&CACHE) {
        cache.closed = true;
    }
    end_thread();
}
at_unload!(unload);

/// Returns a region: one that is kept, or a new one.
fn region(bytes: usize, init: AllocInit) -> Result<NonNull<u8>> {
    let mut cache = CACHE.lock();
    let Some(kept) = cache.fitting(bytes) else { return new_region(cache, bytes) };
    cache.count_live(kept.length);
    drop(cache);
    if init == AllocInit::Zeroed {
        if kept.length > MAX_CLEARED && !kept.seems_written() {
            let cache = forget(kept.length);
            kept.unmap();
            return new_region(cache, bytes);
        }
        // SAFETY: the region has `bytes` bytes at least, and nobody else uses it.
        unsafe { kept.memory.write_bytes(0, bytes) };
    }
    Ok(kept.into_memory())
}

/// Maps a region. Unmaps those that were kept beyond the peak, or all of them if the system has no more memory.
fn new_region(mut cache: MutexGuard<'static, Cache>, bytes: usize) -> Result<NonNull<u8>> {
    let length = pages::length_for(bytes).ok_or(Error::Memory)?;
    let most = cache.peak.saturating_sub(cache.live.saturating_add(length)).max(SLACK);
    let removed = cache.shrink(most);
    drop(cache);
    removed.into_iter().for_each(Region::unmap);
    let region = Region::map(bytes).or_else(|_| {
        unmap_all(CACHE.lock());
        Region::map(bytes)
    })?;
    CACHE.lock().count_live(region.length);
    Ok(region.memory)
}

/// Counts bytes of regions that are not used any more.
fn forget(bytes: usize) -> MutexGuard<'static, Cache> {
    let mut cache = CACHE.lock();
    cache.live -= bytes;
    cache
}

/// Keeps a region that is not used any more, or unmaps it.
fn keep(mut region: Region) {
    let mut cache = forget(region.length);
    if !may_keep(&mut cache, &region) {
        drop(cache);
        return region.unmap();
    }
    if cache.kept + region.length > LAZY_ABOVE {
        // Unlocked, since that takes a while. Nobody else knows the region.
        drop(cache);
        let is_lent = region.lend_to_system();
        cache = CACHE.lock();
        if !is_lent || !may_keep(&mut cache, &region) {
            drop(cache);
            return region.unmap();
        }
    }
    let mut removed = if cache.ticks { Regions::new() } else { cache.shrink(MOST_WITHOUT_THREAD - region.length) };
    if cache.regions.is_full() {
        removed.push(cache.remove(0));
    }
    cache.kept += region.length;
    cache.regions.push(region);
    drop(cache);
    removed.into_iter().for_each(Region::unmap);
}

/// Whether a region may be kept: there is a thread to unmap it, or it is small.
fn may_keep(cache: &mut Cache, region: &Region) -> bool {
    let is_closing = cache.closed || cache.closing > 0;
    !is_closing && (ensure_thread(cache) || region.length <= MOST_WITHOUT_THREAD)
}

/// Creates the thread unless there is one. Returns whether there is one then.
fn ensure_thread(cache: &mut Cache) -> bool {
    if !cache.ticks && thread::are_allowed() {
        let _uncancelled = CancellationDisabled::new();
        join(cache.thread.take());
        cache.thread = thread::create(tick);
        cache.ticks = cache.thread.is_some();
    }
    cache.ticks
}

/// Joins a thread that has ended, or is about to.
fn join(ended: Option<libc::pthread_t>) {
    if let Some(ended) = ended {
        // SAFETY: the handle comes from `Cache::thread`, from which it is taken once.
        unsafe { thread::join(ended) };
    }
}

/// The main function of the thread.
extern "C" fn tick(_: *mut c_void) -> *mut c_void {
    let mut cache = CACHE.lock();
    while cache.closing == 0 && !cache.regions.is_empty() {
        if WAKE.wait_for(&mut cache, PERIOD) {
            let removed = cache.tick();
            drop(cache);
            removed.into_iter().for_each(Region::unmap);
            cache = CACHE.lock();
        }
    }
    cache.ticks = false;
    std::ptr::null_mut()
}

/// Unmaps all regions that are kept. The thread ends.
fn unmap_all(mut cache: MutexGuard<'static, Cache>) {
    let removed = take(&mut cache.regions);
    cache.kept = 0;
    drop(cache);
    WAKE.notify_all();
    removed.into_iter().for_each(Region::unmap);
}

/// Unmaps all regions that are kept, and waits until the thread is gone.
fn end_thread() {
    // Locked already: a signal handler has interrupted this module, and forks or exits.
    let Some(mut cache) = lock_unless_held(&CACHE) else { return };
    let ended = cache.thread.take();
    cache.closing += 1;
    unmap_all(cache);
    join(ended);
    CACHE.lock().closing -= 1;
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Allocates, checks the zeros, and fills the memory.
    fn filled(bytes: usize) -> (NonNull<u8>, Source) {
        let (memory, source) = allocate(bytes, AllocInit::Zeroed).expect("a few mebibytes");
        // SAFETY: `allocate` has returned memory of `bytes` bytes, which nobody else uses.
        let all = unsafe { std::slice::from_raw_parts_mut(memory.as_ptr(), bytes) };
        assert!(all.iter().all(|byte| *byte == 0));
        all.fill(255);
        (memory, source)
    }

    #[test]
    fn kept_regions_are_zeroed_for_the_next_image() {
        for bytes in [1, MIN_BYTES - 1, MIN_BYTES, MIN_BYTES + 1, 5 << 20, MAX_CLEARED + 1] {
            for _ in 0..3 {
                let (memory, source) = filled(bytes);
                assert_eq!(source == Source::Region, bytes >= MIN_BYTES);
                // SAFETY: allocated above, with this source, and freed once.
                unsafe { free(memory.as_ptr(), source) };
            }
        }
        // SAFETY: NULL is allowed.
        unsafe { free(std::ptr::null_mut(), Source::Region) };
        trim();
    }

    #[test]
    fn sizes_beyond_memory_are_errors() {
        for bytes in [usize::MAX, isize::MAX as usize, usize::MAX - (1 << 20)] {
            assert_eq!(allocate(bytes, AllocInit::Uninitialized).unwrap_err(), Error::Memory);
        }
    }

    #[test]
    fn the_smallest_region_that_fits_is_reused() {
        let mut cache = Cache::new();
        for megabytes in [10, 8, 9, 8, 20] {
            let region = Region::map(megabytes << 20).expect("a few mebibytes");
            cache.kept += region.length;
            cache.regions.push(region);
        }
        let newest = cache.regions[3].memory;
        let fitting = cache.fitting(8 << 20).expect("four fit");
        assert_eq!(fitting.memory, newest);
        fitting.unmap();
        assert!(cache.fitting(21 << 20).is_none() && cache.fitting(1 << 20).is_none());
        assert!(cache.tick().is_empty());
        let old = cache.tick();
        assert_eq!((old.len(), cache.kept), (4, 0));
        old.into_iter().for_each(Region::unmap);
    }
}
