//! Anonymous mappings, on huge pages if the environment asks for them (`IMAGING_HUGE_PAGES=1`).
//!
//! `MADV_HUGEPAGE` is given for mappings of this library's own. Memory of `malloc` would keep the advice after it is freed:
//! the next allocation there would take a whole huge page for its first byte. Huge pages are not the default, since the
//! first access to one clears 2 MiB, which costs more than it saves on hosts that back memory lazily.
//!
//! Memory lies behind a head with the mapping's length, and whether it is new. On huge pages, the mapping starts on one:
//!
//! ```text
//! |<-   HEAD   ->|<- memory … ->| up to a page |
//! | length | new |
//! ```

use std::ffi::{CStr, c_void};
use std::ptr::NonNull;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering::Relaxed};

use crate::error::{Error, Result};
use crate::process::environment;

/// The smallest block that is mapped; smaller ones come from `malloc`.
const MIN_BYTES: usize = 4 << 20;

/// The size of a huge page on systems with pages of 4 KiB. On others it is larger, and the advice has no effect.
const HUGE_PAGE: usize = 2 << 20;

/// The largest page size of any system. Lengths of mappings are multiples of it.
const PAGE: usize = 64 << 10;

/// Bytes before the memory, for the [`Head`]: the largest alignment of a row.
const HEAD: usize = 128;

/// What is known of a mapping.
#[repr(C)]
struct Head {
    /// The bytes of the mapping.
    length: usize,
    /// Whether nobody has written to the memory yet, as far as is known. Atomic, since threads may write to different parts of an
    /// image.
    is_new: AtomicBool,
}

const _: () = assert!(size_of::<Head>() <= HEAD);

/// The variable that asks for huge pages.
const VARIABLE: &CStr = c"IMAGING_HUGE_PAGES";

/// Whether a block of `bytes` bytes is to be mapped.
pub fn are_for(bytes: usize) -> bool {
    bytes >= MIN_BYTES && are_enabled()
}

/// Whether the environment asks for huge pages. It is read once.
fn are_enabled() -> bool {
    const UNKNOWN: u8 = 0;
    const NO: u8 = 1;
    const YES: u8 = 2;
    static ENABLED: AtomicU8 = AtomicU8::new(UNKNOWN);
    let enabled = match ENABLED.load(Relaxed) {
        UNKNOWN => {
            let enabled = if environment::variable(VARIABLE) == Some(c"1") { YES } else { NO };
            ENABLED.store(enabled, Relaxed);
            enabled
        }
        enabled => enabled,
    };
    enabled == YES
}

/// The length of the memory that [`map`] returns for `bytes` bytes. `None` if that is more than an address space.
pub fn length_for(bytes: usize) -> Option<usize> {
    Some(bytes.checked_add(HEAD)?.checked_next_multiple_of(PAGE)? - HEAD)
}

/// Maps zeroed memory for `bytes` bytes, on huge pages if they are asked for and the system has some.
pub fn map(bytes: usize) -> Result<NonNull<u8>> {
    let length = HEAD + length_for(bytes).ok_or(Error::Memory)?;
    let start = if are_for(bytes) { map_huge_pages(length)? } else { map_pages(length)? };
    // SAFETY: the mapping is page-aligned and longer than its head; the memory is behind the head.
    unsafe {
        let memory = start.add(HEAD);
        set_head(memory, length - HEAD, true);
        Ok(memory)
    }
}

/// Maps `length` bytes.
fn map_pages(length: usize) -> Result<NonNull<u8>> {
    let (access, kind) = (libc::PROT_READ | libc::PROT_WRITE, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS);
    // SAFETY: a new mapping at an address that the system chooses replaces nothing.
    let start = unsafe { libc::mmap(std::ptr::null_mut(), length, access, kind, -1, 0) };
    if start == libc::MAP_FAILED { Err(Error::Memory) } else { NonNull::new(start.cast()).ok_or(Error::Memory) }
}

/// Maps `length` bytes on huge pages.
fn map_huge_pages(length: usize) -> Result<NonNull<u8>> {
    let start = map_pages(length.checked_add(HUGE_PAGE).ok_or(Error::Memory)?)?;
    // Of the huge page that is reserved in addition, the aligned mapping needs a part before it, and none behind.
    let before = start.addr().get().next_multiple_of(HUGE_PAGE) - start.addr().get();
    // SAFETY: `before` is less than a huge page, so the aligned part is within the mapping. The parts before and behind it
    // are unused. Advice changes no contents; the system may ignore it, and use small pages.
    unsafe {
        let aligned = start.add(before);
        unmap_part(start.as_ptr(), before);
        unmap_part(aligned.add(length).as_ptr(), HUGE_PAGE - before);
        #[cfg(target_os = "linux")]
        libc::madvise(aligned.as_ptr().cast::<c_void>(), length, libc::MADV_HUGEPAGE);
        Ok(aligned)
    }
}

