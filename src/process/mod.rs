//! What the library asks of the process that it is a guest in: locks that survive `fork`, functions that run when it is
//! loaded and unloaded, environment variables, a value for each thread, cancellation, warnings.
//!
//! Nothing here allocates through Rust, so nothing aborts when memory runs out, and nothing uses thread-local storage:
//! in a library that was opened with `dlopen`, glibc allocates that on first use, and ends the process if it cannot.

#![allow(unsafe_code)] // the C library's threads, locks and environment

pub mod atfork;
pub mod cancel;
pub mod environment;
pub mod load;
mod mutex;
pub mod snapshot;
pub mod system;
pub mod thread_value;

pub use mutex::{Condvar, Mutex, MutexGuard};

use std::fmt::{self, Arguments, Write};

use arrayvec::ArrayString;

/// Writes a line to standard error. A failure to do so is ignored: there is nobody else to tell.
pub fn warn(text: Arguments<'_>) {
    let mut line = ArrayString::<512>::new();
    // A text that does not fit is cut.
    let _: fmt::Result = write!(line, "libImaging: {text}");
    if line.is_full() {
        line.pop();
    }
    line.push('\n');
    // SAFETY: the buffer has that many bytes. (`std::io::stderr` has a lock that a fork could leave locked.)
    unsafe { libc::write(libc::STDERR_FILENO, line.as_ptr().cast(), line.len()) };
}
