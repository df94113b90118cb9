//! Threads of the library's own: workers, and the one that releases memory.
//!
//! They are created without an allocation through Rust, and block the signals that the program's own threads are to handle.

use std::ffi::c_void;
use std::ptr;
use std::sync::atomic::{AtomicU8, Ordering::Relaxed};

use rustix::mm::{MapFlags, ProtFlags, mmap_anonymous, munmap};

use super::environment;

/// The main function of a thread.
pub type Main = extern "C" fn(*mut c_void) -> *mut c_void;

/// The bytes of a thread's stack.
const STACK_BYTES: usize = 256 << 10;

/// The memory that must be left beside a new thread's stack: a process near its limit needs the rest for the call itself.
const HEADROOM: usize = 16 << 20;

/// Creates a thread that calls `main` with NULL. Returns `None` where that is impossible, or would take the last memory.
pub fn create(main: Main) -> Option<libc::pthread_t> {
    if !can_map(STACK_BYTES + HEADROOM) {
        return None;
    }
    // SAFETY: plain calls of the C library with pointers to locals. `pthread_attr_init` initialises the attributes before
    // they are read, and the first `pthread_sigmask` the signal mask before the second one restores it. (All of these are
    // integers and arrays of them, for which zeros are a valid value.)
    unsafe {
        let mut attributes = std::mem::zeroed();
        if libc::pthread_attr_init(&mut attributes) != 0 {
            return None;
        }
        libc::pthread_attr_setstacksize(&mut attributes, STACK_BYTES);
        let (mut thread, mut mask) = (0, std::mem::zeroed());
        // The new thread inherits the mask.
        libc::pthread_sigmask(libc::SIG_BLOCK, &signals_to_block(), &mut mask);
        let created = libc::pthread_create(&mut thread, &attributes, main, ptr::null_mut()) == 0;
        libc::pthread_sigmask(libc::SIG_SETMASK, &mask, ptr::null_mut());
        libc::pthread_attr_destroy(&mut attributes);
        created.then_some(thread)
    }
}

/// Whether the process can map that many bytes more. Taking no page, this costs two system calls.
fn can_map(bytes: usize) -> bool {
    // SAFETY: a mapping where the system has room for one, which is unmapped before anybody knows its address.
    unsafe {
        match mmap_anonymous(ptr::null_mut(), bytes, ProtFlags::READ | ProtFlags::WRITE, MapFlags::PRIVATE) {
            Ok(start) => munmap(start, bytes).is_ok(),
            Err(_) => false,
        }
    }
}

/// Returns the signals that the library's threads block, so that the program's own threads handle them: all but a thread's
/// own faults, and profilers' signals.
fn signals_to_block() -> libc::sigset_t {
    // SAFETY: `sigfillset` initialises the set before `sigdelset` reads it.
    unsafe {
        let mut signals = std::mem::zeroed();
        libc::sigfillset(&mut signals);
        for own in [libc::SIGSEGV, libc::SIGBUS, libc::SIGFPE, libc::SIGILL, libc::SIGTRAP, libc::SIGPROF] {
            libc::sigdelset(&mut signals, own);
        }
        signals
    }
}

/// Waits until a thread that has ended, or is about to, is gone, and frees its stack.
///
/// # Safety
///
/// The handle came from [`create`], and is joined once.
pub unsafe fn join(thread: libc::pthread_t) {
    // SAFETY: the handle of a joinable thread that is not joined yet, by this function's contract.
    unsafe { libc::pthread_join(thread, ptr::null_mut()) };
}

/// Whether the library may create threads: no, if the program has asked for a single one.
static MAY_CREATE: AtomicU8 = AtomicU8::new(UNKNOWN);
const UNKNOWN: u8 = 0;
const NO: u8 = 1;
const YES: u8 = 2;

/// Whether the program allows threads: the environment, or [`set_allowed`], may ask for a single one.
pub fn are_allowed() -> bool {
    if MAY_CREATE.load(Relaxed) == UNKNOWN {
        let single =
            environment::variable(c"IMAGING_NUM_THREADS").is_some_and(|text| text.to_bytes().trim_ascii() == b"1");
        let _ = MAY_CREATE.compare_exchange(UNKNOWN, if single { NO } else { YES }, Relaxed, Relaxed);
    }
    MAY_CREATE.load(Relaxed) == YES
}

/// Sets whether the library may create threads.
pub fn set_allowed(allowed: bool) {
    MAY_CREATE.store(if allowed { YES } else { NO }, Relaxed);
}
