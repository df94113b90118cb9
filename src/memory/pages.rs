//! Huge pages for large blocks, if the environment asks for them (`IMAGING_HUGE_PAGES=1`).
//!
//! `MADV_HUGEPAGE` is given for mappings of this library's own. Memory of `malloc` would keep the advice after it is freed:
//! the next allocation there would take a whole huge page for its first byte. Huge pages are not the default, since the
//! first access to one clears 2 MiB, which costs more than it saves on hosts that back memory lazily.
//!
//! The mapping starts on a huge page, and the block behind a head with the mapping's length:
//!
//! ```text
//! |<- HEAD ->|<- block … ->| up to a page |
//! | length   |
//! ```

use std::ffi::{CStr, c_void};
use std::ptr::NonNull;
use std::sync::atomic::{AtomicU8, Ordering::Relaxed};

use crate::error::{Error, Result};
use crate::process::environment;

/// The smallest block that is mapped; smaller ones come from `malloc`.
const MIN_BYTES: usize = 4 << 20;

/// The size of a huge page on systems with pages of 4 KiB. On others it is larger, and the advice has no effect.
const HUGE_PAGE: usize = 2 << 20;

/// The largest page size of any system. Lengths of mappings are multiples of it.
const PAGE: usize = 64 << 10;

/// Bytes before the block, for the length of the mapping: the largest alignment of a row.
const HEAD: usize = 128;

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

/// Maps zeroed memory for `bytes` bytes, on huge pages if the system has some.
pub fn map(bytes: usize) -> Result<NonNull<u8>> {
    let length = bytes.checked_add(HEAD + PAGE - 1).ok_or(Error::Memory)? / PAGE * PAGE;
    let reserved = length.checked_add(HUGE_PAGE).ok_or(Error::Memory)?;
    let (access, kind) = (libc::PROT_READ | libc::PROT_WRITE, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS);
    // SAFETY: a new mapping at an address that the system chooses replaces nothing.
    let start = unsafe { libc::mmap(std::ptr::null_mut(), reserved, access, kind, -1, 0) };
    if start == libc::MAP_FAILED {
        return Err(Error::Memory);
    }
    // Of the huge page that is reserved in addition, the aligned mapping needs a part before it, and none behind.
    let before = start.addr().next_multiple_of(HUGE_PAGE) - start.addr();
    // SAFETY: `before` is less than a huge page, so the aligned part is within the mapping.
    let memory = unsafe { start.cast::<u8>().add(before) };
    // SAFETY: both parts are within the mapping, outside the aligned part, and unused.
    unsafe {
        unmap_part(start.cast(), before);
        unmap_part(memory.add(length), HUGE_PAGE - before);
    }
    #[cfg(target_os = "linux")]
    // SAFETY: advice changes no contents. The system may ignore it, and use small pages.
    unsafe {
        libc::madvise(memory.cast::<c_void>(), length, libc::MADV_HUGEPAGE);
    }
    // SAFETY: the mapping is page-aligned, and its head has room for a length; the block is behind the head.
    unsafe {
        memory.cast::<usize>().write(length);
        Ok(NonNull::new_unchecked(memory.add(HEAD)))
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
            unmap_part(start, start.cast::<usize>().read());
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
