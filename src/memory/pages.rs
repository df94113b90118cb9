//! Huge pages for large blocks, where a program's environment asks for them.
//!
//! The advice is given for mappings of this library's own. Memory of `malloc` would keep it after it is freed: what comes
//! to lie there next would then take a whole huge page for its first byte. Nor are huge pages the default: the first touch
//! of one clears two mebibytes, which takes longer than what it saves where the host backs its memory lazily.

use std::ffi::{CStr, c_void};
use std::ptr::NonNull;
use std::sync::atomic::{AtomicU8, Ordering::Relaxed};

use crate::error::{Error, Result};
use crate::process::environment;

/// Smaller blocks are `malloc`'s.
const LEAST: usize = 4 << 20;

/// The size of a huge page, where a page is 4 KiB: elsewhere it is larger, and the advice has no effect.
const HUGE_PAGE: usize = 2 << 20;

/// The largest page that a system has: what mappings are cut to.
const PAGE: usize = 64 << 10;

/// What is before the memory that is handed out: its mapping's length. As much as the largest alignment of a line.
const HEAD: usize = 128;

/// The variable that asks for huge pages.
const VARIABLE: &CStr = c"IMAGING_HUGE_PAGES";

/// Whether a block of so many bytes is to be a mapping.
pub fn are_for(bytes: usize) -> bool {
    bytes >= LEAST && are_wanted()
}

/// What the environment says, which is read once.
fn are_wanted() -> bool {
    const UNKNOWN: u8 = 0;
    const NO: u8 = 1;
    const YES: u8 = 2;
    static WANTED: AtomicU8 = AtomicU8::new(UNKNOWN);
    let wanted = match WANTED.load(Relaxed) {
        UNKNOWN => {
            let wanted = if environment::variable(VARIABLE) == Some(c"1") { YES } else { NO };
            WANTED.store(wanted, Relaxed);
            wanted
        }
        wanted => wanted,
    };
    wanted == YES
}

/// Zeroed memory for so many bytes, on huge pages where the system has some.
pub fn map(bytes: usize) -> Result<NonNull<u8>> {
    let length = bytes.checked_add(HEAD + PAGE - 1).ok_or(Error::Memory)? / PAGE * PAGE;
    let reserved = length.checked_add(HUGE_PAGE).ok_or(Error::Memory)?;
    let (access, kind) = (libc::PROT_READ | libc::PROT_WRITE, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS);
    // SAFETY: the mapping is a new one, wherever the system puts it.
    let start = unsafe { libc::mmap(std::ptr::null_mut(), reserved, access, kind, -1, 0) };
    if start == libc::MAP_FAILED {
        return Err(Error::Memory);
    }
    let before = start.addr().next_multiple_of(HUGE_PAGE) - start.addr();
    // SAFETY: all is within the mapping, which is nobody else's: what is before and behind the aligned part goes back; the
    // advice may be refused, and then there are small pages; the head has room for a length.
    unsafe {
        let (start, memory) = (start.cast::<u8>(), start.cast::<u8>().add(before));
        unmap_part(start, before);
        unmap_part(memory.add(length), HUGE_PAGE - before);
        #[cfg(target_os = "linux")]
        libc::madvise(memory.cast::<c_void>(), length, libc::MADV_HUGEPAGE);
        memory.cast::<usize>().write(length);
        Ok(NonNull::new_unchecked(memory.add(HEAD)))
    }
}

/// Unmaps a part of a mapping. None is a part.
///
/// # Safety
///
/// The part is of a mapping of this module, and nobody uses it any more.
unsafe fn unmap_part(start: *mut u8, length: usize) {
    if length > 0 {
        // SAFETY: the part is this module's, and unused by this function's contract.
        unsafe { libc::munmap(start.cast(), length) };
    }
}

/// Gives memory back. NULL is none.
///
/// # Safety
///
/// `memory` is NULL or came from [`map`], and nobody uses it any more.
pub unsafe fn unmap(memory: *mut u8) {
    if !memory.is_null() {
        // SAFETY: the memory is behind its head, which has the mapping's length, by this function's contract.
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
    fn mappings_are_zeroed_and_written_to_their_ends() {
        for bytes in [1, PAGE - HEAD, PAGE - HEAD + 1, LEAST, HUGE_PAGE * 3 + 5] {
            let memory = map(bytes).expect("a few mebibytes");
            // SAFETY: the memory has that many bytes, and is given back once.
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
        // SAFETY: NULL is none.
        unsafe { unmap(std::ptr::null_mut()) };
    }
}