/// The head of mapped memory.
///
/// # Safety
///
/// `memory` came from [`map`].
unsafe fn head(memory: NonNull<u8>) -> *mut Head {
    // SAFETY: the head is before the memory, in the same mapping, and aligned as a page.
    unsafe { memory.sub(HEAD).cast::<Head>().as_ptr() }
}

/// The length of mapped memory.
///
/// # Safety
///
/// `memory` came from [`map`], and nobody else uses its head meanwhile.
pub unsafe fn length(memory: NonNull<u8>) -> usize {
    // SAFETY: the head was written by `map`, and has the mapping's length.
    unsafe { (*head(memory)).length - HEAD }
}

/// Writes the head of mapped memory again, which [`lend_to_system`] may have cleared.
///
/// # Safety
///
/// `memory` came from [`map`] and has this length, and nobody else uses its head meanwhile.
pub unsafe fn set_head(memory: NonNull<u8>, length: usize, is_new: bool) {
    // SAFETY: there is room for a head before the memory.
    unsafe { head(memory).write(Head { length: HEAD + length, is_new: is_new.into() }) };
}

/// Returns whether mapped memory is new, and takes it for written to from now on.
///
/// # Safety
///
/// `memory` came from [`map`], and is not unmapped meanwhile.
pub unsafe fn take_new(memory: NonNull<u8>) -> bool {
    // SAFETY: the head was written by `map`, and is mapped, by this function's contract.
    let is_new = unsafe { &(*head(memory)).is_new };
    // No exchange: which of two threads is the first does not matter.
    is_new.load(Relaxed) && {
        is_new.store(false, Relaxed);
        true
    }
}

/// Lets the system take the pages of mapped memory when it needs some, until they are written to again. Their contents are
/// arbitrary from then on, and so is the head. Returns whether the system supports that.
///
/// # Safety
///
/// `memory` came from [`map`] and has this length, and nobody else uses it meanwhile.
pub unsafe fn lend_to_system(memory: NonNull<u8>, length: usize) -> bool {
    #[cfg(target_os = "linux")]
    {
        // SAFETY: the mapping is of this module and has this length; its contents are not needed, by this function's
        // contract.
        unsafe { libc::madvise(memory.sub(HEAD).as_ptr().cast(), HEAD + length, libc::MADV_FREE) == 0 }
    }
    #[cfg(not(target_os = "linux"))]
    {
        let _ = (memory, length);
        false
    }
}

/// Unmaps a part of a mapping, which may be empty.
///
/// # Safety
///
/// The part is within a mapping of this module, and nobody uses it any more.
unsafe fn unmap_part(start: *mut u8, length: usize) {
    if length > 0 {
        // SAFETY: the part is within this module's mapping and unused, by this function's contract.
        unsafe { libc::munmap(start.cast(), length) };
    }
}

/// Unmaps memory.
///
/// # Safety
///
/// `memory` is NULL or came from [`map`], and nobody uses it any more.
pub unsafe fn unmap(memory: *mut u8) {
    if !memory.is_null() {
        // SAFETY: memory from `map` is behind a head, which has the mapping's length; nobody uses it any more.
        unsafe {
            let start = memory.sub(HEAD);
            unmap_part(start, (*start.cast::<Head>()).length);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mappings_are_zeroed_and_writable_to_the_end() {
        for bytes in [1, PAGE - HEAD, PAGE - HEAD + 1, MIN_BYTES, HUGE_PAGE * 3 + 5] {
            let memory = map(bytes).expect("a few mebibytes");
            // SAFETY: `map` has returned memory of `bytes` bytes, which is unmapped once.
            unsafe {
                let all = std::slice::from_raw_parts_mut(memory.as_ptr(), bytes);
                assert!(all.iter().all(|byte| *byte == 0));
                all.fill(255);
                assert!(take_new(memory) && !take_new(memory) && length(memory) >= bytes);
                assert!(memory.addr().get().is_multiple_of(HEAD));
                unmap(memory.as_ptr());
            }
        }
        assert_eq!(map(usize::MAX).unwrap_err(), Error::Memory);
        assert_eq!(map(usize::MAX - HUGE_PAGE).unwrap_err(), Error::Memory);
        // SAFETY: NULL is allowed.
        unsafe { unmap(std::ptr::null_mut()) };
    }
}
