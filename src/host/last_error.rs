//! Each thread's last error, for programs without Python.

use std::ffi::{CStr, c_char, c_int, c_void};

use super::Message;
use crate::error::Kind;
use crate::process::load::{at_load, at_unload};
use crate::process::pthread_key::PthreadKey;

struct Record {
    code: c_int,
    message: Message,
}

/// The record of a thread for whose own one there was no memory. It is not written to.
static OUT_OF_MEMORY: Record = Record { code: Kind::Memory as c_int, message: Message::from_ascii("out of memory") };

/// Points to each thread's record, which `malloc` gives; NULL before its first error.
static LAST: PthreadKey = PthreadKey::new(free_record);

// The key is made when the library is loaded: the earlier one is, the less memory it costs to set.
extern "C" fn create_key() {
    LAST.create();
}
at_load!(create_key);

// A plugin that has the static library in it may be unloaded, and the destructor's code with it.
extern "C" fn delete_key() {
    clear();
    LAST.delete();
}
at_unload!(delete_key);

/// Frees the record of a thread that ends.
unsafe extern "C" fn free_record(record: *mut c_void) {
    if !std::ptr::eq(record.cast(), &raw const OUT_OF_MEMORY) {
        // SAFETY: every other record came from `malloc`, and its thread has ended.
        unsafe { libc::free(record) };
    }
}

/// This thread's record, if it has one of its own.
fn own() -> Option<*mut Record> {
    let record = LAST.get().cast::<Record>();
    (!record.is_null() && !std::ptr::eq(record, &raw const OUT_OF_MEMORY)).then_some(record)
}

/// Keeps an error.
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
    // SAFETY: the record is this thread's alone, and has room for one.
    unsafe { record.write(Record { code, message: Message::new(message.to_str().unwrap_or("?")) }) };
    // SAFETY: the destructor frees a record from `malloc`, which this is, and nobody else does once it is kept.
    if own().is_none() && !unsafe { LAST.set(record.cast()) } {
        // SAFETY: made above, and not kept.
        unsafe { libc::free(record.cast()) };
    }
}

/// Forgets the error that was kept, and frees its record.
pub fn clear() {
    let record = LAST.get();
    // SAFETY: NULL may be set.
    if !record.is_null() && unsafe { LAST.set(std::ptr::null_mut()) } {
        // SAFETY: the record was this thread's, which has none any more.
        unsafe { free_record(record) };
    }
}

/// The code of the error that is kept, 0 if there is none, and its text, which stays until the next one.
pub fn get() -> (c_int, *const c_char) {
    let record = LAST.get().cast::<Record>();
    // SAFETY: NULL, or a record that only this thread changes, or that nobody does.
    unsafe { record.as_ref() }.map_or((0, c"".as_ptr()), |record| (record.code, record.message.as_c_str().as_ptr()))
}
