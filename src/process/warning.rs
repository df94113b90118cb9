//! Warnings.

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
