//! Each thread's last error, for programs without Python.

use std::cell::UnsafeCell;
use std::ffi::{CStr, c_char, c_int};

use super::Message;

struct Record {
    code: c_int,
    message: Message,
}

thread_local! {
    // Without a destructor and without memory of its own: it must work when there is none.
    static LAST: UnsafeCell<Record> = const { UnsafeCell::new(Record { code: 0, message: Message::EMPTY }) };
}

/// Uses this thread's record, for as long as `work` takes.
fn with<R>(work: impl FnOnce(&mut Record) -> R) -> R {
    // SAFETY: the record is this thread's alone, and no `work` below calls back into this module.
    LAST.with(|last| work(unsafe { &mut *last.get() }))
}

/// Keeps an error.
pub fn set(code: c_int, message: &CStr) {
    with(|last| *last = Record { code, message: Message::new(message.to_str().unwrap_or("?")) });
}

/// Forgets the error that was kept.
pub fn clear() {
    with(|last| *last = Record { code: 0, message: Message::EMPTY });
}

/// The code of the error that is kept, 0 where there is none, and its text, which stays until the next one.
pub fn get() -> (c_int, *const c_char) {
    with(|last| (last.code, last.message.as_c_str().as_ptr()))
}
