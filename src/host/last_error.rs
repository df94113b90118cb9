//! The last error of each thread, for programs without Python.

use std::ffi::{CStr, c_char, c_int, c_void};

use super::message::Message;
use crate::error::ErrorKind;
use crate::process::load::{at_load, at_unload};
use crate::process::pthread_key::PthreadKey;

struct Record {
    code: c_int,
    message: Message,
}

/// The record of threads that could not allocate their own. Never written to.
static OUT_OF_MEMORY: Record =
    Record { code: ErrorKind::Memory as c_int, message: Message::from_ascii("out of memory") };

/// Each thread's record, allocated by `malloc`; NULL before its first error.
static LAST: PthreadKey = PthreadKey::new(free_record);

// Creates the key when the library is loaded: keys that are created early need less memory to set.
extern "C" fn create_key() {
    LAST.create();
}
at_load!(create_key);

// A plugin that contains the static library may be unloaded, and the destructor's code with it.
extern "C" fn delete_key() {
    clear();
    LAST.delete();
}
at_unload!(delete_key);

/// Frees a thread's record. The C library calls it when the thread ends.
unsafe extern "C" fn free_record(record: *mut c_void) {
    if !std::ptr::eq(record.cast(), &raw const OUT_OF_MEMORY) {
        // SAFETY: `set` has allocated every other record by `malloc`, and its thread does not use it any more.
        unsafe { libc::free(record) };
    }
}

/// Returns this thread's record, if it has one of its own.
fn own() -> Option<*mut Record> {
    let record = LAST.get().cast::<Record>();
    (!record.is_null() && !std::ptr::eq(record, &raw const OUT_OF_MEMORY)).then_some(record)
}

/// Stores an error as this thread's last one.
pub fn set(code: c_int, message: &CStr) {
    let record = own().unwrap_or_else(|| {
        // SAFETY: `malloc` takes any size.
        unsafe { libc::malloc(size_of::<Record>()) }.cast()
    });
    if record.is_null() {
        // SAFETY: the destructor leaves the static record alone.
        unsafe { LAST.set((&raw const OUT_OF_MEMORY).cast_mut().cast()) };
        return;
    }
    // SAFETY: only this thread uses the record, which `malloc` has returned with the size and alignment of a `Record`.
    unsafe { record.write(Record { code, message: Message::new(message.to_str().unwrap_or("?")) }) };
    // SAFETY: the destructor frees a record of `malloc`, which this is, and nothing else does once it is stored.
    if own().is_none() && !unsafe { LAST.set(record.cast()) } {
        // SAFETY: the record was allocated above, and `LAST` does not point to it.
        unsafe { libc::free(record.cast()) };
    }
}

/// Clears this thread's last error and frees its record.
pub fn clear() {
    let record = LAST.get();
    // SAFETY: NULL may be set.
    if !record.is_null() && unsafe { LAST.set(std::ptr::null_mut()) } {
        // SAFETY: the record was this thread's, and `LAST` does not point to it any more.
        unsafe { free_record(record) };
    }
}

/// Returns the code of this thread's last error, 0 if there is none, and its text, which is valid until the next error.
pub fn get() -> (c_int, *const c_char) {
    let record = LAST.get().cast::<Record>();
    // SAFETY: the record is NULL, or this thread's own, or `OUT_OF_MEMORY`, which nobody writes to.
    unsafe { record.as_ref() }.map_or((0, c"".as_ptr()), |record| (record.code, record.message.as_c_str().as_ptr()))
}
