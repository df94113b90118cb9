//! The operating system's services for a library that lives in foreign processes.
//!
//! - [`Mutex`], [`Condvar`], [`atfork`]: locks that survive `fork`;
//! - [`load`]: functions that run when the library is loaded and unloaded;
//! - [`race_once`], [`pthread_key`]: a value per process, a pointer per thread;
//! - [`cancel`]: threads that are cancelled, or end, during a call;
//! - [`environment`], [`system`], [`warn`]: environment variables, system calls, warnings.
//!
//! Nothing here allocates through Rust, so nothing aborts when memory runs out. Nothing here uses thread-local storage: in
//! a library that was loaded by `dlopen`, glibc allocates it on first use, and ends the process if it cannot.

#![allow(unsafe_code)] // the C library's threads, locks and environment

pub mod atfork;
pub mod cancel;
pub mod environment;
pub mod load;
mod mutex;
pub mod pthread_key;
pub mod race_once;
pub mod system;

pub use mutex::{Condvar, Mutex, MutexGuard, lock_unless_held};

use std::fmt::{self, Arguments, Write};

use arrayvec::ArrayString;

/// Writes a line to standard error, and ignores errors.
pub fn warn(text: Arguments<'_>) {
    let mut line = ArrayString::<512>::new();
    // A text that does not fit is truncated.
    let _: fmt::Result = write!(line, "libImaging: {text}");
    if line.is_full() {
        line.pop();
    }
    line.push('\n');
    // SAFETY: `line` has `line.len()` bytes. (`std::io::stderr` has a lock, which a fork could leave locked.)
    unsafe { libc::write(libc::STDERR_FILENO, line.as_ptr().cast(), line.len()) };
}
